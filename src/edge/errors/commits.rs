//! Messages about files that are read from a commit.

use crate::domain::{Code, Diagnostic};

/// What stands at the path is no regular file.
pub(in crate::edge) fn not_a_file(place: &str, kind: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(place)
        .what(format!("is {kind}, expected a regular file"))
        .next("name the file itself; links and submodules are not followed")
}

/// What stands at the path is no folder.
pub(in crate::edge) fn not_a_folder(place: &str, kind: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(place)
        .what(format!("is {kind}, expected a folder"))
        .next("name a folder of the repository; links and submodules are not followed")
}

/// A file is longer than may be read from a commit.
pub(in crate::edge) fn too_long(place: &str, bytes: Option<u64>, most: u64) -> Diagnostic {
    let size = bytes.map_or(String::new(), |bytes| format!("has {bytes} bytes, which "));
    Code::FileUnreadable
        .at(place)
        .what(format!("{size}is more than the {most} bytes that are read from a commit"))
        .next("compress it with gzip, or keep the run in a store (store:RUN_ID)")
}

/// Git LFS keeps the file elsewhere, and the commit holds a pointer only.
pub(in crate::edge) fn lfs_pointer(place: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(place)
        .what("is a pointer of Git LFS: the commit does not hold the file")
        .next("commit the file itself, compressed with gzip, or keep the run in a store (store:RUN_ID)")
}

/// More files than a place lists at once.
pub(in crate::edge) fn too_many_files(oid: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(format!("tree {oid}"))
        .what("holds more files than GitHub lists at once (100,000)")
        .next("name files by their whole paths, or a folder with fewer files")
}

/// A revision leads to no commit.
pub(in crate::edge) fn no_such_revision(revision: &str, place: &str, next: &str) -> Diagnostic {
    Code::FileUnreadable.at(revision).what(format!("leads to no commit {place}")).next(next)
}

/// A text that no place takes for a revision.
pub(in crate::edge) fn malformed_revision(revision: &str) -> Diagnostic {
    Code::BadUsage
        .at(format!("revision {revision:?}"))
        .what("names no branch, tag or commit")
        .next("write a branch, a tag or the whole id of a commit")
}

/// A name stands for a branch and a tag.
pub(in crate::edge) fn ambiguous_revision(name: &str) -> Diagnostic {
    Code::BadUsage
        .at(name)
        .what("is a branch and a tag")
        .next("say which: refs/heads/... is a branch, refs/tags/... a tag")
}

/// An object whose content does not have the id that it is filed under.
pub(in crate::edge) fn object_damaged(oid: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(format!("object {oid}"))
        .what("has another content than its id says")
        .next("see with `git fsck` whether the clone is whole, or make a new one")
}
