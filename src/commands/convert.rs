//! `convert`: what was read of a run file, written as a run file, so that anyone can see what a gate saw.

use super::run_path::open_run;
use super::{Files, Output};
use crate::domain::{ClusterRule, Code, Diagnostic};
use crate::present;
use crate::readers::{self, Format, ReadOptions};
use crate::store;

/// What `convert` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertRequest {
    /// The run file, or a folder with one run in it.
    pub file: String,
    /// Its format; `None` detects it.
    pub format: Option<Format>,
    /// Which part of it is read, and how.
    pub options: ReadOptions,
    /// RunFrame JSON, or Parquet.
    pub to: Format,
    /// The file that gets it; without one it goes to standard output.
    pub out: Option<String>,
}

/// Writes the run. What it says on standard error are the numbers of `doctor`.
///
/// # Errors
/// Those of reading the run; `bad-usage` for Parquet without a file; `output-not-written`.
pub fn convert(request: &ConvertRequest, files: &dyn Files) -> Result<Output, Diagnostic> {
    if request.to == Format::Parquet && request.out.is_none() {
        return Err(Code::BadUsage
            .at("--to")
            .what("is parquet, which no terminal can show")
            .next("name a file with --out"));
    }
    let named = open_run(&request.file, files)?;
    let read = readers::read_file(&named, request.format, &request.options)?;
    let run = &read.reading.run;
    let key = match &request.options.cluster {
        ClusterRule::Key(key) if key != "cluster_id" => Some(key.as_str()),
        ClusterRule::Key(_) | ClusterRule::FromData | ClusterRule::Off => None,
    };
    let mut output = Output::default();
    let written = if request.to == Format::Parquet {
        store::run_as_parquet(run, key, read.reading.created.as_deref())?
    } else {
        let text = present::run::json(run, key)?;
        match request.out {
            Some(_) => text.into_bytes(),
            None => {
                output.stdout = text;
                Vec::new()
            }
        }
    };
    let unscored: usize = run.unscored().values().sum();
    let mut said = vec![format!(
        "{}: {} of {} ({}), {} rows of {} items, {unscored} unscored{}",
        read.path,
        run.metadata().metric_name,
        run.metadata().model_id,
        read.reading.format,
        run.len(),
        run.item_count(),
        request.out.as_ref().map_or(String::new(), |out| format!("; written to {out}")),
    )];
    said.extend(read.reading.notes.iter().map(|note| format!("note: {note}")));
    if let Some(out) = &request.out {
        files.write(out, &written)?;
    }
    output.stderr = said.iter().map(|line| present::safe::line(line) + "\n").collect();
    Ok(output)
}
