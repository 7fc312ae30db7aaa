//! `gate`: what to claim of which runs, and where its evidence goes.

use super::super::errors;
use super::shared::{min_coverage, task_mismatch};
use super::shared::{plan, runs, runs_of};
use super::values::{above, alpha, missing, number, one_of, parse, project, release_id, within};
use crate::cli::lowargs::{GateFlags, StoreFlags};
use crate::commands::decide::{DecisionRequest, NAMED};
use crate::commands::gate::{GateRequest, GateSubject};
use crate::commands::runs::{RunInputs, SampleInput};
use crate::commands::suite::{PolicySource, SuiteRequest};
use crate::commands::targets::{EnvelopeTarget, StoreTarget, TimeStampPolicy, TrailTarget};
use crate::domain::{About, Claim, Diagnostic, Feature, Identical, Lambda, Plan, Rule, Sides};
use crate::policy::Tightening;

pub(in crate::cli) fn gate(flags: &GateFlags) -> Result<GateRequest, Diagnostic> {
    let subject = match &flags.claim.policy {
        Some(path) => GateSubject::Suite(Box::new(suite(flags, path)?)),
        None => GateSubject::Pair(Box::new(pair(flags)?)),
    };
    Ok(GateRequest { subject, target: target(flags)? })
}

/// One pair of runs under the plan that the flags say.
fn pair(flags: &GateFlags) -> Result<DecisionRequest, Diagnostic> {
    let claim = match (&flags.claim.min_delta, &flags.claim.equivalence) {
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
    let (store, baseline_store) = stores(&flags.store)?;
    let runs = runs_of_gate(flags)?;
    if rule == Rule::Evalsig01 && (runs.sample.is_some() || runs.gold.is_some()) {
        return Err(errors::no_part_in_01());
    }
    let lambda =
        parse("--lambda", &flags.part.lambda, "cross-fitted, or a number from 0 to 1", Lambda::from_name)?;
    let gold = runs.gold.as_ref().map(|_| lambda);
    Ok(DecisionRequest {
        runs,
        plan: Plan { identical, gold, ..plan((&flags.runs, &flags.plan), claim, rule, Sides::One)? },
        store,
        baseline_store,
        named: named(flags),
    })
}

/// Both runs; of a gate on a sample the bank is the baseline.
fn runs_of_gate(flags: &GateFlags) -> Result<RunInputs, Diagnostic> {
    let about = one_of("--about", &flags.part.about, About::ALL, About::as_str)?;
    let named = match (&flags.part.bank, &flags.part.sample) {
        (Some(bank), Some(_)) if flags.runs.baseline.iter().any(|path| path != bank) => {
            return Err(errors::other_baseline(bank));
        }
        (Some(bank), Some(path)) => RunInputs {
            sample: Some(SampleInput { path: path.clone(), about }),
            ..runs_of(bank.clone(), Vec::new(), &flags.runs)?
        },
        _ => runs(&flags.runs)?,
    };
    Ok(RunInputs { gold: flags.part.gold.clone(), ..named })
}

/// A page lists every item that changed in a file beside it.
fn named(flags: &GateFlags) -> usize {
    if flags.view.html.is_some() { usize::MAX } else { NAMED }
}

/// Where the envelope goes.
fn target(flags: &GateFlags) -> Result<EnvelopeTarget, Diagnostic> {
    Ok(match (&flags.release_id, &flags.envelope) {
        (Some(id), _) => {
            let trail = TrailTarget::Folder(flags.audit_root.clone());
            EnvelopeTarget::Trail {
                trail,
                release: release_id(id)?,
                time_stamp: time_stamp(flags.timestamp_url.as_ref(), &flags.timestamp)?,
            }
        }
        (None, Some(path)) => EnvelopeTarget::File(path.clone()),
        (None, None) => EnvelopeTarget::Nowhere,
    })
}

/// Flags that say where things are and how they are shown: what a policy says nothing of.
const BESIDE_A_POLICY: &[&str] = &[
    "policy",
    "release-id",
    "audit-root",
    "timestamp-url",
    "timestamp",
    "envelope",
    "store",
    "project",
    "baseline-store",
    "baseline-project",
    "output",
    "json",
    "html",
    "quiet",
    "color",
];
/// Flags that may tighten a policy.
const TIGHTENING: &[&str] = &[
    "alpha",
    "min-coverage",
    "min-delta",
    "margin",
    "missing",
    "task-mismatch",
    "identical",
    "max-attempts",
    "max-baseline-age",
];

/// The tasks of a policy.
fn suite(flags: &GateFlags, path: &str) -> Result<SuiteRequest, Diagnostic> {
    let beside =
        |flag: &&String| !BESIDE_A_POLICY.contains(&flag.as_str()) && !TIGHTENING.contains(&flag.as_str());
    // Groups of flags are not flags.
    let is_flag = |flag: &&String| flag.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if let Some(flag) = flags.typed.iter().filter(is_flag).find(beside) {
        return Err(errors::decided_by_policy(&format!("--{flag}")));
    }
    let (store, baseline_store) = stores(&flags.store)?;
    Ok(SuiteRequest {
        policy: PolicySource::Disk(path.to_owned()),
        tightening: tightening(flags)?,
        store,
        baseline_store,
        trail: Some(TrailTarget::Folder(flags.audit_root.clone())),
        release: flags.release_id.as_deref().map(release_id).transpose()?,
        named: named(flags),
    })
}

/// What was typed beside a policy; what was left at its default says nothing.
fn tightening(flags: &GateFlags) -> Result<Tightening, Diagnostic> {
    let typed = |flag: &str| flags.typed.iter().any(|typed| typed == flag);
    let of = |flag: &str, text: &Option<String>| {
        text.as_deref().map(|text| parse(flag, text, "a finite number", number)).transpose()
    };
    Ok(Tightening {
        alpha: typed("alpha").then(|| alpha(&flags.plan.alpha)).transpose()?,
        min_coverage: typed("min-coverage").then(|| min_coverage(&flags.plan.min_coverage)).transpose()?,
        min_delta: of("--min-delta", &flags.claim.min_delta)?,
        margin: of("--margin", &flags.claim.margin)?,
        missing: typed("missing").then(|| missing(&flags.runs.missing)).transpose()?,
        task_mismatch: typed("task-mismatch")
            .then(|| task_mismatch(&flags.runs.task_mismatch))
            .transpose()?,
        identical: typed("identical")
            .then(|| one_of("--identical", &flags.identical, Identical::ALL, Identical::as_str))
            .transpose()?,
        max_attempts: flags
            .claim
            .max_attempts
            .as_deref()
            .map(|text| parse("--max-attempts", text, "a whole number from 1 on", |t| t.parse().ok()))
            .transpose()?,
        max_baseline_age: flags.store.max_baseline_age.as_deref().map(max_baseline_age).transpose()?,
        ..Tightening::default()
    })
}

/// Who stamps the entry. The URL is recorded, so it must carry no secret.
pub(super) fn time_stamp(
    url: Option<&String>,
    timestamp: &str,
) -> Result<Option<TimeStampPolicy>, Diagnostic> {
    let required = parse("--timestamp", timestamp, "required, best-effort or off", |t| match t {
        "required" => Some(Some(true)),
        "best-effort" => Some(Some(false)),
        "off" => Some(None),
        _ => None,
    })?;
    let (Some(url), Some(required)) = (url, required) else { return Ok(None) };
    let uri = url.parse::<http::Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    });
    if uri.is_none() {
        return Err(errors::bad_timestamp_url(url));
    }
    Feature::TimeStamps.require("--timestamp-url")?;
    Ok(Some(TimeStampPolicy { url: url.clone(), required }))
}

/// The store that the runs go into, and the one in which a baseline is looked up, if that is another.
fn stores(flags: &StoreFlags) -> Result<(Option<StoreTarget>, Option<StoreTarget>), Diagnostic> {
    let own = project("--project", &flags.project)?;
    let other =
        flags.baseline_project.as_ref().map(|name| project("--baseline-project", name)).transpose()?;
    let max_age_days = flags.max_baseline_age.as_deref().map(max_baseline_age).transpose()?;
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

fn max_baseline_age(text: &str) -> Result<u64, Diagnostic> {
    parse("--max-baseline-age", text, "a whole number of days", |t| t.parse().ok())
}
