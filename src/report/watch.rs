//! What `watch` reports: where a sequential test stands.

use serde::Serialize;

/// Where a sequential test stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WatchReport {
    /// Whether there is enough evidence.
    pub stopped: bool,
    /// `for` or `against` the claim, once stopped.
    pub evidence: Option<&'static str>,
    /// The process exit code.
    pub exit_code: u8,
    /// Value that delta must exceed.
    pub min_delta: f64,
    /// Largest accepted probability of ever stopping wrongly, in each direction.
    pub alpha: f64,
    /// Seed of the cluster test's resamples; evidence from items needs none.
    pub seed: u64,
    /// `discordant_pairs`, `betting` or `planned_looks`.
    pub process: &'static str,
    /// Items paired in the files as last read.
    pub pairs: usize,
    /// Items that the last look took in; after evidence, those up to it.
    pub pairs_used: u64,
    /// Items scored in one run alone.
    pub unpaired: usize,
    /// Mean oriented difference of the items used.
    pub delta: f64,
    /// Bounds for delta, each at 1 - alpha, where the process has them.
    pub bounds: Option<WatchBounds>,
    /// ln of the e-values for and against the claim; none with planned looks.
    pub ln_e: Option<BothDirections>,
    /// p-values of "not for" and "not against", valid at every look.
    pub p_value: BothDirections,
    /// Looks taken.
    pub looks: u32,
    /// Looks planned, where they are.
    pub looks_planned: Option<u32>,
    /// The state file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateFile>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// The state file that carries a test from one call to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StateFile {
    /// Its path.
    pub file: String,
    /// Whether this call began it.
    pub begun: bool,
    /// SHA-256 of the last look in it.
    pub head: String,
}

/// Bounds for delta.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WatchBounds {
    /// Lower bound; none where unbounded.
    pub lower: Option<f64>,
    /// Upper bound; none where unbounded.
    pub upper: Option<f64>,
}

/// A number for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BothDirections {
    /// For the claim.
    #[serde(rename = "for")]
    pub above: f64,
    /// Against it.
    #[serde(rename = "against")]
    pub below: f64,
}
