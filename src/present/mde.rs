//! The answer of `mde`.

use serde::Serialize;

use super::safe;
use crate::domain::number_format::{count, percent, signed};

/// What a design shows, or what an effect needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Minimum detectable effect, where no target was named; `None` too where no effect can be shown.
    pub mde: Option<f64>,
    /// Paired items that the target needs, where one was named.
    pub required_pairs: Option<u64>,
    /// The same in whole clusters, where these are the units.
    pub required_clusters: Option<u64>,
    /// Standard deviation of the per-item differences.
    pub sd_diff: f64,
    /// Paired items of the design, where no target was named.
    pub n_pairs: Option<u64>,
    /// Whole clusters that these are, where clusters are the units.
    pub n_clusters: Option<u64>,
    /// True improvement to plan for.
    pub target_delta: Option<f64>,
    /// Value that delta must exceed.
    pub min_delta: f64,
    /// Margin of an equivalence claim; `None` for the other claims.
    pub equivalence: Option<f64>,
    /// Error rate.
    pub alpha: f64,
    /// Power.
    pub power: f64,
    /// `one` or `two`.
    pub sides: &'static str,
    /// Intra-cluster correlation that was reckoned with, in [0, 1].
    pub icc: f64,
    /// Design effect that was reckoned with.
    pub design_effect: f64,
    /// The pilot that sd and icc come from; `None` where they were typed.
    pub pilot: Option<Pilot>,
    /// What other numbers of repeats would change; `None` where that cannot be told.
    pub repeats: Option<Repeats>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// What was found in a pilot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pilot {
    /// Path of the baseline.
    pub baseline: String,
    /// Path of the candidate.
    pub candidate: String,
    /// Items scored in both.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Pairs as a share of the larger run.
    pub coverage: f64,
    /// Mean number of scored epochs of a paired item in the baseline.
    pub epochs_baseline: f64,
    /// Mean number of scored epochs of a paired item in the candidate.
    pub epochs_candidate: f64,
    /// Clusters; `None` where items are independent.
    pub clusters: Option<Clusters>,
}

/// Clusters of a pilot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clusters {
    /// How many.
    pub count: usize,
    /// Mean number of items in one.
    pub mean_size: f64,
    /// Number of items in the cluster of an item, on average over the items.
    pub seen_size: f64,
    /// The size of equal clusters for the same variance of their means; `None` without a cluster of two.
    pub n0: Option<f64>,
    /// Intra-cluster correlation as estimated, below 0 perhaps; `None` without a cluster of two.
    pub icc: Option<f64>,
}

/// Parts of the variance of the differences, and what follows for plans.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repeats {
    /// omega^2, between items, as estimated: below 0 perhaps.
    pub omega2: f64,
    /// sigma_A^2, of one repeat of the baseline.
    pub sigma2_baseline: f64,
    /// sigma_B^2, of one repeat of the candidate.
    pub sigma2_candidate: f64,
    /// Paired items that each row's MDE is for.
    pub n_pairs: u64,
    /// One row a number of repeats.
    pub rows: Vec<Row>,
    /// Fewest repeats a side whose doubling lowers the items needed by less than 10 %.
    pub enough: Option<u32>,
    /// By which share that doubling lowers them.
    pub saving: Option<f64>,
}

/// A design with another number of repeats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Repeats of every item on both sides; `None`: without limit.
    pub repeats: Option<u32>,
    /// MDE; `None` where nothing would vary, as estimated.
    pub mde: Option<f64>,
    /// Paired items that the target needs, where one was named.
    pub required_pairs: Option<u64>,
}

/// The answer for people.
#[must_use]
pub fn text(answer: &Answer) -> String {
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
        lines.extend(table(repeats, answer.target_delta));
    }
    lines.extend(answer.notes.iter().map(|note| format!("  note: {}", safe::line(note))));
    lines.push(String::new());
    lines.join("\n")
}

fn headline(answer: &Answer) -> String {
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
fn origin(pilot: &Pilot, design_effect: f64) -> Vec<String> {
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

fn table(repeats: &Repeats, target: Option<f64>) -> Vec<String> {
    let mut lines = vec![
        format!(
            "repeats: sd {} between items in truth; of one repeat {} in the baseline, {} in the candidate",
            size(repeats.omega2.max(0.0).sqrt()),
            size(repeats.sigma2_baseline.sqrt()),
            size(repeats.sigma2_candidate.sqrt())
        ),
        format!(
            "  {:<14}  {:>24}{}",
            "repeats a side",
            format!("MDE with {} items", count(repeats.n_pairs)),
            if target.is_some() {
                format!("  {:>14}  {:>14}", "items needed", "answers a side")
            } else {
                String::new()
            }
        ),
    ];
    for row in &repeats.rows {
        let mut line = format!(
            "  {:<14}  {:>24}",
            row.repeats.map_or("no limit".into(), |k| k.to_string()),
            row.mde.map_or("-".into(), size)
        );
        if target.is_some() {
            let answers = row.required_pairs.zip(row.repeats).map(|(n, k)| n.saturating_mul(k.into()));
            let shown = |n: Option<u64>| n.map_or("-".into(), count);
            line.push_str(&format!("  {:>14}  {:>14}", shown(row.required_pairs), shown(answers)));
        }
        lines.push(line);
    }
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

/// A size in units of the score; a tiny one is not shown as 0.
fn size(value: f64) -> String {
    if value != 0.0 && value < 0.001 { format!("{value:.1e}") } else { format!("{value:.4}") }
}
