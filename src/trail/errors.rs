//! Error messages of this room, one named constructor a message, beside its code.

use std::fmt::Display;

use super::finding::Finding;
use super::layout::Slot;
use crate::domain::{Code, Diagnostic, ReleaseId};
use crate::envelope::{Facts, replay::Difference, v1::FileRef};

/// An anchor is a commit id, and the trail lies in no git repository.
pub(super) fn commit_without_repository(hash: &dyn Display) -> Diagnostic {
    Code::BadUsage
        .at("--anchor")
        .what(format!("{hash} is the id of a git commit, and this trail is in no git repository"))
        .next("give the SHA-256 of an entry or envelope, or name a branch: git:BRANCH")
}

/// An append lost the race against other writers `passes` times.
pub(super) fn races_lost(release: &ReleaseId, passes: u32) -> Diagnostic {
    Code::TrailNotWritten
        .at(release.as_str())
        .what(format!("other writers were first {passes} times in a row"))
        .next("run again when fewer are at work")
}

/// The trail holds an entry of a newer version.
pub(super) fn newer_entry(finding: &Finding) -> Diagnostic {
    Code::TrailNewer
        .at(&finding.path)
        .what(format!("was written as {:?}, newer than this version", finding.found))
        .next("use the evalsig that wrote it, or a newer one")
}

/// The trail is broken, so that nothing may be appended.
pub(super) fn broken(finding: &Finding) -> Diagnostic {
    Code::TrailBroken
        .at(&finding.path)
        .what(format!("{} Expected {}, found {}", finding.kind.about(), finding.expected, finding.found))
        .next(format!("{}; `evalsig verify` lists everything", finding.kind.next()))
}

/// A file system without case would put both releases into one folder.
pub(super) fn release_differs_in_case(release: &ReleaseId, other: &ReleaseId) -> Diagnostic {
    Code::BadReleaseId
        .at(release.as_str())
        .what(format!("differs only in case from release {other} of this trail"))
        .next(format!("write {other}, or choose another id"))
}

/// The same decision is recorded with another result.
pub(super) fn recorded_otherwise(path: &str, difference: &Difference) -> Diagnostic {
    Code::TrailNotWritten
        .at(path)
        .what(format!(
            "records the same inputs under the same plan with {} {}, and it is {} now",
            difference.member, difference.recorded, difference.again
        ))
        .next("this is a bug in evalsig, or the recorded decision was made elsewhere; please report it")
}

/// The attempts at a release are about another task or metric.
pub(super) fn other_subject(release: &ReleaseId, recorded: &Facts, new: &Facts) -> Diagnostic {
    Code::BadReleaseId
        .at(release.as_str())
        .what(format!(
            "decides {} already, and this decision is about {}; it would supersede the other one",
            recorded.subject, new.subject
        ))
        .next("decide each task and metric under a release id of its own, such as v1.4.0-safety")
}

/// An append needs the digest of an envelope that was not read.
pub(super) fn envelope_not_read(slot: &Slot) -> Diagnostic {
    Code::Bug.at(slot.envelope()).what("was not read")
}

/// The number of the next attempt does not fit into 32 bits.
pub(super) fn last_attempt(slot: &Slot) -> Diagnostic {
    Code::TrailNotWritten
        .at(slot.envelope())
        .what(format!("is the last {} there can be", slot.kind.counted()))
}

/// A rendered envelope is not the one that was asked for.
pub(super) fn envelope_misrendered(what: impl Into<String>) -> Diagnostic {
    Code::Bug.at("envelope").what(what)
}

/// A waiver stands beside a decision that its release does not hold.
pub(super) fn waives_nothing(release: &ReleaseId, decision: &FileRef) -> Diagnostic {
    Code::TrailNotWritten
        .at(&decision.path)
        .what(format!("is no decision of release {release} with SHA-256 {}", decision.sha256))
        .next("record the decision before the waiver that stands beside it")
}

/// A trail whose files cannot be read cannot be extended either. Other errors keep their own code: a
/// network error is no fault of the trail.
pub(super) fn as_not_written(error: Diagnostic) -> Diagnostic {
    match error.code {
        Code::FileUnreadable => Diagnostic { code: Code::TrailNotWritten, ..error },
        _ => error,
    }
}

/// A file that was given as an envelope is none.
pub(super) fn not_an_envelope(path: &str, finding: &Finding) -> Diagnostic {
    Code::EnvelopeUnreadable
        .at(path)
        .what(format!("expected {}, found {}", finding.expected, finding.found))
        .next("give an audit.json, or the folder that holds audit/")
}

/// An entry that is to be written breaks the format.
pub(super) fn entry_malformed(what: String) -> Diagnostic {
    Code::Bug.at("entry.json").what(what)
}

/// The listing of a trail differed each time that it was read.
pub(super) fn never_settled(name: &str, looks: u32) -> Diagnostic {
    Code::FileUnreadable
        .at(name)
        .what(format!("changed during each of {looks} looks at it"))
        .next("run again when fewer writers are at work")
}

/// A file is no longer the one that was examined a moment ago.
pub(super) fn changed_meanwhile(path: &str) -> Diagnostic {
    Code::FileUnreadable.at(path).what("changed while it was read").next("run again")
}
