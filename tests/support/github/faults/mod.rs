//! What can go wrong between a client and GitHub, and when it does.

mod plans;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

use super::git::Repository;
use super::site::{NAME, OWNER};
use super::wire::Call;

pub(crate) use plans::{all, lasting, transient};

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A page of HTML with this status; nothing was done.
    Status(u16),
    /// The same, after everything was done.
    StatusAfter(u16),
    /// No answer, ever; nothing was done.
    TimeoutBefore,
    /// No answer, ever, after everything was done.
    TimeoutAfter,
    /// The connection closes without a byte, after everything was done.
    LostResponse,
    /// The connection is reset; nothing was done.
    Reset,
    /// The token may not.
    Forbidden,
    /// The hour's requests are used up until so many seconds from now.
    PrimaryLimit(u64),
    /// Too fast, with this status: wait so many seconds.
    SecondaryLimit(u16, u64),
    NotFound,
    Conflict,
    /// An error with this status that repeats what the request was authorized with, in every form in which a server or
    /// something before it might; nothing was done.
    Echo(u16),
    /// REST's word for a head that has moved, without any writer having moved it.
    Stale422,
    /// GraphQL's.
    StaleData,
    /// Everything is done and answered, so many milliseconds late, even when the client has left by then.
    Slow(u64),
    /// Another writer commits: right after a read was answered, right before a write is looked at.
    MoveBranch(Mover),
    /// Status 200 and a body that is not JSON; nothing was done.
    Garbage,
    /// The same, after everything was done.
    GarbageAfter,
    /// Branches are shown as they were one commit ago.
    StaleRead,
}

/// Another writer.
#[derive(Clone)]
pub(crate) struct Mover(Arc<dyn Fn(&Repository) + Send + Sync>);

impl Mover {
    /// A writer that does this.
    pub(crate) fn new(commit: impl Fn(&Repository) + Send + Sync + 'static) -> Self {
        Self(Arc::new(commit))
    }

    /// A writer of a file that concerns nobody; the branch is created where it is absent.
    pub(crate) fn unrelated(branch: &'static str) -> Self {
        Self::new(move |repository| {
            let before = repository.head(branch).unwrap_or_default();
            repository.commit(branch, &[("unrelated", before.as_bytes())]);
        })
    }

    pub(crate) fn commit(&self, repository: &Repository) {
        self.0(repository);
    }
}

impl fmt::Debug for Mover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("by another writer")
    }
}

/// Which requests are meant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Match {
    Any,
    /// Everything that changes nothing.
    Reads,
    Writes,
    Query,
    Mutation,
    /// A method and a path below the repository, in which `*` stands for anything.
    Rest(&'static str, &'static str),
}

impl Match {
    fn takes(self, call: &Call) -> bool {
        match self {
            Self::Any => true,
            Self::Reads => !call.is_write(),
            Self::Writes => call.is_write(),
            Self::Query => call.is_graphql() && !call.is_write(),
            Self::Mutation => call.is_graphql() && call.is_write(),
            Self::Rest(method, pattern) => {
                let path = call.target.split('?').next().unwrap_or_default();
                let path = path.strip_prefix(&format!("/repos/{OWNER}/{NAME}/"));
                call.method == method && path.is_some_and(|path| like(path, pattern))
            }
        }
    }
}

fn like(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(text) = text.strip_prefix(start) else { return false };
    (0..=text.len()).any(|at| text.get(at..).is_some_and(|tail| like(tail, rest)))
}

/// Which of the meant requests.
#[derive(Clone, Debug)]
enum Times {
    /// By their number, from 1.
    Range(RangeInclusive<u64>),
    /// Each with this probability, drawn from the plan's seed.
    Chance(f64),
}

/// One thing that goes wrong. Unless told otherwise: with the first request, whatever it is.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    kind: Kind,
    on: Match,
    times: Times,
}

impl Fault {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, on: Match::Any, times: Times::Range(1..=1) }
    }

    pub(crate) fn on(mut self, on: Match) -> Self {
        self.on = on;
        self
    }

    /// With these of the matching requests, counted from 1.
    pub(crate) fn times(mut self, range: RangeInclusive<u64>) -> Self {
        self.times = Times::Range(range);
        self
    }

    pub(crate) fn always(self) -> Self {
        self.times(1..=u64::MAX)
    }

    /// With each matching request by this probability.
    pub(crate) fn chance(mut self, probability: f64) -> Self {
        self.times = Times::Chance(probability);
        self
    }
}

/// Everything that goes wrong. Where several faults meet in a request, the first of them happens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    faults: Vec<Fault>,
    seed: u64,
}

impl Plan {
    /// Draws other chances.
    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

impl From<Vec<Fault>> for Plan {
    fn from(faults: Vec<Fault>) -> Self {
        Self { faults, seed: 1 }
    }
}

/// A plan under way: how many requests each fault has seen.
#[derive(Default)]
pub(crate) struct Faults(Mutex<(Plan, Vec<u64>)>);

impl Faults {
    pub(crate) fn plan(&self, plan: Plan) {
        let seen = vec![0; plan.faults.len()];
        *self.0.lock().unwrap() = (plan, seen);
    }

    /// What happens to this request.
    pub(crate) fn strike(&self, call: &Call) -> Option<Kind> {
        let mut guard = self.0.lock().unwrap();
        let (plan, seen) = &mut *guard;
        let mut struck = None;
        for (index, (fault, seen)) in plan.faults.iter().zip(seen).enumerate() {
            if !fault.on.takes(call) {
                continue;
            }
            *seen += 1;
            let happens = match &fault.times {
                Times::Range(range) => range.contains(seen),
                Times::Chance(probability) => draw(plan.seed, index as u64, *seen) < *probability,
            };
            if happens && struck.is_none() {
                struck = Some(fault.kind.clone());
            }
        }
        struck
    }
}

/// A number in [0, 1), the same for the same place in the same plan: SplitMix64's finalizer.
fn draw(seed: u64, fault: u64, request: u64) -> f64 {
    let mut x = seed.wrapping_add(fault << 40).wrapping_add(request).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
