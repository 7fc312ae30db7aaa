//! Decisions by task and metric: what a history draws as one panel.

use std::collections::BTreeMap;

use crate::envelope::v1::VerdictWord;
use crate::present::page::of_word;
use crate::present::plots::frame::Shown;
use crate::present::plots::history::{Panel, Point};
use crate::store::TaskDecision;
use crate::view::{Asked, Unit};

/// Most decisions of a panel: of more than that none could be told from its neighbours.
pub const MOST: usize = 60;

/// The decisions about one task by one metric, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The task: its name in the policy, else the task that was measured.
    pub task: String,
    /// The metric.
    pub metric: String,
    /// Its decisions, the newest [`MOST`] of them.
    pub marks: Vec<Mark>,
    /// How many older ones are not among them.
    pub earlier: usize,
    /// What differences are multiplied by.
    factor: f64,
}

/// One decision of a track.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The decision.
    pub decision: TaskDecision,
    /// Whether its baseline is another run than that of the decision before.
    pub new_baseline: bool,
}

/// The tracks of these decisions, in ascending order of task and metric.
#[must_use]
pub fn of(decisions: Vec<TaskDecision>) -> Vec<Track> {
    let mut by_task: BTreeMap<(String, String), Vec<TaskDecision>> = BTreeMap::new();
    for decision in decisions {
        let key = (decision.title().to_owned(), decision.metric.clone());
        by_task.entry(key).or_default().push(decision);
    }
    by_task.into_iter().map(|((task, metric), decisions)| track(task, metric, decisions)).collect()
}

fn track(task: String, metric: String, decisions: Vec<TaskDecision>) -> Track {
    let rate = |decision: &TaskDecision| decision.numbers.as_ref().is_some_and(|of| of.unit.is_rate());
    // Known of one decision, it holds for all: a metric is a rate or it is none.
    let factor = if decisions.iter().any(rate) { 100.0 } else { 1.0 };
    let mut marks: Vec<Mark> = Vec::with_capacity(decisions.len());
    for decision in decisions {
        let before = marks.last().map(|mark| &mark.decision.baseline);
        let new_baseline = before.is_some_and(|before| !before.is(&decision.baseline));
        marks.push(Mark { decision, new_baseline });
    }
    let earlier = marks.len().saturating_sub(MOST);
    Track { task, metric, marks: marks.split_off(earlier), earlier, factor }
}

impl Track {
    /// All its decisions, also those that are not drawn.
    #[must_use]
    pub fn total(&self) -> u64 {
        (self.earlier + self.marks.len()) as u64
    }

    /// What its differences are counted in.
    #[must_use]
    pub fn counted_in(&self) -> &'static str {
        if self.factor > 1.0 { "difference in points" } else { "difference in units of the score" }
    }

    /// The unit of one of its decisions: its own decimals, and the factor of all.
    #[must_use]
    pub fn unit(&self, mark: &Mark) -> Unit {
        let rate = self.factor > 1.0;
        match mark.decision.numbers.as_ref().map(|of| &of.unit) {
            Some(own) if own.is_rate() == rate => own.clone(),
            Some(own) => Unit { factor: self.factor, decimals: own.decimals.saturating_sub(2).max(1) },
            None => Unit { factor: self.factor, decimals: if rate { 2 } else { 4 } },
        }
    }

    /// Name and metric, as they stand above a picture.
    fn title(&self) -> String {
        format!("{}, {}", self.task, self.metric)
    }

    fn point(&self, mark: &Mark) -> Point {
        let (unit, decision) = (self.unit(mark), &mark.decision);
        let at = |value: f64| value * self.factor;
        let effect = decision.numbers.as_ref().map(|numbers| &numbers.effect);
        let written = |delta: f64| Shown::new(at(delta), format!("{}{}", unit.signed(delta), unit.word()));
        Point {
            when: day(decision).to_owned(),
            delta: decision.delta.map(written),
            bounds: effect.map(|effect| (effect.lower.map(at), effect.upper.map(at))),
            asked: match effect.map(|effect| effect.asked) {
                Some(Asked::MoreThan(null)) => vec![at(null)],
                Some(Asked::Within(margin)) => vec![at(-margin), at(margin)],
                None => Vec::new(),
            },
            verdict: of_word(mark.verdict()),
            baseline_changed: mark.new_baseline,
        }
    }
}

impl Mark {
    /// The verdict that its shape shows: what the task's main claim shows by itself, where that is known.
    #[must_use]
    pub fn verdict(&self) -> VerdictWord {
        self.decision.numbers.as_ref().map_or(self.decision.verdict, |numbers| numbers.verdict)
    }
}

/// The day of a decision, or what stands in its place.
#[must_use]
pub fn day(decision: &TaskDecision) -> &str {
    let text = decision.decided_at.as_str();
    if decision.time.is_some() { text.get(..10).unwrap_or(text) } else { text }
}

/// Calls `draw` with a panel for each track.
pub fn with_panels<T>(tracks: &[&Track], draw: impl FnOnce(&[Panel<'_>]) -> T) -> T {
    let titles: Vec<String> = tracks.iter().map(|track| track.title()).collect();
    let points: Vec<Vec<Point>> =
        tracks.iter().map(|track| track.marks.iter().map(|mark| track.point(mark)).collect()).collect();
    let panels: Vec<Panel<'_>> = titles
        .iter()
        .zip(tracks)
        .zip(&points)
        .map(|((title, track), points)| Panel { title, unit: track.counted_in(), points })
        .collect();
    draw(&panels)
}
