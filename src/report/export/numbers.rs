//! What an export says of one comparison of two runs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::envelope::v1::Bounds;

/// What an envelope reports, in short.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Numbers {
    /// The claim in words.
    pub claim: String,
    /// Mean of candidate - baseline, sign turned when lower is better.
    pub delta: f64,
    /// Its interval; null is an unbounded side.
    pub ci: (Option<f64>, Option<f64>),
    /// The interval's confidence.
    pub ci_level: f64,
    /// Tests the claim.
    pub p_value: f64,
    /// Paired items.
    pub n_pairs: u64,
    /// Both bounds of the inverted test; null under the rule `evalsig-0.1`, which has none.
    pub bounds: Option<Bounds>,
}
