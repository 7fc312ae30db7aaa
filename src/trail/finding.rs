//! What an examination of a trail can find, each kind under a stable name.

use crate::domain::named_enum;

named_enum! {
    /// How severe a finding is.
    pub enum Severity {
        /// The trail is not as it was written.
        Broken = "broken";
        /// The question cannot be answered from what is there.
        Undecided = "undecided";
        /// Worth knowing; changes nothing.
        Note = "note";
    }
}

macro_rules! kinds {
    ($($variant:ident = $name:literal, $about:literal, $next:literal;)+) => {
        named_enum! {
            /// A stable name for a kind of finding. Each has a row in `docs/trail.md`.
            pub enum FindingKind { $($variant = $name, $about;)+ }
        }

        impl FindingKind {
            /// It says that a newer version wrote something.
            pub(super) fn is_newer(self) -> bool {
                matches!(self, Self::Newer | Self::NewerUnreadable)
            }

            /// What to do next.
            #[must_use]
            pub fn next(self) -> &'static str {
                match self { $(Self::$variant => $next,)+ }
            }
        }
    };
}

kinds! {
    LineEndings = "line-endings", "Line endings were changed, nothing else: what a clone with core.autocrlf does.",
        "restore .gitattributes and check the files out again with core.autocrlf off";
    EntryDamaged = "entry-damaged", "The bytes of an entry are not those that were written.",
        "restore the file from another copy of the trail";
    EntryMissing = "entry-missing", "An envelope has no entry, so it stands outside the chain.",
        "restore the entry, or move away an envelope that evalsig did not append";
    EntryMisplaced = "entry-misplaced", "An entry stands for another envelope than the one beside it.",
        "put both files back where they were written";
    EnvelopeMissing = "envelope-missing", "An entry has no envelope.",
        "restore the envelope from another copy of the trail";
    EnvelopeChanged = "envelope-changed", "The bytes of an envelope are not those that its entry names.",
        "restore the file from another copy of the trail";
    EnvelopeUnreadable = "envelope-unreadable", "An envelope cannot be read, or contradicts itself.",
        "ask whoever wrote it: no release of evalsig writes such an envelope";
    EnvelopeMisplaced = "envelope-misplaced", "An envelope speaks of another release or attempt than its folder.",
        "put it back where it was written";
    SupersedesWrong = "supersedes-wrong", "An attempt does not name the attempt before it.",
        "look for an attempt that was removed or replaced";
    AttemptMissing = "attempt-missing", "The numbering of a release's attempts, plans or waivers has a gap.",
        "restore what is missing from another copy of the trail";
    AttemptsOutOfOrder = "attempts-out-of-order", "An attempt, plan or waiver was recorded before the one that it follows.",
        "look for entries that were exchanged";
    DecisionAbsent = "decision-absent", "A waiver names a decision that its release does not hold.",
        "look for a decision that was removed or replaced";
    IndexMissing = "index-missing", "The chain has a gap: no readable entry has this index.",
        "restore the entry from another copy of the trail";
    Fork = "fork", "Two entries claim the same place in the chain.",
        "find out which one is genuine: the next entry, or an anchor, names its hash";
    LinkBroken = "link-broken", "An entry is not the one that the next entry names.",
        "one of the two was rewritten: compare both with another copy of the trail";
    ReleaseCase = "release-case", "Two releases differ only in case, so some file systems would merge them.",
        "look for a folder that was copied or renamed";
    UnexpectedFile = "unexpected-file", "A file lies in the trail that does not belong to it.",
        "move it out of audit/";
    NotAFile = "not-a-file", "A symbolic link or special file lies in the trail; it was not followed.",
        "replace it by the file itself, or move it out of audit/";
    AttributesMissing = "attributes-missing", "No .gitattributes keeps git from changing line endings in the trail.",
        "restore .gitattributes with the line `audit/** -text`; the next append does so by itself";
    AttributesChanged = "attributes-changed", "The trail's own .gitattributes is not as evalsig wrote it.",
        "restore its bytes";
    TimeStampWrong = "time-stamp-wrong", "A time stamp does not show that the file beside it existed.",
        "compare with another copy of the trail; if another authority made it, add its certificate to --tsa-ca";
    TimeStampMissing = "time-stamp-missing", "An envelope says that a time stamp was required, and there is none.",
        "restore entry.tsr from another copy of the trail";
    SignatureWrong = "signature-wrong", "A signature is not one of the file beside it by whom you trust.",
        "compare with another copy of the trail; ask the signer which key it was";
    HistoryChanged = "history-changed", "A commit changed a file of the trail, which may only be added to.",
        "see who did it with `git show COMMIT`, and compare with another clone";
    HistoryRemoved = "history-removed", "A commit removed a file from the trail, which may only be added to.",
        "see who did it with `git show COMMIT`, and compare with another clone";
    InputDiffers = "input-differs", "A run is not the one that was judged.",
        "give the file whose SHA-256 the envelope names, or restore it from a copy of the store";
    NotReproduced = "not-reproduced", "The recorded inputs under the recorded plan give another result.",
        "compare the member that is named with the envelope: one of the two was changed";
    AnchorMissing = "anchor-missing", "Nothing in the trail has the hash that was kept elsewhere: it was cut or rewritten.",
        "compare with the copy that the anchor was taken from";
    HistoryCut = "history-cut", "Older commits are missing here, so git cannot show that none of them changed the trail.",
        "fetch them: `git fetch --unshallow`, or fetch-depth: 0 for actions/checkout";
    InputMissing = "input-missing", "A run that the envelope names is not at hand, so the decision was not made again.",
        "give --baseline and --candidate, or the store that the envelope names with --store";
    NoTrail = "no-trail", "There is no trail there.",
        "give the folder that holds audit/";
    NothingToVerify = "nothing-to-verify", "The trail holds no entry.",
        "append a decision with `evalsig gate --release-id`";
    ReleaseAbsent = "release-absent", "The trail holds no such release.",
        "look at the releases that it lists";
    LoneEnvelope = "lone-envelope", "Nothing outside the envelope says what its bytes should be.",
        "put its entry.json beside it, give --anchor, or verify the whole trail";
    NotAnchored = "not-anchored", "No hash kept elsewhere was given, so a trail rewritten whole would look the same.",
        "keep the head's hash outside this folder and give it as --anchor";
    NewerUnreadable = "newer-unreadable", "An entry was written by a newer version that this one cannot follow.",
        "verify with the newest evalsig";
    FeatureMissing = "feature-missing", "A signature or time stamp lies there, and this build of evalsig cannot check it.",
        "verify with an evalsig that has the feature that is named; a released one has all";
    Newer = "newer", "Written by a newer version; checked as far as this version knows the format.",
        "verify with the newest evalsig to check the rest";
    OtherEngine = "other-engine", "Another version of evalsig decided; numbers were held to a share of 1e-9.",
        "nothing, or take the version that the plan names to compare bit by bit";
    TimeStampApart = "time-stamp-apart", "A time stamp is more than a day away from the time that its entry names.",
        "ask why: nothing vouches for the time between, and a trail written anew is stamped anew";
    NotStamped = "not-stamped", "No time stamp lies beside an entry.",
        "nothing: the time stamp of a later entry holds it too";
    NotSigned = "not-signed", "No signature by whom you named lies beside an envelope.",
        "ask the signer whether there was one; git, a mirror's receipt or an export would show it";
    TimeStamp = "time-stamp", "A time stamp lies there, and whether its authority is to be believed was not checked.",
        "name the authority's certificates with --tsa-ca";
    Signature = "signature", "A signature, or what belongs to one, lies there, and was not checked.",
        "check it with --key, or --identity, --issuer and --trusted-root, or with the tool that made it";
    Leftover = "leftover", "A writer was killed here, or is at work.",
        "nothing: it is not part of the trail, and the next append sweeps it";
}

impl FindingKind {
    /// An invalid or missing time stamp or signature of an entry.
    pub(super) fn is_beside(self) -> bool {
        matches!(self, Self::TimeStampWrong | Self::TimeStampMissing | Self::SignatureWrong)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// How much it weighs.
    pub severity: Severity,
    /// The file, from the folder that holds `audit/`; empty where the whole trail is meant.
    pub path: String,
    /// Its place in the chain, where that is known.
    pub index: Option<u64>,
    /// What would be right.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Finding {
    fn new(kind: FindingKind, severity: Severity, path: impl Into<String>) -> Self {
        Self { kind, severity, path: path.into(), index: None, expected: String::new(), found: String::new() }
    }

    /// The trail, or a run that it names, is not as it was written.
    #[must_use]
    pub fn broken(kind: FindingKind, path: impl Into<String>) -> Self {
        Self::new(kind, Severity::Broken, path)
    }

    /// The question cannot be answered from what is there.
    #[must_use]
    pub fn undecided(kind: FindingKind, path: impl Into<String>) -> Self {
        Self::new(kind, Severity::Undecided, path)
    }

    /// Worth knowing.
    #[must_use]
    pub fn note(kind: FindingKind, path: impl Into<String>) -> Self {
        Self::new(kind, Severity::Note, path)
    }

    /// Order in a report: what weighs most, then the chain from its start. What has no known place
    /// in the chain is likelier the cause than the effect of what has one, so it comes before; what
    /// commits did comes first of all, and keeps the order of the commits.
    pub(super) fn rank(&self) -> (Severity, u64, &str) {
        let outside = matches!(
            self.kind,
            FindingKind::UnexpectedFile
                | FindingKind::NotAFile
                | FindingKind::ReleaseCase
                | FindingKind::AttributesMissing
                | FindingKind::AttributesChanged
                | FindingKind::AnchorMissing
        );
        let past = matches!(self.kind, FindingKind::HistoryChanged | FindingKind::HistoryRemoved);
        let path = if past { "" } else { &self.path };
        (self.severity, self.index.unwrap_or(if outside { u64::MAX } else { 0 }), path)
    }

    /// Names its place in the chain.
    #[must_use]
    pub fn at(mut self, index: impl Into<Option<u64>>) -> Self {
        self.index = index.into();
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says what is there.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::FindingKind;

    #[test]
    fn kinds_are_unique_and_kebab_case() {
        let names: BTreeSet<_> = FindingKind::ALL.iter().map(|k| k.as_str()).collect();
        assert_eq!(names.len(), FindingKind::ALL.len());
        assert!(names.iter().all(|n| n.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
    }
}
