//! Candidates that are scored on a part of a bank: wrong answers over the draw, and the items that it takes.

use evalsig::domain::{About, Claim, EpochRule, Plan, RunFrame};
use evalsig::inference::two_phase::{Guard, TwoPhase};
use evalsig::inference::{Sample, infer};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use evalsig::sampling::{Bank, History, predict};
use rayon::prelude::*;

use super::bank::{Law, Past, Scores, frame};
use super::{Runs, SEED, count, head, rate};

/// What a gate on a sample needs of a bank.
pub(super) struct World {
    pub(super) baseline: Vec<f64>,
    pub(super) candidate: Vec<f64>,
    predicted: Vec<f64>,
    law: Law,
}

impl World {
    pub(super) fn new(law: Law, stream: &mut Stream) -> Self {
        let Scores { baseline, candidate, past } = law.scores(stream);
        let past: Vec<RunFrame> = past.iter().map(|scores| frame(scores)).collect();
        let own = frame(&baseline);
        let bank = Bank::of(&own, EpochRule::Mean).unwrap_or_else(|error| unreachable!("{error}"));
        let names: Vec<String> = (0..past.len()).map(|model| format!("m{model:02}")).collect();
        let runs: Vec<(&str, &RunFrame)> = names.iter().map(String::as_str).zip(&past).collect();
        let history = History::of(&bank, &runs, EpochRule::Mean);
        let predicted = match history.fit(&bank) {
            Some(fit) => predict(&bank, fit.weights, &history.mean(&bank)),
            None => baseline.clone(),
        };
        Self { baseline, candidate, predicted, law }
    }

    /// The sample of these items, with what is known of the bank.
    pub(super) fn sample(&self, drawn: &[usize], about: About) -> Sample {
        let pick = |all: &[f64]| drawn.iter().filter_map(|at| all.get(*at).copied()).collect::<Vec<f64>>();
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let clusters = (self.law.cluster > 1).then(|| {
            let mut last = None;
            let mut number = 0_u32;
            drawn
                .iter()
                .map(|at| {
                    let cluster = at / self.law.cluster;
                    if last.is_some_and(|last| last != cluster) {
                        number += 1;
                    }
                    last = Some(cluster);
                    number
                })
                .collect()
        });
        let binary = !self.law.graded;
        let predictions = self.predicted.iter().map(|f| (*f, 1.0)).collect::<Vec<_>>();
        Sample {
            two_valued: binary.then_some(1.0),
            span: Some(1.0),
            two_phase: Some(TwoPhase {
                about,
                predicted: pick(&self.predicted),
                gain: mean(&self.predicted) - mean(&self.baseline),
                units: (self.law.items / self.law.cluster) as f64,
                strata: None,
                guard: Guard::Bank {
                    baseline: mean(&self.baseline),
                    predictions: together(predictions),
                    two_values: binary.then_some((0.0, 1.0)),
                },
            }),
            ..Sample::graded(pick(&self.baseline), pick(&self.candidate), clusters)
        }
    }

    pub(super) fn truth(&self) -> f64 {
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        mean(&self.candidate) - mean(&self.baseline)
    }

    /// So many items, or clusters of items, ascending.
    pub(super) fn draw(&self, units: usize, stream: &mut Stream) -> Vec<usize> {
        let all = self.law.items / self.law.cluster;
        let order = stream.sample(all, units);
        order
            .iter()
            .flat_map(|unit| (0..self.law.cluster).map(move |at| unit * self.law.cluster + at))
            .collect()
    }
}

/// Equal predictions as one.
fn together(mut predictions: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    predictions.sort_by(|a, b| a.0.total_cmp(&b.0));
    predictions
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| Some((same.first()?.0, same.len() as f64)))
        .collect()
}

pub(super) fn plan(edge: f64, seed: u64) -> Plan {
    Plan { resamples: 399, seed, ..Plan::of(Claim::Above { min_delta: edge }) }
}

/// Wrong ALLOW and REJECT where the truth of the bank lies exactly at the claim's value, over draws.
pub(super) fn sampled(runs: Runs) {
    println!("## Candidates that are scored on a sample of a bank\n");
    println!(
        "Banks of a two-parameter logistic law; baseline, candidate and past models share its difficulty. n items (or\n\
         clusters of four) are drawn, the claim is about the bank, and its value is the bank's true delta. `items` is the\n\
         variance of the estimate over that of the paired difference of as many items: the share of the items that is\n\
         needed for bounds of the same width.\n"
    );
    head(&["bank", "past models", "n", "wrong ALLOW", "wrong REJECT", "items", "runs"]);
    let mut worst = (0.0_f64, String::new());
    let full = runs.of(2000);
    let cells = laws(runs.quick);
    for (number, (name, law, sizes)) in cells.into_iter().enumerate() {
        let banks: Vec<World> = (0..3)
            .map(|bank| {
                World::new(law, &mut Streams::new(SEED ^ bank, Purpose::Simulation).replicate(number as u64))
            })
            .collect();
        for n in sizes {
            let hits = count(full, (number as u64) << 20 | n as u64, |stream, run| {
                let Some(world) = banks.get(run as usize % banks.len()) else { return [false; 2] };
                let truth = world.truth();
                let sample = world.sample(&world.draw(n, stream), About::Bank);
                let Ok(found) = infer(&sample, &plan(truth, run)) else { return [false; 2] };
                [found.lower > truth + 1e-12, found.upper < truth - 1e-12]
            });
            let ratio = banks.iter().map(World::variance_ratio).sum::<f64>() / banks.len() as f64;
            let label = format!("{name} | {} | {n}", past(law));
            println!("| {label} | {} | {} | {ratio:.2} | {full} |", rate(hits[0], full), rate(hits[1], full));
            for hit in hits {
                let level = hit as f64 / full as f64;
                if level > worst.0 {
                    worst = (level, label.clone());
                }
            }
        }
    }
    println!("\nWorst of the table: {:.4} ({}).\n", worst.0, worst.1);
}

/// Wrong ALLOW and REJECT about the population, over banks and draws.
pub(super) fn population(runs: Runs) {
    println!("## The same about the population that the bank is a sample of\n");
    println!(
        "Bank, past models and draw are new in every run, by the law above; the claim's value is the delta of the law, the mean\n\
         of 400 banks of 12,000 items.\n"
    );
    head(&["bank", "past models", "n", "wrong ALLOW", "wrong REJECT", "runs"]);
    let full = runs.of(2000);
    for (number, graded) in [false, true].into_iter().enumerate() {
        let law = |items, models, past, cluster| Law { items, level: 0.7, models, past, graded, cluster };
        let streams = Streams::new(SEED ^ 0x70, Purpose::Simulation);
        let truth: Vec<f64> = (0..400_u64)
            .into_par_iter()
            .map(|bank| World::new(law(12_000, 0, Past::Good, 1), &mut streams.replicate(bank)).truth())
            .collect();
        let truth = truth.iter().sum::<f64>() / truth.len() as f64;
        for (items, cluster, n) in [(500, 1, 50), (500, 1, 400), (2000, 1, 300), (2000, 4, 60)] {
            for (models, past) in
                [(0, Past::Good), (5, Past::Good), (5, Past::Useless), (5, Past::Adversarial)]
            {
                let law = law(items, models, past, cluster);
                let tag = ((number * 16 + models) << 24 | items << 12 | n << 2 | cluster) as u64;
                let hits = count(full, tag ^ past as u64, |stream, run| {
                    let world = World::new(law, stream);
                    let sample = world.sample(&world.draw(n, stream), About::Population);
                    let Ok(found) = infer(&sample, &plan(truth, run)) else { return [false; 2] };
                    [found.lower > truth, found.upper < truth]
                });
                let kind = if graded { "graded" } else { "0/1" };
                let units =
                    if cluster > 1 { format!("{} clusters of 4", items / 4) } else { items.to_string() };
                println!(
                    "| {units}, {kind} | {} | {n} | {} | {} | {full} |",
                    self::past(law),
                    rate(hits[0], full),
                    rate(hits[1], full)
                );
            }
        }
    }
    println!();
}

fn past(law: Law) -> String {
    let what = match law.past {
        Past::Good => "",
        Past::Useless => ", by coin",
        Past::Adversarial => ", contrary",
    };
    format!("{}{what}", law.models)
}

impl World {
    fn variance_ratio(&self) -> f64 {
        let variance = |other: &[f64]| {
            let d: Vec<f64> = self.candidate.iter().zip(other).map(|(c, o)| c - o).collect();
            let mean = d.iter().sum::<f64>() / d.len() as f64;
            d.iter().map(|d| (d - mean).powi(2)).sum::<f64>()
        };
        variance(&self.predicted) / variance(&self.baseline)
    }
}

type Cell = (String, Law, Vec<usize>);

fn laws(quick: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    let levels: &[f64] = if quick { &[0.7, 0.95] } else { &[0.5, 0.8, 0.95] };
    for level in levels {
        for (items, sizes) in
            [(500, vec![50, 150, 400]), (2000, vec![50, 300]), (12_000, vec![50, 200, 600, 2000])]
        {
            for (models, past) in [
                (0, Past::Good),
                (1, Past::Good),
                (5, Past::Good),
                (25, Past::Good),
                (5, Past::Useless),
                (5, Past::Adversarial),
            ] {
                let law = Law { items, level: *level, models, past, graded: false, cluster: 1 };
                cells.push((format!("{items}, 0/1, {level} right"), law, sizes.clone()));
            }
        }
    }
    for (models, past) in
        [(0, Past::Good), (5, Past::Good), (30, Past::Good), (5, Past::Useless), (5, Past::Adversarial)]
    {
        let law = Law { items: 2000, level: 0.7, models, past, graded: true, cluster: 1 };
        cells.push(("2000, graded".to_owned(), law, vec![50, 300, 1500]));
        for graded in [false, true] {
            let law = Law { items: 2000, level: 0.7, models, past, graded, cluster: 4 };
            let kind = if graded { "graded" } else { "0/1" };
            cells.push((format!("500 clusters of 4, {kind}"), law, vec![20, 60, 300]));
        }
    }
    cells
}
