//! Two runs in, paired items out: epochs reduced, clusters joined, everything left out counted and kept,
//! so that the verdict can be held to what it would have been with it.
//!
//! Works in ascending order of item id, so the order of rows in a file never reaches a verdict.

#![warn(clippy::wildcard_enum_match_arm)]

mod comparability;
mod epoch_reduction;
mod errors;
mod first_phase;
mod imputation;
mod item_scores;
mod join;
mod missing_data;
mod pairs;
mod repeats;
mod score_range;
mod slice_pairs;
mod slices;

use crate::domain::{Claim, Diagnostic, Edition, MissingRule, Plan, RunFrame, ScoreRange, Unscored};
use comparability::check_comparable;
use epoch_reduction::{Epochs, Reduced, reduce};
use join::{Joined, dense, gaps, join};

pub use first_phase::{FirstPhase, Source, Strata};
pub use imputation::Imputed;
pub use item_scores::{ItemScore, item_scores};
pub use missing_data::{EpochTally, IncompleteItem, MissingData, Reasons};
pub use pairs::{Counts, Pairs};
pub use repeats::{Repeats, repeats};
pub use score_range::{KnownRange, RangeSource};
pub use slices::{SliceSize, Slices};

/// Refuses a claim that every candidate satisfies, or none, because scores cannot go that far. [`pair`] does so for
/// the plan's own claim.
///
/// # Errors
/// `bad-usage`, with the range of scores and how it is known.
pub fn refuse_empty_claim(pairs: &Pairs, claim: Claim) -> Result<(), Diagnostic> {
    let two_scores = pairs.two_values.and_then(|(lo, hi)| ScoreRange::new(lo, hi));
    let known = pairs.range.or(two_scores.map(|range| KnownRange { range, source: RangeSource::TwoScores }));
    known.map_or(Ok(()), |known| score_range::check_claim_not_empty(claim, known))
}

/// Pairs the items of two runs.
///
/// # Errors
/// `runs-differ` where the metrics, their direction or the items differ; `unscored-items` where the plan refuses unscored items;
/// `cluster-conflict` and `slice-conflict` where the runs put an item into different clusters or slices;
/// `no-overlap` where no item is scored in both.
pub fn pair(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan) -> Result<Pairs, Diagnostic> {
    let mut notes = check_comparable(baseline, candidate, plan)?;
    let range = match plan.edition {
        Edition::First => None,
        Edition::Second => score_range::known_range(baseline, candidate, plan)?,
    };
    if let Some(range) = range {
        score_range::check_claim_not_empty(plan.claim, range)?;
    }
    if plan.missing == MissingRule::Error {
        refuse_unscored("baseline", baseline)?;
        refuse_unscored("candidate", candidate)?;
    }
    let epochs = Epochs::of([baseline, candidate]);
    let [left, right] = [baseline, candidate].map(|run| reduce(run, &epochs, plan.epochs, plan.edition));
    let joined = join(&left, &right)?;
    if joined.baseline.is_empty() {
        return Err(nothing_scored(&left, &right, joined).unwrap_or_else(|| no_overlap(&left, &right)));
    }
    if joined.unequal_epochs > 0 {
        notes.push(format!(
            "{} paired item(s) have different numbers of scored epochs in the two runs; every item weighs the same",
            joined.unequal_epochs
        ));
    }
    if baseline.is_clustered() != candidate.is_clustered() {
        let which = if baseline.is_clustered() { "baseline" } else { "candidate" };
        notes.push(format!("only the {which} carries clusters; its clusters are used for both runs"));
    }
    if baseline.slices().is_some() != candidate.slices().is_some() {
        let which = if baseline.slices().is_some() { "baseline" } else { "candidate" };
        notes.push(format!("only the {which} carries slices; its slices are used for both runs"));
    }
    let two_values = two_values(&joined, range, plan.edition).filter(|_| joined.one_epoch);
    if let (None, Some(range)) = (range, two_values.and_then(|(lo, hi)| ScoreRange::new(lo, hi)))
        && plan.edition >= Edition::Second
    {
        score_range::check_claim_not_empty(plan.claim, KnownRange { range, source: RangeSource::TwoScores })?;
    }
    let larger = left.items.max(right.items);
    let pairs = joined.baseline.len();
    let (clusters, more) = dense(&joined.clusters, &joined.gap_clusters);
    let singletons = plan.edition >= Edition::Second
        && clusters.as_ref().is_some_and(|all| all.iter().max() == Some(&last_of(pairs)));
    let (clusters, more) = if singletons { (None, vec![None; more.len()]) } else { (clusters, more) };
    if singletons {
        notes.push("every cluster holds one item, so the items are the independent units".into());
    }
    Ok(Pairs {
        counts: Counts {
            pairs,
            only_baseline: left.scored - pairs,
            only_candidate: right.scored - pairs,
            baseline_items: left.items,
            candidate_items: right.items,
            coverage: pairs as f64 / larger as f64,
        },
        slices: Slices::of(&joined.slices, &joined.gap_slices),
        gaps: gaps(joined.gaps, more),
        two_values,
        range,
        clusters,
        ids: joined.ids,
        baseline: joined.baseline,
        candidate: joined.candidate,
        one_epoch: joined.one_epoch,
        notes,
        first_phase: None,
    })
}

/// The index of the last of so many.
fn last_of(count: usize) -> u32 {
    u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// The two scores of the pairs, where there are only two: then items are right or wrong, whatever the two
/// are called. A range that is known to reach beyond them makes the scores graded.
fn two_values(joined: &Joined<'_>, range: Option<KnownRange>, edition: Edition) -> Option<(f64, f64)> {
    let ends = match (edition, range) {
        (Edition::First, _) => (0.0, 1.0),
        (Edition::Second, Some(known)) => (known.range.lo(), known.range.hi()),
        (Edition::Second, None) => {
            let scores = || joined.baseline.iter().chain(&joined.candidate).copied();
            (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max))
        }
    };
    let all = |scores: &[f64]| scores.iter().all(|score| *score == ends.0 || *score == ends.1);
    (ends.0 < ends.1 && all(&joined.baseline) && all(&joined.candidate)).then_some(ends)
}

fn refuse_unscored(which: &str, run: &RunFrame) -> Result<(), Diagnostic> {
    let unscored = run.unscored();
    let total: usize = unscored.values().sum();
    let Some((row, first)) = run.rows().enumerate().find(|(_, item)| item.score.is_err()) else {
        return Ok(());
    };
    let reasons: Vec<String> = unscored
        .iter()
        .map(|(why, count): (&Unscored, &usize)| format!("{count} {}", why.as_str()))
        .collect();
    Err(errors::unscored_items(which, row, first.id, total, run.len(), &reasons.join(", ")))
}

/// A run without any score: why the items of the other one have no partner.
fn nothing_scored(left: &Reduced<'_, '_>, right: &Reduced<'_, '_>, joined: Joined<'_>) -> Option<Diagnostic> {
    let missing = MissingData::of(joined.gaps);
    let (which, run, missing) =
        [("baseline", left, missing.baseline), ("candidate", right, missing.candidate)]
            .into_iter()
            .find(|(_, run, _)| run.scored == 0)?;
    let reasons: Vec<String> = missing.iter().map(|(why, count)| format!("{count} {why}")).collect();
    Some(errors::no_score_in_run(which, run.items, &reasons.join(", ")))
}

fn no_overlap(left: &Reduced<'_, '_>, right: &Reduced<'_, '_>) -> Diagnostic {
    let example = |run: &Reduced<'_, '_>| {
        let first = run.items().find(|row| row.side.scored > 0);
        first.map_or("none".into(), |row| format!("{:?}", row.id))
    };
    errors::no_overlap(left.scored, &example(left), right.scored, &example(right))
}

#[cfg(test)]
mod tests;
