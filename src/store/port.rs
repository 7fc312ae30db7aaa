//! The interface to the folder or bucket that keeps a store.

use crate::domain::Diagnostic;

/// A place that keeps objects under paths with forward slashes: a folder, a bucket. Nothing that is
/// put there is ever written again; only an index, which is derived, may be replaced.
pub trait ObjectStore {
    /// The path as people name it, from wherever they stand: `runs/default/...`, `s3://bucket/...`.
    fn shown(&self, path: &str) -> String;

    /// The path of every object below a folder, in ascending order; none where there is no such folder.
    /// What a place keeps for itself begins with a dot and is not listed.
    ///
    /// # Errors
    /// `file-unreadable`, or what keeps a remote place from answering.
    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic>;

    /// The names of the folders that lie directly in a folder, in ascending order.
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic>;

    /// Which of these names lie directly in a folder: their paths, in ascending order. Costs the same however
    /// much the folder holds.
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic>;

    /// The path of every object that lies directly in a folder and whose name begins with one of these, in ascending
    /// order.
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic>;

    /// Bytes of an object; `None` where there is none.
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic>;

    /// An object, whole; `None` where there is none.
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic>;

    /// The last bytes of each object, at most `length` of them, in the order of `paths`.
    ///
    /// # Errors
    /// As [`ObjectStore::list`], for each object alone.
    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>>;

    /// Creates an object that is not there yet, whole or not at all. A remote place may have created
    /// it and lost the answer: whoever gets [`Created::Exists`] reads it back and compares. Where the
    /// place has a lock, it is held.
    ///
    /// # Errors
    /// `store-not-written`, or what keeps a remote place from answering.
    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic>;

    /// Creates objects that hold the same bytes, as [`ObjectStore::create`] does one by one. A place may keep the bytes
    /// once.
    ///
    /// # Errors
    /// As [`ObjectStore::create`].
    fn create_copies(&self, paths: &[String], bytes: &[u8]) -> Result<Vec<Created>, Diagnostic> {
        paths.iter().map(|path| self.create(path, bytes)).collect()
    }

    /// Keeps other writers of this folder out until the guard is dropped, where the place can. Where
    /// it cannot, [`ObjectStore::create`] alone decides every race.
    ///
    /// # Errors
    /// `store-not-written` where others hold it for too long.
    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic>;

    /// Whether the place keeps indexes. A write-once bucket does not.
    fn keeps_index(&self) -> bool;

    /// Puts an index in the place of the one before it, whole or not at all.
    ///
    /// # Errors
    /// As [`ObjectStore::create`].
    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic>;

    /// Adds a line to the log beside an index, and returns once it is on disk. A line that a writer before could
    /// not end stays a line of its own. To be called under the lock.
    ///
    /// # Errors
    /// As [`ObjectStore::create`].
    fn append(&self, path: &str, line: &[u8]) -> Result<(), Diagnostic>;
}

/// Keeps other writers out while it lives.
pub trait Guard {}

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What the place says of them.
    pub version: ObjectVersion,
}

/// How a bucket identifies what it keeps under a path; empty for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The version of the object, where the place counts versions: what a retention rule protects.
    pub id: Option<String>,
    /// What the place calls the object's content: its entity tag.
    pub etag: Option<String>,
}

/// How an attempt to create an object ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there, and was not before.
    New(ObjectVersion),
    /// Something is there already; nothing was written.
    Exists,
}
