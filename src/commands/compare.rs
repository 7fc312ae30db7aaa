//! `compare`: the same inference without a verdict.

use super::decide::{JUDGING, NAMED, judged};
use super::progress::Whole;
use super::runs::{LoadedRuns, RunInputs};
use super::{Output, OutputFormat, View, World};
use crate::domain::{Code, Diagnostic, Plan};
use crate::present::decision::{markdown, terminal};
use crate::present::json;
use crate::view;

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
/// Those of [`LoadedRuns::read`] and [`judged`], and of writing the JSON file that was asked for.
pub fn compare(request: &CompareRequest, view: &View, world: &World<'_>) -> Result<Output, Diagnostic> {
    if view.html.is_some() {
        return Err(Code::BadUsage
            .at("--html")
            .what("is a page about a verdict, and compare gives none")
            .next("take gate, or --output markdown"));
    }
    let runs = LoadedRuns::read(&request.runs, &request.plan, world.files)?;
    let stage = world.progress.begin(JUDGING, Whole::Unknown);
    let (record, items) = judged(&runs, &request.plan, NAMED)?;
    drop(stage);
    let seen = view::comparison(&record, items);
    let object = json::compare(record.clone())?;
    if let Some(path) = &view.json {
        world.files.write(path, object.as_bytes())?;
    }
    let stdout = match view.output {
        OutputFormat::Tty => terminal::comparison(&seen, view.screen),
        OutputFormat::Json => object,
        OutputFormat::Markdown => markdown::comparison(&seen),
        OutputFormat::Junit => {
            return Err(Code::BadUsage
                .at("--output junit")
                .what("is about a verdict, and compare gives none")
                .next("take gate, or --output json"));
        }
    };
    Ok(Output { stdout, ..Output::default() })
}
