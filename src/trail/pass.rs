//! One look at a trail that is to be extended, and the step that extends it: what decisions, plans and
//! waivers have in common.

use super::attributes;
use super::entry::{Entry, EnvelopeRef, Link};
use super::errors;
use super::examine::Examination;
use super::glance::{self, Seen};
use super::layout::{ENTRY, STAMP, Slot, folder};
use super::listing::Listing;
use super::port::{Addition, AppendOutcome, NewFile, Port, Snapshot, TrailFiles};
use super::slot_files::SlotFiles;
use crate::domain::{Diagnostic, Digest, ReleaseId};

/// Passes before giving up. Each lost one means that another writer's entry stands, so this many
/// writers at once can all succeed; a port that must not wait so long gives up by itself.
pub(super) const PASSES: u32 = 1000;

/// An envelope in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLocation {
    /// The envelope, from the folder that holds `audit/`.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Which attempt at the release it is, or which plan or waiver.
    pub number: u32,
    /// Position of its entry in the chain.
    pub index: u64,
    /// SHA-256 of the entry: what to keep elsewhere as an anchor.
    pub entry_sha256: Digest,
    /// Whether a time stamp lies beside the entry.
    pub stamped: bool,
}

impl EntryLocation {
    /// The entry, beside its envelope.
    #[must_use]
    pub fn entry(&self) -> String {
        format!("{}/{ENTRY}", folder(&self.path))
    }

    /// The time stamp beside the entry, where there is one.
    #[must_use]
    pub fn stamp(&self) -> Option<String> {
        self.stamped.then(|| format!("{}/{STAMP}", folder(&self.path)))
    }
}

/// Gets a time stamp of some bytes, or none where none is wanted.
pub type StampWith<'a> = dyn FnMut(&[u8]) -> Result<Option<Vec<u8>>, Diagnostic> + 'a;

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

/// One look at the trail, and the place in it that is to be filled.
pub(super) struct Pass<'a> {
    pub(super) port: &'a dyn Port,
    pub(super) seen: &'a Seen,
    pub(super) slot: &'a Slot,
}

impl Pass<'_> {
    /// Adds an envelope with its entry, unless another writer was first.
    pub(super) fn add(
        &self,
        bytes: &[u8],
        stamp: &mut StampWith<'_>,
        written_at: &str,
    ) -> Result<Option<EntryLocation>, Diagnostic> {
        let Self { port, seen: Seen { token: state, listing, trail }, slot } = *self;
        let previous = trail.head().map(|(_, read)| Link { index: read.entry.index, sha256: read.sha256 });
        let entry = Entry {
            kind: slot.kind,
            index: previous.map_or(0, |link| link.index).saturating_add(1),
            envelope: EnvelopeRef {
                path: slot.envelope(),
                sha256: Digest::of(bytes),
                size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            },
            previous,
            written_at: written_at.to_owned(),
        };
        let entry_bytes = entry.to_bytes()?;
        let token = stamp(&entry_bytes)?;
        let receipt = EntryLocation {
            path: entry.envelope.path.clone(),
            sha256: entry.envelope.sha256,
            number: slot.number,
            index: entry.index,
            entry_sha256: Digest::of(&entry_bytes),
            stamped: token.is_some(),
        };
        let mut files: Vec<NewFile> =
            attributes::to_add(port, listing).map_err(errors::as_not_written)?.into_iter().collect();
        files.push(NewFile { path: slot.envelope(), bytes: bytes.to_vec() });
        files.push(NewFile { path: slot.entry(), bytes: entry_bytes });
        files.extend(token.map(|bytes| NewFile { path: slot.stamp(), bytes }));
        let addition = Addition { index: entry.index, folder: slot.folder(), files };
        Ok(match port.append(state, &addition)? {
            AppendOutcome::Done => Some(receipt),
            AppendOutcome::Conflict => None,
        })
    }
}

/// Where an envelope stands.
pub(super) fn location(slot: &Slot, seen: &SlotFiles) -> Option<EntryLocation> {
    let read = seen.entry.as_ref()?;
    Some(EntryLocation {
        path: slot.envelope(),
        sha256: read.entry.envelope.sha256,
        number: slot.number,
        index: read.entry.index,
        entry_sha256: read.sha256,
        stamped: seen.beside.contains(&slot.stamp()),
    })
}

/// The trail as far as an append rests on it, or why it must not be extended.
pub(super) fn judge(port: &dyn Port, release: &ReleaseId) -> Result<Seen, Diagnostic> {
    let seen = look(port, release).map_err(errors::as_not_written)?;
    if let Some(other) = seen.trail.same_but_for_case(release) {
        return Err(errors::release_differs_in_case(release, other));
    }
    Ok(seen)
}

/// One release and the head of a trail in which nothing is broken or newer than this version, as far as it was read:
/// a short one whole, of a long one no more than that where the place can point at its head.
pub(super) fn look(files: &dyn TrailFiles, release: &ReleaseId) -> Result<Seen, Diagnostic> {
    if let Some(seen) = glance::seen(files, release)? {
        return Ok(seen);
    }
    let Snapshot { token, files: listed } = files.snapshot()?;
    let listing = Listing::of(&listed);
    let trail = sound(files, &listing, |slot| slot.release == *release)?;
    Ok(Seen { token, listing, trail })
}

/// A trail in which nothing is broken or newer than this version: every entry, and the envelopes of the head
/// and of the slots that are `wanted`.
pub(super) fn sound(
    files: &dyn TrailFiles,
    listing: &Listing,
    wanted: impl Fn(&Slot) -> bool,
) -> Result<Examination, Diagnostic> {
    let mut trail = Examination::of_entries(files, listing)?;
    let head = trail.head().map(|(slot, _)| slot.clone());
    trail.read_envelopes(files, |slot| wanted(slot) || head.as_ref() == Some(slot))?;
    trail.follow(|_| true);
    trail.unbroken()?;
    Ok(trail)
}

#[cfg(test)]
mod tests {
    use super::EntryLocation;
    use crate::domain::Digest;

    #[test]
    fn the_entry_lies_beside_its_envelope_whatever_the_release_is_called() {
        let at = EntryLocation {
            path: "audit/audit.json/attempts/002/audit.json".into(),
            sha256: Digest::of(b""),
            number: 2,
            index: 7,
            entry_sha256: Digest::of(b""),
            stamped: true,
        };
        assert_eq!(at.entry(), "audit/audit.json/attempts/002/entry.json");
        assert_eq!(at.stamp().as_deref(), Some("audit/audit.json/attempts/002/entry.tsr"));
    }
}
