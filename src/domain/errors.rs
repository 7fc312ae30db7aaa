//! What no run may hold, and what a build lacks, one function a message.

use std::fmt::Display;

use super::quotation::quoted;
use super::{Code, Diagnostic, ScoreRange};

pub(super) fn score_outside_range(
    place: impl Display,
    id: &str,
    found: f64,
    metric: &str,
    range: ScoreRange,
    all: usize,
    rows: usize,
) -> Diagnostic {
    Code::RunMalformed
        .at(format!("{place}.score"))
        .what(format!(
            "item {} scores {found}, and {} lies between {} and {}; {all} of {rows} rows lie outside",
            quoted(id),
            quoted(metric),
            range.lo(),
            range.hi()
        ))
        .next("such a value stands for a failure: score the item again, or write null where it has no score")
}

pub(super) fn cluster_incomplete(place: impl Display, id: &str, known: usize, rows: usize) -> Diagnostic {
    Code::ClusterIncomplete
        .at(format!("{place}.cluster_id"))
        .what(format!("item {} carries no cluster, and {known} of {rows} rows do", quoted(id)))
        .next("give every item its cluster, or say --cluster none if items are independent")
}

pub(super) fn slice_conflict(
    place: impl Into<String>,
    id: &str,
    slice: &str,
    other_place: impl Display,
    other: &str,
) -> Diagnostic {
    Code::SliceConflict
        .at(place)
        .what(format!(
            "item {} is in slice {} here and in {} at {other_place}",
            quoted(id),
            quoted(slice),
            quoted(other)
        ))
        .next("give all epochs of an item the same slice")
}

pub(super) fn duplicate_item(
    place: impl Into<String>,
    id: &str,
    epoch: u32,
    first: impl Display,
) -> Diagnostic {
    Code::DuplicateItem
        .at(place)
        .what(format!("item {} in epoch {epoch} stands already at {first}", quoted(id)))
        .next("keep one row per item and epoch, or number the repeats with \"epoch\"")
}

pub(super) fn no_items() -> Diagnostic {
    Code::RunMalformed.at("items").what("is empty").next("a run needs at least one item")
}

pub(super) fn too_many_rows() -> Diagnostic {
    Code::RunMalformed.at("items").what("has more than 4,294,967,295 rows").next("split the run")
}

pub(super) fn feature_missing(place: &str, what: &str, feature: &str) -> Diagnostic {
    Code::FeatureMissing
        .at(place)
        .what(what)
        .next(format!("take a released one, or build with --features {feature}"))
}

pub(super) fn too_long(place: String, what: &str, most: usize, begins: &str) -> Diagnostic {
    Code::RunMalformed
        .at(place)
        .what(format!("{what}, and at most {most} are taken; it begins with {}", quoted(begins)))
        .next("write a shorter name, such as a hash of the text, the same in both runs")
}
