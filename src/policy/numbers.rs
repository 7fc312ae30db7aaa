//! Numbers as a policy may write them: as JSON does, so that every parser of YAML reads the same number.

use super::errors;
use super::problem::Wrong;
use super::yaml::{Node, Scalar, Value};

/// A finite number.
pub(super) fn number(node: &Node, expected: &str) -> Result<f64, Wrong> {
    let text = spelled(node, expected)?;
    let value: f64 = text.parse().map_err(|_| errors::no_number(&node.found(), expected, None))?;
    let has_digits =
        text.split(['e', 'E']).next().is_some_and(|digits| digits.contains(|c| ('1'..='9').contains(&c)));
    if !value.is_finite() || (value == 0.0 && has_digits) {
        return Err(errors::no_double(text, expected));
    }
    Ok(value + 0.0)
}

/// A whole number of 0 or more.
pub(super) fn whole(node: &Node, expected: &str) -> Result<u64, Wrong> {
    let text = spelled(node, expected)?;
    text.parse().map_err(|_| {
        let rounded = text.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n));
        errors::no_number(text, expected, rounded.map(|n| format!("{n:.0}")).as_deref())
    })
}

/// The spelling of a node that is a number, or why it is none.
fn spelled<'n>(node: &'n Node, expected: &str) -> Result<&'n str, Wrong> {
    let Value::Scalar(Scalar { text, plain }) = &node.value else {
        return Err(errors::no_number(&node.found(), expected, None));
    };
    match (plain, is_json_number(text)) {
        (true, true) => Ok(text),
        (false, true) => Err(errors::quoted_number(text, expected)),
        (_, false) if text.trim().is_empty() => Err(errors::no_number(&node.found(), expected, None)),
        (_, false) => Err(match meant(text) {
            Some(meant) => errors::distorted_number(&node.found(), expected, &meant),
            None => errors::no_number(&node.found(), expected, None),
        }),
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
pub(super) fn is_json_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        None => (text, None),
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        None => (mantissa, None),
        Some((whole, fraction)) => (whole, Some(fraction)),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

/// The number that was probably meant by a spelling that parsers of YAML read in different ways.
fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (if text.starts_with('-') { "-" } else { "" }, rest),
        None => ("", text),
    };
    let lower = rest.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(|n| format!("{sign}{n}"));
        }
    }
    if let Some(percent) = rest.strip_suffix('%').map(str::trim).filter(|p| is_json_number(p)) {
        // Two digits move, without the rounding of a division.
        return format!("{percent}e-2").parse::<f64>().ok().map(|n| format!("{sign}{n}"));
    }
    let mut plain: String = rest.chars().filter(|c| *c != '_').collect();
    if plain.matches(',').count() == 1 && !plain.contains('.') {
        plain = plain.replace(',', ".");
    }
    let (mantissa, exponent) = plain.split_at(plain.find(['e', 'E']).unwrap_or(plain.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = match whole.trim_start_matches('0') {
        "" if whole.is_empty() && fraction.is_empty() => return None,
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let written = format!("{sign}{whole}{point}{fraction}{exponent}");
    (is_json_number(&written) && written != text).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::{is_json_number, meant};

    #[test]
    fn only_numbers_that_every_parser_reads_the_same_are_numbers() {
        for text in ["0", "-0", "1", "10", "0.05", "-1.5", "1e3", "1E-3", "2.5e+10"] {
            assert!(is_json_number(text), "{text}");
        }
        for text in [
            "", "-", "010", "0o7", "0x1F", "1_0", ".nan", ".inf", "-.inf", "+1", ".5", "5.", "1e", "1:30",
            "nan", "1 ", "1,5",
        ] {
            assert!(!is_json_number(text), "{text}");
        }
    }

    #[test]
    fn the_number_that_was_meant_is_proposed() {
        for (text, number) in [
            ("010", "10"),
            ("0o7", "7"),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_0", "10"),
            ("+1", "1"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("0,05", "0.05"),
            ("5%", "0.05"),
            ("0.5 %", "0.005"),
            ("007.50", "7.50"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(number), "{text}");
        }
        for text in [".nan", ".inf", "abc", "1:30", ".", "+", "1.2.3", "2026-01-01"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
