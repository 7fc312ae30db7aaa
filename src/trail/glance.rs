//! One release and the head of a long trail, without reading its other entries.
//!
//! In a sound trail the indices are 1, 2, 3 and so on, so the newest entry is the one whose index is the number of
//! entries. A place counts them by their names and guesses which one is the newest. A wrong guess says another index,
//! whoever made it, and the trail is read whole then. So is one that is short, and one in which anything that was
//! read is not as it should be: what this gives is never an error, and never less than a sound look.

use super::entry::{self, ReadEntry};
use super::examine::Examination;
use super::finding::Severity;
use super::layout::{PathRole, Slot, path_role};
use super::listing::Listing;
use super::port::{FileKind, Glance, HeadToken, Listed, TrailFiles};
use crate::domain::{Code, Diagnostic, ReleaseId};

/// A trail of fewer entries is read whole: it costs little, and finds whatever is wrong with it.
pub const READ_WHOLE_BELOW: u64 = 256;

/// A trail as far as something rests on it: one release and the head.
pub(super) struct Seen {
    pub(super) token: HeadToken,
    pub(super) listing: Listing,
    pub(super) trail: Examination,
}

/// What an append needs of a trail that is long, where the place points at its head and all that was read is sound.
pub(super) fn seen(files: &dyn TrailFiles, release: &ReleaseId) -> Result<Option<Seen>, Diagnostic> {
    let Some(glance) = files.glance(release)? else { return Ok(None) };
    if glance.entries < READ_WHOLE_BELOW || clashes(&glance, release) {
        return Ok(None);
    }
    match examined(files, release, glance) {
        // A file that was there a moment ago.
        Err(error) if error.code == Code::FileUnreadable => Ok(None),
        other => other,
    }
}

/// Another release has this one's name but for case.
fn clashes(glance: &Glance, release: &ReleaseId) -> bool {
    let mut releases = glance.releases.iter().filter_map(|name| name.parse::<ReleaseId>().ok());
    releases.any(|other| other != *release && other.folded() == release.folded())
}

fn examined(files: &dyn TrailFiles, release: &ReleaseId, glance: Glance) -> Result<Option<Seen>, Diagnostic> {
    let Some(head) = head(files, &glance)? else { return Ok(None) };
    let of_interest = |file: &&Listed| match path_role(&file.path) {
        PathRole::Envelope(slot) | PathRole::Entry(slot) | PathRole::Companion(slot) => {
            slot.release == *release || slot == head
        }
        _ => true,
    };
    let listed: Vec<Listed> = glance.files.iter().filter(of_interest).cloned().collect();
    let listing = Listing::of(&listed);
    let mut trail = Examination::of_some(files, &listing)?;
    trail.read_envelopes(files, |_| true)?;
    // Of the head's release there may be no more here than the head.
    trail.follow(|other| other == release);
    let doubtful =
        trail.findings.iter().any(|found| found.severity != Severity::Note || found.kind.is_newer());
    let found = trail.head().map(|(slot, read)| (slot.clone(), read.entry.index));
    let sound = !doubtful && found == Some((head, glance.entries));
    Ok(sound.then_some(Seen { token: glance.token, listing, trail }))
}

/// The slot of the entry whose index is the number of entries, if the place points at it. A larger index among those
/// that it points at shows that entries are missing, and then none of them is the head.
fn head(files: &dyn TrailFiles, glance: &Glance) -> Result<Option<Slot>, Diagnostic> {
    let mut head = None;
    for path in &glance.newest {
        let PathRole::Entry(slot) = path_role(path) else { continue };
        if !glance.files.contains(&Listed { path: path.clone(), kind: FileKind::Plain }) {
            continue;
        }
        let Ok(ReadEntry { entry, .. }) = entry::read(&files.read(path)?) else { continue };
        match entry.index.cmp(&glance.entries) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => head = head.or(Some(slot)),
            std::cmp::Ordering::Greater => return Ok(None),
        }
    }
    Ok(head)
}
