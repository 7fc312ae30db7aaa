//! `gate`: what to claim of which runs, and where the decision is kept.

use super::super::errors;
use super::shared::{plan, runs};
use super::values::{above, one_of, parse, project, release_id, within};
use crate::cli::lowargs::{GateFlags, StoreFlags};
use crate::commands::gate::GateRequest;
use crate::commands::keep::{Keep, Place, Stamping, StoreAt};
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
    let keep = match (&flags.release_id, &flags.envelope) {
        (Some(id), _) => {
            let place = Place::Folder(flags.audit_root.clone());
            Keep::Trail { place, release: release_id(id)?, stamping: stamping(flags)? }
        }
        (None, Some(path)) => Keep::File(path.clone()),
        (None, None) => Keep::Nowhere,
    };
    Ok(GateRequest {
        runs: runs(&flags.shared)?,
        plan: Plan { identical, ..plan(&flags.shared, claim, rule, Sides::One)? },
        keep,
        store: store_at(&flags.store)?,
    })
}

/// Who stamps the entry. The URL is recorded, so it must carry no secret.
fn stamping(flags: &GateFlags) -> Result<Option<Stamping>, Diagnostic> {
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
    Ok(Some(Stamping { url: url.clone(), required }))
}

fn store_at(flags: &StoreFlags) -> Result<Option<StoreAt>, Diagnostic> {
    let project = project(&flags.project)?;
    let days =
        |text: &String| parse("--max-baseline-age", text, "a whole number of days", |t| t.parse().ok());
    let max_age_days = flags.max_baseline_age.as_ref().map(days).transpose()?;
    Ok(flags.store.clone().map(|root| StoreAt { root, project, max_age_days }))
}
