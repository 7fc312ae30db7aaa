//! What every JSON reader shares: text from bytes, and errors of the parser as people meet them.

use super::errors;
use serde_json::error::Category;

use super::quote::{escape, is_marked, plain};
use crate::domain::Diagnostic;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes without a UTF-8 byte order mark.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// The first byte that is not blank.
pub(super) fn first_byte(bytes: &[u8]) -> Option<u8> {
    without_bom(bytes).iter().copied().find(|b| !b" \t\r\n".contains(b))
}

/// The bytes as text, without a byte order mark.
///
/// # Errors
/// `run-malformed` where they are not UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Diagnostic> {
    let bytes = without_bom(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(bytes, error.valid_up_to());
        errors::not_utf8_at(line, column)
    })
}

/// The text that a file begins with, as far as it is UTF-8: it may be cut in the middle of a letter.
pub(super) fn head(bytes: &[u8]) -> &str {
    let bytes = without_bom(bytes);
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    bytes.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
}

/// Line and column of an offset, both from 1, columns in bytes: as the parser counts them.
pub(super) fn position(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    (line, column)
}

/// Whether the text is not JSON, as opposed to JSON that does not fit.
pub(super) fn is_syntax(error: &serde_json::Error) -> bool {
    error.classify() == Category::Syntax
}

/// An error of the parser. `inside` is the part of the file it was in, empty at the top.
pub(super) fn diagnose(error: &serde_json::Error, inside: &str) -> Diagnostic {
    let (line, column) = (error.line(), error.column());
    // The parser says "... at line 1 column 2"; the position stands in our place.
    let message = error.to_string();
    let message = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    let at = format!("line {line}, column {column}");
    let diagnostic = match error.classify() {
        Category::Eof => errors::json_cut_short(at, &plain(message)),
        _ if message == "trailing characters" => errors::json_goes_on(at),
        Category::Data => errors::json_unexpected(at, unexpected(message)),
        _ => errors::not_json(at, &plain(message)),
    };
    if inside.is_empty() { diagnostic } else { diagnostic.within(inside) }
}

/// An error on one line of a file: the parser sees that line alone and calls it the first.
pub(super) fn on_line(number: u64, mut error: Diagnostic) -> Diagnostic {
    match error.place.strip_prefix("line 1, ") {
        Some(column) => {
            error.place = format!("line {number}, {column}");
            error
        }
        None => error.within(&format!("line {number}")),
    }
}

/// What a visitor found wrong, with every value of the file as a quotation.
fn unexpected(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        // The parser names what is there, and quotes all but the structure: `map`, `integer `3``, `string "a"`.
        Some((found, expected)) if found.starts_with("invalid ") => {
            let found = if found.contains(['"', '`']) { escape(found) } else { plain(found) };
            format!("{found}, expected {}", plain(expected))
        }
        // A message of ours.
        _ if is_marked(message) => message.to_owned(),
        _ => escape(message),
    }
}

#[cfg(test)]
mod tests {
    use super::{position, text, unexpected};
    use crate::readers::quote::{Quotes, quote};

    #[test]
    fn what_a_parser_quotes_is_a_quotation() {
        let twice = format!("the key {} stands twice", quote("k"));
        for (message, shown, withheld) in [
            (
                "invalid type: map, expected a list",
                "invalid type: map, expected a list",
                "invalid type: map, expected a list",
            ),
            (
                "invalid type: string \"a, expected b\", expected a list",
                "invalid type: string \"a, expected b\", expected a list",
                "(not shown), expected a list",
            ),
            (&twice[..], "the key \"k\" stands twice", "the key (not shown) stands twice"),
            ("unknown field `k`", "unknown field `k`", "(not shown)"),
        ] {
            let message = unexpected(message);
            assert_eq!(Quotes::Shown.of(&message), shown);
            assert_eq!(Quotes::Withheld.of(&message), withheld);
        }
    }

    #[test]
    fn a_byte_order_mark_is_not_text() {
        assert_eq!(text(b"\xef\xbb\xbf{}"), Ok("{}"));
        assert_eq!(text(b"{}"), Ok("{}"));
    }

    #[test]
    fn what_is_not_utf_8_is_refused_with_its_position() {
        let error = text(b"{\n\"a\xff\"").expect_err("not UTF-8");
        assert_eq!(error.place, "line 2, column 3");
    }

    #[test]
    fn positions_count_from_one() {
        assert_eq!(position(b"ab\ncd", 0), (1, 1));
        assert_eq!(position(b"ab\ncd", 4), (2, 2));
        assert_eq!(position(b"ab\ncd", 99), (2, 3));
    }
}
