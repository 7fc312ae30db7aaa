//! The marks around text of a run file inside a message. A reader takes them out again, once it is known whether the file
//! showed to be a run and the text may be shown.

/// Begins a quotation. It stands for no character, and the escaping of `{:?}` leaves none in a text.
pub const OPEN: char = '\u{fdd0}';
/// Ends a quotation.
pub const CLOSE: char = '\u{fdd1}';

/// A text as Rust writes it, as a quotation.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("{OPEN}{text:?}{CLOSE}")
}
