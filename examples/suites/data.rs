//! Suites of generated runs, whose truth is known.

use std::fmt::Write as _;

use evalsig::domain::policy::Policy;
use evalsig::domain::{Item, RunFrame, RunFrameBuilder, RunMetadata, Score};
use evalsig::numerics::stream::Stream;
use evalsig::policy;

/// How the differences of a task scatter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// 0/1 scores; the two runs differ on this share of the items.
    ZeroOne(f64),
    /// Normal differences of this standard deviation.
    Graded(f64),
    /// The same in clusters of ten, with this intra-cluster correlation.
    Clustered(f64, f64),
    /// Positive costs; the candidate's is the baseline's times a log-normal factor with this standard deviation of its
    /// logarithm. `delta` is then the growth as a share, and larger is worse.
    LogNormal(f64),
}

/// One task: its truth and what the policy says of it.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) kind: Kind,
    pub(crate) items: usize,
    /// The true delta of each subgroup, larger is better; the item at place i is of subgroup i modulo their number.
    pub(crate) deltas: Vec<f64>,
    pub(crate) role: &'static str,
    pub(crate) margin: Option<f64>,
    pub(crate) lower_is_better: bool,
    /// Other keys of the policy, as `, key: value`.
    pub(crate) more: String,
    /// The candidate's file lacks up to so many of the items that it breaks.
    pub(crate) dropped: usize,
}

impl Task {
    pub(crate) fn new(role: &'static str, kind: Kind, items: usize, delta: f64, margin: f64) -> Self {
        Self {
            kind,
            items,
            deltas: vec![delta],
            role,
            margin: Some(margin),
            lower_is_better: false,
            more: String::new(),
            dropped: 0,
        }
    }

    /// The same with other keys of the policy.
    pub(crate) fn with(self, more: &str) -> Self {
        Self { more: more.to_owned(), ..self }
    }

    /// The runs in use and of the candidate.
    pub(crate) fn draw(&self, stream: &mut Stream) -> (RunFrame, RunFrame) {
        let mut runs = [RunFrameBuilder::default(), RunFrameBuilder::default()];
        let (mut cluster_effect, mut dropped) = (0.0, 0);
        for place in 0..self.items {
            let group = place % self.deltas.len();
            let delta = self.deltas[group];
            let (before, after) = match self.kind {
                Kind::ZeroOne(discordance) => zero_one(stream, discordance, delta),
                Kind::Graded(sd) => {
                    let before = 0.6 + 0.1 * stream.normal();
                    (before, before + delta + sd * stream.normal())
                }
                Kind::Clustered(sd, icc) => {
                    if place % 10 == 0 {
                        cluster_effect = icc.sqrt() * stream.normal();
                    }
                    let before = 0.6 + 0.1 * stream.normal();
                    let noise = cluster_effect + (1.0 - icc).sqrt() * stream.normal();
                    (before, before + delta + sd * noise)
                }
                Kind::LogNormal(sd) => {
                    let before = (6.0 + 0.5 * stream.normal()).exp();
                    let factor = (sd * stream.normal() - sd * sd / 2.0).exp();
                    (before, before * (1.0 + delta) * factor)
                }
            };
            let id = format!("q{place:05}");
            let cluster = matches!(self.kind, Kind::Clustered(..)).then(|| format!("c{}", place / 10));
            let subject = (self.deltas.len() > 1).then(|| format!("subject {group}"));
            let drop = after < before && dropped < self.dropped;
            dropped += usize::from(drop);
            // A cost is a positive number as it is; other scores are turned where less is better.
            let turned = self.lower_is_better && !matches!(self.kind, Kind::LogNormal(_));
            for (run, score) in runs.iter_mut().zip([Some(before), (!drop).then_some(after)]) {
                let Some(score) = score.map(|score| if turned { 1.0 - score } else { score }) else {
                    continue;
                };
                let score = Score::new(score).unwrap_or_else(|| unreachable!("a number"));
                run.push(Item { id: &id, epoch: 0, cluster: cluster.as_deref(), score: Ok(score) });
                run.slice(subject.as_deref());
            }
        }
        let [baseline, candidate] = runs
            .map(|run| run.finish(RunMetadata::default()).unwrap_or_else(|error| unreachable!("{error}")));
        (baseline, candidate)
    }

    /// A run whose scores are normal around `items`, moved by `delta`, with the standard deviation of graded differences.
    pub(crate) fn around(&self, items: &[f64], delta: f64, stream: &mut Stream) -> RunFrame {
        let Kind::Graded(sd) = self.kind else { unreachable!("graded scores") };
        let mut run = RunFrameBuilder::default();
        for (place, item) in items.iter().enumerate() {
            let score = Score::new(item + delta + sd * stream.normal());
            let score = score.unwrap_or_else(|| unreachable!("a number"));
            run.push(Item { id: &format!("q{place:05}"), epoch: 0, cluster: None, score: Ok(score) });
        }
        run.finish(RunMetadata::default()).unwrap_or_else(|error| unreachable!("{error}"))
    }
}

/// Two scores of 0 or 1 that differ on a share of the items.
fn zero_one(stream: &mut Stream, discordance: f64, delta: f64) -> (f64, f64) {
    let which = stream.unit();
    let agreed = f64::from(u8::from(stream.unit() < 0.7));
    if which < (discordance + delta) / 2.0 {
        (0.0, 1.0)
    } else if which < discordance {
        (1.0, 0.0)
    } else {
        (agreed, agreed)
    }
}

/// The policy of these tasks, as its file would say it. `rest` holds `suite` and `limits`.
pub(crate) fn policy_of(tasks: &[Task], resamples: u32, rest: &str) -> Policy {
    let mut text = format!(
        "version: 1\ndefaults: {{baseline: base.csv, resamples: {resamples}, min-coverage: 0.9}}\ntasks:\n"
    );
    for (number, task) in tasks.iter().enumerate() {
        let margin = task.margin.map_or(String::new(), |m| format!(", margin: {m}, margin-rationale: known"));
        let direction = if task.lower_is_better { ", lower-is-better: true" } else { "" };
        writeln!(
            text,
            "  - {{name: t{number:02}, candidate: t{number}.csv, role: {}{margin}{direction}{}}}",
            task.role, task.more
        )
        .unwrap_or_else(|_| unreachable!("a text grows"));
    }
    text.push_str(rest);
    policy::parse(&text, "simulated.yml").unwrap_or_else(|error| unreachable!("{error}\n{text}"))
}

/// Ten tasks of three kinds with 200 to 800 items, each with its role, delta and margin.
pub(crate) fn ten(task: impl Fn(usize) -> (&'static str, f64, f64)) -> Vec<Task> {
    (0..10)
        .map(|number| {
            let kind = [Kind::ZeroOne(0.1), Kind::Graded(0.2), Kind::Clustered(0.2, 0.2)][number % 3];
            let (role, delta, margin) = task(number);
            Task::new(role, kind, 200 + 600 * number / 90 * 10, delta, margin)
        })
        .collect()
}
