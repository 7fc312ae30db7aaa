//! Puts both runs of a decision into the store. Create only: what stands in a store is never replaced, and the
//! same runs under the same decision again add nothing.

use super::catalogue::{self, Catalogue, Scope};
use super::errors;
use super::layout;
use super::port::{Created, ObjectStore, ObjectVersion};
use super::rows;
use super::run_facts::{DecisionFacts, RunFacts};
use crate::domain::{Code, Diagnostic, Digest, ProjectId, RunFrame};
use crate::readers::{self, ReadOptions};

/// A run that is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its file, from the root of the store.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The version that the place gave it.
    pub version: ObjectVersion,
}

/// The baseline of a decision.
#[derive(Clone, Copy, Debug)]
pub enum Baseline<'a> {
    /// A run that may not be in the store.
    Run(&'a RunFrame),
    /// One that was read from there.
    Stored(&'a StoredFile),
}

/// Puts the runs of one decision into a project.
pub struct RunArchive<'a> {
    /// Where the store is.
    pub place: &'a dyn ObjectStore,
    /// The project.
    pub project: &'a ProjectId,
    /// The moment of the decision: RFC 3339, UTC. Its month names the folder.
    pub ts: &'a str,
    /// The metadata field that clusters were read from, where one was named.
    pub cluster_key: Option<&'a str>,
}

impl RunArchive<'_> {
    /// Stores baseline and candidate, the candidate with what was decided about it. A kill at any
    /// moment leaves no run or a whole one.
    ///
    /// # Errors
    /// Those of the place, and `store-not-written`.
    pub fn keep(
        &self,
        baseline: Baseline<'_>,
        candidate: &RunFrame,
        decided: DecisionFacts,
    ) -> Result<(StoredFile, StoredFile), Diagnostic> {
        let facts = |run, decided| RunFacts::of(run, self.project, self.ts, self.cluster_key, decided);
        // Before the lock: others need not wait while a million rows are compressed.
        let candidate = New::of(candidate, facts(candidate, Some(decided)))?;
        let mut names = vec![candidate.facts.run_id.clone()];
        let baseline = match baseline {
            Baseline::Run(run) => {
                names.push(run.metadata().run_id.clone());
                Ok(New::of(run, facts(run, None))?)
            }
            Baseline::Stored(stored) => Err(stored.clone()),
        };
        let _guard = self.place.lock(self.project.as_str())?;
        let scope = Scope { names, ..Scope::default() };
        let mut catalogue = Catalogue::read(self.place, self.project, &scope)?;
        let first = match baseline {
            // What is a baseline now may have been a candidate: its rows are in the store already.
            Ok(new) => {
                let same = |facts: &RunFacts| facts.content_sha256 == new.facts.content_sha256;
                self.put(&new, &same, &mut catalogue)?
            }
            Err(stored) => stored,
        };
        let same = |facts: &RunFacts| facts.identity() == candidate.facts.identity();
        let second = self.put(&candidate, &same, &mut catalogue)?;
        catalogue.write(self.place, self.project)?;
        Ok((first, second))
    }

    /// Stores one run that is no candidate of a decision: an anchor, or the first run of a task.
    ///
    /// # Errors
    /// Those of the place, and `store-not-written`.
    pub fn keep_run(&self, run: &RunFrame) -> Result<StoredFile, Diagnostic> {
        let new = New::of(run, RunFacts::of(run, self.project, self.ts, self.cluster_key, None))?;
        let _guard = self.place.lock(self.project.as_str())?;
        let scope = Scope { names: vec![new.facts.run_id.clone()], ..Scope::default() };
        let mut catalogue = Catalogue::read(self.place, self.project, &scope)?;
        let same = |facts: &RunFacts| facts.content_sha256 == new.facts.content_sha256;
        let stored = self.put(&new, &same, &mut catalogue)?;
        catalogue.write(self.place, self.project)?;
        Ok(stored)
    }

    /// Keeps a copy of the envelope beside the run that it decided about.
    ///
    /// # Errors
    /// Those of the place, and `store-not-written`.
    pub fn seal(&self, candidate: &StoredFile, envelope: &[u8]) -> Result<(), Diagnostic> {
        let path = layout::envelope(self.project, &candidate.path, &Digest::of(envelope));
        let _guard = self.place.lock(self.project.as_str())?;
        match self.create(&path, envelope)? {
            Put::New(_) | Put::Same(_) => Ok(()),
            Put::Other(_) => Err(errors::other_envelope(self.place.shown(&path))),
        }
    }

    fn put(
        &self,
        new: &New,
        holds: &dyn Fn(&RunFacts) -> bool,
        catalogue: &mut Catalogue,
    ) -> Result<StoredFile, Diagnostic> {
        let folder = format!("{}/{}", self.project, layout::month(self.ts)?);
        let stem = layout::stem(&new.facts.run_id);
        let mut namesakes: Vec<String> = catalogue
            .entries
            .iter()
            .filter(|entry| entry.present && layout::bears(&entry.path, &new.facts.run_id))
            .map(|entry| entry.path.clone())
            .collect();
        // The plain name first: whoever asks again finds the same file, whatever came between.
        namesakes.sort_by_key(String::len);
        for (path, facts) in namesakes.iter().zip(catalogue::facts(self.place, &namesakes)) {
            // What is damaged, or not a run at all, is kept as it is and is not this one.
            let facts = match facts {
                Err(error) if error.code == Code::RunMalformed => continue,
                facts => facts?,
            };
            let may_be_it = facts.as_ref().is_none_or(holds);
            let Some(found) = may_be_it.then(|| self.place.read(path)).transpose()?.flatten() else {
                continue;
            };
            let is_it = match facts {
                Some(facts) => facts.check(&found.bytes).is_ok(),
                None => self.foreign(&found.bytes).is_some_and(|facts| holds(&facts)),
            };
            if is_it {
                let sha256 = Digest::of(&found.bytes);
                return Ok(StoredFile { path: path.clone(), sha256, version: found.version });
            }
        }
        let plain = layout::plain(&folder, &stem);
        let beside = layout::beside(&folder, &stem, &new.facts.identity());
        // Where nothing keeps other writers out, the name may be taken by now.
        let names = if namesakes.is_empty() { vec![plain, beside] } else { vec![beside] };
        for path in names {
            let stored = |version| StoredFile { path: path.clone(), sha256: Digest::of(&new.bytes), version };
            match self.create(&path, &new.bytes)? {
                Put::New(version) => {
                    catalogue.add(self.project, &new.facts, &path);
                    return Ok(stored(version));
                }
                Put::Same(version) => return Ok(stored(version)),
                Put::Other(found) => {
                    if let Ok(Some(facts)) = RunFacts::in_file(&found.0)
                        && holds(&facts)
                    {
                        let sha256 = Digest::of(&found.0);
                        return Ok(StoredFile { path, sha256, version: found.1 });
                    }
                }
            }
        }
        Err(errors::other_run(self.place.shown(&format!("{folder}/{stem}"))))
    }

    /// What a file of another program holds, where it can be read as a run.
    fn foreign(&self, bytes: &[u8]) -> Option<RunFacts> {
        let run = readers::read(bytes, None, &ReadOptions::default()).ok()?.run;
        Some(RunFacts::of(&run, self.project, self.ts, None, None))
    }

    /// Creates an object, or finds what stands in its place: a write whose answer was lost meets its
    /// own bytes.
    fn create(&self, path: &str, bytes: &[u8]) -> Result<Put, Diagnostic> {
        match self.place.create(path, bytes)? {
            Created::New(version) => Ok(Put::New(version)),
            Created::Exists => match self.place.read(path)? {
                Some(found) if found.bytes == bytes => Ok(Put::Same(found.version)),
                Some(found) => Ok(Put::Other((found.bytes, found.version))),
                None => Err(errors::removed_meanwhile(self.place.shown(path))),
            },
        }
    }
}

/// A run as it would be written.
struct New {
    facts: RunFacts,
    bytes: Vec<u8>,
}

impl New {
    fn of(run: &RunFrame, facts: RunFacts) -> Result<Self, Diagnostic> {
        let bytes = rows::file(run, &facts)?;
        Ok(Self { facts, bytes })
    }
}

enum Put {
    New(ObjectVersion),
    Same(ObjectVersion),
    Other((Vec<u8>, ObjectVersion)),
}
