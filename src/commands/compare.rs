//! `compare`: the same inference without a verdict.

use super::judge::judge;
use super::runs::{Loaded, Runs};
use super::{Outcome, Output, View, World};
use crate::domain::{Diagnostic, Plan};
use crate::present::{json, markdown, terminal};

/// What `compare` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference; its claim is delta > 0.
    pub plan: Plan,
}

/// Compares and tells.
///
/// # Errors
/// Those of [`Loaded::read`] and [`judge`], and of writing the JSON file that was asked for.
pub fn compare(request: &CompareRequest, view: &View, world: &World<'_>) -> Result<Outcome, Diagnostic> {
    let runs = Loaded::read(&request.runs, &request.plan, world.files)?;
    let judged = judge(&runs, &request.plan)?;
    let object = json::compare(judged.clone())?;
    if let Some(path) = &view.json {
        world.files.write(path, object.as_bytes())?;
    }
    let stdout = match view.output {
        Output::Tty => terminal::compare(&judged),
        Output::Json => object,
        Output::Markdown => markdown::compare(&judged),
    };
    Ok(Outcome { stdout, ..Outcome::default() })
}
