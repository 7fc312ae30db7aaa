//! What `policy` is asked.

use crate::commands::OutputFormat;
use crate::commands::targets::StoreTarget;
use crate::present::screen::Width;
use crate::readers::Format;

/// What `policy check` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyCheckRequest {
    /// The policy file.
    pub file: String,
    /// A waiver file that is checked with it.
    pub waivers: Option<String>,
    /// The store whose runs show how much each task can show.
    pub store: Option<StoreTarget>,
    /// Shape of the answer.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// What `policy init` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyInitRequest {
    /// Run files, or folders with one file a task.
    pub runs: Vec<String>,
    /// Their format; `None` detects it.
    pub format: Option<Format>,
    /// The metric, where files hold several.
    pub metric: Option<String>,
    /// The field that names the items; `None` takes the usual one.
    pub id: Option<String>,
    /// The file to write, which must not exist; without one the policy goes to standard output.
    pub out: Option<String>,
}
