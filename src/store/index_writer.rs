//! The index of a project while runs are added to it, under the lock: a short one is read and written anew, a long one
//! has a log appended to, so that a gate costs the same among a million runs as among a thousand.

use super::catalogue::{self, Catalogue, Scope};
use super::layout;
use super::log::{self, Lengths};
use super::manifest::ManifestRecord;
use super::port::ObjectStore;
use super::run_facts::RunFacts;
use crate::domain::{Diagnostic, ProjectId};

/// The index of a project, open for more runs.
pub(super) struct IndexWriter<'a> {
    place: &'a dyn ObjectStore,
    project: &'a ProjectId,
    kept: Kept,
}

/// How the index is kept.
enum Kept {
    /// Read, and written anew.
    Whole(Catalogue),
    /// In a log.
    Logged,
    /// Nowhere: the place keeps none.
    Nowhere,
}

impl<'a> IndexWriter<'a> {
    /// Opens the index. To be called under the lock, which is to be held until it is closed.
    ///
    /// # Errors
    /// Those of the place.
    pub(super) fn open(place: &'a dyn ObjectStore, project: &'a ProjectId) -> Result<Self, Diagnostic> {
        let kept = if !place.keeps_index() {
            Kept::Nowhere
        } else if Lengths::of(place, project)?.is_long() {
            Kept::Logged
        } else {
            Kept::Whole(Catalogue::read(place, project, &Scope::default())?)
        };
        Ok(Self { place, project, kept })
    }

    /// The files that may hold this run, or another one of its name. Without an index they are looked for by the names
    /// that this run can have.
    ///
    /// # Errors
    /// Those of the place.
    pub(super) fn namesakes(&self, facts: &RunFacts) -> Result<Vec<String>, Diagnostic> {
        if let Kept::Whole(catalogue) = &self.kept {
            let bearing =
                catalogue.entries.iter().filter(|e| e.present && layout::bears(&e.path, &facts.run_id));
            return Ok(bearing.map(|entry| entry.path.clone()).collect());
        }
        let names = layout::names(&facts.run_id, &[facts.content_identity(), facts.identity()]);
        let mut found = Vec::new();
        for month in catalogue::months(self.place, self.project)? {
            found.extend(self.place.named(&format!("{}/{month}", self.project), &names)?);
        }
        Ok(found)
    }

    /// Says in the log which run is about to be stored: a file that is there is then known to the log, whenever the
    /// writer is killed.
    ///
    /// # Errors
    /// Those of the place.
    pub(super) fn announce(&self, facts: &RunFacts, path: &str) -> Result<(), Diagnostic> {
        match self.kept {
            Kept::Logged => {
                log::append(self.place, self.project, &ManifestRecord::of(facts, self.within(path)))
            }
            Kept::Whole(_) | Kept::Nowhere => Ok(()),
        }
    }

    /// Adds a run that was stored.
    pub(super) fn add(&mut self, facts: &RunFacts, path: &str) {
        if let Kept::Whole(catalogue) = &mut self.kept {
            catalogue.add(self.project, facts, path);
        }
    }

    /// Writes the index, where that is due.
    ///
    /// # Errors
    /// Those of the place.
    pub(super) fn close(self) -> Result<(), Diagnostic> {
        match self.kept {
            Kept::Whole(catalogue) => catalogue.write(self.place, self.project),
            Kept::Logged if Lengths::of(self.place, self.project)?.is_due() => {
                Catalogue::read(self.place, self.project, &Scope::default())?.write(self.place, self.project)
            }
            Kept::Logged | Kept::Nowhere => Ok(()),
        }
    }

    fn within<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.project.as_str()).map_or(path, |rest| rest.trim_start_matches('/'))
    }
}
