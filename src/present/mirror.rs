//! The answer of `store mirror`: the receipt that is kept, and what it says to people.

use std::fmt::Write as _;

use super::layout::fitted;
use super::safe::line;
use super::screen::Width;
use super::{json, verify};
use crate::domain::Diagnostic;
use crate::domain::number_format::count;
use crate::report::mirror::MirrorReceipt;
use crate::trail::{Severity, Verification};

/// The receipt: one JSON object.
///
/// # Errors
/// `internal-error` if it cannot be written as JSON.
pub fn receipt(mirror: &MirrorReceipt) -> Result<String, Diagnostic> {
    json::text(mirror)
}

/// The report for people.
#[must_use]
pub fn text(mirror: &MirrorReceipt, answer: &Verification, width: Width) -> String {
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
            fitted(&out, width)
        }
        _ => fitted(&out, width) + &verify::text(answer, width),
    }
}
