//! Decisions over time as a page: a panel a task, and the same numbers as a table.

use maud::{Markup, html};

use super::shell::Shell;
use super::text::{Column, code, figure, moment, name, numbers, picture, said, table, verdict_word, words};
use crate::domain::number_format::count;
use crate::present::history::tracks::{MOST, Mark, Track, day, with_panels};
use crate::present::plots::history::draw;
use crate::view::{Asked, Unit};

/// The page.
#[must_use]
pub fn history(tracks: &[Track]) -> String {
    let total: u64 = tracks.iter().map(Track::total).sum();
    let days = || tracks.iter().flat_map(|track| &track.marks).map(|mark| day(&mark.decision));
    let (first, last) = (days().min().unwrap_or_default(), days().max().unwrap_or_default());
    let content = html! {
        div class="lead" {
            h1 { "Decisions over time" }
            p class="subject" {
                (counted(total, "decision")) " about " (counted(tracks.len() as u64, "task"))
                ", from " (said(first)) " to " (said(last)) "."
            }
            p class="hint" {
                "Each mark is a difference, candidate minus baseline, between its bounds; above 0 the candidate is better. "
                "Circle: ALLOW; triangle: REJECT; square: INCONCLUSIVE. A decision about several tasks has a mark in the "
                "picture of each, with the verdict of that task's main claim. Dashed across: what was asked for. "
                "Dashed upright: from here on the baseline is another run."
            }
        }
        @if tracks.len() > 1 {
            nav aria-label="Tasks of this page" {
                ul { @for (i, track) in tracks.iter().enumerate() { li { a href={ "#task-" (i + 1) } { (name(&track.task)) ", " (name(&track.metric)) } } } }
            }
        }
        @for (i, track) in tracks.iter().enumerate() { (section(track, i + 1)) }
    };
    let shell = Shell {
        title: "Decisions over time",
        kind: "history",
        bar: html! {},
        main: ("history", "decisions"),
        class: "",
        broad: true,
        record: "This page shows what the envelopes say; the envelopes are the record.",
    };
    shell.around(&content).into_string()
}

fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", count(number)) }
}

fn section(track: &Track, number: usize) -> Markup {
    let id = format!("task-{number}");
    let drawn = with_panels(&[track], |panels| {
        picture(&format!("{id}-picture"), |frame| draw(frame, "Decisions over time", panels))
    });
    let caption = html! {
        @if track.earlier > 0 {
            "The newest " (MOST) " of " (count(track.total())) " decisions. "
            code { "evalsig history --output csv" } " lists all of them. "
        }
        @match track.marks.iter().filter(|mark| mark.new_baseline).count() {
            0 => "All of them have the same baseline.",
            n => { (counted(n as u64, "change")) " of the baseline." },
        }
    };
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (name(&track.task)) ", " (name(&track.metric)) }
            @if let Some(latest) = track.marks.last() { (sentence(track, latest)) }
            (figure(&drawn, &caption, &twin(track)))
        }
    }
}

/// The newest decision in words.
fn sentence(track: &Track, mark: &Mark) -> Markup {
    let (unit, decision) = (track.unit(mark), &mark.decision);
    html! {
        p class="subject" {
            "The newest, of " (said(day(decision))) ": " (verdict_word(mark.verdict()))
            @if let Some(delta) = decision.delta { ", " b { (unit.signed(delta)) (unit.word()) } }
            " for " b { (name(&decision.model)) } "."
        }
    }
}

const COLUMNS: [Column; 9] = [
    words("Decided"),
    words("Release"),
    words("Verdict"),
    numbers("Difference"),
    numbers("At least"),
    numbers("At most"),
    numbers("Asked for"),
    words("Candidate"),
    words("Baseline"),
];

/// The numbers of the picture, the newest first.
fn twin(track: &Track) -> Markup {
    let rows: Vec<[Markup; 9]> = track.marks.iter().rev().map(|mark| row(track, mark)).collect();
    table(&format!("Decisions, the newest first; {}", track.counted_in()), &COLUMNS, &rows)
}

fn row(track: &Track, mark: &Mark) -> [Markup; 9] {
    let (unit, decision) = (track.unit(mark), &mark.decision);
    let (low, high, asked) = numbers_of(&unit, mark);
    let whole = (decision.verdict != mark.verdict()).then_some(decision.verdict);
    [
        html! { (moment(&decision.decided_at)) },
        html! {
            @if let Some((release, attempt)) = &decision.release {
                (code(release))
                @if *attempt > 1 { ", attempt " (attempt) }
            }
        },
        html! {
            (verdict_word(mark.verdict()))
            @if let Some(whole) = whole { " (of all tasks: " (whole.as_str()) ")" }
        },
        html! { @if let Some(delta) = decision.delta { (unit.signed(delta)) } },
        html! { (low) },
        html! { (high) },
        html! { (asked) },
        html! { (name(&decision.model)) },
        html! { (name(&decision.baseline.run)) @if mark.new_baseline { " (another one)" } },
    ]
}

/// Both bounds and what was asked for, as far as an envelope says.
fn numbers_of(unit: &Unit, mark: &Mark) -> (String, String, String) {
    let Some(numbers) = &mark.decision.numbers else { return Default::default() };
    let effect = &numbers.effect;
    let asked = match effect.asked {
        Asked::MoreThan(null) => format!("above {}", unit.signed(null)),
        Asked::Within(margin) => format!("within {}", unit.at_least(margin)),
    };
    let [lower, upper] = unit.bounds(effect.lower, effect.upper);
    (lower, upper, asked)
}
