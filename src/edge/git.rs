//! Repositories, read through the `git` program.
//!
//! Neither the environment nor the repository's own settings may change what git shows: replaced
//! objects, grafts and cached histories are left aside, nothing is fetched, and nothing is written.

mod blobs;
mod history;
mod trail;
mod work_tree;

pub(super) use trail::GitTrail;
pub(super) use work_tree::WorkTree;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::domain::{Code, Diagnostic};

/// Where git looks for its settings and its own programs; every other `GIT_` variable would tell it
/// to look at another repository, or at less of it.
const KEPT: [&str; 4] = ["GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY"];

/// The repository around a folder.
#[derive(Clone, Debug)]
pub(super) struct Git {
    folder: PathBuf,
    /// Where the folder lies in the work tree, with a slash at the end; empty at its top.
    prefix: String,
    /// The folder lies in a work tree, not in a bare repository or inside `.git`.
    in_work_tree: bool,
}

/// Why there is no repository to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoGit {
    /// The program is not installed.
    Program,
    /// The folder lies in no repository.
    Repository,
    /// There is one, and git does not open it: its own words.
    Refused(String),
}

impl NoGit {
    pub(super) fn told(&self, place: &str) -> Diagnostic {
        let (what, next) = match self {
            Self::Program => ("cannot be read: there is no `git` program here", "install git"),
            Self::Repository => (
                "cannot be read: the current directory is in no git repository",
                "run evalsig inside a clone of the repository that holds the trail",
            ),
            Self::Refused(why) if why.contains("dubious ownership") => {
                return unreadable(place, "git refuses a repository that belongs to another user").next(
                    "if you trust it: git config --global --add safe.directory, with the repository's path",
                );
            }
            Self::Refused(why) => return unreadable(place, why),
        };
        Code::FileUnreadable.at(place).what(what).next(next)
    }
}

impl Git {
    /// The repository around `folder`.
    pub(super) fn around(folder: &Path) -> Result<Self, NoGit> {
        let mut this = Self { folder: folder.to_owned(), prefix: String::new(), in_work_tree: false };
        let output = this.run(&["rev-parse", "--is-inside-work-tree", "--show-prefix"]);
        let output = output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => NoGit::Program,
            _ => NoGit::Refused(error.to_string()),
        })?;
        if !output.status.success() {
            let said = said(&output);
            let none = said.contains("not a git repository");
            return Err(if none { NoGit::Repository } else { NoGit::Refused(said) });
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| NoGit::Refused("the folder's name is not UTF-8".into()))?;
        let (inside, prefix) = text.split_once('\n').unwrap_or((&text, ""));
        this.in_work_tree = inside == "true";
        this.prefix = prefix.strip_suffix('\n').unwrap_or(prefix).to_owned();
        Ok(this)
    }

    /// The id of the commit that a branch, tag or id means; none where nothing has that name.
    pub(super) fn commit(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        let peeled = format!("{name}^{{commit}}");
        // Not --quiet: it keeps back that a name means a tag and a branch.
        let args = ["rev-parse", "--verify", "--end-of-options", &peeled];
        let output = self.run(&args).map_err(|error| unreadable(name, &error.to_string()))?;
        // A full id is one, whatever refs are called like it.
        if !is_commit_id(name) && said(&output).contains("is ambiguous") {
            return Err(Code::BadUsage
                .at(name)
                .what("names more than one thing in this repository")
                .next("say which: refs/heads/... is a branch, refs/tags/... a tag"));
        }
        let id = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(Some(id).filter(|id| output.status.success() && is_commit_id(id)))
    }

    /// What a command prints that cannot fail in a whole repository.
    fn read(&self, args: &[&str]) -> Result<Vec<u8>, Diagnostic> {
        match self.run(args) {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => Err(self.damaged(&said(&output))),
            Err(error) => Err(self.damaged(&error.to_string())),
        }
    }

    fn run(&self, args: &[&str]) -> io::Result<Output> {
        self.command(args).stdin(Stdio::null()).output()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| misleads(name)) {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            // What a partial clone left out is not fetched behind the user's back.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            // A replaced object or a graft would show another past than the commits have.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", "/dev/null")
            .args(["-c", "advice.graftFileDeprecated=false"])
            // So would a forged cache of it.
            .args(["-c", "core.commitGraph=false"])
            .args(["-c", "core.warnAmbiguousRefs=true"])
            .args(["--no-pager", "-C"])
            .arg(&self.folder)
            .args(args);
        command
    }

    fn damaged(&self, why: &str) -> Diagnostic {
        unreadable(&self.folder.display().to_string(), &format!("git says {why:?}"))
            .next("see with `git fsck` whether the clone is whole, or make a new one")
    }
}

/// Whether a name may be given to git: nothing that it would take for an option or a second word.
pub(super) fn can_be_ref(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn misleads(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_") && !KEPT.iter().any(|kept| name.starts_with(kept))
}

fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Path of a place for git: from the top of the work tree, no character standing for another.
fn pathspec(path: &str) -> String {
    format!(":(top,literal){path}")
}

/// What git said of a failure, on one line.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn unreadable(place: &str, why: &str) -> Diagnostic {
    Code::FileUnreadable.at(place).what(format!("cannot be read: {why}"))
}
