//! Two run files, read as one plan asks for them.

use super::run_path::open_run;
use super::targets::StoreTarget;
use super::{Files, World};
use crate::domain::{ClusterRule, Code, Diagnostic, Plan, RunFrame, RunMetadata};
use crate::envelope::{self, v1};
use crate::pairing::Counts;
use crate::readers::{self, FileIdentity, FileOrFolder, Format, InMemory, ReadFile, ReadOptions, Reading};
use crate::store::{self, Baseline, FoundRun, ObjectStore, StoredFile};

/// What begins the name of a run that is in a store.
const STORE: &str = "store:";
/// The newest run that was allowed to ship.
const LATEST_ALLOWED: &str = "latest-allowed";

/// The two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunInputs {
    /// Path of the run that is in use.
    pub baseline: String,
    /// Path of the run that wants to replace it.
    pub candidate: String,
    /// Format of both; `None` detects it from the content of each.
    pub format: Option<Format>,
    /// Metric to insist on.
    pub metric: Option<String>,
    /// The run of the baseline's file, where it holds several.
    pub baseline_run: Option<String>,
    /// The run of the candidate's file, where it holds several.
    pub candidate_run: Option<String>,
}

impl RunInputs {
    /// Baseline and candidate, each with how it is read.
    fn both(&self, plan: &Plan) -> [(&str, ReadAs); 2] {
        [
            (&self.baseline, self.read_as(self.baseline_run.as_ref(), plan)),
            (&self.candidate, self.read_as(self.candidate_run.as_ref(), plan)),
        ]
    }

    /// How one of the two files is read.
    fn read_as(&self, run: Option<&String>, plan: &Plan) -> ReadAs {
        ReadAs {
            format: self.format,
            id: plan.id.clone(),
            metric: self.metric.clone(),
            cluster: plan.cluster.clone(),
            slice: None,
            run: run.cloned(),
        }
    }
}

/// How one run file is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReadAs {
    /// Its format; `None` detects it from the content.
    pub(super) format: Option<Format>,
    /// The field that names the item.
    pub(super) id: Option<String>,
    /// Metric to insist on.
    pub(super) metric: Option<String>,
    /// Where the clusters are.
    pub(super) cluster: ClusterRule,
    /// Where the slices are, where any are wanted.
    pub(super) slice: Option<String>,
    /// The run of the file, where it holds several.
    pub(super) run: Option<String>,
}

impl ReadAs {
    fn options(&self) -> ReadOptions {
        ReadOptions {
            id: self.id.clone(),
            metric: self.metric.clone(),
            cluster: self.cluster.clone(),
            slice: self.slice.clone(),
            run_id: self.run.clone(),
            deep: false,
        }
    }
}

/// How old a run of a store may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Freshness<'a> {
    /// What was asked for.
    pub(super) asked: &'a str,
    /// What its age is counted to.
    pub(super) now: &'a str,
    /// Whole days after which it is old.
    pub(super) max_age_days: Option<u64>,
}

/// Both runs, read.
pub struct LoadedRuns {
    /// The run that is in use.
    pub(super) baseline: LoadedRun,
    /// The run that wants to replace it.
    pub(super) candidate: LoadedRun,
}

impl LoadedRuns {
    /// Reads both files.
    ///
    /// # Errors
    /// Every error about a single run, with the file as the place.
    pub fn read(runs: &RunInputs, plan: &Plan, files: &dyn Files) -> Result<Self, Diagnostic> {
        let [baseline, candidate] = runs.both(plan);
        let (baseline, candidate) = read_both(baseline, candidate, files)?;
        Ok(Self { baseline, candidate })
    }

    /// Reads both, whatever names them: a path, or `store:RUN_ID` of a run that is in the store in which
    /// baselines, or candidates, are looked up; or, for the baseline, `store:latest-allowed`. `now` is what
    /// its age is counted to.
    ///
    /// # Errors
    /// As [`LoadedRuns::read`]; `bad-usage` where no store was named; `run-not-found`; those of the store.
    pub fn find(
        runs: &RunInputs,
        plan: &Plan,
        (baselines, candidates): (Option<&StoreTarget>, Option<&StoreTarget>),
        now: &str,
        world: &World<'_>,
    ) -> Result<Self, Diagnostic> {
        let archive = |flag: &str, store: Option<&StoreTarget>| {
            let at = store.cloned().ok_or_else(|| {
                Code::BadUsage
                    .at(flag)
                    .what("names a run of a store, and no store was named")
                    .next("say --store ROOT, or put ./ before the path of a file of this name")
            })?;
            Ok((world.stores.open(&at.root)?, at))
        };
        let read = |path: &str, run: Option<&String>| {
            LoadedRun::read(&open_run(path, world.files)?, &runs.read_as(run, plan))
        };
        let stored = |found: FoundRun, asked: &str, place: &dyn ObjectStore, at: &StoreTarget| {
            let freshness = Freshness { asked, now, max_age_days: at.max_age_days };
            LoadedRun::of_store(found, (place, &at.root), &runs.read_as(None, plan), &freshness)
        };
        if ![&runs.baseline, &runs.candidate].iter().any(|path| path.starts_with(STORE)) {
            let [baseline, candidate] = runs.both(plan);
            let (candidate, baseline) = read_both(candidate, baseline, world.files)?;
            return Ok(Self { baseline, candidate });
        }
        // First, because it says which task an allowed baseline has to be of.
        let candidate = match runs.candidate.strip_prefix(STORE) {
            None => read(&runs.candidate, runs.candidate_run.as_ref())?,
            Some(name) => {
                let (place, at) = archive("--candidate", candidates)?;
                let found = store::by_name(&*place, &at.project, name)?;
                stored(found, &runs.candidate, &*place, &at)?
            }
        };
        let baseline = match runs.baseline.strip_prefix(STORE) {
            None => read(&runs.baseline, runs.baseline_run.as_ref())?,
            Some(name) => {
                let (place, at) = archive("--baseline", baselines)?;
                let found = match name {
                    LATEST_ALLOWED => store::latest_allowed(&*place, &at.project, &candidate.reading.run)?,
                    name => store::by_name(&*place, &at.project, name)?,
                };
                stored(found, &runs.baseline, &*place, &at)?
            }
        };
        Ok(Self { baseline, candidate })
    }

    /// Both runs of a recorded decision, from files that may hold other runs and metrics too.
    ///
    /// # Errors
    /// Every error about a single run.
    pub(super) fn again(
        [baseline, candidate]: &[FileOrFolder; 2],
        recorded: &v1::Inputs,
        plan: &Plan,
    ) -> Result<Self, Diagnostic> {
        Ok(Self {
            baseline: LoadedRun::again(baseline, &recorded.baseline, plan, None)?,
            candidate: LoadedRun::again(candidate, &recorded.candidate, plan, None)?,
        })
    }

    /// Both runs, as the store at `root` takes them.
    pub(super) fn to_store(&self, root: &str) -> (Baseline<'_>, &RunFrame) {
        (self.baseline.to_store(root), &self.candidate.reading.run)
    }

    /// What a person should know of how they were read.
    pub(super) fn notes(&self) -> Vec<String> {
        let of = |which: &'static str, opened: &LoadedRun| -> Vec<String> {
            let notes = opened.reading.notes.iter().cloned().chain(opened.old());
            notes.map(|note| format!("{which}: {note}")).collect()
        };
        let mut notes = [of("baseline", &self.baseline), of("candidate", &self.candidate)].concat();
        // Two runs of one file are compared on purpose.
        if self.baseline.identity == self.candidate.identity
            && self.baseline.run().metadata() == self.candidate.run().metadata()
        {
            notes.push("baseline and candidate are the same file, byte for byte".into());
        }
        notes
    }

    /// A refusal for want of scores, with what the file shows of the reason.
    pub(super) fn explain(&self, error: Diagnostic) -> Diagnostic {
        let run = if error.place.starts_with("baseline") { &self.baseline } else { &self.candidate };
        match &run.reading.unscored {
            Some(why) if error.code == Code::UnscoredItems => {
                Diagnostic { what: format!("{}; {}", error.what, why.trim_end_matches('.')), ..error }
            }
            _ => error,
        }
    }

    /// As the envelope records them.
    pub(super) fn recorded(&self, counts: &Counts) -> v1::Inputs {
        v1::Inputs {
            baseline: self.baseline.recorded(counts.baseline_items),
            candidate: self.candidate.recorded(counts.candidate_items),
        }
    }

    /// The task that the baseline was measured on.
    #[must_use]
    pub fn task(&self) -> &str {
        &self.baseline.reading.run.metadata().task_id
    }

    /// What the candidate's file says it is.
    #[must_use]
    pub fn candidate_names(&self) -> &RunMetadata {
        self.candidate.reading.run.metadata()
    }
}

/// Reads two files at once. What is wrong with the first is said first, as if it had been read first.
fn read_both(
    (first, read_first): (&str, ReadAs),
    (second, read_second): (&str, ReadAs),
    files: &dyn Files,
) -> Result<(LoadedRun, LoadedRun), Diagnostic> {
    // Both are opened here, one after the other: either may be standard input.
    let first = open_run(first, files)?;
    let second = open_run(second, files);
    let (first, second) = rayon::join(
        move || LoadedRun::read(&first, &read_first),
        move || LoadedRun::read(&second?, &read_second),
    );
    Ok((first?, second?))
}

/// One run file, read.
pub(super) struct LoadedRun {
    path: String,
    pub(super) identity: FileIdentity,
    pub(super) reading: Reading,
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
    pub(super) fn read(file: &FileOrFolder, read_as: &ReadAs) -> Result<Self, Diagnostic> {
        let ReadFile { path, identity, reading } =
            readers::read_file(file, read_as.format, &read_as.options())?;
        Ok(Self { path, identity, reading, found: None, commit: None })
    }

    /// The same run, read from a file of a commit.
    pub(super) fn at_commit(self, revision: &str, commit: &str) -> Self {
        let commit = v1::AtCommit { revision: revision.to_owned(), commit: commit.to_owned() };
        Self { commit: Some(commit), ..self }
    }

    /// A run of a recorded decision, with the slices that it was judged by.
    pub(super) fn again(
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
    pub(super) fn of_store(
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
    pub(super) fn found_at(
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
    pub(super) fn created(&self) -> Option<&str> {
        self.reading.created.as_deref()
    }

    /// Whether it is older than it may be.
    pub(super) fn is_old(&self) -> bool {
        self.found.as_ref().is_some_and(|found| {
            found.resolved.max_age_days.is_some_and(|most| found.resolved.age_days > most)
        })
    }

    /// As the store at `root` takes what a candidate is compared with. A run that was found in it stays where it is,
    /// in whatever project; one of another store is kept here too, because the envelope names all in one.
    pub(super) fn to_store(&self, root: &str) -> Baseline<'_> {
        match &self.found {
            Some(found) if found.root == root => Baseline::Stored(&found.file),
            Some(_) | None => Baseline::Run(&self.reading.run),
        }
    }

    /// A warning where it is older than it may be.
    pub(super) fn old(&self) -> Option<String> {
        let resolved = &self.found.as_ref()?.resolved;
        let most = resolved.max_age_days.filter(|most| resolved.age_days > *most)?;
        Some(format!(
            "{} was stored {} days before this decision, longer ago than the {most} days that were set",
            resolved.asked, resolved.age_days
        ))
    }

    /// What was read of it.
    pub(super) fn run(&self) -> &RunFrame {
        &self.reading.run
    }

    /// As the envelope records it.
    pub(super) fn recorded(&self, items: usize) -> v1::Input {
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
