//! Extending a trail.
//!
//! One pass reads the trail, judges it, places the envelope and asks the port to add it if nothing
//! changed meanwhile. The first pass and every later one are the same code: a lost race, a lost
//! reply and a killed predecessor are all met by reading the trail again.

use super::attributes;
use super::entry::{Entry, EnvelopeRef, Link};
use super::errors;
use super::examine::Examination;
use super::finding::{Finding, FindingKind, Severity};
use super::layout::{STAMP, Slot, folder};
use super::listing::Listing;
use super::port::{Addition, AppendOutcome, NewFile, Port, TrailFiles};
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{self, Version, v1::FileRef};

/// Passes before giving up. Each lost one means that another writer's entry stands, so this many
/// writers at once can all succeed; a port that must not wait so long gives up by itself.
const PASSES: u32 = 1000;

/// Where an envelope will stand in its release. It does not know its place in the chain, so a lost
/// race to another release leaves its bytes, and a signature over them, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// 1 for the first attempt at the release.
    pub attempt: u32,
    /// The newest attempt so far.
    pub supersedes: Option<FileRef>,
}

/// An envelope in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLocation {
    /// The envelope, from the folder that holds `audit/`.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Which attempt at the release it is.
    pub attempt: u32,
    /// Position of its entry in the chain.
    pub index: u64,
    /// SHA-256 of the entry: what to keep elsewhere as an anchor.
    pub entry_sha256: Digest,
    /// Whether a time stamp lies beside the entry.
    pub stamped: bool,
}

impl EntryLocation {
    /// The time stamp beside the entry, where there is one.
    #[must_use]
    pub fn stamp(&self) -> Option<String> {
        self.stamped.then(|| format!("{}/{STAMP}", folder(&self.path)))
    }
}

/// Gets a time stamp of some bytes, or none where none is wanted.
pub type StampWith<'a> = dyn FnMut(&[u8]) -> Result<Option<Vec<u8>>, Diagnostic> + 'a;

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

/// What became of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It was written.
    Written(EntryLocation),
    /// The same inputs were decided under the same plan before: that envelope stands, and nothing
    /// was written.
    Exists(EntryLocation),
}

impl Appended {
    /// Where the envelope stands.
    #[must_use]
    pub fn location(&self) -> &EntryLocation {
        match self {
            Self::Written(receipt) | Self::Exists(receipt) => receipt,
        }
    }
}

/// Appends an envelope, unless one of the same fingerprint stands in its release already.
///
/// Before anything is written the trail is held to this much: every entry is whole, the entries are
/// linked from 1 to the head without gap or fork, each has an envelope beside it, and the bytes of
/// the head's envelope and of all of this release's are those that were written. Envelopes of other
/// releases are left to [`verify`](super::verify()).
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
        let snapshot = port.snapshot().map_err(errors::as_not_written)?;
        let listing = Listing::of(&snapshot);
        let trail = judge(port, &listing, release)?;
        if let Some((receipt, recorded)) = find(&trail, release, fingerprint) {
            came_out_the_same(&receipt, recorded, facts)?;
            // After a lost reply the envelope found is the one that this call made.
            let ours = rendered.as_ref().is_some_and(|(_, bytes)| Digest::of(bytes) == receipt.sha256);
            return Ok(if ours { Appended::Written(receipt) } else { Appended::Exists(receipt) });
        }
        one_subject(&trail, release, facts)?;
        let (slot, placement) = next_slot(&trail, release)?;
        let bytes = match rendered.take() {
            Some((place, bytes)) if place == placement => bytes,
            _ => {
                let bytes = (draft.render)(&placement)?;
                agrees(&bytes, &slot, &placement, fingerprint)?;
                bytes
            }
        };
        let previous = trail.head().map(|(_, read)| Link { index: read.entry.index, sha256: read.sha256 });
        let entry = Entry {
            index: previous.map_or(0, |link| link.index).saturating_add(1),
            envelope: EnvelopeRef {
                path: slot.envelope(),
                sha256: Digest::of(&bytes),
                size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            },
            previous,
            written_at: written_at.to_owned(),
        };
        let entry_bytes = entry.to_bytes()?;
        let stamp = (draft.stamp)(&entry_bytes)?;
        let receipt = EntryLocation {
            path: entry.envelope.path.clone(),
            sha256: entry.envelope.sha256,
            attempt: slot.attempt,
            index: entry.index,
            entry_sha256: Digest::of(&entry_bytes),
            stamped: stamp.is_some(),
        };
        let mut files: Vec<NewFile> =
            attributes::to_add(port, &listing).map_err(errors::as_not_written)?.into_iter().collect();
        files.push(NewFile { path: slot.envelope(), bytes: bytes.clone() });
        files.push(NewFile { path: slot.entry(), bytes: entry_bytes });
        files.extend(stamp.map(|bytes| NewFile { path: slot.stamp(), bytes }));
        let addition = Addition { index: entry.index, folder: slot.folder(), files };
        match port.append(&snapshot.token, &addition)? {
            AppendOutcome::Done => return Ok(Appended::Written(receipt)),
            AppendOutcome::Conflict => rendered = Some((placement, bytes)),
        }
    }
    Err(errors::races_lost(release, PASSES))
}

/// The trail as far as an append rests on it, or why it must not be extended.
fn judge(files: &dyn TrailFiles, listing: &Listing, release: &ReleaseId) -> Result<Examination, Diagnostic> {
    let mut trail = Examination::of_entries(files, listing).map_err(errors::as_not_written)?;
    let head = trail.head().map(|(slot, _)| slot.clone());
    trail
        .read_envelopes(files, |slot| slot.release == *release || head.as_ref() == Some(slot))
        .map_err(errors::as_not_written)?;
    // Newer first: what looks broken to this version may be right in that one.
    let newer =
        |finding: &&Finding| matches!(finding.kind, FindingKind::Newer | FindingKind::NewerUnreadable);
    if let Some(finding) = trail.findings.iter().find(newer) {
        return Err(errors::newer_entry(finding));
    }
    trail.findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
    if let Some(finding) = trail.findings.iter().find(|finding| finding.severity == Severity::Broken) {
        return Err(errors::broken(finding));
    }
    if let Some(other) = trail.same_but_for_case(release) {
        return Err(errors::release_differs_in_case(release, other));
    }
    Ok(trail)
}

/// The attempt that decided the same inputs under the same plan.
fn find<'a>(
    trail: &'a Examination,
    release: &ReleaseId,
    fingerprint: &Digest,
) -> Option<(EntryLocation, &'a envelope::Facts)> {
    trail.slots.iter().find_map(|(slot, seen)| {
        let facts = seen.facts.as_ref().filter(|facts| facts.fingerprint == *fingerprint)?;
        let read = seen.entry.as_ref()?;
        // Only envelopes that were checked have facts, and of those the head may be another release's.
        (slot.release == *release && facts.release_id.as_ref() == Some(release)).then(|| {
            let receipt = EntryLocation {
                path: slot.envelope(),
                sha256: read.entry.envelope.sha256,
                attempt: slot.attempt,
                index: read.entry.index,
                entry_sha256: read.sha256,
                stamped: seen.beside.contains(&slot.stamp()),
            };
            (receipt, facts)
        })
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
        .filter_map(|(_, seen)| seen.facts.as_ref())
        .find(|recorded| !facts.subject.continues(&recorded.subject));
    match other {
        None => Ok(()),
        Some(recorded) => Err(errors::other_subject(release, recorded, facts)),
    }
}

/// The place after the newest attempt.
fn next_slot(trail: &Examination, release: &ReleaseId) -> Result<(Slot, Placement), Diagnostic> {
    let newest = trail.slots.iter().rfind(|(slot, _)| slot.release == *release);
    let Some((slot, seen)) = newest else {
        let slot = Slot { release: release.clone(), attempt: 1 };
        return Ok((slot, Placement { attempt: 1, supersedes: None }));
    };
    let sha256 = seen.sha256.ok_or_else(|| errors::envelope_not_read(slot))?;
    let attempt = slot.attempt.checked_add(1).ok_or_else(|| errors::last_attempt(slot))?;
    let supersedes = Some(FileRef { path: slot.envelope(), sha256: sha256.to_string() });
    Ok((Slot { release: release.clone(), attempt }, Placement { attempt, supersedes }))
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
