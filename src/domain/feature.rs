//! The parts of the program that a build can leave out.

use super::named_enum::named_enum;
use super::{Diagnostic, errors};

named_enum! {
    /// A part of the program that a build can leave out: a feature of the package, of which the default is all.
    ///
    /// Where one is missing the rest has the same faces, in files under `not_built/`, and whatever needs it ends with
    /// `feature-missing`.
    pub enum Feature {
        Buckets = "buckets", "Stores, and mirrors of trails, in buckets of S3, Google Cloud and Azure.";
        GitHub = "github", "Check runs, comments, commits and the trail's branch through GitHub's API.";
        Signatures = "signatures", "Checks of signatures: by a key, and by Sigstore's certificates.";
        TimeStamps = "timestamps", "Requests for RFC 3161 time stamps, and checks of them.";
    }
}

impl Feature {
    /// Whether this build has it.
    #[must_use]
    pub fn is_built(self) -> bool {
        match self {
            Self::Buckets => cfg!(feature = "buckets"),
            Self::GitHub => cfg!(feature = "github"),
            Self::Signatures => cfg!(feature = "signatures"),
            Self::TimeStamps => cfg!(feature = "timestamps"),
        }
    }

    /// That this build lacks it, in words.
    #[must_use]
    pub fn is_missing(self) -> String {
        format!("this build of evalsig lacks the feature {:?}", self.as_str())
    }

    /// Refuses what needs a feature that this build lacks. `place` is the flag, input or URL that asks for it.
    ///
    /// # Errors
    /// `feature-missing`.
    pub fn require(self, place: &str) -> Result<(), Diagnostic> {
        if self.is_built() { Ok(()) } else { Err(self.refuse(place)) }
    }

    /// The error that names the feature which `place` needs.
    #[must_use]
    pub fn refuse(self, place: &str) -> Diagnostic {
        errors::feature_missing(place, &self.is_missing(), self.as_str())
    }
}
