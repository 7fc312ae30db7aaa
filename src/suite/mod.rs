//! Several tasks judged as one: "regress on none, improve on one", with its error rate.
//!
//! ```text
//! ALLOW         every margin, slice, anchor and budget holds, and what the suite's rule asks for beside is shown
//! REJECT        some claim is refuted, with Holm over all of them
//! INCONCLUSIVE  otherwise, naming the tasks that block
//! ```
//!
//! That every margin holds is an intersection-union test (Berger 1982): each is tested at alpha, and the suite is
//! allowed wrongly with at most alpha. "Improves somewhere" is a union of claims and pays for the choice by Holm.
//!
//! | file | holds |
//! |---|---|
//! | `claim` | one claim of a suite, with its numbers and what became of it |
//! | `judgement` | what a suite is judged on, and what its judgement consists of |
//! | `evidence` | the p-values of a claim on some pairs, whatever the missing items would have scored |
//! | `slices` | the claims on the subgroups of a task |
//! | `ratio` | a budget that is counted as a share of the baseline's mean |
//! | `pooled` | one endpoint over all tasks |
//! | `task` | the claims of one task |
//! | `rule` | how claims become a verdict |
//! | `wording` | the sentences |
//! | `errors` | one function a message |
//! | `judge` | the call: every task, then the rule |

#![warn(clippy::wildcard_enum_match_arm)]

mod claim;
mod errors;
mod evidence;
mod judge;
mod judgement;
mod pooled;
mod ratio;
mod rule;
mod slices;
mod task;
#[cfg(test)]
mod tests;
mod wording;

pub use claim::{ClaimKind, ClaimResult, Held};
pub use judge::judge_suite;
pub use judgement::{SuiteJudgement, TaskJudgement, TaskRuns};
