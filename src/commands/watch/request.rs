//! What `watch` is asked, and the names of its sequential tests.

use crate::commands::OutputFormat;
use crate::commands::runs::RunInputs;
use crate::domain::Plan;
use crate::present::screen::Width;

/// What `watch` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchRequest {
    /// The two runs.
    pub runs: RunInputs,
    /// What fixes the inference; its claim is delta > min-delta, its seed that of the order.
    pub plan: Plan,
    /// Bounds of the scores; `None`: 0 and 1.
    pub bounds: Option<(f64, f64)>,
    /// Looks planned, where items come in clusters.
    pub looks: u32,
    /// The file that carries the test from one call to the next.
    pub state: Option<String>,
    /// Whether and how to wait for more.
    pub follow: Option<Follow>,
    /// Shape of the answer.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

impl WatchRequest {
    /// Bounds that no score can leave.
    pub(super) fn score_bounds(&self) -> (f64, f64) {
        self.bounds.unwrap_or((0.0, 1.0))
    }
}

/// How to wait for more items.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// Seconds between two glances at the files.
    pub every: f64,
    /// Seconds after which the last look is taken.
    pub deadline: Option<f64>,
    /// A file whose existence says that both runs are complete.
    pub done: Option<String>,
}

/// 0/1 scores of one epoch: the e-value of the discordant pairs.
pub(super) const PAIRS: &str = "discordant_pairs";
/// Bounded scores: the mixture of bets.
pub(super) const BETS: &str = "betting";
/// Items in clusters: the cluster test at looks planned beforehand.
pub(super) const CLUSTERS: &str = "planned_looks";
