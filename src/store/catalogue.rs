//! What a project's store holds: the files, and what the index says of them. Where the two differ the
//! files are right.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::layout;
use super::log;
use super::manifest::{self, ManifestRecord};
use super::period::Period;
use super::port::ObjectStore;
use super::run_facts::RunFacts;
use crate::domain::{Diagnostic, Digest, ProjectId};
use crate::readers::{self, FactsInTail, ReadOptions};

/// How much of a file's end is fetched at first: footers of stored runs take 3 to 6 kB.
const TAIL: u64 = 16 << 10;

/// One stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueEntry {
    /// What the index, or the file itself, says of it.
    pub record: ManifestRecord,
    /// Its file, from the root of the store.
    pub path: String,
    /// Whether the file is there.
    pub present: bool,
    /// Copies of the envelopes that decided about it: path and SHA-256.
    pub envelopes: Vec<(String, Digest)>,
    /// Whether file and envelopes were looked for.
    pub(super) looked_at: bool,
}

/// The runs of one project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// In ascending order of time, then of path.
    pub entries: Vec<CatalogueEntry>,
    /// Warnings about the index and the files, for people.
    pub notes: Vec<String>,
    /// Whether the index says something else than the files.
    stale: bool,
    /// Whether the log holds runs that the index has to take in.
    logged: bool,
    /// Whether a newer version wrote the index.
    newer: bool,
}

/// Which runs are asked about. An index is read whole whatever is asked; where there is none, every
/// file that is left out is a request less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// When they were stored.
    pub period: Period,
    /// Whether files are asked that the index names too.
    pub afresh: bool,
}

impl Catalogue {
    /// Reads the index and looks at the names of the files. Only files that the index does not name
    /// are opened, and of those only the end.
    ///
    /// # Errors
    /// Those of [`ObjectStore::list`].
    pub fn read(place: &dyn ObjectStore, project: &ProjectId, scope: &Scope) -> Result<Self, Diagnostic> {
        let mut catalogue = Self::default();
        // Before the files: a run that is stored meanwhile is then one that the index does not know yet.
        let (mut known, announced, missing) = catalogue.index(place, project)?;
        let mut files = Files::list(place, project, scope)?;
        if missing && !files.runs.is_empty() {
            catalogue.stale = true;
            let shown = place.shown(&layout::manifest(project));
            catalogue.notes.push(format!("{shown}: is missing; the files were asked instead"));
        }
        let unknown: Vec<String> =
            files.runs.iter().filter(|path| scope.afresh || !known.contains_key(*path)).cloned().collect();
        catalogue.learn(place, project, &unknown, &mut known);
        for (path, record) in known {
            let present = files.runs.binary_search(&path).is_ok();
            if !present && announced.contains(&path) {
                let shown = place.shown(&path);
                catalogue.notes.push(format!(
                    "{shown}: was about to be stored, and is not there: the gate was stopped, or the file was removed"
                ));
                continue;
            }
            let envelopes = files.envelopes.remove(&path).unwrap_or_default();
            catalogue.entries.push(CatalogueEntry { record, path, present, envelopes, looked_at: true });
        }
        sort(&mut catalogue.entries);
        Ok(catalogue)
    }

    /// What the index and its log say, by the path of each run from the root of the store; the paths that only the
    /// log has; and whether there should be an index and is none.
    fn index(&mut self, place: &dyn ObjectStore, project: &ProjectId) -> Result<Indexed, Diagnostic> {
        if !place.keeps_index() {
            return Ok(Indexed::default());
        }
        let by_path = |record: ManifestRecord| (format!("{project}/{}", record.path), record);
        // Before the index: whoever takes the log in meanwhile has written the index first.
        let mut known: BTreeMap<_, _> = log::read(place, project)?.into_iter().map(by_path).collect();
        self.logged = !known.is_empty();
        let mut announced: BTreeSet<String> = known.keys().cloned().collect();
        let path = layout::manifest(project);
        let shown = place.shown(&path);
        let Some(index) = place.read(&path)? else { return Ok((known, announced, true)) };
        let manifest = manifest::read(&index.bytes);
        self.stale = manifest.damage.is_some();
        self.newer = manifest.newer;
        if let Some(damage) = &manifest.damage {
            self.notes.push(format!("{shown}: is damaged ({damage}); the files were asked instead"));
        }
        if manifest.newer {
            self.notes.push(format!("{shown}: was written by a newer version and is left as it is"));
        }
        for (path, record) in manifest.records.into_iter().map(by_path) {
            announced.remove(&path);
            // What other programs write stands in the index alone.
            known.insert(path, record);
        }
        Ok((known, announced, false))
    }

    /// Reads the facts of files, which take precedence over the index.
    fn learn(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
        paths: &[String],
        known: &mut BTreeMap<String, ManifestRecord>,
    ) {
        for (path, record) in paths.iter().zip(records(place, project, paths)) {
            match record {
                // What Python knows of its runs stands in its index alone.
                Ok((_, By::Others)) if known.contains_key(path) => {}
                Ok((record, _)) => match known.insert(path.clone(), record.clone()) {
                    Some(said) if said == record => {}
                    said => {
                        self.stale = true;
                        self.notes.extend(said.map(|_| {
                            format!(
                                "{}: the index said something else of this run than its file, which counts",
                                place.shown(path)
                            )
                        }));
                    }
                },
                Err(error) => self.notes.push(format!("{}: left out: {}", place.shown(path), error.what)),
            }
        }
    }

    /// Writes the index anew where it does not say what the files say, and empties the log that it has taken in. To be
    /// called under the lock, with a catalogue that was read under it.
    ///
    /// # Errors
    /// Those of [`ObjectStore::replace`].
    pub(super) fn write(&self, place: &dyn ObjectStore, project: &ProjectId) -> Result<(), Diagnostic> {
        if !(self.stale || self.logged) || self.newer || !place.keeps_index() {
            return Ok(());
        }
        let records: Vec<&ManifestRecord> = self.entries.iter().map(|entry| &entry.record).collect();
        place.replace(&layout::manifest(project), &manifest::bytes(project, &records)?)?;
        // A kill before this leaves lines of runs that the index has as well.
        log::clear(place, project)
    }

    /// Reads everything, and has the index take its log in, where the place lets us.
    ///
    /// # Errors
    /// Those of [`ObjectStore::list`].
    pub fn take_in(place: &dyn ObjectStore, project: &ProjectId, scope: &Scope) -> Result<Self, Diagnostic> {
        let logged = place.keeps_index() && log::Lengths::of(place, project)?.log > 0;
        // A medium that cannot be written to has no lock either, and is read all the same.
        let guard = if logged { place.lock(project.as_str()).ok() } else { None };
        let catalogue = Self::read(place, project, scope)?;
        if guard.is_some() {
            // What could not be taken in stays in the log, which everybody reads.
            let _ = catalogue.write(place, project);
        }
        Ok(catalogue)
    }

    /// Mends an index that differs from the files, where the place lets us. A store on a medium that
    /// cannot be written to is read all the same.
    pub fn heal(&mut self, place: &dyn ObjectStore, project: &ProjectId, scope: &Scope) {
        if !self.stale || self.newer || !place.keeps_index() {
            return;
        }
        let mended = place.lock(project.as_str()).and_then(|_guard| {
            let now = Self::read(place, project, scope)?;
            now.write(place, project)
        });
        let shown = place.shown(&layout::manifest(project));
        self.notes.push(match mended {
            Ok(()) => format!("{shown}: written anew from {} files", self.entries.len()),
            Err(error) => format!("{shown}: not written anew: {}", error.what),
        });
    }

    /// Adds a run that was just stored.
    pub(super) fn add(&mut self, project: &ProjectId, facts: &RunFacts, path: &str) {
        let within = path.strip_prefix(&format!("{project}/")).unwrap_or(path);
        self.stale = true;
        self.entries.push(CatalogueEntry {
            record: ManifestRecord::of(facts, within),
            path: path.to_owned(),
            present: true,
            envelopes: Vec::new(),
            looked_at: true,
        });
        sort(&mut self.entries);
    }
}

/// In ascending order of time, then of path.
pub(super) fn sort(entries: &mut [CatalogueEntry]) {
    entries.sort_by_cached_key(|entry| (entry.record.time(), entry.path.clone()));
}

/// What an index and its log say, see [`Catalogue::index`].
type Indexed = (BTreeMap<String, ManifestRecord>, BTreeSet<String>, bool);

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// This program: everything known of the run stands in it.
    Evalsig,
    /// Another one: it holds no verdict and no time.
    Others,
}

/// The names of the files of a project.
#[derive(Default)]
struct Files {
    /// Paths of runs, in ascending order.
    runs: Vec<String>,
    /// Copies of envelopes, by the path of the run they decided about.
    envelopes: BTreeMap<String, Vec<(String, Digest)>>,
}

impl Files {
    /// Where there is an index it has to name every file; else only the months that were asked for
    /// are looked at.
    fn list(place: &dyn ObjectStore, project: &ProjectId, scope: &Scope) -> Result<Self, Diagnostic> {
        let mut files = Self::default();
        if place.keeps_index() {
            files.take(place, project, project.as_str())?;
            return Ok(files);
        }
        for month in months(place, project)?.iter().filter(|month| scope.period.takes_month(month)) {
            files.take(place, project, &format!("{project}/{month}"))?;
            files.take(place, project, &format!("{project}/{}/{month}", layout::ENVELOPES))?;
        }
        files.runs.sort_unstable();
        Ok(files)
    }

    fn take(&mut self, place: &dyn ObjectStore, project: &ProjectId, folder: &str) -> Result<(), Diagnostic> {
        for path in place.list(folder)? {
            if layout::is_run(&path) {
                self.runs.push(path);
            } else if let Some((run, digest)) = layout::of_envelope(project, &path) {
                self.envelopes.entry(run).or_default().push((path, digest));
            }
        }
        Ok(())
    }
}

/// The months that hold runs, `year=2026/month=06`, in ascending order.
pub(super) fn months(place: &dyn ObjectStore, project: &ProjectId) -> Result<Vec<String>, Diagnostic> {
    let mut months = Vec::new();
    for year in place.folders(project.as_str())?.iter().filter(|year| year.starts_with("year=")) {
        let found = place.folders(&format!("{project}/{year}"))?;
        months.extend(found.iter().map(|month| format!("{year}/{month}")));
    }
    Ok(months)
}

/// The spans that a search goes through, the newest first: where there is no index, month after month,
/// so that it can end before it has asked every file.
pub(super) fn newest_first(place: &dyn ObjectStore, project: &ProjectId) -> Result<Vec<Period>, Diagnostic> {
    if place.keeps_index() {
        return Ok(vec![Period::default()]);
    }
    Ok(months(place, project)?.iter().rev().filter_map(|month| Period::month(month)).collect())
}

/// What the files themselves say, in the order of `paths`.
fn records(
    place: &dyn ObjectStore,
    project: &ProjectId,
    paths: &[String],
) -> Vec<Result<(ManifestRecord, By), Diagnostic>> {
    let read = paths.iter().zip(facts(place, paths));
    read.map(|(path, facts)| record(place, project, path, facts?)).collect()
}

/// What a file says with these facts in it.
pub(super) fn record(
    place: &dyn ObjectStore,
    project: &ProjectId,
    path: &str,
    facts: Option<RunFacts>,
) -> Result<(ManifestRecord, By), Diagnostic> {
    let within = path.strip_prefix(&format!("{project}/")).unwrap_or(path);
    Ok(match facts {
        Some(facts) => (ManifestRecord::of(&facts, within), By::Evalsig),
        None => (ManifestRecord::of(&foreign(place, path)?, within), By::Others),
    })
}

/// The facts in each file; `None` where another program wrote it.
pub(super) fn facts(place: &dyn ObjectStore, paths: &[String]) -> Vec<Result<Option<RunFacts>, Diagnostic>> {
    let tails = place.tails(paths, TAIL);
    let facts = tails.into_iter().zip(paths).map(|(tail, path)| {
        let tail = match readers::run_facts(&tail?) {
            Ok(FactsInTail::Longer(length)) => {
                let longer = place.tails(std::slice::from_ref(path), length).pop();
                readers::run_facts(&longer.unwrap_or_else(|| Ok(Vec::new()))?)
            }
            tail => tail,
        };
        tail.and_then(RunFacts::in_tail).map_err(|error| error.within(&place.shown(path)))
    });
    facts.collect()
}

/// The facts in one file.
pub(super) fn facts_of(place: &dyn ObjectStore, path: &str) -> Result<Option<RunFacts>, Diagnostic> {
    facts(place, &[path.to_owned()]).pop().unwrap_or(Ok(None))
}

/// What can be known of a run that another program stored: what its rows say, and its month.
fn foreign(place: &dyn ObjectStore, path: &str) -> Result<RunFacts, Diagnostic> {
    let bytes = place.read(path)?.map(|fetched| fetched.bytes).unwrap_or_default();
    let run = readers::read(&bytes, None, &ReadOptions::default())?.run;
    let ts = layout::month_of(path).ok_or_else(|| errors::no_month(path))?;
    Ok(RunFacts::of(&run, &ProjectId::default(), &ts, None, None))
}
