//! One task of a policy: which runs, and what the candidate must show on them.

use std::fmt;
use std::str::FromStr;

use super::BaselineSource;
use crate::domain::named_enum::named_enum;
use crate::domain::{Claim, Direction, Plan};

/// The name of a task: what the suite, its check and its envelope know it by.
///
/// `^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$`, no `..`: safe in a path, in Markdown and as a key of JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskName(String);

impl TaskName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TaskName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
        if text.is_empty() || text.len() > 100 {
            return Err("expected 1 to 100 characters");
        }
        if !text.chars().all(safe) || text.starts_with(['.', '-', '/']) || text.ends_with('/') {
            return Err("expected letters, digits, '.', '_', '-' and '/', and a letter, digit or '_' first");
        }
        if text.contains("..") || text.contains("//") {
            return Err("expected no '..' and no '//'");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

named_enum! {
    /// What a task is for.
    pub enum Role {
        Improve = "improve", "The candidate should be better here; with a margin it must also not be worse than that.";
        NoRegression = "no-regression", "The candidate must not be worse than the margin.";
        ReportOnly = "report-only", "The numbers are shown and decide nothing.";
        Budget = "budget", "A cost, such as latency, must not grow by more than the margin.";
    }
}

named_enum! {
    /// What a margin is counted in.
    pub enum Scale {
        Difference = "difference", "The margin is in units of the metric.";
        Ratio = "ratio", "The margin is a share of the baseline's mean: 0.1 is a tenth of it.";
    }
}

/// A second run, fixed for long, that the candidate must not fall behind either.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchor {
    /// The run.
    pub run: BaselineSource,
    /// How much worse than it is still acceptable: above 0.
    pub margin: f64,
}

/// Subgroups of a task's items, each of which must keep within a margin.
#[derive(Clone, Debug, PartialEq)]
pub struct Slices {
    /// The field of an item that names its subgroup.
    pub by: String,
    /// Fewest paired items of a subgroup that decides; smaller ones are reported only. At least 1.
    pub min_items: u64,
    /// How much worse each may become: above 0.
    pub margin: f64,
}

/// One task of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskPolicy {
    /// Its name in the suite.
    pub name: TaskName,
    /// The task as run files name it, where that is another name: picks one file out of a folder of several.
    pub task_id: Option<String>,
    /// What it is for.
    pub role: Role,
    /// The run that wants to ship: a file, a folder, or a glob that exactly one file matches.
    pub candidate: String,
    /// The run that is in use.
    pub baseline: BaselineSource,
    /// The project of the store in which a baseline is looked up, where it is another one.
    pub baseline_project: Option<String>,
    /// What happens where there is no baseline yet.
    pub first_run: FirstRun,
    /// The format of both files; `None` looks at their content.
    pub format: Option<String>,
    /// The metric.
    pub metric: Option<String>,
    /// How the inference is made. Its claim is [`TaskPolicy::main_claim`].
    pub plan: Plan,
    /// The superiority that counts, for a task of role `improve`: 0 or more.
    pub min_delta: f64,
    /// How much worse is still acceptable: above 0. There for the roles `no-regression` and `budget`.
    pub margin: Option<f64>,
    /// Why that much: there where a margin is.
    pub margin_rationale: Option<String>,
    /// What the margin is counted in.
    pub scale: Scale,
    /// A second baseline.
    pub anchor: Option<Anchor>,
    /// Subgroups that are guarded too.
    pub slices: Option<Slices>,
}

named_enum! {
    /// What happens to a task that has no baseline yet.
    pub enum FirstRun {
        Record = "record", "The run is kept and the task decides nothing, this once.";
        Fail = "fail", "It is an error.";
    }
}

impl TaskPolicy {
    /// The claim that the task's own report is about: superiority for `improve` and `report-only`, else
    /// non-inferiority within the margin.
    #[must_use]
    pub fn main_claim(&self) -> Claim {
        let min_delta = match (self.role, self.margin, self.scale) {
            (Role::NoRegression | Role::Budget, Some(margin), Scale::Difference) => -margin,
            (Role::Improve, ..) => self.min_delta,
            (Role::NoRegression | Role::Budget | Role::ReportOnly, ..) => 0.0,
        };
        Claim::Above { min_delta: min_delta + 0.0 }
    }

    /// The task as run files are expected to name it.
    #[must_use]
    pub fn name_in_runs(&self) -> &str {
        self.task_id.as_deref().unwrap_or_else(|| self.name.as_str())
    }

    /// Whether the pooled endpoint of a suite takes it: it is one of those that are to be good at something.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        matches!(self.role, Role::Improve | Role::NoRegression)
    }

    /// Where better lies, as the policy says.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.plan.direction
    }
}
