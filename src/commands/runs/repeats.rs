//! Several runs of one baseline: repeats of it, whose mean an item is compared.

use super::{LoadedRun, LoadedRuns};
use crate::domain::{Code, Diagnostic, RunFrame};

impl LoadedRuns {
    /// The same with further runs of the baseline, as further epochs of it.
    ///
    /// # Errors
    /// `runs-differ` where a run is of another model, task, metric or configuration than the first, or the same run
    /// again.
    pub(super) fn repeated(self, repeats: Vec<LoadedRun>) -> Result<Self, Diagnostic> {
        if repeats.is_empty() {
            return Ok(self);
        }
        let first = &self.baseline;
        let mut seen = vec![first.identity.digest];
        for run in &repeats {
            same_design(first, run)?;
            if seen.contains(&run.identity.digest) {
                return Err(differs(run)
                    .what("is named twice, and a run that is counted twice is no further evidence")
                    .next("name every run of the baseline once"));
            }
            seen.push(run.identity.digest);
        }
        let others: Vec<&RunFrame> = repeats.iter().map(LoadedRun::run).collect();
        let merged = Some(first.run().with_repeats(&others)?);
        Ok(Self { repeats, merged, ..self })
    }

    /// The baseline as it is judged: its run, or all of its runs as one.
    pub(in crate::commands) fn baseline_run(&self) -> &RunFrame {
        self.merged.as_ref().unwrap_or_else(|| self.baseline.run())
    }
}

/// Scores by two judges are two measurements: their difference would be that of the judges too.
///
/// # Errors
/// `runs-differ` where both files name their judge and it is not the same.
pub(in crate::commands) fn one_judge(
    (which, first): (&str, &LoadedRun),
    run: &LoadedRun,
) -> Result<(), Diagnostic> {
    match (&first.run().metadata().judge, &run.run().metadata().judge) {
        (Some(one), Some(other)) if !one.agrees_with(other) => Err(differs(run)
            .what(format!("was scored by the judge {other}, and {which} by {one}"))
            .next("score both runs with one judge and one prompt")),
        _ => Ok(()),
    }
}

fn differs(run: &LoadedRun) -> Diagnostic {
    Code::RunsDiffer.at(&run.path)
}

/// Whether a run may stand beside the first one.
fn same_design(first: &LoadedRun, run: &LoadedRun) -> Result<(), Diagnostic> {
    let (a, b) = (first.run().metadata(), run.run().metadata());
    let members = [
        ("model", Some(&a.model_id), Some(&b.model_id)),
        ("task", Some(&a.task_id), Some(&b.task_id)),
        ("metric", Some(&a.metric_name), Some(&b.metric_name)),
        ("configuration", a.config_hash.as_ref(), b.config_hash.as_ref()),
    ];
    one_judge(("the first run", first), run)?;
    let empty = String::new();
    for (what, a, b) in members {
        let (a, b) = (a.unwrap_or(&empty), b.unwrap_or(&empty));
        if a != b {
            return Err(differs(run)
                .what(format!("is a run of {what} {b:?}, and {} one of {what} {a:?}", first.path))
                .next("runs of the baseline are repeats of one model under one configuration"));
        }
    }
    Ok(())
}
