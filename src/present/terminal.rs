//! A report for a terminal. It reads as well without colour as with it.

use anstyle::{AnsiColor, Style};

use super::page::Page;
use super::screen::{Colour, Screen};
use super::{safe, words};
use crate::domain::Diagnostic;
use crate::domain::number_format::{count, p_value, percent, signed};
use crate::envelope::Record;
use crate::envelope::v1::{Input, VerdictWord};

/// The verdict of a gate, its reasons, the numbers and the inputs.
#[must_use]
pub fn gate(record: &Record, attempt: Option<u32>, screen: Screen) -> String {
    let report = &record.report;
    let mut page = Page::new(screen.width);
    page.line(&format!("evalsig gate: {}", paint(report.verdict, screen.colour)));
    page.gap();
    for warning in &report.comparison.warnings {
        page.row("warning", warning);
    }
    page.row("claim", &report.claim);
    page.row("finding", &report.finding);
    if let Some(next) = &report.suggestion {
        page.row("next", next);
    }
    if let Some(attempt) = attempt {
        page.row("attempt", &words::attempt(record, attempt));
    }
    page.gap();
    numbers(&mut page, record);
    details(&mut page, record);
    page.text
}

/// The numbers of a comparison, without a verdict.
#[must_use]
pub fn compare(record: &Record, screen: Screen) -> String {
    let mut page = Page::new(screen.width);
    page.line("evalsig compare");
    page.gap();
    for warning in &record.report.comparison.warnings {
        page.row("warning", warning);
    }
    numbers(&mut page, record);
    details(&mut page, record);
    page.text
}

/// An error for standard error.
#[must_use]
pub fn error(diagnostic: &Diagnostic, colour: Colour) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let word = styled("error", style, colour);
    let mut text = format!("evalsig: {word}: ");
    if !diagnostic.place.is_empty() {
        text.push_str(&format!("{}: ", safe::line(&diagnostic.place)));
    }
    text.push_str(&format!("{} [{}]\n", safe::line(&diagnostic.what), diagnostic.code.as_str()));
    if !diagnostic.next.is_empty() {
        text.push_str(&format!("  next: {}\n", safe::line(&diagnostic.next)));
    }
    text
}

fn numbers(page: &mut Page, record: &Record) {
    let (c, plan) = (&record.report.comparison, &record.plan);
    page.row(
        "delta",
        &format!(
            "{}  (candidate minus baseline{})",
            signed(c.delta),
            if plan.better == "lower" { ", sign turned: lower is better" } else { "" }
        ),
    );
    let (low, high) = (c.ci.0.unwrap_or(f64::NEG_INFINITY), c.ci.1.unwrap_or(f64::INFINITY));
    page.row(
        "interval",
        &format!("{} to {}  ({} confidence)", signed(low), signed(high), percent(c.ci_level)),
    );
    if let Some(bounds) = &c.bounds {
        let (low, high) = (bounds.lower.unwrap_or(f64::NEG_INFINITY), bounds.upper.unwrap_or(f64::INFINITY));
        page.row("bounds", &format!("{} and {}  (each {})", signed(low), signed(high), percent(bounds.each)));
    }
    if let Some(case) = &c.worst_case {
        page.row("worst case", &words::worst_case(case));
    }
    if let Some(check) = &c.cross_check {
        let bounds = format!("{} and {}", signed(check.lower), signed(check.upper));
        page.row(
            "cross-check",
            &format!(
                "{bounds}  ({}, {:.1} degrees of freedom; not part of the verdict)",
                check.method, check.df
            ),
        );
    }
    let zero = c.p_value_zero.map_or(String::new(), |p| format!(", {} (better at all)", p_value(p)));
    page.row("p-value", &format!("{} (the claim){zero}", p_value(c.p_value)));
    page.row("method", &format!("{}  ({})", c.method, plan.method_reason));
    let clusters = c.n_clusters.map_or(String::new(), |k| format!(" in {} clusters", count(k)));
    page.row(
        "pairs",
        &format!("{}{clusters}  (coverage {})", count(c.n_pairs), percent(record.pairing.coverage)),
    );
    if let Some(missing) = record.pairing.missing.as_ref().and_then(words::missing) {
        page.row("missing", &missing);
    }
    if let Some(mde) = c.mde {
        page.row(
            "mde",
            &format!(
                "{}  (at {} power; not part of the verdict)",
                signed(mde).trim_start_matches('+'),
                percent(plan.power)
            ),
        );
    }
}

fn details(page: &mut Page, record: &Record) {
    let changed = &record.changed;
    let odds = record.effect_sizes.fixed_per_broken;
    let odds = odds.map_or(String::new(), |odds| format!("  ({odds:.2} for each worse)"));
    page.row("changed", &format!("{} better, {} worse{odds}", count(changed.fixed), count(changed.broken)));
    page.gap();
    page.row("baseline", &input(&record.inputs.baseline));
    page.row("candidate", &input(&record.inputs.candidate));
    let notes = &record.report.comparison.notes;
    if !notes.is_empty() {
        page.gap();
    }
    for note in notes {
        page.row("note", note);
    }
}

fn input(run: &Input) -> String {
    format!("{}  {}  sha256 {}", run.model_id, run.path, run.sha256.get(..16).unwrap_or(&run.sha256))
}

/// A verdict in its colour.
pub(super) fn paint(verdict: VerdictWord, colour: Colour) -> String {
    let hue = match verdict {
        VerdictWord::Allow => AnsiColor::Green,
        VerdictWord::Reject => AnsiColor::Red,
        VerdictWord::Inconclusive => AnsiColor::Yellow,
    };
    styled(verdict.as_str(), Style::new().bold().fg_color(Some(hue.into())), colour)
}

fn styled(word: &str, style: Style, colour: Colour) -> String {
    match colour {
        Colour::On => format!("{style}{word}{style:#}"),
        Colour::Off => word.to_owned(),
    }
}
