//! What the names and times in the folder of a trail tell, without any file being opened.
//!
//! The folders of the slots are counted and named: evalsig adds one in one step, and nothing else makes or removes
//! an entry without making or removing such a folder or the file in it. Whoever believes the times is held to the
//! count: see [`Glance`].

use std::collections::BTreeSet;
use std::io;
use std::time::SystemTime;

use super::walk::{kind, walk};
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::edge::errors::files;
use crate::edge::open_folder::OpenFolder;
use crate::trail::{FileKind, Glance, HeadToken, Listed, READ_WHOLE_BELOW, ROOT, STAGING};

/// How many of the newest files are offered as the newest entry: a file system may know no finer times.
const CANDIDATES: usize = 8;
/// Sets the state apart from that of a listing.
const PREFIX: &str = "folders ";

/// The folders of all slots, and the names of all releases.
#[derive(Default)]
struct Folders {
    slots: Vec<String>,
    releases: BTreeSet<String>,
}

/// The folders that hold entries; `None` where there is no trail.
fn folders(root: &OpenFolder) -> Result<Option<Folders>, Diagnostic> {
    let mut found = Folders::default();
    let Some(names) = names(root, ROOT)? else { return Ok(None) };
    for name in names {
        let folder = format!("{ROOT}/{name}");
        if name == STAGING {
            continue;
        }
        // Plans and waivers: `_plans/<release>/<number>`.
        if name.starts_with('_') {
            for release in self::names(root, &folder)?.into_iter().flatten() {
                let of_release = format!("{folder}/{release}");
                let numbers = self::names(root, &of_release)?.into_iter().flatten();
                found.slots.extend(numbers.map(|number| format!("{of_release}/{number}")));
                found.releases.insert(release);
            }
            continue;
        }
        let attempts = format!("{folder}/attempts");
        if root.dir().symlink_metadata(&attempts).is_ok_and(|found| found.is_dir()) {
            let numbers = self::names(root, &attempts)?.into_iter().flatten();
            found.slots.extend(numbers.map(|number| format!("{attempts}/{number}")));
        }
        found.slots.push(folder);
        found.releases.insert(name);
    }
    found.slots.sort_unstable();
    Ok(Some(found))
}

/// The names of the folders in a folder; `None` where it is none. Links are not followed.
fn names(root: &OpenFolder, folder: &str) -> Result<Option<Vec<String>>, Diagnostic> {
    let Some(open) = opened(root, folder)? else { return Ok(None) };
    let entries = open.entries().map_err(|error| files::read_refused(open.shown(), &error))?;
    let folders = entries.into_iter().filter(|entry| entry.kind.is_dir());
    Ok(Some(folders.map(|entry| entry.name).collect()))
}

/// A folder of the trail; `None` where there is none.
fn opened(root: &OpenFolder, folder: &str) -> Result<Option<OpenFolder>, Diagnostic> {
    match root.below(folder) {
        Ok(open) => Ok(open),
        // A file or a link.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(files::read_refused(&root.path_of(folder), &error)),
    }
}

/// Whether a state is one of folders, not of a listing.
pub(super) fn is_of_folders(token: &HeadToken) -> bool {
    token.0.starts_with(PREFIX)
}

/// The state of the folders: a digest of their names.
pub(super) fn token(root: &OpenFolder) -> Result<HeadToken, Diagnostic> {
    Ok(token_of(&folders(root)?.unwrap_or_default()))
}

fn token_of(folders: &Folders) -> HeadToken {
    // No name contains a NUL.
    HeadToken(format!("{PREFIX}{}", Digest::of(folders.slots.join("\0").as_bytes())))
}

/// What the folder of a trail tells; `None` where the trail is short, or a slot has no entry.
pub(super) fn glance(root: &OpenFolder, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
    let Some(folders) = folders(root)? else { return Ok(None) };
    let entries = u64::try_from(folders.slots.len()).unwrap_or(u64::MAX);
    if entries < READ_WHOLE_BELOW {
        return Ok(None);
    }
    let mut times: Vec<(SystemTime, &str)> = Vec::with_capacity(folders.slots.len());
    for slot in &folders.slots {
        let found = root.dir().symlink_metadata(format!("{slot}/entry.json"));
        let found = found.ok().filter(|found| found.is_file());
        let Some(time) = found.and_then(|found| found.modified().ok()) else { return Ok(None) };
        times.push((time.into_std(), slot));
    }
    let newest = times.len().saturating_sub(CANDIDATES);
    if newest > 0 {
        times.select_nth_unstable(newest);
    }
    let mut newest = times.split_off(newest);
    newest.sort_unstable_by(|one, other| other.cmp(one));
    let mut listed = attributes(root);
    for of_release in of_release(release) {
        if let Some(folder) = opened(root, &of_release)? {
            walk(folder, &of_release, &mut listed)?;
        }
    }
    for (_, slot) in &newest {
        beside(root, slot, &mut listed)?;
    }
    listed.sort_unstable();
    listed.dedup();
    Ok(Some(Glance {
        token: token_of(&folders),
        entries,
        newest: newest.into_iter().map(|(_, slot)| format!("{slot}/entry.json")).collect(),
        releases: folders.releases,
        files: listed,
    }))
}

/// The folders that may hold slots of a release.
fn of_release(release: &ReleaseId) -> [String; 3] {
    ["", "_plans/", "_waivers/"].map(|shelf| format!("{ROOT}/{shelf}{release}"))
}

/// Both files that keep git from converting line endings, as far as they are there.
fn attributes(root: &OpenFolder) -> Vec<Listed> {
    let paths = [".gitattributes".to_owned(), format!("{ROOT}/.gitattributes")];
    let found = paths.into_iter().filter_map(|path| {
        let found = root.dir().symlink_metadata(&path).ok().filter(|found| !found.is_dir())?;
        Some(Listed { path, kind: kind(found.file_type()) })
    });
    found.collect()
}

/// Adds the files of a folder, and not of those in it.
fn beside(root: &OpenFolder, folder: &str, listed: &mut Vec<Listed>) -> Result<(), Diagnostic> {
    let Some(open) = opened(root, folder)? else { return Ok(()) };
    let entries = open.entries().map_err(|error| files::read_refused(open.shown(), &error))?;
    for entry in entries.into_iter().filter(|entry| !entry.kind.is_dir()) {
        let kind = if entry.is_utf8 { kind(entry.kind) } else { FileKind::Other };
        listed.push(Listed { path: format!("{folder}/{}", entry.name), kind });
    }
    Ok(())
}
