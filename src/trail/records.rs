//! What a trail holds, for whoever builds upon it: the plan that was locked, the attempts so far, the newest
//! candidate that was allowed.

use super::errors;
use super::kind::EntryKind;
use super::layout::Slot;
use super::listing::Listing;
use super::pass::{look, sound};
use super::port::TrailFiles;
use super::slot_files::SlotFiles;
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{self, Candidate, v1::VerdictWord};

/// One entry of a trail, with the bytes of the envelope that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEntry {
    /// Its position in the chain.
    pub index: u64,
    /// What it stands for.
    pub kind: EntryKind,
    /// The release.
    pub release: ReleaseId,
    /// Which attempt, plan or waiver of the release.
    pub number: u32,
    /// The envelope, from the folder that holds `audit/`.
    pub path: String,
    /// SHA-256 of the envelope's bytes.
    pub sha256: Digest,
    /// SHA-256 of the entry's bytes.
    pub entry_sha256: Digest,
    /// When the entry was written, by the clock of whoever wrote it: RFC 3339, UTC.
    pub written_at: String,
    /// The envelope's bytes, which are those that were written.
    pub bytes: Vec<u8>,
}

/// A candidate that was allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedCandidate {
    /// The decision that allowed it.
    pub decision: RecordedEntry,
    /// The candidate.
    pub candidate: Candidate,
}

/// Which task a candidate must have been allowed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedTask<'a> {
    /// Its name in the policy: decides about suites.
    pub name: &'a str,
    /// The task as run files name it: decides about envelopes of one task.
    pub task_id: &'a str,
    /// The metric, where one is asked for.
    pub metric: Option<&'a str>,
}

/// The entries of one release, or of all, in the order of the chain. For one release the trail is held to what
/// [`append`](super::append()) holds it to; for all of them every entry and every envelope is looked at.
///
/// # Errors
/// `trail-broken` and `trail-newer`; those of reading the place. A place without a trail has no entries.
pub fn records(
    files: &dyn TrailFiles,
    release: Option<&ReleaseId>,
) -> Result<Vec<RecordedEntry>, Diagnostic> {
    let trail = match release {
        Some(release) => look(files, release)?.trail,
        None => sound(files, &Listing::of(&files.snapshot()?.files), |_| true)?,
    };
    let mut found = Vec::new();
    for (slot, seen) in &trail.slots {
        if release.is_none_or(|release| slot.release == *release) {
            found.extend(recorded(files, slot, seen)?);
        }
    }
    found.sort_by_key(|entry| entry.index);
    Ok(found)
}

/// One entry with the bytes of its envelope.
fn recorded(
    files: &dyn TrailFiles,
    slot: &Slot,
    seen: &SlotFiles,
) -> Result<Option<RecordedEntry>, Diagnostic> {
    let Some(read) = &seen.entry else { return Ok(None) };
    let path = slot.envelope();
    let bytes = files.read(&path)?;
    let sha256 = read.entry.envelope.sha256;
    if Digest::of(&bytes) != sha256 {
        return Err(errors::changed_meanwhile(&files.shown(&path)));
    }
    Ok(Some(RecordedEntry {
        index: read.entry.index,
        kind: slot.kind,
        release: slot.release.clone(),
        number: slot.number,
        path,
        sha256,
        entry_sha256: read.sha256,
        written_at: read.entry.written_at.clone(),
        bytes,
    }))
}

/// The candidate of the newest decision that allowed this task: its own, or that of a suite that holds it. Every entry
/// is looked at, and of the envelopes those from the newest one back to the one that is given.
///
/// # Errors
/// As [`records`].
pub fn latest_allowed(
    files: &dyn TrailFiles,
    task: AllowedTask<'_>,
) -> Result<Option<AllowedCandidate>, Diagnostic> {
    let is_it = |candidate: &Candidate| {
        let named = match &candidate.task {
            Some(name) => name == task.name,
            None => candidate.input.task_id == task.task_id,
        };
        named && task.metric.is_none_or(|metric| candidate.input.metric == metric)
    };
    let mut trail = sound(files, &Listing::of(&files.snapshot()?.files), |_| false)?;
    let decisions = trail.slots.iter().filter(|(slot, _)| slot.kind == EntryKind::Decision);
    let mut newest: Vec<(Option<u64>, Slot)> =
        decisions.map(|(slot, seen)| (seen.index(), slot.clone())).collect();
    newest.sort_unstable_by(|one, other| other.cmp(one));
    for (_, slot) in newest {
        trail.read_envelope_of(files, &slot)?;
        trail.unbroken()?;
        let Some(seen) = trail.slots.get(&slot) else { continue };
        if seen.facts().is_none_or(|facts| facts.verdict != VerdictWord::Allow) {
            continue;
        }
        let Some(decision) = recorded(files, &slot, seen)? else { continue };
        if let Some(candidate) = envelope::candidates(&decision.bytes)?.into_iter().find(is_it) {
            return Ok(Some(AllowedCandidate { decision, candidate }));
        }
    }
    Ok(None)
}
