//! `gate`: what to claim of which runs, and where its evidence goes.

use super::super::errors;
use super::shared::{plan, runs};
use super::values::{above, one_of, parse, project, release_id, within};
use crate::cli::lowargs::{GateFlags, StoreFlags};
use crate::commands::decide::DecisionRequest;
use crate::commands::gate::GateRequest;
use crate::commands::targets::{EnvelopeTarget, StoreTarget, TimeStampPolicy, TrailTarget};
use crate::domain::{Claim, Diagnostic, Identical, Plan, Rule, Sides};

pub(in crate::cli) fn gate(flags: &GateFlags) -> Result<GateRequest, Diagnostic> {
    let claim = match (&flags.min_delta, &flags.equivalence) {
        (Some(text), _) => above(text)?,
        (None, Some(text)) => within(text)?,
        (None, None) => {
            return Err(errors::no_claim());
        }
    };
    let rule = one_of("--rule", &flags.rule, Rule::ALL, Rule::as_str)?;
    if rule == Rule::Evalsig01 && matches!(claim, Claim::Within { .. }) {
        return Err(errors::no_equivalence_in_01());
    }
    let identical = one_of("--identical", &flags.identical, Identical::ALL, Identical::as_str)?;
    let target = match (&flags.release_id, &flags.envelope) {
        (Some(id), _) => {
            let trail = TrailTarget::Folder(flags.audit_root.clone());
            EnvelopeTarget::Trail { trail, release: release_id(id)?, time_stamp: time_stamp(flags)? }
        }
        (None, Some(path)) => EnvelopeTarget::File(path.clone()),
        (None, None) => EnvelopeTarget::Nowhere,
    };
    Ok(GateRequest {
        decision: DecisionRequest {
            runs: runs(&flags.shared)?,
            plan: Plan { identical, ..plan(&flags.shared, claim, rule, Sides::One)? },
            store: store_target(&flags.store)?,
        },
        target,
    })
}

/// Who stamps the entry. The URL is recorded, so it must carry no secret.
fn time_stamp(flags: &GateFlags) -> Result<Option<TimeStampPolicy>, Diagnostic> {
    let required = parse("--timestamp", &flags.timestamp, "required, best-effort or off", |t| match t {
        "required" => Some(Some(true)),
        "best-effort" => Some(Some(false)),
        "off" => Some(None),
        _ => None,
    })?;
    let (Some(url), Some(required)) = (&flags.timestamp_url, required) else { return Ok(None) };
    let uri = url.parse::<http::Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    });
    if uri.is_none() {
        return Err(errors::bad_timestamp_url(url));
    }
    Ok(Some(TimeStampPolicy { url: url.clone(), required }))
}

fn store_target(flags: &StoreFlags) -> Result<Option<StoreTarget>, Diagnostic> {
    let project = project(&flags.project)?;
    let days =
        |text: &String| parse("--max-baseline-age", text, "a whole number of days", |t| t.parse().ok());
    let max_age_days = flags.max_baseline_age.as_ref().map(days).transpose()?;
    Ok(flags.store.clone().map(|root| StoreTarget { root, project, max_age_days }))
}
