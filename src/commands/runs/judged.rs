//! Which question is asked of the runs: the plain one, that of a sample, or that of a judge whom people corrected.

use super::LoadedRuns;
use crate::decision::{Judgement, judge, judge_corrected, judge_drawn};
use crate::domain::{Diagnostic, Plan, RunFrame};
use crate::pairing::{Pairs, pair};
use crate::sampling::drawn_pairs;

impl LoadedRuns {
    /// The judgement on them.
    ///
    /// # Errors
    /// Those of [`judge`], [`judge_drawn`] and [`judge_corrected`].
    pub(in crate::commands) fn judge(&self, plan: &Plan) -> Result<Judgement, Diagnostic> {
        let (baseline, candidate) = self.judged();
        match (&self.sampled, &self.gold) {
            (Some(sampled), _) => {
                let plan = Plan { sampling: Some(sampled.sampling.clone()), ..plan.clone() };
                judge_drawn(&sampled.drawn(baseline, &plan)?, candidate, &plan)
            }
            (None, Some(gold)) => {
                let [first, second] = &gold.runs;
                judge_corrected(baseline, candidate, [first, second], plan)
            }
            (None, None) => judge(baseline, candidate, plan),
        }
    }

    /// The pairs that are judged.
    ///
    /// # Errors
    /// Those of [`pair`].
    pub(in crate::commands) fn pairs(&self, plan: &Plan) -> Result<Pairs, Diagnostic> {
        let (baseline, candidate) = self.judged();
        match &self.sampled {
            Some(sampled) => drawn_pairs(&sampled.drawn(baseline, plan)?, candidate, plan),
            None => pair(baseline, candidate, plan),
        }
    }

    /// Baseline and candidate as they are judged.
    pub(in crate::commands) fn judged(&self) -> (&RunFrame, &RunFrame) {
        (self.baseline_run(), self.candidate.run())
    }
}
