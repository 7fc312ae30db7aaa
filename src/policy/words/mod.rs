//! What a policy means, in sentences for whoever reviews it.

mod meaning;
mod numbers;
mod suite;
mod task;
mod unguarded;

use crate::domain::policy::Policy;

pub use meaning::{Meaning, TaskMeaning};
pub(super) use numbers::points;
pub(super) use task::run;

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
