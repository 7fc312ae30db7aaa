//! Every run file of a folder, and which two of them a gate could compare.

use std::collections::{BTreeMap, BTreeSet};

use super::request::DoctorRequest;
use crate::commands::Files;
use crate::domain::{Code, Diagnostic, Digest, RunFrame};
use crate::readers::{self, FileOrFolder, Folder, ReadFile, ReadOptions};
use crate::report::doctor::{FolderListing, ListedRun, RunPair};

/// How deep folders are looked into, how many entries of them, and how many runs are listed.
const DEPTH: usize = 6;
const MOST_ENTRIES: usize = 20_000;
const MOST_RUNS: usize = 2_000;
/// How many pairs are named.
const MOST_PAIRS: usize = 50;
/// Endings of files that may be runs; anything else is not opened.
const ENDINGS: [&str; 10] =
    [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".eval", ".parquet", ".json.gz", ".jsonl.gz", ".csv.gz"];

/// Lists the runs below a folder, where it is one and not itself a run as a tool wrote it.
///
/// # Errors
/// `file-unreadable`; `bad-usage` where it holds more than is looked at.
pub(super) fn of(
    path: &str,
    request: &DoctorRequest,
    files: &dyn Files,
) -> Result<Option<FolderListing>, Diagnostic> {
    if !files.is_folder(path) {
        return Ok(None);
    }
    let FileOrFolder::Folder(folder) = files.open(path)? else { return Ok(None) };
    if readers::is_one_run(&folder.names()?) {
        return Ok(None);
    }
    let options = request.read_options(false);
    let mut walk = Walk { options, listing: FolderListing::default(), sketches: Vec::new(), entries: 0 };
    walk.folder(folder.as_ref(), DEPTH, request)?;
    let mut listing = walk.listing;
    listing.folder = path.to_owned();
    listing.pairs = pairs(&listing.runs, &walk.sketches);
    Ok(Some(listing))
}

struct Walk {
    options: ReadOptions,
    listing: FolderListing,
    /// Of each run listed, which items it has.
    sketches: Vec<Sketch>,
    entries: usize,
}

impl Walk {
    fn folder(
        &mut self,
        folder: &dyn Folder,
        depth: usize,
        request: &DoctorRequest,
    ) -> Result<(), Diagnostic> {
        for name in folder.names()? {
            self.entries += 1;
            if self.entries > MOST_ENTRIES || self.listing.runs.len() >= MOST_RUNS {
                return Err(Code::BadUsage
                    .at(folder.path())
                    .what(format!("holds more than {MOST_RUNS} runs or {MOST_ENTRIES} files"))
                    .next("name a folder further down"));
            }
            if name.starts_with('.') && name != ".deepeval" {
                continue;
            }
            if let Some(inner) = folder.folder(&name).filter(|_| depth > 0) {
                self.folder(inner.as_ref(), depth - 1, request)?;
            } else if ENDINGS.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending)) {
                self.file(folder, &name, request);
            }
        }
        Ok(())
    }

    fn file(&mut self, folder: &dyn Folder, name: &str, request: &DoctorRequest) {
        let read = folder.open(name).and_then(|source| {
            readers::read_file(&FileOrFolder::File(source), request.format, &self.options)
        });
        match read {
            Ok(file) => {
                self.listing.runs.push(listed(&file));
                self.sketches.push(sketch(&file.reading.run));
            }
            // What is no run at all need not be named: results beside samples, settings, data.
            Err(error) if error.code == Code::FormatUnknown => self.listing.other += 1,
            // Such a file is read once somebody says what of it.
            Err(error) if error.code == Code::RunAmbiguous => self.listing.choices.push(error.to_string()),
            Err(error) => self.listing.problems.push(error.to_string()),
        }
    }
}

fn listed(file: &ReadFile) -> ListedRun {
    let run = &file.reading.run;
    let names = run.metadata();
    ListedRun {
        path: file.path.clone(),
        format: file.reading.format.as_str().into(),
        task_id: names.task_id.clone(),
        model_id: names.model_id.clone(),
        metric: names.metric_name.clone(),
        created: file.reading.created.clone(),
        items: run.item_count(),
        unscored: run.unscored().values().sum(),
        mean: super::file::mean(run),
    }
}

/// The smallest hashes of the ids of a run: two runs of the same items have the same, two that share many share some.
type Sketch = BTreeSet<u64>;

/// How many hashes stand for the items of a run.
const SKETCHED: usize = 64;

fn sketch(run: &RunFrame) -> Sketch {
    let mut smallest = Sketch::new();
    for row in run.rows() {
        let digest = Digest::of(row.id.as_bytes());
        let hash = digest.as_bytes().first_chunk().map_or(0, |head| u64::from_be_bytes(*head));
        if smallest.len() < SKETCHED || smallest.last().is_some_and(|last| hash < *last) {
            smallest.insert(hash);
        }
        if smallest.len() > SKETCHED {
            smallest.pop_last();
        }
    }
    smallest
}

/// Runs that a gate could compare: of one task by one metric, and of the same items. The older one comes first, else the
/// first by its path.
fn pairs(runs: &[ListedRun], sketches: &[Sketch]) -> Vec<RunPair> {
    let mut alike: BTreeMap<(&str, &str), Vec<(&ListedRun, &Sketch)>> = BTreeMap::new();
    for (run, sketch) in runs.iter().zip(sketches) {
        alike.entry((&run.task_id, &run.metric)).or_default().push((run, sketch));
    }
    let mut pairs = Vec::new();
    for group in alike.values_mut() {
        group.sort_by(|(a, _), (b, _)| (&a.created, &a.path).cmp(&(&b.created, &b.path)));
        for (at, (candidate, items)) in group.iter().enumerate() {
            let before = group.iter().take(at).rev().find(|(_, others)| !items.is_disjoint(others));
            if let Some((baseline, _)) = before
                && pairs.len() < MOST_PAIRS
            {
                pairs.push(RunPair { baseline: baseline.path.clone(), candidate: candidate.path.clone() });
            }
        }
    }
    pairs
}
