//! A suite under a policy: read the policy, find the runs of its tasks, judge them as one. `gate --policy` and the
//! action tell the same story.

mod errors;
mod find;
mod load;
mod locked;
mod planned;
mod policy_file;
mod record;
mod waived;

use std::collections::BTreeMap;

use super::World;
use super::origin::Step;
use super::progress::Whole;
use super::targets::{StoreTarget, TrailTarget};
use crate::domain::{Diagnostic, ReleaseId};
use crate::envelope::{Circumstances, SuiteRecord};
use crate::policy::Tightening;
use crate::suite::judge_suite;
use crate::view::Items;
use load::Places;

pub(super) use load::{LoadedPair, LoadedTask};
pub use planned::{PlannedPolicy, planned};
pub use policy_file::{LoadedPolicy, PolicySource};

/// What is to be decided under a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteRequest {
    /// Where the policy is.
    pub policy: PolicySource,
    /// What flags or inputs say beside it.
    pub tightening: Tightening,
    /// Where runs go, and where `store:` names are looked up.
    pub store: Option<StoreTarget>,
    /// Where those of baselines and anchors are looked up instead, and nothing is written.
    pub baseline_store: Option<StoreTarget>,
    /// Where `trail:latest-allowed` and locked plans are looked up.
    pub trail: Option<TrailTarget>,
    /// The release that is decided.
    pub release: Option<ReleaseId>,
    /// How many items that became worse, and how many that became better, its readers are told of for each task.
    pub named: usize,
}

/// A decision about a suite that is not persisted yet.
pub struct SuiteDecision<'a> {
    /// The runs of each task.
    pub(super) tasks: Vec<LoadedTask<'a>>,
    /// The record of the judgement.
    pub record: SuiteRecord,
    /// What became of the items of each task.
    pub items: BTreeMap<String, Items>,
    /// When and where it was made.
    pub circumstances: Circumstances,
}

impl SuiteRequest {
    /// Where baselines and anchors are looked up, and where candidates are.
    fn stores(&self) -> (Option<&StoreTarget>, Option<&StoreTarget>) {
        (self.baseline_store.as_ref().or(self.store.as_ref()), self.store.as_ref())
    }

    /// Reads the policy, as tightened.
    ///
    /// # Errors
    /// `bad-policy` where the file is none, or is loosened; those of reading it.
    pub fn policy(&self, world: &World<'_>) -> Result<LoadedPolicy, Diagnostic> {
        self.tightened(self.policy_as_written(world)?)
    }

    /// Reads the policy as its file has it.
    ///
    /// # Errors
    /// `bad-policy` where the file is none, or is loosened; those of reading it.
    pub fn policy_as_written(&self, world: &World<'_>) -> Result<LoadedPolicy, Diagnostic> {
        LoadedPolicy::read(&self.policy, world)
    }

    /// A policy tightened by what was said beside it.
    ///
    /// # Errors
    /// `bad-policy` for what would loosen it.
    pub fn tightened(&self, policy: LoadedPolicy) -> Result<LoadedPolicy, Diagnostic> {
        policy.tightened(&self.tightening)
    }
}

impl<'a> SuiteDecision<'a> {
    /// Judges the runs of all tasks at `now`. `step`: the workflow step that asks, where there is one.
    ///
    /// # Errors
    /// `run-not-found` for a task without a run; `bad-policy` where a locked plan is required and is not there; every
    /// error about a run, or a pair of runs, with the task as the place.
    pub fn make(
        request: &SuiteRequest,
        policy: &'a LoadedPolicy,
        step: Option<&Step>,
        now: String,
        world: &World<'_>,
    ) -> Result<Self, Diagnostic> {
        let places = Places::new(policy, request.stores(), request.trail.as_ref(), &now, world);
        let tasks = places.load()?;
        let locked =
            locked::plan((request.release.as_ref(), request.trail.as_ref()), policy, &tasks, &now, world)?;
        let stage = world.progress.begin("judging the tasks of the policy", Whole::Unknown);
        let judgement =
            judge_suite(&policy.rules, &record::task_runs(&tasks)).map_err(|error| explain(error, &tasks))?;
        drop(stage);
        let items = record::items(&judgement, &tasks, request.named);
        let mut record = record::suite(&judgement, policy, &tasks);
        record.policy.locked_plan = locked;
        let commit = step.and_then(|step| step.origin.source.head_sha.as_deref());
        let about = (request.release.as_ref(), commit);
        record.waivers = waived::of(&judgement, policy, &tasks, about, &now, world)?;
        let circumstances = Step::circumstances(step, now, world.clock.source());
        Ok(Self { tasks, record, items, circumstances })
    }
}

/// A refusal for want of scores in a run of a task, with what the file shows of the reason.
fn explain(error: Diagnostic, tasks: &[LoadedTask<'_>]) -> Diagnostic {
    let in_task = |task: &LoadedTask<'_>| {
        error.place.strip_prefix(&format!("task {}: ", task.task.name)).map(str::to_owned)
    };
    let Some((task, inside)) = tasks.iter().find_map(|task| Some((task, in_task(task)?))) else {
        return error;
    };
    let run = match inside.strip_prefix("anchor: ") {
        Some(inside) if inside.starts_with("baseline") => task.anchor.as_ref(),
        None if inside.starts_with("baseline") => task.baseline(),
        _ => Some(task.candidate()),
    };
    match run {
        Some(run) => run.explain(error),
        None => error,
    }
}
