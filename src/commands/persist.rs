//! Persisting a decision: both runs in a store, the envelope in a trail or a file.

mod evidence;

use super::World;
use super::decide::Decision;
use super::targets::{EnvelopeTarget, StoreTarget, TimeStampPolicy, TrailTarget};
use crate::domain::{ClusterRule, Code, Diagnostic, ReleaseId};
use crate::envelope::{self, Circumstances, Record, v1};
use crate::store::{DecisionFacts, RunArchive, StoredFile};
use crate::trail::{self, Appended, NewEntry};

pub use evidence::{EnvelopeLocation, Evidence, PersistedDecision};

/// Persists both runs, then the envelope that names them, then a copy of it beside the runs. A kill in
/// between leaves runs without an envelope, and the same decision again goes on from there.
///
/// # Errors
/// Those of the store, the file or the trail; then no envelope was persisted, unless the store failed to
/// take its copy.
pub fn persist(
    decision: &Decision<'_>,
    target: &EnvelopeTarget,
    store: Option<&StoreTarget>,
    world: &World<'_>,
) -> Result<Evidence, Diagnostic> {
    let mut writer =
        EnvelopeWriter { record: &decision.record, circumstances: decision.circumstances.clone() };
    let Some(at) = store else {
        return Ok(Evidence { envelope: writer.write(target, world)?, stored: None });
    };
    let place = world.stores.open(&at.root)?;
    let ts = decision.circumstances.decided_at.clone();
    let cluster_key = match &decision.plan.cluster {
        ClusterRule::Key(key) => Some(key.as_str()),
        ClusterRule::FromData | ClusterRule::Off => None,
    };
    let archive = RunArchive { place: &*place, project: &at.project, ts: &ts, cluster_key };
    let (baseline, candidate) = decision.runs.to_store(&at.root);
    let (first, second) = archive.keep(baseline, candidate, writer.decided()?)?;
    writer.circumstances.store = Some(v1::Store {
        root: at.root.clone(),
        project: at.project.to_string(),
        baseline: recorded(&first),
        candidate: recorded(&second),
    });
    let envelope = writer.write(target, world)?;
    let unplaced;
    let bytes = match &envelope {
        EnvelopeLocation::File { bytes, .. } | EnvelopeLocation::Trail { bytes, .. } => bytes,
        EnvelopeLocation::Nowhere => {
            unplaced = writer.envelope(None)?;
            &unplaced
        }
    };
    archive.seal(&second, bytes)?;
    Ok(Evidence { envelope, stored: writer.circumstances.store })
}

fn recorded(stored: &StoredFile) -> v1::StoredRun {
    v1::StoredRun {
        path: stored.path.clone(),
        sha256: stored.sha256.to_string(),
        version: stored.version.id.clone(),
        etag: stored.version.etag.clone(),
    }
}

/// Writes the envelope of one decision to where it belongs.
struct EnvelopeWriter<'a> {
    record: &'a Record,
    circumstances: Circumstances,
}

impl EnvelopeWriter<'_> {
    fn envelope(&self, place: Option<(&str, u32, Option<v1::FileRef>)>) -> Result<Vec<u8>, Diagnostic> {
        envelope::to_bytes(&self.record.envelope(place, &self.circumstances))
    }

    /// What a trail needs to know of it, whatever its place.
    fn facts(&self) -> Result<envelope::Facts, Diagnostic> {
        envelope::read(&self.envelope(None)?)
    }

    /// What the store keeps of it beside the candidate.
    fn decided(&self) -> Result<DecisionFacts, Diagnostic> {
        let (report, inputs) = (&self.record.report, &self.record.inputs);
        Ok(DecisionFacts {
            decision_sha256: self.facts()?.fingerprint.to_string(),
            verdict: report.verdict,
            delta: report.comparison.delta,
            p_value: report.comparison.p_value,
            parent_run_id: inputs.baseline.run_id.clone(),
        })
    }

    /// Writes the envelope to where it belongs.
    fn write(&mut self, target: &EnvelopeTarget, world: &World<'_>) -> Result<EnvelopeLocation, Diagnostic> {
        match target {
            EnvelopeTarget::Nowhere => Ok(EnvelopeLocation::Nowhere),
            EnvelopeTarget::File(path) => {
                let bytes = self.envelope(None)?;
                world.files.write(path, &bytes)?;
                Ok(EnvelopeLocation::File { path: path.clone(), bytes })
            }
            EnvelopeTarget::Trail { trail, release, time_stamp } => {
                self.circumstances.time_stamp = time_stamp.as_ref().map(TimeStampPolicy::recorded);
                self.append(trail, release, time_stamp.as_ref(), world)
            }
        }
    }

    fn append(
        &self,
        trail: &TrailTarget,
        release: &ReleaseId,
        policy: Option<&TimeStampPolicy>,
        world: &World<'_>,
    ) -> Result<EnvelopeLocation, Diagnostic> {
        let port = world.trails.open(trail)?;
        let mut unstamped = None;
        let mut stamp = |entry: &[u8]| {
            let Some(asked) = policy else { return Ok(None) };
            // After a lost race only the last answer counts.
            unstamped = None;
            match world.time_stamps.ask(&asked.url, entry) {
                Err(error) if !asked.required => {
                    unstamped = Some(error.to_string());
                    Ok(None)
                }
                answer => answer.map(Some),
            }
        };
        let mut draft = NewEntry {
            release,
            facts: &self.facts()?,
            render: &mut |place| {
                self.envelope(Some((release.as_str(), place.attempt, place.supersedes.clone())))
            },
            stamp: &mut stamp,
            written_at: &self.circumstances.decided_at,
        };
        let appended = trail::append(&*port, &mut draft)?;
        if let (Appended::Exists(at), Some(TimeStampPolicy { required: true, .. })) = (&appended, policy)
            && !at.stamped
        {
            return Err(Code::TrailNotWritten
                .at(&at.path)
                .what("was recorded before without a time stamp, and one is required now")
                .next("decide under another release id, or with --timestamp best-effort"));
        }
        // Read back rather than remembered: what is shown and attached is what the trail holds.
        let in_trail = &appended.location().path;
        let bytes = port.read(in_trail)?;
        let (path, commit) = match trail {
            TrailTarget::Folder(root) if root == "." => (in_trail.clone(), None),
            TrailTarget::Folder(root) => (format!("{}/{in_trail}", root.trim_end_matches('/')), None),
            TrailTarget::Branch { name, copy } => {
                world.files.write(copy, &bytes)?;
                (copy.clone(), port.revision().map(|commit| (name.clone(), commit)))
            }
        };
        Ok(EnvelopeLocation::Trail { appended, bytes, path, commit, unstamped })
    }
}
