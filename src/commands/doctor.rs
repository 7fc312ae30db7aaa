//! `doctor`: what is in each run file, what is wrong with it, and what a gate would make of a pair.

mod aa_test;
mod drop_threshold;
mod file;
mod labels;
mod listing;
mod pair;
mod request;
mod shared_prefix;

use super::progress::{Progress, Whole};
use super::{Files, Output, OutputFormat};
use crate::domain::{Code, Diagnostic, Exit, RunFrame};
use crate::present::doctor::text;
use crate::present::json;
use crate::report::doctor::{DoctorReport, FolderListing};

pub use request::{DoctorRequest, Rule, Stated};

/// Checks every file, and two files as a pair. A bad file does not keep the others from being
/// checked; the exit code says whether any is bad.
///
/// # Errors
/// `internal-error` if the answer cannot be written as JSON.
pub fn doctor(
    request: &DoctorRequest,
    files: &dyn Files,
    progress: &dyn Progress,
) -> Result<Output, Diagnostic> {
    if let [only] = request.files.as_slice()
        && let Some(found) = listing::of(only, request, files)?
    {
        return list(found, request);
    }
    let (together, epochs) = request.aa_runs();
    let further = request.aa.iter().flatten().filter(|path| !request.files.contains(path));
    let paths: Vec<&String> = request.files.iter().chain(further).collect();
    let each = progress.begin("checking run files", Whole::Of(paths.len() as u64, "files"));
    let examine = |path: &str| {
        let found = file::examine(path, request, epochs, files);
        each.advance(1);
        found
    };
    let (findings, runs): (Vec<_>, Vec<_>) = paths.iter().map(|path| examine(path)).unzip();
    let mut checkup = DoctorReport {
        listing: None,
        files: findings,
        noise: None,
        pair: None,
        tolerance: None,
        problem: None,
    };
    let stage = progress.begin("working out what the runs can show", Whole::Unknown);
    let problem = look(request, &paths, &runs, &together, files, &mut checkup);
    drop(stage);
    checkup.problem = problem.err().map(|error| error.to_string());
    let healthy = checkup.problem.is_none() && checkup.files.iter().all(|file| file.ok);
    Ok(Output {
        stdout: match request.output {
            OutputFormat::Json => json::text(&checkup)?,
            OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => text(&checkup, request.width),
        },
        stderr: String::new(),
        exit: if healthy { 0 } else { Exit::Data.code() },
    })
}

/// The answer about a folder.
fn list(listing: FolderListing, request: &DoctorRequest) -> Result<Output, Diagnostic> {
    let found = !listing.runs.is_empty() || !listing.choices.is_empty();
    let healthy = listing.problems.is_empty() && found;
    let report = DoctorReport {
        listing: Some(listing),
        files: Vec::new(),
        noise: None,
        pair: None,
        tolerance: None,
        problem: None,
    };
    Ok(Output {
        stdout: match request.output {
            OutputFormat::Json => json::text(&report)?,
            OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => text(&report, request.width),
        },
        stderr: String::new(),
        exit: if healthy { 0 } else { Exit::Data.code() },
    })
}

/// What several files say together.
fn look(
    request: &DoctorRequest,
    paths: &[&String],
    runs: &[Option<RunFrame>],
    together: &[String],
    files: &dyn Files,
    checkup: &mut DoctorReport,
) -> Result<(), Diagnostic> {
    if !together.is_empty() {
        let found = |path: &String| {
            let at = paths.iter().position(|known| *known == path)?;
            runs.get(at)?.as_ref()
        };
        // A run that cannot be read is a problem of its own file.
        let readable: Option<Vec<&RunFrame>> = together.iter().map(found).collect();
        checkup.noise = readable.map(|runs| aa_test::of_runs(&runs, request)).transpose()?;
    }
    let positional = runs.get(..request.files.len()).unwrap_or(&[]);
    match positional {
        [Some(baseline), Some(candidate)] => {
            let (facts, rule) = pair::match_up(baseline, candidate, request, files)?;
            checkup.pair = Some(facts);
            checkup.tolerance = rule;
        }
        _ if request.gold.is_some() => {
            return Err(Code::BadUsage
                .at("--gold")
                .what("holds labels of a pair, and there is none that can be read")
                .next("name a baseline and a candidate before it"));
        }
        [Some(run)] => checkup.tolerance = drop_threshold::of_run(run, request)?,
        _ if request.tolerance.is_some() => {
            return Err(Code::BadUsage
                .at("--tolerance")
                .what(format!("looks at one run or at a pair, and {} files are given", request.files.len()))
                .next("name one run, or a baseline and a candidate"));
        }
        _ => {}
    }
    Ok(())
}
