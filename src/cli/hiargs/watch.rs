//! `watch`: two growing runs, and how they are looked at.

use super::super::errors;
use super::shared::{Terminal, plain};
use super::values::{above, alpha, cluster, direction, format, missing, number, parse, seed};
use crate::cli::lowargs::WatchFlags;
use crate::commands::runs::RunInputs;
use crate::commands::watch::{Follow, WatchRequest};
use crate::domain::{Diagnostic, Plan};

pub(in crate::cli) fn watch(flags: &WatchFlags, terminal: Terminal) -> Result<WatchRequest, Diagnostic> {
    for (flag, path) in [("--baseline", &flags.baseline), ("--candidate", &flags.candidate)] {
        if flags.follow && path == "-" {
            return Err(errors::cannot_follow(flag));
        }
    }
    if flags.baseline == "-" && flags.candidate == "-" {
        return Err(errors::both_standard_input());
    }
    if flags.state.as_deref() == Some("-") {
        return Err(errors::cannot_write_state());
    }
    let positive = |t: &str| number(t).filter(|n| *n > 0.0);
    let bounds = |t: &str| {
        let (low, high) = t.split_once(',')?;
        let (low, high) = (number(low.trim())?, number(high.trim())?);
        (low < high && (high - low).is_finite()).then_some((low, high))
    };
    let follow = Follow {
        every: parse("--every", &flags.every, "a number of seconds above 0", positive)?,
        deadline: flags
            .deadline
            .as_deref()
            .map(|t| parse("--deadline", t, "a number of seconds above 0", positive))
            .transpose()?,
        done: flags.done.clone(),
    };
    Ok(WatchRequest {
        runs: RunInputs {
            format: format(&flags.format)?,
            metric: flags.metric.clone(),
            baseline_run: flags.baseline_run.clone(),
            candidate_run: flags.candidate_run.clone(),
            ..RunInputs::of(flags.baseline.clone(), flags.candidate.clone())
        },
        plan: Plan {
            alpha: alpha(&flags.alpha)?,
            seed: seed(&flags.seed)?,
            direction: direction(flags.lower_is_better.as_deref())?,
            id: flags.id.clone(),
            cluster: cluster(flags.cluster.as_deref()),
            missing: missing(&flags.missing)?,
            ..Plan::of(above(&flags.min_delta)?)
        },
        bounds: flags
            .bounds
            .as_deref()
            .map(|t| parse("--bounds", t, "two numbers LOW,HIGH with LOW below HIGH", bounds))
            .transpose()?,
        looks: parse("--looks", &flags.looks, "a whole number from 1 to 1,000", |t| {
            t.parse().ok().filter(|n| (1..=1000).contains(n))
        })?,
        state: flags.state.clone(),
        follow: flags.follow.then_some(follow),
        output: plain(flags.output),
        width: terminal.width,
    })
}
