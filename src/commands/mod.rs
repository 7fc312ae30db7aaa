//! One file a subcommand: its story, told over small traits. `edge/` implements them.

pub mod action;
pub mod compare;
pub mod doctor;
pub mod gate;
pub mod judge;
pub mod mde;
pub mod verify;
pub mod watch;

pub use action::ACTION_OUTPUTS;

use crate::domain::Diagnostic;
use crate::trail::Port;

/// Files by the names that people give.
pub trait Files {
    /// The bytes of a file; `-` is standard input.
    ///
    /// # Errors
    /// `file-unreadable`, with the path as the place.
    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic>;

    /// Writes a file whole or not at all, replacing what stood there.
    ///
    /// # Errors
    /// `output-not-written`, with the path as the place.
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic>;
}

/// The time, and where it comes from.
pub trait Clock {
    /// Now: RFC 3339, UTC, whole seconds.
    fn now(&self) -> String;

    /// What the time was read from, such as `system clock`.
    fn source(&self) -> String;
}

/// Trails by the folder that holds them.
pub trait Trails {
    /// The trail in `root`/audit.
    fn open(&self, root: &str) -> Box<dyn Port>;
}

/// Everything a command may ask of the world.
pub struct World<'a> {
    /// Files.
    pub files: &'a dyn Files,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Trails.
    pub trails: &'a dyn Trails,
}

/// How a command ends: what it prints, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The result, for standard output.
    pub stdout: String,
    /// Remarks, for standard error.
    pub stderr: String,
    /// The process exit code.
    pub exit: u8,
}

/// The shape of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// For a terminal.
    Tty,
    /// One JSON object.
    Json,
    /// Markdown.
    Markdown,
}

/// How a result is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its shape on standard output.
    pub output: Output,
    /// Whether colour may be used.
    pub colour: crate::present::terminal::Colour,
    /// Whether remarks on standard error are left out.
    pub quiet: bool,
    /// A file that gets the JSON object as well.
    pub json: Option<String>,
}
