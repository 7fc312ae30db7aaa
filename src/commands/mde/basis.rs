//! What a plan is made from.

use crate::inference::planning::{Design, RepeatsPlan, VarianceComponents};
use crate::report::mde::PilotReport;

/// What a design is reckoned with.
pub(super) struct Basis {
    pub(super) design: Design,
    pub(super) sd: f64,
    pub(super) icc: f64,
    pub(super) deff: f64,
    pub(super) pairs: u64,
    pub(super) pilot: Option<PilotReport>,
    pub(super) repeats: Option<Parts>,
    pub(super) notes: Vec<String>,
}

/// What repeats lower, and what they do not.
pub(super) struct Parts {
    pub(super) parts: VarianceComponents,
    pub(super) plan: RepeatsPlan,
}
