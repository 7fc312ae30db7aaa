//! `--rule evalsig-0.1` beside Python evalsig 0.1.2 (`tests/golden/parity_0_1_2.json`, made by
//! `parity.py`): formulas to 1e-12, resampling within Monte-Carlo error, the same verdicts.
//!
//! Both sides draw B resamples, Python with four seeds, so the difference of p from Python's mean has
//! variance p (1 - p) (1 + 1/4) / B; we allow five standard deviations and one count. A percentile bound at
//! alpha must lie between ours at alpha minus and plus five standard deviations of an empirical quantile's
//! level.

use std::collections::BTreeMap;

use evalsig::domain::{Claim, ClusterRule, Fraction, MethodChoice, Plan, Rule, Sides, Verdict};
use evalsig::inference::{LegacyOutcome, Sample, evalsig_0_1};
use serde::Deserialize;

use crate::support::samples::{alpha, plan};

#[derive(Deserialize)]
struct Golden {
    resamples: u32,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    method: String,
    baseline: Vec<f64>,
    candidate: Vec<f64>,
    clusters: Option<Vec<u32>>,
    cluster_named: bool,
    plan: Settings,
    python: Vec<Option<Report>>,
}

#[derive(Deserialize)]
struct Settings {
    one_sided: bool,
    alpha: f64,
    power: f64,
    min_delta: f64,
}

#[derive(Deserialize)]
struct Report {
    p: f64,
    ci: (Option<f64>, Option<f64>),
    delta: f64,
    mde: f64,
    label: String,
    significant: bool,
    n_clusters: Option<usize>,
    verdict: String,
}

impl Case {
    fn sample(&self) -> Sample {
        let zero_one = self.baseline.iter().chain(&self.candidate).all(|s| *s == 0.0 || *s == 1.0);
        Sample {
            two_valued: zero_one.then_some(1.0),
            ..Sample::graded(self.baseline.clone(), self.candidate.clone(), self.clusters.clone())
        }
    }

    fn plan(&self, resamples: u32) -> Plan {
        Plan {
            claim: Claim::above(self.plan.min_delta).expect("finite"),
            rule: Rule::Evalsig01,
            alpha: alpha(self.plan.alpha),
            power: Fraction::new(self.plan.power).expect("a share"),
            sides: if self.plan.one_sided { Sides::One } else { Sides::Two },
            resamples,
            cluster: match self.cluster_named {
                true => ClusterRule::Key("cluster".into()),
                false => ClusterRule::FromData,
            },
            ..plan(self.method.parse::<MethodChoice>().expect("a method"))
        }
    }
}

/// The relative difference, absolute below 1e-3: where scores of order 1 cancel to a delta of 1e-17, the
/// difference of two roundings has no relative meaning.
fn apart(ours: f64, python: f64) -> f64 {
    if ours == python { 0.0 } else { (ours - python).abs() / python.abs().max(1e-3) }
}

fn interval(ours: &LegacyOutcome, python: &Report) -> [(f64, f64); 2] {
    let (low, high) = python.ci;
    [(ours.ci_low, low.unwrap_or(f64::NEG_INFINITY)), (ours.ci_high, high.unwrap_or(f64::INFINITY))]
}

/// Ours at a level above or below the plan's, where an interval of the same data must bracket Python's.
fn at_level(case: &Case, plan: &Plan, tail: f64) -> LegacyOutcome {
    let level = if plan.sides == Sides::Two { 2.0 * tail } else { tail };
    let plan = Plan { alpha: alpha(level.clamp(1e-9, 1.0 - 1e-9)), ..plan.clone() };
    evalsig_0_1(&case.sample(), &plan).expect("an outcome")
}

#[test]
fn numbers_and_verdicts_of_python_evalsig_0_1_2() {
    let golden: Golden =
        serde_json::from_str(include_str!("../golden/parity_0_1_2.json")).expect("parity file");
    let draws = f64::from(golden.resamples);
    let mut worst: BTreeMap<String, (usize, f64, usize)> = BTreeMap::new();
    let mut crashes = 0;
    let mut same_delta = 0;
    for (index, case) in golden.cases.iter().enumerate() {
        let place = format!("case {index} ({})", case.name);
        let plan = case.plan(golden.resamples);
        let ours = evalsig_0_1(&case.sample(), &plan).unwrap_or_else(|e| panic!("{place}: {e}"));
        let reports: Vec<&Report> = case.python.iter().flatten().collect();
        let Some(first) = reports.first() else {
            // min_delta 0 and not significant: the package divides by zero.
            assert_eq!((plan.claim.lower_null(), ours.verdict), (0.0, Verdict::Inconclusive), "{place}");
            assert_eq!(ours.needed_items, None, "{place}");
            crashes += 1;
            continue;
        };
        assert_eq!((ours.label, ours.clusters), (first.label.as_str(), first.n_clusters), "{place}");
        assert!(apart(ours.delta, first.delta) <= 1e-12, "{place}: {} for {}", ours.delta, first.delta);
        assert!(apart(ours.mde, first.mde) <= 1e-12, "{place}: {} for {}", ours.mde, first.mde);
        same_delta += usize::from(ours.delta == first.delta);
        let deterministic = matches!(ours.label, "paired_t" | "mcnemar_exact" | "mcnemar_chi2");
        let entry = worst.entry(ours.label.to_owned()).or_default();
        entry.0 += 1;
        if deterministic {
            let differences =
                [apart(ours.p_value, first.p), apart(ours.mde, first.mde), apart(ours.delta, first.delta)];
            let ends = interval(&ours, first).map(|(ours, python)| apart(ours, python));
            let most = differences.into_iter().chain(ends).fold(0.0, f64::max);
            assert!(most <= 1e-12, "{place}: off by {most:e}, p {} for {}", ours.p_value, first.p);
            entry.1 = entry.1.max(most);
        } else {
            let mean = reports.iter().map(|r| r.p).sum::<f64>() / reports.len() as f64;
            let spread = mean.max(1.0 / draws) * (1.0 - mean).max(1.0 / draws);
            let allowed = 5.0 * (spread * (1.0 + 1.0 / reports.len() as f64) / draws).sqrt() + 1.0 / draws;
            let share = (ours.p_value - mean).abs() / allowed;
            assert!(share <= 1.0, "{place}: p {} for {mean}", ours.p_value);
            entry.1 = entry.1.max(share);
            let tail = plan.alpha_each().get();
            let wander = 5.0 * (2.0 * tail * (1.0 - tail) / draws).sqrt() + 1.0 / draws;
            let (wide, narrow) = (at_level(case, &plan, tail - wander), at_level(case, &plan, tail + wander));
            for report in &reports {
                for ((outer, python), (inner, _)) in
                    interval(&wide, report).into_iter().zip(interval(&narrow, report))
                {
                    let (low, high) = (outer.min(inner), outer.max(inner));
                    let slack = 1e-12 * (1.0 + python.abs());
                    let inside = python == low || (low - slack <= python && python <= high + slack);
                    assert!(inside, "{place}: bound {python} outside {low} to {high}");
                }
            }
        }
        let agreed = reports.iter().all(|r| r.verdict == first.verdict && r.significant == first.significant);
        // Where Python's own seeds disagree there is no verdict to reproduce.
        if agreed {
            assert_eq!(ours.verdict.as_str(), first.verdict, "{place}: p {} for {}", ours.p_value, first.p);
            assert_eq!(ours.significant, first.significant, "{place}");
            entry.2 += 1;
        }
    }
    for (label, (cases, most, verdicts)) in &worst {
        let unit = if label.starts_with("mcnemar") || label == "paired_t" {
            "relative"
        } else {
            "of the Monte-Carlo bound"
        };
        println!("{label}: {cases} cases, worst {most:.2e} {unit}, {verdicts} verdicts compared");
    }
    println!(
        "delta bit for bit in {same_delta} of {}; {crashes} crashes of the package",
        golden.cases.len() - crashes
    );
    assert!(worst.len() == 6 && worst.values().all(|(cases, _, _)| *cases >= 20));
}
