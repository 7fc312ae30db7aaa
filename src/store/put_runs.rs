//! Puts both runs of a decision into the store. Create only: what stands in a store is never replaced, and the
//! same runs under the same decision again add nothing.

use super::catalogue;
use super::errors;
use super::index_writer::IndexWriter;
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
        let baseline = match baseline {
            Baseline::Run(run) => Ok(New::of(run, facts(run, None))?),
            Baseline::Stored(stored) => Err(stored.clone()),
        };
        let _guard = self.place.lock(self.project.as_str())?;
        let mut index = IndexWriter::open(self.place, self.project)?;
        let first = match baseline {
            // What is a baseline now may have been a candidate: its rows are in the store already.
            Ok(new) => {
                let same = |facts: &RunFacts| facts.content_sha256 == new.facts.content_sha256;
                self.put(&new, &same, &mut index)?
            }
            Err(stored) => stored,
        };
        let same = |facts: &RunFacts| facts.identity() == candidate.facts.identity();
        let second = self.put(&candidate, &same, &mut index)?;
        index.close()?;
        Ok((first, second))
    }

    /// Stores one run that is no candidate of a decision: an anchor, or the first run of a task.
    ///
    /// # Errors
    /// Those of the place, and `store-not-written`.
    pub fn keep_run(&self, run: &RunFrame) -> Result<StoredFile, Diagnostic> {
        let new = New::of(run, RunFacts::of(run, self.project, self.ts, self.cluster_key, None))?;
        let _guard = self.place.lock(self.project.as_str())?;
        let mut index = IndexWriter::open(self.place, self.project)?;
        let same = |facts: &RunFacts| facts.content_sha256 == new.facts.content_sha256;
        let stored = self.put(&new, &same, &mut index)?;
        index.close()?;
        Ok(stored)
    }

    /// Keeps a copy of the envelope beside each run that it decided about.
    ///
    /// # Errors
    /// Those of the place, and `store-not-written`.
    pub fn seal(&self, candidates: &[StoredFile], envelope: &[u8]) -> Result<(), Diagnostic> {
        let digest = Digest::of(envelope);
        let mut paths: Vec<String> = candidates
            .iter()
            .map(|candidate| layout::envelope(self.project, &candidate.path, &digest))
            .collect();
        // One file may be the candidate of several tasks.
        paths.sort_unstable();
        paths.dedup();
        let _guard = self.place.lock(self.project.as_str())?;
        let created = self.place.create_copies(&paths, envelope)?;
        let mut there = paths.iter().zip(created).filter(|(_, created)| *created == Created::Exists);
        if let Some((path, created)) = there.next()
            && let Put::Other(_) = self.settled(path, envelope, created)?
        {
            return Err(errors::other_envelope(self.place.shown(path)));
        }
        // The envelope of a thousand tasks was kept a thousand times: the name of each copy tells its bytes, and who
        // reads one holds it against its name.
        for (path, _) in there {
            if self.place.size(path)? != Some(envelope.len() as u64) {
                return Err(errors::other_envelope(self.place.shown(path)));
            }
        }
        Ok(())
    }

    fn put(
        &self,
        new: &New,
        holds: &dyn Fn(&RunFacts) -> bool,
        index: &mut IndexWriter<'_>,
    ) -> Result<StoredFile, Diagnostic> {
        let folder = format!("{}/{}", self.project, layout::month(self.ts)?);
        let stem = layout::stem(&new.facts.run_id);
        let mut namesakes = index.namesakes(&new.facts)?;
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
        // By the content first: who looks for these rows finds them, whatever was decided about them.
        let [by_content, own] = [new.facts.content_identity(), new.facts.identity()];
        let mut names =
            vec![layout::beside(&folder, &stem, &by_content), layout::beside(&folder, &stem, &own)];
        names.dedup();
        if namesakes.is_empty() {
            names.insert(0, layout::plain(&folder, &stem));
        }
        // Where nothing keeps other writers out, a name that was free may be taken by now.
        for path in names.into_iter().filter(|path| !namesakes.contains(path)) {
            let stored = |version| StoredFile { path: path.clone(), sha256: Digest::of(&new.bytes), version };
            index.announce(&new.facts, &path)?;
            match self.create(&path, &new.bytes)? {
                Put::New(version) => {
                    index.add(&new.facts, &path);
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
        self.settled(path, bytes, self.place.create(path, bytes)?)
    }

    /// How an attempt to create an object ended.
    fn settled(&self, path: &str, bytes: &[u8], created: Created) -> Result<Put, Diagnostic> {
        match created {
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
