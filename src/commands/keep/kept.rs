//! What was kept of a decision, and how that is told.

use crate::domain::Digest;
use crate::envelope::v1;
use crate::present::{self, json};
use crate::trail::Appended;

/// Where the envelope went.
#[derive(Clone, Debug, PartialEq)]
pub enum Filed {
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
        /// Why the authority that was asked gave no time stamp.
        unstamped: Option<String>,
    },
}

/// What was kept of a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Where the envelope went.
    pub filed: Filed,
    /// Where both runs went, where a store was named.
    pub stored: Option<v1::Store>,
}

impl Kept {
    /// Which attempt at its release the decision is; `None` outside any trail.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        match &self.filed {
            Filed::Trail { appended, .. } => Some(appended.receipt().attempt),
            Filed::Nowhere | Filed::File { .. } => None,
        }
    }

    /// The file that later steps can read, and the envelope's bytes.
    #[must_use]
    pub fn file(&self) -> Option<(&str, &[u8])> {
        match &self.filed {
            Filed::Nowhere => None,
            Filed::File { path, bytes } | Filed::Trail { path, bytes, .. } => Some((path, bytes)),
        }
    }

    /// Why the entry has no time stamp although one was asked for.
    #[must_use]
    pub fn unstamped(&self) -> Option<&str> {
        match &self.filed {
            Filed::Trail { unstamped, .. } => unstamped.as_deref(),
            Filed::Nowhere | Filed::File { .. } => None,
        }
    }
}

/// Where the trail holds the envelope, for the JSON result.
pub(in crate::commands) fn trail_line(kept: &Kept) -> Option<json::TrailLine> {
    let Filed::Trail { appended, .. } = &kept.filed else { return None };
    let at = appended.receipt();
    Some(json::TrailLine {
        path: at.path.clone(),
        sha256: at.sha256.to_string(),
        entry_index: at.index,
        entry_sha256: at.entry_sha256.to_string(),
        attempt: at.attempt,
        time_stamp: at.stamp(),
    })
}

/// Where envelope and runs went, for people.
pub(in crate::commands) fn where_kept(kept: &Kept) -> present::kept::Kept {
    let (said, mut facts) = match &kept.filed {
        Filed::Nowhere if kept.stored.is_some() => ("envelope kept in the store only", Vec::new()),
        Filed::Nowhere => {
            ("no envelope was kept: name a release with --release-id, or a file with --envelope", Vec::new())
        }
        Filed::File { path, bytes } => (
            "written to a file outside any trail",
            vec![("", path.clone()), ("sha256 ", Digest::of(bytes).to_string())],
        ),
        Filed::Trail { appended, commit, unstamped, .. } => {
            let at = appended.receipt();
            let mut facts = vec![
                ("", at.path.clone()),
                ("sha256 ", at.sha256.to_string()),
                ("entry ", at.index.to_string()),
                ("entry sha256 ", at.entry_sha256.to_string()),
            ];
            facts.extend(at.stamp().map(|path| ("time stamp ", path)));
            facts.extend(unstamped.as_ref().map(|why| ("no time stamp: ", why.clone())));
            if let Some((branch, commit)) = commit {
                facts.push(("branch ", branch.clone()));
                facts.push(("commit ", commit.clone()));
            }
            let said = match appended {
                Appended::Exists(_) => {
                    "the same inputs were decided under the same plan before, so nothing was written"
                }
                Appended::Written(_) => "envelope appended to the trail",
            };
            (said, facts)
        }
    };
    if let Some(v1::Store { root, baseline, candidate, .. }) = &kept.stored {
        facts.push(("store ", root.clone()));
        facts.push(("baseline ", baseline.path.clone()));
        facts.push(("candidate ", candidate.path.clone()));
    }
    present::kept::Kept { said, facts }
}
