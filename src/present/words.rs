//! Sentences that terminal and Markdown share.

use std::collections::BTreeMap;

use crate::domain::number_format::{count, percent, signed};
use crate::envelope::Record;
use crate::envelope::v1;

/// Which attempt it is, and what trying again does to the error rate.
pub(super) fn attempt(record: &Record, attempt: u32) -> String {
    let luck = record.any_allow_at_most(attempt).map_or(String::new(), |most| match attempt {
        1 => format!(": if the candidate does not meet the claim, it is allowed with a probability of at most {}", percent(most)),
        _ => format!(
            ": if no candidate meets the claim, at least one of the {attempt} attempts is allowed with a probability of \
             up to {}, if each was judged at the alpha of this one",
            percent(most)
        ),
    });
    format!("{attempt} at this release{luck}")
}

/// The bounds that hold whatever the missing items would have scored.
pub(super) fn worst_case(case: &v1::WorstCase) -> String {
    let (low, high) = (case.lower.unwrap_or(f64::NEG_INFINITY), case.upper.unwrap_or(f64::INFINITY));
    format!(
        "{} and {} (each {}), whatever the missing items would have scored; the verdict rests on these",
        signed(low),
        signed(high),
        percent(case.each)
    )
}

/// What is missing on each side, and why; `None` where nothing is.
pub(super) fn missing(missing: &v1::Missing) -> Option<String> {
    let side = |which: &str, reasons: &BTreeMap<String, u64>| {
        let reasons: Vec<String> = reasons.iter().map(|(why, n)| format!("{} ({why})", count(*n))).collect();
        (!reasons.is_empty()).then(|| format!("in the {which} {}", reasons.join(", ")))
    };
    let sides: Vec<String> = [side("baseline", &missing.baseline), side("candidate", &missing.candidate)]
        .into_iter()
        .flatten()
        .collect();
    (!sides.is_empty()).then(|| sides.join("; "))
}
