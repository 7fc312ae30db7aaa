//! `doctor`: what is in each run file, what is wrong with it, and what a gate would make of a pair.

mod file;
mod pair;

use super::{Files, Outcome, Output};
use crate::domain::{ClusterRule, Diagnostic, Exit, Plan};
use crate::present::doctor::{Checkup, text};
use crate::present::json;
use crate::readers::Format;

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
    /// Random splits of each run's epochs, to see how often a gate fires on noise.
    pub splits: Option<u32>,
    /// Shape of the answer.
    pub output: Output,
}

impl DoctorRequest {
    fn cluster(&self) -> &ClusterRule {
        &self.plan.cluster
    }
}

/// Checks every file, and two files as a pair. A bad file does not keep the others from being
/// checked; the exit code says whether any is bad.
///
/// # Errors
/// `internal-error` if the answer cannot be written as JSON.
pub fn doctor(request: &DoctorRequest, files: &dyn Files) -> Result<Outcome, Diagnostic> {
    let (findings, runs): (Vec<_>, Vec<_>) =
        request.files.iter().map(|path| file::examine(path, request, files)).unzip();
    let mut checkup = Checkup { files: findings, pair: None, problem: None };
    if let [Some(baseline), Some(candidate)] = &runs[..] {
        match pair::match_up(baseline, candidate, request) {
            Ok(facts) => checkup.pair = Some(facts),
            Err(error) => checkup.problem = Some(error.to_string()),
        }
    }
    let healthy = checkup.problem.is_none() && checkup.files.iter().all(|file| file.ok);
    Ok(Outcome {
        stdout: match request.output {
            Output::Json => json::text(&checkup)?,
            Output::Tty | Output::Markdown => text(&checkup),
        },
        stderr: String::new(),
        exit: if healthy { 0 } else { Exit::Data.code() },
    })
}
