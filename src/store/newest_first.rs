//! The runs of a project, the newest first, read only as far back as somebody looks: of a long index its end at first,
//! and more of it each time; where there is no index, month after month.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use super::catalogue::{self, Catalogue, CatalogueEntry, Scope};
use super::layout;
use super::log::{self, Lengths};
use super::manifest;
use super::period::Period;
use super::port::ObjectStore;
use crate::domain::{Diagnostic, Digest, ProjectId};

/// How much of the end of a long index is read at first: some 600 runs.
const END: u64 = 256 << 10;

/// The runs of a project that were looked at so far, and how to come to those before them.
#[derive(Default)]
pub(super) struct NewestFirst {
    /// In descending order of time.
    found: Vec<CatalogueEntry>,
    before: Before,
    /// Copies of envelopes by the path of the run, for each folder that was listed.
    envelopes: BTreeMap<String, Envelopes>,
}

type Envelopes = BTreeMap<String, Vec<(String, Digest)>>;

/// What is before the runs that were found so far.
#[derive(Default)]
enum Before {
    /// Everything: nothing was read yet.
    #[default]
    All,
    /// What the index says up to this moment; so much of its end did not hold any of it.
    Index(Timestamp, u64),
    /// These months.
    Months(VecDeque<Period>),
    /// Nothing.
    Nothing,
}

impl NewestFirst {
    /// The run in this place; `None` where there are not so many. `wanted` says of which runs the files must be looked
    /// at: of every other one, `present` and `envelopes` may say less than is there.
    ///
    /// # Errors
    /// Those of the place.
    pub(super) fn at(
        &mut self,
        position: usize,
        (place, project): (&dyn ObjectStore, &ProjectId),
        wanted: &dyn Fn(&CatalogueEntry) -> bool,
    ) -> Result<Option<&CatalogueEntry>, Diagnostic> {
        while position >= self.found.len() {
            if matches!(self.before, Before::Nothing) {
                return Ok(None);
            }
            self.go_back(place, project)?;
        }
        if let Some(entry) = self.found.get_mut(position).filter(|entry| !entry.looked_at && wanted(entry)) {
            look_at(entry, &mut self.envelopes, place, project)?;
        }
        Ok(self.found.get(position))
    }

    /// Reads further back.
    fn go_back(&mut self, place: &dyn ObjectStore, project: &ProjectId) -> Result<(), Diagnostic> {
        let (until, length) = match &mut self.before {
            Before::All if !place.keeps_index() => {
                self.before = Before::Months(catalogue::newest_first(place, project)?.into());
                return Ok(());
            }
            Before::Months(months) => {
                match months.pop_front() {
                    Some(period) => {
                        self.whole(place, project, &Scope { period, ..Scope::default() }, None)?
                    }
                    None => self.before = Before::Nothing,
                }
                return Ok(());
            }
            Before::Nothing => return Ok(()),
            Before::All => (None, END),
            Before::Index(until, length) => (Some(*until), *length * 4),
        };
        let lengths = Lengths::of(place, project)?;
        let newest =
            if lengths.is_long() && lengths.index > length { newest(place, project, length)? } else { None };
        match newest {
            Some((mut entries, from)) => {
                entries.retain(|entry| {
                    let time = entry.record.time();
                    time > Some(from) && until.is_none_or(|until| time <= Some(until))
                });
                self.append(entries);
                self.before = Before::Index(from, length);
            }
            // The files have the last word on what the index does not show.
            None => {
                self.before = Before::Nothing;
                self.whole(place, project, &Scope::default(), until)?;
            }
        }
        Ok(())
    }

    /// Reads everything in a scope, up to a moment.
    fn whole(
        &mut self,
        place: &dyn ObjectStore,
        project: &ProjectId,
        scope: &Scope,
        until: Option<Timestamp>,
    ) -> Result<(), Diagnostic> {
        let mut entries = Catalogue::read(place, project, scope)?.entries;
        if let Some(until) = until {
            entries.retain(|entry| entry.record.time() <= Some(until));
        }
        self.append(entries);
        Ok(())
    }

    fn append(&mut self, mut entries: Vec<CatalogueEntry>) {
        catalogue::sort(&mut entries);
        self.found.extend(entries.into_iter().rev());
    }
}

/// The newest runs by the end of the index and the whole of its log, with the moment after which they are all. `None`
/// where they do not show it.
fn newest(
    place: &dyn ObjectStore,
    project: &ProjectId,
    length: u64,
) -> Result<Option<(Vec<CatalogueEntry>, Timestamp)>, Diagnostic> {
    // In this order: see there.
    let logged = log::read(place, project)?;
    let end = place.tails(&[layout::manifest(project)], length).pop().unwrap_or_else(|| Ok(Vec::new()))?;
    let Some((indexed, from)) = manifest::newest(&end) else { return Ok(None) };
    let records = logged.into_iter().chain(indexed);
    let by_path: BTreeMap<String, _> =
        records.map(|record| (format!("{project}/{}", record.path), record)).collect();
    let entries = by_path.into_iter().map(|(path, record)| CatalogueEntry {
        record,
        path,
        present: false,
        envelopes: Vec::new(),
        looked_at: false,
    });
    Ok(Some((entries.collect(), from)))
}

/// Looks whether the file of a run is there, and for the envelopes beside it.
fn look_at(
    entry: &mut CatalogueEntry,
    envelopes: &mut BTreeMap<String, Envelopes>,
    place: &dyn ObjectStore,
    project: &ProjectId,
) -> Result<(), Diagnostic> {
    entry.looked_at = true;
    entry.present = place.size(&entry.path)?.is_some();
    let Some(folder) = layout::envelopes_of(project, &entry.path) else { return Ok(()) };
    if !envelopes.contains_key(&folder) {
        let mut found = Envelopes::new();
        for path in place.beginning(&folder, &[String::new()])? {
            if let Some((run, digest)) = layout::of_envelope(project, &path) {
                found.entry(run).or_default().push((path, digest));
            }
        }
        envelopes.insert(folder.clone(), found);
    }
    let beside = envelopes.get(&folder).and_then(|found| found.get(&entry.path));
    entry.envelopes = beside.cloned().unwrap_or_default();
    Ok(())
}
