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
    let (store, baseline_store) = stores(&flags.store)?;
    Ok(GateRequest {
        decision: DecisionRequest {
            runs: runs(&flags.shared)?,
            plan: Plan { identical, ..plan(&flags.shared, claim, rule, Sides::One)? },
            store,
            baseline_store,
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

/// The store that the runs go into, and the one in which a baseline is looked up, if that is another.
fn stores(flags: &StoreFlags) -> Result<(Option<StoreTarget>, Option<StoreTarget>), Diagnostic> {
    let own = project("--project", &flags.project)?;
    let other =
        flags.baseline_project.as_ref().map(|name| project("--baseline-project", name)).transpose()?;
    let days =
        |text: &String| parse("--max-baseline-age", text, "a whole number of days", |t| t.parse().ok());
    let max_age_days = flags.max_baseline_age.as_ref().map(days).transpose()?;
    let root = flags.baseline_store.clone().or_else(|| flags.store.clone());
    for (flag, given) in
        [("--baseline-project", other.is_some()), ("--max-baseline-age", max_age_days.is_some())]
    {
        if given && root.is_none() {
            return Err(errors::no_store(flag));
        }
    }
    let elsewhere = other.is_some() || flags.baseline_store.is_some();
    let baseline = root.filter(|_| elsewhere).map(|root| StoreTarget {
        root,
        project: other.unwrap_or_else(|| own.clone()),
        max_age_days,
    });
    Ok((flags.store.clone().map(|root| StoreTarget { root, project: own, max_age_days }), baseline))
}
