//! Where the evidence of a decision stands.

use serde::Serialize;

/// Where an envelope went, in our words and in names that a file or a user chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceView {
    /// What happened, in our words.
    pub said: &'static str,
    /// Label and value: the path first, then hashes and places.
    pub facts: Vec<(&'static str, String)>,
}

/// Where an envelope stands in its trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrailEntry {
    /// Path of the envelope from the folder that holds `audit/`.
    pub path: String,
    /// SHA-256 of the envelope.
    pub sha256: String,
    /// Index of its entry in the chain.
    pub entry_index: u64,
    /// SHA-256 of the entry.
    pub entry_sha256: String,
    /// Which attempt at the release it is.
    pub attempt: u32,
    /// Path of the entry's time stamp, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_stamp: Option<String>,
}
