//! Version 2 of the envelope: the decision about a suite of tasks under a policy. One pair of runs without a policy
//! is still written as version 1.
//!
//! Each task holds what version 1 holds for one. The policy's text is part of the envelope, so that whoever has the
//! runs can make the decision again with nothing beside it.

mod policy;
mod suite;
mod task;
mod waivers;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use policy::{LockedPlan, Policy};
pub use suite::{Claim, ClaimBounds, Suite};
pub use task::{FirstRun, Task};
pub use waivers::{Waiver, Waivers};

use super::v1::{FileRef, Run, Source, TimeStamp, Tool, VerdictWord};

/// Name of the schema this module writes.
pub const SCHEMA: &str = "evalsig.audit/v2";

/// The record of one decision about a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// Always `evalsig.audit/v2`.
    pub schema: String,
    /// ALLOW, REJECT or INCONCLUSIVE: that of the suite, unless it is an ALLOW beyond the attempts that the policy
    /// allows, which is INCONCLUSIVE.
    pub verdict: VerdictWord,
    /// 0, 1 or 2, as the process exits.
    pub exit_code: u8,
    /// The release that was decided, when the envelope was made for a trail.
    pub release_id: Option<String>,
    /// Which attempt at this release: 1 for the first.
    pub attempt: u32,
    /// Whether this attempt is beyond the policy's `max-attempts`.
    pub attempts_exceeded: bool,
    /// Most that the probability can be that one attempt or another up to this one is allowed although no candidate
    /// meets the policy: attempts times the alpha of this one, at most 1. It holds where the earlier ones were
    /// judged at that alpha or a smaller one.
    pub any_allow_at_most: f64,
    /// The attempt before this one.
    pub supersedes: Option<FileRef>,
    /// When the decision was made: RFC 3339, UTC.
    pub decided_at: String,
    /// Where that time came from, such as `system clock`.
    pub clock: String,
    /// The policy that was applied.
    pub policy: Policy,
    /// The decision over all tasks, and the claims that it rests on.
    pub suite: Suite,
    /// What was decided about each task by itself, by its name in the policy.
    pub tasks: BTreeMap<String, Task>,
    /// Tasks that had no baseline yet, and whose run was recorded as the first.
    pub first_runs: BTreeMap<String, FirstRun>,
    /// The source that was decided about.
    pub source: Option<Source>,
    /// The workflow run that decided.
    pub run: Option<Run>,
    /// The program that decided.
    pub tool: Tool,
    /// What people decided beside the verdict, as it stood when the decision was made. It never changes the verdict.
    pub waivers: Waivers,
    /// What was asked of a time-stamping authority; its token lies beside the entry.
    pub time_stamp: Option<TimeStamp>,
}
