//! Version 1 of the envelope: the structs that are written, and nothing else. They stand apart from
//! the domain so that a change there cannot move a byte here.
//!
//! Optional members are written as `null` rather than left out: an auditor sees that a fact was
//! absent, not that it was forgotten. An unbounded side of an interval is `null` too, never
//! `Infinity`: the file is strict JSON. Integers that may exceed 2^53 are text.

mod origin;
mod plan;
mod report;
mod runs;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use origin::{Run, Source, TimeStamp, Tool};
pub use plan::{Plan, PolicyRef, Sampling};
pub use report::{
    Agreement, Bounds, Changed, Comparison, CrossCheck, EffectSizes, JudgeReport, KnownRange, Levels,
    Missing, Pairing, Report, Share, Uncorrected, WorstCase,
};
pub use runs::{AtCommit, GoldInput, Input, Inputs, NamedJudge, Resolved, SampleInput, Store, StoredRun};

/// Name of the schema this module writes.
pub const SCHEMA: &str = "evalsig.audit/v1";

/// The record of one decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// Always `evalsig.audit/v1`.
    pub schema: String,
    /// ALLOW, REJECT or INCONCLUSIVE.
    pub verdict: VerdictWord,
    /// 0, 1 or 2, as the process exits.
    pub exit_code: u8,
    /// The release that was decided, when the envelope was made for a trail.
    pub release_id: Option<String>,
    /// Which attempt at this release: 1 for the first.
    pub attempt: u32,
    /// Most that the probability can be that one attempt or another up to this one is allowed although no
    /// candidate meets the claim: attempts times the alpha of this one, at most 1. It holds where the earlier
    /// ones were judged at that alpha or a smaller one.
    #[serde(default)]
    pub any_allow_at_most: Option<f64>,
    /// The attempt before this one.
    pub supersedes: Option<FileRef>,
    /// When the decision was made: RFC 3339, UTC.
    pub decided_at: String,
    /// Where that time came from, such as `system clock`.
    pub clock: String,
    /// The decision and the numbers it rests on.
    pub report: Report,
    /// Everything that fixed the inference before the data were seen.
    pub plan: Plan,
    /// The two runs.
    pub inputs: Inputs,
    /// How items of the two runs were matched.
    pub pairing: Pairing,
    /// The size of the effect in other units.
    pub effect_sizes: EffectSizes,
    /// Items whose score changed.
    pub changed: Changed,
    /// The source that was decided about.
    pub source: Option<Source>,
    /// The workflow run that decided.
    pub run: Option<Run>,
    /// The program that decided.
    pub tool: Tool,
    /// The stored copies of both runs.
    pub store: Option<Store>,
    /// What was asked of a time-stamping authority; its token lies beside the entry.
    pub time_stamp: Option<TimeStamp>,
    /// Human decisions that stand beside the verdict; they never change it.
    pub overrides: Vec<Override>,
}

/// The three verdicts as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum VerdictWord {
    /// The claim was shown.
    Allow,
    /// The opposite of the claim was shown.
    Reject,
    /// Neither was shown.
    Inconclusive,
}

impl VerdictWord {
    /// The word itself.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Reject => "REJECT",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }

    /// How a process exits with it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Reject => 1,
            Self::Inconclusive => 2,
        }
    }
}

/// A file of the trail and the SHA-256 of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRef {
    /// Path from the folder that holds `audit/`, with forward slashes.
    pub path: String,
    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// A human decision that stands beside the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    /// Who decided.
    pub who: String,
    /// Why.
    pub why: String,
    /// The ticket that says more.
    pub ticket: Option<String>,
    /// Until when it holds: RFC 3339.
    pub until: Option<String>,
}
