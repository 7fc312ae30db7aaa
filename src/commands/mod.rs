//! One file a subcommand: its story, told over small traits. `edge/` implements them.

pub mod action;
pub mod comment;
pub mod compare;
pub mod convert;
pub mod decide;
pub mod doctor;
pub mod export;
pub mod gate;
pub mod gate_check;
pub mod gated;
pub mod get;
pub mod history;
pub mod mde;
pub mod mirror;
pub mod origin;
pub mod persist;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod record;
pub mod replay;
pub mod report;
pub mod revisions;
mod run_path;
pub mod runs;
pub mod statement;
pub mod suite;
pub mod targets;
pub mod trust;
pub mod verify;
pub mod watch;

pub use action::ACTION_OUTPUTS;

use crate::domain::Diagnostic;
use crate::present::check;
use crate::readers::FileOrFolder;
use crate::store;
use crate::trail::Port;
use comment::{Kept, NewComment, PullRequests};
use gate_check::NewCheck;
use revisions::Revision;

/// Files by the names that people give.
pub trait Files {
    /// Opens a file or a folder; `-` is standard input.
    ///
    /// # Errors
    /// `file-unreadable`, with the path as the place.
    fn open(&self, path: &str) -> Result<FileOrFolder, Diagnostic>;

    /// Whether there is anything at a path.
    fn exists(&self, path: &str) -> bool;

    /// Whether there is a folder at a path. What is no folder is not opened: a pipe can be read but once.
    fn is_folder(&self, path: &str) -> bool;

    /// The paths of the files and folders that a glob matches, in ascending order: `*` and `?` within one part of a
    /// path, `[...]`, and `**` for any folders.
    ///
    /// # Errors
    /// `bad-usage` for a glob that cannot be read; `file-unreadable`.
    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic>;

    /// Writes a file whole or not at all, replacing what stood there.
    ///
    /// # Errors
    /// `output-not-written`, with the path as the place.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic>;

    /// The bytes of a file that may not be there yet.
    ///
    /// # Errors
    /// `file-unreadable`, with the path as the place.
    fn current(&self, path: &str) -> Result<Option<Vec<u8>>, Diagnostic>;

    /// Writes a file whole or not at all, if it still is what it was: `before`, or absent where that is
    /// `None`. False where it is not; then nothing was written.
    ///
    /// # Errors
    /// `output-not-written`, with the path as the place.
    fn replace(&self, path: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<bool, Diagnostic>;
}

/// The time, and where it comes from.
pub trait Clock {
    /// Now: RFC 3339, UTC, whole seconds.
    fn now(&self) -> String;

    /// What the time was read from, such as `system clock`.
    fn source(&self) -> String;
}

/// Trails by the place that holds them.
pub trait Trails {
    /// The trail of a folder or a branch.
    ///
    /// # Errors
    /// Where there is no way to such a place.
    fn open(&self, place: &targets::TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic>;
}

/// Run stores by the name of their root: a folder, or the URL of a bucket.
pub trait Stores {
    /// The store at `root`, which need not hold anything yet.
    ///
    /// # Errors
    /// `bad-usage` for a URL that names no bucket.
    fn open(&self, root: &str) -> Result<Box<dyn store::ObjectStore + '_>, Diagnostic>;
}

/// Time-stamping authorities (RFC 3161) by their URL.
pub trait TimeStamps {
    /// An authority's answer to a request to stamp `bytes`, found to be a time stamp of them.
    ///
    /// # Errors
    /// `time-stamp-refused` where there is none.
    fn ask(&self, url: &str, bytes: &[u8]) -> Result<Vec<u8>, Diagnostic>;
}

/// The check run on the commit under judgement.
pub trait Checks {
    /// Shows that a verdict is on its way; takes over what an earlier attempt of the same gate left, and
    /// never what another gate of the run has.
    ///
    /// # Errors
    /// `permission-refused` where the token may not write checks; `github-unreachable` where the
    /// deadline passed first; `github-refused` for any other answer.
    fn open(&self, check: &NewCheck) -> Result<OpenedCheck, Diagnostic>;

    /// Completes the open check; without one there is nothing to do. Gives the name under which it was
    /// completed: another one than it was opened under where another gate began at the same moment.
    ///
    /// # Errors
    /// As for [`Checks::open`].
    fn close(&self, conclusion: check::Conclusion, page: &check::Page) -> Result<Option<String>, Diagnostic>;

    /// The head of the pull request whose merge commit this is; `None` where it is none.
    ///
    /// # Errors
    /// As for [`Checks::open`].
    fn head_of_merge(&self, commit: &str) -> Result<Option<String>, Diagnostic>;
}

/// A check that is in progress.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedCheck {
    /// Its address; empty where GitHub gave none that is safe to show.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Every name that it could have is held by another gate, or it cannot be told apart from one: it stands under a
    /// name that nobody asked for, and must end as a failure.
    pub refused: bool,
}

/// The comments on pull requests.
pub trait Comments {
    /// Sees to it that a gate has one comment on each of these pull requests, and that it shows the newest verdict.
    /// Gives what became of each; nothing where there is no such pull request.
    ///
    /// # Errors
    /// As for [`Checks::open`].
    fn keep(
        &self,
        pull_requests: &PullRequests,
        comment: &NewComment,
    ) -> Result<Vec<(u64, Kept)>, Diagnostic>;
}

/// The files of the repository at a commit, whatever is checked out.
pub trait Revisions {
    /// The id of the commit that a revision leads to now.
    ///
    /// # Errors
    /// `file-unreadable` where there is none; `bad-usage` for a name that is no revision, or that is a branch
    /// and a tag; what keeps the place from answering.
    fn resolve(&self, revision: &Revision) -> Result<String, Diagnostic>;

    /// The bytes of a file; `None` where the commit has nothing at this path, from the top of the repository.
    ///
    /// # Errors
    /// `bad-usage` for a path that leads elsewhere; `file-unreadable` where there is no regular file at the path,
    /// where it is longer than [`revisions::MAX_FILE`], or a pointer of Git LFS; what keeps the place from
    /// answering.
    fn read(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Diagnostic>;

    /// The paths of all regular files in a folder and its folders, from the top of the repository, sorted; none
    /// where there is no such folder. An empty `folder` is the whole commit.
    ///
    /// # Errors
    /// `bad-usage` for a path that leads elsewhere; `file-unreadable` where there are too many to list, or where
    /// the path is no folder; what keeps the place from answering.
    fn list(&self, commit: &str, folder: &str) -> Result<Vec<String>, Diagnostic>;
}

/// Everything a command may ask of the world.
pub struct World<'a> {
    /// Files.
    pub files: &'a dyn Files,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Trails.
    pub trails: &'a dyn Trails,
    /// Run stores.
    pub stores: &'a dyn Stores,
    /// Time-stamping authorities.
    pub time_stamps: &'a dyn TimeStamps,
    /// Checks on commits, where there is a GitHub to post them to.
    pub checks: Option<&'a dyn Checks>,
    /// Comments on pull requests, where there is a GitHub to post them to.
    pub comments: Option<&'a dyn Comments>,
    /// The files of the repository at a commit.
    pub revisions: Option<&'a dyn Revisions>,
    /// What shows how far work has come.
    pub progress: &'a dyn progress::Progress,
}

/// How a command ends: what it prints, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The result, for standard output.
    pub stdout: String,
    /// Remarks, for standard error.
    pub stderr: String,
    /// The process exit code.
    pub exit: u8,
}

/// The shape of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// For a terminal.
    Tty,
    /// One JSON object.
    Json,
    /// Markdown.
    Markdown,
    /// JUnit XML, one test case a task.
    Junit,
}

/// How a result is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its shape on standard output.
    pub output: OutputFormat,
    /// Where it will be read.
    pub screen: crate::present::screen::Screen,
    /// Whether remarks on standard error are left out.
    pub quiet: bool,
    /// A file that gets the JSON object as well.
    pub json: Option<String>,
    /// A file that gets a page for the browser.
    pub html: Option<String>,
}
