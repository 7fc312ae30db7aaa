//! Small plans and waivers that are valid and tell apart by one number.

use evalsig::domain::{Diagnostic, Digest, ReleaseId};
use evalsig::envelope::plan_lock::{self, PlanLock, PlannedBaseline, PlannedTask};
use evalsig::envelope::v1::{FileRef, TimeStamp, Tool};
use evalsig::envelope::waiver::{self, RecordedWaiver, Waiver};
use evalsig::envelope::{RepositoryFile, to_bytes};
use evalsig::trail::{self, Appended, EntryKind, NewDocument, Port, StampWith};

/// A plan for `release`; the number sets its policy apart from all others.
pub fn plan(release: &str, number: u64) -> PlanLock {
    PlanLock {
        schema: plan_lock::SCHEMA.into(),
        release_id: release.into(),
        locked_at: "2026-11-20T08:00:00Z".into(),
        clock: "a test".into(),
        policy: RepositoryFile {
            path: ".github/evalsig.yml".into(),
            r#ref: Some("main".into()),
            commit: None,
            sha256: Digest::of(&number.to_le_bytes()).to_string(),
        },
        tasks: vec![PlannedTask {
            name: "mmlu-pro".into(),
            role: "no-regression".into(),
            claim: "the candidate is not worse than the baseline by 0.01 or more".into(),
            metric: Some("accuracy".into()),
            better: "higher".into(),
            min_delta: 0.0,
            margin: Some(0.01),
            scale: "difference".into(),
            alpha: 0.05,
            power: 0.8,
            method: "auto".into(),
            cluster: "from-data".into(),
            baseline: PlannedBaseline {
                asked: "store:latest-allowed".into(),
                path: Some("default/base.parquet".into()),
                sha256: Some(Digest::of(b"base").to_string()),
            },
            planned_n: Some(12_000),
        }],
        run: None,
        tool: tool(),
        time_stamp: None,
    }
}

/// A waiver beside `decision`; the number sets its ticket apart from all others.
pub fn waiver(release: &str, decision: FileRef, number: u64) -> RecordedWaiver {
    RecordedWaiver {
        schema: waiver::SCHEMA.into(),
        release_id: release.into(),
        recorded_at: "2026-11-22T08:00:00Z".into(),
        clock: "a test".into(),
        file: RepositoryFile {
            path: ".github/evalsig-waivers.yml".into(),
            r#ref: Some("main".into()),
            commit: None,
            sha256: Digest::of(b"waivers").to_string(),
        },
        waiver: Waiver {
            release: Some(release.into()),
            commit: None,
            task: "mmlu-pro".into(),
            reason: "a known fault of the benchmark".into(),
            ticket: Some(format!("RISK-{number}")),
            approver: "head of risk".into(),
            candidate_sha256: Digest::of(b"candidate").to_string(),
            effective_until: "2026-12-24T00:00:00Z".into(),
        },
        decision,
        run: None,
        tool: tool(),
        time_stamp: None,
    }
}

fn tool() -> Tool {
    Tool {
        name: "evalsig".into(),
        version: "0.2.0".into(),
        git_sha: None,
        image_digest: None,
        target: "a test".into(),
    }
}

/// A decision that was recorded, as a waiver names it.
pub fn named(decision: &Appended) -> FileRef {
    let at = decision.location();
    FileRef { path: at.path.clone(), sha256: at.sha256.to_string() }
}

/// Appends a plan.
pub fn append_plan(port: &dyn Port, plan: &PlanLock) -> Result<Appended, Diagnostic> {
    let bytes = to_bytes(plan).expect("a plan can be written");
    append(port, &plan.release_id, EntryKind::Plan, &bytes, &plan.locked_at, &mut |_: &[u8]| Ok(None))
}

/// Appends a waiver.
pub fn append_waiver(port: &dyn Port, waiver: &RecordedWaiver) -> Result<Appended, Diagnostic> {
    let bytes = to_bytes(waiver).expect("a waiver can be written");
    append(port, &waiver.release_id, EntryKind::Waiver, &bytes, &waiver.recorded_at, &mut |_: &[u8]| Ok(None))
}

/// What an envelope says when nothing is recorded without a time stamp.
pub fn required() -> Option<TimeStamp> {
    Some(TimeStamp { url: "http://tsa.example".into(), policy: TimeStamp::REQUIRED.into() })
}

/// Appends a document.
pub fn append(
    port: &dyn Port,
    release: &str,
    kind: EntryKind,
    bytes: &[u8],
    written_at: &str,
    stamp: &mut StampWith<'_>,
) -> Result<Appended, Diagnostic> {
    let release: ReleaseId = release.parse().expect("a release id");
    trail::append_document(port, &mut NewDocument { release: &release, kind, bytes, stamp, written_at })
}
