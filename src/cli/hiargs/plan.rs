//! `plan`: which policy is locked for which release, and where that is recorded.

use super::gate::time_stamp;
use super::shared::{Terminal, plain};
use super::values::{above, alpha, cluster, epochs, format, number, parse, power, project, release_id, seed};
use crate::cli::lowargs::{BankFlags, PlanDesignFlags, PlanLockFlags, PlanSampleFlags};
use crate::commands::plan::PlanLockRequest;
use crate::commands::plan::bank::BankRequest;
use crate::commands::plan::design::PlanDesignRequest;
use crate::commands::plan::sample::PlanSampleRequest;
use crate::commands::record::DocumentTarget;
use crate::commands::suite::{PolicySource, SuiteRequest};
use crate::commands::targets::{StoreTarget, TrailTarget};
use crate::domain::Diagnostic;
use crate::inference::planning::Ask;
use crate::policy::Tightening;

pub(in crate::cli) fn plan_lock(
    flags: &PlanLockFlags,
    terminal: Terminal,
) -> Result<PlanLockRequest, Diagnostic> {
    let release = release_id(&flags.release_id)?;
    let trail = TrailTarget::Folder(flags.audit_root.clone());
    let project = project("--project", &flags.project)?;
    let store = flags.store.clone().map(|root| StoreTarget { root, project, max_age_days: None });
    Ok(PlanLockRequest {
        suite: SuiteRequest {
            policy: PolicySource::Disk(flags.policy.clone()),
            tightening: Tightening::default(),
            store,
            baseline_store: None,
            named: 0,
            trail: Some(trail.clone()),
            release: Some(release.clone()),
        },
        target: DocumentTarget {
            trail,
            release,
            time_stamp: time_stamp(flags.timestamp_url.as_ref(), &flags.timestamp)?,
        },
        output: plain(flags.output),
        width: terminal.width,
    })
}

pub(in crate::cli) fn plan_sample(
    flags: &PlanSampleFlags,
    terminal: Terminal,
) -> Result<PlanSampleRequest, Diagnostic> {
    Ok(PlanSampleRequest {
        bank: bank(&flags.bank, flags.strata.clone())?,
        items: parse("--items", &flags.items, "a whole number from 1 on", |t| {
            t.parse().ok().filter(|n| *n > 0)
        })?,
        seed: seed(&flags.seed)?,
        clusters: flags.clusters,
        out: flags.out.clone(),
        output: plain(flags.output),
        width: terminal.width,
    })
}

pub(in crate::cli) fn plan_design(
    flags: &PlanDesignFlags,
    terminal: Terminal,
) -> Result<PlanDesignRequest, Diagnostic> {
    let price =
        |flag: &str, text: &str| parse(flag, text, "a price, 0 or more", |t| number(t).filter(|p| *p >= 0.0));
    Ok(PlanDesignRequest {
        bank: bank(&flags.bank, None)?,
        ask: Ask {
            claim: above(&flags.min_delta)?,
            alpha: alpha(&flags.alpha)?,
            power: power(&flags.power)?.get(),
        },
        planned_delta: parse("--planned-delta", &flags.planned_delta, "a finite number", number)?,
        cost_item: price("--cost-item", &flags.cost_item)?,
        cost_judge: price("--cost-judge", &flags.cost_judge)?,
        output: plain(flags.output),
        width: terminal.width,
    })
}

fn bank(flags: &BankFlags, strata: Option<String>) -> Result<BankRequest, Diagnostic> {
    let project = project("--project", &flags.project)?;
    Ok(BankRequest {
        bank: flags.bank.clone(),
        format: format(&flags.format)?,
        id: flags.id.clone(),
        metric: flags.metric.clone(),
        cluster: cluster(flags.cluster.as_deref()),
        epochs: epochs(&flags.epochs)?,
        strata,
        store: flags.store.clone().map(|root| StoreTarget { root, project, max_age_days: None }),
    })
}
