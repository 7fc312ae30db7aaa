//! Where runs and envelope of a decision go, as a request asks for it.

use crate::domain::{ProjectId, ReleaseId};
use crate::envelope::v1;

/// Where the envelope goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvelopeTarget {
    /// Nowhere: the verdict is all that is wanted.
    Nowhere,
    /// Into a file outside any trail.
    File(String),
    /// Into a trail.
    Trail {
        /// Which one.
        trail: TrailTarget,
        /// The release decided.
        release: ReleaseId,
        /// Who is asked to stamp the entry.
        time_stamp: Option<TimeStampPolicy>,
    },
}

/// Who is asked to stamp an entry, and what follows if they do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampPolicy {
    /// The authority's URL.
    pub url: String,
    /// Nothing is recorded without a time stamp; otherwise the entry is recorded all the same.
    pub required: bool,
}

impl TimeStampPolicy {
    pub(super) fn recorded(&self) -> v1::TimeStamp {
        let policy = if self.required { v1::TimeStamp::REQUIRED } else { v1::TimeStamp::BEST_EFFORT };
        v1::TimeStamp { url: self.url.clone(), policy: policy.into() }
    }
}

/// Which store, and whose part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreTarget {
    /// A folder, or the URL of a bucket.
    pub root: String,
    /// The project.
    pub project: ProjectId,
    /// Whole days after which a baseline that was found there is old enough for a warning.
    pub max_age_days: Option<u64>,
}

/// Which trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailTarget {
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
