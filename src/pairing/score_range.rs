//! How far scores can go: what is known of it, whether the scores keep to it, and whether the claim says
//! anything about it.

use super::errors;
use crate::domain::{Claim, Diagnostic, Plan, RunFrame, ScoreRange, Usage};

/// Whence a range of scores is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeSource {
    /// The plan names it.
    Plan,
    /// The logs state it.
    Log,
    /// Every score of both runs is 0 or 1.
    ZeroOne,
    /// The pairs have two scores only. Good enough to see that a claim is empty, not to fill what is missing.
    TwoScores,
}

impl RangeSource {
    /// The source in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "named with --score-range",
            Self::Log => "stated by the logs",
            Self::ZeroOne => "every score is 0 or 1",
            Self::TwoScores => "there are only these two",
        }
    }
}

/// A range of scores, and whence it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnownRange {
    /// The range.
    pub range: ScoreRange,
    /// Whence it is known.
    pub source: RangeSource,
}

/// What is known of the range of both runs' scores; `None` where nothing is.
///
/// # Errors
/// `score-out-of-range` where a score leaves the range that the plan names; `runs-differ` where nothing is
/// known and the runs are plainly on different scales.
pub(super) fn known_range(
    baseline: &RunFrame,
    candidate: &RunFrame,
    plan: &Plan,
) -> Result<Option<KnownRange>, Diagnostic> {
    if let Some(range) = plan.score_range {
        for (which, run) in [("baseline", baseline), ("candidate", candidate)] {
            keeps_to(range, which, run)?;
        }
        return Ok(Some(KnownRange { range, source: RangeSource::Plan }));
    }
    // What an item takes may well differ tenfold between two models.
    if !Usage::is_name(&baseline.metadata().metric_name) {
        same_scale(baseline, candidate)?;
    }
    let stated = match (baseline.stated_range(), candidate.stated_range()) {
        (Some(a), Some(b)) => ScoreRange::new(a.lo().min(b.lo()), a.hi().max(b.hi())),
        // A run that states nothing is still one of the same metric, if its scores keep to the range.
        (Some(range), None) => Some(range).filter(|range| candidate.scores().all(|s| range.contains(s))),
        (None, Some(range)) => Some(range).filter(|range| baseline.scores().all(|s| range.contains(s))),
        (None, None) => None,
    };
    if let Some(range) = stated {
        return Ok(Some(KnownRange { range, source: RangeSource::Log }));
    }
    let zero_one = baseline.scores().chain(candidate.scores()).all(|score| score == 0.0 || score == 1.0);
    Ok(zero_one.then_some(KnownRange { range: ScoreRange::UNIT, source: RangeSource::ZeroOne }))
}

fn keeps_to(range: ScoreRange, which: &str, run: &RunFrame) -> Result<(), Diagnostic> {
    let outside = run.rows().find_map(|row| {
        let score = row.score.ok()?.get();
        (!range.contains(score)).then_some((row.id, score))
    });
    match outside {
        None => Ok(()),
        Some((id, score)) => Err(errors::score_outside_range(which, id, score, range)),
    }
}

/// The smallest and the largest score of a run, its smallest and largest size, and how it spreads.
struct Scale {
    lowest: f64,
    highest: f64,
    /// The middle of the sizes of the scores that are not 0; `None` where all are 0.
    middle: Option<f64>,
    /// The share of those beyond 1.
    beyond_one: f64,
}

impl Scale {
    fn of(run: &RunFrame) -> Option<Self> {
        let (lowest, highest) = run
            .scores()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| (low.min(score), high.max(score)));
        if lowest > highest {
            return None;
        }
        let mut sizes: Vec<f64> = run.scores().map(f64::abs).filter(|size| *size > 0.0).collect();
        let middle_at = sizes.len() / 2;
        let beyond = sizes.iter().filter(|size| **size > 1.0).count();
        let beyond_one = if sizes.is_empty() { 0.0 } else { beyond as f64 / sizes.len() as f64 };
        let middle = (!sizes.is_empty()).then(|| *sizes.select_nth_unstable_by(middle_at, f64::total_cmp).1);
        Some(Self { lowest, highest, middle, beyond_one })
    }

    fn within_one(&self) -> bool {
        self.lowest >= -1.0 && self.highest <= 1.0
    }
}

/// Sizes that differ by this much are those of two scales (0..1 and 0..100), not of two models.
const FACTOR: f64 = 8.0;

/// One run scored 0..1 and the other 0..100 are no pair: the difference would be that of the scales.
fn same_scale(baseline: &RunFrame, candidate: &RunFrame) -> Result<(), Diagnostic> {
    // Cheap on the runs that are nearly all there are: everything between -1 and 1 in both.
    let within_one = |run: &RunFrame| run.scores().all(|score| (-1.0..=1.0).contains(&score));
    if within_one(baseline) && within_one(candidate) {
        return Ok(());
    }
    let (Some(b), Some(c)) = (Scale::of(baseline), Scale::of(candidate)) else { return Ok(()) };
    let apart = |small: &Scale, large: &Scale| {
        let ratio = small.middle.zip(large.middle).map(|(small, large)| large / small);
        (small.within_one() && large.beyond_one > 0.5) || ratio.is_some_and(|ratio| ratio >= FACTOR)
    };
    if !apart(&b, &c) && !apart(&c, &b) {
        return Ok(());
    }
    Err(errors::two_scales(b.lowest, b.highest, c.lowest, c.highest))
}

/// Checks that some possible outcome satisfies the claim and some does not.
///
/// # Errors
/// `bad-usage` where the range shows that the claim is empty.
pub(super) fn check_claim_not_empty(claim: Claim, known: KnownRange) -> Result<(), Diagnostic> {
    let (span, range) = (known.range.span(), known.range);
    let (flag, value, what) = match claim {
        Claim::Above { min_delta } if min_delta <= -span => {
            ("--min-delta", min_delta, "every candidate satisfies the claim, whatever it does")
        }
        Claim::Above { min_delta } if min_delta >= span => {
            ("--min-delta", min_delta, "no candidate can satisfy the claim, whatever it does")
        }
        Claim::Within { margin } if margin >= span => {
            ("--equivalence", margin, "every candidate satisfies the claim, whatever it does")
        }
        Claim::Above { .. } | Claim::Within { .. } => return Ok(()),
    };
    let point = span / 100.0;
    Err(errors::empty_claim(flag, value, range, known.source.as_str(), what, point))
}
