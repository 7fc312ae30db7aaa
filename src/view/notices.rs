//! What may make a verdict mean something else than its reader thinks.

use std::collections::BTreeMap;

use crate::domain::number_format::{count, percent};
use crate::envelope::{Record, v1};

/// How much a notice weighs: whoever has no room leaves the lighter ones out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// May change what the verdict means.
    Warning,
    /// Belongs beside the numbers.
    Remark,
}

/// Something to know beside the verdict. It may quote what is hostile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How much it weighs.
    pub weight: Weight,
    /// Two or three words: `missing scores`.
    pub label: String,
    /// A sentence, without a full stop.
    pub text: String,
}

impl Notice {
    /// A notice that may change what the verdict means.
    #[must_use]
    pub fn warning(label: &str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, label: label.into(), text: text.into() }
    }

    /// A notice that belongs beside the numbers.
    #[must_use]
    pub fn remark(label: &str, text: impl Into<String>) -> Self {
        Self { weight: Weight::Remark, label: label.into(), text: text.into() }
    }
}

/// Below this many clusters the bounds rest on few units, and a test has little to go by.
const FEW_UNITS: u64 = 30;

/// What the record of one pair of runs gives reason to say.
pub(super) fn of_record(record: &Record) -> Vec<Notice> {
    let c = &record.report.comparison;
    let mut found = Vec::new();
    if let Some(missing) = record.pairing.missing.as_ref().and_then(missing) {
        let rests = match &c.worst_case {
            Some(_) => ": the verdict holds whatever they would have scored",
            None => "",
        };
        found.push(Notice::warning("missing scores", format!("{missing}{rests}")));
    }
    if record.pairing.coverage < 1.0 {
        let (before, after) = (record.pairing.only_baseline, record.pairing.only_candidate);
        found.push(Notice::warning(
            "items in one run only",
            format!(
                "{} of the larger run are scored in both; {} only in the baseline, {} only in the candidate",
                percent(record.pairing.coverage),
                count(before),
                count(after)
            ),
        ));
    }
    let units = c.n_clusters.unwrap_or(c.n_pairs);
    if units < FEW_UNITS {
        let what = if c.n_clusters.is_some() { "groups of items" } else { "items" };
        found.push(Notice::warning(
            "few units",
            format!(
                "only {} independent {what}: the bounds are wide, and one unit may carry the result",
                count(units)
            ),
        ));
    }
    found.extend(age(&record.inputs.baseline));
    found.extend(c.warnings.iter().map(|text| Notice::warning("warning", text)));
    if record.plan.rule == "evalsig-0.1" {
        found.push(Notice::warning(
            "rule evalsig-0.1",
            "this rule passes about half of the candidates whose true difference is just what was asked for",
        ));
    }
    found.extend(cross_check(record));
    found.extend(c.notes.iter().map(|text| Notice::remark("note", text)));
    found
}

/// How old a baseline from a store is.
fn age(baseline: &v1::Input) -> Option<Notice> {
    let found = baseline.resolved.as_ref()?;
    let days = match found.age_days {
        1 => "1 day".to_owned(),
        days => format!("{} days", count(days)),
    };
    let text = format!("{} was stored {days} before this decision", found.asked);
    Some(match found.max_age_days {
        Some(most) if found.age_days > most => {
            Notice::warning("old baseline", format!("{text}, longer ago than the {most} days that were set"))
        }
        _ => Notice::remark("age of the baseline", text),
    })
}

/// Whether the cluster-robust t, by another route, says the same.
fn cross_check(record: &Record) -> Option<Notice> {
    let check = record.report.comparison.cross_check.as_ref()?;
    let bounds = record.report.comparison.bounds.as_ref()?;
    let null = record.report.min_delta?;
    let side = |lower: Option<f64>, upper: Option<f64>| {
        (lower.is_some_and(|lower| lower > null), upper.is_some_and(|upper| upper < null))
    };
    let agrees = side(bounds.lower, bounds.upper) == side(Some(check.lower), Some(check.upper));
    Some(if agrees {
        Notice::remark("cross-check", "a second method (cluster-robust t, CR2) comes to the same answer")
    } else {
        Notice::warning(
            "cross-check",
            "a second method (cluster-robust t, CR2) does not come to the same answer: the result is close to the edge",
        )
    })
}

/// What is missing on each side, and why; `None` where nothing is.
pub(super) fn missing(missing: &v1::Missing) -> Option<String> {
    let side = |which: &str, reasons: &BTreeMap<String, u64>| {
        let reasons: Vec<String> = reasons.iter().map(|(why, n)| format!("{} ({why})", count(*n))).collect();
        (!reasons.is_empty()).then(|| format!("{} in the {which}", reasons.join(", ")))
    };
    let sides: Vec<String> = [side("baseline", &missing.baseline), side("candidate", &missing.candidate)]
        .into_iter()
        .flatten()
        .collect();
    (!sides.is_empty()).then(|| sides.join("; "))
}
