//! The report page: one HTML file without any script, which loads nothing, from templates that are compiled.
//!
//! Every picture has a title, a description and a table with the same numbers. The page is read in the light, in the
//! dark, on a telephone and on paper.

mod changes;
mod context;
mod csv;
mod details;
mod figures;
mod head;
mod history;
pub mod index;
mod record;
mod shell;
mod style;
mod suite;
mod text;

use maud::{Markup, html};

use crate::view::{DecisionView, TaskView};
use shell::Shell;

pub use context::Context;
pub use history::history;
pub(super) use text::of_word;

/// A page, and the file beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportPage {
    /// The HTML of the page.
    pub html: String,
    /// All changed items as CSV, where the items are known.
    pub csv: Option<String>,
}

/// The page of a decision.
#[must_use]
pub fn render(view: &DecisionView, context: &Context<'_>) -> ReportPage {
    let csv = csv::of(view);
    let context = Context { csv: context.csv.filter(|_| csv.is_some()), ..*context };
    let markup = document(view, &context);
    ReportPage { html: markup.into_string(), csv }
}

fn document(view: &DecisionView, context: &Context<'_>) -> Markup {
    let title = format!("{}: {}", view.verdict.as_str(), view.headline);
    let bar = html! {
        @if let Some(moment) = &view.moment {
            span {
                @if let Some(release) = &moment.release { (text::said(release)) ", attempt " (moment.attempt) ", " }
                (text::said(&moment.decided_at))
            }
        }
    };
    let shell = Shell {
        title: &title,
        kind: "release decision",
        bar,
        main: ("decision", "decision"),
        class: view.verdict.as_str(),
        broad: false,
        record: "This page shows what the envelope says; the envelope is the record.",
    };
    shell.around(&html! { (lead(view)) (body(view, context)) })
}

/// What is seen without scrolling: verdict, subject, picture, numbers, warnings.
fn lead(view: &DecisionView) -> Markup {
    html! {
        div class="lead" {
            (head::first_line(view))
            @match view.pair() {
                Some(task) => {
                    (head::subject(task))
                    (figures::interval(task, "interval"))
                    (head::key(task))
                }
                None => {
                    (suite::overview(view))
                    @if let Some(suite) = &view.suite { (suite::claims(suite)) }
                }
            }
            (head::next_and_notices(view))
        }
    }
}

fn body(view: &DecisionView, context: &Context<'_>) -> Markup {
    let sections: Vec<Section> = match view.pair() {
        Some(task) => of_task(task, context, "t1"),
        None => Vec::new(),
    };
    let closing = closing(view, context);
    html! {
        nav aria-label="Sections of this page" {
            ul {
                @for section in sections.iter().chain(&closing) { li { a href={ "#" (section.id) } { (section.title) } } }
            }
        }
        @for section in &sections { (shown(section, false)) }
        @if view.suite.is_some() {
            @for (i, task) in view.tasks.iter().enumerate() { (task_of_suite(task, context, i + 1)) }
        }
        @for section in &closing { (shown(section, false)) }
    }
}

/// A part of the page with a heading.
struct Section {
    id: String,
    title: &'static str,
    content: Markup,
}

fn shown(section: &Section, inner: bool) -> Markup {
    html! {
        // The task around it is the landmark; a page with one for each part of each task has too many.
        @if inner {
            div { h3 id=(section.id) { (section.title) } (section.content) }
        } @else {
            section aria-labelledby=(section.id) { h2 id=(section.id) { (section.title) } (section.content) }
        }
    }
}

/// One task of a suite, with everything that a decision by itself would show.
fn task_of_suite(task: &TaskView, context: &Context<'_>, number: usize) -> Markup {
    let prefix = format!("t{number}");
    html! {
        section class="task" aria-labelledby={ "task-" (number) } {
            h2 id={ "task-" (number) } { (text::name(task.title())) }
            (suite::task_verdict(task.verdict, task.role.as_deref()))
            p { b { (task.headline) "." } }
            (head::subject(task))
            (figures::interval(task, &format!("{prefix}-interval")))
            (head::key(task))
            @for section in of_task(task, context, &prefix) { (shown(&section, true)) }
        }
    }
}

/// The parts about one pair of runs. `prefix` sets their names apart from those of another pair.
fn of_task(task: &TaskView, context: &Context<'_>, prefix: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut add = |name: &str, title: &'static str, content: Markup| {
        sections.push(Section { id: format!("{prefix}-{name}-section"), title, content });
    };
    let id = |name: &str| format!("{prefix}-{name}");
    add(
        "asked",
        "What was asked, and what was found",
        html! { (head::in_words(task)) (details::rules(task)) },
    );
    if let Some(items) = &task.items {
        let title = if items.outcomes.is_some() {
            "Right and wrong in both runs"
        } else {
            "How the differences are spread"
        };
        add("spread", title, figures::spread(task, items, &id("spread")));
        if !items.clusters.is_empty() {
            add("groups", "Groups of items, worst first", figures::groups(task, items, &id("groups")));
        }
        if !items.epochs.is_empty() {
            add("repeats", "Repeats and their spread", figures::repeats(task, &items.epochs, &id("repeats")));
        }
    }
    add("changes", "What changed, worst first", changes::changes(task, context, &id("changes")));
    if let Some(power) = &task.power {
        add("power", "What these items can show", figures::power(task, power, &id("power")));
    }
    add("plan", "The plan", details::plan(task));
    add("inputs", "The runs that were compared", details::inputs(task));
    sections
}

/// The parts about the decision as a whole.
fn closing(view: &DecisionView, context: &Context<'_>) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut add = |id: &str, title: &'static str, content: Markup| {
        sections.push(Section { id: id.into(), title, content });
    };
    if let Some(of) = &view.suite {
        add("policy-section", "The policy", suite::policy(of));
    }
    if !view.past.is_empty() {
        add("past-section", "The last decisions", record::past(view));
    }
    add("record-section", "The record", record::record(view, context));
    if view.moment.is_some() {
        add("verify-section", "How to check it", record::commands(view));
    }
    sections
}
