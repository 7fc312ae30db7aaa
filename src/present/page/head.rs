//! What is read first: the verdict in a sentence, what it is about, and its numbers.

use maud::{Markup, html};

use super::text::{badge, code, name, sentence};
use crate::domain::number_format::{count, percent};
use crate::view::{Asked, DecisionView, TaskView, Weight};

/// The verdict and the first line.
pub(super) fn first_line(view: &DecisionView) -> Markup {
    html! {
        (badge(view.verdict))
        h1 { (view.headline) "." }
        @if let Some(waived) = view.suite.as_ref().and_then(|suite| suite.waived.as_ref()) {
            p class="next" { b { "Waived. " } (sentence(waived)) " The verdict stays what it is." }
        }
    }
}

/// Task, metric, models and their scores.
pub(super) fn subject(task: &TaskView) -> Markup {
    let (before, after) = (&task.baseline.model, &task.candidate.model);
    html! {
        p class="subject" {
            "Task " b { (name(&task.task)) } ", metric " b { (name(&task.metric)) }
            @if task.lower_is_better { " (lower is better)" }
            @match &task.levels {
                Some(levels) => {
                    ": " b { (name(before)) } " scores " b { (task.unit.level(levels.baseline)) } ", "
                    b { (name(after)) } " scores " b { (task.unit.level(levels.candidate)) } "."
                }
                None => {
                    ": " b { (name(after)) } " against " b { (name(before)) }
                    ". This envelope does not hold their scores by themselves."
                }
            }
        }
    }
}

/// The numbers that a reader looks for.
pub(super) fn key(task: &TaskView) -> Markup {
    let (unit, effect) = (&task.unit, &task.effect);
    let counted = |number: String| (number, unit.word().trim_start().to_owned());
    let bound = |bound: Option<f64>, written: &dyn Fn(f64) -> String| {
        bound.map_or(("unbounded".to_owned(), String::new()), |bound| counted(written(bound)))
    };
    let asked = match effect.asked {
        Asked::MoreThan(null) => ("Asked for more than", counted(unit.signed(null))),
        Asked::Within(margin) => ("Asked for less than", counted(format!("\u{b1}{}", unit.at_least(margin)))),
    };
    let (worse, better) = words_of_change(task);
    let groups = task.clusters.map_or(String::new(), |groups| format!("in {} groups", count(groups)));
    let rows = [
        asked,
        ("Difference found", counted(unit.signed(effect.estimate))),
        ("Lower bound", bound(effect.lower, &|value| unit.lower(value))),
        ("Upper bound", bound(effect.upper, &|value| unit.upper(value))),
        ("Sure of each bound", (percent(effect.each), String::new())),
        ("Items compared", (count(task.pairs), groups)),
        (worse, (count(task.worse), "items".to_owned())),
        (better, (count(task.better), "items".to_owned())),
    ];
    html! {
        dl class="key" {
            @for (label, (number, word)) in rows {
                div {
                    dt { (label) }
                    dd { (number) @if !word.is_empty() { " " small { (word) } } }
                }
            }
        }
    }
}

/// What items that lost and that gained are called: broken and fixed where they are right or wrong.
pub(super) fn words_of_change(task: &TaskView) -> (&'static str, &'static str) {
    let two = task.levels.as_ref().is_some_and(|levels| levels.two_scores.is_some());
    if two || task.items.as_ref().is_some_and(|items| items.outcomes.is_some()) {
        ("Broken", "Fixed")
    } else {
        ("Worse", "Better")
    }
}

/// What to do next, and what may make the verdict mean something else.
pub(super) fn next_and_notices(view: &DecisionView) -> Markup {
    let remarks: Vec<_> = view.notices.iter().filter(|notice| notice.weight == Weight::Remark).collect();
    html! {
        @if let Some(next) = &view.next {
            p class="next" { b { "What to do next: " } (sentence(next)) }
        }
        @if view.warnings().next().is_some() {
            ul class="notices" {
                @for notice in view.warnings() { li { b { (notice.label) } (sentence(&notice.text)) } }
            }
        }
        @if !remarks.is_empty() {
            details {
                summary { "Remarks (" (count(remarks.len() as u64)) ")" }
                ul class="remarks" {
                    @for notice in remarks { li { b { (notice.label) } (sentence(&notice.text)) } }
                }
            }
        }
    }
}

/// What was asked, and what was found, in the words of the record.
pub(super) fn in_words(task: &TaskView) -> Markup {
    html! {
        p { b { "Asked: " } (sentence(&task.claim)) }
        p { b { "Found: " } (sentence(&task.finding)) }
        @if let Some(p) = &task.p { p class="hint" { (p.label) ": " (code(&p.value)) } }
    }
}
