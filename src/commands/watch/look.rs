//! What one look at the runs says: which process fits them, and its answer.

use super::record::{self, Answer, Record};
use super::request::{BETS, CLUSTERS, PAIRS, WatchRequest};
use crate::domain::{Code, Diagnostic};
use crate::inference::Sample;
use crate::inference::sequential::{Evidence, ItemLooks, ItemTest, PlannedLooks};

/// Which process fits the data.
pub(super) fn process(request: &WatchRequest, sample: &Sample) -> &'static str {
    let binary = sample.two_valued == Some(1.0);
    if sample.clusters.is_some() {
        CLUSTERS
    } else if binary && request.plan.claim.lower_null() == 0.0 && request.bounds.is_none() {
        PAIRS
    } else {
        BETS
    }
}

/// A look at independent items, as they were first seen.
pub(super) fn by_item(request: &WatchRequest, process: &str, record: &Record) -> Answer {
    let (plan, (low, high)) = (&request.plan, request.score_bounds());
    let test = if process == PAIRS {
        ItemTest::Pairs
    } else {
        ItemTest::Bets { min_delta: plan.claim.lower_null(), low, high }
    };
    let sign = plan.direction.sign();
    let differences: Vec<f64> = record.items.iter().map(|item| item.2 * sign - item.1 * sign).collect();
    let seen = test.look(&differences, plan.alpha);
    let mut looks = match record.answer() {
        Some(answer) => ItemLooks::resumed(plan.alpha, answer.p),
        None => ItemLooks::new(plan.alpha),
    };
    Answer {
        evidence: looks.take(&seen).map(evidence),
        delta: seen.delta,
        bounds: seen.bounds.map(|(lower, upper)| (finite(lower), finite(upper))),
        ln_e: Some(seen.ln_e),
        p: looks.p(),
        notes: Vec::new(),
    }
}

/// A planned look at clusters.
pub(super) fn by_cluster(
    request: &WatchRequest,
    record: &Record,
    sample: &Sample,
) -> Result<Answer, Diagnostic> {
    let p = record.answer().map_or((1.0, 1.0), |answer| answer.p);
    let mut looks = PlannedLooks::new(request.plan.clone(), request.looks)
        .ok_or_else(|| {
            Code::BadUsage.at("--looks").what("leaves no alpha for a look").next("plan fewer looks")
        })?
        .resumed(record.taken(), p);
    let found = looks.look(sample)?.map(evidence);
    let last = looks.last();
    Ok(Answer {
        evidence: found,
        delta: last.map_or(0.0, |estimate| estimate.delta),
        bounds: last.map(|estimate| (finite(estimate.lower), finite(estimate.upper))),
        ln_e: None,
        p: looks.p(),
        notes: last.map(|estimate| estimate.notes.clone()).unwrap_or_default(),
    })
}

fn evidence(found: Evidence) -> record::Evidence {
    match found {
        Evidence::For => record::Evidence::For,
        Evidence::Against => record::Evidence::Against,
    }
}

fn finite(bound: f64) -> Option<f64> {
    bound.is_finite().then_some(bound)
}
