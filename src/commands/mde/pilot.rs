//! A pilot: two runs whose differences show what spread to plan with.

use super::basis::{Basis, Parts};
use crate::commands::Files;
use crate::commands::runs::{LoadedRuns, RunInputs};
use crate::domain::{Diagnostic, EpochRule, Plan};
use crate::inference::Sample;
use crate::inference::planning::{
    Clusters, Design, RepeatsPlan, VarianceComponents, spread, variance_components,
};
use crate::pairing::{Repeats, pair, repeats};
use crate::report::mde::{PilotClusters, PilotReport};

/// Two runs, read and paired as `compare` would.
#[derive(Clone, Debug, PartialEq)]
pub struct Pilot {
    /// The two runs.
    pub runs: RunInputs,
    /// How they are paired and oriented; what it says of inference is not used.
    pub plan: Plan,
}

impl Pilot {
    /// Reads, pairs and measures; plans with the pilot's own number of pairs unless told otherwise.
    pub(super) fn measure(&self, n_pairs: Option<u64>, files: &dyn Files) -> Result<Basis, Diagnostic> {
        let runs = LoadedRuns::read(&self.runs, &self.plan, files)?;
        let [baseline, candidate] = [&runs.baseline.reading.run, &runs.candidate.reading.run];
        let pairs = pair(baseline, candidate, &self.plan).map_err(|error| runs.explain(error))?;
        let sample = Sample::of(&pairs, self.plan.direction);
        let spread = spread(&sample)?;
        let sides = [baseline, candidate].map(|run| repeats(run, &pairs.ids));
        let [in_baseline, in_candidate] = &sides;

        let mut notes = pairs.notes.clone();
        notes.extend(runs.notes());
        if spread.clusters.is_some() {
            notes.push(
                "a plan for another number of items means more or fewer clusters like the pilot's".into(),
            );
        }
        let parts = self.split(in_baseline, in_candidate, &mut notes);
        if parts.is_some_and(|parts| parts.between < 0.0) {
            notes.push(
                "the items differ by no more than the luck of their repeats explains: the estimate of the variance \
                 between items is below 0 and counts as 0, so many repeats look better than they are"
                    .into(),
            );
        }
        let counts = &pairs.counts;
        Ok(Basis {
            design: Design::of(&sample).unwrap_or(Design::Graded { sd: spread.sd }),
            sd: spread.sd,
            icc: spread.clusters.and_then(|c| c.anova).map_or(0.0, |anova| anova.icc.clamp(0.0, 1.0)),
            deff: spread.design_effect,
            pairs: n_pairs.unwrap_or(spread.pairs as u64),
            pilot: Some(PilotReport {
                baseline: self.runs.baseline.clone(),
                candidate: self.runs.candidate.clone(),
                pairs: counts.pairs,
                only_baseline: counts.only_baseline,
                only_candidate: counts.only_candidate,
                coverage: counts.coverage,
                epochs_baseline: epochs(in_baseline),
                epochs_candidate: epochs(in_candidate),
                clusters: spread.clusters.map(clusters),
            }),
            repeats: parts
                .map(|parts| Parts { parts, plan: RepeatsPlan::new(parts, spread.sd, spread.design_effect) }),
            notes,
        })
    }

    /// Splits the variance, or says why it cannot be split.
    fn split(
        &self,
        baseline: &Repeats,
        candidate: &Repeats,
        notes: &mut Vec<String>,
    ) -> Option<VarianceComponents> {
        const UNTOLD: &str = "what more repeats would save cannot be estimated:";
        if self.plan.epochs != EpochRule::Mean {
            notes.push(format!("{UNTOLD} --epochs {} leaves one an item", self.plan.epochs.describe()));
            return None;
        }
        let parts = variance_components(baseline, candidate);
        if parts.is_none() {
            let repeated = |side: &Repeats| side.items().any(|scores| scores.len() > 1);
            let which = match (repeated(baseline), repeated(candidate)) {
                (true, _) => "every paired item has one epoch in the candidate",
                (_, true) => "every paired item has one epoch in the baseline",
                _ => "every paired item has one epoch",
            };
            notes.push(format!("{UNTOLD} {which}; a pilot with two or more epochs an item tells"));
        }
        parts
    }
}

/// Mean number of scored epochs of an item.
fn epochs(side: &Repeats) -> f64 {
    let (items, rows) = side.items().fold((0, 0), |(items, rows), scores| (items + 1, rows + scores.len()));
    if items > 0 { rows as f64 / f64::from(items) } else { 0.0 }
}

fn clusters(clusters: Clusters) -> PilotClusters {
    PilotClusters {
        count: clusters.count,
        mean_size: clusters.mean_size,
        seen_size: clusters.seen_size,
        n0: clusters.anova.map(|anova| anova.n0),
        icc: clusters.anova.map(|anova| anova.icc),
    }
}
