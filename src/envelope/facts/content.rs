//! What envelopes of different shapes say in the same terms.

use serde_json::Value;

use crate::domain::Digest;

/// What a decision is about. All attempts at one release are about the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One task by one metric.
    Task {
        /// The candidate's task.
        task_id: String,
        /// The metric.
        metric: String,
    },
    /// The tasks of a policy, by name and in order.
    Suite(Vec<String>),
}

impl Subject {
    /// Whether a decision about this may follow one about `earlier` as another attempt at one release: about the same
    /// task and metric, or about a suite that has lost no task. Else an ALLOW of one task would supersede the REJECT
    /// of another.
    #[must_use]
    pub fn continues(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Suite(now), Self::Suite(before)) => before.iter().all(|task| now.contains(task)),
            (now, before) => now == before,
        }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Task { task_id, metric } => write!(f, "task {task_id:?}, metric {metric:?}"),
            Self::Suite(tasks) => write!(f, "a suite of the tasks {tasks:?}"),
        }
    }
}

/// What an envelope says apart from its header, by its version.
pub(super) struct Content {
    pub(super) fingerprint: Digest,
    pub(super) subject: Subject,
    pub(super) outcome: Vec<(String, Value)>,
}

/// An envelope that does not agree with itself.
pub(super) const CONTRADICTION: &str = "names different verdicts or exit codes in different places";
