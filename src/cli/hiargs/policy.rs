//! `policy`: which file, and which store shows what it can show.

use super::super::errors;
use super::shared::{Terminal, plain};
use super::values::{format, project};
use crate::cli::lowargs::{PolicyCheckFlags, PolicyInitFlags};
use crate::commands::policy::{PolicyCheckRequest, PolicyInitRequest};
use crate::commands::targets::StoreTarget;
use crate::domain::Diagnostic;

pub(in crate::cli) fn policy_check(
    flags: &PolicyCheckFlags,
    terminal: Terminal,
) -> Result<PolicyCheckRequest, Diagnostic> {
    let project = project("--project", &flags.project)?;
    if flags.store.as_ref().is_some_and(String::is_empty) {
        return Err(errors::empty_place("--store"));
    }
    Ok(PolicyCheckRequest {
        file: flags.file.clone(),
        waivers: flags.waivers.clone(),
        store: flags.store.clone().map(|root| StoreTarget { root, project, max_age_days: None }),
        output: plain(flags.output),
        width: terminal.width,
    })
}

pub(in crate::cli) fn policy_init(flags: PolicyInitFlags) -> Result<PolicyInitRequest, Diagnostic> {
    Ok(PolicyInitRequest {
        format: format(&flags.format)?,
        runs: flags.runs,
        metric: flags.metric,
        id: flags.id,
        out: flags.out,
    })
}
