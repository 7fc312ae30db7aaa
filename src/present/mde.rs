//! The answer of `mde`.

use super::layout::fitted;
use super::safe;
use super::screen::Width;
use crate::domain::number_format::{count, percent, signed};
use crate::report::mde::{MdeReport, PilotReport, RepeatsReport, RepeatsRow};

/// The answer for people.
#[must_use]
pub fn text(answer: &MdeReport, width: Width) -> String {
    let mut lines = vec![headline(answer)];
    lines.push(format!(
        "  {}-sided alpha {}, power {}, sd of the differences {}",
        answer.sides,
        answer.alpha,
        percent(answer.power),
        if answer.pilot.is_some() {
            format!("{} (pilot)", size(answer.sd_diff))
        } else {
            answer.sd_diff.to_string()
        }
    ));
    match &answer.pilot {
        None if answer.design_effect > 1.0 => {
            lines.push(format!("  design effect {:.3} (icc {})", answer.design_effect, answer.icc));
        }
        None => {}
        Some(pilot) => lines.extend(origin(pilot, answer.design_effect)),
    }
    if let Some(repeats) = &answer.repeats {
        lines.extend(table(repeats, answer.target_delta, width));
    }
    lines.extend(answer.notes.iter().map(|note| format!("  note: {}", safe::line(note))));
    lines.push(String::new());
    fitted(&lines.join("\n"), width)
}

fn headline(answer: &MdeReport) -> String {
    let beyond = if answer.min_delta == 0.0 {
        String::new()
    } else {
        format!(" beyond min-delta {}", signed(answer.min_delta))
    };
    let clusters = |n: Option<u64>| n.map_or(String::new(), |n| format!(" in {} clusters", count(n)));
    let pairs = format!("{} paired items{}", count(answer.n_pairs.unwrap_or(0)), clusters(answer.n_clusters));
    match (answer.mde, answer.required_pairs, answer.equivalence) {
        (Some(mde), _, _) => format!("MDE = {}{beyond} with {pairs}", size(mde)),
        (None, None, _) => format!("MDE = none: no effect is shown with that power by {pairs}"),
        (None, Some(needed), None) => format!(
            "required N = {} paired items{} to show delta > {} when the true improvement is {}",
            count(needed),
            clusters(answer.required_clusters),
            signed(answer.min_delta),
            signed(answer.target_delta.unwrap_or(0.0))
        ),
        (None, Some(needed), Some(margin)) => format!(
            "required N = {} paired items{} to show delta within {margin} on both sides when it is {} in truth",
            count(needed),
            clusters(answer.required_clusters),
            signed(answer.target_delta.unwrap_or(0.0))
        ),
    }
}

/// Where sd and design effect come from.
fn origin(pilot: &PilotReport, design_effect: f64) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(clusters) = &pilot.clusters {
        let likeness = match (clusters.icc, clusters.n0) {
            (Some(icc), Some(n0)) => {
                let clipped = if icc < 0.0 { ", counted as 0" } else { "" };
                format!("icc {icc:.4}{clipped}, n0 {n0:.2}")
            }
            _ => "no cluster holds two items".into(),
        };
        lines.push(format!(
            "  design effect {design_effect:.3} (pilot: {likeness}; {} clusters of {:.1} items on average)",
            count(clusters.count as u64),
            clusters.mean_size
        ));
    }
    lines.push(format!("  pilot {} and {}", safe::line(&pilot.baseline), safe::line(&pilot.candidate)));
    lines.push(format!(
        "    {} pairs (coverage {}), {} only in the baseline, {} only in the candidate",
        count(pilot.pairs as u64),
        percent(pilot.coverage),
        count(pilot.only_baseline as u64),
        count(pilot.only_candidate as u64)
    ));
    if pilot.epochs_baseline > 1.0 || pilot.epochs_candidate > 1.0 {
        lines.push(format!(
            "    {:.2} epochs an item in the baseline, {:.2} in the candidate",
            pilot.epochs_baseline, pilot.epochs_candidate
        ));
    }
    lines
}

/// Columns of the widest row.
const ROW: usize = 74;

fn table(repeats: &RepeatsReport, target: Option<f64>, width: Width) -> Vec<String> {
    let mut lines = vec![format!(
        "repeats: sd {} between items in truth; of one repeat {} in the baseline, {} in the candidate",
        size(repeats.omega2.max(0.0).sqrt()),
        size(repeats.sigma2_baseline.sqrt()),
        size(repeats.sigma2_candidate.sqrt())
    )];
    lines.extend(if width.fits(ROW) { rows(repeats, target) } else { sentences(repeats, target) });
    lines.push(match (repeats.enough, repeats.saving) {
        (Some(1), Some(saving)) => {
            format!("  repeats hardly pay: 2 a side lower the items needed by {} only", percent(saving))
        }
        (Some(enough), Some(saving)) => format!(
            "  repeats pay up to {} a side: {} lower the items needed by another {} only",
            count(enough.into()),
            count(2 * u64::from(enough)),
            percent(saving)
        ),
        _ => "  no end to what repeats pay is in sight: every doubling halves the items needed".into(),
    });
    if repeats.enough.is_some() {
        lines.push(
            "  new items pay more where they can be had: one repeat each takes the fewest answers in all"
                .into(),
        );
    }
    lines
}

/// What the table says, where it does not fit.
fn sentences(repeats: &RepeatsReport, target: Option<f64>) -> Vec<String> {
    let pairs = count(repeats.n_pairs);
    let shown = |n: Option<u64>| n.map_or("no number".into(), count);
    let one = |row: &RepeatsRow| {
        let side = row.repeats.map_or("repeats without limit".into(), |k| format!("{k} a side"));
        let mde = row.mde.map_or("none".into(), size);
        let needs = target.map_or(String::new(), |_| {
            format!("; {} items needed, {} answers a side", shown(row.required_pairs), shown(answers(row)))
        });
        format!("  {side}: MDE {mde} with {pairs} items{needs}")
    };
    repeats.rows.iter().map(one).collect()
}

fn answers(row: &RepeatsRow) -> Option<u64> {
    row.required_pairs.zip(row.repeats).map(|(n, k)| n.saturating_mul(k.into()))
}

fn rows(repeats: &RepeatsReport, target: Option<f64>) -> Vec<String> {
    let mut lines = vec![format!(
        "  {:<14}  {:>24}{}",
        "repeats a side",
        format!("MDE with {} items", count(repeats.n_pairs)),
        if target.is_some() {
            format!("  {:>14}  {:>14}", "items needed", "answers a side")
        } else {
            String::new()
        }
    )];
    for row in &repeats.rows {
        let mut line = format!(
            "  {:<14}  {:>24}",
            row.repeats.map_or("no limit".into(), |k| k.to_string()),
            row.mde.map_or("-".into(), size)
        );
        if target.is_some() {
            let shown = |n: Option<u64>| n.map_or("-".into(), count);
            line.push_str(&format!("  {:>14}  {:>14}", shown(row.required_pairs), shown(answers(row))));
        }
        lines.push(line);
    }
    lines
}

/// A size in units of the score; a tiny one is not shown as 0.
fn size(value: f64) -> String {
    if value != 0.0 && value < 0.001 { format!("{value:.1e}") } else { format!("{value:.4}") }
}
