//! What the rule "fail when the score drops by more than X" does, and the gate to use instead.

use crate::domain::number_format::{count, percent};
use crate::present::screen::Width;
use crate::present::{layout, safe};
use crate::report::doctor::DropThresholdReport;

/// Most columns of a sentence.
const MOST: usize = 80;
/// Columns of the table with its remark.
const TABLE: usize = 73;

pub(super) fn lines(rule: &DropThresholdReport, width: Width) -> Vec<String> {
    let wrapped = |text: &str| wrapped(text, width);
    let mut lines = vec![
        format!("rule  fail when the score drops by more than {}", rule.tolerance),
        format!(
            "      {}: the difference has a standard error of {}",
            match rule.clusters {
                Some(k) => format!("{} items in {} clusters", count(rule.items), count(k)),
                None => format!("{} paired items", count(rule.items)),
            },
            size(rule.standard_error)
        ),
    ];
    lines.extend(wrapped(&format!("({})", safe::line(&rule.basis))));
    lines.push(String::new());
    let gate = rule.margin.map_or("no gate".into(), |margin| format!("gate --min-delta -{margin}"));
    lines.push(format!("      {:>11}  {:>12}    {gate}", "", "the rule"));
    lines.push(format!(
        "      {:>11}  {:>12}    {:>9}  {:>9}",
        "true drop", "fails it", "allows it", "rejects it"
    ));
    let share = |value: Option<f64>| value.map_or("-".into(), rounded);
    lines.extend(rule.rows.iter().map(|row| {
        format!(
            "      {:>11}  {:>12}    {:>9}  {:>9}{}",
            if row.drop == 0.0 { "0".into() } else { size(row.drop) },
            rounded(row.fails),
            share(row.allows),
            share(row.rejects),
            if row.drop == 0.0 && width.fits(TABLE) { "   nothing changed" } else { "" }
        )
    }));
    lines.push(String::new());
    lines.extend(verdict_on(rule).into_iter().flat_map(|text| wrapped(&text)));
    if let Some(words) = &rule.gate {
        lines.push(String::new());
        lines.push("      use instead".into());
        let last = words.len().saturating_sub(1);
        lines.extend(words.iter().enumerate().map(|(at, word)| {
            format!(
                "      {}{}{}",
                if at == 0 { "  " } else { "      " },
                safe::line(word),
                if at == last { "" } else { " \\" }
            )
        }));
        lines.extend(instead(rule).into_iter().flat_map(|text| wrapped(&text)));
    }
    lines
}

/// What the table says of the rule, in sentences.
fn verdict_on(rule: &DropThresholdReport) -> Vec<String> {
    let mut said =
        vec![format!("The rule fails {} of candidates that changed nothing.", rounded(rule.false_alarm))];
    said.push(match rule.found {
        Some(drop) => format!(
            "It finds a drop {} of the time only from {} on. It knows no error rate: whether it fires is up to the number \
             of items as much as to the drop.",
            percent(rule.power),
            size(drop)
        ),
        None => format!("It finds no possible drop {} of the time.", percent(rule.power)),
    });
    if let Some(at) = rule.rows.iter().find(|row| row.drop == rule.tolerance && row.drop > 0.0) {
        said.push(format!(
            "A candidate that is worse by exactly {} passes {} of the time; more items do not change that.",
            rule.tolerance,
            rounded(1.0 - at.fails)
        ));
    }
    said
}

/// What the gate does instead.
fn instead(rule: &DropThresholdReport) -> Vec<String> {
    let Some(margin) = rule.margin else { return Vec::new() };
    let unchanged = rule.rows.first().and_then(|row| row.allows).unwrap_or(0.0);
    let mut said = vec![format!(
        "It allows a candidate that is worse by {margin} or more at most {} of the time, and says INCONCLUSIVE where the \
         items do not tell. Of candidates that changed nothing it allows {}.",
        percent(rule.alpha),
        rounded(unchanged)
    )];
    if unchanged < rule.power - 0.005 {
        let needed = match (rule.required_pairs, rule.required_clusters) {
            (Some(pairs), Some(clusters)) => {
                Some(format!("{} clusters like these (about {} items)", count(clusters), count(pairs)))
            }
            (Some(pairs), None) => Some(format!("{} items", count(pairs))),
            (None, _) => None,
        };
        let supported = rule.supported_margin.map(|margin| format!("--min-delta -{}", size(margin)));
        said.push(match (needed, supported) {
            (Some(needed), Some(supported)) => format!(
                "To allow {} of those takes {needed}; the items at hand do so with {supported}.",
                percent(rule.power)
            ),
            (Some(needed), None) => format!("To allow {} of those takes {needed}.", percent(rule.power)),
            (None, Some(supported)) => {
                format!("To allow {} of those say {supported}.", percent(rule.power))
            }
            (None, None) => "No number of items makes it allow more of those.".into(),
        });
    }
    said
}

/// A share for a table: `0.4 %`, `12 %`, `<0.1 %`.
fn rounded(share: f64) -> String {
    match 100.0 * share {
        p if p > 0.0 && p < 0.1 => "<0.1 %".into(),
        p if p < 10.0 && p > 0.0 => format!("{p:.1} %"),
        p if p > 99.9 && p < 100.0 => ">99.9 %".into(),
        p if p > 99.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

fn size(value: f64) -> String {
    if value != 0.0 && value < 0.001 { format!("{value:.1e}") } else { format!("{value:.4}") }
}

/// Lines of at most 80 columns.
fn wrapped(text: &str, width: Width) -> Vec<String> {
    layout::wrapped_within(text, width, MOST, "      ", "      ")
}
