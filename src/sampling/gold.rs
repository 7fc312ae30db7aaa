//! What people say of a judge: a random part of the items labelled in both runs.

use super::errors;
use crate::domain::{About, Alpha, Diagnostic, Lambda, Plan, RunFrame, TextColumn};
use crate::numerics::moments::mean;
use crate::numerics::stream::{Purpose, Streams};
use crate::numerics::tails::beta_inv;
use crate::pairing::{FirstPhase, MissingData, Pairs, Source, pair};

/// Parts that the labelled units are cut into, so that no label weighs itself.
const FOLDS: usize = 5;

/// Pairs of labels, with what the judge says of every item beside them; and how good the judge was.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The labelled items: people's scores, and what the judge's scores predict of them.
    pub pairs: Pairs,
    /// How the judge did.
    pub judge: JudgeQuality,
}

/// How a judge did against people.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgeQuality {
    /// Labelled items.
    pub labelled: usize,
    /// Items that the judge scored in both runs.
    pub judged: usize,
    /// What a judged difference counts, over all items.
    pub lambda: f64,
    /// Of the baseline's answers, and of the candidate's.
    pub runs: [Agreement; 2],
}

/// Where a judge and people agree, of one run's labelled answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Answers on which both give the same score.
    pub same: Share,
    /// Answers that people call right and the judge too; none where scores are graded.
    pub sensitivity: Option<Share>,
    /// Answers that people call wrong and the judge too.
    pub specificity: Option<Share>,
}

/// A share of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub of: usize,
    /// Lower bound, exact (Clopper and Pearson 1934), at 1 - alpha.
    pub lower: f64,
    /// Upper bound, likewise.
    pub upper: f64,
}

impl Share {
    fn of(answers: impl Iterator<Item = bool>, alpha: Alpha) -> Self {
        let (hits, of) = answers.fold((0, 0), |(hits, of), hit| (hits + usize::from(hit), of + 1));
        let (x, n) = (hits as f64, of as f64);
        Self {
            hits,
            of,
            lower: if hits == 0 { 0.0 } else { beta_inv(alpha.get(), x, n - x + 1.0) },
            upper: if hits == of { 1.0 } else { beta_inv(1.0 - alpha.get(), x + 1.0, n - x) },
        }
    }
}

/// The pairs that a gate rests on where people labelled a random part of what a judge scored.
///
/// ```text
/// delta = mean over the labels of (h - lambda j)  +  mean over all items of lambda j
/// ```
///
/// h and j are the differences, candidate minus baseline, by people and by the judge.
///
/// # Parameters
/// - `judged`: the pairs of the judge's scores; nothing may be missing of them.
/// - `labels`: people's scores of the same items, of a random part of them, in both runs.
/// - `plan`: alpha, the seed of the folds, and lambda.
///
/// # Errors
/// `unscored-items` where the judge scored only a part; `runs-differ` where an item is labelled in one run only, or is
/// none of the runs'; `too-few-items` with fewer than ten labelled items.
///
/// # References
/// 1. Angelopoulos, A. N., Bates, S., Fannjiang, C., Jordan, M. I. and Zrnic, T. (2023). Prediction-powered inference.
///    *Science* 382, 669-674. doi:10.1126/science.adi6000.
/// 2. Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: efficient prediction-powered inference.
///    arXiv:2311.01453.
pub fn corrected(judged: &Pairs, labels: [&RunFrame; 2], plan: &Plan) -> Result<Corrected, Diagnostic> {
    if !judged.gaps.is_empty() {
        return Err(errors::judge_incomplete(judged.gaps.items.len()));
    }
    let human = pair(labels[0], labels[1], &label_plan(plan))?;
    if let Some(half) = human.gaps.items.iter().find(|gap| gap.row.is_none()) {
        return Err(errors::labelled_once(half.reasons[0].is_some()));
    }
    let rows = rows_of(judged, &human.ids)?;
    if rows.len() < 2 * FOLDS {
        return Err(errors::too_few_labels(rows.len(), 2 * FOLDS));
    }
    let at =
        |scores: &[f64]| -> Vec<f64> { rows.iter().filter_map(|row| scores.get(*row).copied()).collect() };
    let (judge_baseline, judge_candidate) = (at(&judged.baseline), at(&judged.candidate));
    let clusters = judged.clusters.as_ref().map(|all| {
        let of_rows: Vec<u32> = rows.iter().filter_map(|row| all.get(*row).copied()).collect();
        dense(&of_rows)
    });
    let differences = |candidate: &[f64], baseline: &[f64]| -> Vec<f64> {
        candidate.iter().zip(baseline).map(|(c, b)| c - b).collect()
    };
    let by_judge = differences(&judge_candidate, &judge_baseline);
    let by_people = differences(&human.candidate, &human.baseline);
    let (of_items, lambda) = lambdas(&by_people, &by_judge, clusters.as_deref(), plan);
    let predicted = human.baseline.iter().zip(of_items.iter().zip(&by_judge)).map(|(h, (l, j))| h + l * j);
    let two_values = judged.two_values.filter(|ends| {
        let one_of = |score: &f64| *score == ends.0 || *score == ends.1;
        human.baseline.iter().chain(&human.candidate).all(one_of)
    });
    let first_phase = FirstPhase {
        about: About::Population,
        predicted: predicted.collect(),
        predicted_of_gaps: Vec::new(),
        gain: lambda * mean(&differences(&judged.candidate, &judged.baseline)),
        items: judged.baseline.len(),
        clusters: judged.clusters.as_ref().map(|all| all.iter().max().map_or(0, |last| *last as usize + 1)),
        strata: None,
        source: Source::Judge,
    };
    let quality = |judge: &[f64], people: &[f64]| agreement(judge, people, two_values, plan.alpha);
    let judge = JudgeQuality {
        labelled: rows.len(),
        judged: judged.baseline.len(),
        lambda,
        runs: [quality(&judge_baseline, &human.baseline), quality(&judge_candidate, &human.candidate)],
    };
    let pairs = Pairs {
        clusters,
        two_values,
        one_epoch: true,
        range: judged.range,
        counts: judged.counts.clone(),
        gaps: MissingData::default(),
        slices: None,
        notes: Vec::new(),
        first_phase: Some(first_phase),
        ..human
    };
    Ok(Corrected { pairs, judge })
}

/// How labels are paired: every one counts, whatever they are called.
fn label_plan(plan: &Plan) -> Plan {
    Plan { cluster: crate::domain::ClusterRule::Off, sampling: None, gold: None, ..plan.clone() }
}

/// Where the labelled items stand among those that the judge scored.
fn rows_of(judged: &Pairs, labelled: &TextColumn) -> Result<Vec<usize>, Diagnostic> {
    let mut row = 0;
    let mut rows = Vec::with_capacity(labelled.len());
    for at in 0..labelled.len() {
        let id = labelled.get(at);
        while row < judged.ids.len() && judged.ids.get(row) < id {
            row += 1;
        }
        if row == judged.ids.len() || judged.ids.get(row) != id {
            return Err(errors::labelled_unknown(id));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Numbers as 0..k in the order in which they first occur among the smaller ones, every number used.
fn dense(numbers: &[u32]) -> Vec<u32> {
    let mut distinct = numbers.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    numbers.iter().map(|number| distinct.binary_search(number).map_or(0, |at| at as u32)).collect()
}

/// What a judged difference counts for each labelled item, and over all items.
///
/// The weight that leaves least variance is the slope of people's differences on the judge's (PPI++). It is fitted on
/// the other folds, so that no label has a part in its own prediction; over all items it is the mean of the folds'.
fn lambdas(people: &[f64], judge: &[f64], clusters: Option<&[u32]>, plan: &Plan) -> (Vec<f64>, f64) {
    if let Some(Lambda::Fixed(lambda)) = plan.gold {
        return (vec![lambda; people.len()], lambda);
    }
    let units = clusters.map_or(people.len(), |all| all.iter().max().map_or(0, |last| *last as usize + 1));
    let mut order: Vec<usize> = (0..units).collect();
    let mut stream = Streams::new(plan.seed, Purpose::Split).replicate(0);
    stream.shuffle(&mut order);
    let mut fold_of_unit = vec![0; units];
    for (place, unit) in order.into_iter().enumerate() {
        if let Some(fold) = fold_of_unit.get_mut(unit) {
            *fold = place % FOLDS;
        }
    }
    let fold = |at: usize| {
        let unit = clusters.map_or(at, |all| all.get(at).map_or(0, |cluster| *cluster as usize));
        fold_of_unit.get(unit).copied().unwrap_or(0)
    };
    let slopes: Vec<f64> = (0..FOLDS)
        .map(|left_out| {
            let others: Vec<(f64, f64)> = people
                .iter()
                .zip(judge)
                .enumerate()
                .filter(|(at, _)| fold(*at) != left_out)
                .map(|(_, (h, j))| (*h, *j))
                .collect();
            slope(&others)
        })
        .collect();
    let of_items: Vec<f64> =
        (0..people.len()).map(|at| slopes.get(fold(at)).copied().unwrap_or(0.0)).collect();
    let lambda = mean(&of_items);
    (of_items, lambda)
}

/// The slope of h on j, from 0 to 1.
fn slope(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (h, j) = pairs.iter().fold((0.0, 0.0), |(a, b), (h, j)| (a + h / n, b + j / n));
    let (both, own) = pairs
        .iter()
        .fold((0.0, 0.0), |(both, own), (x, y)| (both + (x - h) * (y - j), own + (y - j) * (y - j)));
    if own > 0.0 { (both / own).clamp(0.0, 1.0) } else { 0.0 }
}

fn agreement(judge: &[f64], people: &[f64], two_values: Option<(f64, f64)>, alpha: Alpha) -> Agreement {
    let pairs = || judge.iter().zip(people);
    let where_people_say = |value: f64| {
        two_values.map(|_| Share::of(pairs().filter(|(_, h)| **h == value).map(|(j, h)| j == h), alpha))
    };
    let (lo, hi) = two_values.unwrap_or_default();
    Agreement {
        same: Share::of(pairs().map(|(j, h)| j == h), alpha),
        sensitivity: where_people_say(hi),
        specificity: where_people_say(lo),
    }
}
