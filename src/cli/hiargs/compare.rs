//! `compare`: what a gate would estimate, two-sided and without a claim.

use super::shared::{plan, runs};
use crate::cli::lowargs::CompareFlags;
use crate::commands::compare::CompareRequest;
use crate::domain::{Claim, Diagnostic, Rule, Sides};

pub(in crate::cli) fn compare(flags: &CompareFlags) -> Result<CompareRequest, Diagnostic> {
    let claim = Claim::Above { min_delta: 0.0 };
    Ok(CompareRequest {
        runs: runs(&flags.runs)?,
        plan: plan((&flags.runs, &flags.plan), claim, Rule::Interval, Sides::Two)?,
    })
}
