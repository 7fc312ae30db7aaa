//! Decisions by task, as their envelopes have them: what is drawn over time. A line of history is about a run, which may
//! have been decided about more than once.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::ManifestRecord;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::v1::VerdictWord;
use crate::envelope::{Summary, TaskSummary};
use crate::view::{self, Effect, Unit};

/// One decision about one task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskDecision {
    /// When: RFC 3339, or as it was written where it is no time.
    pub decided_at: String,
    /// The same, where it is a time.
    pub time: Option<jiff::Timestamp>,
    /// The release and the attempt at it.
    pub release: Option<(String, u32)>,
    /// The position of its entry in the chain, where a trail holds it.
    pub position: Option<u64>,
    /// The task's name in the policy.
    pub policy_task: Option<String>,
    /// The task that was measured.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// The candidate's model.
    pub model: String,
    /// The run that it was compared with.
    pub baseline: ComparedWith,
    /// The verdict of the decision: of a suite that of all its tasks.
    pub verdict: VerdictWord,
    /// Mean of candidate - baseline, sign turned when lower is better, where it is known.
    pub delta: Option<f64>,
    /// What the envelope says beyond that, where it was asked for and there is one.
    pub numbers: Option<TaskNumbers>,
}

/// The run that a candidate was compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedWith {
    /// What the run calls itself.
    pub run: String,
    /// SHA-256 of its file as it was given.
    sha256: Option<String>,
    /// SHA-256 of its stored copy.
    stored: Option<String>,
}

/// The numbers that a picture of a decision needs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskNumbers {
    /// What the task's main claim shows by itself.
    pub verdict: VerdictWord,
    /// What differences are counted in.
    pub unit: Unit,
    /// The difference with its bounds, and what was asked for.
    pub effect: Effect,
    /// Whether lower scores are better.
    pub lower_is_better: bool,
}

impl TaskDecision {
    /// What the task is called: its name in the policy, else the task that was measured.
    #[must_use]
    pub fn title(&self) -> &str {
        self.policy_task.as_deref().unwrap_or(&self.task)
    }

    /// What came out for whom: where two tell the same, one decision is told twice.
    fn outcome(&self) -> (String, String, String, &'static str, Option<u64>) {
        let numbers = (self.verdict.as_str(), self.delta.map(f64::to_bits));
        (self.task.clone(), self.metric.clone(), self.model.clone(), numbers.0, numbers.1)
    }
}

impl ComparedWith {
    fn of(task: &TaskSummary) -> Self {
        let baseline = &task.inputs.baseline;
        Self {
            run: baseline.run_id.clone(),
            sha256: Some(baseline.sha256.clone()),
            stored: task.store.as_ref().map(|store| store.baseline.sha256.clone()),
        }
    }

    /// Whether both are the same run. Its bytes say so where they are known: a run may be a file at one time and a
    /// stored copy at another, and two runs may call themselves the same.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let hashes =
            |of: &Self| [of.sha256.clone(), of.stored.clone()].into_iter().flatten().collect::<Vec<_>>();
        let (own, others) = (hashes(self), hashes(other));
        if own.is_empty() || others.is_empty() {
            return self.run == other.run;
        }
        own.iter().any(|hash| others.contains(hash))
    }
}

/// The decisions of envelopes, each once, wherever copies of its envelope lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Decisions {
    found: BTreeMap<(Digest, Option<String>), TaskDecision>,
    with_numbers: bool,
}

impl Decisions {
    /// Decisions with what a picture needs of each.
    pub(super) fn with_numbers() -> Self {
        Self { with_numbers: true, ..Self::default() }
    }

    /// Adds the tasks of an envelope.
    ///
    /// # Errors
    /// `envelope-unreadable` where a newer version wrote it and left out what this one draws; its verdict counts all
    /// the same.
    pub(super) fn add(
        &mut self,
        (sha256, position): (Digest, Option<u64>),
        bytes: &[u8],
        summary: &Summary,
    ) -> Result<(), Diagnostic> {
        for task in &summary.tasks {
            if let Some(known) = self.found.get_mut(&(sha256, task.name.clone())) {
                known.position = known.position.or(position);
            }
        }
        let missing = |task: &TaskSummary| !self.found.contains_key(&(sha256, task.name.clone()));
        if !summary.tasks.iter().any(missing) {
            return Ok(());
        }
        let (seen, read) = match self.with_numbers.then(|| view::of_envelope(bytes)) {
            Some(Ok(seen)) => (Some(seen), Ok(())),
            Some(Err(error)) => (None, Err(error)),
            None => (None, Ok(())),
        };
        for task in &summary.tasks {
            let numbers = seen.as_ref().and_then(|seen| {
                let task = seen.tasks.iter().find(|shown| shown.name == task.name)?;
                Some(TaskNumbers {
                    verdict: task.verdict,
                    unit: task.unit.clone(),
                    effect: task.effect,
                    lower_is_better: task.lower_is_better,
                })
            });
            let decision = TaskDecision { numbers, position, ..of_summary(summary, task) };
            self.found.insert((sha256, task.name.clone()), decision);
        }
        read
    }

    /// Whether an envelope told of the decision about this task.
    pub(super) fn knows(&self, sha256: Digest, policy_task: Option<&String>) -> bool {
        self.found.contains_key(&(sha256, policy_task.cloned()))
    }

    /// Those that fit, oldest first; with them `bare`: what the index of a store says was decided, where no envelope of it
    /// is kept.
    pub(super) fn fitting(
        &self,
        bare: impl Iterator<Item = TaskDecision>,
        fits: impl Fn(&TaskDecision) -> bool,
    ) -> Vec<TaskDecision> {
        let said: BTreeSet<_> = self.found.values().map(TaskDecision::outcome).collect();
        // What the trail tells of a decision, the index of the store tells once more.
        let bare = bare.filter(|decision| !said.contains(&decision.outcome()));
        let mut fitting: Vec<TaskDecision> = self.found.values().cloned().chain(bare).filter(fits).collect();
        // Clocks of a trail tell whole seconds: within one, the chain knows what came first.
        fitting.sort_by_cached_key(|decision| {
            let second = decision.time.map(jiff::Timestamp::as_second);
            (
                second,
                decision.position,
                decision.release.clone(),
                decision.policy_task.clone(),
                decision.task.clone(),
            )
        });
        fitting
    }
}

fn of_summary(summary: &Summary, task: &TaskSummary) -> TaskDecision {
    let candidate = &task.inputs.candidate;
    TaskDecision {
        decided_at: summary.decided_at.clone(),
        time: summary.decided_at.parse().ok(),
        release: summary.release_id.clone().map(|release| (release, summary.attempt)),
        position: None,
        policy_task: task.name.clone(),
        task: candidate.task_id.clone(),
        metric: candidate.metric.clone(),
        model: candidate.model_id.clone(),
        baseline: ComparedWith::of(task),
        verdict: summary.verdict,
        delta: Some(task.report.comparison.delta),
        numbers: None,
    }
}

/// What the index of a store alone knows, where it is about a decision.
pub(super) fn of_record(record: &ManifestRecord, policy_task: Option<&String>) -> Option<TaskDecision> {
    let words = [VerdictWord::Allow, VerdictWord::Reject, VerdictWord::Inconclusive];
    let verdict = words.into_iter().find(|word| record.verdict.as_deref() == Some(word.as_str()))?;
    let run = record.parent_run_id.clone().unwrap_or_default();
    Some(TaskDecision {
        decided_at: record.ts.clone(),
        time: record.time(),
        release: None,
        position: None,
        policy_task: policy_task.cloned(),
        task: record.task_id.clone(),
        metric: record.metric_name.clone(),
        model: record.model_id.clone(),
        baseline: ComparedWith { run, ..ComparedWith::default() },
        verdict,
        delta: record.delta,
        numbers: None,
    })
}

#[cfg(test)]
mod tests {
    use super::ComparedWith;

    fn run(run: &str, sha256: Option<&str>, stored: Option<&str>) -> ComparedWith {
        let text = |text: &str| text.to_owned();
        ComparedWith { run: run.into(), sha256: sha256.map(text), stored: stored.map(text) }
    }

    #[test]
    fn a_run_is_known_by_its_bytes_and_else_by_its_name() {
        let file = run("r", Some("a"), Some("b"));
        assert!(file.is(&run("r", Some("b"), Some("b"))), "named from the store the next time");
        assert!(!file.is(&run("r", Some("c"), Some("d"))), "another run of the same name");
        assert!(run("r", None, None).is(&file) && !run("s", None, None).is(&file));
    }
}
