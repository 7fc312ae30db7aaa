//! What a policy means, in sentences for whoever reviews it.

mod numbers;
mod suite;
mod task;
mod unguarded;

use serde::Serialize;

use crate::domain::policy::Policy;

pub(super) use numbers::points;
pub(super) use task::run;

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

/// Says what a policy means.
#[must_use]
pub fn words(policy: &Policy) -> Meaning {
    Meaning {
        tasks: policy.tasks.iter().map(|task| task::meaning(task, policy)).collect(),
        allow: suite::allow(policy),
        reject: suite::reject(policy),
        inconclusive: suite::inconclusive(policy),
        limits: suite::limits(policy),
        not_guarded: unguarded::list(policy),
    }
}
