//! The difference between both runs: what was asked for, what was found, and where it lies.

use crate::envelope::{Record, v1};

/// What the candidate had to show, in units of the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// The difference is more than this; below 0 it may be that much worse.
    MoreThan(f64),
    /// The difference is less than this in either direction.
    Within(f64),
}

impl Asked {
    /// The number that was named.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::MoreThan(value) | Self::Within(value) => value,
        }
    }

    /// The claim that an envelope recorded.
    pub(super) fn of(report: &v1::Report, plan: &v1::Plan) -> Self {
        match report.equivalence {
            Some(margin) => Self::Within(margin),
            None => Self::MoreThan(report.min_delta.unwrap_or(plan.null_value)),
        }
    }
}

/// Where both bounds lie, seen from what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    /// Both in the region in which the candidate may ship.
    Shown,
    /// Both outside it.
    Refuted,
    /// On both sides of its edge.
    Open,
}

impl Region {
    /// The region in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Shown => "the whole interval lies where the candidate may ship",
            Self::Refuted => "the whole interval lies where the candidate must not ship",
            Self::Open => "the interval reaches to both sides of what was asked for, so nothing is decided",
        }
    }
}

/// The difference, candidate minus baseline: above 0 the candidate is better, also where lower scores are. In units
/// of the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// What was asked for.
    pub asked: Asked,
    /// The difference as observed.
    pub estimate: f64,
    /// Lower bound that the verdict rests on; `None` is unbounded.
    pub lower: Option<f64>,
    /// Upper bound that the verdict rests on.
    pub upper: Option<f64>,
    /// Both bounds of the scored pairs alone, where others hold because scores are missing.
    pub observed: Option<(Option<f64>, Option<f64>)>,
    /// Confidence of each bound by itself.
    pub each: f64,
    /// Whether the bounds are those of the test: the rule of evalsig 0.1 has none, and its interval is another thing.
    pub tested: bool,
}

impl Effect {
    /// The difference that a record holds.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let c = &record.report.comparison;
        let asked = Asked::of(&record.report, &record.plan);
        let (bounds, each, tested) = match &c.bounds {
            Some(bounds) => ((bounds.lower, bounds.upper), bounds.each, true),
            None => (c.ci, c.ci_level, false),
        };
        let (rests_on, observed) = match &c.worst_case {
            Some(case) => ((case.lower, case.upper), Some(bounds)),
            None => (bounds, None),
        };
        Self { asked, estimate: c.delta, lower: rests_on.0, upper: rests_on.1, observed, each, tested }
    }

    /// Where the bounds lie.
    #[must_use]
    pub fn region(&self) -> Region {
        let (lower, upper) = (self.lower.unwrap_or(f64::NEG_INFINITY), self.upper.unwrap_or(f64::INFINITY));
        let (shown, refuted) = match self.asked {
            Asked::MoreThan(null) => (lower > null, upper < null),
            Asked::Within(margin) => (lower > -margin && upper < margin, upper < -margin || lower > margin),
        };
        match (shown, refuted) {
            (true, _) => Region::Shown,
            (false, true) => Region::Refuted,
            (false, false) => Region::Open,
        }
    }
}
