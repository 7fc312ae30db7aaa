//! `plan`: which policy is locked for which release, and where that is recorded.

use super::gate::time_stamp;
use super::shared::{Terminal, plain};
use super::values::{project, release_id};
use crate::cli::lowargs::PlanLockFlags;
use crate::commands::plan::PlanLockRequest;
use crate::commands::record::DocumentTarget;
use crate::commands::suite::{PolicySource, SuiteRequest};
use crate::commands::targets::{StoreTarget, TrailTarget};
use crate::domain::Diagnostic;
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
