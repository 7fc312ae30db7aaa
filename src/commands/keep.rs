//! Keeping a decision: both runs in a store, the envelope in a trail or a file.

mod kept;

use super::World;
use super::runs::Loaded;
use crate::domain::{ClusterRule, Code, Diagnostic, Plan, ProjectId, ReleaseId};
use crate::envelope::judged::{Circumstances, Judged};
use crate::envelope::{self, v1};
use crate::store::{Decided, Shelf, Stored};
use crate::trail::{self, Appended, Draft};

pub use kept::{Filed, Kept};
pub(super) use kept::{trail_line, where_kept};

/// Where the envelope goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nowhere: the verdict is all that is wanted.
    Nowhere,
    /// Into a file outside any trail.
    File(String),
    /// Into a trail.
    Trail {
        /// Which one.
        place: Place,
        /// The release decided.
        release: ReleaseId,
        /// Who is asked to stamp the entry.
        stamping: Option<Stamping>,
    },
}

/// Who is asked to stamp an entry, and what follows if they do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamping {
    /// The authority's URL.
    pub url: String,
    /// Nothing is recorded without a time stamp; otherwise the entry is recorded all the same.
    pub required: bool,
}

impl Stamping {
    fn recorded(&self) -> v1::TimeStamp {
        let policy = if self.required { v1::TimeStamp::REQUIRED } else { v1::TimeStamp::BEST_EFFORT };
        v1::TimeStamp { url: self.url.clone(), policy: policy.into() }
    }
}

/// Which store, and whose part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreAt {
    /// A folder, or the URL of a bucket.
    pub root: String,
    /// The project.
    pub project: ProjectId,
    /// Whole days after which a baseline that was found there is old enough for a warning.
    pub max_age_days: Option<u64>,
}

/// Which trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one under `audit/` of this folder.
    Folder(String),
    /// The one under `audit/` of a branch on GitHub.
    Branch {
        /// The branch.
        name: String,
        /// A file that gets the envelope's bytes too: later steps cannot reach into the branch.
        copy: String,
    },
}

/// A decision that is to be kept.
pub struct Decision<'a> {
    /// The runs that it is about.
    pub runs: &'a Loaded,
    /// What fixed the inference.
    pub plan: &'a Plan,
    /// The judgement.
    pub judged: &'a Judged,
    /// When and where it was made.
    pub circumstances: Circumstances,
}

/// Keeps both runs, then the envelope that names them, then a copy of it beside the runs. A kill in
/// between leaves runs without an envelope, and the same decision again goes on from there.
///
/// # Errors
/// Those of the store, the file or the trail; then no envelope was kept, unless the store failed to
/// take its copy.
pub fn keep(
    mut decision: Decision<'_>,
    keep: &Keep,
    store: Option<&StoreAt>,
    world: &World<'_>,
) -> Result<Kept, Diagnostic> {
    let Some(at) = store else {
        let filed = decision.file(keep, world)?;
        return Ok(Kept { filed, stored: None });
    };
    let place = world.stores.open(&at.root)?;
    let ts = decision.circumstances.decided_at.clone();
    let cluster_key = match &decision.plan.cluster {
        ClusterRule::Key(key) => Some(key.as_str()),
        ClusterRule::FromData | ClusterRule::Off => None,
    };
    let shelf = Shelf { place: &*place, project: &at.project, ts: &ts, cluster_key };
    let (baseline, candidate) = decision.runs.to_store();
    let (first, second) = shelf.keep(baseline, candidate, decision.decided()?)?;
    decision.circumstances.store = Some(v1::Store {
        root: at.root.clone(),
        project: at.project.to_string(),
        baseline: recorded(&first),
        candidate: recorded(&second),
    });
    let filed = decision.file(keep, world)?;
    let loose;
    let envelope = match &filed {
        Filed::File { bytes, .. } | Filed::Trail { bytes, .. } => bytes,
        Filed::Nowhere => {
            loose = decision.envelope(None)?;
            &loose
        }
    };
    shelf.seal(&second, envelope)?;
    Ok(Kept { filed, stored: decision.circumstances.store })
}

fn recorded(stored: &Stored) -> v1::StoredRun {
    v1::StoredRun {
        path: stored.path.clone(),
        sha256: stored.sha256.to_string(),
        version: stored.receipt.version.clone(),
        etag: stored.receipt.etag.clone(),
    }
}

impl Decision<'_> {
    fn envelope(&self, place: Option<(&str, u32, Option<v1::FileRef>)>) -> Result<Vec<u8>, Diagnostic> {
        envelope::to_bytes(&self.judged.envelope(place, &self.circumstances))
    }

    /// What a trail needs to know of it, whatever its place.
    fn facts(&self) -> Result<envelope::Facts, Diagnostic> {
        envelope::read(&self.envelope(None)?)
    }

    /// What the store keeps of it beside the candidate.
    fn decided(&self) -> Result<Decided, Diagnostic> {
        let (report, inputs) = (&self.judged.report, &self.judged.inputs);
        Ok(Decided {
            decision_sha256: self.facts()?.fingerprint.to_string(),
            verdict: report.verdict,
            delta: report.comparison.delta,
            p_value: report.comparison.p_value,
            parent_run_id: inputs.baseline.run_id.clone(),
        })
    }

    /// Puts the envelope where it belongs.
    fn file(&mut self, keep: &Keep, world: &World<'_>) -> Result<Filed, Diagnostic> {
        match keep {
            Keep::Nowhere => Ok(Filed::Nowhere),
            Keep::File(path) => {
                let bytes = self.envelope(None)?;
                world.files.write(path, &bytes)?;
                Ok(Filed::File { path: path.clone(), bytes })
            }
            Keep::Trail { place, release, stamping } => {
                self.circumstances.time_stamp = stamping.as_ref().map(Stamping::recorded);
                self.append(place, release, stamping.as_ref(), world)
            }
        }
    }

    fn append(
        &self,
        place: &Place,
        release: &ReleaseId,
        stamping: Option<&Stamping>,
        world: &World<'_>,
    ) -> Result<Filed, Diagnostic> {
        let port = world.trails.open(place)?;
        let mut unstamped = None;
        let mut stamp = |entry: &[u8]| {
            let Some(asked) = stamping else { return Ok(None) };
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
        let mut draft = Draft {
            release,
            facts: &self.facts()?,
            render: &mut |place| {
                self.envelope(Some((release.as_str(), place.attempt, place.supersedes.clone())))
            },
            stamp: &mut stamp,
            written_at: &self.circumstances.decided_at,
        };
        let appended = trail::append(&*port, &mut draft)?;
        if let (Appended::Exists(at), Some(Stamping { required: true, .. })) = (&appended, stamping)
            && !at.stamped
        {
            return Err(Code::TrailNotWritten
                .at(&at.path)
                .what("was recorded before without a time stamp, and one is required now")
                .next("decide under another release id, or with --timestamp best-effort"));
        }
        // Read back rather than remembered: what is shown and attached is what the trail holds.
        let in_trail = &appended.receipt().path;
        let bytes = port.read(in_trail)?;
        let (path, commit) = match place {
            Place::Folder(root) if root == "." => (in_trail.clone(), None),
            Place::Folder(root) => (format!("{}/{in_trail}", root.trim_end_matches('/')), None),
            Place::Branch { name, copy } => {
                world.files.write(copy, &bytes)?;
                (copy.clone(), port.revision().map(|commit| (name.clone(), commit)))
            }
        };
        Ok(Filed::Trail { appended, bytes, path, commit, unstamped })
    }
}
