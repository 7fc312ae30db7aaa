//! What a suite is judged on, and what its judgement consists of.

use super::claim::ClaimResult;
use crate::decision::Judgement;
use crate::domain::policy::{TaskName, TaskPolicy};
use crate::domain::{Alpha, RunFrame, Verdict};

/// The runs of one task.
#[derive(Clone, Copy, Debug)]
pub struct TaskRuns<'a> {
    /// What the policy says of it.
    pub task: &'a TaskPolicy,
    /// The run in use; `None` where there is none yet and the policy records the first one.
    pub baseline: Option<&'a RunFrame>,
    /// The run that wants to replace it.
    pub candidate: &'a RunFrame,
    /// The anchor, where the policy names one.
    pub anchor: Option<&'a RunFrame>,
    /// Whether the baseline is older than the policy allows.
    pub stale: bool,
}

/// The judgement on one task of a suite.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskJudgement {
    /// The task.
    pub name: TaskName,
    /// The judgement on its main claim by itself; `None` where there was no baseline yet.
    pub judgement: Option<Judgement>,
}

/// The judgement on a suite: a function of the runs and the policy, and of nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteJudgement {
    /// Every task, in the order of the policy.
    pub tasks: Vec<TaskJudgement>,
    /// Every claim, task by task.
    pub claims: Vec<ClaimResult>,
    /// What corrections over several claims are held to: the smallest alpha of any task that decides.
    pub alpha: Alpha,
    /// The answer.
    pub verdict: Verdict,
    /// The tasks that keep the suite from ALLOW, in the order of the policy.
    pub blocking: Vec<TaskName>,
    /// What was shown and what was not, in words.
    pub finding: String,
    /// What to do next.
    pub suggestion: Option<String>,
}
