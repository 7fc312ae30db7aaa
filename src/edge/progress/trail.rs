//! Trails that tell how much of them was read.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use crate::commands::Trails;
use crate::commands::progress::{Progress, Stage, Whole};
use crate::commands::targets::TrailTarget;
use crate::commands::verify::{Located, TrailLocator};
use crate::domain::{Diagnostic, ReleaseId};
use crate::trail::{
    Addition, AppendOutcome, Earlier, FileHistory, FileKind, Glance, HeadToken, Port, Snapshot, TrailFiles,
};

/// Finds trails whose reading is shown.
pub struct WatchedLocator<'a> {
    locator: &'a dyn TrailLocator,
    progress: Arc<dyn Progress>,
}

impl<'a> WatchedLocator<'a> {
    /// The same locator.
    #[must_use]
    pub fn new(locator: &'a dyn TrailLocator, progress: &Arc<dyn Progress>) -> Self {
        Self { locator, progress: Arc::clone(progress) }
    }
}

impl TrailLocator for WatchedLocator<'_> {
    fn locate(&self, path: &Path) -> Result<Located, Diagnostic> {
        Ok(match self.locator.locate(path)? {
            Located::Trail(trail) => Located::Trail(Box::new(WatchedTrail::new(trail, &self.progress))),
            other => other,
        })
    }
}

/// Opens trails whose reading and writing is shown.
pub struct WatchedTrails<'a> {
    trails: &'a dyn Trails,
    progress: Arc<dyn Progress>,
}

impl<'a> WatchedTrails<'a> {
    /// The same trails.
    #[must_use]
    pub fn new(trails: &'a dyn Trails, progress: &Arc<dyn Progress>) -> Self {
        Self { trails, progress: Arc::clone(progress) }
    }
}

impl Trails for WatchedTrails<'_> {
    fn open(&self, place: &TrailTarget) -> Result<Box<dyn Port + '_>, Diagnostic> {
        Ok(Box::new(WatchedTrail::new(self.trails.open(place)?, &self.progress)))
    }
}

struct WatchedTrail<T: ?Sized> {
    trail: Box<T>,
    progress: Arc<dyn Progress>,
    /// Since the last look at what there is.
    reading: RefCell<Option<Box<dyn Stage>>>,
}

impl<T: ?Sized> WatchedTrail<T> {
    fn new(trail: Box<T>, progress: &Arc<dyn Progress>) -> Self {
        Self { trail, progress: Arc::clone(progress), reading: RefCell::default() }
    }
}

impl<T: TrailFiles + ?Sized> TrailFiles for WatchedTrail<T> {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        self.reading.take();
        let listing = self.progress.begin("listing the trail", Whole::Unknown);
        let snapshot = self.trail.snapshot()?;
        drop(listing);
        let files = snapshot.files.iter().filter(|file| file.kind == FileKind::Plain).count();
        let stage = self.progress.begin("reading the trail", Whole::Of(files as u64, "files"));
        self.reading.replace(Some(stage));
        Ok(snapshot)
    }

    fn glance(&self, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        let _stage = self.progress.begin("looking at the trail", Whole::Unknown);
        self.trail.glance(release)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let bytes = self.trail.read(path)?;
        if let Some(stage) = &*self.reading.borrow() {
            stage.advance(1);
        }
        Ok(bytes)
    }

    fn shown(&self, path: &str) -> String {
        self.trail.shown(path)
    }

    fn history(&self) -> Result<Option<FileHistory>, Diagnostic> {
        let _stage = self.progress.begin("reading what git says of the trail", Whole::Unknown);
        self.trail.history()
    }

    fn earlier(&self, revision: &str) -> Result<Earlier, Diagnostic> {
        let _stage = self.progress.begin("reading an earlier trail", Whole::Unknown);
        self.trail.earlier(revision)
    }
}

impl<T: Port + ?Sized> Port for WatchedTrail<T> {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        let _stage = self.progress.begin("writing to the trail", Whole::Unknown);
        self.trail.append(token, addition)
    }

    fn revision(&self) -> Option<String> {
        self.trail.revision()
    }
}
