//! The answer of `doctor`.

mod aa_test;
mod drop_threshold;
mod listing;
mod row;

pub use aa_test::claim;

use super::layout::fitted;
use super::safe;
use super::screen::Width;
use crate::domain::number_format::{count, percent, signed};
use crate::report::doctor::{CountRange, DoctorReport, PairReport, PlannedEffect, Precision, RunSummary};
use row::row;

/// The answer for people.
#[must_use]
pub fn text(checkup: &DoctorReport, width: Width) -> String {
    let mut lines = Vec::new();
    lines.extend(checkup.listing.iter().flat_map(listing::lines));
    for file in &checkup.files {
        lines.push(format!("{}  {}", if file.ok { "ok  " } else { "FAIL" }, safe::line(&file.path)));
        lines.extend(file.run.iter().flat_map(describe));
        lines.extend(file.problem.iter().map(|problem| row("problem", &safe::line(problem))));
        lines.extend(file.noise.iter().flat_map(aa_test::lines));
        lines.extend(file.notes.iter().map(|note| row("note", &safe::line(note))));
    }
    lines.extend(checkup.noise.iter().flat_map(|found| {
        [vec!["runs  of one model, held against each other".to_owned()], aa_test::lines(found)].concat()
    }));
    lines.extend(checkup.pair.iter().flat_map(pair));
    lines.extend(checkup.tolerance.iter().flat_map(|rule| drop_threshold::lines(rule, width)));
    lines.extend(checkup.problem.iter().map(|problem| format!("FAIL  {}", safe::line(problem))));
    lines.push(String::new());
    fitted(&lines.join("\n"), width)
}

fn describe(run: &RunSummary) -> Vec<String> {
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
    lines.extend(run.judge.as_ref().map(|judge| row("judge", &safe::line(judge))));
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

fn span(range: CountRange, of: &str) -> String {
    if range.least == range.most {
        format!("{} {of}", range.least)
    } else {
        format!("{} to {} {of}", range.least, range.most)
    }
}

fn pair(pair: &PairReport) -> Vec<String> {
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
    lines.extend(pair.labels.iter().map(|labels| {
        let text = format!(
            "{} of {} judged items are labelled in both runs, and a judged difference counts {:.3}; what follows counts labelled items",
            count(labels.labelled as u64),
            count(labels.judged as u64),
            labels.lambda
        );
        row("labels", &text)
    }));
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

fn planned(precision: &Precision, target: &PlannedEffect) -> String {
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
