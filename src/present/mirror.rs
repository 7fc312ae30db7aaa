//! The answer of `store mirror`: the receipt that is kept, and what it says to people.

use std::fmt::Write as _;

use serde::Serialize;

use super::safe::line;
use super::{json, verify};
use crate::domain::Diagnostic;
use crate::domain::number_format::count;
use crate::trail::{Severity, Verification};

/// Schema of the receipt.
pub const SCHEMA: &str = "evalsig.mirror/v1";

/// What lies in a mirror, each object compared with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mirror {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The mirror as it was named.
    pub to: String,
    /// Every object of the mirror.
    pub objects: Vec<Mirrored>,
    /// Objects that were created now; the others were there with the same bytes.
    pub created: u64,
    /// Bytes of all objects.
    pub bytes: u64,
    /// The trail as it was read back from the mirror.
    pub trail: Trail,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// One object of a mirror.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mirrored {
    /// Its path below the mirror's root.
    pub path: String,
    /// SHA-256 of its bytes, as they were read back.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
    /// The version that holds them, where the mirror counts versions: what retention protects.
    pub version: Option<String>,
    /// Their entity tag.
    pub etag: Option<String>,
    /// Whether it was created now.
    pub created: bool,
}

/// What verifying the mirrored trail found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trail {
    /// `intact`, `broken` or `undecided`.
    pub result: &'static str,
    /// Entries of the trail.
    pub entries: usize,
    /// Position of the newest entry.
    pub head_index: Option<u64>,
    /// Its SHA-256: with it the trail can be anchored.
    pub head_sha256: Option<String>,
}

impl Trail {
    /// In short.
    #[must_use]
    pub fn of(answer: &Verification) -> Self {
        Self {
            result: match answer.severity() {
                Severity::Note => "intact",
                weight => weight.as_str(),
            },
            entries: answer.entries,
            head_index: answer.head.map(|(index, _)| index),
            head_sha256: answer.head.map(|(_, sha256)| sha256.to_string()),
        }
    }
}

/// The receipt: one JSON object.
///
/// # Errors
/// `internal-error` if it cannot be written as JSON.
pub fn receipt(mirror: &Mirror) -> Result<String, Diagnostic> {
    json::text(mirror)
}

/// The report for people.
#[must_use]
pub fn text(mirror: &Mirror, answer: &Verification) -> String {
    let mut out = String::new();
    let objects = mirror.objects.len() as u64;
    let _ = writeln!(
        out,
        "{}: {} objects, {} bytes; {} created, {} were there with the same bytes.",
        line(&mirror.to),
        count(objects),
        count(mirror.bytes),
        count(mirror.created),
        count(objects - mirror.created),
    );
    let _ = writeln!(out, "Each was read back and has the SHA-256 of its source.");
    let versions = mirror.objects.iter().filter(|object| object.version.is_some()).count() as u64;
    if versions > 0 {
        let _ = writeln!(out, "{} have a version id: keep the receipt that --json writes.", count(versions));
    }
    for note in &mirror.notes {
        let _ = writeln!(out, "Note: {}", line(note));
    }
    match (answer.severity(), answer.head) {
        (Severity::Note, Some((index, sha256))) => {
            let _ = writeln!(
                out,
                "INTACT there: {} entries, read back and recomputed.\nHead: entry {index}, SHA-256 {sha256}",
                answer.entries
            );
        }
        _ => out.push_str(&verify::text(answer)),
    }
    out
}
