//! Banks of a two-parameter logistic law: a baseline, a candidate and past models that share its difficulty.

use evalsig::domain::{Item, RunFrame, RunFrameBuilder, RunMetadata, Score};
use evalsig::numerics::stream::Stream;

/// What past runs are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(dead_code, reason = "tests take a part of them")]
pub(crate) enum Past {
    /// Models whose answers follow the same difficulty.
    Good,
    /// Answers thrown by coin.
    Useless,
    /// Right where the difficulty says wrong.
    Adversarial,
}

/// A bank, as a two-parameter logistic law makes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Law {
    pub(crate) items: usize,
    /// Share of items that the baseline gets right.
    pub(crate) level: f64,
    pub(crate) models: usize,
    pub(crate) past: Past,
    pub(crate) graded: bool,
    /// Items of a cluster, which share a part of their difficulty; 1 for none.
    pub(crate) cluster: usize,
}

/// The scores of every model on every item.
pub(crate) struct Scores {
    pub(crate) baseline: Vec<f64>,
    pub(crate) candidate: Vec<f64>,
    pub(crate) past: Vec<Vec<f64>>,
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Law {
    /// One bank, and what every model scores on it.
    pub(crate) fn scores(self, stream: &mut Stream) -> Scores {
        let law = self;
        let shared: Vec<f64> = (0..law.items.div_ceil(law.cluster)).map(|_| stream.normal()).collect();
        let items: Vec<(f64, f64, f64)> = (0..law.items)
            .map(|at| {
                let of_cluster = shared.get(at / law.cluster).copied().unwrap_or(0.0);
                let own = stream.normal();
                let hard = if law.cluster > 1 { 0.6 * of_cluster + 0.8 * own } else { own };
                // Discrimination, difficulty, and what baseline and candidate have in common beyond it.
                (1.5 * (0.4 * stream.normal()).exp(), hard, 0.8 * stream.normal())
            })
            .collect();
        let mean = |skill: f64| {
            items.iter().map(|(a, hard, _)| expit(a * (skill - hard))).sum::<f64>() / law.items as f64
        };
        let (mut low, mut high) = (-8.0, 8.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if mean(middle) < law.level { low = middle } else { high = middle }
        }
        let mut run = |skill: f64, kin: f64, past: Past| -> Vec<f64> {
            items
                .iter()
                .map(|(a, hard, lineage)| {
                    let p = match past {
                        Past::Good => expit(a * (skill - hard) + kin * lineage),
                        Past::Useless => 0.5,
                        Past::Adversarial => 1.0 - expit(a * (skill - hard)),
                    };
                    if law.graded {
                        // Eighths around what is expected.
                        ((p + 0.15 * stream.normal()).clamp(0.0, 1.0) * 8.0).round() / 8.0
                    } else {
                        f64::from(u8::from(stream.unit() < p))
                    }
                })
                .collect()
        };
        let (baseline, candidate) = (run(low, 1.0, Past::Good), run(low + 0.06, 1.0, Past::Good));
        let past = (0..law.models)
            .map(|model| run(low - 0.5 + 0.6 * (model as f64 * 0.618).fract(), 0.0, law.past))
            .collect();
        Scores { baseline, candidate, past }
    }
}

#[allow(dead_code, reason = "tests write files")]
/// A run of these scores, its items called q00000 and so on.
pub(crate) fn frame(scores: &[f64]) -> RunFrame {
    let mut rows = RunFrameBuilder::default();
    for (at, score) in scores.iter().enumerate() {
        let score = Score::new(*score).unwrap_or_else(|| unreachable!("finite"));
        rows.push(Item { id: &format!("q{at:05}"), epoch: 0, cluster: None, score: Ok(score) });
    }
    rows.finish(RunMetadata::default()).unwrap_or_else(|error| unreachable!("{error}"))
}
