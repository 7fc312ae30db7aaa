//! Persisting a decision about a suite: the runs of every task in a store, one envelope for all of them.

use super::{EnvelopeLocation, EnvelopeWriter, Evidence, Recorded, cluster_key, decided, recorded};
use crate::commands::World;
use crate::commands::record::{self as document, DocumentTarget};
use crate::commands::suite::{LoadedPair, SuiteDecision};
use crate::commands::targets::{EnvelopeTarget, StoreTarget};
use crate::domain::Diagnostic;
use crate::envelope::waiver::{self, RecordedWaiver, Waiver};
use crate::envelope::{self, Circumstances, Place, SuiteRecord, v1};
use crate::store::{Baseline, ObjectStore, RunArchive, StoredFile};
use crate::trail::EntryKind;

impl Recorded for SuiteRecord {
    fn bytes(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> Result<Vec<u8>, Diagnostic> {
        envelope::to_bytes(&self.envelope(place, circumstances))
    }
}

/// Persists the runs of every task, then the envelope that names them, then a copy of it beside each candidate and
/// each first run. A kill in between leaves runs without an envelope, and the same decision again goes on from there.
///
/// # Errors
/// Those of the store, the file or the trail; then no envelope was persisted, unless the store failed to take its
/// copies.
pub fn persist_suite(
    decision: &mut SuiteDecision<'_>,
    target: &EnvelopeTarget,
    store: Option<&StoreTarget>,
    world: &World<'_>,
) -> Result<Evidence, Diagnostic> {
    let circumstances = decision.circumstances.clone();
    let ts = circumstances.decided_at.clone();
    let store = match store {
        Some(at) => Some((at, world.stores.open(&at.root)?)),
        None => None,
    };
    let sealed = match &store {
        Some((at, place)) => keep(decision, at, &**place, &circumstances)?,
        None => Vec::new(),
    };
    let mut writer = EnvelopeWriter { record: &decision.record, circumstances };
    let envelope = writer.write(target, world)?;
    record_waivers(&decision.record, target, &envelope, &writer.circumstances, world)?;
    if let Some((at, place)) = &store {
        let archive = RunArchive { place: &**place, project: &at.project, ts: &ts, cluster_key: None };
        archive.seal(&sealed, &writer.bytes_at(&envelope)?)?;
    }
    Ok(Evidence { envelope, stored: None })
}

/// Stores every run and writes into the record where it stands. Gives those that the envelope belongs beside: the
/// candidates, and first runs, which are later found by what it says of them.
fn keep(
    decision: &mut SuiteDecision<'_>,
    at: &StoreTarget,
    place: &dyn ObjectStore,
    circumstances: &Circumstances,
) -> Result<Vec<StoredFile>, Diagnostic> {
    let fingerprint = envelope::read(&decision.record.bytes(None, circumstances)?)?.fingerprint;
    // Of the suite, not of the task: a run of a rejected suite is no baseline for anything.
    let verdict = decision.record.suite.verdict;
    let mut sealed = Vec::new();
    for task in &decision.tasks {
        let name = task.task.name.as_str();
        let archive = RunArchive {
            place,
            project: &at.project,
            ts: &circumstances.decided_at,
            cluster_key: cluster_key(&task.task.plan.cluster),
        };
        match &task.runs {
            LoadedPair::First(run) => {
                let kept = archive.keep_run(run.run())?;
                if let Some(first) = decision.record.first_runs.get_mut(name) {
                    first.store = Some(recorded(&kept));
                }
                sealed.push(kept);
            }
            LoadedPair::Compared(runs) => {
                let Some(record) = decision.record.tasks.get_mut(name) else { continue };
                let (baseline, candidate) = runs.to_store(&at.root);
                let facts = decided(&record.record, fingerprint, verdict);
                let (first, second) = archive.keep(baseline, candidate, facts)?;
                record.store = Some(v1::Store {
                    root: at.root.clone(),
                    project: at.project.to_string(),
                    baseline: recorded(&first),
                    candidate: recorded(&second),
                    repeats: Vec::new(),
                });
                sealed.push(second);
                if let Some(anchor) = &task.anchor {
                    let kept = match anchor.to_store(&at.root) {
                        Baseline::Stored(stored) => stored.clone(),
                        Baseline::Run(run) => archive.keep_run(run)?,
                    };
                    record.anchor_store = Some(recorded(&kept));
                }
            }
        }
    }
    Ok(sealed)
}

/// Appends an entry for each waiver in force, which names the decision that it stands beside.
fn record_waivers(
    record: &SuiteRecord,
    target: &EnvelopeTarget,
    location: &EnvelopeLocation,
    circumstances: &Circumstances,
    world: &World<'_>,
) -> Result<(), Diagnostic> {
    let EnvelopeTarget::Trail { trail, release, time_stamp } = target else { return Ok(()) };
    let EnvelopeLocation::Trail { appended, .. } = location else { return Ok(()) };
    let Some(file) = &record.waivers.file else { return Ok(()) };
    let target =
        DocumentTarget { trail: trail.clone(), release: release.clone(), time_stamp: time_stamp.clone() };
    let at = appended.location();
    for waiver in &record.waivers.in_force {
        let document = RecordedWaiver {
            schema: waiver::SCHEMA.into(),
            release_id: release.to_string(),
            recorded_at: circumstances.decided_at.clone(),
            clock: circumstances.clock.clone(),
            file: file.clone(),
            waiver: Waiver {
                release: waiver.release.clone(),
                commit: waiver.commit.clone(),
                task: waiver.task.clone(),
                reason: waiver.reason.clone(),
                ticket: Some(waiver.ticket.clone()),
                approver: waiver.approver.clone(),
                candidate_sha256: waiver.candidate_sha256.clone(),
                effective_until: waiver.effective_until.clone(),
            },
            decision: v1::FileRef { path: at.path.clone(), sha256: at.sha256.to_string() },
            run: circumstances.run.clone(),
            tool: envelope::tool(circumstances.image_digest.clone()),
            time_stamp: circumstances.time_stamp.clone(),
        };
        let bytes = envelope::to_bytes(&document)?;
        document::record(EntryKind::Waiver, &target, &bytes, &circumstances.decided_at, world)?;
    }
    Ok(())
}
