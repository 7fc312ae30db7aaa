//! A decision on its way into an export, with its runs.

use super::copy::{Copy, hashed};
use crate::domain::Diagnostic;
use crate::envelope::{self, SummaryReport, TaskSummary, v1};
use crate::report::export::{Decision, ExportedRuns, ExportedSuite, ExportedTask, Numbers, Runs};
use crate::store::ObjectStore;
use crate::trail::EntryLine;

impl Copy<'_> {
    /// A decision of the range, with its runs where there is a store.
    pub(super) fn decision(
        &mut self,
        line: &EntryLine,
        index: u64,
        bytes: &[u8],
        beside: Vec<String>,
        place: Option<&dyn ObjectStore>,
    ) -> Result<(), Diagnostic> {
        let mut decision = Decision {
            index,
            release_id: line.release.clone(),
            attempt: line.number,
            verdict: line.verdict,
            decided_at: line.decided_at.clone(),
            numbers: None,
            envelope: hashed(&line.path, line.sha256)?,
            entry: hashed(&line.entry_path, line.entry_sha256)?,
            report: None,
            beside,
            runs: Runs::default(),
            suite: None,
            tasks: Vec::new(),
        };
        match envelope::summary(bytes) {
            Ok(summary) => self.fill(&mut decision, summary, place)?,
            Err(_) if place.is_some() => {
                let why = "the envelope was written by a newer version, which may name some";
                self.misses("runs", &line.path, None, why);
            }
            Err(_) => {}
        }
        self.export.decisions.push(decision);
        Ok(())
    }

    /// What the envelope says in short, and the runs that it names.
    fn fill(
        &mut self,
        decision: &mut Decision,
        summary: envelope::Summary,
        place: Option<&dyn ObjectStore>,
    ) -> Result<(), Diagnostic> {
        let at = decision.envelope.path.clone();
        for task in summary.tasks {
            let runs = self.runs_of(&task, &at, place)?;
            let numbers = Some(numbers(task.report));
            match task.name {
                Some(task) => decision.tasks.push(ExportedTask { task, numbers, runs }),
                None => {
                    decision.runs = Runs { baseline: runs.baseline, candidate: runs.candidate };
                    decision.numbers = numbers;
                }
            }
        }
        let Some(suite) = summary.suite else { return Ok(()) };
        for (task, first) in suite.first_runs {
            let what = format!("the run of task {task}");
            let candidate = self.named_run(first.store.as_ref(), &what, &at, place)?;
            let runs = ExportedRuns { candidate, ..ExportedRuns::default() };
            decision.tasks.push(ExportedTask { task, numbers: None, runs });
        }
        decision.suite = Some(ExportedSuite {
            policy_path: suite.policy_path,
            policy_sha256: suite.policy_sha256,
            rule: suite.rule,
            finding: suite.finding,
            attempts_exceeded: suite.attempts_exceeded,
            blocking: suite.blocking,
            claims: suite.claims,
        });
        self.suites = true;
        Ok(())
    }

    /// The runs of one comparison.
    fn runs_of(
        &mut self,
        task: &TaskSummary,
        envelope: &str,
        place: Option<&dyn ObjectStore>,
    ) -> Result<ExportedRuns, Diagnostic> {
        let what =
            task.name.as_ref().map_or_else(|| "runs".to_owned(), |name| format!("the runs of task {name}"));
        let Some(stored) = &task.store else {
            self.named_run(None, &what, envelope, place)?;
            return Ok(ExportedRuns::default());
        };
        let anchor = if task.anchored {
            let what = what.replacen("the runs", "the anchor", 1);
            self.named_run(task.anchor.as_ref(), &what, envelope, place)?
        } else {
            None
        };
        for run in &task.beside {
            self.named_run(Some(run), &what, envelope, place)?;
        }
        Ok(ExportedRuns {
            baseline: self.named_run(Some(&stored.baseline), &what, envelope, place)?,
            candidate: self.named_run(Some(&stored.candidate), &what, envelope, place)?,
            anchor,
        })
    }

    /// A run that an envelope should name, where runs are asked for. Gives its path, if it is here.
    fn named_run(
        &mut self,
        run: Option<&v1::StoredRun>,
        what: &str,
        envelope: &str,
        place: Option<&dyn ObjectStore>,
    ) -> Result<Option<String>, Diagnostic> {
        match (place, run) {
            (None, _) => Ok(None),
            (Some(place), Some(run)) => self.run(run, envelope, place),
            (Some(_), None) => {
                self.misses(what, envelope, None, "the envelope names no stored runs");
                Ok(None)
            }
        }
    }
}

fn numbers(report: SummaryReport) -> Numbers {
    let SummaryReport { claim, comparison } = report;
    let envelope::SummaryNumbers { delta, ci, ci_level, p_value, n_pairs, bounds } = comparison;
    Numbers { claim, delta, ci, ci_level, p_value, n_pairs, bounds }
}
