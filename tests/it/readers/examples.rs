//! The example runs: what is committed is what the generator writes, and all of it is read.

use std::fs;

use evalsig::readers::{ReadOptions, read};

use crate::support::repository;

#[path = "../../../examples/generate/runs.rs"]
mod generator;

#[test]
fn committed_runs_are_what_the_generator_writes() {
    let mut total = 0;
    for (name, text) in generator::all() {
        let committed = fs::read_to_string(repository("examples/runs").join(name)).unwrap_or_default();
        assert!(committed == text, "examples/runs/{name} differs: run `cargo run --example generate`");
        let run = read(text.as_bytes(), None, &ReadOptions::default()).unwrap().run;
        assert_eq!(run.len(), 2000, "{name}");
        assert!(run.unscored().is_empty(), "{name}");
        total += text.len();
    }
    assert!(total < 1_500_000);
}

/// Paired means, so that a changed generator cannot quietly lose the effects that its files state.
#[test]
fn the_stated_effects_are_there() {
    let files = generator::all();
    let mean = |name: &str| {
        let (_, text) = files.iter().find(|(file, _)| *file == name).unwrap();
        let run = read(text.as_bytes(), None, &ReadOptions::default()).unwrap().run;
        let mut items = std::collections::BTreeMap::<&str, (f64, f64)>::new();
        for item in run.rows() {
            let entry = items.entry(item.id).or_default();
            *entry = (entry.0 + item.score.unwrap().get(), entry.1 + 1.0);
        }
        items.values().map(|(sum, n)| sum / n).sum::<f64>() / items.len() as f64
    };
    for (baseline, candidate, effect, within) in [
        ("baseline.json", "candidate.json", 0.06, 0.02),
        ("baseline.json", "candidate-worse.json", -0.06, 0.02),
        ("baseline.json", "candidate-same.json", 0.0, 0.01),
        ("baseline-graded.json", "candidate-graded.json", 0.05, 0.01),
    ] {
        let delta = mean(candidate) - mean(baseline);
        assert!((delta - effect).abs() < within, "{candidate}: {delta}");
    }
}
