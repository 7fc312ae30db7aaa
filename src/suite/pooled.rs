//! One endpoint over all tasks, fixed beforehand: the weighted mean of the tasks' deltas.
//!
//! ```text
//! endpoint = sum over tasks of w_t mean_t(d),   w_t = n_t / N (items)   or   1 / T (equal)
//! ```
//!
//! Every paired item of every task enters one sample, with its difference times `w_t N / n_t`, so that the sample's
//! mean is the endpoint; clusters stay apart from those of other tasks. Differences between the tasks' own means
//! count as spread here, which makes the test a little more cautious than one within strata.

use super::evidence::Evidence;
use crate::domain::policy::Weights;
use crate::domain::{Claim, Diagnostic, Plan};
use crate::inference::{Estimate, Sample, infer};
use crate::pairing::Pairs;

/// One task's part in the pooled endpoint.
pub(super) struct Stratum<'a> {
    pub(super) pairs: &'a Pairs,
    pub(super) plan: &'a Plan,
}

/// Which values the missing scores get.
#[derive(Clone, Copy)]
enum Fill {
    Observed,
    Worst,
    Best,
}

/// The evidence of all strata about endpoint > `min_delta`, by the first stratum's method and seed at `plan`'s alpha.
///
/// # Errors
/// Those of [`infer`].
pub(super) fn evidence(
    strata: &[Stratum<'_>],
    weights: Weights,
    min_delta: f64,
    plan: &Plan,
) -> Result<Evidence, Diagnostic> {
    let plan = Plan { claim: Claim::Above { min_delta: min_delta + 0.0 }, ..plan.clone() };
    let pairs = strata.iter().map(|stratum| stratum.pairs.counts.pairs).sum();
    let observed = infer(&sample(strata, weights, Fill::Observed), &plan)?;
    let low = strata.iter().find(|stratum| stratum.pairs.counts.coverage < stratum.plan.min_coverage.get());
    if low.is_some() {
        return Ok(Evidence::nothing(observed.delta, pairs, "too little of a task is paired".into()));
    }
    if let Some((units, needed)) = observed.too_few {
        let why = format!("only {units} independent units, and {needed} are needed");
        return Ok(Evidence::nothing(observed.delta, pairs, why));
    }
    let missing = || strata.iter().filter(|stratum| !stratum.pairs.gaps.is_empty());
    if missing().any(|stratum| stratum.pairs.range.is_none()) {
        let why = "scores are missing, and how far they can go is not known (score-range)";
        return Ok(Evidence::nothing(observed.delta, pairs, why.into()));
    }
    let mut found = vec![observed];
    if missing().next().is_some() {
        for fill in [Fill::Worst, Fill::Best] {
            found.push(infer(&sample(strata, weights, fill), &plan)?);
        }
    }
    let most = |of: fn(&Estimate) -> f64| found.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let p_value = found.iter().map(|estimate| estimate.p_value(&plan)).fold(0.0, f64::max);
    let lower = -most(|estimate| -estimate.lower);
    Ok(Evidence {
        delta: found.first().map_or(f64::NAN, |estimate| estimate.delta),
        lower,
        upper: most(|estimate| estimate.upper),
        p_value,
        p_against: most(|estimate| estimate.p_against),
        pairs,
        shown: lower > min_delta,
        obstacle: None,
    })
}

/// The items of all strata as one sample.
fn sample(strata: &[Stratum<'_>], weights: Weights, fill: Fill) -> Sample {
    let parts: Vec<Sample> = strata
        .iter()
        .map(|Stratum { pairs, plan }| match (fill, pairs.range) {
            (Fill::Worst, Some(known)) => Sample::filled(pairs, known.range, plan.direction, true),
            (Fill::Best, Some(known)) => Sample::filled(pairs, known.range, plan.direction, false),
            (Fill::Observed, _) | (Fill::Worst | Fill::Best, None) => Sample::of(pairs, plan.direction),
        })
        .collect();
    let items: usize = parts.iter().map(Sample::len).sum();
    let factor = |part: &Sample| match weights {
        Weights::Items => 1.0,
        Weights::Equal => items as f64 / (parts.len() as f64 * part.len() as f64),
    };
    let mut pooled = Sample::graded(Vec::with_capacity(items), Vec::with_capacity(items), None);
    let clustered = parts.iter().any(|part| part.clusters.is_some());
    let mut clusters = Vec::new();
    let mut next = 0_u32;
    for part in &parts {
        let factor = factor(part);
        pooled.baseline.extend(part.baseline.iter().map(|score| score * factor));
        pooled.candidate.extend(part.candidate.iter().map(|score| score * factor));
        if clustered {
            // Where a task has no clusters, each of its items is one.
            let own: Vec<u32> = match &part.clusters {
                Some(own) => own.clone(),
                None => (0..).take(part.len()).collect(),
            };
            clusters.extend(own.iter().map(|cluster| cluster + next));
            next += own.iter().max().map_or(0, |last| last + 1);
        }
    }
    pooled.clusters = clustered.then_some(clusters);
    // Scores of two values stay so only where they are the same two in every task.
    let mut gaps = parts.iter().map(|part| part.two_valued.filter(|_| weights == Weights::Items));
    let first = gaps.next().flatten();
    pooled.two_valued = first.filter(|first| gaps.all(|gap| gap == Some(*first)));
    let spans: Option<Vec<f64>> =
        parts.iter().map(|part| part.span.map(|span| span * factor(part))).collect();
    pooled.span = spans.map(|spans| spans.into_iter().fold(0.0, f64::max));
    pooled
}

#[cfg(test)]
mod tests {
    use super::{Fill, Stratum, sample};
    use crate::domain::policy::Weights;
    use crate::domain::{Claim, Item, Plan, RunFrame, RunFrameBuilder, RunMetadata, Score};
    use crate::pairing::pair;

    fn run(scores: &[f64]) -> RunFrame {
        let mut rows = RunFrameBuilder::default();
        for (id, score) in scores.iter().enumerate() {
            let (id, score) = (id.to_string(), Ok(Score::new(*score).unwrap()));
            rows.push(Item { id: &id, epoch: 0, cluster: None, score });
        }
        rows.finish(RunMetadata::default()).unwrap()
    }

    #[test]
    fn the_mean_of_the_sample_is_the_weighted_mean_of_the_tasks() {
        let plan = Plan::of(Claim::Above { min_delta: 0.0 });
        // Deltas: 0.5 over four items, -0.25 over two.
        let first = pair(&run(&[0.0, 0.0, 0.5, 0.5]), &run(&[0.5, 0.5, 1.0, 1.0]), &plan).unwrap();
        let second = pair(&run(&[0.5, 0.75]), &run(&[0.25, 0.5]), &plan).unwrap();
        let strata = [Stratum { pairs: &first, plan: &plan }, Stratum { pairs: &second, plan: &plan }];
        let mean = |weights| {
            let differences = sample(&strata, weights, Fill::Observed).differences();
            differences.iter().sum::<f64>() / differences.len() as f64
        };
        assert!((mean(Weights::Items) - 0.25).abs() < 1e-12);
        assert!((mean(Weights::Equal) - 0.125).abs() < 1e-12);
    }
}
