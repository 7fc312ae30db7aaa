//! What an export says of itself: for programs, for a browser and for whoever has nothing but a terminal.

pub(super) mod claims;
mod readme;

use std::fmt::Write as _;

use super::json;
use super::layout::fitted;
use super::safe::line;
use super::screen::Width;
use crate::domain::Diagnostic;
use crate::domain::number_format::count;
use crate::report::export::{Export, File, Head, Missing, SUMS};

pub use readme::readme;

/// `export.json`.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn index(export: &Export) -> Result<String, Diagnostic> {
    json::text(export)
}

/// The JSON Schema of `export.json`, as published in `schemas/export.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Export)
}

/// The lines of `SHA256SUMS`, as `sha256sum --check` takes them. No name in an export holds what it would
/// have to be escaped for.
#[must_use]
pub fn checksums(files: &[File]) -> String {
    files.iter().map(|file| format!("{}  {}\n", file.sha256, file.path)).collect()
}

/// What is said on a terminal.
#[must_use]
pub fn text(export: &Export, out: &str, width: Width) -> String {
    let mut text = String::new();
    let files = export.files.len() as u64;
    let bytes = export.files.iter().map(|file| file.bytes).sum();
    let _ = writeln!(
        text,
        "{}: {} ({}), the chain from entry 1 to there, {} files, {} bytes.",
        line(out),
        entries(export),
        export.entries(),
        count(files),
        count(bytes),
    );
    let Head { index, sha256 } = &export.head;
    let _ = writeln!(text, "Head: entry {index}, SHA-256 {sha256}");
    if let Some(sums) = export.files.iter().find(|file| file.path == SUMS) {
        let _ = writeln!(text, "{SUMS}: SHA-256 {}, which stands for every file", sums.sha256);
    }
    fitted(&text, width)
}

/// What is missing, for standard error.
#[must_use]
pub fn missing(export: &Export) -> String {
    export.missing.iter().map(|missing| format!("missing: {}\n", lacking(missing))).collect()
}

/// How many entries of each kind: `2 decisions`, and where there are any `1 plan`, `1 waiver`.
pub(super) fn entries(export: &Export) -> String {
    let of = |kind: &str| export.documents.iter().filter(|document| document.kind == kind).count();
    let counted = |number: usize, one: &str| match number {
        1 => format!("1 {one}"),
        n => format!("{} {one}s", count(n as u64)),
    };
    let mut words = vec![counted(export.decisions.len(), "decision")];
    let documents = ["plan", "waiver"].map(|kind| (kind, of(kind)));
    let there = documents.into_iter().filter(|(_, number)| *number > 0);
    words.extend(there.map(|(kind, number)| counted(number, kind)));
    words.join(", ")
}

fn lacking(missing: &Missing) -> String {
    line(&format!("{} (of {}): {}", missing.what, missing.envelope, missing.why))
}
