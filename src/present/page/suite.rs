//! The claims of a suite: a picture over all of them, a table, and the policy that asks for them.

use maud::{Markup, html};

use super::details;
use super::text::{facts, figure, name, numbers, picture, said, table, verdict_word, words};
use crate::domain::Verdict;
use crate::domain::number_format::count;
use crate::envelope::v1::VerdictWord;
use crate::present::plots::forest::{self, Forest, Row};
use crate::present::plots::frame::Shown;
use crate::view::{ClaimView, DecisionView, SuiteView};

/// The claims that are counted in points as a picture, and all of them as a table.
pub(super) fn claims(suite: &SuiteView) -> Markup {
    let mut drawn: Vec<&ClaimView> =
        suite.claims.iter().filter(|claim| claim.unit.is_rate() && claim.delta.is_some()).collect();
    // What keeps a suite from ALLOW stands first; within that the order of the policy stays.
    drawn.sort_by_key(|claim| order(claim));
    let rows: Vec<Row> = drawn.iter().filter_map(|claim| row(claim)).collect();
    let whole = all(suite);
    if rows.is_empty() {
        return whole;
    }
    let forest = Forest {
        title: "What the policy asks for, and where the differences lie",
        axis: "difference in points, candidate minus baseline",
        part: "claim",
        rows: &rows,
        left_out: 0,
        overall: None,
    };
    let other = suite.claims.len() - rows.len();
    let caption = html! {
        "Each line is the interval of one claim, the dashed mark what was asked of it: shown where all of the line lies to "
        "its right. Circle: shown; triangle: refuted; square: open."
        @if other > 0 { " " (count(other as u64)) " claims that are not counted in points stand in the table only." }
    };
    figure(&picture("claims", |frame| forest::draw(frame, &forest)), &caption, &whole)
}

fn order(claim: &ClaimView) -> u8 {
    match (claim.decides, held(claim)) {
        (true, Verdict::Reject) => 0,
        (true, Verdict::Inconclusive) => 1,
        (true, Verdict::Allow) => 2,
        (false, _) => 3,
    }
}

fn held(claim: &ClaimView) -> Verdict {
    match claim.held.as_str() {
        "shown" => Verdict::Allow,
        "refuted" => Verdict::Reject,
        _ => Verdict::Inconclusive,
    }
}

fn row(claim: &ClaimView) -> Option<Row> {
    let unit = &claim.unit;
    let at = |value: f64, text: String| Shown::new(value * unit.factor, text);
    let delta = claim.delta?;
    Some(Row {
        label: title(claim),
        n: claim.pairs,
        delta: at(delta, unit.signed(delta)),
        bounds: Some((
            claim.lower.map(|low| at(low, unit.lower(low))),
            claim.upper.map(|high| at(high, unit.upper(high))),
        )),
        asked: Some(claim.null_value * unit.factor),
        verdict: Some(held(claim)),
    })
}

/// Task, kind and label of a claim in one text.
fn title(claim: &ClaimView) -> String {
    let task = claim.task.as_deref().unwrap_or("all tasks");
    let label = claim.label.as_ref().map_or(String::new(), |label| format!(" {label}"));
    format!("{task}: {}{label}", claim.kind)
}

fn all(suite: &SuiteView) -> Markup {
    let cells = |claim: &ClaimView| {
        let unit = &claim.unit;
        let with = |text: String| format!("{text}{}", unit.word());
        let [low, high] = unit.bounds(claim.lower, claim.upper);
        let delta = claim.delta.map_or("none".to_owned(), |delta| with(unit.signed(delta)));
        let result = html! {
            @match held(claim) {
                Verdict::Allow => span class="passed-yes" { "shown" },
                Verdict::Reject => span class="passed-no" { "refuted" },
                Verdict::Inconclusive => span class="passed-informs" { "open" },
            }
            @if !claim.decides { " (informs)" }
            @if let Some(why) = &claim.obstacle { ": " (said(why)) }
        };
        [
            html! { (name(claim.task.as_deref().unwrap_or("all tasks"))) },
            html! { (said(&claim.kind)) @if let Some(label) = &claim.label { " " (name(label)) } },
            html! { "above " (with(unit.signed(claim.null_value))) },
            html! { (delta) },
            html! { (low) " to " (high) },
            html! { (said(&claim.p)) },
            html! { (count(claim.pairs)) },
            result,
        ]
    };
    let rows: Vec<[Markup; 8]> = suite.claims.iter().map(cells).collect();
    let columns = [
        words("Task"),
        words("Claim"),
        words("Asked for"),
        numbers("Difference"),
        words("Bounds"),
        numbers("p"),
        numbers("Items"),
        words("Result"),
    ];
    table("Every claim of the policy", &columns, &rows)
}

/// Each task with its role and its own verdict.
pub(super) fn overview(view: &DecisionView) -> Markup {
    html! {
        p class="subject" {
            @for (i, task) in view.tasks.iter().enumerate() {
                @if i > 0 { ", " }
                a href={ "#task-" (i + 1) } { (name(task.title())) } " "
                (verdict_word(task.verdict))
            }
        }
    }
}

/// The policy, and the runs that were recorded for want of a baseline.
pub(super) fn policy(suite: &SuiteView) -> Markup {
    html! {
        (facts("The policy that was applied", &suite.policy))
        details { summary { "The policy's text, as it was applied" } pre { (multiline(&suite.policy_text)) } }
        @for first in &suite.first_runs {
            h3 { "First run of " (name(&first.task)) }
            p { "There was no baseline yet (asked for: " (said(&first.asked)) "), so this run was recorded and nothing was compared." }
            (details::run("Run", &first.run))
        }
    }
}

/// A text of several lines, each through the gate.
fn multiline(text: &str) -> Markup {
    html! { @for line in text.lines() { (said(line)) "\n" } }
}

/// The verdict of a task as it stands beside its name.
pub(super) fn task_verdict(verdict: VerdictWord, role: Option<&str>) -> Markup {
    html! {
        p class="subject" {
            (verdict_word(verdict)) " by its main claim alone"
            @if let Some(role) = role { "; in the policy to " b { (role_words(role)) } }
            "."
        }
    }
}

fn role_words(role: &str) -> &'static str {
    match role {
        "improve" => "improve",
        "no-regression" => "not get worse",
        "budget" => "stay within a budget",
        _ => "be reported only",
    }
}
