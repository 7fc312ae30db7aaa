//! Finds a stored run by its name, and the newest allowed one.

use super::catalogue::{self, Catalogue, CatalogueEntry, Scope};
use super::content;
use super::errors;
use super::layout;
use super::manifest::ManifestRecord;
use super::port::{Fetched, ObjectStore};
use super::put_runs::StoredFile;
use super::run_facts::RunFacts;
use crate::domain::{Diagnostic, Digest, ProjectId, RunFrame};
use crate::envelope::{self, v1::VerdictWord};

/// A run that was found, with its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRun {
    /// What the catalogue says of it.
    pub entry: CatalogueEntry,
    /// Its file.
    pub file: Fetched,
    /// What the file says of itself; nothing where another program wrote it.
    pub facts: Option<RunFacts>,
}

impl FoundRun {
    /// Its place in the store.
    #[must_use]
    pub fn stored(&self) -> StoredFile {
        StoredFile {
            path: self.entry.path.clone(),
            sha256: Digest::of(&self.file.bytes),
            version: self.file.version.clone(),
        }
    }
}

/// The run that is called `name`: its run id; or the name of its file, `run_id=...`, where several
/// runs bear one id.
///
/// # Errors
/// `run-not-found`; `run-ambiguous` where several runs of different content bear the id; those of the
/// place.
pub fn by_name(place: &dyn ObjectStore, project: &ProjectId, name: &str) -> Result<FoundRun, Diagnostic> {
    let scope = Scope { names: vec![name.to_owned()], ..Scope::default() };
    let catalogue = Catalogue::read(place, project, &scope)?;
    let present = || catalogue.entries.iter().filter(|entry| entry.present);
    let by_file = |stem: &str| present().filter(|entry| layout::stem_of(&entry.path) == stem).collect();
    let mut found: Vec<&CatalogueEntry> = if name.starts_with("run_id=") {
        by_file(name)
    } else {
        present().filter(|entry| entry.record.run_id == name).collect()
    };
    if found.is_empty() {
        found = by_file(&format!("run_id={name}"));
    }
    match found[..] {
        [] => Err(errors::no_run(place.shown(project.as_str()), name)),
        [.., newest] if found.len() == 1 || same_content(place, &found)? => fetch(place, newest),
        _ => Err({
            let files: Vec<&str> = found.iter().map(|entry| layout::stem_of(&entry.path)).collect();
            errors::several_runs(place.shown(project.as_str()), name, &files)
        }),
    }
}

/// The newest run of the candidate's task and metric that was allowed, the candidate itself left out:
/// decided again, it must not meet itself. The verdict is read from the
/// file, not from the index, and counts only where the store holds the envelope of that decision.
///
/// # Errors
/// `run-not-found`; those of the place.
pub fn latest_allowed(
    place: &dyn ObjectStore,
    project: &ProjectId,
    candidate: &RunFrame,
) -> Result<FoundRun, Diagnostic> {
    let own = content::digest(candidate).to_string();
    let names = candidate.metadata();
    for period in catalogue::newest_first(place, project)? {
        let catalogue = Catalogue::read(place, project, &Scope { period, ..Scope::default() })?;
        for entry in catalogue.entries.iter().rev() {
            let record = &entry.record;
            let fits = entry.present
                && record.task_id == names.task_id
                && record.metric_name == names.metric_name
                && record.verdict.as_deref() == Some(VerdictWord::Allow.as_str());
            if fits && allowed(place, entry, &own)? {
                return fetch(place, entry);
            }
        }
    }
    Err(errors::no_allowed_run(place.shown(project.as_str()), &names.task_id, &names.metric_name))
}

/// Which runs of a task are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The metric; any where none is named.
    pub metric: Option<&'a str>,
    /// The candidate, which is never its own baseline; none where there is no candidate yet.
    pub apart_from: Option<&'a RunFrame>,
}

impl Sought<'_> {
    fn takes(&self, metric: &str) -> bool {
        self.metric.is_none_or(|wanted| wanted == metric)
    }

    /// Digest of the candidate's content; empty where there is none.
    fn own(&self) -> String {
        self.apart_from.map_or(String::new(), |run| content::digest(run).to_string())
    }
}

/// The newest run that was allowed as the candidate of a policy's task, the candidate itself left out; where no
/// suite has allowed one yet, the newest that a gate without a policy allowed for `task_id`. Which task a run was
/// allowed for is read from the envelope: a run file cannot make itself the baseline of another task.
///
/// # Errors
/// Those of the place.
pub fn latest_allowed_of(
    place: &dyn ObjectStore,
    project: &ProjectId,
    task: &str,
    task_id: &str,
    sought: Sought<'_>,
) -> Result<Option<FoundRun>, Diagnostic> {
    let own = sought.own();
    let mut without_policy = None;
    for period in catalogue::newest_first(place, project)? {
        let catalogue = Catalogue::read(place, project, &Scope { period, ..Scope::default() })?;
        for entry in catalogue.entries.iter().rev() {
            let record = &entry.record;
            let fits = entry.present
                && sought.takes(&record.metric_name)
                && record.verdict.as_deref() == Some(VerdictWord::Allow.as_str());
            if !fits || !allowed(place, entry, &own)? {
                continue;
            }
            let tasks = tasks_of(place, entry)?;
            if tasks.iter().any(|of| of == task) {
                return fetch(place, entry).map(Some);
            }
            if tasks.is_empty() && record.task_id == task_id && without_policy.is_none() {
                without_policy = Some(entry.clone());
            }
        }
    }
    without_policy.map(|entry| fetch(place, &entry)).transpose()
}

/// The tasks of a policy that a run was allowed as the candidate of, by the envelopes beside it. One file may be the
/// candidate of several.
fn tasks_of(place: &dyn ObjectStore, entry: &CatalogueEntry) -> Result<Vec<String>, Diagnostic> {
    let mut tasks = Vec::new();
    for bytes in envelopes_beside(place, entry) {
        let bytes = bytes?;
        if !envelope::read(&bytes).is_ok_and(|facts| facts.verdict == VerdictWord::Allow) {
            continue;
        }
        let is_it = |found: &envelope::Candidate| {
            found.stored.as_ref().is_some_and(|stored| stored.run.path == entry.path)
        };
        let candidates = envelope::candidates(&bytes).unwrap_or_default();
        tasks.extend(candidates.into_iter().filter(is_it).filter_map(|found| found.task));
    }
    Ok(tasks)
}

/// The first run that was recorded for a policy's task without any decision about it: what the policy takes as the
/// baseline as long as no run is allowed. The oldest, so that no later run can take its place. Which task it was
/// recorded for is read from the envelope beside it: a run file cannot name itself into another task.
///
/// # Errors
/// Those of the place.
pub fn first_recorded(
    place: &dyn ObjectStore,
    project: &ProjectId,
    task: &str,
    sought: Sought<'_>,
) -> Result<Option<FoundRun>, Diagnostic> {
    let own = sought.own();
    let catalogue = Catalogue::read(place, project, &Scope::default())?;
    for entry in &catalogue.entries {
        let record = &entry.record;
        let fits = entry.present && sought.takes(&record.metric_name) && record.verdict.is_none();
        if !fits || !recorded_for(place, entry, task)? {
            continue;
        }
        let facts = catalogue::facts_of(place, &entry.path)?;
        if facts.is_some_and(|facts| facts.decided.is_none() && facts.content_sha256 != own) {
            return fetch(place, entry).map(Some);
        }
    }
    Ok(None)
}

/// Whether an envelope beside the run records it as the first of this task.
fn recorded_for(place: &dyn ObjectStore, entry: &CatalogueEntry, task: &str) -> Result<bool, Diagnostic> {
    for bytes in envelopes_beside(place, entry) {
        let suite = envelope::summary(&bytes?).ok().and_then(|summary| summary.suite);
        let first = suite.and_then(|mut suite| suite.first_runs.remove(task)?.store);
        if first.is_some_and(|stored| stored.path == entry.path) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the run was allowed by its own file and by an envelope, and is not the candidate.
fn allowed(place: &dyn ObjectStore, entry: &CatalogueEntry, own: &str) -> Result<bool, Diagnostic> {
    let facts = catalogue::facts_of(place, &entry.path)?;
    match facts.as_ref().map(|facts| (facts, &facts.decided)) {
        // Python says it in its index only.
        None => Ok(true),
        Some((facts, Some(decided))) if facts.content_sha256 != own => {
            Ok(decided.verdict == VerdictWord::Allow && sealed(place, entry, &decided.decision_sha256)?)
        }
        Some(_) => Ok(false),
    }
}

/// The envelopes beside a run, each as it was written; a copy that is gone or damaged says nothing.
fn envelopes_beside<'a>(
    place: &'a dyn ObjectStore,
    entry: &'a CatalogueEntry,
) -> impl Iterator<Item = Result<Vec<u8>, Diagnostic>> + 'a {
    entry.envelopes.iter().filter_map(|(path, digest)| match place.read(path) {
        Ok(copy) => copy.map(|copy| copy.bytes).filter(|bytes| Digest::of(bytes) == *digest).map(Ok),
        Err(error) => Some(Err(error)),
    })
}

/// Whether an envelope beside the run allows it by this very decision.
fn sealed(place: &dyn ObjectStore, entry: &CatalogueEntry, decision: &str) -> Result<bool, Diagnostic> {
    for bytes in envelopes_beside(place, entry) {
        if envelope::read(&bytes?).is_ok_and(|facts| {
            facts.verdict == VerdictWord::Allow && facts.fingerprint.to_string() == decision
        }) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether all of them hold the same rows; what other programs stored is compared by its bytes.
fn same_content(place: &dyn ObjectStore, entries: &[&CatalogueEntry]) -> Result<bool, Diagnostic> {
    let paths: Vec<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    let contents =
        catalogue::facts(place, &paths).into_iter().zip(&paths).map(|(facts, path)| match facts? {
            Some(facts) => Ok(facts.content_sha256),
            None => Ok(place.read(path)?.map(|file| Digest::of(&file.bytes).to_string()).unwrap_or_default()),
        });
    let contents: Vec<String> = contents.collect::<Result<_, Diagnostic>>()?;
    Ok(contents.windows(2).all(|pair| pair.first() == pair.last()))
}

fn fetch(place: &dyn ObjectStore, entry: &CatalogueEntry) -> Result<FoundRun, Diagnostic> {
    let file = place.read(&entry.path)?.ok_or_else(|| errors::run_file_gone(place.shown(&entry.path)))?;
    let mut entry = entry.clone();
    // The index may say anything of its age; the file knows.
    let shown = place.shown(&entry.path);
    let within = |error: Diagnostic| error.within(&shown);
    let facts = RunFacts::in_file(&file.bytes).map_err(within)?;
    if let Some(facts) = &facts {
        facts.check(&file.bytes).map_err(within)?;
        entry.record = ManifestRecord::of(facts, &entry.record.path);
    }
    Ok(FoundRun { entry, file, facts })
}
