//! Every rule that was checked: its limit, its value, and whether it was met.

use super::effect::{Asked, Effect, Region};
use super::unit::Unit;
use crate::domain::number_format::{count, p_value, percent};
use crate::envelope::Record;
use crate::envelope::v1::VerdictWord;

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It was met.
    Yes,
    /// It was not.
    No,
    /// It is reported and decides nothing.
    Informs,
}

impl Passed {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "met",
            Self::No => "not met",
            Self::Informs => "informs",
        }
    }
}

/// A rule that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// What it is about.
    pub rule: String,
    /// What it asks for.
    pub limit: String,
    /// What was found.
    pub value: String,
    /// How it came out.
    pub passed: Passed,
}

fn row(rule: &str, limit: String, value: String, passed: Passed) -> RuleRow {
    RuleRow { rule: rule.into(), limit, value, passed }
}

fn met(met: bool) -> Passed {
    if met { Passed::Yes } else { Passed::No }
}

/// The rules of one pair of runs, in the order in which they are checked.
pub(super) fn of_record(record: &Record, effect: &Effect, unit: &Unit) -> Vec<RuleRow> {
    let (c, plan, pairing) = (&record.report.comparison, &record.plan, &record.pairing);
    let mut rows = vec![row(
        "items scored in both runs",
        format!("at least {}", percent(plan.min_coverage)),
        format!("{} ({})", percent(pairing.coverage), count(pairing.pairs)),
        met(pairing.coverage >= plan.min_coverage),
    )];
    if let Some(missing) = &pairing.missing {
        let total: u64 = missing.baseline.values().chain(missing.candidate.values()).sum();
        let limit = if plan.missing == "error" { "none" } else { "counted at their worst" };
        rows.push(row(
            "missing scores",
            limit.into(),
            count(total),
            met(plan.missing != "error" || total == 0),
        ));
    }
    if let Some(found) = &record.inputs.baseline.resolved {
        let limit = found.max_age_days.map_or("no limit".into(), |most| format!("at most {most} days"));
        let passed = found.max_age_days.map_or(Passed::Informs, |most| met(found.age_days <= most));
        rows.push(row("age of the baseline", limit, format!("{} days", count(found.age_days)), passed));
    }
    rows.extend(claim(record, effect, unit));
    let (label, p) = p_shown(record);
    if let Some(p) = p {
        rows.push(row(label, format!("at most {} to be shown", plan.alpha), p_value(p), Passed::Informs));
    }
    if let Some(clusters) = c.n_clusters {
        rows.push(row(
            "independent groups of items",
            "more are better".into(),
            count(clusters),
            Passed::Informs,
        ));
    }
    rows
}

/// Both bounds against what was asked for.
fn claim(record: &Record, effect: &Effect, unit: &Unit) -> Vec<RuleRow> {
    let verdict = record.report.verdict;
    let low = effect.lower.map_or("no bound".into(), |bound| unit.lower(bound));
    let high = effect.upper.map_or("no bound".into(), |bound| unit.upper(bound));
    let shown = met(effect.region() == Region::Shown);
    if !effect.tested {
        let passed = met(verdict == VerdictWord::Allow);
        let limit = format!("at least {}", unit.signed(effect.asked.value()));
        return vec![row(
            "observed difference (rule evalsig-0.1)",
            limit,
            unit.signed(effect.estimate),
            passed,
        )];
    }
    match effect.asked {
        Asked::MoreThan(null) => vec![
            row("lower bound of the difference", format!("above {}", unit.signed(null)), low, shown),
            row(
                "upper bound of the difference",
                format!("not below {}", unit.signed(null)),
                high,
                met(effect.region() != Region::Refuted),
            ),
        ],
        Asked::Within(margin) => {
            let limit = format!("between {} and {}", unit.signed(-margin), unit.signed(margin));
            vec![row("both bounds of the difference", limit, format!("{low} and {high}"), shown)]
        }
    }
}

/// The p-value that the verdict rests on, and what it is called: of a REJECT that of the refutation.
pub(super) fn p_shown(record: &Record) -> (&'static str, Option<f64>) {
    let c = &record.report.comparison;
    match record.report.verdict {
        VerdictWord::Reject if c.bounds.is_some() => ("p-value of the refutation", c.p_value_against),
        _ => ("p-value of the claim", Some(c.p_value)),
    }
}
