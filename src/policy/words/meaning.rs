//! The sentences, in the order in which they are shown.

use serde::Serialize;

/// What a policy means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// Task by task.
    pub tasks: Vec<TaskMeaning>,
    /// What an ALLOW will mean.
    pub allow: Vec<String>,
    /// What a REJECT will mean.
    pub reject: Vec<String>,
    /// What an INCONCLUSIVE will mean.
    pub inconclusive: Vec<String>,
    /// What bounds attempts, baselines, waivers.
    pub limits: Vec<String>,
    /// What may become worse without the policy noticing.
    pub not_guarded: Vec<String>,
}

/// What a policy means for one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskMeaning {
    /// The task.
    pub name: String,
    /// Its role.
    pub role: &'static str,
    /// Which runs, what must be shown, at which error rate.
    pub says: Vec<String>,
}
