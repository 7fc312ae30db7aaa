//! What `report` is asked.

use std::path::PathBuf;

use crate::commands::replay::Inputs;
use crate::present::screen::Screen;

/// What was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRequest {
    /// The path of an envelope, or a release.
    pub subject: String,
    /// Which attempt at the release; the newest one unless it is named.
    pub attempt: Option<u32>,
    /// The trail, as `verify` takes it.
    pub audit_root: PathBuf,
    /// Where the runs are, if the items are wanted.
    pub inputs: Option<Inputs>,
    /// The file that gets the page.
    pub html: Option<String>,
    /// What goes to standard output.
    pub text: Option<Text>,
    /// Where that will be read.
    pub screen: Screen,
}

/// Renderings for standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// As `gate` prints it.
    Terminal,
    /// Markdown.
    Markdown,
}
