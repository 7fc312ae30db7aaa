//! The runs of every task, read from where the policy says they are.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::errors;
use super::find::{AtCommit, OnDisk, RunFiles, run_of};
use super::policy_file::LoadedPolicy;
use crate::commands::World;
use crate::commands::revisions::Revision;
use crate::commands::runs::{Freshness, LoadedRun, LoadedRuns, ReadAs, one_judge};
use crate::commands::targets::{StoreTarget, TrailTarget};
use crate::domain::policy::{BaselineSource, FirstRun, TaskPolicy};
use crate::domain::{Code, Diagnostic, ProjectId};
use crate::readers::{FileOrFolder, Format, InMemory};
use crate::store::{self, AllowedRuns, ObjectVersion, RecordedRun, Sought, StoredFile, recorded_run};
use crate::trail::{self, AllowedCandidate, AllowedTask};

/// The runs of one task.
pub(in crate::commands) struct LoadedTask<'a> {
    pub(in crate::commands) task: &'a TaskPolicy,
    pub(in crate::commands) runs: LoadedPair,
    pub(in crate::commands) anchor: Option<LoadedRun>,
}

/// A candidate with the run that it is compared with, where there is one.
pub(in crate::commands) enum LoadedPair {
    /// Both runs.
    Compared(Box<LoadedRuns>),
    /// There is no baseline yet, and the policy records the first run.
    First(Box<LoadedRun>),
}

impl LoadedTask<'_> {
    pub(in crate::commands) fn candidate(&self) -> &LoadedRun {
        match &self.runs {
            LoadedPair::Compared(runs) => &runs.candidate,
            LoadedPair::First(run) => run,
        }
    }

    pub(in crate::commands) fn baseline(&self) -> Option<&LoadedRun> {
        match &self.runs {
            LoadedPair::Compared(runs) => Some(&runs.baseline),
            LoadedPair::First(_) => None,
        }
    }
}

/// Where runs are looked for.
pub(super) struct Places<'p, 'w> {
    policy: &'p LoadedPolicy,
    /// Where baselines and anchors are looked up, and where candidates are.
    stores: (Option<&'w StoreTarget>, Option<&'w StoreTarget>),
    trail: Option<&'w TrailTarget>,
    now: &'w str,
    world: &'w World<'w>,
    /// What was read of the allowed runs of each root and project.
    allowed: RefCell<BTreeMap<(String, ProjectId), AllowedRuns>>,
}

impl<'p, 'w> Places<'p, 'w> {
    pub(super) fn new(
        policy: &'p LoadedPolicy,
        stores: (Option<&'w StoreTarget>, Option<&'w StoreTarget>),
        trail: Option<&'w TrailTarget>,
        now: &'w str,
        world: &'w World<'w>,
    ) -> Self {
        Self { policy, stores, trail, now, world, allowed: RefCell::default() }
    }

    /// Reads the runs of every task, in the order of the policy.
    ///
    /// # Errors
    /// `run-not-found` for a task without a run; every error about a single run, with the task as the place.
    pub(super) fn load(&self) -> Result<Vec<LoadedTask<'p>>, Diagnostic> {
        self.policy.rules.tasks.iter().map(|task| self.task(task)).collect()
    }

    fn task(&self, task: &'p TaskPolicy) -> Result<LoadedTask<'p>, Diagnostic> {
        let candidate = self.candidate(task)?;
        let baseline = self.compared_with(task, "baseline", &task.baseline, Some(&candidate))?;
        if baseline.is_none() && task.first_run == FirstRun::Fail {
            return Err(errors::no_baseline(
                task,
                &task.baseline,
                "there is none yet (the candidate itself does not count)",
            ));
        }
        let anchor = match &task.anchor {
            None => None,
            Some(anchor) => {
                let found = self.compared_with(task, "anchor.run", &anchor.run, Some(&candidate))?;
                // An anchor is a release that was made: a missing one is never a first run.
                let missing = || errors::task_without_file(task, "anchor.run", &anchor.run.to_string());
                Some(found.ok_or_else(missing)?)
            }
        };
        for (which, run) in
            [("baseline", baseline.as_ref()), ("candidate", Some(&candidate)), ("anchor", anchor.as_ref())]
        {
            check_task(task, which, run)?;
            if let Some(run) = run {
                one_judge(("the candidate", &candidate), run)
                    .map_err(|error| error.within(&format!("task {}", task.name)))?;
            }
        }
        let runs = match baseline {
            Some(baseline) => LoadedPair::Compared(Box::new(LoadedRuns::pair(baseline, candidate))),
            None => LoadedPair::First(Box::new(candidate)),
        };
        Ok(LoadedTask { task, runs, anchor })
    }

    fn candidate(&self, task: &TaskPolicy) -> Result<LoadedRun, Diagnostic> {
        let pattern = &task.candidate;
        if let Some(name) = pattern.strip_prefix("store:") {
            let asked = BaselineSource::Stored(name.to_owned());
            let found = self.stored(task, "candidate", &asked, None, None)?;
            return found.ok_or_else(|| errors::task_without_file(task, "candidate", pattern));
        }
        let found = run_of(&OnDisk(self.world.files), pattern, task, "candidate")?;
        let found = found.ok_or_else(|| errors::task_without_file(task, "candidate", pattern))?;
        self.read(task, &found, None)
    }

    /// The baseline of a task as it is before there is a candidate; `None` where there is none yet.
    ///
    /// # Errors
    /// Those of the place, and every error about the run, with the task as the place.
    pub(super) fn baseline_so_far(&self, task: &TaskPolicy) -> Result<Option<LoadedRun>, Diagnostic> {
        let found = self.compared_with(task, "baseline", &task.baseline, None)?;
        check_task(task, "baseline", found.as_ref())?;
        Ok(found)
    }

    /// The run that a candidate is compared with; `None` where there is nothing at that place.
    fn compared_with(
        &self,
        task: &TaskPolicy,
        key: &str,
        source: &BaselineSource,
        candidate: Option<&LoadedRun>,
    ) -> Result<Option<LoadedRun>, Diagnostic> {
        match source {
            BaselineSource::Path(path) => match (&self.policy.at, self.world.revisions) {
                (Some(at), Some(revisions)) => {
                    let place = AtCommit { revisions, commit: &at.commit };
                    self.at_commit(task, key, path, &place, &at.revision)
                }
                (Some(_), None) => Err(errors::no_revisions(task, key, source)),
                (None, _) => {
                    let found = run_of(&OnDisk(self.world.files), path, task, key)?;
                    found.map(|found| self.read(task, &found, None)).transpose()
                }
            },
            BaselineSource::Git { revision, path } => {
                let revisions =
                    self.world.revisions.ok_or_else(|| errors::no_revisions(task, key, source))?;
                let commit = revisions.resolve(&Revision::Named(revision.clone()))?;
                let place = AtCommit { revisions, commit: &commit };
                self.at_commit(task, key, path, &place, revision)
            }
            BaselineSource::Stored(_) | BaselineSource::StoreLatestAllowed => {
                let sought = match candidate {
                    Some(candidate) => Sought {
                        metric: Some(&candidate.run().metadata().metric_name),
                        apart_from: Some(candidate.run()),
                    },
                    None => Sought { metric: task.metric.as_deref(), apart_from: None },
                };
                self.stored(task, key, source, Some(sought), self.policy.rules.limits.max_baseline_age)
            }
            BaselineSource::TrailLatestAllowed => self.of_trail(task, key),
        }
    }

    fn at_commit(
        &self,
        task: &TaskPolicy,
        key: &str,
        path: &str,
        place: &AtCommit<'_>,
        revision: &str,
    ) -> Result<Option<LoadedRun>, Diagnostic> {
        let Some(found) = run_of(place as &dyn RunFiles, path, task, key)? else { return Ok(None) };
        self.read(task, &found, Some((revision, place.commit))).map(Some)
    }

    /// Reads a run file as the task asks for it.
    fn read(
        &self,
        task: &TaskPolicy,
        file: &FileOrFolder,
        commit: Option<(&str, &str)>,
    ) -> Result<LoadedRun, Diagnostic> {
        let read = LoadedRun::read(file, &self.read_as(task)?)
            .map_err(|error| error.within(&format!("task {}", task.name)))?;
        Ok(match commit {
            Some((revision, commit)) => read.at_commit(revision, commit),
            None => read,
        })
    }

    fn read_as(&self, task: &TaskPolicy) -> Result<ReadAs, Diagnostic> {
        Ok(ReadAs {
            format: format(task)?,
            id: task.plan.id.clone(),
            metric: task.metric.clone(),
            cluster: task.plan.cluster.clone(),
            slice: task.slices.as_ref().map(|slices| slices.by.clone()),
            run: None,
        })
    }

    /// A run of the store.
    fn stored(
        &self,
        task: &TaskPolicy,
        key: &str,
        source: &BaselineSource,
        sought: Option<Sought<'_>>,
        max_age_days: Option<u64>,
    ) -> Result<Option<LoadedRun>, Diagnostic> {
        let (baselines, candidates) = self.stores;
        let at = if sought.is_some() { baselines } else { candidates };
        let at = at.ok_or_else(|| errors::no_store(task, key, source))?;
        let place = self.world.stores.open(&at.root)?;
        let named: Option<ProjectId> =
            task.baseline_project.as_ref().map(|name| name.parse()).transpose().map_err(|why: &str| {
                Code::BadPolicy.at(format!("task {}: baseline-project", task.name)).what(why)
            })?;
        // The candidate itself lies in the project of the gate.
        let project = match sought {
            None => &at.project,
            Some(_) => named.as_ref().unwrap_or(&at.project),
        };
        let found = match (source, sought) {
            (BaselineSource::StoreLatestAllowed, Some(sought)) => {
                let (name, id) = (task.name.as_str(), task.name_in_runs());
                let mut known = self.allowed.borrow_mut();
                let known = known.entry((at.root.clone(), project.clone())).or_default();
                match known.latest(&*place, project, (name, id), sought)? {
                    None if task.first_run == FirstRun::Record => {
                        known.first_recorded(&*place, project, name, sought)?
                    }
                    found => found,
                }
            }
            (BaselineSource::Stored(name), _) => Some(store::by_name(&*place, project, name)?),
            _ => None,
        };
        let Some(found) = found else { return Ok(None) };
        let asked = source.to_string();
        let freshness = Freshness { asked: &asked, now: self.now, max_age_days };
        LoadedRun::of_store(found, (&*place, &at.root), &self.read_as(task)?, &freshness).map(Some)
    }

    /// The candidate of the newest decision of the trail that allowed this task: its stored copy where there is one,
    /// else the file that it was read from then, if that still holds the same bytes.
    fn of_trail(&self, task: &TaskPolicy, key: &str) -> Result<Option<LoadedRun>, Diagnostic> {
        let target = self.trail.ok_or_else(|| errors::no_trail(task, key))?;
        let port = self.world.trails.open(target)?;
        let wanted = AllowedTask {
            name: task.name.as_str(),
            task_id: task.name_in_runs(),
            metric: task.metric.as_deref(),
        };
        let Some(AllowedCandidate { decision, candidate }) = trail::latest_allowed(&*port, wanted)? else {
            return Ok(None);
        };
        let asked = BaselineSource::TrailLatestAllowed.to_string();
        if let (Some(stored), Some(at)) = (&candidate.stored, self.stores.0) {
            let place = self.world.stores.open(&at.root)?;
            if let RecordedRun::Read(bytes) = recorded_run(&*place, &stored.run)? {
                let source = InMemory { path: place.shown(&stored.run.path), bytes };
                let run = self.read(task, &FileOrFolder::File(Box::new(source)), None)?;
                let file = StoredFile {
                    path: stored.run.path.clone(),
                    sha256: run.identity.digest,
                    version: ObjectVersion { id: stored.run.version.clone(), etag: stored.run.etag.clone() },
                };
                let limits = &self.policy.rules.limits;
                let age = Freshness { asked: &asked, now: self.now, max_age_days: limits.max_baseline_age };
                return Ok(Some(run.found_at((&at.root, file), &decision.written_at, &age)));
            }
        }
        let path = &candidate.input.path;
        let run = match run_of(&OnDisk(self.world.files), path, task, key)? {
            Some(found) => self.read(task, &found, None)?,
            None => return Err(errors::allowed_run_gone(task, key, &decision.path, path)),
        };
        if run.identity.digest.to_string() == candidate.input.sha256 {
            Ok(Some(run))
        } else {
            Err(errors::allowed_run_gone(task, key, &decision.path, path))
        }
    }
}

fn format(task: &TaskPolicy) -> Result<Option<Format>, Diagnostic> {
    match task.format.as_deref() {
        None | Some("auto") => Ok(None),
        Some(name) => name.parse().map(Some).map_err(|why| errors::unknown_format(task, name, why)),
    }
}

/// A run file cannot take another task's place: where the policy says how run files name the task, each has to.
fn check_task(task: &TaskPolicy, which: &str, run: Option<&LoadedRun>) -> Result<(), Diagnostic> {
    let (Some(expected), Some(run)) = (&task.task_id, run) else { return Ok(()) };
    let found = &run.run().metadata().task_id;
    if found == expected { Ok(()) } else { Err(errors::other_task(task, which, found, expected)) }
}
