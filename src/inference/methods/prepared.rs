//! What a method is asked, and what it answers: one sample under one plan, a test made ready for it.

use crate::domain::{Alpha, Method, Plan};
use crate::inference::inversion::Inversion;
use crate::inference::sample::Sample;

/// One sample under one plan, put to one method.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) sample: &'a Sample,
    pub(crate) plan: &'a Plan,
}

impl Request<'_> {
    /// The method's name in reports.
    pub(crate) fn label(&self) -> &'static str {
        self.method.as_str()
    }

    /// Whether the claim's value is another than 0, in either edition.
    pub(crate) fn has_margin(&self) -> bool {
        self.plan.claim.lower_null() != 0.0
    }

    /// What each side of the test may spend.
    pub(crate) fn alpha(&self) -> Alpha {
        self.plan.alpha_each()
    }
}

/// Discordant pairs of 0/1 scores: how many items the candidate broke and fixed, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Baseline right, candidate wrong.
    pub(crate) broken: u64,
    /// Baseline wrong, candidate right.
    pub(crate) fixed: u64,
    /// All paired items.
    pub(crate) items: u64,
}

/// A method made ready for one sample.
pub(crate) struct Prepared {
    pub(crate) test: Box<dyn Inversion>,
    /// The name in reports; `mcnemar` splits into two.
    pub(crate) label: &'static str,
    /// Random resamples drawn, if any.
    pub(crate) resamples: Option<u32>,
    /// (units, units needed) where no test can reach alpha.
    pub(crate) too_few: Option<(usize, usize)>,
    /// Why the method can refute nothing here, however far off: the data hardly vary.
    pub(crate) blind: Option<&'static str>,
}

impl Prepared {
    /// A test that drew nothing at random and has enough to go by.
    pub(crate) fn formula(test: Box<dyn Inversion>, label: &'static str) -> Self {
        Self { test, label, resamples: None, too_few: None, blind: None }
    }
}

/// What is said where all differences are equal.
pub(crate) const NO_SPREAD: &str =
    "all differences are equal, so nothing tells how far their mean may be off: no bounds, p = 1";
