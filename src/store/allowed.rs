//! The runs that the suites of a project allowed, by task. A policy of a thousand tasks asks a thousand times: what was
//! read for one task is kept for the next.

use std::collections::BTreeMap;

use super::catalogue::{self, CatalogueEntry};
use super::find::{self, Content, FoundRun, Sought};
use super::newest_first::NewestFirst;
use super::port::ObjectStore;
use super::told::Envelopes;
use crate::domain::{Diagnostic, ProjectId};
use crate::envelope::v1::VerdictWord;

/// The allowed runs and the first runs of one project, as far as they were looked for.
#[derive(Default)]
pub struct AllowedRuns {
    runs: NewestFirst,
    /// How many of the runs were looked at.
    checked: usize,
    /// The runs that were allowed for each task of a policy, the newest first.
    of_task: BTreeMap<String, Vec<Allowed>>,
    /// Those that a gate without a policy allowed, by the task that they name themselves.
    without_policy: BTreeMap<String, Vec<Allowed>>,
    /// The runs that were recorded as the first of a task, the oldest first; once it was asked for.
    first: Option<BTreeMap<String, Vec<CatalogueEntry>>>,
    envelopes: Envelopes,
}

/// A run that was allowed.
#[derive(Clone)]
struct Allowed {
    entry: CatalogueEntry,
    content: Content,
}

impl AllowedRuns {
    /// The newest run that was allowed as the candidate of a policy's task, the candidate itself left out; where no
    /// suite has allowed one yet, the newest that a gate without a policy allowed for `task_id`. Which task a run was
    /// allowed for is read from the envelope: a run file cannot make itself the baseline of another task.
    ///
    /// # Errors
    /// Those of the place.
    pub fn latest(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
        (task, task_id): (&str, &str),
        sought: Sought<'_>,
    ) -> Result<Option<FoundRun>, Diagnostic> {
        let own = sought.own();
        let fits = |allowed: &&Allowed| {
            sought.takes(&allowed.entry.record.metric_name) && allowed.content.is_not(&own)
        };
        // Those that were looked at before stand in their order, and every other one is older.
        let newest = |of: &BTreeMap<String, Vec<Allowed>>, task: &str| {
            of.get(task).and_then(|runs| runs.iter().find(fits)).map(|allowed| allowed.entry.clone())
        };
        loop {
            if let Some(entry) = newest(&self.of_task, task) {
                return find::fetch(place, &entry).map(Some);
            }
            if !self.look_further(place, project)? {
                let entry = newest(&self.without_policy, task_id);
                return entry.map(|entry| find::fetch(place, &entry)).transpose();
            }
        }
    }

    /// Looks at the next older run. False where there is none.
    fn look_further(&mut self, place: &dyn ObjectStore, project: &ProjectId) -> Result<bool, Diagnostic> {
        let may_be =
            |entry: &CatalogueEntry| entry.record.verdict.as_deref() == Some(VerdictWord::Allow.as_str());
        let Some(entry) = self.runs.at(self.checked, (place, project), &may_be)? else { return Ok(false) };
        self.checked += 1;
        if !may_be(entry) || !entry.present {
            return Ok(true);
        }
        let entry = entry.clone();
        let Some(content) = find::allowed(place, &entry, &mut self.envelopes)? else { return Ok(true) };
        let told = self.envelopes.beside(place, &entry)?;
        let tasks = tasks(told.into_iter().flat_map(|told| &told.allowed), &entry);
        let allowed = Allowed { content, entry };
        if tasks.is_empty() {
            self.without_policy.entry(allowed.entry.record.task_id.clone()).or_default().push(allowed);
            return Ok(true);
        }
        for task in tasks {
            self.of_task.entry(task).or_default().push(allowed.clone());
        }
        Ok(true)
    }

    /// The first run that was recorded for a policy's task without any decision about it: what the policy takes as the
    /// baseline as long as no run is allowed. The oldest, so that no later run can take its place. Which task it was
    /// recorded for is read from the envelope beside it: a run file cannot name itself into another task.
    ///
    /// # Errors
    /// Those of the place.
    pub fn first_recorded(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
        task: &str,
        sought: Sought<'_>,
    ) -> Result<Option<FoundRun>, Diagnostic> {
        let own = sought.own();
        if self.first.is_none() {
            self.first = Some(self.find_first(place, project)?);
        }
        let recorded = self.first.iter().filter_map(|first| first.get(task)).flatten();
        for entry in recorded.filter(|entry| sought.takes(&entry.record.metric_name)) {
            let facts = catalogue::facts_of(place, &entry.path)?;
            if facts.is_some_and(|facts| facts.decided.is_none() && facts.content_sha256 != own) {
                return find::fetch(place, entry).map(Some);
            }
        }
        Ok(None)
    }

    /// Every run that an envelope records as the first of a task, the oldest first.
    fn find_first(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
    ) -> Result<BTreeMap<String, Vec<CatalogueEntry>>, Diagnostic> {
        let may_be = |entry: &CatalogueEntry| entry.record.verdict.is_none();
        let mut found: BTreeMap<String, Vec<CatalogueEntry>> = BTreeMap::new();
        let mut position = 0;
        while let Some(entry) = self.runs.at(position, (place, project), &may_be)? {
            position += 1;
            if !may_be(entry) || !entry.present {
                continue;
            }
            let entry = entry.clone();
            let told = self.envelopes.beside(place, &entry)?;
            for task in tasks(told.into_iter().flat_map(|told| &told.first), &entry) {
                found.entry(task).or_default().push(entry.clone());
            }
        }
        found.values_mut().for_each(|runs| runs.reverse());
        Ok(found)
    }
}

/// The tasks of a policy for which a run is named. One file may be the candidate of several.
fn tasks<'t>(named: impl Iterator<Item = &'t (String, String)>, entry: &CatalogueEntry) -> Vec<String> {
    named.filter(|(_, path)| *path == entry.path).map(|(task, _)| task.clone()).collect()
}
