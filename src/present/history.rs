//! History as a table for people, and as JSON, JSON Lines and CSV for programs.

mod strip;
mod style;
pub mod tracks;

use anstyle::Style;
use serde::Serialize;

use super::plots::frame::Frame;
use super::plots::history as panels;
use super::screen::Screen;
use super::{columns, page, safe};
use crate::domain::number_format::signed;
use crate::domain::{Code, Diagnostic};
use crate::store::{HistoryLine, TaskDecision};
use style::style;
use tracks::Track;

/// One line as programs get it.
#[derive(Serialize)]
struct Row<'a> {
    run_id: &'a str,
    model_id: &'a str,
    task_id: &'a str,
    metric_name: &'a str,
    /// RFC 3339, UTC; as it was written where it is no time.
    ts: String,
    n_items: u64,
    config_hash: &'a str,
    delta: Option<f64>,
    p_value: Option<f64>,
    verdict: Option<&'a str>,
    parent_run_id: Option<&'a str>,
    /// The Parquet file; null where no store keeps the run.
    path: Option<&'a str>,
    present: bool,
    envelopes: Vec<Envelope<'a>>,
    /// The task of the policy, where a suite was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_task: Option<&'a str>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    path: &'a str,
    sha256: String,
    release_id: Option<&'a str>,
    attempt: Option<u32>,
}

impl<'a> Row<'a> {
    fn of(line: &'a HistoryLine) -> Self {
        let record = &line.record;
        Self {
            run_id: &record.run_id,
            model_id: &record.model_id,
            task_id: &record.task_id,
            metric_name: &record.metric_name,
            ts: time(line),
            n_items: record.n_items,
            config_hash: record.config_hash.as_deref().unwrap_or(""),
            delta: record.delta,
            p_value: record.p_value,
            verdict: record.verdict.as_deref(),
            parent_run_id: record.parent_run_id.as_deref(),
            path: Some(line.path.as_str()).filter(|path| !path.is_empty()),
            present: line.present,
            envelopes: line
                .kept
                .iter()
                .map(|kept| Envelope {
                    path: &kept.path,
                    sha256: kept.sha256.to_string(),
                    release_id: kept.release.as_ref().map(|(release, _)| release.as_str()),
                    attempt: kept.release.as_ref().map(|(_, attempt)| *attempt),
                })
                .collect(),
            policy_task: line.policy_task.as_deref(),
        }
    }
}

/// Whether a suite was decided about any of these runs: only then there is a column for its tasks.
fn of_suites(lines: &[HistoryLine]) -> bool {
    lines.iter().any(|line| line.policy_task.is_some())
}

/// One JSON array.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn json(lines: &[HistoryLine]) -> Result<String, Diagnostic> {
    super::json::text(&lines.iter().map(Row::of).collect::<Vec<_>>())
}

/// One JSON object a line.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn jsonl(lines: &[HistoryLine]) -> Result<String, Diagnostic> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &Row::of(line))
            .map_err(|error| Code::Bug.at("history").what(error.to_string()))?;
        text.push(b'\n');
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Comma-separated values as RFC 4180 has them, with a header, every cell safe for a spreadsheet; of several envelopes the last. The task of a policy is
/// a column of its own at the end, where there is any.
#[must_use]
pub fn csv(lines: &[HistoryLine]) -> String {
    let suites = of_suites(lines);
    let mut text = String::from(
        "ts,run_id,model_id,task_id,metric_name,n_items,config_hash,delta,p_value,verdict,parent_run_id,path,\
         present,envelope_path,envelope_sha256,release_id,attempt",
    );
    text.push_str(if suites { ",policy_task\n" } else { "\n" });
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    for row in lines.iter().map(Row::of) {
        let envelope = row.envelopes.last();
        let mut cells = vec![
            row.ts,
            row.run_id.to_owned(),
            row.model_id.to_owned(),
            row.task_id.to_owned(),
            row.metric_name.to_owned(),
            row.n_items.to_string(),
            row.config_hash.to_owned(),
            number(row.delta),
            number(row.p_value),
            row.verdict.unwrap_or("").to_owned(),
            row.parent_run_id.unwrap_or("").to_owned(),
            row.path.unwrap_or("").to_owned(),
            row.present.to_string(),
            envelope.map_or(String::new(), |envelope| envelope.path.to_owned()),
            envelope.map_or(String::new(), |envelope| envelope.sha256.clone()),
            envelope.and_then(|envelope| envelope.release_id).unwrap_or("").to_owned(),
            envelope.and_then(|envelope| envelope.attempt).map_or(String::new(), |n| n.to_string()),
        ];
        cells.extend(suites.then(|| row.policy_task.unwrap_or("").to_owned()));
        let cells: Vec<String> = cells.iter().map(|cell| safe::csv(cell)).collect();
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// What pictures are called.
const TITLE: &str = "Decisions over time";

/// All decisions as one picture, a panel a task, in a file by itself.
#[must_use]
pub fn svg(decisions: Vec<TaskDecision>) -> String {
    let tracks = tracks::of(decisions);
    let all: Vec<&Track> = tracks.iter().collect();
    tracks::with_panels(&all, |drawn| panels::draw(&Frame::file("history"), TITLE, drawn)) + "\n"
}

/// The same as a page, with each picture's numbers as a table.
#[must_use]
pub fn html(decisions: Vec<TaskDecision>) -> String {
    page::history(&tracks::of(decisions))
}

/// What was decided over time in a line a task, then a table, one row a run, the path last because it is long.
#[must_use]
pub fn table(lines: &[HistoryLine], decisions: Vec<TaskDecision>, screen: Screen) -> String {
    if lines.is_empty() {
        return "no run fits\n".into();
    }
    let strip = strip::strip(&tracks::of(decisions), screen);
    let releases = lines.iter().any(|line| line.kept.iter().any(|kept| kept.release.is_some()));
    let mut head = vec!["TIME", "RUN", "MODEL", "TASK", "METRIC", "DELTA", "VERDICT"];
    let suites = of_suites(lines);
    head.extend(releases.then_some("RELEASE"));
    head.extend(suites.then_some("POLICY TASK"));
    head.push("FILE");
    let mut rows: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for line in lines {
        let record = &line.record;
        let mut row = vec![
            safe::line(&time(line)),
            safe::line(&record.run_id),
            safe::line(&record.model_id),
            safe::line(&record.task_id),
            safe::line(&record.metric_name),
            record.delta.map_or("-".into(), signed),
            record.verdict.as_deref().map_or("-".into(), safe::line),
        ];
        if releases {
            row.push(release(line));
        }
        row.extend(suites.then(|| line.policy_task.as_deref().map_or("-".into(), safe::line)));
        let gone = if line.present || line.path.is_empty() { "" } else { " (not there)" };
        row.push(if line.path.is_empty() { "-".into() } else { format!("{}{gone}", safe::line(&line.path)) });
        rows.push(row);
    }
    let verdict =
        |column: usize, cell: &str| if column == 6 { style(cell, screen.colour) } else { Style::new() };
    columns::lines(&rows, &verdict, screen.width).into_iter().fold(strip, |text, line| text + &line + "\n")
}

/// The releases that it was decided for.
fn release(line: &HistoryLine) -> String {
    let named: Vec<String> = line
        .kept
        .iter()
        .filter_map(|kept| kept.release.as_ref())
        .map(|(release, attempt)| match attempt {
            1 => release.clone(),
            attempt => format!("{release} #{attempt}"),
        })
        .collect();
    if named.is_empty() { "-".into() } else { safe::line(&named.join(", ")) }
}

/// Whole seconds in UTC; a text that is no time stands as it is.
fn time(line: &HistoryLine) -> String {
    let whole = |time: jiff::Timestamp| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    line.record.time().map_or_else(|| line.record.ts.clone(), whole)
}
