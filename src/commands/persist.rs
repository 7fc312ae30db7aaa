//! Persisting a decision: both runs in a store, the envelope in a trail or a file.

mod evidence;
mod suite;

use std::borrow::Cow;

use super::World;
use super::decide::Decision;
use super::record::{Stamping, within_reach};
use super::targets::{EnvelopeTarget, StoreTarget, TimeStampPolicy, TrailTarget};
use crate::domain::{ClusterRule, Diagnostic, Digest, ReleaseId};
use crate::envelope::{self, Circumstances, Place, Record, v1};
use crate::store::{Baseline, DecisionFacts, RunArchive, StoredFile};
use crate::trail::{self, NewEntry};
use crate::view;

pub use evidence::{EnvelopeLocation, Evidence, PersistedDecision, PersistedSuite};
pub use suite::persist_suite;

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
    let cluster_key = cluster_key(&decision.plan.cluster);
    let archive = RunArchive { place: &*place, project: &at.project, ts: &ts, cluster_key };
    let (baseline, candidate) = decision.runs.to_store(&at.root);
    let decided = decided(&decision.record, writer.facts()?.fingerprint, decision.record.report.verdict);
    let (first, second) = archive.keep(baseline, candidate, decided)?;
    let mut repeats = Vec::new();
    for run in decision.runs.repeats_to_store(&at.root) {
        repeats.push(match run {
            Baseline::Stored(stored) => recorded(stored),
            Baseline::Run(run) => recorded(&archive.keep_run(run)?),
        });
    }
    writer.circumstances.store = Some(v1::Store {
        root: at.root.clone(),
        project: at.project.to_string(),
        baseline: recorded(&first),
        candidate: recorded(&second),
        repeats,
    });
    let envelope = writer.write(target, world)?;
    archive.seal(std::slice::from_ref(&second), &writer.bytes_at(&envelope)?)?;
    Ok(Evidence { envelope, stored: writer.circumstances.store })
}

/// The metadata field that clusters were read from, where one was named.
fn cluster_key(rule: &ClusterRule) -> Option<&str> {
    match rule {
        ClusterRule::Key(key) => Some(key.as_str()),
        ClusterRule::FromData | ClusterRule::Off => None,
    }
}

/// What the store keeps of a decision beside the candidate.
fn decided(record: &Record, fingerprint: Digest, verdict: v1::VerdictWord) -> DecisionFacts {
    let comparison = &record.report.comparison;
    DecisionFacts {
        decision_sha256: fingerprint.to_string(),
        verdict,
        delta: comparison.delta,
        p_value: comparison.p_value,
        parent_run_id: record.inputs.baseline.run_id.clone(),
    }
}

fn recorded(stored: &StoredFile) -> v1::StoredRun {
    v1::StoredRun {
        path: stored.path.clone(),
        sha256: stored.sha256.to_string(),
        version: stored.version.id.clone(),
        etag: stored.version.etag.clone(),
    }
}

/// What an envelope is made of, apart from its place and its moment.
trait Recorded {
    /// The bytes of the envelope at its place in a trail (`None`: outside any).
    fn bytes(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> Result<Vec<u8>, Diagnostic>;
}

impl Recorded for Record {
    fn bytes(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> Result<Vec<u8>, Diagnostic> {
        envelope::to_bytes(&self.envelope(place, circumstances))
    }
}

/// Writes the envelope of one decision to where it belongs.
struct EnvelopeWriter<'a> {
    record: &'a dyn Recorded,
    circumstances: Circumstances,
}

impl EnvelopeWriter<'_> {
    fn envelope(&self, place: Option<Place<'_>>) -> Result<Vec<u8>, Diagnostic> {
        self.record.bytes(place, &self.circumstances)
    }

    /// The bytes of the envelope as it was written; where it was written nowhere, as it would be outside any trail.
    fn bytes_at<'a>(&self, location: &'a EnvelopeLocation) -> Result<Cow<'a, [u8]>, Diagnostic> {
        match location.bytes() {
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => self.envelope(None).map(Cow::Owned),
        }
    }

    /// What a trail needs to know of it, whatever its place.
    fn facts(&self) -> Result<envelope::Facts, Diagnostic> {
        envelope::read(&self.envelope(None)?)
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
        let mut stamping = Stamping::new(policy, world);
        let mut draft = NewEntry {
            release,
            facts: &self.facts()?,
            render: &mut |place| {
                self.envelope(Some((release.as_str(), place.attempt, place.supersedes.clone())))
            },
            stamp: &mut |entry| stamping.ask(entry),
            written_at: &self.circumstances.decided_at,
        };
        let appended = trail::append(&*port, &mut draft)?;
        stamping.holds(&appended)?;
        // Read back rather than remembered: what is shown and attached is what the trail holds.
        let in_trail = &appended.location().path;
        let bytes = port.read(in_trail)?;
        let (path, commit) = within_reach(trail, in_trail, &bytes, &*port, world)?;
        // For those who are told; the chain is no matter of this.
        let since = view::since_last_attempt(&bytes, |path| port.read(path).ok()).map(Box::new);
        Ok(EnvelopeLocation::Trail { appended, bytes, path, commit, since, unstamped: stamping.failed })
    }
}
