//! Two runs in, paired items out: epochs reduced, clusters joined, everything left out counted.
//!
//! Works in ascending order of item id, so the order of rows in a file never reaches a verdict.

mod reduce;
mod repeats;
mod same;

use std::collections::BTreeMap;

use crate::domain::{Code, Diagnostic, MissingRule, Names, Plan, RunFrame, Unscored};
use reduce::{Reduced, reduce};
use same::same_subject;

pub use repeats::{Repeats, repeats};

/// How items of the two runs were matched.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Items scored in both runs.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Distinct items of the baseline, scored or not.
    pub baseline_items: usize,
    /// Distinct items of the candidate, scored or not.
    pub candidate_items: usize,
    /// Pairs as a share of the larger run, in [0, 1]. A candidate that drops the items it fails
    /// shows here.
    pub coverage: f64,
}

/// Items scored in both runs, in ascending order of id. All columns have the same length, at least 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Item ids.
    pub ids: Names,
    /// Baseline score of each item, as the file has it.
    pub baseline: Vec<f64>,
    /// Candidate score of each item, as the file has it.
    pub candidate: Vec<f64>,
    /// Cluster of each item as 0..k, every index used; `None` where items are independent.
    pub clusters: Option<Vec<u32>>,
    /// Whether every paired item had one epoch in both runs.
    pub one_epoch: bool,
    /// What was matched and what was not.
    pub counts: Counts,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// Pairs the items of two runs.
///
/// # Errors
/// `runs-differ` where the metrics, their direction or the items differ; `unscored-items` where the plan refuses unscored items;
/// `cluster-conflict` where the runs put an item into different clusters; `no-overlap` where no
/// item is scored in both.
pub fn pair(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan) -> Result<Pairs, Diagnostic> {
    let mut notes = same_subject(baseline, candidate, plan.direction)?;
    if plan.missing == MissingRule::Error {
        refuse_unscored("baseline", baseline)?;
        refuse_unscored("candidate", candidate)?;
    }
    let (left, right) = (reduce(baseline, plan.epochs), reduce(candidate, plan.epochs));
    let joined = join(&left, &right)?;
    if joined.baseline.is_empty() {
        return Err(no_overlap(&left, &right));
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
    let larger = left.items.max(right.items);
    let pairs = joined.baseline.len();
    Ok(Pairs {
        counts: Counts {
            pairs,
            only_baseline: left.scored - pairs,
            only_candidate: right.scored - pairs,
            baseline_items: left.items,
            candidate_items: right.items,
            coverage: pairs as f64 / larger as f64,
        },
        clusters: dense(&joined.clusters),
        ids: joined.ids,
        baseline: joined.baseline,
        candidate: joined.candidate,
        one_epoch: joined.one_epoch,
        notes,
    })
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
    Err(Code::UnscoredItems
        .at(format!("{which}: items[{row}].score"))
        .what(format!(
            "item {:?} has no score; {total} of {} rows have none ({})",
            first.id,
            run.len(),
            reasons.join(", ")
        ))
        .next("score them, or leave them out with --missing exclude (they then weigh on coverage)"))
}

struct Joined<'a> {
    ids: Names,
    baseline: Vec<f64>,
    candidate: Vec<f64>,
    /// Cluster name of each pair where either run carries clusters.
    clusters: Vec<&'a str>,
    one_epoch: bool,
    unequal_epochs: usize,
}

/// Merges two ascending sequences of items.
fn join<'a>(left: &Reduced<'a>, right: &Reduced<'a>) -> Result<Joined<'a>, Diagnostic> {
    let mut joined = Joined {
        ids: Names::default(),
        baseline: Vec::with_capacity(left.rows.len().min(right.rows.len())),
        candidate: Vec::with_capacity(left.rows.len().min(right.rows.len())),
        clusters: Vec::new(),
        one_epoch: true,
        unequal_epochs: 0,
    };
    let mut rights = right.rows.iter().peekable();
    for l in &left.rows {
        while rights.next_if(|r| r.id < l.id).is_some() {}
        let Some(r) = rights.next_if(|r| r.id == l.id) else { continue };
        if let (Some(a), Some(b)) = (l.cluster, r.cluster)
            && a != b
        {
            return Err(Code::ClusterConflict
                .at(format!("item {:?}", l.id))
                .what(format!("is in cluster {a:?} in the baseline and {b:?} in the candidate"))
                .next(
                    "make both runs name the same clusters, or say --cluster none if items are independent",
                ));
        }
        joined.ids.push(l.id);
        joined.baseline.push(l.score);
        joined.candidate.push(r.score);
        joined.clusters.extend(l.cluster.or(r.cluster));
        joined.one_epoch &= l.epochs == 1 && r.epochs == 1;
        joined.unequal_epochs += usize::from(l.epochs != r.epochs);
    }
    Ok(joined)
}

/// Cluster names as 0..k in ascending order of name, every index used.
fn dense(names: &[&str]) -> Option<Vec<u32>> {
    if names.is_empty() {
        return None;
    }
    let mut index: BTreeMap<&str, u32> = names.iter().map(|name| (*name, 0)).collect();
    for (position, slot) in index.values_mut().enumerate() {
        *slot = u32::try_from(position).unwrap_or(u32::MAX);
    }
    Some(names.iter().map(|name| index.get(name).copied().unwrap_or(0)).collect())
}

fn no_overlap(left: &Reduced<'_>, right: &Reduced<'_>) -> Diagnostic {
    let example = |side: &Reduced<'_>| side.rows.first().map_or("none".into(), |row| format!("{:?}", row.id));
    Code::NoOverlap
        .at("")
        .what(format!(
            "no item is scored in both runs: the baseline has {} scored items (first: {}), the candidate {} (first: {})",
            left.scored,
            example(left),
            right.scored,
            example(right)
        ))
        .next("check that both files are runs of the same items and that item ids are spelled alike")
}

#[cfg(test)]
mod tests;
