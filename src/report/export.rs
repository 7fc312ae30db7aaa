//! What `export` reports: the index of a part of a trail.

mod numbers;
mod suite;

use schemars::JsonSchema;
use serde::Serialize;

pub use numbers::Numbers;
pub use suite::{ExportedRuns, ExportedSuite, ExportedTask};

use crate::envelope::v1::VerdictWord;

/// Schema of `export.json`.
pub const SCHEMA: &str = "evalsig.export/v1";

/// The file that holds the SHA-256 of every other one.
pub const SUMS: &str = "SHA256SUMS";

/// A part of a trail, with all that is needed to check it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(extend("$id" = "https://github.com/org/evalsig-action/schemas/export.v1.schema.json"))]
pub struct Export {
    /// Always `evalsig.export/v1`.
    pub schema: String,
    /// Name and version of the program that exported.
    pub tool: String,
    /// What was asked for.
    pub range: Asked,
    /// The newest entry of the trail as it is exported: from entry 1 to the last of the range.
    pub head: Head,
    /// The decisions of the range, in the order of the chain.
    pub decisions: Vec<Decision>,
    /// The plans and waivers of the range, in the order of the chain; left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// Whether the stored runs of these decisions were asked for too.
    pub with_runs: bool,
    /// What should be here and is not.
    pub missing: Vec<Missing>,
    /// Every other file of the export but `SHA256SUMS`, which lists this one too.
    pub files: Vec<File>,
}

/// What was asked for, and which entries that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asked {
    /// The range in the words of whoever asked.
    pub asked: String,
    /// Position of its first entry.
    pub first: u64,
    /// Position of its last entry.
    pub last: u64,
}

/// An entry of the chain, to be compared with what was kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Head {
    /// Its position.
    pub index: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Decision {
    /// Position of its entry.
    pub index: u64,
    /// The release.
    pub release_id: String,
    /// Which attempt at it.
    pub attempt: u32,
    /// The verdict; null where a newer version wrote the envelope.
    pub verdict: Option<VerdictWord>,
    /// When it was decided, likewise.
    pub decided_at: Option<String>,
    /// The claim and the numbers, likewise; null for a suite too, whose numbers stand under `suite` and `tasks`.
    pub numbers: Option<Numbers>,
    /// The envelope.
    pub envelope: Hashed,
    /// Its entry.
    pub entry: Hashed,
    /// Its report as a page; left out where a newer version wrote the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Signatures, certificates and time stamps that lie beside it.
    pub beside: Vec<String>,
    /// The stored runs that it is about; those of a suite stand under `tasks`.
    pub runs: Runs,
    /// The rule, the verdict's reasons and the claims of a suite; left out where one pair of runs was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<ExportedSuite>,
    /// The tasks of a suite, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<ExportedTask>,
}

/// A plan or a waiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Document {
    /// Position of its entry.
    pub index: u64,
    /// `plan` or `waiver`.
    pub kind: String,
    /// The release.
    pub release_id: String,
    /// Which plan or waiver of it.
    pub number: u32,
    /// When it was locked or recorded; null where a newer version wrote it.
    pub recorded_at: Option<String>,
    /// What it says, in short, likewise.
    pub about: Option<String>,
    /// The document.
    pub envelope: Hashed,
    /// Its entry.
    pub entry: Hashed,
    /// Signatures, certificates and time stamps that lie beside it.
    pub beside: Vec<String>,
}

/// Paths of the stored runs of a decision in the export; null for one that is not here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Runs {
    /// The run that was in use.
    pub baseline: Option<String>,
    /// The run that wanted to replace it.
    pub candidate: Option<String>,
}

/// A file by path and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hashed {
    /// Path in the export.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A file of the export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct File {
    /// Path in the export.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
}

/// What should be here and is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Missing {
    /// What it is: where it would lie in the export, or in words.
    pub what: String,
    /// The envelope that names it.
    pub envelope: String,
    /// SHA-256 of the bytes that are missed, where it is known.
    pub sha256: Option<String>,
    /// Why it is not here.
    pub why: String,
}

impl Export {
    /// `entries 12 to 40`, `entry 12`.
    #[must_use]
    pub fn entries(&self) -> String {
        let Asked { first, last, .. } = self.range;
        if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
    }
}
