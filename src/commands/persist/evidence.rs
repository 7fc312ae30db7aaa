//! The evidence of a decision: where its envelope and its runs stand.

use std::collections::BTreeMap;

use crate::commands::World;
use crate::commands::record::entry_facts;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::{Record, SuiteRecord, v1};
use crate::present::json;
use crate::report::evidence::{EvidenceView, TrailEntry};
use crate::trail::Appended;
use crate::view::{Items, Notice, TrailPlace};

/// Where the envelope went.
#[derive(Clone, Debug, PartialEq)]
pub enum EnvelopeLocation {
    /// Nowhere.
    Nowhere,
    /// Into this file.
    File {
        /// Its path.
        path: String,
        /// The envelope as it was written.
        bytes: Vec<u8>,
    },
    /// Into a trail, where it may have stood already.
    Trail {
        /// Its place in the trail.
        appended: Appended,
        /// The envelope as it stands there.
        bytes: Vec<u8>,
        /// A file with these bytes, from the current directory.
        path: String,
        /// The branch and the commit that hold it, where the trail is on a branch.
        commit: Option<(String, String)>,
        /// What changed since the attempt before.
        since: Option<Box<Notice>>,
        /// Why the authority that was asked gave no time stamp.
        unstamped: Option<String>,
    },
}

impl EnvelopeLocation {
    /// The envelope's bytes, where it was written.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Nowhere => None,
            Self::File { bytes, .. } | Self::Trail { bytes, .. } => Some(bytes),
        }
    }
}

/// Where the evidence of a decision stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Where the envelope stands.
    pub envelope: EnvelopeLocation,
    /// Where both runs stand, where a store was named.
    pub stored: Option<v1::Store>,
}

impl Evidence {
    /// Which attempt at its release the decision is; `None` outside any trail.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        match &self.envelope {
            EnvelopeLocation::Trail { appended, .. } => Some(appended.location().number),
            EnvelopeLocation::Nowhere | EnvelopeLocation::File { .. } => None,
        }
    }

    /// The file that later steps can read, and the envelope's bytes.
    #[must_use]
    pub fn file(&self) -> Option<(&str, &[u8])> {
        match &self.envelope {
            EnvelopeLocation::Nowhere => None,
            EnvelopeLocation::File { path, bytes } | EnvelopeLocation::Trail { path, bytes, .. } => {
                Some((path, bytes))
            }
        }
    }

    /// Why the entry has no time stamp although one was asked for.
    #[must_use]
    pub fn unstamped(&self) -> Option<&str> {
        match &self.envelope {
            EnvelopeLocation::Trail { unstamped, .. } => unstamped.as_deref(),
            EnvelopeLocation::Nowhere | EnvelopeLocation::File { .. } => None,
        }
    }

    /// What changed since the attempt before.
    pub(in crate::commands) fn since_last_attempt(&self) -> Option<Notice> {
        match &self.envelope {
            EnvelopeLocation::Trail { since, .. } => since.as_deref().cloned(),
            EnvelopeLocation::Nowhere | EnvelopeLocation::File { .. } => None,
        }
    }

    /// Where the trail holds the envelope, for whoever reads the decision.
    pub(in crate::commands) fn place(&self) -> Option<TrailPlace> {
        let EnvelopeLocation::Trail { appended, .. } = &self.envelope else { return None };
        let at = appended.location();
        Some(TrailPlace {
            path: at.path.clone(),
            index: at.index,
            entry_sha256: at.entry_sha256.to_string(),
            chain: None,
        })
    }

    /// Where the trail holds the envelope, for the JSON result.
    pub(in crate::commands) fn trail_entry(&self) -> Option<TrailEntry> {
        let EnvelopeLocation::Trail { appended, .. } = &self.envelope else { return None };
        let at = appended.location();
        Some(TrailEntry {
            path: at.path.clone(),
            sha256: at.sha256.to_string(),
            entry_index: at.index,
            entry_sha256: at.entry_sha256.to_string(),
            attempt: at.number,
            time_stamp: at.stamp(),
        })
    }

    /// Where envelope and runs stand, for people.
    pub(in crate::commands) fn view(&self) -> EvidenceView {
        let (said, mut facts) = match &self.envelope {
            EnvelopeLocation::Nowhere if self.stored.is_some() => {
                ("envelope kept in the store only", Vec::new())
            }
            EnvelopeLocation::Nowhere => (
                "no envelope was kept: name a release with --release-id, or a file with --envelope",
                Vec::new(),
            ),
            EnvelopeLocation::File { path, bytes } => (
                "written to a file outside any trail",
                vec![("", path.clone()), ("sha256 ", Digest::of(bytes).to_string())],
            ),
            EnvelopeLocation::Trail { appended, commit, unstamped, .. } => {
                let facts = entry_facts(appended.location(), unstamped.as_ref(), commit.as_ref());
                let said = match appended {
                    Appended::Exists(_) => {
                        "the same inputs were decided under the same plan before, so nothing was written"
                    }
                    Appended::Written(_) => "envelope appended to the trail",
                };
                (said, facts)
            }
        };
        if let Some(v1::Store { root, baseline, candidate, .. }) = &self.stored {
            facts.push(("store ", root.clone()));
            facts.push(("baseline ", baseline.path.clone()));
            facts.push(("candidate ", candidate.path.clone()));
        }
        EvidenceView { said, facts }
    }
}

/// A decision, and the evidence that was persisted of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PersistedDecision {
    /// The record of the judgement.
    pub record: Record,
    /// What became of the items.
    pub items: Items,
    /// Where runs and envelope stand.
    pub evidence: Evidence,
}

impl PersistedDecision {
    /// The result as one JSON object, also written to the file at `path` where one was asked for.
    ///
    /// # Errors
    /// `output-not-written`; `internal-error` for a number that is not finite.
    pub(in crate::commands) fn json(
        &self,
        path: Option<&str>,
        world: &World<'_>,
    ) -> Result<String, Diagnostic> {
        let object =
            json::gate(self.record.clone(), self.evidence.trail_entry(), self.evidence.stored.clone())?;
        if let Some(path) = path {
            world.files.write(path, object.as_bytes())?;
        }
        Ok(object)
    }
}

/// A decision about a suite, and the evidence that was persisted of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PersistedSuite {
    /// The record of the judgement.
    pub record: SuiteRecord,
    /// What became of the items of each task.
    pub items: BTreeMap<String, Items>,
    /// Where runs and envelope stand.
    pub evidence: Evidence,
}

impl PersistedSuite {
    /// Which attempt it is; 1 outside any trail.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.evidence.attempt().unwrap_or(1)
    }

    /// The verdict of this attempt.
    #[must_use]
    pub fn verdict(&self) -> v1::VerdictWord {
        self.record.verdict(self.attempt())
    }

    /// The result as one JSON object, also written to the file at `path` where one was asked for.
    ///
    /// # Errors
    /// `output-not-written`; `internal-error` for a number that is not finite.
    pub(in crate::commands) fn json(
        &self,
        path: Option<&str>,
        world: &World<'_>,
    ) -> Result<String, Diagnostic> {
        let object = json::suite(&self.record, self.attempt(), self.evidence.trail_entry())?;
        if let Some(path) = path {
            world.files.write(path, object.as_bytes())?;
        }
        Ok(object)
    }
}
