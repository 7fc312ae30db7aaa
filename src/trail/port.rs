//! The interface to the folder, branch or bucket that keeps a trail.

use std::collections::BTreeSet;

use super::errors;
use super::history::FileHistory;
use crate::domain::{Diagnostic, ReleaseId};
use crate::envelope;

/// Largest file that is read. Envelopes and entries are a few kB; a longer file is not one.
pub const MAX_FILE: usize = envelope::MAX_BYTES;

/// A place that holds a trail, for reading.
pub trait TrailFiles {
    /// Every file under `audit/`, and `.gitattributes` beside it, as they stood at one moment: when
    /// a file is listed, so is every file that existed before it. A place without `audit/` lists
    /// nothing.
    ///
    /// # Errors
    /// `file-unreadable`, `file` being whatever the place calls one.
    fn snapshot(&self) -> Result<Snapshot, Diagnostic>;

    /// What can be said of the newest entry and of one release without reading every entry; `None` where the place
    /// cannot tell, or its trail is better read whole. Nothing of it is believed before it was checked.
    ///
    /// # Errors
    /// As [`TrailFiles::snapshot`].
    fn glance(&self, _release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        Ok(None)
    }

    /// The bytes of a listed file of kind [`FileKind::Plain`], and at most one more than
    /// [`MAX_FILE`] of them: what is longer fails every check anyway.
    ///
    /// # Errors
    /// `file-unreadable`.
    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic>;

    /// The path as people reach the file from where they stand.
    fn shown(&self, path: &str) -> String {
        path.to_owned()
    }

    /// The commits before this state and their changes to files of the trail, where the place keeps commits.
    ///
    /// # Errors
    /// `file-unreadable` where it keeps commits that cannot be read.
    fn history(&self) -> Result<Option<FileHistory>, Diagnostic> {
        Ok(None)
    }

    /// The files of an earlier revision, beside those that are here now. `revision` is the full id of
    /// a commit, or looks like one.
    ///
    /// # Errors
    /// `file-unreadable`.
    fn earlier(&self, _revision: &str) -> Result<Earlier, Diagnostic> {
        Ok(Earlier::NoRevisions)
    }
}

/// An earlier revision as seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// The place keeps no revisions.
    NoRevisions,
    /// It did not lead here.
    Stranger,
    /// It may have: the place lacks some of its past.
    Cut,
    /// It led here, and held these files under `audit/`.
    Led {
        /// Those that are here with the same bytes.
        same: BTreeSet<String>,
        /// The rest.
        other: BTreeSet<String>,
    },
}

/// A place that can extend the trail it holds.
///
/// Three kinds of place fit: a directory (compare and rename under a lock), a git branch (one
/// commit, the branch moved only from the commit that was read), an object store (the index of the
/// entry claimed by create-if-absent, then the files). Whoever implements it owns the waiting too:
/// [`append`](super::append()) retries at once on a conflict, and an implementation with a deadline
/// ends the loop by returning an error.
pub trait Port: TrailFiles {
    /// Adds files if nothing was added since the snapshot that `token` came with.
    ///
    /// All or nothing: the files of `addition.folder` become visible together, and no existing file
    /// is replaced, whoever wrote it.
    ///
    /// # Errors
    /// What kept the files from being written; then none of `addition.folder` is visible. The
    /// exception is a reply that got lost: the next attempt finds its own files and says so.
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic>;

    /// The revision that holds everything last listed or appended, where the place keeps revisions:
    /// the id of a commit.
    fn revision(&self) -> Option<String> {
        None
    }
}

/// Names a state of the place; opaque to everyone else. A digest of the listing, the id of a
/// commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadToken(pub String);

/// Looks until two looks in a row agree.
const LOOKS: u32 = 100;

/// What a place holds at one moment. A walk through folders or pages is no moment: an entry may arrive
/// in one that was passed, and the next entry in one that was not. Files are only ever added, so when
/// two looks agree, what they agree on is what was there when the first one ended.
///
/// # Errors
/// Those of `look`, and `file-unreadable` for a place, called `name`, that never stands still.
pub fn settled<T>(
    name: &str,
    look: impl Fn() -> Result<T, Diagnostic>,
    agree: impl Fn(&T, &T) -> bool,
) -> Result<T, Diagnostic> {
    let mut seen = look()?;
    for _ in 0..LOOKS {
        let again = look()?;
        if agree(&seen, &again) {
            return Ok(seen);
        }
        seen = again;
    }
    Err(errors::never_settled(name, LOOKS))
}

/// The files of a trail at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Stands for this state in [`Port::append`].
    pub token: HeadToken,
    /// Files in any order.
    pub files: Vec<Listed>,
}

/// What a place says of a trail of which it read no more than names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Stands for this state in [`Port::append`]: no entry was added or removed as long as it is the same.
    pub token: HeadToken,
    /// How many entries there are, and under no circumstances fewer than that. In a sound trail it is the index
    /// of the newest one.
    pub entries: u64,
    /// Paths of entries of which one is probably the newest, the likeliest first.
    pub newest: Vec<String>,
    /// The names of the folders of all releases.
    pub releases: BTreeSet<String>,
    /// The files of the release, those beside the entries in `newest`, and both `.gitattributes`. There may be
    /// others among them.
    pub files: Vec<Listed>,
}

/// One listed file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Path from the folder that holds `audit/`, with forward slashes.
    pub path: String,
    /// What it is.
    pub kind: FileKind,
}

/// What a listed file is. Only plain files are read: a link may lead anywhere, a pipe may hang.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A file with bytes.
    Plain,
    /// A symbolic link.
    Link,
    /// Neither, or a name that is not UTF-8.
    Other,
}

/// Files to be added together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Index of the new entry, for a place that must claim it by name.
    pub index: u64,
    /// The folder that becomes visible whole.
    pub folder: String,
    /// The files, those outside `folder` first: they are visible before it is.
    pub files: Vec<NewFile>,
}

/// A file that must not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Path from the folder that holds `audit/`, with forward slashes.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How an attempt to append ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The files are there, and will be after a power cut.
    Done,
    /// Somebody else was first; nothing was written.
    Conflict,
}
