//! A decision on a terminal. It reads as well without colour as with it.

use super::drawing;
use super::{CLAIMS, bounds, changes, claim_cells, items_and_groups};
use crate::domain::number_format::percent;
use crate::present::columns;
use crate::present::layout::{Page, wrapped};
use crate::present::safe;
use crate::present::screen::{Colour, Screen, Width};
use crate::view::{DecisionView, Fact, InputView, Notice, Sentence, TaskView, Weight};
use unicode_width::UnicodeWidthStr as _;

use anstyle::{AnsiColor, Style};

use crate::envelope::v1::VerdictWord;

/// Widest drawing: on a wide terminal a longer one is no clearer.
const WIDEST: usize = 76;
/// Items and groups that are named.
const NAMED: usize = 5;

/// The decision: its first line, the interval drawn, what to know, details below.
#[must_use]
pub fn decision(view: &DecisionView, screen: Screen) -> String {
    let mut page = Page::new(screen.width);
    page.line(&headline(view, screen));
    page.gap();
    about(&mut page, view);
    notices(&mut page, &view.notices, Weight::Warning);
    if let Some(task) = view.pair() {
        draw(&mut page, task, screen);
        scores(&mut page, task);
    } else if let Some(suite) = &view.suite {
        page.gap();
        claims(&mut page, view, screen);
        for task in &view.tasks {
            page.row(task.title(), &task.headline.to_string());
        }
        for first in &suite.first_runs {
            page.row(&first.task, "first run recorded, nothing to compare with yet");
        }
    }
    page.gap();
    if let Some(next) = &view.next {
        page.row("next", next);
    }
    for task in &view.tasks {
        if view.suite.is_none() {
            page.gap();
            facts(&mut page, &task.numbers);
        }
    }
    if let Some(suite) = &view.suite {
        facts(&mut page, &suite.policy);
    }
    page.gap();
    for task in &view.tasks {
        files(&mut page, task, view.suite.is_some());
    }
    notices(&mut page, &view.notices, Weight::Remark);
    page.text
}

/// The numbers of a comparison, without a verdict.
#[must_use]
pub fn comparison(task: &TaskView, screen: Screen) -> String {
    let mut page = Page::new(screen.width);
    let words = safe::line(&compared(task).to_string());
    wrapped(&words, screen.width, "", "").iter().for_each(|line| page.line(line));
    page.gap();
    page.row("task", &format!("{}, metric {}, {}", task.task, task.metric, items_and_groups(task)));
    draw(&mut page, task, screen);
    scores(&mut page, task);
    page.gap();
    notices(&mut page, &task.notices, Weight::Warning);
    facts(&mut page, &task.numbers);
    page.gap();
    files(&mut page, task, false);
    notices(&mut page, &task.notices, Weight::Remark);
    page.text
}

/// The first line of a comparison: what the difference is, and how sure.
pub(super) fn compared(task: &TaskView) -> Sentence {
    let (effect, unit) = (&task.effect, &task.unit);
    Sentence::default().name(&task.candidate.model).words(" compared with ").name(&task.baseline.model).words(
        format!(
            ": {}{} ({}; each bound {} sure)",
            unit.signed(effect.estimate),
            unit.word(),
            bounds(effect.lower, effect.upper, unit),
            percent(effect.each)
        ),
    )
}

/// The first line in the colour of the verdict, wrapped.
fn headline(view: &DecisionView, screen: Screen) -> String {
    let words = safe::line(&view.headline.to_string());
    let lines = wrapped(&words, screen.width, "", "");
    lines.iter().map(|line| coloured(line, view.verdict, screen.colour)).collect::<Vec<_>>().join("\n")
}

fn coloured(text: &str, verdict: VerdictWord, colour: Colour) -> String {
    let style = Style::new().bold().fg_color(Some(hue(verdict).into()));
    match colour {
        Colour::On => format!("{style}{text}{style:#}"),
        Colour::Off => text.to_owned(),
    }
}

fn hue(verdict: VerdictWord) -> AnsiColor {
    match verdict {
        VerdictWord::Allow => AnsiColor::Green,
        VerdictWord::Reject => AnsiColor::Red,
        VerdictWord::Inconclusive => AnsiColor::Yellow,
    }
}

fn about(page: &mut Page, view: &DecisionView) {
    page.row("verdict", view.verdict.as_str());
    if let Some(waived) = view.suite.as_ref().and_then(|suite| suite.waived.as_ref()) {
        page.row("waived", waived.trim_start_matches("waived "));
    }
    if let Some(task) = view.pair() {
        let lower = if task.lower_is_better { " (lower is better)" } else { "" };
        page.row(
            "task",
            &format!("{}, metric {}{lower}, {}", task.task, task.metric, items_and_groups(task)),
        );
        page.row("claim", &task.claim);
    } else if let Some(suite) = &view.suite {
        page.row("finding", &view.finding);
        if !suite.blocking.is_empty() {
            page.row("blocking", &suite.blocking.join(", "));
        }
    }
}

fn draw(page: &mut Page, task: &TaskView, screen: Screen) {
    let width = screen.width.text().saturating_sub(2).min(WIDEST);
    page.gap();
    for line in drawing::interval(task, width, screen.glyphs) {
        page.line(format!("  {line}").trim_end());
    }
    page.gap();
}

/// What both score, what changed, and which items broke.
fn scores(page: &mut Page, task: &TaskView) {
    if let Some(levels) = &task.levels {
        let level = |value: f64| task.unit.level(value);
        let words = format!(
            "{} {}, {} {}",
            task.baseline.model,
            level(levels.baseline),
            task.candidate.model,
            level(levels.candidate)
        );
        page.row("scores", &words);
    }
    page.row("changed", &changes::counts(task));
    let worst: Vec<String> = changes::worst(task, NAMED).into_iter().map(|[id, ..]| id).collect();
    if !worst.is_empty() {
        page.row("worst", &worst.join(", "));
    } else if let (None, Some(listed)) = (&task.items, changes::listed_worse(task, NAMED)) {
        page.row("worse", &format!("{listed} {}", changes::NO_ITEMS));
    }
    let groups = changes::groups(task, 2);
    if !groups.is_empty() {
        let named: Vec<String> = groups
            .into_iter()
            .map(|[name, items, _, _, difference]| format!("{name} {difference} ({items} items)"))
            .collect();
        page.row("groups", &named.join("; "));
    }
}

/// The claims in columns, or one below the other where the terminal is narrow.
fn claims(page: &mut Page, view: &DecisionView, screen: Screen) {
    let Some(suite) = &view.suite else { return };
    let safe = |cells: &[String]| cells.iter().map(|cell| safe::line(cell)).collect::<Vec<String>>();
    let mut rows = vec![CLAIMS.map(str::to_owned).to_vec()];
    rows.extend(suite.claims.iter().map(|claim| safe(&claim_cells(claim))));
    let lines = columns::lines(&rows, &|_, _| Style::new(), Width::Pipe);
    if lines.iter().all(|line| screen.width.fits(line.width() + 2)) {
        lines.iter().for_each(|line| page.line(&format!("  {}", safe::line(line))));
    } else {
        for claim in &suite.claims {
            let [task, kind, difference, bounds, asked, p, items, result] = claim_cells(claim);
            page.row(
                &task,
                &format!("{kind}: {result}; {difference}, {bounds}, asked for {asked}, p {p}, {items} items"),
            );
        }
    }
    page.gap();
}

fn notices(page: &mut Page, all: &[Notice], weight: Weight) {
    for notice in all.iter().filter(|notice| notice.weight == weight) {
        match weight {
            Weight::Warning if notice.label == "warning" => page.row("warning", &notice.text),
            Weight::Warning => page.row("warning", &format!("{}: {}", notice.label, notice.text)),
            Weight::Remark if notice.label == "note" => page.row("note", &notice.text),
            Weight::Remark => page.row("note", &format!("{}: {}", notice.label, notice.text)),
        }
    }
}

fn facts(page: &mut Page, facts: &[Fact]) {
    facts.iter().for_each(|fact| page.row(&fact.label, &fact.value));
}

fn files(page: &mut Page, task: &TaskView, named: bool) {
    let of = if named { format!("{}: ", task.title()) } else { String::new() };
    let file = |input: &InputView| {
        let short = input.sha256.get(..16).unwrap_or(&input.sha256);
        format!("{of}{}  {}  sha256 {short}", input.model, input.path)
    };
    page.row("baseline", &file(&task.baseline));
    page.row("candidate", &file(&task.candidate));
    if let Some(anchor) = &task.anchor {
        page.row("anchor", &file(anchor));
    }
}
