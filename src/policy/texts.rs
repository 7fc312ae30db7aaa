//! Texts as a policy may write them: never something that a parser of YAML takes for a number, a truth value or nothing.

use super::errors;
use super::problem::Wrong;
use super::yaml::{Node, Scalar, Value, misleads};

/// Longest text.
const MOST_CHARS: usize = 2000;

/// A text that is not blank, on one line.
pub(super) fn text<'n>(node: &'n Node, expected: &str) -> Result<&'n str, Wrong> {
    let text = prose(node, expected)?;
    match text.chars().find(|c| misleads(*c)) {
        Some(c) => Err(errors::invisible(c)),
        None => Ok(text),
    }
}

/// A text that is not blank, on one or several lines.
pub(super) fn prose<'n>(node: &'n Node, expected: &str) -> Result<&'n str, Wrong> {
    let Value::Scalar(Scalar { text, plain }) = &node.value else {
        return Err(errors::no_text(&node.found(), expected));
    };
    if *plain && !text.is_empty() && !is_text(text) {
        return Err(errors::bare_text(text, expected));
    }
    if text.trim().is_empty() {
        return Err(errors::no_text(&node.found(), expected));
    }
    if text.chars().count() > MOST_CHARS {
        return Err(errors::long_text(text.chars().count(), MOST_CHARS));
    }
    match text.chars().find(|c| *c != '\n' && misleads(*c)) {
        Some(c) => Err(errors::invisible(c)),
        None => Ok(text),
    }
}

/// Whether every parser of YAML 1.1 and 1.2 takes a bare scalar for a text.
pub(super) fn is_text(text: &str) -> bool {
    const WORDS: [&str; 10] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "="];
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    let radix = digits
        .strip_prefix("0x")
        .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit() || c == '_'));
    // Numbers, times and dates; a hash is a number too where its only letter is one `e`.
    let decimal = digits.chars().all(|c| c.is_ascii_digit() || "eob_.,:+-tz ".contains(c))
        && digits.matches('e').count() < 2;
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit()) && (radix || decimal);
    !WORDS.contains(&lower.as_str())
        && !["y", "n"].contains(&lower.as_str())
        && ![".nan", ".inf"].contains(&unsigned)
        && !numeric
}

#[cfg(test)]
mod tests {
    use super::is_text;

    #[test]
    fn a_bare_text_is_one_for_every_parser() {
        for text in [
            "mmlu-pro",
            "2c26b46b68ffc68ff99b453c1d304134",
            "7b-chat",
            "runs/cand/*.eval",
            "none",
            "v1.0",
            "2024-runs/base",
            "a point",
            "store:7",
            "-x",
        ] {
            assert!(is_text(text), "{text}");
        }
        for text in [
            "",
            "~",
            "null",
            "Yes",
            "no",
            "ON",
            "off",
            "true",
            "False",
            "010",
            "1.0",
            "1e3",
            "0x1F",
            "0o7",
            "1_000",
            "-.inf",
            ".NaN",
            "12:30:45",
            "2026-01-01",
            "2026-01-01T10:00:00Z",
            "+1",
            ".5",
            "y",
            "N",
        ] {
            assert!(!is_text(text), "{text}");
        }
    }
}
