//! One run file, read: what it says, and where it was found.

use super::read_as::ReadAs;
use crate::domain::{Code, Diagnostic, Plan, RunFrame};
use crate::envelope::{self, v1};
use crate::readers::{self, FileIdentity, FileOrFolder, Format, InMemory, ReadFile, ReadOptions, Reading};
use crate::store::{Baseline, FoundRun, ObjectStore, StoredFile};

/// How old a run of a store may be.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Freshness<'a> {
    /// What was asked for.
    pub(in crate::commands) asked: &'a str,
    /// What its age is counted to.
    pub(in crate::commands) now: &'a str,
    /// Whole days after which it is old.
    pub(in crate::commands) max_age_days: Option<u64>,
}

/// One run file, read.
pub(in crate::commands) struct LoadedRun {
    pub(super) path: String,
    pub(in crate::commands) identity: FileIdentity,
    pub(in crate::commands) reading: Reading,
    /// Where it stands in a store, and how it was found there.
    found: Option<FoundInStore>,
    /// The commit that it was read from.
    commit: Option<v1::AtCommit>,
}

/// Where a run stands in a store, and how it was found there.
struct FoundInStore {
    root: String,
    file: StoredFile,
    resolved: v1::Resolved,
}

impl LoadedRun {
    /// Reads a file or folder.
    pub(in crate::commands) fn read(file: &FileOrFolder, read_as: &ReadAs) -> Result<Self, Diagnostic> {
        let ReadFile { path, identity, reading } =
            readers::read_file(file, read_as.format, &read_as.options())?;
        Ok(Self { path, identity, reading, found: None, commit: None })
    }

    /// The same run, read from a file of a commit.
    pub(in crate::commands) fn at_commit(self, revision: &str, commit: &str) -> Self {
        let commit = v1::AtCommit { revision: revision.to_owned(), commit: commit.to_owned() };
        Self { commit: Some(commit), ..self }
    }

    /// A run of a recorded decision, with the slices that it was judged by.
    pub(in crate::commands) fn again(
        named: &FileOrFolder,
        recorded: &v1::Input,
        plan: &Plan,
        slice: Option<&str>,
    ) -> Result<Self, Diagnostic> {
        let options = |run_id| ReadOptions {
            id: plan.id.clone(),
            metric: Some(recorded.metric.clone()),
            cluster: plan.cluster.clone(),
            slice: slice.map(str::to_owned),
            run_id,
            // Who verifies has the time to look at everything.
            deep: true,
        };
        let read = match readers::read_file(named, None, &options(None)) {
            // Only where a file holds several runs does it matter how they are called.
            Err(error) if error.code == Code::RunAmbiguous => {
                readers::read_file(named, None, &options(Some(recorded.run_id.clone())))?
            }
            read => read?,
        };
        let ReadFile { path, identity, reading } = read;
        Ok(Self { path, identity, reading, found: None, commit: None })
    }

    /// A run of a store.
    pub(in crate::commands) fn of_store(
        found: FoundRun,
        (place, root): (&dyn ObjectStore, &str),
        read_as: &ReadAs,
        freshness: &Freshness<'_>,
    ) -> Result<Self, Diagnostic> {
        let stored = found.stored();
        let path = place.shown(&stored.path);
        let source = InMemory { path, bytes: found.file.bytes };
        let options = ReadOptions { run_id: None, ..read_as.options() };
        let ReadFile { path, identity, reading } =
            readers::read_file(&FileOrFolder::File(Box::new(source)), Some(Format::Parquet), &options)?;
        let resolved = v1::Resolved {
            asked: freshness.asked.to_owned(),
            stored_at: found.entry.record.ts.clone(),
            age_days: found.entry.record.time().map_or(0, |then| whole_days(then, freshness.now)),
            max_age_days: freshness.max_age_days,
        };
        let found = FoundInStore { root: root.to_owned(), file: stored, resolved };
        Ok(Self { path, identity, reading, found: Some(found), commit: None })
    }

    /// The same run, found in the store at `root`, where it was put at `stored_at`.
    pub(in crate::commands) fn found_at(
        self,
        (root, file): (&str, StoredFile),
        stored_at: &str,
        freshness: &Freshness<'_>,
    ) -> Self {
        let resolved = v1::Resolved {
            asked: freshness.asked.to_owned(),
            stored_at: stored_at.to_owned(),
            age_days: stored_at.parse().map_or(0, |then| whole_days(then, freshness.now)),
            max_age_days: freshness.max_age_days,
        };
        Self { found: Some(FoundInStore { root: root.to_owned(), file, resolved }), ..self }
    }

    /// When the run was made, as it says itself: RFC 3339.
    pub(in crate::commands) fn created(&self) -> Option<&str> {
        self.reading.created.as_deref()
    }

    /// Whether it is older than it may be.
    pub(in crate::commands) fn is_old(&self) -> bool {
        self.found.as_ref().is_some_and(|found| {
            found.resolved.max_age_days.is_some_and(|most| found.resolved.age_days > most)
        })
    }

    /// As the store at `root` takes what a candidate is compared with. A run that was found in it stays where it is,
    /// in whatever project; one of another store is kept here too, because the envelope names all in one.
    pub(in crate::commands) fn to_store(&self, root: &str) -> Baseline<'_> {
        match &self.found {
            Some(found) if found.root == root => Baseline::Stored(&found.file),
            Some(_) | None => Baseline::Run(&self.reading.run),
        }
    }

    /// A warning where it is older than it may be.
    pub(in crate::commands) fn old(&self) -> Option<String> {
        let resolved = &self.found.as_ref()?.resolved;
        let most = resolved.max_age_days.filter(|most| resolved.age_days > *most)?;
        Some(format!(
            "{} was stored {} days before this decision, longer ago than the {most} days that were set",
            resolved.asked, resolved.age_days
        ))
    }

    /// A refusal for want of its scores, with what its file shows of the reason.
    pub(in crate::commands) fn explain(&self, error: Diagnostic) -> Diagnostic {
        match &self.reading.unscored {
            Some(why) if error.code == Code::UnscoredItems => {
                Diagnostic { what: format!("{}; {}", error.what, why.trim_end_matches('.')), ..error }
            }
            _ => error,
        }
    }

    /// What was read of it.
    pub(in crate::commands) fn run(&self) -> &RunFrame {
        &self.reading.run
    }

    /// As the envelope records it.
    pub(in crate::commands) fn recorded(&self, items: usize) -> v1::Input {
        let input = envelope::input(
            &self.path,
            self.identity.bytes,
            self.identity.digest,
            self.reading.format.as_str(),
            &self.reading.run,
            items,
        );
        v1::Input {
            resolved: self.found.as_ref().map(|found| found.resolved.clone()),
            at_commit: self.commit.clone(),
            ..input
        }
    }
}

/// Whole days from one moment to another; none where the clock ran backwards.
fn whole_days(then: jiff::Timestamp, now: &str) -> u64 {
    let seconds = now.parse::<jiff::Timestamp>().map_or(0, |now| now.as_second() - then.as_second());
    u64::try_from(seconds / 86_400).unwrap_or(0)
}
