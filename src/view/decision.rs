//! A whole decision: about one pair of runs, or about the tasks of a policy.

use std::collections::BTreeMap;

use super::items::Items;
use super::notices::{Notice, Weight};
use super::sentence::Sentence;
use super::suite::SuiteView;
use super::task::TaskView;
use crate::domain::Digest;
use crate::envelope::v1;

/// A decision as its reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionView {
    /// The verdict of this attempt.
    pub verdict: v1::VerdictWord,
    /// The first line.
    pub headline: Sentence,
    /// What was shown and what was not, in the words that the envelope holds.
    pub finding: String,
    /// What to do next, where there is something to do; without a full stop.
    pub next: Option<String>,
    /// What to know beside the verdict, the most important first.
    pub notices: Vec<Notice>,
    /// The pair of runs, or each task of the policy that had a baseline.
    pub tasks: Vec<TaskView>,
    /// What only the decision about a suite has.
    pub suite: Option<SuiteView>,
    /// When, where and by what it was made; nothing where no envelope was kept.
    pub moment: Option<Moment>,
    /// Its place in a trail.
    pub place: Option<TrailPlace>,
    /// Decisions about the same from the trail, the newest last, this one among them.
    pub past: Vec<PastDecision>,
}

/// When, where and by what a decision was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// SHA-256 of the envelope.
    pub envelope_sha256: Digest,
    /// The schema of the envelope.
    pub schema: String,
    /// The release it belongs to.
    pub release: Option<String>,
    /// Which attempt at the release.
    pub attempt: u32,
    /// When: RFC 3339, UTC.
    pub decided_at: String,
    /// By which clock.
    pub clock: String,
    /// The source that was decided about.
    pub source: v1::Source,
    /// The workflow run that decided.
    pub run: v1::Run,
    /// The program that decided.
    pub tool: v1::Tool,
    /// Root and project of the store that keeps the runs.
    pub store: Option<(String, String)>,
    /// The time-stamping authority that was asked.
    pub time_stamp: Option<String>,
}

/// Where a trail holds an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailPlace {
    /// The envelope's path in the trail.
    pub path: String,
    /// The position of its entry in the chain, from 1.
    pub index: u64,
    /// SHA-256 of its entry.
    pub entry_sha256: String,
    /// What recomputing the chain found; `None` where that was not done.
    pub chain: Option<ChainState>,
}

/// What recomputing a chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainState {
    /// Entries of the chain.
    pub length: u64,
    /// Whether every entry, up to its head, is as it was written.
    pub intact: bool,
}

/// An earlier or later decision about the same task.
#[derive(Clone, Debug, PartialEq)]
pub struct PastDecision {
    /// The release.
    pub release: String,
    /// Which attempt.
    pub attempt: u32,
    /// When.
    pub decided_at: String,
    /// The verdict.
    pub verdict: v1::VerdictWord,
    /// The difference and both bounds, in units of the score, where it is about one task.
    pub effect: Option<(f64, Option<f64>, Option<f64>)>,
    /// Whether it is the decision that is shown.
    pub this: bool,
}

impl DecisionView {
    /// The only pair of runs; `None` for a suite.
    #[must_use]
    pub fn pair(&self) -> Option<&TaskView> {
        if self.suite.is_some() { None } else { self.tasks.first() }
    }

    /// The view with the items of each task by its name in the policy; of a single pair under an empty name.
    #[must_use]
    pub fn with_items(mut self, mut items: BTreeMap<String, Items>) -> Self {
        for task in &mut self.tasks {
            task.items = items.remove(task.name.as_deref().unwrap_or_default());
        }
        self
    }

    /// The view with something more to know beside the verdict.
    #[must_use]
    pub fn noting(mut self, notices: impl IntoIterator<Item = Notice>) -> Self {
        self.notices.extend(notices);
        self.notices.sort_by_key(|notice| notice.weight);
        self
    }

    /// The notices that may change what the verdict means.
    pub fn warnings(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().filter(|notice| notice.weight == Weight::Warning)
    }

    /// Whether a reader misses nothing who reads the first line alone: ALLOW, with nothing to be warned of.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.verdict == v1::VerdictWord::Allow && self.warnings().next().is_none()
    }

    /// Which attempt at its release it is; `None` outside any release.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        self.moment.as_ref().filter(|moment| moment.release.is_some()).map(|moment| moment.attempt)
    }
}
