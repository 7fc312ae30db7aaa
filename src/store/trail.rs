//! A trail that lies in a place of the store: the mirror in a bucket.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::port::ObjectStore;
use crate::domain::{Diagnostic, Digest};
use crate::trail::{FileKind, HeadToken, Listed, MAX_FILE, ROOT, Snapshot, TrailFiles, settled};

/// `.gitattributes` beside `audit/`.
const ATTRIBUTES: &str = ".gitattributes";
/// How much of each file is read ahead, of how many at once, and how much of all together. Envelopes
/// and entries are a few kB.
const AHEAD: u64 = 256 << 10;
const BATCH: usize = 512;
const ALL_AHEAD: usize = 256 << 20;

/// The trail in `audit/` of a place, for reading.
pub struct ObjectStoreTrail<P> {
    place: P,
    /// What was read ahead: a bucket far away answers many requests in the time of one.
    ahead: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl<P: ObjectStore> ObjectStoreTrail<P> {
    /// The trail that a place holds.
    #[must_use]
    pub fn of(place: P) -> Self {
        Self { place, ahead: RefCell::default() }
    }

    fn read_ahead(&self, paths: &[String]) {
        let mut ahead = self.ahead.borrow_mut();
        ahead.clear();
        let mut total = 0;
        for batch in paths.chunks(BATCH) {
            for (path, tail) in batch.iter().zip(self.place.tails(batch, AHEAD)) {
                // What could not be read is asked for again when it is needed, and then tells why.
                let Ok(bytes) = tail else { continue };
                total += bytes.len();
                // A tail of the length that was asked for may have something before it.
                if (bytes.len() as u64) < AHEAD {
                    ahead.insert(path.clone(), bytes);
                }
            }
            if total > ALL_AHEAD {
                return;
            }
        }
    }
}

impl<P: ObjectStore> TrailFiles for ObjectStoreTrail<P> {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let mut paths = settled(&self.place.shown(ROOT), || self.place.list(ROOT), PartialEq::eq)?;
        self.read_ahead(&paths);
        paths.extend(self.place.read(ATTRIBUTES)?.map(|_| ATTRIBUTES.to_owned()));
        let token = HeadToken(Digest::of(paths.join("\0").as_bytes()).to_string());
        let files = paths.into_iter().map(|path| Listed { path, kind: FileKind::Plain }).collect();
        Ok(Snapshot { token, files })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        if let Some(bytes) = self.ahead.borrow().get(path) {
            return Ok(bytes.clone());
        }
        // Never the whole of what may have any length: one byte more than a file may have is enough.
        let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX).saturating_add(1);
        self.place.tails(&[path.to_owned()], limit).pop().unwrap_or_else(|| Ok(Vec::new()))
    }
}
