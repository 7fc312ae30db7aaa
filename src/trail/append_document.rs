//! Extending a trail by a plan or a waiver.

use super::errors;
use super::kind::EntryKind;
use super::layout::Slot;
use super::pass::{Appended, PASSES, Pass, StampWith, judge, location};
use super::port::Port;
use super::slot_files::SlotFiles;
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{DocumentFacts, Version, plan_lock, waiver};

/// A plan or a waiver that is to be appended.
pub struct NewDocument<'a> {
    /// The release it belongs to.
    pub release: &'a ReleaseId,
    /// What it is: no decision.
    pub kind: EntryKind,
    /// Its bytes. They do not say where it will stand, so they are the same wherever that is.
    pub bytes: &'a [u8],
    /// As in [`NewEntry::stamp`](super::NewEntry::stamp).
    pub stamp: &'a mut StampWith<'a>,
    /// Now: RFC 3339, UTC.
    pub written_at: &'a str,
}

/// Appends a plan or a waiver, unless the newest plan of its release, or any waiver of it, says the same
/// apart from its moment and whoever recorded it.
///
/// # Errors
/// As [`append`](super::append()). `internal-error` for bytes that are no such document of this version and release;
/// `trail-not-written` for a waiver of a decision that the release does not hold.
pub fn append_document(port: &dyn Port, draft: &mut NewDocument<'_>) -> Result<Appended, Diagnostic> {
    let NewDocument { release, kind, bytes, written_at, .. } = *draft;
    let facts = document(kind, bytes, release)?;
    let (sha256, mut tried) = (Digest::of(bytes), false);
    for _ in 0..PASSES {
        let seen = judge(port, release)?;
        let trail = &seen.trail;
        let alike = |slot: &Slot| slot.release == *release && slot.kind == kind;
        let mut standing: Vec<(&Slot, &SlotFiles)> =
            trail.slots.iter().filter(|(slot, _)| alike(slot)).collect();
        let number = standing.last().map_or(0, |(slot, _)| slot.number);
        if kind == EntryKind::Plan {
            // A plan that another one has replaced since is not the plan that stands.
            standing = standing.pop().into_iter().collect();
        }
        let same = |seen: &SlotFiles| seen.document().is_some_and(|d| d.fingerprint == facts.fingerprint);
        if let Some(receipt) = standing.iter().find(|(_, seen)| same(seen)).and_then(|(s, f)| location(s, f))
        {
            // After a lost reply the envelope found is the one that this call made.
            let ours = tried && receipt.sha256 == sha256;
            return Ok(if ours { Appended::Written(receipt) } else { Appended::Exists(receipt) });
        }
        if let Some(decision) = &facts.decision
            && !trail.decision(release, &decision.path, &decision.sha256)
        {
            return Err(errors::waives_nothing(release, decision));
        }
        let slot = Slot { release: release.clone(), kind, number };
        let number = number.checked_add(1).ok_or_else(|| errors::last_attempt(&slot))?;
        let slot = Slot { number, ..slot };
        let pass = Pass { port, seen: &seen, slot: &slot };
        if let Some(receipt) = pass.add(bytes, draft.stamp, written_at)? {
            return Ok(Appended::Written(receipt));
        }
        tried = true;
    }
    Err(errors::races_lost(release, PASSES))
}

/// What a document says, held to what a trail may take in.
fn document(kind: EntryKind, bytes: &[u8], release: &ReleaseId) -> Result<DocumentFacts, Diagnostic> {
    let facts = match kind {
        EntryKind::Decision => return Err(errors::envelope_misrendered("is a decision, and no document")),
        EntryKind::Plan => plan_lock::read(bytes),
        EntryKind::Waiver => waiver::read(bytes),
    };
    let facts = facts.map_err(|error| errors::envelope_misrendered(error.what))?;
    let version = match kind {
        EntryKind::Waiver => waiver::version_of(&facts.schema),
        EntryKind::Decision | EntryKind::Plan => plan_lock::version_of(&facts.schema),
    };
    if version != Version::Known || facts.release_id != *release {
        return Err(errors::envelope_misrendered("does not stand where it was rendered for"));
    }
    Ok(facts)
}
