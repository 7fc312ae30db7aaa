//! What `doctor` is asked.

use crate::commands::OutputFormat;
use crate::domain::{ClusterRule, Plan};
use crate::present::screen::Width;
use crate::readers::{Format, ReadOptions};

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
    /// Labels of people on some items of the pair.
    pub gold: Option<String>,
    /// How often a gate speaks where nothing changed: further runs of the one model, or none to look at the
    /// epochs of each file.
    pub aa: Option<Vec<String>>,
    /// Most pairs that are gated for it.
    pub splits: u32,
    /// A rule in use today that is to be looked at.
    pub tolerance: Option<Rule>,
    /// Shape of the answer.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
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
    pub(super) fn aa_runs(&self) -> (Vec<String>, bool) {
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

    /// How each file is read; `deep`: whether parts that repeat others are held against them.
    pub(super) fn read_options(&self, deep: bool) -> ReadOptions {
        ReadOptions {
            id: self.plan.id.clone(),
            metric: self.metric.clone(),
            cluster: self.cluster().clone(),
            slice: None,
            run_id: self.run_id.clone(),
            deep,
        }
    }

    pub(super) fn cluster(&self) -> &ClusterRule {
        &self.plan.cluster
    }
}
