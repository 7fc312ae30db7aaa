//! A report as Markdown: the step summary, a comment, a page of a compliance export.

use super::safe::{code, line};
use super::words;
use crate::domain::Diagnostic;
use crate::domain::number_format::{count, p_value, percent, signed};
use crate::envelope::Record;

/// The verdict of a gate in a heading, its reasons below, the numbers in a table.
#[must_use]
pub fn gate(record: &Record, attempt: Option<u32>) -> String {
    let report = &record.report;
    let mut text = format!("## evalsig: {}\n\n", report.verdict.as_str());
    text.push_str(&warnings(&report.comparison.warnings));
    text.push_str(&format!("**Claim:** {}.\n\n**Finding:** {}\n", report.claim, line(&report.finding)));
    if let Some(attempt) = attempt {
        text.push_str(&format!("\n**Attempt:** {}.\n", words::attempt(record, attempt)));
    }
    if let Some(next) = &report.suggestion {
        text.push_str(&format!("\n**Next:** {}.\n", line(next)));
    }
    text.push('\n');
    text.push_str(&table(record));
    text.push_str(&notes(&report.comparison.notes));
    text
}

/// The numbers of a comparison, without a verdict.
#[must_use]
pub fn compare(record: &Record) -> String {
    let mut text = String::from("## evalsig comparison\n\n");
    text.push_str(&warnings(&record.report.comparison.warnings));
    text.push_str(&table(record));
    text.push_str(&notes(&record.report.comparison.notes));
    text
}

/// A failure to reach a verdict.
#[must_use]
pub fn error(diagnostic: &Diagnostic) -> String {
    let place = if diagnostic.place.is_empty() {
        String::new()
    } else {
        format!("**Where:** {}\n\n", code(&diagnostic.place))
    };
    let next = if diagnostic.next.is_empty() {
        String::new()
    } else {
        format!("\n**Next:** {}\n", code(&diagnostic.next))
    };
    format!(
        "## evalsig: no verdict\n\n{place}**What:** {}\n{next}\nError {}, exit code {}.\n",
        code(&diagnostic.what),
        code(diagnostic.code.as_str()),
        diagnostic.code.exit().code()
    )
}

fn table(record: &Record) -> String {
    let (c, plan, changed) = (&record.report.comparison, &record.plan, &record.changed);
    let mut rows: Vec<(&str, String)> = vec![
        ("delta", signed(c.delta)),
        (
            "interval",
            format!(
                "{} to {} ({} confidence)",
                signed(c.ci.0.unwrap_or(f64::NEG_INFINITY)),
                signed(c.ci.1.unwrap_or(f64::INFINITY)),
                percent(c.ci_level)
            ),
        ),
    ];
    if let Some(bounds) = &c.bounds {
        rows.push((
            "bounds",
            format!(
                "{} and {} (each {})",
                signed(bounds.lower.unwrap_or(f64::NEG_INFINITY)),
                signed(bounds.upper.unwrap_or(f64::INFINITY)),
                percent(bounds.each)
            ),
        ));
    }
    if let Some(case) = &c.worst_case {
        rows.push(("worst case", words::worst_case(case)));
    }
    if let Some(missing) = record.pairing.missing.as_ref().and_then(words::missing) {
        rows.push(("missing", line(&missing)));
    }
    rows.push(("p-value of the claim", p_value(c.p_value)));
    rows.push(("method", format!("{}: {}", code(&c.method), line(&plan.method_reason))));
    let clusters = c.n_clusters.map_or(String::new(), |k| format!(" in {} clusters", count(k)));
    rows.push((
        "pairs",
        format!("{}{clusters}, coverage {}", count(c.n_pairs), percent(record.pairing.coverage)),
    ));
    rows.push(("changed", format!("{} better, {} worse", count(changed.fixed), count(changed.broken))));
    for (label, run) in [("baseline", &record.inputs.baseline), ("candidate", &record.inputs.candidate)] {
        rows.push((
            label,
            format!("{} from {}, sha256 {}", code(&run.model_id), code(&run.path), code(&run.sha256)),
        ));
    }
    let mut text = String::from("| | |\n|---|---|\n");
    for (label, value) in rows {
        text.push_str(&format!("| {label} | {value} |\n"));
    }
    text
}

/// Above everything else.
fn warnings(warnings: &[String]) -> String {
    warnings.iter().map(|warning| format!("**Warning:** {}\n\n", code_or_words(warning))).collect()
}

fn notes(notes: &[String]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let items: Vec<String> = notes.iter().map(|note| format!("- {}\n", code_or_words(note))).collect();
    format!("\n**Notes**\n\n{}", items.concat())
}

/// Notes are our words but may quote names from a file; those with anything that Markdown could
/// read as markup are shown as code.
fn code_or_words(note: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " .,;:()%+-=/'\"".contains(c);
    if note.chars().all(plain) && !note.contains("://") && !note.contains("www.") {
        note.to_owned()
    } else {
        code(note)
    }
}
