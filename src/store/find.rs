//! Finds a stored run by its name, and the newest allowed one.

use super::catalogue::{self, Catalogue, CatalogueEntry, Scope};
use super::content;
use super::errors;
use super::layout;
use super::manifest::ManifestRecord;
use super::newest_first::NewestFirst;
use super::port::{Fetched, ObjectStore};
use super::put_runs::StoredFile;
use super::run_facts::RunFacts;
use super::told::Envelopes;
use crate::domain::{Diagnostic, Digest, ProjectId, RunFrame};
use crate::envelope::v1::VerdictWord;

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
/// runs bear one id. Only files of such a name are opened.
///
/// # Errors
/// `run-not-found`; `run-ambiguous` where several runs of different content bear the id; those of the
/// place.
pub fn by_name(place: &dyn ObjectStore, project: &ProjectId, name: &str) -> Result<FoundRun, Diagnostic> {
    let mut entries = bearing(place, project, name)?;
    if place.keeps_index() && (entries.is_empty() || !layout::is_file_name(name)) {
        // Python makes folders of the slashes in a name: only its index knows what such a file is called.
        entries = Catalogue::read(place, project, &Scope::default())?.entries;
        entries.retain(|entry| entry.present);
    }
    let by_file = |stem: &str| entries.iter().filter(|entry| layout::stem_of(&entry.path) == stem).collect();
    let mut found: Vec<&CatalogueEntry> = if name.starts_with("run_id=") {
        by_file(name)
    } else {
        entries.iter().filter(|entry| entry.record.run_id == name).collect()
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

/// The files that are there and may be meant by a name, in ascending order of time.
fn bearing(
    place: &dyn ObjectStore,
    project: &ProjectId,
    name: &str,
) -> Result<Vec<CatalogueEntry>, Diagnostic> {
    let beginnings = layout::beginnings(name);
    let mut paths = Vec::new();
    for month in catalogue::months(place, project)? {
        let found = place.beginning(&format!("{project}/{month}"), &beginnings)?;
        paths.extend(found.into_iter().filter(|path| layout::bears(path, name)));
    }
    let facts = catalogue::facts(place, &paths);
    // What another program knows of its runs stands in its index alone; a damaged file has to be told about.
    if place.keeps_index() && facts.iter().any(|facts| !matches!(facts, Ok(Some(_)))) {
        let mut entries = Catalogue::read(place, project, &Scope::default())?.entries;
        entries.retain(|entry| entry.present && paths.contains(&entry.path));
        return Ok(entries);
    }
    let mut entries = Vec::new();
    for (path, facts) in paths.into_iter().zip(facts) {
        let record = match facts {
            Ok(facts) => catalogue::record(place, project, &path, facts),
            Err(error) => Err(error),
        };
        // As everywhere, what cannot be read is no run.
        if let Ok((record, _)) = record {
            let (present, looked_at) = (true, true);
            entries.push(CatalogueEntry { record, path, present, envelopes: Vec::new(), looked_at });
        }
    }
    catalogue::sort(&mut entries);
    Ok(entries)
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
    let fits = |entry: &CatalogueEntry| {
        let record = &entry.record;
        record.task_id == names.task_id
            && record.metric_name == names.metric_name
            && record.verdict.as_deref() == Some(VerdictWord::Allow.as_str())
    };
    let (mut runs, mut envelopes) = (NewestFirst::default(), Envelopes::default());
    let mut position = 0;
    while let Some(entry) = runs.at(position, (place, project), &fits)? {
        if fits(entry) && entry.present {
            let content = allowed(place, entry, &mut envelopes)?;
            if content.is_some_and(|content| content.is_not(&own)) {
                return fetch(place, entry);
            }
        }
        position += 1;
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
    pub(super) fn takes(&self, metric: &str) -> bool {
        self.metric.is_none_or(|wanted| wanted == metric)
    }

    /// Digest of the candidate's content; empty where there is none.
    pub(super) fn own(&self) -> String {
        self.apart_from.map_or(String::new(), |run| content::digest(run).to_string())
    }
}

/// What an allowed run holds; not known of what another program stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content(Option<String>);

impl Content {
    /// Whether it is not known to be this one.
    pub(super) fn is_not(&self, digest: &str) -> bool {
        self.0.as_deref() != Some(digest)
    }
}

/// What the run holds, if it was allowed by its own file and by an envelope about this very decision.
pub(super) fn allowed(
    place: &dyn ObjectStore,
    entry: &CatalogueEntry,
    envelopes: &mut Envelopes,
) -> Result<Option<Content>, Diagnostic> {
    let Some(facts) = catalogue::facts_of(place, &entry.path)? else {
        // Python says it in its index only.
        return Ok(Some(Content(None)));
    };
    let Some(decided) = facts.decided.filter(|decided| decided.verdict == VerdictWord::Allow) else {
        return Ok(None);
    };
    let told = envelopes.beside(place, entry)?;
    let sealed = told.iter().any(|told| told.allows.as_ref() == Some(&decided.decision_sha256));
    Ok(sealed.then_some(Content(Some(facts.content_sha256))))
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

pub(super) fn fetch(place: &dyn ObjectStore, entry: &CatalogueEntry) -> Result<FoundRun, Diagnostic> {
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
