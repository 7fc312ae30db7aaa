//! `index.html` of an export: its decisions as a table, each row opening its report page.

use maud::{Markup, PreEscaped, html};

use super::shell::Shell;
use super::text::{Column, code, moment, name, numbers, said, sentence, table, verdict_word, words};
use crate::domain::number_format::{count, p_value};
use crate::envelope::v1::VerdictWord;
use crate::present::export::{claims, entries};
use crate::present::safe;
use crate::report::export::{Decision, Document, Export, ExportedSuite, Hashed};
use crate::view::{DecisionView, Sentence, TaskView};

/// What a row shows of a decision, from its envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The position of its entry.
    index: u64,
    /// The first line.
    headline: Sentence,
    /// Why nothing was decided, where nothing was.
    reason: Option<String>,
    /// Its pair of runs, or the tasks of its policy.
    tasks: Vec<Task>,
}

#[derive(Clone, Debug, PartialEq)]
struct Task {
    name: String,
    metric: String,
    candidate: String,
    baseline: String,
    difference: String,
    bounds: String,
}

impl Row {
    /// The row of a decision whose entry stands at this position.
    #[must_use]
    pub fn of(view: &DecisionView, index: u64) -> Self {
        Self {
            index,
            headline: view.headline.clone(),
            reason: (view.verdict == VerdictWord::Inconclusive).then(|| view.finding.clone()),
            tasks: view.tasks.iter().map(Task::of).collect(),
        }
    }
}

impl Task {
    fn of(task: &TaskView) -> Self {
        let (unit, effect) = (&task.unit, &task.effect);
        let bounds = match (effect.lower, effect.upper) {
            (Some(low), Some(high)) => format!("{} to {}", unit.lower(low), unit.upper(high)),
            (Some(low), None) => format!("above {}", unit.lower(low)),
            (None, Some(high)) => format!("below {}", unit.upper(high)),
            (None, None) => "unbounded".into(),
        };
        Self {
            name: task.title().to_owned(),
            metric: task.metric.clone(),
            candidate: task.candidate.model.clone(),
            baseline: task.baseline.model.clone(),
            difference: format!("{}{}", unit.signed(effect.estimate), unit.word()),
            bounds,
        }
    }
}

/// The page. `rows` are those of the decisions that this version can read.
#[must_use]
pub fn render(export: &Export, rows: &[Row]) -> String {
    let title = format!("Release decisions, {}", export.entries());
    let shell = Shell {
        title: &title,
        kind: "export of a trail",
        bar: html! { span { "head: entry " (export.head.index) } },
        main: ("decisions", "decisions"),
        class: "",
        broad: true,
        record: "This page shows what the envelopes say; the envelopes are the record.",
    };
    let content = html! {
        div class="lead" {
            h1 { (title) }
            p class="subject" {
                "Asked for " b { (name(&export.range.asked)) } "; that is " (entries(export)) ", written by "
                (said(&export.tool)) ". The head of the chain here is entry " (export.head.index) ", SHA-256 "
                (code(&export.head.sha256)) "."
            }
            @if !export.missing.is_empty() { (missing(export)) }
        }
        (decisions(export, rows))
        (verify(&export.head.sha256))
    };
    shell.around(&content).into_string()
}

fn missing(export: &Export) -> Markup {
    html! {
        h2 { "Not complete" }
        ul class="notices" {
            @for missing in &export.missing {
                li { (code(&missing.what)) " (of " (code(&missing.envelope)) "): " (said(&missing.why)) }
            }
        }
    }
}

/// Decisions, plans and waivers in the order of the chain.
fn decisions(export: &Export, rows: &[Row]) -> Markup {
    let of_decisions = export.decisions.iter().map(|decision| {
        let row = rows.iter().find(|row| row.index == decision.index);
        (decision.index, decided(decision, row))
    });
    let of_documents = export.documents.iter().map(|document| (document.index, recorded(document)));
    let mut all: Vec<(u64, Markup)> = of_decisions.chain(of_documents).collect();
    all.sort_by_key(|(index, _)| *index);
    html! {
        table class="ledger" {
            caption { "In the order of the chain; a release opens the report of the decision" }
            thead {
                tr {
                    th scope="col" { "Release" }
                    th scope="col" { "Verdict" }
                    th scope="col" { "Decided" }
                    th scope="col" { "Task, metric" }
                    th scope="col" { "Candidate" }
                    th scope="col" { "Baseline" }
                    th scope="col" class="number" { "Difference" }
                    th scope="col" { "Bounds" }
                    th scope="col" class="number" { "Entry" }
                }
            }
            @for (_, body) in &all { (body) }
        }
    }
}

fn decided(decision: &Decision, row: Option<&Row>) -> Markup {
    let tasks = row.map_or(&[][..], |row| row.tasks.as_slice());
    let pair = tasks.first().filter(|_| decision.suite.is_none());
    let attempt = (decision.attempt > 1).then_some(decision.attempt);
    html! {
        tbody {
            tr {
                th scope="row" {
                    @match &decision.report {
                        Some(report) => (link(report, &decision.release_id)),
                        None => (name(&decision.release_id)),
                    }
                    @if let Some(attempt) = attempt { ", attempt " (attempt) }
                }
                td data-label="Verdict" {
                    @match decision.verdict { Some(verdict) => (verdict_word(verdict)), None => "unknown" }
                }
                td data-label="Decided" { (moment(decision.decided_at.as_deref().unwrap_or("unknown"))) }
                td data-label="Task, metric" { (each(tasks, |task| html! { (name(&task.name)) ", " (name(&task.metric)) })) }
                td data-label="Candidate" { (distinct(tasks, |task| &task.candidate)) }
                td data-label="Baseline" { (distinct(tasks, |task| &task.baseline)) }
                td data-label="Difference" class="number" { @if let Some(pair) = pair { (pair.difference) } }
                td data-label="Bounds" { @if let Some(pair) = pair { (pair.bounds) } }
                td data-label="Entry" class="number" { (decision.index) }
            }
            tr class="reason" {
                td colspan="9" {
                    @match row {
                        Some(row) => {
                            p { (row.headline) "." }
                            @if let Some(reason) = &row.reason { p class="hint" { (sentence(reason)) } }
                        },
                        None => p { "Written by a newer version." },
                    }
                    @if let Some(suite) = &decision.suite { (of_suite(suite)) }
                    (evidence(decision))
                }
            }
        }
    }
}

/// Each task on a line of its own where there are several.
fn each(tasks: &[Task], shown: impl Fn(&Task) -> Markup) -> Markup {
    html! { @for (i, task) in tasks.iter().enumerate() { @if i > 0 { br; } (shown(task)) } }
}

/// A name once, however many tasks have it.
fn distinct<'t>(tasks: &'t [Task], of: impl Fn(&'t Task) -> &'t String) -> Markup {
    let mut names: Vec<&String> = tasks.iter().map(of).collect();
    names.dedup();
    html! { @for (i, of) in names.iter().enumerate() { @if i > 0 { br; } (name(of)) } }
}

/// What decided a suite: its rule and what blocks, and every claim.
fn of_suite(suite: &ExportedSuite) -> Markup {
    let [task, claim, null, delta, bounds, p, pairs, held] = claims::HEAD;
    let columns: [Column; 8] = [
        words(task),
        words(claim),
        numbers(null),
        numbers(delta),
        words(bounds),
        numbers(p),
        numbers(pairs),
        words(held),
    ];
    let rows: Vec<[Markup; 8]> =
        claims::rows(suite).into_iter().map(|row| row.map(|cell| html! { (said(&cell)) })).collect();
    html! {
        details {
            summary { "The claims of the policy, and what decided" }
            p { (sentence(&claims::words(suite))) }
            (table("Every claim, in units of the score", &columns, &rows))
        }
    }
}

/// Files and hashes of a decision.
fn evidence(decision: &Decision) -> Markup {
    let of_pair = [("baseline", &decision.runs.baseline), ("candidate", &decision.runs.candidate)];
    let mut runs: Vec<(String, &String)> =
        of_pair.into_iter().filter_map(|(label, path)| Some((label.to_owned(), path.as_ref()?))).collect();
    for task in &decision.tasks {
        let of = &task.runs;
        let of = [("baseline", &of.baseline), ("candidate", &of.candidate), ("anchor", &of.anchor)];
        let named = |label: &str| format!("{label} of {}", task.task);
        runs.extend(of.into_iter().filter_map(|(label, path)| Some((named(label), path.as_ref()?))));
    }
    html! {
        details {
            summary { "Evidence and hashes" }
            table class="facts" {
                caption { "Files of this decision in the export" }
                tbody {
                    @if let Some(numbers) = &decision.numbers {
                        tr { th scope="row" { "claim" } td { (said(&numbers.claim)) } }
                        tr { th scope="row" { "p of the claim" } td { (p_value(numbers.p_value)) } }
                        tr { th scope="row" { "pairs" } td { (count(numbers.n_pairs)) } }
                    }
                    (hashed("envelope", &decision.envelope))
                    (hashed("entry", &decision.entry))
                    @for (label, path) in &runs { tr { th scope="row" { (said(label)) } td { (link(path, path)) } } }
                    (beside(&decision.beside))
                }
            }
        }
    }
}

/// A plan or a waiver: its kind where a decision has its verdict.
fn recorded(document: &Document) -> Markup {
    html! {
        tbody {
            tr {
                th scope="row" { (name(&document.release_id)) }
                td data-label="Kind" { (said(&document.kind)) " " (document.number) }
                td data-label="Recorded" { (moment(document.recorded_at.as_deref().unwrap_or("unknown"))) }
                td colspan="5" { (said(document.about.as_deref().unwrap_or("Written by a newer version."))) }
                td data-label="Entry" class="number" { (document.index) }
            }
            tr class="reason" {
                td colspan="9" {
                    details {
                        summary { "Evidence and hashes" }
                        table class="facts" {
                            caption { "Files of this entry in the export" }
                            tbody {
                                (hashed(&document.kind, &document.envelope))
                                (hashed("entry", &document.entry))
                                (beside(&document.beside))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn hashed(label: &str, file: &Hashed) -> Markup {
    html! {
        tr { th scope="row" { (said(label)) } td { (link(&file.path, &file.path)) } }
        tr { th scope="row" { "its SHA-256" } td { (code(&file.sha256)) } }
    }
}

/// Signatures, certificates and time stamps.
fn beside(paths: &[String]) -> Markup {
    html! { @for path in paths { tr { th scope="row" { "beside it" } td { (link(path, path)) } } } }
}

/// A link to a file of the export; its path passes the gate of addresses.
fn link(path: &str, text: &str) -> Markup {
    html! { a href=(PreEscaped(safe::href(path))) { (name(text)) } }
}

fn verify(head: &str) -> Markup {
    html! {
        section aria-labelledby="verify" {
            h2 id="verify" { "How to verify" }
            p { (link("README.txt", "README.txt")) " says how to check the envelopes with everyday tools. In the folder of this page:" }
            pre tabindex="0" { "sha256sum --check --quiet SHA256SUMS\nevalsig verify . --anchor " (said(head)) }
            p { "Compare the head with a hash that was kept where whoever keeps the trail cannot write." }
        }
    }
}
