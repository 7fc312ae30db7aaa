//! A policy: what a release must show, task by task, fixed before the data are seen.
//!
//! These are the values; the room `policy` reads them from `.github/evalsig.yml` and says in words what they mean.

mod baseline;
mod task;
mod waiver;

pub use baseline::BaselineSource;
pub use task::{Anchor, FirstRun, Role, Scale, Slices, TaskName, TaskPolicy};
pub use waiver::{Expiry, Waiver, WaiverSubject};

use super::Alpha;
use super::named_enum::named_enum;

/// Everything that is decided under one policy file.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The tasks, in the order of the file; at least one, each of another name.
    pub tasks: Vec<TaskPolicy>,
    /// How the claims of all tasks become one verdict.
    pub suite: Suite,
    /// What bounds the number of looks, and the age of what is compared with.
    pub limits: Limits,
    /// Whether a waiver may turn a check green.
    pub waivers: Waivers,
    /// How the check is called, and whether it comments.
    pub check: CheckPolicy,
}

/// How the claims of all tasks become one verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suite {
    /// The rule.
    pub rule: SuiteRule,
    /// What each task weighs in the pooled endpoint.
    pub weights: Weights,
    /// The value that the pooled endpoint must exceed: 0 or more.
    pub min_delta: f64,
}

named_enum! {
    /// What all tasks together must show.
    pub enum SuiteRule {
        ImproveOneRegressNone = "improve-one-regress-none",
            "Every margin holds, and at least one task of role improve is superior, with Holm over those tasks.";
        RegressNone = "regress-none", "Every margin holds.";
        Pooled = "pooled", "Every margin holds, and the pooled endpoint over all tasks is superior.";
    }
}

named_enum! {
    /// What each task weighs in the pooled endpoint.
    pub enum Weights {
        Items = "items", "Each task weighs as much as it has items.";
        Equal = "equal", "Each task weighs the same.";
    }
}

/// What bounds the number of looks, and the age of what is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Most attempts at one release; at least 1. A later one is never allowed.
    pub max_attempts: Option<u32>,
    /// How attempts share alpha.
    pub spending: Spending,
    /// Whole days after which a baseline of a store or trail is too old for an ALLOW.
    pub max_baseline_age: Option<u64>,
    /// Whether a gate judges only under a plan that was locked in the trail before.
    pub require_locked_plan: bool,
}

named_enum! {
    /// How the attempts at one release share alpha.
    pub enum Spending {
        /// They do not: each is judged at alpha.
        None = "none";
        /// Each is judged at alpha / max-attempts, so that any ALLOW over all of them is wrong with at most alpha.
        Bonferroni = "bonferroni";
    }
}

impl Limits {
    /// What one attempt may spend of `alpha`.
    #[must_use]
    pub fn alpha_of_attempt(&self, alpha: Alpha) -> Alpha {
        match (self.spending, self.max_attempts) {
            (Spending::Bonferroni, Some(attempts)) => {
                Alpha::new(alpha.get() / f64::from(attempts.max(1))).unwrap_or(alpha)
            }
            (Spending::Bonferroni | Spending::None, _) => alpha,
        }
    }
}

/// What waivers may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waivers {
    /// Whether a waiver that is in force turns the check green. The verdict stays what it is.
    pub may_turn_green: bool,
}

/// How the check is called, and whether it comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckPolicy {
    /// The check's name.
    pub name: Option<String>,
    /// Whether a comment stands on the pull request.
    pub comment: CommentMode,
}

named_enum! {
    /// Whether a comment stands on the pull request.
    pub enum CommentMode {
        /// None.
        Off = "off";
        /// One, which is kept up to date.
        Sticky = "sticky";
    }
}
