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
use crate::store::{self, Baseline, ObjectStore};

pub(in crate::commands) use loaded_run::{Freshness, LoadedRun};
pub(in crate::commands) use read_as::ReadAs;
pub(in crate::commands) use repeats::one_judge;
pub use sampled::SampleInput;
pub(in crate::commands) use sampled::Sampled;

/// What begins the name of a run that is in a store.
pub(super) const STORE: &str = "store:";
/// The newest run that was allowed to ship.
const LATEST_ALLOWED: &str = "latest-allowed";
/// Most runs of a baseline that one name stands for.
const MOST_RUNS: usize = 100;

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
        one_judge(("the baseline", &baseline), &candidate)?;
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
        // Of a store, the run that answers to the name; `for_candidate` may ask for the newest that was allowed.
        let one = |path: &str, (flag, store), read: &ReadAs, for_candidate: Option<&LoadedRun>| {
            let Some(name) = path.strip_prefix(STORE) else {
                return LoadedRun::read(&open_run(path, world.files)?, read);
            };
            let (place, at) = store_of(flag, store, world)?;
            let found = match for_candidate {
                Some(candidate) if name == LATEST_ALLOWED => {
                    store::latest_allowed(&*place, &at.project, candidate.run())?
                }
                Some(_) | None => store::by_name(&*place, &at.project, name)?,
            };
            let freshness = Freshness { asked: path, now, max_age_days: at.max_age_days };
            LoadedRun::of_store(found, (&*place, &at.root), read, &freshness)
        };
        let (of_baseline, of_candidate) = (("--baseline", baselines), ("--candidate", candidates));
        let (baseline, baseline_runs) = counted(&runs.baseline)?;
        let as_bank = bank(runs.baseline_run.as_ref());
        let as_candidate = read_as(runs.candidate_run.as_ref());
        let (candidate, baseline) = if [baseline, &runs.candidate].iter().any(|path| path.starts_with(STORE))
        {
            // First, because it says which task an allowed baseline has to be of.
            let candidate = one(&runs.candidate, of_candidate, &as_candidate, None)?;
            let baseline = one(baseline, of_baseline, &as_bank, Some(&candidate))?;
            (candidate, baseline)
        } else {
            read_both((&runs.candidate, as_candidate), (baseline, as_bank), world.files)?
        };
        one_judge(("the baseline", &baseline), &candidate)?;
        let as_repeat = read_as(runs.baseline_run.as_ref());
        let repeats = runs.repeats.iter().map(|path| one(path, of_baseline, &as_repeat, None));
        let mut repeats = repeats.collect::<Result<Vec<_>, Diagnostic>>()?;
        if baseline_runs > 1 {
            let (place, at) = store_of("--baseline", baselines, world)?;
            let freshness = Freshness { asked: &runs.baseline, now, max_age_days: at.max_age_days };
            let pair = (baseline.run(), candidate.run());
            for found in store::further_runs(&*place, &at.project, pair, baseline_runs - 1)? {
                repeats.push(LoadedRun::of_store(found, (&*place, &at.root), &as_repeat, &freshness)?);
            }
        }
        let gold = runs.gold.as_ref().map(|path| {
            let names = [&baseline, &candidate].map(|run| run.run().metadata().run_id.as_str());
            readers::read_gold(&world.files.open(path)?, names)
        });
        let gold = gold.transpose()?;
        if let Some(gold) = &gold {
            labels_of(gold, [baseline.run(), candidate.run()])?;
        }
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
        notes
            .extend(self.sampled.as_ref().and_then(|sampled| sampled.note(&self.candidate_names().model_id)));
        notes
    }

    /// A refusal for want of scores, with what the file shows of the reason.
    pub(super) fn explain(&self, error: Diagnostic) -> Diagnostic {
        let run = if error.place.starts_with("baseline") { &self.baseline } else { &self.candidate };
        run.explain(error)
    }

    /// As the envelope records them.
    pub(super) fn recorded(&self, counts: &Counts) -> v1::Inputs {
        // Of a bank, the bank; of a candidate all that its file holds.
        let [baseline, candidate] = match &self.sampled {
            Some(_) => [&self.baseline, &self.candidate].map(|run| run.run().item_count()),
            None => [counts.baseline_items, counts.candidate_items],
        };
        v1::Inputs {
            baseline: self.baseline.recorded(baseline),
            candidate: self.candidate.recorded(candidate),
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

/// What names the baseline, and how many runs of its model are meant: `store:latest-allowed:3` is the newest allowed run and
/// the two newest others of its model. A run id may hold colons, so no other name is counted.
fn counted(path: &str) -> Result<(&str, usize), Diagnostic> {
    let named = |(name, _): &(&str, &str)| name.strip_prefix(STORE) == Some(LATEST_ALLOWED);
    let Some((name, count)) = path.rsplit_once(':').filter(named) else { return Ok((path, 1)) };
    let count = count.parse().ok().filter(|count| (1..=MOST_RUNS).contains(count)).ok_or_else(|| {
        Code::BadUsage
            .at("--baseline")
            .what(format!(
                "asks for {count:?} runs of the store, and a number from 1 to {MOST_RUNS} is expected"
            ))
            .next("say store:latest-allowed:3 for three runs of the model that was allowed last")
    })?;
    Ok((name, count))
}

/// Labels correct the judge that scored the runs, and no other.
///
/// # Errors
/// `runs-differ` where the labels name another judge than the runs.
pub(super) fn labels_of(gold: &GoldLabels, runs: [&RunFrame; 2]) -> Result<(), Diagnostic> {
    let judge = runs.into_iter().find_map(|run| run.metadata().judge.as_ref());
    match (&gold.judge, judge) {
        (Some(named), Some(judge)) if *named != judge.model => Err(Code::RunsDiffer
            .at(&gold.path)
            .what(format!(
                "holds labels that correct the judge {named:?}, and the runs were scored by {judge}"
            ))
            .next("name the labels of this judge, or correct the column judge")),
        _ => Ok(()),
    }
}

/// The store that a flag looks a run up in.
///
/// # Errors
/// `bad-usage` where none was named; those of opening it.
pub(super) fn store_of<'w, 's>(
    flag: &str,
    store: Option<&'s StoreTarget>,
    world: &'w World<'_>,
) -> Result<(Box<dyn ObjectStore + 'w>, &'s StoreTarget), Diagnostic> {
    let at = store.ok_or_else(|| {
        Code::BadUsage
            .at(flag)
            .what("names a run of a store, and no store was named")
            .next("say --store ROOT, or put ./ before the path of a file of this name")
    })?;
    Ok((world.stores.open(&at.root)?, at))
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
