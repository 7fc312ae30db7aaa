//! `compare`: the same inference without a verdict.

use super::decide::record;
use super::runs::{LoadedRuns, RunInputs};
use super::{Output, OutputFormat, View, World};
use crate::domain::{Diagnostic, Plan};
use crate::present::{json, markdown, terminal};

/// What `compare` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareRequest {
    /// The two runs.
    pub runs: RunInputs,
    /// What fixes the inference; its claim is delta > 0.
    pub plan: Plan,
}

/// Compares and shows the numbers.
///
/// # Errors
/// Those of [`LoadedRuns::read`] and [`record`], and of writing the JSON file that was asked for.
pub fn compare(request: &CompareRequest, view: &View, world: &World<'_>) -> Result<Output, Diagnostic> {
    let runs = LoadedRuns::read(&request.runs, &request.plan, world.files)?;
    let record = record(&runs, &request.plan)?;
    let object = json::compare(record.clone())?;
    if let Some(path) = &view.json {
        world.files.write(path, object.as_bytes())?;
    }
    let stdout = match view.output {
        OutputFormat::Tty => terminal::compare(&record, view.screen),
        OutputFormat::Json => object,
        OutputFormat::Markdown => markdown::compare(&record),
    };
    Ok(Output { stdout, ..Output::default() })
}
