//! Scores of a judge that errs, corrected by people's labels on a random part of the items.

use evalsig::domain::{Claim, ClusterRule, Direction, Lambda, Plan};
use evalsig::inference::{Estimate, Sample, infer};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use evalsig::pairing::pair;
use evalsig::sampling::corrected;
use rayon::prelude::*;

use super::bank::frame;
use super::{Runs, count, head, rate};

/// Sensitivity and specificity.
type Judge = (f64, f64);

/// What people would say of both runs, and what the judge says.
struct Answers {
    people: [Vec<f64>; 2],
    judge: [Vec<f64>; 2],
}

/// Answers right with these probabilities, which depend on a difficulty that both runs share.
fn answers(items: usize, rights: [f64; 2], judges: [Judge; 2], stream: &mut Stream) -> Answers {
    let mut answers = Answers { people: [Vec::new(), Vec::new()], judge: [Vec::new(), Vec::new()] };
    for _ in 0..items {
        // Both runs answer this item alike with probability one half.
        let (shared, alike) = (stream.unit(), stream.unit() < 0.5);
        for ((right, (sensitivity, specificity)), (people, judge)) in
            rights.iter().zip(judges).zip(answers.people.iter_mut().zip(&mut answers.judge))
        {
            let is_right = if alike { shared } else { stream.unit() } < *right;
            let agrees = stream.unit() < if is_right { sensitivity } else { specificity };
            people.push(f64::from(u8::from(is_right)));
            judge.push(f64::from(u8::from(is_right == agrees)));
        }
    }
    answers
}

/// Wrong ALLOW and REJECT where the truth lies exactly at the claim's value, with labels and without.
pub(super) fn judged(runs: Runs) {
    println!("## Judges that people corrected\n");
    println!(
        "0/1 scores of a judge with these sensitivities and specificities, for the baseline and for the candidate; m of the N\n\
         items are labelled by people. The claim's value is the true difference of what people would say. `without` is\n\
         the gate on the judge's scores alone. `width` is the width of the bounds over that of labels without a judge\n\
         (lambda 0), the median of 61 draws.\n"
    );
    head(&[
        "judge (baseline; candidate)",
        "right",
        "N",
        "m",
        "wrong ALLOW",
        "wrong REJECT",
        "ALLOW without",
        "REJECT without",
        "width",
        "runs",
    ]);
    let full = runs.of(1000);
    let mut worst = (0.0_f64, String::new());
    let judges: &[[Judge; 2]] = &[
        [(0.7, 0.7); 2],
        [(0.9, 0.9); 2],
        [(0.99, 0.99); 2],
        [(0.95, 0.95), (0.99, 0.85)],
        [(0.99, 0.99), (0.97, 0.99)],
    ];
    let sizes: &[(usize, usize)] = if runs.quick {
        &[(500, 30), (2000, 100)]
    } else {
        &[(500, 30), (500, 100), (2000, 30), (2000, 100), (2000, 500)]
    };
    for rights in [[0.7, 0.65], [0.92, 0.9]] {
        for judges in judges {
            for (items, labelled) in sizes {
                let truth = rights[1] - rights[0];
                let tag = (items * 1000 + labelled) as u64 ^ (judges[1].0 * 1000.0) as u64;
                let hits = count(full, tag, |stream, run| {
                    let answers = answers(*items, rights, *judges, stream);
                    measure(&answers, *labelled, truth, run).unwrap_or([false; 4])
                });
                let streams = Streams::new(tag, Purpose::Simulation);
                let mut widths: Vec<f64> = (0..WIDTHS)
                    .into_par_iter()
                    .filter_map(|run| {
                        let answers = answers(*items, rights, *judges, &mut streams.replicate(run));
                        width(&answers, *labelled, truth, run)
                    })
                    .collect();
                widths.sort_by(f64::total_cmp);
                let width = widths.get(widths.len() / 2).copied().unwrap_or(f64::NAN);
                let name = |(a, b): Judge| format!("{a}/{b}");
                let label = format!(
                    "{}; {} | {} and {} | {items} | {labelled}",
                    name(judges[0]),
                    name(judges[1]),
                    rights[0],
                    rights[1]
                );
                let cells: Vec<String> = hits.iter().map(|hit| rate(*hit, full)).collect();
                println!("| {label} | {} | {width:.2} | {full} |", cells.join(" | "));
                for hit in hits.iter().take(2) {
                    let level = *hit as f64 / full as f64;
                    if level > worst.0 {
                        worst = (level, label.clone());
                    }
                }
            }
        }
    }
    println!("\nWorst of the table, with labels: {:.4} ({}).\n", worst.0, worst.1);
}

/// Draws of which the median width is taken.
const WIDTHS: u64 = 61;

/// Wrong ALLOW and REJECT with labels, then without.
fn measure(answers: &Answers, labelled: usize, truth: f64, run: u64) -> Option<[bool; 4]> {
    let plan = plan(truth, run, Lambda::CrossFitted);
    let [baseline, candidate] = answers.judge.each_ref().map(|scores| frame(scores));
    let pairs = pair(&baseline, &candidate, &plan).ok()?;
    let alone = infer(&Sample::of(&pairs, Direction::HigherIsBetter), &plan).ok()?;
    let found = with_labels(answers, labelled, &plan)?;
    Some([found.lower > truth, found.upper < truth, alone.lower > truth, alone.upper < truth])
}

/// The width of the bounds over that of labels alone.
fn width(answers: &Answers, labelled: usize, truth: f64, run: u64) -> Option<f64> {
    let with = |lambda| with_labels(answers, labelled, &plan(truth, run, lambda));
    let (found, people) = (with(Lambda::CrossFitted)?, with(Lambda::Fixed(0.0))?);
    Some((found.upper - found.lower) / (people.upper - people.lower))
}

fn plan(truth: f64, seed: u64, lambda: Lambda) -> Plan {
    Plan {
        resamples: 399,
        seed,
        cluster: ClusterRule::Off,
        gold: Some(lambda),
        ..Plan::of(Claim::Above { min_delta: truth })
    }
}

/// The bounds where the first items are labelled.
fn with_labels(answers: &Answers, labelled: usize, plan: &Plan) -> Option<Estimate> {
    let [baseline, candidate] = answers.judge.each_ref().map(|scores| frame(scores));
    let labels = answers.people.each_ref().map(|scores| frame(scores.get(..labelled).unwrap_or_default()));
    let pairs = pair(&baseline, &candidate, plan).ok()?;
    let with = corrected(&pairs, [&labels[0], &labels[1]], plan).ok()?;
    infer(&Sample::of(&with.pairs, Direction::HigherIsBetter), plan).ok()
}
