//! An error of a library with all its causes, on one line.

use super::redact::redacted;

/// The longest description, in characters.
const MAX_CHARS: usize = 300;

/// Joins the messages of an error and its sources by colons. Libraries often leave the reason to the
/// last source; a source whose text an outer message already contains is skipped. It may quote the request, so secrets
/// are taken out.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(&format!(": {more}"));
        }
        source = error.source();
    }
    redacted(&text).chars().take(MAX_CHARS).collect()
}
