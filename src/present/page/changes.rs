//! Which items changed, worst first. Shown whole, or only one kind, by radio buttons that a style sheet reads: a page
//! has no script.

use maud::{Markup, html};

use super::context::Context;
use super::head::words_of_change;
use super::text::{code, said};
use crate::domain::number_format::{count, plain};
use crate::view::{ItemChange, Items, TaskView};

/// Most rows of the table. A page about 100,000 items stays small.
pub(super) const MOST_ROWS: usize = 200;

/// The table, or why there is none.
pub(super) fn changes(task: &TaskView, context: &Context<'_>, id: &str) -> Markup {
    match &task.items {
        Some(items) if items.worse.is_empty() && items.better.is_empty() => {
            html! { p { "No item changed its score." } }
        }
        Some(items) => table(task, items, context, id),
        None => ids(task),
    }
}

/// What the envelope alone holds: the first ids.
fn ids(task: &TaskView) -> Markup {
    let (worse, better) = words_of_change(task);
    let (fixed, broken) = &task.changed_ids;
    html! {
        p {
            "The envelope counts " (count(task.worse)) " items " (worse.to_lowercase()) " and " (count(task.better)) " "
            (better.to_lowercase()) "; it does not hold their scores. Given the store or both run files, "
            code { "evalsig report" } " shows them here, with how the differences are spread."
        }
        @for (word, ids) in [(worse, broken), (better, fixed)] {
            @if !ids.is_empty() {
                details {
                    summary { (word) ": the first " (count(ids.len() as u64)) " ids in ascending order" }
                    ul class="remarks" { @for id in ids { li { (code(id)) } } }
                }
            }
        }
    }
}

fn table(task: &TaskView, items: &Items, context: &Context<'_>, id: &str) -> Markup {
    let (worse, better) = words_of_change(task);
    let (worse_rows, better_rows) = shown(items);
    let left_out =
        (items.counts.0 + items.counts.1).saturating_sub((worse_rows.len() + better_rows.len()) as u64);
    let grouped = items.worse.iter().chain(&items.better).any(|item| item.cluster.is_some());
    html! {
        div class="changes" {
            fieldset class="filter" {
                legend { "Show" }
                label { input type="radio" name={ (id) "-show" } class="show-all" checked; "all" }
                label { input type="radio" name={ (id) "-show" } class="show-worse"; (worse.to_lowercase()) " (" (count(items.counts.0)) ")" }
                label { input type="radio" name={ (id) "-show" } class="show-better"; (better.to_lowercase()) " (" (count(items.counts.1)) ")" }
            }
            section class="scroll" tabindex="0" aria-label={ "Changed items of " (said(task.title())) } { table class="cards" {
                caption { "Items whose score changed, the largest loss first, then the largest gain" }
                thead {
                    tr {
                        th scope="col" { "Item" }
                        @if grouped { th scope="col" { "Group" } }
                        th scope="col" class="number" { "Baseline" }
                        th scope="col" class="number" { "Candidate" }
                        th scope="col" class="number" { "Change" }
                    }
                }
                tbody {
                    @for item in worse_rows { (row(item, items, "worse", worse, grouped)) }
                    @for item in better_rows { (row(item, items, "better", better, grouped)) }
                }
            } }
        }
        @if left_out > 0 {
            p class="hint" {
                (count(left_out)) " more items changed. "
                @match context.csv {
                    Some(name) => { "All of them stand in " (code(name)) " beside this page, by id and score." }
                    None => { "This page shows at most " (MOST_ROWS) "." }
                }
            }
        } @else if let Some(name) = context.csv {
            p class="hint" { "The same stands in " (code(name)) " beside this page, by id and score." }
        }
    }
}

/// The rows of both kinds: half of the room for each, and what one does not need for the other.
fn shown(items: &Items) -> (&[ItemChange], &[ItemChange]) {
    let half = MOST_ROWS / 2;
    let worse = items.worse.len().min(MOST_ROWS - items.better.len().min(half));
    let better = items.better.len().min(MOST_ROWS - worse);
    (items.worse.get(..worse).unwrap_or_default(), items.better.get(..better).unwrap_or_default())
}

fn row(item: &ItemChange, items: &Items, class: &str, word: &str, grouped: bool) -> Markup {
    // Of two results the higher one is what the better run has.
    let score = |own: f64, other: f64| match (items.outcomes, class == "better") {
        (None, _) => plain(own),
        (Some(_), better) => {
            let candidate = own.to_bits() == item.candidate.to_bits() && own.to_bits() != other.to_bits();
            if candidate == better { "right".to_owned() } else { "wrong".to_owned() }
        }
    };
    let change = if items.outcomes.is_some() { word.to_lowercase() } else { signed(item.difference) };
    html! {
        tr class=(class) {
            th scope="row" { (code(&item.id)) }
            @if grouped { td data-label="Group" { @if let Some(group) = &item.cluster { (said(group)) } } }
            td class="number" data-label="Baseline" { (score(item.baseline, item.candidate)) }
            td class="number" data-label="Candidate" { (score(item.candidate, item.baseline)) }
            td class="number change" data-label="Change" { (change) }
        }
    }
}

/// A difference with its sign, in as many digits as it has.
fn signed(difference: f64) -> String {
    format!("{}{}", if difference > 0.0 { "+" } else { "" }, plain(difference))
}
