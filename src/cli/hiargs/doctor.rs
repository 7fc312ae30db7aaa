//! `doctor`: what to look at, and what a gate would plan.

use super::super::errors;
use super::shared::{Terminal, plain};
use super::values::{alpha, claim, cluster, epochs, format, number, parse, power, seed};
use crate::cli::lowargs::DoctorFlags;
use crate::commands::doctor::{DoctorRequest, Rule, Stated};
use crate::domain::{Diagnostic, MissingRule, Plan};

pub(in crate::cli) fn doctor(flags: &DoctorFlags, terminal: Terminal) -> Result<DoctorRequest, Diagnostic> {
    let splits = parse("--splits", &flags.splits, "a whole number from 1 to 100,000", |t| {
        t.parse().ok().filter(|n| (1..=100_000).contains(n))
    })?;
    if flags.files.is_empty() && flags.aa.as_ref().is_none_or(Vec::is_empty) {
        return Err(errors::no_run_to_check());
    }
    Ok(DoctorRequest {
        files: flags.files.clone(),
        format: format(&flags.format)?,
        metric: flags.metric.clone(),
        run_id: flags.run_id.clone(),
        deep: flags.deep,
        plan: Plan {
            alpha: alpha(&flags.alpha)?,
            power: power(&flags.power)?,
            id: flags.id.clone(),
            cluster: cluster(flags.cluster.as_deref()),
            epochs: epochs(&flags.epochs)?,
            missing: MissingRule::Exclude,
            seed: seed(&flags.seed)?,
            ..Plan::of(claim(&flags.min_delta, flags.equivalence.as_deref())?)
        },
        target_delta: flags
            .target_delta
            .as_deref()
            .map(|t| parse("--target-delta", t, "a finite number", number))
            .transpose()?,
        gold: flags.gold.clone(),
        aa: flags.aa.clone(),
        splits,
        tolerance: flags.tolerance.as_deref().map(|text| rule(text, flags)).transpose()?,
        output: plain(flags.output),
        width: terminal.width,
    })
}

fn rule(text: &str, flags: &DoctorFlags) -> Result<Rule, Diagnostic> {
    let tolerance =
        parse("--tolerance", text, "a number of 0 or more: 0.02 is two points of 0/1 scores", |t| {
            number(t).filter(|x| *x >= 0.0)
        })?;
    let stated = match (&flags.discordance, &flags.sd_diff) {
        (Some(text), _) => {
            Some(Stated::Discordance(parse("--discordance", text, "a share above 0, at most 1", |t| {
                number(t).filter(|q| *q > 0.0 && *q <= 1.0)
            })?))
        }
        (None, Some(text)) => Some(Stated::Sd(parse("--sd-diff", text, "a number above 0", |t| {
            number(t).filter(|sd| *sd > 0.0)
        })?)),
        (None, None) => None,
    };
    Ok(Rule { tolerance, stated })
}
