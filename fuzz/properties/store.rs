//! A place for a store in memory, to write runs as the store writes them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use evalsig::domain::{Code, Diagnostic, ProjectId, RunFrame};
use evalsig::readers::{self, Format, ReadOptions};
use evalsig::store::{Created, Fetched, Guard, ObjectStore, ObjectVersion, RunArchive};

/// Objects by path.
#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

struct Nobody;

impl Guard for Nobody {}

impl ObjectStore for Memory {
    fn shown(&self, path: &str) -> String {
        path.to_owned()
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let below = format!("{folder}/");
        Ok(self.0.borrow().keys().filter(|path| path.starts_with(&below)).cloned().collect())
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let objects = self.0.borrow();
        let name = |path: &String| Some(path.strip_prefix(&below)?.split_once('/')?.0.to_owned());
        Ok(objects.keys().filter_map(name).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic> {
        let mut paths: Vec<String> = names.iter().map(|name| format!("{folder}/{name}")).collect();
        paths.retain(|path| self.0.borrow().contains_key(path));
        paths.sort_unstable();
        Ok(paths)
    }

    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic> {
        let below = format!("{folder}/");
        let wanted = |path: &&String| {
            let name = path.strip_prefix(&below).filter(|name| !name.contains('/'));
            name.is_some_and(|name| prefixes.iter().any(|prefix| name.starts_with(prefix.as_str())))
        };
        Ok(self.0.borrow().keys().filter(wanted).cloned().collect())
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic> {
        Ok(self.0.borrow().get(path).map(|bytes| bytes.len() as u64))
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let bytes = self.0.borrow().get(path).cloned();
        Ok(bytes.map(|bytes| Fetched { bytes, version: ObjectVersion::default() }))
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        let tail = |path: &String| {
            let objects = self.0.borrow();
            let bytes = objects.get(path).ok_or_else(|| Code::FileUnreadable.at(path.as_str()))?;
            let from = bytes.len().saturating_sub(usize::try_from(length).unwrap_or(usize::MAX));
            Ok(bytes[from..].to_vec())
        };
        paths.iter().map(tail).collect()
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let mut objects = self.0.borrow_mut();
        if objects.contains_key(path) {
            return Ok(Created::Exists);
        }
        objects.insert(path.to_owned(), bytes.to_vec());
        Ok(Created::New(ObjectVersion::default()))
    }

    fn lock(&self, _folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        Ok(Box::new(Nobody))
    }

    fn keeps_index(&self) -> bool {
        true
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.0.borrow_mut().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn append(&self, path: &str, line: &[u8]) -> Result<(), Diagnostic> {
        let mut objects = self.0.borrow_mut();
        let log = objects.entry(path.to_owned()).or_default();
        log.extend_from_slice(line);
        log.push(b'\n');
        Ok(())
    }
}

/// Puts a run into a store: it is read back with the same names and the same rows, or refused because of an epoch that
/// the format has no number for. Its file lies in the folder of its project, whatever its name.
pub fn kept(run: &RunFrame) {
    let (place, project) = (Memory::default(), ProjectId::default());
    let ts = "2026-11-21T17:00:00Z";
    let stored = RunArchive { place: &place, project: &project, ts, cluster_key: None }.keep_run(run);
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => {
            let too_large = run.rows().any(|item| i32::try_from(item.epoch).is_err());
            assert!(error.code == Code::StoreNotWritten && too_large, "{error}");
            return;
        }
    };
    let folder = format!("{project}/year=2026/month=11/");
    assert!(
        stored.path.strip_prefix(&folder).is_some_and(|name| !name.contains(['/', '\\'])),
        "{}",
        stored.path
    );
    let bytes = place.0.borrow()[&stored.path].clone();
    let again = readers::read(&bytes, Some(Format::Parquet), &ReadOptions::default());
    let again = again.unwrap_or_else(|error| panic!("{error}")).run;
    assert_eq!(run.metadata(), again.metadata());
    assert!(run.sorted().eq(again.sorted()), "rows of a stored run");
}
