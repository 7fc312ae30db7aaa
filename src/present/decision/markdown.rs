//! A decision as Markdown: the step summary, the check, the comment, a rendering a year later.

use super::drawing;
use super::{CLAIMS, asked, bounds, changes, claim_cells, items_and_groups};
use crate::domain::number_format::percent;
use crate::present::safe;
use crate::present::screen::Glyphs;
use crate::view::{DecisionView, Fact, InputView, Notice, TaskView, Weight};

/// Columns of a drawing: what a check on GitHub shows without a scroll bar.
const DRAWING: usize = 64;
/// Items that are named.
const ITEMS: usize = 10;
/// Groups that are named in each direction.
const GROUPS: usize = 5;

/// A part of the page, and how early it is left out for want of room: 0 never is.
struct Part {
    order: u8,
    name: &'static str,
    text: String,
}

/// The decision as Markdown of at most `limit` bytes. Where it is longer, the least important parts are left out, and
/// it says which. `beside`: paragraphs of the caller, such as where the envelope is kept.
#[must_use]
pub fn decision(view: &DecisionView, beside: &str, limit: usize) -> String {
    let parts = parts(view, beside);
    let mut left_out: Vec<&Part> = Vec::new();
    let mut order = parts.iter().map(|part| part.order).max().unwrap_or(0);
    loop {
        let kept = parts.iter().filter(|part| part.order <= order || part.order == 0);
        let text: String =
            kept.map(|part| format!("{}\n", part.text.trim_end())).collect::<Vec<_>>().join("\n");
        let note = if left_out.is_empty() {
            String::new()
        } else {
            let names: Vec<&str> = left_out.iter().map(|part| part.name).collect();
            format!("\nLeft out for want of room: {}.\n", names.join(", "))
        };
        if text.len() + note.len() <= limit || order == 0 {
            return text + &note;
        }
        left_out.extend(parts.iter().filter(|part| part.order == order));
        order -= 1;
    }
}

/// The numbers of a comparison, without a verdict.
#[must_use]
pub fn comparison(task: &TaskView) -> String {
    let mut text = format!("### {}\n\n", sentence(&super::terminal::compared(task)));
    text.push_str(&notices(&task.notices, Weight::Warning));
    text.push_str(&numbers_table(task));
    text.push_str(&format!("\n**Items:** {}.\n", changes::counts(task)));
    text.push_str(&list(&task.numbers));
    text.push_str(&notices(&task.notices, Weight::Remark));
    text
}

fn parts(view: &DecisionView, beside: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |order: u8, name: &'static str, text: String| {
        if !text.trim().is_empty() {
            parts.push(Part { order, name, text });
        }
    };
    add(0, "the verdict", format!("### {}\n\n{}", sentence(&view.headline), about(view)));
    add(1, "warnings", notices(&view.notices, Weight::Warning));
    if let Some(task) = view.pair() {
        add(3, "the drawing", fenced(task));
        add(0, "the table", numbers_table(task));
        add(2, "what to do next", next(view));
        add(4, "what changed", changed(task));
    } else if let Some(suite) = &view.suite {
        add(2, "the claims", table(&CLAIMS, suite.claims.iter().map(|claim| claim_cells(claim).to_vec())));
        add(1, "what to do next", next(view));
        add(3, "each task", each_task(view));
    }
    add(2, "where the evidence is", beside.to_owned());
    for task in &view.tasks {
        let of = if view.suite.is_some() { format!(": {}", safe::name(task.title())) } else { String::new() };
        add(7, "rules and numbers", details(&format!("Every rule that was checked{of}"), &rules(task)));
        add(8, "method and plan", details(&format!("Method, numbers and plan{of}"), &plan(task)));
        add(6, "the files", details(&format!("Files and hashes{of}"), &inputs(task)));
    }
    if let Some(suite) = &view.suite {
        add(6, "the policy", details("Policy", &list(&suite.policy)));
    }
    add(9, "notes", details_if("Notes", &notices(&view.notices, Weight::Remark)));
    add(5, "where it was made", details_if("Where and when", &moment(view)));
    parts
}

/// Verdict, task, metric, attempt and waiver in one line.
fn about(view: &DecisionView) -> String {
    let mut words = vec![format!("**{}**", view.verdict.as_str())];
    if let Some(task) = view.pair() {
        words.push(format!("task {}", safe::name(&task.task)));
        let lower = if task.lower_is_better { " (lower is better)" } else { "" };
        words.push(format!("metric {}{lower}", safe::name(&task.metric)));
        words.push(items_and_groups(task));
    }
    if let Some(suite) = &view.suite {
        let tasks = view.tasks.len() + suite.first_runs.len();
        words.push(if tasks == 1 { "1 task".into() } else { format!("{tasks} tasks") });
        if !suite.blocking.is_empty() {
            let names: Vec<String> = suite.blocking.iter().map(|name| safe::name(name)).collect();
            words.push(format!("blocking: {}", names.join(", ")));
        }
        words.extend(suite.waived.as_ref().map(|waived| safe::words(waived)));
    }
    let moment = view.moment.as_ref().and_then(|moment| Some((moment.release.as_ref()?, moment.attempt)));
    if let Some((release, attempt)) = moment {
        words.push(format!("release {}, attempt {attempt}", safe::name(release)));
    }
    format!("{}\n", words.join(" · "))
}

/// The sentence, each name of it a word or a code span.
fn sentence(sentence: &crate::view::Sentence) -> String {
    sentence
        .parts
        .iter()
        .map(|part| match part {
            crate::view::Part::Words(words) => safe::words(words),
            crate::view::Part::Name(name) => safe::name(name),
        })
        .collect()
}

fn fenced(task: &TaskView) -> String {
    let lines = drawing::interval(task, DRAWING, Glyphs::Unicode);
    if lines.is_empty() { String::new() } else { safe::block(&lines.join("\n"), "text") }
}

/// One row: what both score, the difference, what was asked for.
fn numbers_table(task: &TaskView) -> String {
    let level = |of: Option<f64>| of.map_or("not recorded".into(), |level| task.unit.level(level));
    let levels = task.levels.as_ref();
    let (effect, unit) = (&task.effect, &task.unit);
    let heading = [
        format!("baseline {}", safe::name(&task.baseline.model)),
        format!("candidate {}", safe::name(&task.candidate.model)),
        format!("difference{}", unit.word()),
        format!("bounds, each {} sure", percent(effect.each)),
        "asked for".into(),
        task.p.as_ref().map_or("p".into(), |p| p.label.clone()),
    ];
    let cells = vec![
        level(levels.map(|levels| levels.baseline)),
        level(levels.map(|levels| levels.candidate)),
        unit.signed(effect.estimate),
        bounds(effect.lower, effect.upper, unit),
        asked(effect.asked, unit),
        task.p.as_ref().map_or("none".into(), |p| p.value.clone()),
    ];
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    table(&heading, [cells])
}

/// A table; every cell passes the gate, the heading is ours.
fn table(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", heading.join(" | "), "---|".repeat(heading.len()));
    let mut any = false;
    for row in rows {
        let cells: Vec<String> =
            row.iter().map(|cell| if cell.is_empty() { " ".into() } else { cell_text(cell) }).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
        any = true;
    }
    if any { text } else { String::new() }
}

/// Numbers and plain words as they are, everything else as code.
fn cell_text(cell: &str) -> String {
    if cell.split(' ').all(safe::is_plain) { cell.to_owned() } else { safe::code(cell) }
}

fn next(view: &DecisionView) -> String {
    view.next.as_ref().map_or(String::new(), |next| format!("**Next:** {}.\n", safe::words(next)))
}

fn changed(task: &TaskView) -> String {
    let mut text = format!("**What changed:** {}.\n", changes::counts(task));
    let worst = changes::worst(task, ITEMS);
    if !worst.is_empty() {
        let heading = ["item that got worse", "baseline", "candidate", "difference", "group"];
        text.push_str(&format!("\n{}", table(&heading, worst.into_iter().map(|row| row.to_vec()))));
    } else if let (None, Some(listed)) = (&task.items, changes::listed_worse(task, ITEMS)) {
        text.push_str(&format!("\nWorse: {} {}.\n", safe::words(&listed), changes::NO_ITEMS));
    }
    let groups = changes::groups(task, GROUPS);
    if !groups.is_empty() {
        let heading = ["group that moved most", "items", "worse", "better", "mean difference"];
        text.push_str(&format!("\n{}", table(&heading, groups.into_iter().map(|row| row.to_vec()))));
    }
    text
}

/// The first line of each task, those that block first.
fn each_task(view: &DecisionView) -> String {
    let blocking = |task: &&TaskView| {
        let names = view.suite.as_ref().map(|suite| suite.blocking.as_slice()).unwrap_or_default();
        names.iter().any(|name| Some(name.as_str()) == task.name.as_deref())
    };
    let line = |task: &TaskView| format!("- {}: {}\n", safe::name(task.title()), sentence(&task.headline));
    let mut text: String = view.tasks.iter().filter(blocking).map(line).collect();
    text.extend(view.tasks.iter().filter(|task| !blocking(task)).map(line));
    for first in view.suite.iter().flat_map(|suite| &suite.first_runs) {
        text.push_str(&format!(
            "- {}: first run recorded, nothing to compare with yet\n",
            safe::name(&first.task)
        ));
    }
    for task in view.tasks.iter().filter(blocking) {
        text.push_str(&format!("\n**{}**\n\n{}", safe::name(task.title()), changed(task)));
    }
    text
}

fn notices(all: &[Notice], weight: Weight) -> String {
    let bold = |notice: &Notice| match weight {
        Weight::Warning => format!("> **{}:** {}.\n", notice.label, safe::words(&notice.text)),
        Weight::Remark => format!("- {}: {}\n", notice.label, safe::words(&notice.text)),
    };
    let lines: Vec<String> = all.iter().filter(|notice| notice.weight == weight).map(bold).collect();
    lines.join(if weight == Weight::Warning { ">\n" } else { "" })
}

fn rules(task: &TaskView) -> String {
    let row = |rule: &crate::view::RuleRow| {
        vec![rule.rule.clone(), rule.limit.clone(), rule.value.clone(), rule.passed.word().to_owned()]
    };
    table(&["rule", "limit", "found", "result"], task.rules.iter().map(row))
}

fn plan(task: &TaskView) -> String {
    format!(
        "Claim: {}.\n\n{}\n\n{}\n{}",
        safe::words(&task.claim),
        safe::words(&task.finding),
        list(&task.numbers),
        list(&task.plan)
    )
}

fn inputs(task: &TaskView) -> String {
    let file = |which: &str, input: &InputView| {
        let stored = input.stored.as_ref().map_or(String::new(), |(path, sha256)| {
            format!("; stored as {}, sha256 {}", safe::code(path), safe::code(sha256))
        });
        format!(
            "- {which}: {} from {}, sha256 {}{stored}\n",
            safe::code(&input.model),
            safe::code(&input.path),
            safe::code(&input.sha256)
        )
    };
    let anchor = task.anchor.as_ref().map_or(String::new(), |anchor| file("anchor", anchor));
    format!("{}{}{anchor}", file("baseline", &task.baseline), file("candidate", &task.candidate))
}

fn moment(view: &DecisionView) -> String {
    let Some(moment) = &view.moment else { return String::new() };
    let mut lines = vec![
        format!("- decided: {} ({})", safe::words(&moment.decided_at), safe::words(&moment.clock)),
        format!("- envelope: sha256 {}", safe::code(&moment.envelope_sha256.to_string())),
        format!("- program: {} {}", safe::words(&moment.tool.name), safe::words(&moment.tool.version)),
    ];
    let source = [("commit", &moment.source.head_sha), ("repository", &moment.source.repository)];
    lines.extend(
        source
            .iter()
            .filter_map(|(label, value)| Some(format!("- {label}: {}", safe::code(value.as_ref()?)))),
    );
    if let Some(place) = &view.place {
        let chain = place.chain.map_or(String::new(), |chain| {
            let state = if chain.intact { "intact" } else { "not intact" };
            format!(" of {}; the chain is {state}", chain.length)
        });
        lines.push(format!(
            "- trail: entry {}{chain}, sha256 {}",
            place.index,
            safe::code(&place.entry_sha256)
        ));
    }
    lines.join("\n") + "\n"
}

fn list(facts: &[Fact]) -> String {
    facts.iter().map(|fact| format!("- {}: {}\n", fact.label, safe::words(&fact.value))).collect()
}

/// Folded text. The blank lines let Markdown be read inside.
fn details(summary: &str, text: &str) -> String {
    format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n", text.trim_end())
}

fn details_if(summary: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { details(summary, text) }
}
