//! The verdict on a suite, for a terminal and as Markdown: the first line, the claims in a table, the tasks that
//! block, the policy and who decided beside it.

use anstyle::Style;

use super::terminal::{Colour, Page, paint};
use super::{columns, safe};
use crate::domain::number_format::{count, p_value, percent, signed};
use crate::envelope::{SuiteRecord, v1, v2};

/// Characters of a hash that tell it from another for a reader.
const SHORT: usize = 12;

/// The verdict of a suite for a terminal.
#[must_use]
pub fn terminal(record: &SuiteRecord, attempt: Option<u32>, colour: Colour) -> String {
    let nth = attempt.unwrap_or(1);
    let mut page = Page::new();
    let waived = waived(record).map_or(String::new(), |words| format!(", {words}"));
    page.line(&format!("evalsig gate: {}{}", paint(record.verdict(nth), colour), safe::line(&waived)));
    page.gap();
    for warning in warnings(record) {
        page.row("warning", &warning);
    }
    page.row("finding", &finding(record, nth));
    if let Some(next) = &record.suite.suggestion {
        page.row("next", next);
    }
    if !record.suite.blocking.is_empty() {
        page.row("blocking", &record.suite.blocking.join(", "));
    }
    if let Some(attempt) = attempt {
        page.row("attempt", &attempts(record, attempt));
    }
    page.gap();
    for line in columns::lines(&safe_cells(table(record)), &|_, _| Style::new()) {
        page.line(&format!("  {}", safe::line(&line)));
    }
    page.gap();
    page.row("policy", &policy(record));
    for (label, text) in beside(record) {
        page.row(label, &text);
    }
    for (name, task) in &record.tasks {
        page.row("task", &format!("{name}: {}", runs(&task.record.inputs)));
    }
    for (name, first) in &record.first_runs {
        page.row("first run", &format!("{name}: {} from {}", first.candidate.model_id, first.candidate.path));
    }
    page.text
}

/// The verdict of a suite as Markdown.
#[must_use]
pub fn markdown(record: &SuiteRecord, attempt: Option<u32>) -> String {
    let nth = attempt.unwrap_or(1);
    let waived = waived(record).map_or(String::new(), |words| format!(", {}", safe::code(&words)));
    let mut text = format!("## evalsig: {}{waived}\n\n", record.verdict(nth).as_str());
    for warning in warnings(record) {
        text.push_str(&format!("**Warning:** {}\n\n", safe::words(&warning)));
    }
    text.push_str(&format!("**Finding:** {}\n", safe::words(&finding(record, nth))));
    if !record.suite.blocking.is_empty() {
        let names: Vec<String> = record.suite.blocking.iter().map(|name| safe::code(name)).collect();
        text.push_str(&format!("\n**Blocking:** {}\n", names.join(", ")));
    }
    if let Some(next) = &record.suite.suggestion {
        text.push_str(&format!("\n**Next:** {}.\n", safe::words(next)));
    }
    if let Some(attempt) = attempt {
        text.push_str(&format!("\n**Attempt:** {}.\n", attempts(record, attempt)));
    }
    text.push('\n');
    let rows = table(record);
    for (row, cells) in rows.iter().enumerate() {
        let cells: Vec<String> =
            cells.iter().map(|cell| if row == 0 { cell.clone() } else { safe::code(cell) }).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        if row == 0 {
            text.push_str(&format!("|{}\n", "---|".repeat(cells.len())));
        }
    }
    text.push_str(&format!("\n**Policy:** {}\n", safe::words(&policy(record))));
    for (label, words) in beside(record) {
        text.push_str(&format!("\n**{label}:** {}\n", safe::words(&words)));
    }
    text
}

/// What may make the verdict mean something else than its reader thinks.
fn warnings(record: &SuiteRecord) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    if !record.policy.proposed_changes.is_empty() {
        found.push(format!(
            "this change alters the policy, and was judged without that: {}",
            record.policy.proposed_changes.join("; ")
        ));
    }
    for (name, task) in &record.tasks {
        let comparison = &task.record.report.comparison;
        found.extend(comparison.warnings.iter().map(|warning| format!("{name}: {warning}")));
    }
    if let Some(plan) = &record.policy.locked_plan
        && !plan.older_runs.is_empty()
    {
        found.push(format!(
            "made before the plan was locked, by their own time: {}",
            plan.older_runs.join(", ")
        ));
    }
    found
}

/// Whether somebody who reads the verdict should read on: warnings, waivers, scores that are missing.
#[must_use]
pub fn has_remarks(record: &SuiteRecord) -> bool {
    !warnings(record).is_empty()
        || !record.waivers.in_force.is_empty()
        || !record.waivers.remarks.is_empty()
        || !record.tasks.values().all(|task| task.record.is_quiet())
}

/// What was shown and what was not, in words; beyond the policy's attempts, that too.
#[must_use]
pub fn finding(record: &SuiteRecord, attempt: u32) -> String {
    let own = &record.suite.finding;
    match record.suite.max_attempts.filter(|_| record.exceeds(attempt)) {
        None => own.clone(),
        Some(most) => format!(
            "This is attempt {attempt} at the release, and the policy allows {most}: it cannot be allowed. By itself: {own}"
        ),
    }
}

/// Which attempt it is, at which alpha it was judged, and what trying again does to the error rate.
fn attempts(record: &SuiteRecord, attempt: u32) -> String {
    let of = record.suite.max_attempts.map_or(String::new(), |most| format!(" of {most}"));
    format!(
        "{attempt}{of} at this release, judged at alpha {}: if no candidate meets the policy, one attempt or another up to \
         this one is allowed with a probability of at most {}",
        record.suite.alpha,
        percent(record.any_allow_at_most(attempt))
    )
}

/// One row a claim; the heading first.
fn table(record: &SuiteRecord) -> Vec<Vec<String>> {
    let heading = ["task", "claim", "delta", "needs", "between", "p", "pairs", "result"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    rows.extend(record.suite.claims.iter().map(row));
    rows
}

fn row(claim: &v2::Claim) -> Vec<String> {
    let kind = match &claim.label {
        Some(label) => format!("{} {label}", claim.kind),
        None => claim.kind.clone(),
    };
    let bound = |side: Option<f64>, open: f64| signed(side.unwrap_or(open));
    let (lower, upper) =
        (bound(claim.bounds.lower, f64::NEG_INFINITY), bound(claim.bounds.upper, f64::INFINITY));
    let result = if claim.decides { claim.held.clone() } else { format!("{} (reported only)", claim.held) };
    vec![
        claim.task.clone().unwrap_or_else(|| "all tasks".into()),
        kind,
        claim.delta.map_or("-".into(), signed),
        format!("> {}", signed(claim.null_value)),
        format!("{lower} and {upper}"),
        // Which p a reader sees is the one that the result rests on.
        p_value(if claim.held == "refuted" { claim.p_against_adjusted } else { claim.p_adjusted }),
        count(claim.n_pairs),
        result,
    ]
}

/// The same rows, safe for a terminal before they are measured.
fn safe_cells(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.iter().map(|cells| cells.iter().map(|cell| safe::line(cell)).collect()).collect()
}

fn policy(record: &SuiteRecord) -> String {
    let v2::Policy { path, source_ref, commit, sha256, .. } = &record.policy;
    let short = |text: &str| text.get(..SHORT).unwrap_or(text).to_owned();
    let at = match (source_ref, commit) {
        (Some(of), Some(commit)) => format!(" at {of}, commit {}", short(commit)),
        _ => String::new(),
    };
    format!("{path}{at}, sha256 {}, rule {}", short(sha256), record.suite.rule)
}

/// What stands beside the verdict: what was tightened, the locked plan, waivers.
fn beside(record: &SuiteRecord) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> =
        record.policy.overridden.iter().map(|line| ("tightened", line.clone())).collect();
    if let Some(plan) = &record.policy.locked_plan {
        found.push((
            "plan",
            format!(
                "locked {} before the runs were read ({}, entry {})",
                span(plan.seconds_before),
                plan.locked_at,
                plan.entry_index
            ),
        ));
    }
    for waiver in &record.waivers.in_force {
        found.push((
            "waiver",
            format!(
                "{} waived by {} until {}: {} ({})",
                waiver.task, waiver.approver, waiver.effective_until, waiver.reason, waiver.ticket
            ),
        ));
    }
    found.extend(record.waivers.remarks.iter().map(|remark| ("waivers", remark.clone())));
    found
}

/// Who waived what, for the first line; `None` where nothing is waived.
#[must_use]
pub fn waived(record: &SuiteRecord) -> Option<String> {
    let first = record.waivers.in_force.first()?;
    let more = match record.waivers.in_force.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    Some(format!("waived by {} until {}{more}", first.approver, first.effective_until))
}

/// A span of time in the unit that people would use.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn runs(inputs: &v1::Inputs) -> String {
    let one = |input: &v1::Input| {
        let age =
            input.resolved.as_ref().map_or(String::new(), |found| format!(", {} days old", found.age_days));
        let at = input
            .at_commit
            .as_ref()
            .map_or(String::new(), |at| format!(", commit {}", at.commit.get(..SHORT).unwrap_or(&at.commit)));
        format!("{} ({}{age}{at})", input.model_id, input.path)
    };
    format!("{} against {}", one(&inputs.candidate), one(&inputs.baseline))
}
