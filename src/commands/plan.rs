//! `evalsig plan lock`: records what will be judged, and how, before the runs exist.

pub mod bank;
pub mod design;
pub mod sample;

use super::record::{DocumentTarget, RecordedDocument, record};
use super::suite::{self, PlannedPolicy, SuiteRequest};
use super::targets::TimeStampPolicy;
use super::{Output, OutputFormat, World};
use crate::domain::Diagnostic;
use crate::envelope::plan_lock::{self, PlanLock, SCHEMA};
use crate::envelope::{self, v1};
use crate::present;
use crate::present::screen::Width;
use crate::trail::EntryKind;

/// What is asked of `plan lock`.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanLockRequest {
    /// The policy, and where its baselines are looked up.
    pub suite: SuiteRequest,
    /// Where the plan goes.
    pub target: DocumentTarget,
    /// How the result is shown.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Who locks a plan, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LockedBy {
    /// The workflow run.
    pub run: Option<v1::Run>,
    /// The image.
    pub image_digest: Option<String>,
}

/// Reads the policy, looks for the baselines, and locks the plan.
///
/// # Errors
/// Those of the policy, its baselines and the trail; then nothing was recorded.
pub fn plan_lock(
    request: &PlanLockRequest,
    by: LockedBy,
    world: &World<'_>,
) -> Result<RecordedDocument, Diagnostic> {
    let planned = suite::planned(&request.suite, &world.clock.now(), world)?;
    lock(&request.target, planned, by, world)
}

/// Locks the plan, unless it is the one that is locked already.
///
/// # Errors
/// Those of the trail; then nothing was recorded.
pub fn lock(
    target: &DocumentTarget,
    planned: PlannedPolicy,
    by: LockedBy,
    world: &World<'_>,
) -> Result<RecordedDocument, Diagnostic> {
    let now = world.clock.now();
    let plan = PlanLock {
        schema: SCHEMA.into(),
        release_id: target.release.to_string(),
        locked_at: now.clone(),
        clock: world.clock.source(),
        policy: planned.policy,
        tasks: planned.tasks,
        run: by.run,
        tool: envelope::tool(by.image_digest),
        time_stamp: target.time_stamp.as_ref().map(TimeStampPolicy::recorded),
    };
    record(EntryKind::Plan, target, &envelope::to_bytes(&plan)?, &now, world)
}

/// Says what is locked, and where.
///
/// # Errors
/// `internal-error` for a plan that cannot be written as JSON.
pub fn show(locked: &RecordedDocument, output: OutputFormat, width: Width) -> Result<Output, Diagnostic> {
    let plan = plan_lock::parse(&locked.bytes)?;
    let view = locked.view();
    let stdout = match output {
        OutputFormat::Json => present::plan::json(&plan, &locked.appended)?,
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => {
            present::plan::text(&plan, &view, width)
        }
    };
    Ok(Output { stdout, ..Output::default() })
}
