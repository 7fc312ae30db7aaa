//! How often do the methods give a wrong answer? Measures false ALLOW and false REJECT at the claim's
//! edge, by enumeration where that is possible and by simulation where it is not, and prints Markdown.
//!
//! ```text
//! cargo run --release --example calibrate > docs/calibration.md
//! cargo run --release --example calibrate -- --quick  # a tenth of the runs
//! cargo run --release --example calibrate -- items clusters
//! ```
//!
//! The tests are those that `auto` runs, with 999 resamples in place of 10,000 and, from 17 units on,
//! random flips (`auto` counts them all up to 34 units, and on a grid beyond, which may take 35 ms a sample).
//!
//! Every number is determined by the seed below: two runs print the same bytes.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]
#![expect(clippy::disallowed_methods, reason = "a program of its own: its arguments are its input")]

#[path = "calibrate/agreement.rs"]
mod agreement;
#[path = "calibrate/bank.rs"]
mod bank;
#[path = "calibrate/equal_power.rs"]
mod equal_power;
#[path = "calibrate/judged.rs"]
mod judged;
#[path = "calibrate/limits.rs"]
mod limits;
#[path = "calibrate/missing.rs"]
mod missing;
#[path = "calibrate/orders.rs"]
mod orders;
#[path = "calibrate/planning.rs"]
mod planning;
#[path = "calibrate/repeated.rs"]
mod repeated;
#[path = "calibrate/sampled.rs"]
mod sampled;

use std::collections::BTreeMap;

use evalsig::domain::{Alpha, Claim, ClusterRule, Edition, EpochRule, Fraction, Plan, Rule};
use evalsig::inference::methods::{
    Betting, BootstrapT, ClusterMean, ClusterRobust, Correction, ExactUnconditional, HallT,
    IntersectionUnion, Saddlepoint, SignFlip,
};
use evalsig::inference::multiplicity::holm;
use evalsig::inference::sequential::{PairEvidence, Wealth};
use evalsig::inference::{Inversion, Sample, Unit, evalsig_0_1};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use evalsig::numerics::tails;
use rayon::prelude::*;

const ALPHA: f64 = 0.05;
const SEED: u64 = 20_260_101;
const RESAMPLES: u32 = 999;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|a| a == "--quick");
    let wanted =
        |name: &str| arguments.iter().all(|a| a.starts_with("--")) || arguments.iter().any(|a| a == name);
    let runs = Runs { share: if quick { 0.1 } else { 1.0 }, quick };
    preface(&arguments);
    for (name, table) in [
        ("binary", binary as fn(Runs)),
        ("power", binary_power),
        ("items", items),
        ("many", many_items),
        ("clusters", clusters),
        ("epochs", epochs),
        ("sequential", sequential),
        ("orders", orders::orders),
        ("repeated", repeated::repeated),
        ("suites", suites),
        ("small-alphas", limits::small_alphas),
        ("hardly-differ", limits::hardly_differ),
        ("informative-sizes", limits::informative_sizes),
        ("rare-losses", limits::rare_losses),
        ("planning", planning::planning),
        ("agreement", agreement::agreement),
        ("missing", missing::missing),
        ("attempts", missing::attempts),
        ("sampled", sampled::sampled),
        ("population", sampled::population),
        ("equal-power", equal_power::equal_power),
        ("judged", judged::judged),
    ] {
        if wanted(name) {
            table(runs);
        }
    }
}

/// What the tables are, and how they were made.
fn preface(arguments: &[String]) {
    let command = ["cargo run --release --example calibrate".to_owned()]
        .into_iter()
        .chain((!arguments.is_empty()).then(|| format!("-- {}", arguments.join(" "))))
        .collect::<Vec<_>>()
        .join(" ");
    println!("# Wrong answers at alpha = .05\n");
    println!(
        "Written by `examples/calibrate.rs` of evalsig {} (`{command}`), seed {SEED}, {RESAMPLES} resamples a test.\n\
         (a) is the share of false ALLOW and (r) that of false REJECT, both where the truth lies exactly at the claim's\n\
         value. `±` is one standard error; `runs` is the number of simulated samples of a row. Tables that say\n\
         *enumerated* weigh every possible outcome and have no error of simulation. What these numbers mean stands in\n\
         [statistics.md](statistics.md).\n",
        env!("CARGO_PKG_VERSION"),
    );
}

/// How much work to do.
#[derive(Clone, Copy)]
struct Runs {
    share: f64,
    quick: bool,
}

impl Runs {
    fn of(self, full: u64) -> u64 {
        ((full as f64 * self.share) as u64).max(60)
    }
}

/// A share of runs with its standard error, as it stands in a cell.
fn rate(hits: u64, runs: u64) -> String {
    let p = hits as f64 / runs as f64;
    format!("{p:.3} ± {:.3}", (p * (1.0 - p) / runs as f64).sqrt())
}

/// Runs `sample` on streams 0..runs and adds up what it returns: whether each method refuted.
fn count<const M: usize>(
    runs: u64,
    tag: u64,
    sample: impl Fn(&mut Stream, u64) -> [bool; M] + Sync,
) -> [u64; M] {
    let streams = Streams::new(SEED ^ tag, Purpose::Simulation);
    let all: Vec<[bool; M]> =
        (0..runs).into_par_iter().map(|run| sample(&mut streams.replicate(run), run)).collect();
    let mut hits = [0; M];
    for one in all {
        for (hit, refuted) in hits.iter_mut().zip(one) {
            *hit += u64::from(refuted);
        }
    }
    hits
}

fn row<const M: usize>(name: &str, hits: [u64; M], runs: u64) {
    let cells: Vec<String> = hits.iter().map(|h| rate(*h, runs)).collect();
    println!("| {name} | {} | {runs} |", cells.join(" | "));
}

fn head(names: &[&str]) {
    println!("| {} |\n|{}", names.join(" | "), "---|".repeat(names.len()));
}

fn allows(test: &impl Inversion, null: f64) -> bool {
    test.p_greater(null) <= ALPHA
}

fn rejects(test: &impl Inversion, null: f64) -> bool {
    test.p_less(null) <= ALPHA
}

/// Most units whose flips are enumerated here.
const ENUMERATED: usize = 16;
/// How far scores may be off by rounding.
const RESOLUTION: f64 = 4.0 * f64::EPSILON;

/// The guarded test as `auto` runs it.
fn guarded(units: &[Unit], seed: u64) -> IntersectionUnion<SignFlip, BootstrapT> {
    let test = if units.len() <= ENUMERATED {
        SignFlip::new(units, RESOLUTION, RESAMPLES, seed)
    } else {
        SignFlip::random(units, RESOLUTION, RESAMPLES, seed)
    };
    IntersectionUnion { test, guard: BootstrapT::new(units, RESAMPLES, seed) }
}

/// Whether Python evalsig 0.1.2 calls an improvement significant (one-sided McNemar, as `--rule
/// evalsig-0.1` reproduces it).
fn significant_0_1(items: u64, broken: u64, fixed: u64) -> bool {
    let share = |value| Fraction::new(value).unwrap_or_else(|| unreachable!("a constant"));
    let plan = Plan {
        rule: Rule::Evalsig01,
        alpha: Alpha::new(ALPHA).unwrap_or_else(|| unreachable!("a constant")),
        resamples: RESAMPLES,
        seed: SEED,
        cluster: ClusterRule::Off,
        epochs: EpochRule::First,
        min_coverage: share(1.0),
        edition: Edition::First,
        ..Plan::of(Claim::Above { min_delta: 0.0 })
    };
    let score = |right: bool| f64::from(u8::from(right));
    let baseline = (0..items).map(|i| score(i < broken)).collect();
    let candidate = (0..items).map(|i| score((broken..broken + fixed).contains(&i))).collect();
    let sample = Sample { two_valued: Some(1.0), ..Sample::graded(baseline, candidate, None) };
    evalsig_0_1(&sample, &plan).is_ok_and(|outcome| outcome.significant)
}

fn as_units(d: &[f64]) -> Vec<Unit> {
    d.iter().map(|sum| Unit { sum: *sum, size: 1.0 }).collect()
}

/// 0/1 scores: the worst level over the discordance, every outcome weighted. No simulation.
fn binary(runs: Runs) {
    println!("## 0/1 scores, exact unconditional (enumerated, worst over the discordance)\n");
    head(&["n", "margin", "worst level (a)", "at q"]);
    let sizes: &[u64] = if runs.quick { &[20, 50] } else { &[10, 20, 35, 60, 100, 200] };
    for n in sizes {
        for null in [-0.05, -0.02, 0.0, 0.02, 0.05] {
            let least: Vec<u64> = (0..=*n).into_par_iter().map(|m| fewest_fixes(*n, m, null)).collect();
            let steps = 400;
            let (level, q) = (1..=steps)
                .into_par_iter()
                .map(|i| {
                    // Dense near the smallest discordance, where the worst cases are.
                    let q =
                        f64::abs(null) + (1.0 - f64::abs(null)) * (f64::from(i) / f64::from(steps)).powi(2);
                    let pi = (0.5 + 0.5 * null / q).clamp(0.0, 1.0);
                    let level = (0_u64..)
                        .zip(&least)
                        .map(|(m, k)| tails::binomial_ln_pmf(m, *n, q).exp() * tails::binomial_ge(*k, m, pi))
                        .sum::<f64>();
                    (level, q)
                })
                .reduce(|| (0.0, 0.0), |a, b| if b.0 > a.0 || (b.0 == a.0 && b.1 < a.1) { b } else { a });
            println!("| {n} | {null:+} | {level:.5} | {q:.3} |");
        }
    }
    println!();
}

/// The smallest number of fixes among `m` discordant of `n` items that refutes delta <= `null`.
fn fewest_fixes(n: u64, m: u64, null: f64) -> u64 {
    fewest(m, |broken, fixed| allows(&ExactUnconditional::new(n, broken, fixed), null))
}

/// The smallest number of fixes among `m` discordant items that `refutes`, given (broken, fixed); m + 1
/// where none does.
fn fewest(m: u64, refutes: impl Fn(u64, u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, m + 1);
    while low < high {
        let middle = low.midpoint(high);
        if middle > m || refutes(m - middle, middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// P(a test refutes) for n items at discordance q and true difference delta, every outcome weighted.
fn enumerate(n: u64, q: f64, delta: f64, refutes: impl Fn(u64, u64) -> bool + Sync) -> f64 {
    let far = (n as f64 * q + 9.0 * (n as f64 * q * (1.0 - q)).sqrt() + 20.0) as u64;
    let pi = (0.5 + 0.5 * delta / q).clamp(0.0, 1.0);
    (0..=n.min(far))
        .into_par_iter()
        .map(|m| tails::binomial_ln_pmf(m, n, q).exp() * tails::binomial_ge(fewest(m, &refutes), m, pi))
        .collect::<Vec<f64>>()
        .iter()
        .sum()
}

/// 0/1 scores: power and level beside the rule of Python evalsig 0.1.2. No simulation.
fn binary_power(_: Runs) {
    println!("## 0/1 scores, exact unconditional beside McNemar as in evalsig 0.1.2 (enumerated)\n");
    println!("`power` at the true delta, `level` at delta 0, both for the claim \"better\" (min-delta 0).\n");
    head(&[
        "n",
        "q",
        "expected discordant",
        "delta",
        "power",
        "power, 0.1.2",
        "gain",
        "level",
        "level, 0.1.2",
    ]);
    for (n, q, delta) in [
        (20_u64, 0.10, 0.095),
        (20, 0.20, 0.19),
        (50, 0.05, 0.0475),
        (50, 0.08, 0.076),
        (50, 0.10, 0.095),
        (100, 0.02, 0.019),
        (100, 0.03, 0.0285),
        (100, 0.04, 0.038),
        (200, 0.01, 0.0095),
        (200, 0.015, 0.01425),
        (200, 0.02, 0.019),
        (200, 0.05, 0.039),
        (200, 0.10, 0.056),
        (1000, 0.02, 0.011),
        (1000, 0.10, 0.025),
    ] {
        let ours = |broken, fixed| allows(&ExactUnconditional::new(n, broken, fixed), 0.0);
        let old = |broken, fixed| significant_0_1(n, broken, fixed);
        let (power, power_old) = (enumerate(n, q, delta, ours), enumerate(n, q, delta, old));
        let (level, level_old) = (enumerate(n, q, 0.0, ours), enumerate(n, q, 0.0, old));
        println!(
            "| {n} | {q} | {:.1} | {delta} | {power:.3} | {power_old:.3} | {:+.3} | {level:.4} | {level_old:.4} |",
            n as f64 * q,
            power - power_old,
        );
    }
    println!();
}

/// Distributions of one difference, mean 0: name, draw, bounds where it has any.
type Law = (&'static str, fn(&mut Stream) -> f64, Option<(f64, f64)>);

fn exponential(stream: &mut Stream) -> f64 {
    -(1.0 - stream.unit()).ln()
}

fn laws() -> Vec<Law> {
    vec![
        ("normal", Stream::normal, None),
        (
            "t3",
            |s| {
                let chi2: f64 = (0..3).map(|_| s.normal().powi(2)).sum();
                s.normal() / chi2.sqrt()
            },
            None,
        ),
        (
            "lattice",
            |s| {
                let size = match s.unit() {
                    u if u < 0.6 => 0.0,
                    u if u < 0.84 => 0.25,
                    u if u < 0.96 => 0.5,
                    _ => 0.75,
                };
                if s.unit() < 0.5 { size } else { -size }
            },
            Some((-1.0, 1.0)),
        ),
        ("exponential, left", |s| 1.0 - exponential(s), None),
        ("log-normal, left", |s| 0.5_f64.exp() - s.normal().exp(), None),
        (
            "skew lattice",
            |s| match s.unit() {
                u if u < 0.3 => 0.25,
                u if u < 0.4 => -0.75,
                _ => 0.0,
            },
            Some((-1.0, 1.0)),
        ),
        ("2 % lose .7", |s| if s.unit() < 0.02 { -0.7 } else { 0.7 * 0.02 / 0.98 }, Some((-1.0, 1.0))),
        (
            "3 % lose .6, noise",
            |s| if s.unit() < 0.03 { -0.6 } else { 0.6 * 0.03 / 0.97 + 0.01 * (s.unit() - 0.5) },
            Some((-1.0, 1.0)),
        ),
    ]
}

fn items(runs: Runs) {
    println!("## Graded items, independent\n");
    head(&[
        "n, differences",
        "flip (a)",
        "bootstrap-t (a)",
        "guarded (a)",
        "guarded (r)",
        "Hall t (a)",
        "betting (a)",
        "runs",
    ]);
    for (n, full) in [(5, 4000), (20, 6000), (50, 6000), (200, 3000), (1000, 800)] {
        for (which, (name, draw, bounds)) in (0_u64..).zip(laws()) {
            let total = runs.of(full);
            let hits = count(total, n * 100 + which, |stream, run| {
                let d: Vec<f64> = (0..n).map(|_| draw(stream)).collect();
                let units = as_units(&d);
                let guarded = guarded(&units, run);
                let alpha = Alpha::new(ALPHA).unwrap_or_else(|| unreachable!("a constant"));
                let bet =
                    bounds.is_some_and(|(low, high)| allows(&Betting::new(&d, low, high, alpha, run), 0.0));
                [
                    allows(&guarded.test, 0.0),
                    allows(&guarded.guard, 0.0),
                    allows(&guarded, 0.0),
                    rejects(&guarded, 0.0),
                    allows(&HallT::new(&d), 0.0),
                    bet,
                ]
            });
            let mut cells: Vec<String> = hits.iter().map(|h| rate(*h, total)).collect();
            // Betting needs bounds; without them it did not run, which is not a rate of 0.
            if let (None, Some(last)) = (bounds, cells.last_mut()) {
                *last = "no bounds".into();
            }
            println!("| {n}, {name} | {} | {total} |", cells.join(" | "));
        }
    }
    println!();
}

fn many_items(runs: Runs) {
    println!("## More than 2000 graded items\n");
    head(&["n, differences", "saddlepoint (a)", "Hall t (a)", "guarded (a)", "guarded (r)", "runs"]);
    for (which, (name, draw, _)) in (0_u64..).zip(laws()) {
        let total = runs.of(4000);
        let hits = count(total, 7_000_000 + which, |stream, _| {
            let d: Vec<f64> = (0..3000).map(|_| draw(stream)).collect();
            let guarded = IntersectionUnion { test: Saddlepoint::new(&d), guard: HallT::new(&d) };
            [
                allows(&guarded.test, 0.0),
                allows(&guarded.guard, 0.0),
                allows(&guarded, 0.0),
                rejects(&guarded, 0.0),
            ]
        });
        row(&format!("3000, {name}"), hits, total);
    }
    println!();
}

/// Sizes of `k` clusters of 20 items on average.
fn sizes(k: u32, kind: &str) -> Vec<f64> {
    let all = 20.0 * f64::from(k);
    let shares: Vec<f64> = match kind {
        "equal" => vec![1.0; k as usize],
        "Zipf" => (1..=k).map(|rank| 1.0 / f64::from(rank)).collect(),
        _ => (0..k).map(|i| if i == 0 { f64::from(k.max(2) - 1) } else { 1.0 }).collect(),
    };
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| (share / total * all).round().max(1.0)).collect()
}

fn clusters(runs: Runs) {
    println!("## Clusters of 20 items on average\n");
    head(&["k, sizes, ICC, effects", "guarded (a)", "guarded (r)", "CR2 (a)", "cluster mean (a)", "runs"]);
    let effects: [Law; 3] = [
        ("normal", Stream::normal, None),
        ("skewness -1", |s| (4.0 - (0..4).map(|_| exponential(s)).sum::<f64>()) / 2.0, None),
        ("skewness -2", |s| 1.0 - exponential(s), None),
    ];
    for k in [1_u32, 2, 3, 4, 5, 6, 8, 12, 20, 50, 200] {
        for kind in ["equal", "Zipf", "dominant"] {
            for icc in [0.0, 0.1, 0.5] {
                for (which, (name, draw, _)) in (0_u64..).zip(effects) {
                    let sizes = sizes(k, kind);
                    let skip =
                        (icc == 0.0 && which > 0) || (kind != "equal" && k == 1) || (k < 5 && which > 0);
                    if skip || (runs.quick && (icc == 0.5 || k == 200)) {
                        continue;
                    }
                    let total = runs.of(if k < 5 {
                        500
                    } else if k < 50 {
                        4000
                    } else {
                        1500
                    });
                    let tag =
                        1_000_000 + u64::from(k) * 1000 + kind.len() as u64 * 100 + (icc * 20.0) as u64 * 5;
                    let hits = count(total, tag + which, |stream, run| {
                        let units: Vec<Unit> = sizes
                            .iter()
                            .map(|size| {
                                let noise = (size * (1.0 - icc)).sqrt() * stream.normal();
                                Unit { sum: size * f64::sqrt(icc) * draw(stream) + noise, size: *size }
                            })
                            .collect();
                        let guarded = guarded(&units, run);
                        [
                            allows(&guarded, 0.0),
                            rejects(&guarded, 0.0),
                            allows(&ClusterRobust::new(&units, Correction::Cr2), 0.0),
                            allows(&ClusterMean::new(&units), 0.0),
                        ]
                    });
                    row(&format!("{k}, {kind}, {icc}, {name}"), hits, total);
                }
            }
        }
    }
    println!();
}

/// 0/1 scores, several epochs, averaged within the item; items differ in their true effect.
fn epochs(runs: Runs) {
    println!("## Epochs: 200 items, 0/1 scores averaged over epochs, true effects of an item ± tau\n");
    println!(
        "Rates of success spread evenly over the items. The last column of power is that of Python evalsig 0.1.2 on the\n\
         same data: it uses the first epoch alone.\n"
    );
    head(&["epochs, tau", "guarded (a)", "guarded (r)", "power at delta .05", "power, 0.1.2", "runs"]);
    for (repeats, tau) in [(2, 0.1), (4, 0.0), (4, 0.3), (8, 0.1), (8, 0.3)] {
        let total = runs.of(3000);
        let hits = count(total, 2_000_000 + repeats * 10 + (tau * 10.0) as u64, |stream, run| {
            let mut test = |delta: f64| {
                let (mut broken, mut fixed) = (0, 0);
                let d: Vec<f64> = (0..200)
                    .map(|_| {
                        let room = tau + delta;
                        let base = room + (1.0 - 2.0 * room) * stream.unit();
                        let effect = delta + if stream.unit() < 0.5 { tau } else { -tau };
                        let right = |stream: &mut Stream, p: f64| f64::from(stream.unit() < p);
                        let each: Vec<f64> = (0..repeats)
                            .map(|_| right(stream, base + effect) - right(stream, base))
                            .collect();
                        let first = each.first().copied().unwrap_or(0.0);
                        broken += u64::from(first < 0.0);
                        fixed += u64::from(first > 0.0);
                        each.iter().sum::<f64>() / repeats as f64
                    })
                    .collect();
                let guarded = guarded(&as_units(&d), run);
                (allows(&guarded, 0.0), rejects(&guarded, 0.0), significant_0_1(200, broken, fixed))
            };
            let (null, effect) = (test(0.0), test(0.05));
            [null.0, null.1, effect.0, effect.2]
        });
        row(&format!("{repeats}, {tau}"), hits, total);
    }
    println!();
}

/// One difference after the other.
type Draw = Box<dyn Fn(&mut Stream) -> f64 + Sync>;

fn sequential(runs: Runs) {
    println!("## Sequential: crossed at any look up to 10,000 items\n");
    head(&["differences", "betting (a)", "e-value of pairs (a)", "runs"]);
    let pairs = |stream: &mut Stream, q: f64| match stream.unit() {
        u if u < q / 2.0 => 1.0,
        u if u < q => -1.0,
        _ => 0.0,
    };
    let mut laws: Vec<(String, Draw, bool)> = Vec::new();
    for q in [0.10, 0.30, 0.02] {
        laws.push((format!("0/1, q = {q}"), Box::new(move |s| pairs(s, q)), true));
    }
    laws.push(("normal, sd .2".into(), Box::new(|s| (0.2 * s.normal()).clamp(-1.0, 1.0)), false));
    laws.push((
        "1 % lose .8".into(),
        Box::new(|s| if s.unit() < 0.01 { -0.8 } else { 0.8 * 0.01 / 0.99 }),
        false,
    ));
    for (name, draw, _) in laws_named(&["3 % lose .6, noise", "skew lattice"]) {
        laws.push((name.into(), Box::new(draw), false));
    }
    for (which, (name, draw, binary)) in (0_u64..).zip(&laws) {
        let total = runs.of(1000);
        let hits = count(total, 3_000_000 + which, |stream, _| {
            let (mut wealth, mut evidence) = (Wealth::new(0.0, -1.0, 1.0), PairEvidence::default());
            for _ in 0..10_000 {
                let d = draw(stream);
                wealth.push(d);
                if *binary {
                    evidence.push(d);
                }
                if wealth.p() <= ALPHA && (!binary || evidence.p() <= ALPHA) {
                    break;
                }
            }
            [wealth.p() <= ALPHA, evidence.p() <= ALPHA]
        });
        let [betting, pairs] = hits.map(|h| rate(h, total));
        println!("| {name} | {betting} | {} | {total} |", if *binary { pairs } else { "not 0/1".into() });
    }
    println!();
}

fn laws_named(names: &[&str]) -> Vec<Law> {
    laws().into_iter().filter(|law| names.contains(&law.0)).collect()
}

/// "Regress on none by more than .03, improve on one": wrong ALLOW of a suite of 0/1 tasks.
fn suites(runs: Runs) {
    println!("## Suites: 500 items a task, discordance .12, margin -.03\n");
    head(&["tasks, truth", "ALLOW", "runs"]);
    for tasks in [5_usize, 10] {
        for (name, first, rest) in [
            ("nothing improves (wrong)", 0.0, 0.0),
            ("one at the margin, the rest better by .04 (wrong)", -0.03, 0.04),
            ("all better by .04 (right)", 0.04, 0.04),
        ] {
            let total = runs.of(2000);
            let draw = |stream: &mut Stream, delta: f64| {
                let (mut broken, mut fixed) = (0_u64, 0_u64);
                for _ in 0..500 {
                    let u = stream.unit();
                    fixed += u64::from(u < 0.06 + delta / 2.0);
                    broken += u64::from(u >= 0.94 + delta / 2.0);
                }
                (broken, fixed)
            };
            let streams = Streams::new(SEED ^ (4_000_000 + tasks as u64), Purpose::Simulation);
            let mut known: BTreeMap<(u64, u64), (f64, f64)> = BTreeMap::new();
            let mut allowed = 0;
            for run in 0..total {
                let mut stream = streams.replicate(run);
                let p: Vec<(f64, f64)> = (0..tasks)
                    .map(|task| draw(&mut stream, if task == 0 { first } else { rest }))
                    .map(|outcome| {
                        *known.entry(outcome).or_insert_with(|| {
                            let test = ExactUnconditional::new(500, outcome.0, outcome.1);
                            (test.p_greater(-0.03), test.p_greater(0.0))
                        })
                    })
                    .collect();
                let superior: Vec<f64> = p.iter().map(|p| p.1).collect();
                let improves = holm(&superior).iter().any(|p| *p <= ALPHA);
                allowed += u64::from(improves && p.iter().all(|p| p.0 <= ALPHA));
            }
            row(&format!("{tasks}, {name}"), [allowed], total);
        }
    }
    println!();
}
