//! `doctor`: what to look at, and what a gate would plan.

use super::{above, alpha, cluster, epochs, format, number, parse, plain, power, seed};
use crate::cli::low::DoctorFlags;
use crate::commands::doctor::DoctorRequest;
use crate::domain::{Diagnostic, MissingRule, Plan};

pub(in crate::cli) fn doctor(flags: &DoctorFlags) -> Result<DoctorRequest, Diagnostic> {
    let splits = parse("--splits", &flags.splits, "a whole number from 20 to 100,000", |t| {
        t.parse().ok().filter(|n| (20..=100_000).contains(n))
    })?;
    Ok(DoctorRequest {
        files: flags.files.clone(),
        format: format(&flags.format)?,
        metric: flags.metric.clone(),
        run_id: flags.run_id.clone(),
        deep: flags.deep,
        plan: Plan {
            alpha: alpha(&flags.alpha)?,
            power: power(&flags.power)?,
            cluster: cluster(flags.cluster.as_deref()),
            epochs: epochs(&flags.epochs)?,
            missing: MissingRule::Exclude,
            seed: seed(&flags.seed)?,
            ..Plan::of(above(&flags.min_delta)?)
        },
        target_delta: flags
            .target_delta
            .as_deref()
            .map(|t| parse("--target-delta", t, "a finite number", number))
            .transpose()?,
        splits: flags.aa.then_some(splits),
        output: plain(flags.output),
    })
}
