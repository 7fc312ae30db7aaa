//! Run stores that tell what is read of them.

use std::sync::Arc;

use crate::commands::Stores;
use crate::commands::progress::{Progress, Stage, Whole};
use crate::domain::Diagnostic;
use crate::store::{Created, Fetched, Guard, ObjectStore};

/// Objects that are asked for at once: enough for a bucket to answer side by side.
const BATCH: usize = 256;

/// Stores whose reading and writing is shown.
pub struct WatchedStores<'a> {
    stores: &'a dyn Stores,
    progress: Arc<dyn Progress>,
}

impl<'a> WatchedStores<'a> {
    /// The same stores.
    #[must_use]
    pub fn new(stores: &'a dyn Stores, progress: &Arc<dyn Progress>) -> Self {
        Self { stores, progress: Arc::clone(progress) }
    }
}

impl Stores for WatchedStores<'_> {
    fn open(&self, root: &str) -> Result<Box<dyn ObjectStore + '_>, Diagnostic> {
        Ok(Box::new(WatchedStore { place: self.stores.open(root)?, progress: Arc::clone(&self.progress) }))
    }
}

struct WatchedStore<'a> {
    place: Box<dyn ObjectStore + 'a>,
    progress: Arc<dyn Progress>,
}

impl WatchedStore<'_> {
    fn stage(&self, doing: &str, path: &str) -> Box<dyn Stage> {
        self.progress.begin(&format!("{doing} {}", self.place.shown(path)), Whole::Unknown)
    }
}

impl ObjectStore for WatchedStore<'_> {
    fn shown(&self, path: &str) -> String {
        self.place.shown(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let _stage = self.stage("listing", folder);
        self.place.list(folder)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let _stage = self.stage("listing", folder);
        self.place.folders(folder)
    }

    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic> {
        self.place.named(folder, names)
    }

    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic> {
        let _stage = self.stage("listing", folder);
        self.place.beginning(folder, prefixes)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic> {
        self.place.size(path)
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let _stage = self.stage("reading", path);
        self.place.read(path)
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        let whole = Whole::Of(paths.len() as u64, "files");
        let stage = self.progress.begin("reading the store", whole);
        let mut tails = Vec::with_capacity(paths.len());
        for batch in paths.chunks(BATCH) {
            tails.extend(self.place.tails(batch, length));
            stage.advance(batch.len() as u64);
        }
        tails
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let _stage = self.stage("writing", path);
        self.place.create(path, bytes)
    }

    fn create_copies(&self, paths: &[String], bytes: &[u8]) -> Result<Vec<Created>, Diagnostic> {
        let _stage = paths.first().map(|path| self.stage("writing", path));
        self.place.create_copies(paths, bytes)
    }

    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        let _stage = self.stage("waiting for other writers of", folder);
        self.place.lock(folder)
    }

    fn keeps_index(&self) -> bool {
        self.place.keeps_index()
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let _stage = self.stage("writing", path);
        self.place.replace(path, bytes)
    }

    fn append(&self, path: &str, line: &[u8]) -> Result<(), Diagnostic> {
        self.place.append(path, line)
    }
}
