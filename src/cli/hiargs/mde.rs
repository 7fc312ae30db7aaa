//! `mde`: a spread that was typed, or a pilot that shows it; never both and never neither.

use super::super::errors;
use super::shared::{Terminal, plain};
use super::values::{alpha, claim, cluster, direction, epochs, format, missing, number, parse, power};
use crate::cli::lowargs::MdeFlags;
use crate::commands::mde::{Clustering, MdeRequest, Pilot, Spread};
use crate::commands::runs::RunInputs;
use crate::domain::{Diagnostic, Plan, Sides};

pub(in crate::cli) fn mde(flags: &MdeFlags, terminal: Terminal) -> Result<MdeRequest, Diagnostic> {
    let spread = match (&flags.sd_diff, &flags.pilot.baseline, &flags.pilot.candidate) {
        (Some(sd), None, None) => typed(sd, flags)?,
        (None, Some(baseline), Some(candidate)) => {
            Spread::Pilot(Box::new(pilot(baseline, candidate, flags)?))
        }
        (Some(_), _, _) => {
            return Err(errors::spread_twice());
        }
        (None, None, None) => {
            return Err(errors::no_spread());
        }
        (None, Some(_), None) => return Err(errors::half_a_pilot("--candidate", "--baseline")),
        (None, None, Some(_)) => return Err(errors::half_a_pilot("--baseline", "--candidate")),
    };
    Ok(MdeRequest {
        spread,
        n_pairs: flags
            .n_pairs
            .as_deref()
            .map(|t| {
                parse("--n-pairs", t, "a whole number of at least 2", |t| t.parse().ok().filter(|n| *n >= 2))
            })
            .transpose()?,
        target_delta: flags
            .target_delta
            .as_deref()
            .map(|t| parse("--target-delta", t, "a finite number", number))
            .transpose()?,
        claim: claim(&flags.min_delta, flags.equivalence.as_deref())?,
        alpha: alpha(&flags.alpha)?,
        power: power(&flags.power)?,
        sides: sides(flags),
        output: plain(flags.output),
        width: terminal.width,
    })
}

fn sides(flags: &MdeFlags) -> Sides {
    if flags.one_sided { Sides::One } else { Sides::Two }
}

/// The spread as typed; what is said of a pilot is then said of nothing.
fn typed(sd: &str, flags: &MdeFlags) -> Result<Spread, Diagnostic> {
    let said = &flags.pilot;
    let stray = [
        ("--format", &said.format),
        ("--metric", &said.metric),
        ("--id", &said.id),
        ("--baseline-run", &said.baseline_run),
        ("--candidate-run", &said.candidate_run),
        ("--cluster", &said.cluster),
        ("--epochs", &said.epochs),
        ("--lower-is-better", &said.lower_is_better),
        ("--missing", &said.missing),
    ];
    if let Some((flag, _)) = stray.iter().find(|(_, value)| value.is_some()) {
        return Err(errors::flag_of_a_pilot(flag));
    }
    let clustering = match (&flags.cluster_size, &flags.n_clusters) {
        (Some(text), _) => {
            Clustering::MeanSize(parse("--cluster-size", text, "a number of at least 1", |t| {
                number(t).filter(|n| *n >= 1.0)
            })?)
        }
        (None, Some(text)) => {
            Clustering::Clusters(parse("--n-clusters", text, "a whole number of at least 1", |t| {
                t.parse().ok().filter(|n| *n >= 1)
            })?)
        }
        (None, None) => Clustering::None,
    };
    Ok(Spread::Known {
        sd_diff: parse("--sd-diff", sd, "a number above 0", |t| number(t).filter(|n| *n > 0.0))?,
        icc: parse("--icc", flags.icc.as_deref().unwrap_or("0"), "a number between 0 and 1", |t| {
            number(t).filter(|n| (0.0..=1.0).contains(n))
        })?,
        clustering,
    })
}

fn pilot(baseline: &str, candidate: &str, flags: &MdeFlags) -> Result<Pilot, Diagnostic> {
    let shown =
        [("--icc", &flags.icc), ("--cluster-size", &flags.cluster_size), ("--n-clusters", &flags.n_clusters)];
    if let Some((flag, _)) = shown.iter().find(|(_, value)| value.is_some()) {
        return Err(errors::shown_by_pilot(flag));
    }
    if baseline == "-" && candidate == "-" {
        return Err(errors::both_standard_input());
    }
    let said = &flags.pilot;
    Ok(Pilot {
        runs: RunInputs {
            format: format(said.format.as_deref().unwrap_or("auto"))?,
            metric: said.metric.clone(),
            baseline_run: said.baseline_run.clone(),
            candidate_run: said.candidate_run.clone(),
            ..RunInputs::of(baseline.to_owned(), candidate.to_owned())
        },
        plan: Plan {
            alpha: alpha(&flags.alpha)?,
            power: power(&flags.power)?,
            sides: sides(flags),
            direction: direction(said.lower_is_better.as_deref())?,
            id: said.id.clone(),
            cluster: cluster(said.cluster.as_deref()),
            epochs: epochs(said.epochs.as_deref().unwrap_or("mean"))?,
            missing: missing(said.missing.as_deref().unwrap_or("error"))?,
            ..Plan::of(claim(&flags.min_delta, flags.equivalence.as_deref())?)
        },
    })
}
