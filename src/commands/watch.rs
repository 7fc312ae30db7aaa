//! `watch`: a test of two growing runs that may be looked at again and again.

mod look;
mod record;
mod request;

use super::runs::LoadedRuns;
use super::{Files, Output, OutputFormat};
use crate::domain::number_format::{count, percent};
use crate::domain::{Code, Diagnostic};
use crate::inference::Sample;
use crate::pairing::{Counts, Pairs, pair};
use crate::present::watch::text;
use crate::present::{json, safe};
use crate::report::watch::{BothDirections, StateFile, WatchBounds, WatchReport};
use look::{by_cluster, by_item, process};
use record::{Fit, Planned, Record};
use request::{BETS, CLUSTERS};

pub use request::{Follow, WatchRequest};

/// Polls files for changes: their state, the time, and the pause between two looks.
pub trait Poller {
    /// What changes when the file does; `None` where there is no such file.
    fn file_state(&self, path: &str) -> Option<(u64, u128)>;

    /// Seconds since the command began.
    fn elapsed(&self) -> f64;

    /// Waits before the next look.
    fn sleep(&self, seconds: f64);

    /// Prints one line to standard error at once.
    fn report(&self, line: &str);
}

/// Looks, and with `follow` looks again until there is evidence, the runs are complete or time is up.
///
/// # Errors
/// Those of reading and pairing; while following, a file that cannot be read yet is tried again.
pub fn watch(request: &WatchRequest, files: &dyn Files, poller: &dyn Poller) -> Result<Output, Diagnostic> {
    let mut state = State::new(request, files)?;
    let Some(follow) = &request.follow else {
        state.look(files, true)?;
        return state.outcome();
    };
    let mut seen = None;
    let mut trouble: Option<Diagnostic> = None;
    loop {
        // Asked before reading: what is written in the meantime is seen at the next glance.
        let over = follow.deadline.is_some_and(|end| poller.elapsed() >= end)
            || follow.done.as_ref().is_some_and(|path| poller.file_state(path).is_some());
        let states = (poller.file_state(&request.runs.baseline), poller.file_state(&request.runs.candidate));
        if over || seen != Some(states) {
            match state.look(files, over) {
                Ok(()) => (seen, trouble) = (Some(states), None),
                Err(error) if !half_written(&error) => return Err(error),
                Err(error) if over && state.counts.is_none() => return Err(error),
                Err(error) => {
                    if trouble.as_ref() != Some(&error) {
                        poller.report(&safe::line(&format!("evalsig watch: not readable yet: {error}")));
                    }
                    (seen, trouble) = (None, Some(error));
                }
            }
        }
        if over || state.finished() {
            break;
        }
        let left = follow.deadline.map_or(follow.every, |end| end - poller.elapsed());
        poller.sleep(follow.every.min(left.max(0.0)));
    }
    if let Some(error) = trouble {
        state.notes.push(format!("the files could not be read at the last look: {error}"));
    }
    state.outcome()
}

/// Whether a file that is just being written, or not begun yet, can look like this.
fn half_written(error: &Diagnostic) -> bool {
    matches!(
        error.code,
        Code::FileUnreadable
            | Code::FormatUnknown
            | Code::RunMalformed
            | Code::UnscoredItems
            | Code::NoOverlap
    )
}

/// The test so far.
struct State<'a> {
    request: &'a WatchRequest,
    /// What looks have seen and answered; `None` before the first.
    record: Option<Record>,
    /// The state file as it stands; `None` where there is none yet.
    file: Option<Vec<u8>>,
    /// Whether this call began the state file.
    begun: bool,
    /// Whether the last look found nothing new.
    repeated: bool,
    counts: Option<Counts>,
    one_epoch: bool,
    notes: Vec<String>,
}

impl<'a> State<'a> {
    fn new(request: &'a WatchRequest, files: &dyn Files) -> Result<Self, Diagnostic> {
        let file = match &request.state {
            Some(path) => files.current(path)?,
            None => None,
        };
        let record = match (&request.state, &file) {
            (Some(path), Some(bytes)) => Some(Record::parse(bytes, path)?),
            _ => None,
        };
        Ok(Self {
            request,
            begun: request.state.is_some() && file.is_none(),
            record,
            file,
            repeated: false,
            counts: None,
            one_epoch: true,
            notes: Vec::new(),
        })
    }

    /// One look at the files as they are; `last` where none will follow.
    fn look(&mut self, files: &dyn Files, last: bool) -> Result<(), Diagnostic> {
        let request = self.request;
        let runs = LoadedRuns::read(&request.runs, &request.plan, files)?;
        let [baseline, candidate] = [&runs.baseline.reading.run, &runs.candidate.reading.run];
        let pairs = pair(baseline, candidate, &request.plan)?;
        let sample = Sample::of(&pairs, request.plan.direction);
        let process = process(request, &sample);
        let planned = Planned::of(request, process, &baseline.metadata().metric_name);
        let mut record = match &self.record {
            Some(record) => {
                record.same_plan(&planned, request.state.as_deref().unwrap_or("items"))?;
                record.clone()
            }
            None => Record::begin(planned),
        };
        let fit = record.fit(&pairs);
        if let Some(path) = &request.state {
            if request.follow.is_some() && !last && fit.gone.0 > 0 {
                // A file that is being written anew lacks items for a moment.
                let missing = format!("lacks {} items that were there before", count(fit.gone.0 as u64));
                return Err(Code::RunMalformed.at("runs").what(missing));
            }
            fit.strict(path)?;
        }
        let mut notes = pairs.notes.clone();
        notes.extend(altered(&fit));
        // The last look is kept for the end where an end was named.
        let ends = request.follow.as_ref().is_some_and(|f| f.deadline.is_some() || f.done.is_some());
        let reserved = !last && ends && record.left() == Some(1);
        // A look at what was seen already shows nothing new, and costs nothing.
        self.repeated = record.taken() > 0 && fit.fresh.is_empty();
        if !self.repeated && !reserved && !record.finished() {
            record.admit(&pairs, &fit.fresh);
            let answer = if process == CLUSTERS {
                by_cluster(request, &record, &sample)?
            } else {
                within_bounds(process, &pairs, request.score_bounds())?;
                by_item(request, process, &record)
            };
            let digests = [runs.baseline.identity.digest, runs.candidate.identity.digest];
            record.append(fit.fresh.len(), digests, answer);
            self.keep(&record, files)?;
        }
        self.notes = notes;
        self.counts = Some(pairs.counts);
        self.one_epoch = pairs.one_epoch;
        self.record = Some(record);
        Ok(())
    }

    /// Writes the state file. A look that could not be recorded is not shown.
    fn keep(&mut self, record: &Record, files: &dyn Files) -> Result<(), Diagnostic> {
        let Some(path) = &self.request.state else { return Ok(()) };
        let bytes = record.to_bytes()?;
        if !files.replace(path, self.file.as_deref(), &bytes)? {
            return Err(Code::StateDoesNotFit
                .at(path)
                .what("was changed while this look was taken: another process uses it, or it was removed")
                .next("let one process look at a time, and look again"));
        }
        self.file = Some(bytes);
        Ok(())
    }

    /// Whether another look could change nothing.
    fn finished(&self) -> bool {
        self.record.as_ref().is_some_and(Record::finished)
    }

    fn outcome(self) -> Result<Output, Diagnostic> {
        let request = self.request;
        let watched = self.watched()?;
        let stdout = if request.output == OutputFormat::Json {
            json::text(&watched)?
        } else {
            text(&watched, request.width)
        };
        Ok(Output { stdout, exit: watched.exit_code, ..Output::default() })
    }

    fn watched(self) -> Result<WatchReport, Diagnostic> {
        let (Some(record), Some(counts)) = (&self.record, &self.counts) else {
            return Err(Code::Bug.at("watch").what("ended without a look"));
        };
        let plan = &self.request.plan;
        let answer = record.answer();
        let p = answer.map_or((1.0, 1.0), |answer| answer.p);
        let (evidence, exit_code) = match answer.and_then(|answer| answer.evidence) {
            Some(record::Evidence::For) => (Some("for"), 0),
            Some(record::Evidence::Against) => (Some("against"), 1),
            None => (None, 2),
        };
        let mut notes = self.notes.clone();
        if counts.coverage < plan.min_coverage.get() {
            notes.push(format!(
                "only {} of the larger run is paired: if the rest is not merely late, what was left out may be \
                 what failed",
                percent(counts.coverage)
            ));
        }
        notes.extend(answer.into_iter().flat_map(|answer| answer.notes.iter().cloned()));
        notes.extend(self.told(record));
        Ok(WatchReport {
            stopped: evidence.is_some(),
            evidence,
            exit_code,
            min_delta: plan.claim.lower_null(),
            alpha: plan.alpha.get(),
            seed: plan.seed,
            process: record.process(),
            pairs: counts.pairs,
            pairs_used: record.items.len() as u64,
            unpaired: counts.only_baseline + counts.only_candidate,
            delta: answer.map_or(0.0, |answer| answer.delta),
            bounds: answer
                .and_then(|answer| answer.bounds)
                .map(|(lower, upper)| WatchBounds { lower, upper }),
            ln_e: answer.and_then(|answer| answer.ln_e).map(|(above, below)| BothDirections { above, below }),
            p_value: BothDirections { above: p.0, below: p.1 },
            looks: record.taken(),
            looks_planned: record.planned.looks,
            state: self.request.state.as_ref().filter(|_| record.taken() > 0).map(|file| StateFile {
                file: file.clone(),
                begun: self.begun,
                head: record.head.clone(),
            }),
            notes,
        })
    }

    /// What a reader must know of this look among others.
    fn told(&self, record: &Record) -> Vec<String> {
        let mut notes = Vec::new();
        let ended = record.answer().is_some_and(|answer| answer.evidence.is_some());
        let (taken, used) = (record.taken(), record.items.len() as u64);
        if let Some(planned) = record.planned.looks {
            notes.push(format!(
                "clusters are the units: {planned} planned looks at the cluster test, each at alpha / {planned}; say \
                 --cluster none if items are independent"
            ));
        }
        if self.begun {
            notes.push(
                "this call began the state file, and with it a new test that knows of no look before it: where \
                 an earlier state was lost or removed, or another one is kept beside it, alpha holds for each \
                 of these tests and not for the best of them"
                    .into(),
            );
        } else if self.repeated && self.request.state.is_some() {
            notes.push(format!("these are the items of look {taken}: it is shown again and costs nothing"));
        } else if ended && self.counts.as_ref().is_some_and(|counts| counts.pairs as u64 > used) {
            notes.push(format!(
                "there was evidence at look {taken}, with {} pairs: later items change nothing",
                count(used)
            ));
        } else if !ended
            && record.left() == Some(0)
            && !self.repeated
            && self.counts.as_ref().is_some_and(|counts| counts.pairs as u64 > used)
        {
            notes.push(format!("all {taken} planned looks are taken: what came later was not looked at"));
        }
        if self.request.state.is_none() && self.request.follow.is_none() {
            notes.push(match record.planned.looks {
                Some(1) => "nothing is kept between calls, so this one look is all that alpha pays for: to look \
                            again, plan --looks N and let --state FILE count them"
                    .into(),
                Some(planned) => format!(
                    "nothing is kept between calls, so nobody counts: alpha pays for {planned} calls in all; \
                     --state FILE counts them"
                ),
                None if !self.one_epoch => "items have several epochs, and an item has to count as it was first seen, \
                                            which this call cannot know: alpha pays for this one look; to look again \
                                            while epochs are still to come, use --state FILE"
                    .into(),
                None => "it may be called again and again as long as the runs only grow (no item goes, no score \
                         changes) and the plan stays: --state FILE holds later calls to that, and remembers evidence"
                    .into(),
            });
        }
        notes
    }
}

/// What is said of items that are not as an earlier look saw them, where that is no error.
fn altered(fit: &Fit) -> Option<String> {
    (fit.changed.0 + fit.gone.0 > 0).then(|| {
        format!(
            "of items seen at an earlier look {} have another score or cluster now and {} are gone",
            count(fit.changed.0 as u64),
            count(fit.gone.0 as u64)
        )
    })
}

/// Betting is valid only on bounds that no score can leave.
fn within_bounds(process: &str, pairs: &Pairs, (low, high): (f64, f64)) -> Result<(), Diagnostic> {
    let outside = |score: &&f64| process == BETS && !(low..=high).contains(*score);
    match pairs.baseline.iter().chain(&pairs.candidate).find(outside) {
        None => Ok(()),
        Some(score) => Err(Code::MethodDoesNotFit
            .at("--bounds")
            .what(format!("are {low},{high}, and a score is {score}"))
            .next("name the bounds that no score can leave, such as --bounds 0,100")),
    }
}
