//! The one path to a decision, for `gate` and `action`: load both runs, judge them, record the judgement with
//! the circumstances of the moment.

use super::World;
use super::origin::Step;
use super::progress::Whole;
use super::runs::{LoadedRuns, RunInputs};
use super::targets::StoreTarget;
use crate::domain::{Diagnostic, Plan};
use crate::envelope::{Circumstances, Record};
use crate::view::Items;

/// What is to be decided.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRequest {
    /// The two runs.
    pub runs: RunInputs,
    /// What fixes the inference.
    pub plan: Plan,
    /// Where both runs go, and where `store:` names are looked up.
    pub store: Option<StoreTarget>,
    /// Where those of the baseline are looked up instead, and nothing is written.
    pub baseline_store: Option<StoreTarget>,
    /// How many items that became worse, and how many that became better, its readers are told of.
    pub named: usize,
}

impl DecisionRequest {
    /// Reads both runs, which may be in the store; `now` is what their age is counted to.
    ///
    /// # Errors
    /// Those of [`LoadedRuns::find`].
    pub fn load(&self, now: &str, world: &World<'_>) -> Result<LoadedRuns, Diagnostic> {
        let baseline = self.baseline_store.as_ref().or(self.store.as_ref());
        LoadedRuns::find(&self.runs, &self.plan, (baseline, self.store.as_ref()), now, world)
    }
}

/// What is shown while two runs are judged.
pub(super) const JUDGING: &str = "judging both runs";

/// The record of the judgement on two runs. Writes nothing.
///
/// # Errors
/// Those of [`judge`](crate::decision::judge), and of a sample or of labels where they are judged.
pub fn record(runs: &LoadedRuns, plan: &Plan) -> Result<Record, Diagnostic> {
    Ok(judged(runs, plan, 0)?.0)
}

/// How many items that became worse, and how many that became better, are named where there is no page for all of them.
pub const NAMED: usize = 10;

/// The record of the judgement on two runs, and what became of their items, of which `named` are kept each way. Writes
/// nothing.
///
/// # Errors
/// Those of [`judge`](crate::decision::judge), and of a sample or of labels where they are judged.
pub fn judged(runs: &LoadedRuns, plan: &Plan, named: usize) -> Result<(Record, Items), Diagnostic> {
    let (baseline, candidate) = runs.judged();
    let judgement = runs.judge(plan).map_err(|error| runs.explain(error))?;
    let inputs = runs.recorded(&judgement.pairs.counts);
    let items = Items::of(&judgement.pairs, [baseline, candidate], plan.direction, named);
    Ok((Record::of(&judgement, inputs, runs.notes()), items))
}

/// A decision that is not persisted yet.
pub struct Decision<'a> {
    /// The runs that it is about.
    pub runs: &'a LoadedRuns,
    /// What fixed the inference.
    pub plan: &'a Plan,
    /// The record of the judgement.
    pub record: Record,
    /// What became of the items.
    pub items: Items,
    /// When and where it was made.
    pub circumstances: Circumstances,
}

impl<'a> Decision<'a> {
    /// Judges both runs at `now`. `step`: the workflow step that asks, where there is one.
    ///
    /// # Errors
    /// Those of [`judge`](crate::decision::judge), and of a sample or of labels where they are judged.
    pub fn make(
        runs: &'a LoadedRuns,
        (plan, named): (&'a Plan, usize),
        step: Option<&Step>,
        now: String,
        world: &World<'_>,
    ) -> Result<Self, Diagnostic> {
        let circumstances = Step::circumstances(step, now, world.clock.source());
        let _stage = world.progress.begin(JUDGING, Whole::Unknown);
        let (record, items) = judged(runs, plan, named)?;
        Ok(Self { runs, plan, record, items, circumstances })
    }
}
