//! Messages about git repositories and the names of commits.

use std::path::Path;

use crate::domain::{Code, Diagnostic};

/// Advice for a clone that lacks objects or holds damaged ones.
const CHECK_THE_CLONE: &str = "see with `git fsck` whether the clone is whole, or make a new one";

/// A commit, or a file in one, cannot be read.
pub(in crate::edge) fn unreadable(place: &str, reason: &str) -> Diagnostic {
    Code::FileUnreadable.at(place).what(format!("cannot be read: {reason}"))
}

/// An object cannot be read, although the tree of the commit names it.
pub(in crate::edge) fn object_unreadable(place: &str, error: &std::io::Error) -> Diagnostic {
    unreadable(place, &error.to_string()).next(CHECK_THE_CLONE)
}

/// A git command failed that succeeds in every complete repository.
pub(in crate::edge) fn damaged_clone(repository: &Path, stderr: &str) -> Diagnostic {
    unreadable(&repository.display().to_string(), &format!("git says {stderr:?}")).next(CHECK_THE_CLONE)
}

/// The `git` program is not installed.
pub(in crate::edge) fn not_installed(place: &str) -> Diagnostic {
    Code::FileUnreadable.at(place).what("cannot be read: there is no `git` program here").next("install git")
}

/// The current directory is in no repository.
pub(in crate::edge) fn no_repository(place: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(place)
        .what("cannot be read: the current directory is in no git repository")
        .next("run evalsig inside a clone of the repository that holds the trail")
}

/// git's check `safe.directory` refuses the repository.
pub(in crate::edge) fn dubious_ownership(place: &str) -> Diagnostic {
    unreadable(place, "git refuses a repository that belongs to another user")
        .next("if you trust it: git config --global --add safe.directory, with the repository's path")
}

/// A name stands for a branch and a tag.
pub(in crate::edge) fn ambiguous_revision(name: &str) -> Diagnostic {
    Code::BadUsage
        .at(name)
        .what("names more than one thing in this repository")
        .next("say which: refs/heads/... is a branch, refs/tags/... a tag")
}

/// A text that must not be handed to git as a revision. `place` is what the user wrote.
pub(in crate::edge) fn malformed_revision(place: String) -> Diagnostic {
    Code::BadUsage
        .at(place)
        .what("names no branch, tag or commit")
        .next("give one as git prints it, such as git:origin/evalsig-audit")
}

/// No branch, tag or commit has this name. `place` is what the user wrote.
pub(in crate::edge) fn no_such_revision(place: String) -> Diagnostic {
    Code::FileUnreadable
        .at(place)
        .what("cannot be read: the repository has no branch, tag or commit of that name")
        .next("fetch it, for example `git fetch origin evalsig-audit`, or see `git branch --all`")
}

/// The folder after `REVISION:` is no path from the top of a repository.
pub(in crate::edge) fn malformed_folder(named: &str, folder: &str) -> Diagnostic {
    Code::BadUsage
        .at(named)
        .what(format!("{folder:?} is no folder of a commit"))
        .next("write it from the top of the repository, such as git:main:services/llm")
}
