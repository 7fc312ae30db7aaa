//! One value from the text of one flag, with the error that names the flag.

use super::super::errors;
use std::str::FromStr;

use crate::domain::{
    Alpha, Claim, ClusterRule, Diagnostic, Direction, EpochRule, Fraction, MissingRule, ProjectId, ReleaseId,
};
use crate::readers::Format;

/// How margins are written.
const IN_UNITS: &str =
    "in units of the score: 0.01 for one point of a score from 0 to 1, without a percent sign";

pub(super) fn project(flag: &str, text: &str) -> Result<ProjectId, Diagnostic> {
    text.parse().map_err(|why| errors::bad_project(flag, text, why))
}

pub(super) fn above(min_delta: &str) -> Result<Claim, Diagnostic> {
    parse("--min-delta", min_delta, &format!("a finite number {IN_UNITS}"), |t| {
        number(t).and_then(Claim::above)
    })
}

pub(super) fn within(margin: &str) -> Result<Claim, Diagnostic> {
    parse("--equivalence", margin, &format!("a finite number above 0, {IN_UNITS}"), |t| {
        number(t).and_then(Claim::within)
    })
}

/// A claim above `min_delta`, or of equivalence where that is said.
pub(super) fn claim(min_delta: &str, equivalence: Option<&str>) -> Result<Claim, Diagnostic> {
    match equivalence {
        None => above(min_delta),
        Some(text) => within(text),
    }
}

pub(super) fn seed(text: &str) -> Result<u64, Diagnostic> {
    parse("--seed", text, "a whole number from 0 to 18,446,744,073,709,551,615", |t| t.parse().ok())
}

pub(super) fn direction(lower_is_better: Option<&str>) -> Result<Direction, Diagnostic> {
    Ok(match flag("--lower-is-better", lower_is_better)? {
        Some(true) => Direction::LowerIsBetter,
        Some(false) | None => Direction::HigherIsBetter,
    })
}

pub(super) fn epochs(text: &str) -> Result<EpochRule, Diagnostic> {
    parse("--epochs", text, "mean, first or the number of an epoch", |t| match t {
        "mean" => Some(EpochRule::Mean),
        "first" => Some(EpochRule::First),
        other => other.parse().ok().map(EpochRule::Only),
    })
}

pub(super) fn missing(text: &str) -> Result<MissingRule, Diagnostic> {
    one_of("--missing", text, MissingRule::ALL, MissingRule::as_str)
}

pub(super) fn alpha(text: &str) -> Result<Alpha, Diagnostic> {
    let alpha = parse("--alpha", text, "a number above 0 and below 0.5, such as 0.05", |t| {
        number(t).and_then(Alpha::new)
    })?;
    if alpha.get() < Alpha::TOO_LARGE {
        return Ok(alpha);
    }
    Err(errors::alpha_too_large(text))
}

pub(super) fn power(text: &str) -> Result<Fraction, Diagnostic> {
    parse("--power", text, "a number between 0 and 1, both excluded", |t| {
        number(t).filter(|n| *n > 0.0 && *n < 1.0).and_then(Fraction::new)
    })
}

pub(super) fn cluster(key: Option<&str>) -> ClusterRule {
    match key {
        None => ClusterRule::FromData,
        Some("none") => ClusterRule::Off,
        Some(key) => ClusterRule::Key(key.to_owned()),
    }
}

pub(super) fn format(text: &str) -> Result<Option<Format>, Diagnostic> {
    if text == "auto" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|why| errors::bad_format(text, why))
}

pub(super) fn release_id(text: &str) -> Result<ReleaseId, Diagnostic> {
    ReleaseId::from_str(text).map_err(|why| errors::bad_release_id(text, why))
}

pub(super) fn flag(name: &str, text: Option<&str>) -> Result<Option<bool>, Diagnostic> {
    text.map(|text| {
        parse(name, text, "true or false", |t| match t.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    })
    .transpose()
}

/// Only plain decimal numbers: `inf`, `nan` and blanks are refused.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

pub(super) fn parse<T>(
    name: &str,
    text: &str,
    expected: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Diagnostic> {
    read(text.trim()).ok_or_else(|| errors::bad_value(name, text, expected))
}

/// One of a few values by its name.
pub(super) fn one_of<T: Copy>(
    flag: &str,
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Diagnostic> {
    let names: Vec<_> = all.iter().map(|value| name(*value)).collect();
    parse(flag, text, &names.join(" or "), |text| all.iter().copied().find(|value| name(*value) == text))
}
