//! What a project's store holds: the files, and what the index says of them. Where the two differ the
//! files are right.

use std::collections::BTreeMap;

use super::errors;
use super::layout;
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
    /// Whether a newer version wrote the index.
    newer: bool,
}

/// Which runs are asked about. An index is read whole whatever is asked; where there is none, every
/// file that is left out is a request less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// When they were stored.
    pub period: Period,
    /// What they are called, by their ids or the names of their files; everything where it is empty.
    pub names: Vec<String>,
    /// Whether files are asked that the index names too.
    pub afresh: bool,
}

impl Scope {
    fn takes(&self, path: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| layout::bears(path, name))
    }
}

impl Catalogue {
    /// Reads the index and looks at the names of the files. Only files that the index does not name
    /// are opened, and of those only the end.
    ///
    /// # Errors
    /// Those of [`ObjectStore::list`].
    pub fn read(place: &dyn ObjectStore, project: &ProjectId, scope: &Scope) -> Result<Self, Diagnostic> {
        let mut catalogue = Self::default();
        let mut files = Files::list(place, project, scope)?;
        let mut known = catalogue.index(place, project, &files)?;
        let unknown: Vec<String> =
            files.runs.iter().filter(|path| scope.afresh || !known.contains_key(*path)).cloned().collect();
        catalogue.learn(place, project, &unknown, &mut known);
        for (path, record) in known {
            let present = files.runs.binary_search(&path).is_ok();
            let envelopes = files.envelopes.remove(&path).unwrap_or_default();
            catalogue.entries.push(CatalogueEntry { record, path, present, envelopes });
        }
        catalogue.sort();
        Ok(catalogue)
    }

    /// What the index says, by the path of each run from the root of the store.
    fn index(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
        files: &Files,
    ) -> Result<BTreeMap<String, ManifestRecord>, Diagnostic> {
        if !place.keeps_index() {
            return Ok(BTreeMap::new());
        }
        let path = layout::manifest(project);
        let shown = place.shown(&path);
        let Some(index) = place.read(&path)? else {
            if !files.runs.is_empty() {
                self.notes.push(format!("{shown}: is missing; the files were asked instead"));
            }
            return Ok(BTreeMap::new());
        };
        let manifest = manifest::read(&index.bytes);
        self.stale = manifest.damage.is_some();
        self.newer = manifest.newer;
        if let Some(damage) = &manifest.damage {
            self.notes.push(format!("{shown}: is damaged ({damage}); the files were asked instead"));
        }
        if manifest.newer {
            self.notes.push(format!("{shown}: was written by a newer version and is left as it is"));
        }
        let records = manifest.records.into_iter();
        Ok(records.map(|record| (format!("{project}/{}", record.path), record)).collect())
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

    fn sort(&mut self) {
        self.entries.sort_by_cached_key(|entry| (entry.record.time(), entry.path.clone()));
    }

    /// Writes the index anew where it does not say what the files say. To be called under the lock,
    /// with a catalogue that was read under it.
    ///
    /// # Errors
    /// Those of [`ObjectStore::replace`].
    pub(super) fn write(&self, place: &dyn ObjectStore, project: &ProjectId) -> Result<(), Diagnostic> {
        if !self.stale || self.newer || !place.keeps_index() {
            return Ok(());
        }
        let records: Vec<&ManifestRecord> = self.entries.iter().map(|entry| &entry.record).collect();
        place.replace(&layout::manifest(project), &manifest::bytes(project, &records)?)
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
        });
        self.sort();
    }
}

/// Who wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
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
        files.runs.retain(|path| scope.takes(path));
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
fn months(place: &dyn ObjectStore, project: &ProjectId) -> Result<Vec<String>, Diagnostic> {
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
    let read = paths.iter().zip(facts(place, paths)).map(|(path, facts)| {
        let within = path.strip_prefix(&format!("{project}/")).unwrap_or(path);
        Ok(match facts? {
            Some(facts) => (ManifestRecord::of(&facts, within), By::Evalsig),
            None => (ManifestRecord::of(&foreign(place, path)?, within), By::Others),
        })
    });
    read.collect()
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
