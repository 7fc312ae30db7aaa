//! `watch`: a test of two growing runs that may be looked at again and again.

use super::runs::{Loaded, Runs};
use super::{Files, Outcome, Output};
use crate::domain::words::count;
use crate::domain::{Code, Diagnostic, Plan};
use crate::inference::Sample;
use crate::inference::sequential::{Arrivals, Evidence, PlannedLooks, Sequential};
use crate::pairing::{Counts, Pairs, pair};
use crate::present::watch::{Bounds, Sides, Watched, text};
use crate::present::{json, safe};

/// Time and change, as far as waiting for files needs them.
pub trait Waiting {
    /// What changes when the file does; `None` where there is no such file.
    fn stamp(&self, path: &str) -> Option<(u64, u128)>;

    /// Seconds since the command began.
    fn elapsed(&self) -> f64;

    /// Waits.
    fn pause(&self, seconds: f64);

    /// Says one line on standard error at once.
    fn say(&self, line: &str);
}

/// What `watch` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference; its claim is delta > min-delta, its seed that of the order.
    pub plan: Plan,
    /// Bounds of the scores; `None`: 0 and 1.
    pub bounds: Option<(f64, f64)>,
    /// Looks planned, where items come in clusters.
    pub looks: u32,
    /// Whether and how to wait for more.
    pub follow: Option<Follow>,
    /// Shape of the answer.
    pub output: Output,
}

/// How to wait for more items.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// Seconds between two glances at the files.
    pub every: f64,
    /// Seconds after which the last look is taken.
    pub deadline: Option<f64>,
    /// A file whose existence says that both runs are complete.
    pub done: Option<String>,
}

/// Looks, and with `follow` looks again until there is evidence, the runs are complete or time is up.
///
/// # Errors
/// Those of reading and pairing; while following, a file that cannot be read yet is tried again.
pub fn watch(
    request: &WatchRequest,
    files: &dyn Files,
    waiting: &dyn Waiting,
) -> Result<Outcome, Diagnostic> {
    let mut state = State::new(request);
    let Some(follow) = &request.follow else {
        state.look(files, true)?;
        return state.outcome();
    };
    let mut seen = None;
    let mut trouble: Option<Diagnostic> = None;
    loop {
        // Asked before reading: what is written in the meantime is seen at the next glance.
        let over = follow.deadline.is_some_and(|end| waiting.elapsed() >= end)
            || follow.done.as_ref().is_some_and(|path| waiting.stamp(path).is_some());
        let stamps = (waiting.stamp(&request.runs.baseline), waiting.stamp(&request.runs.candidate));
        if over || seen != Some(stamps) {
            match state.look(files, over) {
                Ok(()) => (seen, trouble) = (Some(stamps), None),
                Err(error) if !half_written(&error) => return Err(error),
                Err(error) if over && state.counts.is_none() => return Err(error),
                Err(error) => {
                    if trouble.as_ref() != Some(&error) {
                        waiting.say(&safe::line(&format!("evalsig watch: not readable yet: {error}")));
                    }
                    (seen, trouble) = (None, Some(error));
                }
            }
        }
        if over || state.finished() {
            break;
        }
        let left = follow.deadline.map_or(follow.every, |end| end - waiting.elapsed());
        waiting.pause(follow.every.min(left.max(0.0)));
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

/// Items are the units, or clusters are.
enum Test {
    Items(Box<Sequential>, &'static str),
    Clusters(Box<PlannedLooks>),
}

/// What the looks so far have shown.
struct State<'a> {
    request: &'a WatchRequest,
    arrivals: Arrivals,
    test: Option<Test>,
    looks: u32,
    counts: Option<Counts>,
    notes: Vec<String>,
}

impl<'a> State<'a> {
    fn new(request: &'a WatchRequest) -> Self {
        Self {
            request,
            arrivals: Arrivals::new(request.plan.seed),
            test: None,
            looks: 0,
            counts: None,
            notes: Vec::new(),
        }
    }

    /// One look at the files as they are; `last` where none will follow.
    fn look(&mut self, files: &dyn Files, last: bool) -> Result<(), Diagnostic> {
        let request = self.request;
        let runs = Loaded::read(&request.runs, &request.plan, files)?;
        let [baseline, candidate] = [&runs.baseline.reading.run, &runs.candidate.reading.run];
        let pairs = pair(baseline, candidate, &request.plan)?;
        let sample = Sample::of(&pairs, request.plan.direction);
        let mut test = match self.test.take() {
            Some(test) => test,
            None => start(request, &sample)?,
        };
        let mut notes = pairs.notes.clone();
        match &mut test {
            Test::Items(sequential, process) => {
                self.items(sequential, process, &pairs, &sample, &mut notes)?;
            }
            Test::Clusters(planned) => {
                // The last look is kept for the end where an end was named.
                let ends = request.follow.as_ref().is_some_and(|f| f.deadline.is_some() || f.done.is_some());
                if last || !ends || planned.left() > 1 {
                    planned.look(&sample)?;
                }
            }
        }
        self.looks += 1;
        self.notes = notes;
        self.counts = Some(pairs.counts);
        self.test = Some(test);
        Ok(())
    }

    fn items(
        &mut self,
        test: &mut Sequential,
        process: &str,
        pairs: &Pairs,
        sample: &Sample,
        notes: &mut Vec<String>,
    ) -> Result<(), Diagnostic> {
        if sample.clusters.is_some() {
            return Err(changed_kind("items carry clusters, and carried none at an earlier look"));
        }
        if process == PAIRS && sample.two_valued != Some(1.0) {
            return Err(changed_kind("scores are no longer 0 or 1 with one epoch an item"));
        }
        within_bounds(pairs, self.request.bounds.unwrap_or((0.0, 1.0)))?;
        let differences = sample.differences();
        let items = differences.iter().enumerate().map(|(index, d)| (pairs.ids.get(index), *d));
        let batch = self.arrivals.admit(items);
        for difference in &batch.fresh {
            test.push(*difference);
        }
        if batch.changed + batch.gone > 0 {
            notes.push(format!(
                "of items seen at an earlier look {} have another score now and {} are gone; what was seen first \
                 counts",
                count(batch.changed as u64),
                count(batch.gone as u64)
            ));
        }
        Ok(())
    }

    /// Whether another look could change nothing.
    fn finished(&self) -> bool {
        match &self.test {
            None => false,
            Some(Test::Items(test, _)) => test.stopped().is_some(),
            Some(Test::Clusters(test)) => test.stopped().is_some() || test.left() == 0,
        }
    }

    fn outcome(self) -> Result<Outcome, Diagnostic> {
        let request = self.request;
        let watched = self.watched()?;
        let stdout = if request.output == Output::Json { json::text(&watched)? } else { text(&watched) };
        Ok(Outcome { stdout, exit: watched.exit_code, ..Outcome::default() })
    }

    fn watched(self) -> Result<Watched, Diagnostic> {
        let (Some(test), Some(counts)) = (self.test, self.counts) else {
            return Err(Code::Bug.at("watch").what("ended without a look"));
        };
        let plan = &self.request.plan;
        let finite = |bound: f64| bound.is_finite().then_some(bound);
        let mut watched = Watched {
            stopped: false,
            evidence: None,
            exit_code: 2,
            min_delta: plan.claim.lower_null(),
            alpha: plan.alpha.get(),
            seed: plan.seed,
            process: "planned_looks",
            pairs: counts.pairs,
            pairs_used: counts.pairs as u64,
            unpaired: counts.only_baseline + counts.only_candidate,
            delta: 0.0,
            bounds: None,
            ln_e: None,
            p_value: Sides { above: 1.0, below: 1.0 },
            looks: self.looks,
            looks_planned: None,
            notes: self.notes,
        };
        if counts.coverage < plan.min_coverage.get() {
            watched.notes.push(format!(
                "only {} of the larger run is paired: if the rest is not merely late, what was left out may be \
                 what failed",
                crate::domain::words::percent(counts.coverage)
            ));
        }
        let (evidence, p) = match &test {
            Test::Items(test, process) => {
                let ln_e = test.ln_e();
                watched.process = process;
                watched.pairs_used = test.used();
                watched.delta = test.delta();
                watched.ln_e = Some(Sides { above: ln_e.0, below: ln_e.1 });
                watched.bounds = test.bounds().map(|(l, u)| Bounds { lower: finite(l), upper: finite(u) });
                (test.stopped(), test.p())
            }
            Test::Clusters(test) => {
                (watched.looks, watched.looks_planned) = (test.looks().0, Some(test.looks().1));
                if let Some(last) = test.last() {
                    watched.delta = last.delta;
                    watched.bounds = Some(Bounds { lower: finite(last.lower), upper: finite(last.upper) });
                    watched.notes.extend(last.notes.iter().cloned());
                }
                watched.notes.push(format!(
                    "clusters are the units: {} planned looks at the cluster test, each at alpha / {}; say \
                     --cluster none if items are independent",
                    test.looks().1,
                    test.looks().1
                ));
                (test.stopped(), test.p())
            }
        };
        watched.p_value = Sides { above: p.0, below: p.1 };
        watched.stopped = evidence.is_some();
        (watched.evidence, watched.exit_code) = match evidence {
            Some(Evidence::For) => (Some("for"), 0),
            Some(Evidence::Against) => (Some("against"), 1),
            None => (None, 2),
        };
        Ok(watched)
    }
}

const PAIRS: &str = "discordant_pairs";

/// The first look fixes the kind of test.
fn start(request: &WatchRequest, sample: &Sample) -> Result<Test, Diagnostic> {
    let (alpha, min_delta) = (request.plan.alpha, request.plan.claim.lower_null());
    if sample.clusters.is_some() {
        let planned = PlannedLooks::new(request.plan.clone(), request.looks);
        let none =
            || Code::BadUsage.at("--looks").what("leaves no alpha for a look").next("plan fewer looks");
        return planned.map(|looks| Test::Clusters(Box::new(looks))).ok_or_else(none);
    }
    if sample.two_valued == Some(1.0) && min_delta == 0.0 && request.bounds.is_none() {
        return Ok(Test::Items(Box::new(Sequential::of_pairs(alpha)), PAIRS));
    }
    let (low, high) = request.bounds.unwrap_or((0.0, 1.0));
    Ok(Test::Items(Box::new(Sequential::of_bounded(min_delta, low, high, alpha)), "betting"))
}

/// Betting is valid only on bounds that no score can leave.
fn within_bounds(pairs: &Pairs, (low, high): (f64, f64)) -> Result<(), Diagnostic> {
    let outside = |score: &&f64| !(low..=high).contains(*score);
    match pairs.baseline.iter().chain(&pairs.candidate).find(outside) {
        None => Ok(()),
        Some(score) => Err(Code::MethodDoesNotFit
            .at("--bounds")
            .what(format!("are {low},{high}, and a score is {score}"))
            .next("name the bounds that no score can leave, such as --bounds 0,100")),
    }
}

fn changed_kind(what: &str) -> Diagnostic {
    Code::MethodDoesNotFit
        .at("items")
        .what(what)
        .next("a test cannot change its kind on the way; name --cluster or --bounds from the start")
}
