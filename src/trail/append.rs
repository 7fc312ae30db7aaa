//! Extending a trail.
//!
//! One pass reads the trail, judges it, places the envelope and asks the port to add it if nothing
//! changed meanwhile. The first pass and every later one are the same code: a lost race, a lost
//! reply and a killed predecessor are all met by reading the trail again.

use super::errors;
use super::examine::Examination;
use super::kind::EntryKind;
use super::layout::Slot;
use super::pass::{Appended, EntryLocation, PASSES, Pass, StampWith, judge, location};
use super::port::Port;
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{self, Version, v1::FileRef};

/// Where an envelope will stand in its release. It does not know its place in the chain, so a lost
/// race to another release leaves its bytes, and a signature over them, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// 1 for the first attempt at the release.
    pub attempt: u32,
    /// The newest attempt so far.
    pub supersedes: Option<FileRef>,
}

/// An envelope that is to be appended.
pub struct NewEntry<'a> {
    /// The release it decides.
    pub release: &'a ReleaseId,
    /// The decision apart from its place: its fingerprint is what makes two decisions the same.
    pub facts: &'a envelope::Facts,
    /// Makes the envelope for its place; called again only when the place in the release changed.
    pub render: &'a mut dyn FnMut(&Placement) -> Result<Vec<u8>, Diagnostic>,
    /// Gets a time stamp for the bytes of the entry, if it is to have one. It goes in together with the
    /// entry, so an entry is never seen without it; called again when a race was lost, for the entry
    /// is another one then.
    pub stamp: &'a mut StampWith<'a>,
    /// Now: RFC 3339, UTC.
    pub written_at: &'a str,
}

/// Appends an envelope, unless one of the same fingerprint stands in its release already.
///
/// Before anything is written the trail is held to this much: every entry is whole, the entries are
/// linked from 1 to the head without gap or fork, each has an envelope beside it, and the bytes of
/// the head's envelope and of all of this release's are those that were written. Envelopes of other
/// releases are left to [`verify`](super::verify()). So are their entries in a trail of
/// [`READ_WHOLE_BELOW`](super::READ_WHOLE_BELOW) and more, where the place can point at the head: then
/// their number is compared with its index, and they are not opened.
///
/// # Errors
/// `bad-release-id` where a release differs only in case; `trail-broken` and `trail-newer` where the
/// trail must not be extended; `trail-not-written` where the port cannot read or write it; errors of
/// `render` and `stamp`. None of them leaves anything behind in the trail.
pub fn append(port: &dyn Port, draft: &mut NewEntry<'_>) -> Result<Appended, Diagnostic> {
    let NewEntry { release, facts, written_at, .. } = *draft;
    let fingerprint = &facts.fingerprint;
    let mut rendered: Option<(Placement, Vec<u8>)> = None;
    for _ in 0..PASSES {
        let seen = judge(port, release)?;
        let trail = &seen.trail;
        if let Some((receipt, recorded)) = find(trail, release, fingerprint) {
            came_out_the_same(&receipt, recorded, facts)?;
            // After a lost reply the envelope found is the one that this call made.
            let ours = rendered.as_ref().is_some_and(|(_, bytes)| Digest::of(bytes) == receipt.sha256);
            return Ok(if ours { Appended::Written(receipt) } else { Appended::Exists(receipt) });
        }
        one_subject(trail, release, facts)?;
        let (slot, placement) = next_attempt(trail, release)?;
        let bytes = match rendered.take() {
            Some((place, bytes)) if place == placement => bytes,
            _ => {
                let bytes = (draft.render)(&placement)?;
                agrees(&bytes, &slot, &placement, fingerprint)?;
                bytes
            }
        };
        let pass = Pass { port, seen: &seen, slot: &slot };
        match pass.add(&bytes, draft.stamp, written_at)? {
            Some(receipt) => return Ok(Appended::Written(receipt)),
            None => rendered = Some((placement, bytes)),
        }
    }
    Err(errors::races_lost(release, PASSES))
}

/// The attempt that decided the same inputs under the same plan.
fn find<'a>(
    trail: &'a Examination,
    release: &ReleaseId,
    fingerprint: &Digest,
) -> Option<(EntryLocation, &'a envelope::Facts)> {
    trail.slots.iter().find_map(|(slot, seen)| {
        let facts = seen.facts().filter(|facts| facts.fingerprint == *fingerprint)?;
        // Only envelopes that were checked have facts, and of those the head may be another release's.
        let is_it = slot.release == *release && facts.release_id.as_ref() == Some(release);
        location(slot, seen).filter(|_| is_it).map(|receipt| (receipt, facts))
    })
}

/// A decision is never answered with the record of one that came out otherwise.
fn came_out_the_same(
    receipt: &EntryLocation,
    recorded: &envelope::Facts,
    facts: &envelope::Facts,
) -> Result<(), Diagnostic> {
    match envelope::replay::first_difference(&recorded.outcome, &facts.outcome) {
        None => Ok(()),
        Some(difference) => Err(errors::recorded_otherwise(&receipt.path, &difference)),
    }
}

/// Attempts at a release are about one task and one metric, or about one suite.
fn one_subject(trail: &Examination, release: &ReleaseId, facts: &envelope::Facts) -> Result<(), Diagnostic> {
    let of_release = trail.slots.iter().filter(|(slot, _)| slot.release == *release);
    let other = of_release
        .filter_map(|(_, seen)| seen.facts())
        .find(|recorded| !facts.subject.continues(&recorded.subject));
    match other {
        None => Ok(()),
        Some(recorded) => Err(errors::other_subject(release, recorded, facts)),
    }
}

/// The place after the newest attempt.
fn next_attempt(trail: &Examination, release: &ReleaseId) -> Result<(Slot, Placement), Diagnostic> {
    let kind = EntryKind::Decision;
    let newest = trail.slots.iter().rfind(|(slot, _)| slot.release == *release && slot.kind == kind);
    let Some((slot, seen)) = newest else {
        let slot = Slot { release: release.clone(), kind, number: 1 };
        return Ok((slot, Placement { attempt: 1, supersedes: None }));
    };
    let sha256 = seen.sha256.ok_or_else(|| errors::envelope_not_read(slot))?;
    let number = slot.number.checked_add(1).ok_or_else(|| errors::last_attempt(slot))?;
    let supersedes = Some(FileRef { path: slot.envelope(), sha256: sha256.to_string() });
    Ok((Slot { number, ..slot.clone() }, Placement { attempt: number, supersedes }))
}

/// Nothing enters a trail that `verify` would call broken.
fn agrees(bytes: &[u8], slot: &Slot, placement: &Placement, fingerprint: &Digest) -> Result<(), Diagnostic> {
    let facts = envelope::read(bytes).map_err(|error| errors::envelope_misrendered(error.what))?;
    if envelope::version_of(&facts.schema) != Version::Known
        || facts.release_id.as_ref() != Some(&slot.release)
        || facts.attempt != placement.attempt
        || facts.supersedes != placement.supersedes
        || facts.fingerprint != *fingerprint
    {
        return Err(errors::envelope_misrendered("does not stand where it was rendered for"));
    }
    Ok(())
}
