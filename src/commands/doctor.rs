//! `doctor`: what is in each run file, what is wrong with it, and what a gate would make of a pair.

mod aa_test;
mod drop_threshold;
mod file;
mod pair;
mod shared_prefix;

use super::{Files, Output, OutputFormat};
use crate::domain::{ClusterRule, Code, Diagnostic, Exit, Plan, RunFrame};
use crate::present::doctor::text;
use crate::present::json;
use crate::readers::Format;
use crate::report::doctor::DoctorReport;

/// What `doctor` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct DoctorRequest {
    /// Run files; two of them are a pair.
    pub files: Vec<String>,
    /// Format of all; `None` detects it.
    pub format: Option<Format>,
    /// Metric to expect.
    pub metric: Option<String>,
    /// Run to take from a file that holds several.
    pub run_id: Option<String>,
    /// Whether parts of a file that repeat others are held against them.
    pub deep: bool,
    /// What a gate would plan. Items without a score are left out, so that the answer shows rather than
    /// stops.
    pub plan: Plan,
    /// True improvement that a gate is to find.
    pub target_delta: Option<f64>,
    /// How often a gate speaks where nothing changed: further runs of the one model, or none to look at the
    /// epochs of each file.
    pub aa: Option<Vec<String>>,
    /// Most pairs that are gated for it.
    pub splits: u32,
    /// A rule in use today that is to be looked at.
    pub tolerance: Option<Rule>,
    /// Shape of the answer.
    pub output: OutputFormat,
}

/// "Fail when the score drops by more than this."
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The drop that is tolerated, in units of the score; 0 or more.
    pub tolerance: f64,
    /// What is known of the spread where only one run is given.
    pub stated: Option<Stated>,
}

/// How widely two runs differ, as typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stated {
    /// Share of items of 0/1 scores that change.
    Discordance(f64),
    /// Standard deviation of an item's difference.
    Sd(f64),
}

impl DoctorRequest {
    /// Runs that are gated against each other by `--aa`, and whether the epochs of each file are instead.
    fn aa_runs(&self) -> (Vec<String>, bool) {
        match self.aa.as_deref() {
            None => (Vec::new(), false),
            Some([]) => (Vec::new(), true),
            Some(named) => {
                let first = if let [one] = &self.files[..] { vec![one.clone()] } else { Vec::new() };
                let all: Vec<String> = first.into_iter().chain(named.iter().cloned()).collect();
                if all.len() > 1 { (all, false) } else { (Vec::new(), true) }
            }
        }
    }

    fn cluster(&self) -> &ClusterRule {
        &self.plan.cluster
    }
}

/// Checks every file, and two files as a pair. A bad file does not keep the others from being
/// checked; the exit code says whether any is bad.
///
/// # Errors
/// `internal-error` if the answer cannot be written as JSON.
pub fn doctor(request: &DoctorRequest, files: &dyn Files) -> Result<Output, Diagnostic> {
    let (together, epochs) = request.aa_runs();
    let further = request.aa.iter().flatten().filter(|path| !request.files.contains(path));
    let paths: Vec<&String> = request.files.iter().chain(further).collect();
    let (findings, runs): (Vec<_>, Vec<_>) =
        paths.iter().map(|path| file::examine(path, request, epochs, files)).unzip();
    let mut checkup =
        DoctorReport { files: findings, noise: None, pair: None, tolerance: None, problem: None };
    let problem = look(request, &paths, &runs, &together, &mut checkup);
    checkup.problem = problem.err().map(|error| error.to_string());
    let healthy = checkup.problem.is_none() && checkup.files.iter().all(|file| file.ok);
    Ok(Output {
        stdout: match request.output {
            OutputFormat::Json => json::text(&checkup)?,
            OutputFormat::Tty | OutputFormat::Markdown => text(&checkup),
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
            let (facts, rule) = pair::match_up(baseline, candidate, request)?;
            checkup.pair = Some(facts);
            checkup.tolerance = rule;
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
