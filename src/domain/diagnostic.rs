//! Errors as people meet them: a stable code, where it is, what is wrong, and what to do next.

use std::fmt;

use super::named_enum::named_enum;

/// Whose fault it is decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Bad usage or policy.
    Usage,
    /// Bad data.
    Data,
    /// A bug in evalsig.
    Internal,
    /// The trail or the store could not be written.
    CannotCreate,
    /// GitHub or the network gave up within the deadline.
    TryLater,
    /// Permission refused.
    NoPermission,
}

impl Exit {
    /// Every failure, in the order of its code.
    pub const ALL: [Self; 6] =
        [Self::Usage, Self::Data, Self::Internal, Self::CannotCreate, Self::TryLater, Self::NoPermission];

    /// The process exit code (BSD sysexits).
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Usage => 64,
            Self::Data => 65,
            Self::Internal => 70,
            Self::CannotCreate => 73,
            Self::TryLater => 75,
            Self::NoPermission => 77,
        }
    }
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $exit:ident, $about:literal;)+) => {
        named_enum! {
            /// A stable name for a kind of error. Each has a heading of its own in `docs/errors.md`.
            pub enum Code { $($variant = $name, $about;)+ }
        }

        impl Code {
            /// How the process ends.
            #[must_use]
            pub fn exit(self) -> Exit {
                match self { $(Self::$variant => Exit::$exit,)+ }
            }
        }
    };
}

codes! {
    BadUsage = "bad-usage", Usage, "A flag, an input or a combination of them cannot be used.";
    BadPolicy = "bad-policy", Usage, "A policy or waiver file cannot be used as it stands.";
    BadReleaseId = "bad-release-id", Usage, "The release id cannot name a folder of the trail.";
    MethodDoesNotFit = "method-does-not-fit", Usage, "The method asked for does not fit the data.";
    FeatureMissing = "feature-missing", Usage, "This build of evalsig lacks the feature that was asked for.";
    FileUnreadable = "file-unreadable", Data, "A file cannot be opened or read.";
    FormatUnknown = "format-unknown", Data, "The bytes are in no format that evalsig reads.";
    RunMalformed = "run-malformed", Data, "A run file breaks its format.";
    RunAmbiguous = "run-ambiguous", Data, "A file holds more than one run, metric or filter, and none was chosen.";
    RunUnfinished = "run-unfinished", Data, "The log says that its run failed, was stopped or is invalid.";
    ScoreOutOfRange = "score-out-of-range", Data, "A score lies outside the range that its metric has.";
    DuplicateItem = "duplicate-item", Data, "An item occurs twice in one epoch of one run.";
    UnscoredItems = "unscored-items", Data, "Items carry no score and the plan refuses such a run.";
    ClusterIncomplete = "cluster-incomplete", Data, "Some items carry a cluster and some do not.";
    ClusterConflict = "cluster-conflict", Data, "The two runs put an item into different clusters.";
    ClusterMissing = "cluster-missing", Data, "A cluster key was asked for that the data do not carry.";
    SliceMissing = "slice-missing", Data, "A slice key was asked for that the data do not carry.";
    SliceConflict = "slice-conflict", Data, "An item is in one slice here and in another one there.";
    RunsDiffer = "runs-differ", Data, "The two runs are not of the same task, metric or items.";
    NoOverlap = "no-overlap", Data, "The two runs share no scored item.";
    TooFewItems = "too-few-items", Data, "The method asked for needs more items.";
    StateDoesNotFit = "state-does-not-fit", Data, "A state file of watch does not fit the runs or the plan, or is damaged.";
    EnvelopeUnreadable = "envelope-unreadable", Data, "An envelope, entry or anchor cannot be read.";
    TrailNotWritten = "trail-not-written", CannotCreate, "The trail could not be written; nothing was half-written.";
    TrailBroken = "trail-broken", CannotCreate, "The trail is damaged, so evalsig refuses to extend it.";
    TrailNewer = "trail-newer", CannotCreate, "The trail was written by a newer version, so this one refuses to extend it.";
    StoreNotWritten = "store-not-written", CannotCreate, "The store could not be written; nothing was half-written.";
    StoreUnreachable = "store-unreachable", TryLater, "The store's bucket did not answer as it should within the deadline.";
    StoreRefused = "store-refused", NoPermission, "The credentials may not do what was asked of the store's bucket.";
    TimeStampRefused = "time-stamp-refused", TryLater, "The time-stamping authority gave no time stamp that can be kept.";
    RunNotFound = "run-not-found", Data, "The store holds no run that answers to this name.";
    EventUnreadable = "event-unreadable", Data, "The payload of the event does not name the commit that it is about.";
    OutputNotWritten = "output-not-written", CannotCreate, "What was asked for could not be written: a file, or the result itself.";
    GithubUnreachable = "github-unreachable", TryLater, "GitHub did not answer as it should within the deadline.";
    GithubRefused = "github-refused", TryLater, "GitHub refused a request for a reason that evalsig does not know.";
    Interrupted = "interrupted", TryLater, "The job was cancelled or timed out before there was a verdict.";
    PermissionRefused = "permission-refused", NoPermission, "The token may not do what was asked of it.";
    PushRefused = "push-refused", NoPermission, "A rule of the repository refuses commits to the audit branch.";
    Bug = "internal-error", Internal, "A bug in evalsig; please report it.";
}

impl Code {
    /// Where `docs/errors.md` says more about it. Of the main branch: names stay, and a build may be of no release.
    #[must_use]
    pub fn page(self) -> String {
        format!("{}/blob/main/docs/errors.md#{}", env!("CARGO_PKG_REPOSITORY"), self.as_str())
    }

    /// Begins a diagnostic at `place`: a file, a flag, `file: items[41].score`.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Diagnostic {
        Diagnostic { code: self, place: place.into(), what: String::new(), next: String::new() }
    }
}

/// An error: a stable code, where it is, what is wrong, and what to do next.
///
/// The text may quote run files, paths and replies; whoever prints it makes it safe for its
/// destination (`present::safe`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostic {
    /// The kind of error.
    pub code: Code,
    /// Where: a file, a flag, a path inside a file.
    pub place: String,
    /// What was found, and what was expected.
    pub what: String,
    /// What to do next; may be empty.
    pub next: String,
}

impl Diagnostic {
    /// Says what was found, and what was expected.
    #[must_use]
    pub fn what(mut self, what: impl Into<String>) -> Self {
        self.what = what.into();
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }

    /// Puts a larger place before the place: the file before the field.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.place =
            if self.place.is_empty() { outer.to_owned() } else { format!("{outer}: {}", self.place) };
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        write!(f, "{}", self.what)?;
        if !self.next.is_empty() {
            write!(f, "; {}", self.next)?;
        }
        write!(f, " [{}]", self.code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Code;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }

    #[test]
    fn an_error_says_where_what_and_what_next() {
        let error = Code::RunMalformed
            .at("items[41].score")
            .what("is \"n/a\", expected a number")
            .next("drop the item or set it to null")
            .within("baseline.json");
        assert_eq!(
            error.to_string(),
            "baseline.json: items[41].score: is \"n/a\", expected a number; drop the item or set it to null [run-malformed]"
        );
    }
}
