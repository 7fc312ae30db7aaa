//! Two run files, read as one plan asks for them.

use super::targets::StoreTarget;
use super::{Files, World};
use crate::domain::{Code, Diagnostic, Plan, RunFrame, RunMetadata};
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
        Ok(Self {
            baseline: LoadedRun::read(&runs.baseline, runs.baseline_run.as_ref(), runs, plan, files)?,
            candidate: LoadedRun::read(&runs.candidate, runs.candidate_run.as_ref(), runs, plan, files)?,
        })
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
        // First, because it says which task an allowed baseline has to be of.
        let candidate = match runs.candidate.strip_prefix(STORE) {
            None => LoadedRun::read(&runs.candidate, runs.candidate_run.as_ref(), runs, plan, world.files)?,
            Some(name) => {
                let (place, at) = archive("--candidate", candidates)?;
                let found = store::by_name(&*place, &at.project, name)?;
                LoadedRun::stored(found, &runs.candidate, (&*place, &at), (runs, plan), now)?
            }
        };
        let baseline = match runs.baseline.strip_prefix(STORE) {
            None => LoadedRun::read(&runs.baseline, runs.baseline_run.as_ref(), runs, plan, world.files)?,
            Some(name) => {
                let (place, at) = archive("--baseline", baselines)?;
                let found = match name {
                    LATEST_ALLOWED => store::latest_allowed(&*place, &at.project, &candidate.reading.run)?,
                    name => store::by_name(&*place, &at.project, name)?,
                };
                LoadedRun::stored(found, &runs.baseline, (&*place, &at), (runs, plan), now)?
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
            baseline: LoadedRun::again(baseline, &recorded.baseline, plan)?,
            candidate: LoadedRun::again(candidate, &recorded.candidate, plan)?,
        })
    }

    /// Both runs, as the store at `root` takes them. A baseline that was found in it stays where it is, in
    /// whatever project; one of another store is kept here too, because the envelope names both in one.
    pub(super) fn to_store(&self, root: &str) -> (Baseline<'_>, &RunFrame) {
        let baseline = match &self.baseline.found {
            Some(found) if found.root == root => Baseline::Stored(&found.file),
            Some(_) | None => Baseline::Run(&self.baseline.reading.run),
        };
        (baseline, &self.candidate.reading.run)
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

/// One run file, read.
pub(super) struct LoadedRun {
    path: String,
    pub(super) identity: FileIdentity,
    pub(super) reading: Reading,
    /// Where it stands in a store, and how it was found there.
    found: Option<FoundInStore>,
}

/// Where a run stands in a store, and how it was found there.
struct FoundInStore {
    root: String,
    file: StoredFile,
    resolved: v1::Resolved,
}

impl LoadedRun {
    pub(super) fn read(
        path: &str,
        run: Option<&String>,
        runs: &RunInputs,
        plan: &Plan,
        files: &dyn Files,
    ) -> Result<Self, Diagnostic> {
        let options = ReadOptions {
            metric: runs.metric.clone(),
            cluster: plan.cluster.clone(),
            run_id: run.cloned(),
            deep: false,
        };
        let ReadFile { path, identity, reading } =
            readers::read_file(&files.open(path)?, runs.format, &options)?;
        Ok(Self { path, identity, reading, found: None })
    }

    fn again(named: &FileOrFolder, recorded: &v1::Input, plan: &Plan) -> Result<Self, Diagnostic> {
        let options = |run_id| ReadOptions {
            metric: Some(recorded.metric.clone()),
            cluster: plan.cluster.clone(),
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
        Ok(Self { path, identity, reading, found: None })
    }

    /// A run of a store.
    fn stored(
        found: FoundRun,
        asked: &str,
        (place, at): (&dyn ObjectStore, &StoreTarget),
        (runs, plan): (&RunInputs, &Plan),
        now: &str,
    ) -> Result<Self, Diagnostic> {
        let stored = found.stored();
        let path = place.shown(&stored.path);
        let source = InMemory { path, bytes: found.file.bytes };
        let options = ReadOptions {
            metric: runs.metric.clone(),
            cluster: plan.cluster.clone(),
            run_id: None,
            deep: false,
        };
        let ReadFile { path, identity, reading } =
            readers::read_file(&FileOrFolder::File(Box::new(source)), Some(Format::Parquet), &options)?;
        let resolved = v1::Resolved {
            asked: asked.to_owned(),
            stored_at: found.entry.record.ts.clone(),
            age_days: found.entry.record.time().map_or(0, |then| whole_days(then, now)),
            max_age_days: at.max_age_days,
        };
        let found = FoundInStore { root: at.root.clone(), file: stored, resolved };
        Ok(Self { path, identity, reading, found: Some(found) })
    }

    /// A warning where it is older than it may be.
    fn old(&self) -> Option<String> {
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
    fn recorded(&self, items: usize) -> v1::Input {
        let input = envelope::input(
            &self.path,
            self.identity.bytes,
            self.identity.digest,
            self.reading.format.as_str(),
            &self.reading.run,
            items,
        );
        v1::Input { resolved: self.found.as_ref().map(|found| found.resolved.clone()), ..input }
    }
}

/// Whole days from one moment to another; none where the clock ran backwards.
fn whole_days(then: jiff::Timestamp, now: &str) -> u64 {
    let seconds = now.parse::<jiff::Timestamp>().map_or(0, |now| now.as_second() - then.as_second());
    u64::try_from(seconds / 86_400).unwrap_or(0)
}
