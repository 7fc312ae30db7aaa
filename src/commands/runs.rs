//! Two run files, read as one plan asks for them.

mod judged;
mod loaded_run;
mod read_as;
mod repeats;
mod sampled;

use super::run_path::open_run;
use super::targets::StoreTarget;
use super::{Files, World};
use crate::domain::{Code, Diagnostic, Plan, RunFrame, RunMetadata};
use crate::envelope::v1;
use crate::pairing::Counts;
use crate::readers::{self, FileOrFolder, Format, GoldLabels};
use crate::store::{self, Baseline, FoundRun, ObjectStore};

pub(in crate::commands) use loaded_run::{Freshness, LoadedRun};
pub(in crate::commands) use read_as::ReadAs;
pub use sampled::SampleInput;
pub(in crate::commands) use sampled::Sampled;

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
    /// Further runs of the baseline: its mean over all of them is compared.
    pub repeats: Vec<String>,
    /// The sample that the candidate was scored on; the baseline is the bank then.
    pub sample: Option<SampleInput>,
    /// Labels of people on a part of the items.
    pub gold: Option<String>,
}

impl RunInputs {
    /// Two files, read as they are.
    #[must_use]
    pub fn of(baseline: String, candidate: String) -> Self {
        Self {
            baseline,
            candidate,
            format: None,
            metric: None,
            baseline_run: None,
            candidate_run: None,
            repeats: Vec::new(),
            sample: None,
            gold: None,
        }
    }

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

/// Both runs, read, and what is judged beside them.
pub struct LoadedRuns {
    /// The run that is in use.
    pub(super) baseline: LoadedRun,
    /// The run that wants to replace it.
    pub(super) candidate: LoadedRun,
    /// Further runs of the baseline, and all of them as one.
    repeats: Vec<LoadedRun>,
    merged: Option<RunFrame>,
    /// The sample that the candidate was scored on.
    sampled: Option<Sampled>,
    /// Labels of people.
    gold: Option<GoldLabels>,
}

impl LoadedRuns {
    /// Two runs, and nothing beside them.
    pub(super) fn pair(baseline: LoadedRun, candidate: LoadedRun) -> Self {
        Self { baseline, candidate, repeats: Vec::new(), merged: None, sampled: None, gold: None }
    }

    /// Reads both files.
    ///
    /// # Errors
    /// Every error about a single run, with the file as the place.
    pub fn read(runs: &RunInputs, plan: &Plan, files: &dyn Files) -> Result<Self, Diagnostic> {
        let [baseline, candidate] = runs.both(plan);
        let (baseline, candidate) = read_both(baseline, candidate, files)?;
        let read = |path: &String| {
            LoadedRun::read(&open_run(path, files)?, &runs.read_as(runs.baseline_run.as_ref(), plan))
        };
        let repeats = runs.repeats.iter().map(read).collect::<Result<_, Diagnostic>>()?;
        Self::pair(baseline, candidate).repeated(repeats)
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
        let sampled = runs.sample.as_ref().map(|sample| sample.load(world.files)).transpose()?;
        // Strata are read as slices are; the candidate need not name them.
        let slice = sampled.as_ref().and_then(|sampled| sampled.sampling.draw.strata.clone());
        let bank = |run: Option<&String>| ReadAs { slice: slice.clone(), ..runs.read_as(run, plan) };
        let read_as = |run: Option<&String>| runs.read_as(run, plan);
        let archive = |flag: &str, store: Option<&StoreTarget>| {
            let at = store.cloned().ok_or_else(|| {
                Code::BadUsage
                    .at(flag)
                    .what("names a run of a store, and no store was named")
                    .next("say --store ROOT, or put ./ before the path of a file of this name")
            })?;
            Ok((world.stores.open(&at.root)?, at))
        };
        let stored =
            |found: FoundRun, asked: &str, place: &dyn ObjectStore, at: &StoreTarget, read: &ReadAs| {
                let freshness = Freshness { asked, now, max_age_days: at.max_age_days };
                LoadedRun::of_store(found, (place, &at.root), read, &freshness)
            };
        let named = |path: &String| path.starts_with(STORE);
        let (candidate, baseline) = if !named(&runs.baseline) && !named(&runs.candidate) {
            let (baseline, candidate) = (
                (runs.baseline.as_str(), bank(runs.baseline_run.as_ref())),
                (runs.candidate.as_str(), read_as(runs.candidate_run.as_ref())),
            );
            read_both(candidate, baseline, world.files)?
        } else {
            // First, because it says which task an allowed baseline has to be of.
            let candidate = match runs.candidate.strip_prefix(STORE) {
                None => LoadedRun::read(
                    &open_run(&runs.candidate, world.files)?,
                    &read_as(runs.candidate_run.as_ref()),
                )?,
                Some(name) => {
                    let (place, at) = archive("--candidate", candidates)?;
                    let found = store::by_name(&*place, &at.project, name)?;
                    stored(found, &runs.candidate, &*place, &at, &read_as(None))?
                }
            };
            let baseline = match runs.baseline.strip_prefix(STORE) {
                None => LoadedRun::read(
                    &open_run(&runs.baseline, world.files)?,
                    &bank(runs.baseline_run.as_ref()),
                )?,
                Some(name) => {
                    let (place, at) = archive("--baseline", baselines)?;
                    let found = match name {
                        LATEST_ALLOWED => store::latest_allowed(&*place, &at.project, candidate.run())?,
                        name => store::by_name(&*place, &at.project, name)?,
                    };
                    stored(found, &runs.baseline, &*place, &at, &bank(None))?
                }
            };
            (candidate, baseline)
        };
        let mut repeats = Vec::new();
        for path in &runs.repeats {
            repeats.push(match path.strip_prefix(STORE) {
                None => LoadedRun::read(&open_run(path, world.files)?, &read_as(runs.baseline_run.as_ref()))?,
                Some(name) => {
                    let (place, at) = archive("--baseline", baselines)?;
                    stored(store::by_name(&*place, &at.project, name)?, path, &*place, &at, &read_as(None))?
                }
            });
        }
        let gold = runs.gold.as_ref().map(|path| {
            let names = [&baseline, &candidate].map(|run| run.run().metadata().run_id.as_str());
            readers::read_gold(&world.files.open(path)?, names)
        });
        let gold = gold.transpose()?;
        if let Some(sampled) = &sampled {
            sampled.check(candidate.run())?;
        }
        Self { sampled, gold, ..Self::pair(baseline, candidate) }.repeated(repeats)
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
        let slice = plan.sampling.as_ref().and_then(|sampling| sampling.draw.strata.as_deref());
        Ok(Self::pair(
            LoadedRun::again(baseline, &recorded.baseline, plan, slice)?,
            LoadedRun::again(candidate, &recorded.candidate, plan, None)?,
        ))
    }

    /// The same with a sample, labels and further runs of the baseline.
    ///
    /// # Errors
    /// `runs-differ` where the further runs are of another model, task or configuration.
    pub(super) fn with(
        self,
        repeats: Vec<LoadedRun>,
        sampled: Option<Sampled>,
        gold: Option<GoldLabels>,
    ) -> Result<Self, Diagnostic> {
        Self { sampled, gold, ..self }.repeated(repeats)
    }

    /// Both runs, as the store at `root` takes them.
    pub(super) fn to_store(&self, root: &str) -> (Baseline<'_>, &RunFrame) {
        (self.baseline.to_store(root), self.candidate.run())
    }

    /// Further runs of the baseline, as the store at `root` takes them.
    pub(super) fn repeats_to_store(&self, root: &str) -> impl Iterator<Item = Baseline<'_>> {
        self.repeats.iter().map(move |run| run.to_store(root))
    }

    /// Further runs of the baseline.
    pub(super) fn repeats(&self) -> &[LoadedRun] {
        &self.repeats
    }

    /// What a person should know of how they were read.
    pub(super) fn notes(&self) -> Vec<String> {
        let of = |which: &'static str, opened: &LoadedRun| -> Vec<String> {
            let notes = opened.reading.notes.iter().cloned().chain(opened.old());
            notes.map(|note| format!("{which}: {note}")).collect()
        };
        let mut notes = [of("baseline", &self.baseline), of("candidate", &self.candidate)].concat();
        notes.extend(self.repeats.iter().flat_map(|run| of("baseline", run)));
        // Two runs of one file are compared on purpose.
        if self.baseline.identity == self.candidate.identity
            && self.baseline.run().metadata() == self.candidate.run().metadata()
        {
            notes.push("baseline and candidate are the same file, byte for byte".into());
        }
        notes.extend(
            self.sampled
                .as_ref()
                .map(|sampled| sampled.note(&self.candidate.run().metadata().model_id))
                .into_iter()
                .flatten(),
        );
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
        // Of a bank, the bank.
        let items =
            if self.sampled.is_some() { self.baseline.run().item_count() } else { counts.baseline_items };
        v1::Inputs {
            baseline: self.baseline.recorded(items),
            candidate: self.candidate.recorded(if self.sampled.is_some() {
                self.candidate.run().item_count()
            } else {
                counts.candidate_items
            }),
            repeats: self.repeats.iter().map(|run| run.recorded(run.run().item_count())).collect(),
            sample: self.sampled.as_ref().and_then(Sampled::recorded),
            gold: self.gold.as_ref().map(|gold| v1::GoldInput {
                path: gold.path.clone(),
                sha256: gold.identity.digest.to_string(),
                bytes: gold.identity.bytes,
                judge: gold.judge.clone(),
            }),
        }
    }

    /// The task that the baseline was measured on.
    #[must_use]
    pub fn task(&self) -> &str {
        &self.baseline.run().metadata().task_id
    }

    /// What the candidate's file says it is.
    #[must_use]
    pub fn candidate_names(&self) -> &RunMetadata {
        self.candidate.run().metadata()
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
