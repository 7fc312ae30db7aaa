//! Persisting a decision about a suite: the runs of every task in a store, one envelope for all of them.

use super::{EnvelopeWriter, Evidence, Recorded, cluster_key, decided, recorded};
use crate::commands::World;
use crate::commands::suite::{LoadedPair, SuiteDecision};
use crate::commands::targets::{EnvelopeTarget, StoreTarget};
use crate::domain::Diagnostic;
use crate::envelope::{self, Circumstances, Place, SuiteRecord, v1};
use crate::store::{Baseline, RunArchive, StoredFile};

impl Recorded for SuiteRecord {
    fn bytes(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> Result<Vec<u8>, Diagnostic> {
        envelope::to_bytes(&self.envelope(place, circumstances))
    }
}

/// Persists the runs of every task, then the envelope that names them, then a copy of it beside each candidate. A
/// kill in between leaves runs without an envelope, and the same decision again goes on from there.
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
    let stored = store.map(|at| keep(decision, at, &circumstances, world)).transpose()?;
    let mut writer = EnvelopeWriter { record: &decision.record, circumstances };
    let envelope = writer.write(target, world)?;
    if let (Some(at), Some(candidates)) = (store, stored) {
        let place = world.stores.open(&at.root)?;
        let ts = writer.circumstances.decided_at.clone();
        let archive = RunArchive { place: &*place, project: &at.project, ts: &ts, cluster_key: None };
        let unplaced;
        let bytes = match envelope.bytes() {
            Some(bytes) => bytes,
            None => {
                unplaced = writer.envelope(None)?;
                &unplaced
            }
        };
        for candidate in &candidates {
            archive.seal(candidate, bytes)?;
        }
    }
    Ok(Evidence { envelope, stored: None })
}

/// Stores every run and writes into the record where it stands. Gives the candidates that were decided about.
fn keep(
    decision: &mut SuiteDecision<'_>,
    at: &StoreTarget,
    circumstances: &Circumstances,
    world: &World<'_>,
) -> Result<Vec<StoredFile>, Diagnostic> {
    let place = world.stores.open(&at.root)?;
    let fingerprint = envelope::read(&decision.record.bytes(None, circumstances)?)?.fingerprint;
    // Of the suite, not of the task: a run of a rejected suite is no baseline for anything.
    let verdict = decision.record.suite.verdict;
    let mut candidates = Vec::new();
    for task in &decision.tasks {
        let name = task.task.name.as_str();
        let archive = RunArchive {
            place: &*place,
            project: &at.project,
            ts: &circumstances.decided_at,
            cluster_key: cluster_key(&task.task.plan.cluster),
        };
        match &task.runs {
            LoadedPair::First(run) => {
                let kept = recorded(&archive.keep_run(run.run())?);
                if let Some(first) = decision.record.first_runs.get_mut(name) {
                    first.store = Some(kept);
                }
            }
            LoadedPair::Compared(runs) => {
                let Some(record) = decision.record.tasks.get_mut(name) else { continue };
                let (baseline, candidate) = runs.to_store();
                let facts = decided(&record.record, fingerprint, verdict);
                let (first, second) = archive.keep(baseline, candidate, facts)?;
                record.store = Some(v1::Store {
                    root: at.root.clone(),
                    project: at.project.to_string(),
                    baseline: recorded(&first),
                    candidate: recorded(&second),
                });
                candidates.push(second);
                if let Some(anchor) = &task.anchor {
                    let kept = match anchor.to_store() {
                        Baseline::Stored(stored) => stored.clone(),
                        Baseline::Run(run) => archive.keep_run(run)?,
                    };
                    record.anchor_store = Some(recorded(&kept));
                }
            }
        }
    }
    Ok(candidates)
}
