//! A repository, read through the `git` program: the one place that starts it.
//!
//! Neither the environment nor the settings of the repository may change what git shows: replaced
//! objects, grafts and the cached commit graph are ignored, nothing is fetched, and nothing is written.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::domain::Diagnostic;
use crate::edge::errors::git as errors;
use crate::edge::redact::redacted;

/// Variables, by the beginning of their names, that say where git finds its settings and programs. Every
/// other `GIT_` variable would make it read another repository, or less of this one.
const KEPT_VARIABLES: [&str; 4] = ["GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY"];

/// The repository around a folder.
#[derive(Clone, Debug)]
pub(in crate::edge) struct Repository {
    pub(super) folder: PathBuf,
    /// The path of the folder from the top of the work tree, with a slash at the end; empty at the top.
    pub(super) prefix: String,
    /// The folder lies in a work tree, not in a bare repository or inside `.git`.
    pub(super) in_work_tree: bool,
}

/// Why no repository was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::edge) enum RepositoryError {
    /// The `git` program is not installed.
    NotInstalled,
    /// The folder lies in no repository.
    NotFound,
    /// There is a repository, and git refuses to open it. Holds git's message.
    Refused(String),
}

impl RepositoryError {
    pub(in crate::edge) fn diagnostic(&self, place: &str) -> Diagnostic {
        match self {
            Self::NotInstalled => errors::not_installed(place),
            Self::NotFound => errors::no_repository(place),
            Self::Refused(stderr) if stderr.contains("dubious ownership") => errors::dubious_ownership(place),
            Self::Refused(stderr) => errors::unreadable(place, stderr),
        }
    }
}

impl Repository {
    /// The repository around `folder`.
    pub(in crate::edge) fn discover(folder: &Path) -> Result<Self, RepositoryError> {
        let mut this = Self { folder: folder.to_owned(), prefix: String::new(), in_work_tree: false };
        let output = this.run(&["rev-parse", "--is-inside-work-tree", "--show-prefix"]);
        let output = output.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RepositoryError::NotInstalled,
            _ => RepositoryError::Refused(error.to_string()),
        })?;
        if !output.status.success() {
            let stderr = stderr_line(&output);
            let none = stderr.contains("not a git repository");
            return Err(if none { RepositoryError::NotFound } else { RepositoryError::Refused(stderr) });
        }
        let text = String::from_utf8(output.stdout)
            .map_err(|_| RepositoryError::Refused("the folder's name is not UTF-8".into()))?;
        let (inside, prefix) = text.split_once('\n').unwrap_or((&text, ""));
        this.in_work_tree = inside == "true";
        this.prefix = prefix.strip_suffix('\n').unwrap_or(prefix).to_owned();
        Ok(this)
    }

    /// The id of the commit that a branch, tag or id stands for; `None` where nothing has that name.
    pub(super) fn resolve_commit(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        let peeled = format!("{name}^{{commit}}");
        // Not --quiet, which hides the warning about a name that is a tag and a branch.
        let args = ["rev-parse", "--verify", "--end-of-options", &peeled];
        let output = self.run(&args).map_err(|error| errors::unreadable(name, &error.to_string()))?;
        // A full id is an id, whatever refs have the same name.
        if !is_commit_id(name) && stderr_line(&output).contains("is ambiguous") {
            return Err(errors::ambiguous_revision(name));
        }
        let id = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(Some(id).filter(|id| output.status.success() && is_commit_id(id)))
    }

    /// Standard output of a command that succeeds in every complete repository.
    pub(super) fn stdout(&self, args: &[&str]) -> Result<Vec<u8>, Diagnostic> {
        match self.run(args) {
            Ok(output) if output.status.success() => Ok(output.stdout),
            Ok(output) => Err(self.damaged(&stderr_line(&output))),
            Err(error) => Err(self.damaged(&error.to_string())),
        }
    }

    pub(super) fn run(&self, args: &[&str]) -> io::Result<Output> {
        self.command(args).stdin(Stdio::null()).output()
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os().filter(|(name, _)| changes_what_git_reads(name)) {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            // Objects that a partial clone left out must not be fetched without the user's knowledge.
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            // A replaced object or a graft would show another history than the commits have.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_GRAFT_FILE", "/dev/null")
            .args(["-c", "advice.graftFileDeprecated=false"])
            // So would a forged commit graph.
            .args(["-c", "core.commitGraph=false"])
            .args(["-c", "core.warnAmbiguousRefs=true"])
            .args(["--no-pager", "-C"])
            .arg(&self.folder)
            .args(args);
        command
    }

    pub(super) fn damaged(&self, stderr: &str) -> Diagnostic {
        errors::damaged_clone(&self.folder, stderr)
    }
}

/// Whether a name may be an argument of git: nothing that it would take for an option or a second word.
pub(in crate::edge) fn can_be_revision(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn changes_what_git_reads(variable: &OsStr) -> bool {
    let name = variable.to_string_lossy();
    name.starts_with("GIT_") && !KEPT_VARIABLES.iter().any(|kept| name.starts_with(kept))
}

fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A pathspec for one path from the top of the work tree, without wildcards.
pub(super) fn pathspec(path: &str) -> String {
    format!(":(top,literal){path}")
}

/// Standard error on one line, without the secrets that an address of a remote may hold.
pub(super) fn stderr_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    redacted(&text.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}
