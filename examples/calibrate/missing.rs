//! Candidates that leave out what they fail, and candidates that try again: before and after the rules
//! of the second edition.

use evalsig::decision::{WorstCase, worst_case};
use evalsig::domain::{Claim, Direction, Edition, Item, Plan, RunFrame, RunFrameBuilder, RunMetadata, Score};
use evalsig::inference::{Sample, infer};
use evalsig::numerics::stream::Stream;
use evalsig::pairing::pair;

use super::{Runs, count, head, rate, row};

/// One run: for each item the scores of its epochs; `None` is left out of the file.
fn frame(items: &[Vec<Option<f64>>]) -> RunFrame {
    let mut builder = RunFrameBuilder::default();
    for (number, epochs) in items.iter().enumerate() {
        let id = format!("q{number:05}");
        for (epoch, score) in (0_u32..).zip(epochs) {
            if let Some(score) = score.and_then(Score::new) {
                builder.push(Item { id: &id, epoch, cluster: None, score: Ok(score) });
            }
        }
    }
    builder.finish(RunMetadata::default()).unwrap_or_else(|error| unreachable!("{error}"))
}

/// Whether the candidate is allowed under an edition of the rules.
fn allowed(baseline: &RunFrame, candidate: &RunFrame, min_delta: f64, edition: Edition) -> bool {
    let plan = Plan { edition, resamples: 999, ..Plan::of(Claim::Above { min_delta }) };
    let Ok(pairs) = pair(baseline, candidate, &plan) else { return false };
    let Ok(estimate) = infer(&Sample::of(&pairs, Direction::HigherIsBetter), &plan) else { return false };
    let case: Option<WorstCase> = worst_case(&pairs, &estimate, &plan).ok().flatten();
    case.map_or(estimate.lower, |case| case.lower) > min_delta && pairs.counts.coverage >= 0.95
}

/// 0/1 scores: 5 % broken, 1 % fixed; the candidate's file lacks up to `most` of the broken items.
fn dropped(stream: &mut Stream, most: usize) -> (RunFrame, RunFrame) {
    let (mut baseline, mut candidate, mut left_out) = (Vec::new(), Vec::new(), 0);
    for _ in 0..1000 {
        let u = stream.unit();
        let agreed = f64::from(u8::from(stream.unit() < 0.7));
        let (b, c) = match u {
            u if u < 0.05 => (1.0, 0.0),
            u if u < 0.06 => (0.0, 1.0),
            _ => (agreed, agreed),
        };
        let drop = b > c && left_out < most;
        left_out += usize::from(drop);
        baseline.push(vec![Some(b)]);
        candidate.push(vec![(!drop).then_some(c)]);
    }
    (frame(&baseline), frame(&candidate))
}

/// Four epochs of the same model twice; the candidate's file lacks the worst epoch of `most` items.
fn best_of(stream: &mut Stream, most: usize) -> (RunFrame, RunFrame) {
    let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
    for item in 0..400 {
        let rate = stream.unit();
        let mut draw = || (0..4).map(|_| Some(f64::from(u8::from(stream.unit() < rate)))).collect::<Vec<_>>();
        baseline.push(draw());
        let mut epochs = draw();
        if item < most
            && let Some(worst) = epochs.iter_mut().find(|epoch| **epoch == Some(0.0))
        {
            *worst = None;
        }
        candidate.push(epochs);
    }
    (frame(&baseline), frame(&candidate))
}

/// Wrong ALLOW where the candidate leaves out what it fails.
pub(super) fn missing(runs: Runs) {
    println!("## Missing items: a candidate that leaves out what it fails\n");
    println!(
        "1000 items, 0/1 scores, 5 % broken and 1 % fixed (true delta -.04), claim: not worse by .01; the candidate's file\n\
         lacks up to so many of the items that it breaks. And 400 items with four epochs, the same model twice (true\n\
         delta 0), claim: better; of so many items the candidate's file lacks an epoch that failed.\n"
    );
    head(&["what is left out", "ALLOW, version 0.1", "ALLOW", "runs"]);
    let total = runs.of(300);
    for most in [0, 10, 20, 49] {
        let hits = count(total, 9_000_000 + most as u64, |stream, _| {
            let (baseline, candidate) = dropped(stream, most);
            [Edition::First, Edition::Second].map(|edition| allowed(&baseline, &candidate, -0.01, edition))
        });
        row(&format!("{most} broken items"), hits, total);
    }
    for most in [0, 100, 400] {
        let hits = count(total, 9_001_000 + most as u64, |stream, _| {
            let (baseline, candidate) = best_of(stream, most);
            [Edition::First, Edition::Second].map(|edition| allowed(&baseline, &candidate, 0.0, edition))
        });
        row(&format!("a failed epoch of {most} items"), hits, total);
    }
    println!();
}

/// Any ALLOW over several attempts of candidates that sit exactly at the claim.
pub(super) fn attempts(runs: Runs) {
    println!("## Attempts: candidates that are no better, tried again under one release\n");
    println!(
        "2,001 items, graded scores, normal differences with mean 0, claim: better. The report prints the bound.\n"
    );
    println!("| attempts | any ALLOW | bound printed | runs |\n|---|---|---|---|");
    let total = runs.of(4000);
    for tries in [1_u64, 3, 5] {
        let hits = count(total, 9_100_000 + tries, |stream, _| {
            let plan = Plan { resamples: 199, ..Plan::of(Claim::Above { min_delta: 0.0 }) };
            let any = (0..tries).any(|_| {
                let differences: Vec<f64> = (0..2001).map(|_| stream.normal()).collect();
                let sample = Sample::graded(vec![0.0; differences.len()], differences, None);
                infer(&sample, &plan).is_ok_and(|estimate| estimate.lower > 0.0)
            });
            [any]
        });
        println!("| {tries} | {} | {:.2} | {total} |", rate(hits[0], total), tries as f64 * 0.05);
    }
    println!();
}
