//! The answer of `doctor`.

mod noise;
mod tolerance;

use std::collections::BTreeMap;

use serde::Serialize;

pub use noise::{Interval, Noise, claim};
pub use tolerance::{Tolerance, ToleranceRow};

use super::safe;
use crate::domain::number_format::{count, percent, signed};

/// Every file that was looked at, and the pair that two of them make.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checkup {
    /// One finding a file, in the order in which they were named.
    pub files: Vec<Finding>,
    /// What gates of several runs of one model against each other answer, where that was asked for.
    pub noise: Option<Noise>,
    /// What a gate would make of two files; `None` with another number of them.
    pub pair: Option<Pair>,
    /// What a rule in use does, where that was asked for.
    pub tolerance: Option<Tolerance>,
    /// Why two files are no pair.
    pub problem: Option<String>,
}

/// What was found in one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Its path as named.
    pub path: String,
    /// Whether a gate would take it.
    pub ok: bool,
    /// Why it would not.
    pub problem: Option<String>,
    /// The run in it; `None` where it cannot be read.
    pub run: Option<Run>,
    /// What gates of its epochs against each other answer, where that was asked for.
    pub noise: Option<Noise>,
    /// What a person should know of how it was read.
    pub notes: Vec<String>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Of the file.
    pub sha256: String,
    /// Its format.
    pub format: String,
    /// The version of the tool that wrote it, where it says.
    pub version: Option<String>,
    /// Name of the run.
    pub run_id: String,
    /// The model that was evaluated.
    pub model_id: String,
    /// The task it was evaluated on.
    pub task_id: String,
    /// The metric that was read.
    pub metric: String,
    /// All metrics that the file holds for this run.
    pub metrics: Vec<String>,
    /// Distinct items.
    pub items: usize,
    /// Items times epochs.
    pub rows: usize,
    /// Rows of an item.
    pub epochs: Range,
    /// Mean over the items of the mean of their scored epochs; `None` where nothing is scored.
    pub mean: Option<f64>,
    /// Rows without a score, by reason.
    pub unscored: BTreeMap<&'static str, usize>,
    /// Clusters; `None` where items are independent.
    pub clusters: Option<Clusters>,
}

/// The least and the most of a count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// Clusters of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clusters {
    /// How many.
    pub count: usize,
    /// Items in the smallest.
    pub smallest: usize,
    /// Items in the largest.
    pub largest: usize,
    /// As many equal clusters would weigh as much: n^2 / sum of sizes^2.
    pub effective: f64,
}

/// What a gate would make of the pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Items scored in both.
    pub pairs: usize,
    /// Items scored in the baseline alone.
    pub only_baseline: usize,
    /// Items scored in the candidate alone.
    pub only_candidate: usize,
    /// Pairs as a share of the larger run.
    pub coverage: f64,
    /// What `auto` would choose.
    pub method: String,
    /// Why.
    pub reason: String,
    /// What the pair can show; `None` where its differences do not vary.
    pub precision: Option<Precision>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// What a pair can show, by the power of the test that a gate runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Precision {
    /// Standard deviation of the per-item differences.
    pub sd_diff: f64,
    /// By how much clusters inflate the variance of delta.
    pub design_effect: f64,
    /// Error rate of each bound.
    pub alpha: f64,
    /// Power that is planned for.
    pub power: f64,
    /// The claim's value.
    pub min_delta: f64,
    /// Margin of an equivalence claim; `None` for the other claims.
    pub equivalence: Option<f64>,
    /// The smallest such margin that is shown with that power where the two do not differ.
    pub smallest_margin: Option<f64>,
    /// Independent units: items, or clusters.
    pub units: u64,
    /// Units below which no verdict exists.
    pub least_units: u64,
    /// Whether clusters are the units.
    pub clustered: bool,
    /// How far a bound is expected from delta; `None` where there is no bound.
    pub bound_distance: Option<f64>,
    /// The smallest true delta that is shown with that power; `None` where the scores leave room for none.
    pub detectable: Option<f64>,
    /// How much better than the baseline a candidate can be, where the range of scores is known.
    pub room: Option<f64>,
    /// The planned effect, where one was named.
    pub target: Option<Target>,
}

/// A planned effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// The true delta that is planned for.
    pub delta: f64,
    /// Whether these pairs show it with the power planned for.
    pub reachable: bool,
    /// Whether the scores leave room for it.
    pub possible: bool,
    /// Pairs that would; `None` where no number does.
    pub required_pairs: Option<u64>,
    /// The same in whole clusters, where these are the units.
    pub required_clusters: Option<u64>,
}

/// The answer for people.
#[must_use]
pub fn text(checkup: &Checkup) -> String {
    let mut lines = Vec::new();
    for file in &checkup.files {
        lines.push(format!("{}  {}", if file.ok { "ok  " } else { "FAIL" }, safe::line(&file.path)));
        lines.extend(file.run.iter().flat_map(describe));
        lines.extend(file.problem.iter().map(|problem| row("problem", &safe::line(problem))));
        lines.extend(file.noise.iter().flat_map(noise::lines));
        lines.extend(file.notes.iter().map(|note| row("note", &safe::line(note))));
    }
    lines.extend(checkup.noise.iter().flat_map(|found| {
        [vec!["runs  of one model, held against each other".to_owned()], noise::lines(found)].concat()
    }));
    lines.extend(checkup.pair.iter().flat_map(pair));
    lines.extend(checkup.tolerance.iter().flat_map(tolerance::lines));
    lines.extend(checkup.problem.iter().map(|problem| format!("FAIL  {}", safe::line(problem))));
    lines.push(String::new());
    lines.join("\n")
}

fn row(label: &str, text: &str) -> String {
    format!("      {label:<9}  {text}")
}

fn describe(run: &Run) -> Vec<String> {
    let unscored: usize = run.unscored.values().sum();
    let version =
        run.version.as_ref().map_or(String::new(), |version| format!(" (version {})", safe::line(version)));
    let mean = run.mean.map_or("none".into(), |mean| format!("{mean:.6}"));
    let mut lines = vec![
        row(
            "run",
            &format!(
                "{} ({} of {} on {})",
                safe::line(&run.run_id),
                safe::line(&run.metric),
                safe::line(&run.model_id),
                safe::line(&run.task_id)
            ),
        ),
        row("format", &format!("{}{version}, sha256 {}", run.format, run.sha256)),
        row(
            "items",
            &format!(
                "{} in {} rows, mean score {mean}, {} unscored",
                count(run.items as u64),
                count(run.rows as u64),
                count(unscored as u64)
            ),
        ),
    ];
    if run.metrics.len() > 1 {
        lines.push(row("metrics", &safe::line(&run.metrics.join(", "))));
    }
    lines.extend(
        run.unscored.iter().map(|(why, rows)| row("unscored", &format!("{} {why}", count(*rows as u64)))),
    );
    lines.push(row("epochs", &span(run.epochs, "an item")));
    lines.push(match &run.clusters {
        None => row("clusters", "none: items count as independent"),
        Some(c) => row(
            "clusters",
            &format!(
                "{} of {} to {} items, {:.1} effective",
                count(c.count as u64),
                c.smallest,
                c.largest,
                c.effective
            ),
        ),
    });
    lines
}

fn span(range: Range, of: &str) -> String {
    if range.least == range.most {
        format!("{} {of}", range.least)
    } else {
        format!("{} to {} {of}", range.least, range.most)
    }
}

fn pair(pair: &Pair) -> Vec<String> {
    let mut lines = vec![
        "pair  first file as baseline, second as candidate".into(),
        row(
            "pairs",
            &format!(
                "{} (coverage {}), {} only in the baseline, {} only in the candidate",
                count(pair.pairs as u64),
                percent(pair.coverage),
                count(pair.only_baseline as u64),
                count(pair.only_candidate as u64)
            ),
        ),
        row("auto", &format!("{} ({})", pair.method, safe::line(&pair.reason))),
    ];
    lines.extend(pair.precision.iter().flat_map(precision));
    lines.extend(pair.notes.iter().map(|note| row("note", &safe::line(note))));
    lines
}

fn precision(precision: &Precision) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(distance) = precision.bound_distance {
        lines.push(row(
            "bounds",
            &format!("each about {distance:.4} from delta, at alpha {}", precision.alpha),
        ));
    }
    lines.push(row("power", &power(precision)));
    lines.extend(precision.target.iter().map(|target| row("planned", &planned(precision, target))));
    lines
}

fn power(precision: &Precision) -> String {
    let surely = percent(precision.power);
    let unit = if precision.clustered { "clusters" } else { "items" };
    if precision.units < precision.least_units {
        return format!(
            "none: no verdict exists with fewer than {} independent {unit}, and there are {}",
            count(precision.least_units),
            count(precision.units)
        );
    }
    match (precision.detectable, precision.smallest_margin, precision.equivalence, precision.room) {
        (Some(detectable), ..) => format!(
            "a true delta of {} is shown to lie above {} with probability {surely}",
            signed(detectable),
            signed(precision.min_delta)
        ),
        (None, Some(margin), ..) => format!(
            "two that do not differ are shown to lie within {margin:.4} of each other with probability {surely}"
        ),
        (None, None, None, Some(room)) => format!(
            "no improvement these scores leave room for ({} at most) is shown to lie above {} with probability {surely}",
            signed(room),
            signed(precision.min_delta)
        ),
        (None, None, ..) => format!("nothing is shown with probability {surely}"),
    }
}

fn planned(precision: &Precision, target: &Target) -> String {
    let delta = format!("a true delta of {}", signed(target.delta));
    if !target.possible {
        return format!(
            "{delta} cannot be: the baseline leaves room for {} at most",
            precision.room.map_or("less".into(), signed)
        );
    }
    let reach = if target.reachable { "within reach" } else { "out of reach" };
    let needed = match (target.required_pairs, target.required_clusters) {
        (Some(pairs), Some(clusters)) => {
            format!("it needs {} clusters like these, about {} pairs", count(clusters), count(pairs))
        }
        (Some(pairs), None) => format!("it needs {} pairs", count(pairs)),
        (None, _) => "no number of pairs shows it, for it does not exceed what must be exceeded".into(),
    };
    format!("{delta} is {reach}: {needed}")
}
