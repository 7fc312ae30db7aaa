//! Where the methods reach their limits: runs that hardly differ, clusters whose size matters, losses too
//! rare to be seen; and 0/1 scores at alphas far below .05.

use evalsig::domain::{Claim, Method, Plan};
use evalsig::inference::cautions::informative_cluster_size::size_effect;
use evalsig::inference::methods::{ClusterMean, ExactUnconditional};
use evalsig::inference::{Inversion, Sample, Unit, infer};
use evalsig::numerics::stream::Stream;
use evalsig::numerics::tails;

use super::{RESAMPLES, Runs, allows, as_units, count, enumerate, guarded, head, rate, row};

/// 0/1 scores at small alphas: the worst level over the discordance, as a share of alpha.
pub(super) fn small_alphas(runs: Runs) {
    println!("## 0/1 scores at small alphas, exact unconditional (enumerated, worst over the discordance)\n");
    head(&["n", "margin", "alpha", "worst level / alpha", "at q"]);
    for n in if runs.quick { vec![30] } else { vec![30, 60] } {
        for null in [-0.05, 0.0, 0.05] {
            for alpha in [1e-3, 1e-4, 1e-5, 1e-6, 1e-7] {
                let refutes = |b: u64, c: u64| ExactUnconditional::new(n, b, c).p_greater(null) <= alpha;
                let (level, q) = (1..=25)
                    .map(|i| f64::abs(null) + (1.0 - f64::abs(null)) * (f64::from(i) / 25.0).powi(2))
                    .map(|q| (enumerate(n, q.min(1.0 - 1e-9), null, refutes), q))
                    .fold((0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
                println!("| {n} | {null:+} | {alpha:e} | {:.3} | {q:.3} |", level / alpha);
            }
        }
    }
    println!();
}

fn plan(null: f64) -> Plan {
    let claim = Claim::above(null).unwrap_or_else(|| unreachable!("finite"));
    Plan { resamples: RESAMPLES, ..Plan::of(claim) }
}

/// Whether `auto` allows, and whether the bounded test decided.
fn decided(sample: &Sample, null: f64) -> (bool, bool) {
    infer(sample, &plan(null))
        .map_or((false, false), |found| (found.lower > null, found.method == Method::Bounded))
}

/// Graded items, the first `lost` of which lost `loss`.
fn lost_items(n: u64, lost: u64, loss: f64) -> Sample {
    let candidate = (0..n).map(|i| if i < lost { -loss } else { 0.0 }).collect();
    Sample { span: Some(1.0), ..Sample::graded(vec![0.0; n as usize], candidate, None) }
}

/// Runs that hardly differ: an item loses x with probability q, the rest nothing; the margin is the truth.
pub(super) fn hardly_differ(runs: Runs) {
    println!("## Runs that hardly differ: an item loses x with probability q, the margin is x q\n");
    println!("Graded items (enumerated over the number of losses), the range of the scores known.\n");
    head(&["n", "x", "expected losses", "auto (a)", "of that by `bounded`"]);
    for n in if runs.quick { vec![60] } else { vec![60, 200, 453] } {
        for loss in [0.1, 0.3, 1.0] {
            for losses in [0.5, 1.0, 2.0, 3.0, 5.0, 8.0] {
                let q = losses / n as f64;
                let (mut all, mut bounded) = (0.0, 0.0);
                for lost in 0..25 {
                    let chance = tails::binomial_ln_pmf(lost, n, q).exp();
                    let (allowed, by_bounded) = decided(&lost_items(n, lost, loss), -loss * q);
                    all += if allowed { chance } else { 0.0 };
                    bounded += if allowed && by_bounded { chance } else { 0.0 };
                }
                println!("| {n} | {loss} | {losses} | {all:.4} | {bounded:.4} |");
            }
        }
    }
    println!(
        "\nClusters of 1 to 6 items, 0/1 scores; a cluster loses one item, or all, with probability q.\n"
    );
    head(&["k, loss, expected losses", "auto (a)", "of that by `bounded`", "runs"]);
    for k in if runs.quick { vec![60_u32] } else { vec![60, 453] } {
        for whole in [false, true] {
            for losses in [1.0, 3.0, 5.0, 8.0] {
                let total = runs.of(1000);
                let tag = 8_000_000 + u64::from(k) * 100 + losses as u64 * 2 + u64::from(whole);
                let hits = count(total, tag, |stream, _| {
                    let (mut candidate, mut clusters) = (Vec::new(), Vec::new());
                    let q = losses / f64::from(k);
                    for cluster in 0..k {
                        let (size, lost) = (1 + cluster % 6, stream.unit() < q);
                        for item in 0..size {
                            candidate.push(if lost && (whole || item == 0) { -1.0 } else { 0.0 });
                            clusters.push(cluster);
                        }
                    }
                    let n = candidate.len();
                    let null = if whole { -q } else { -q * f64::from(k) / n as f64 };
                    let sample = Sample {
                        span: Some(1.0),
                        two_valued: Some(1.0),
                        ..Sample::graded(vec![0.0; n], candidate, Some(clusters))
                    };
                    let (allowed, by_bounded) = decided(&sample, null);
                    [allowed, allowed && by_bounded]
                });
                let loss = if whole { "all" } else { "one item" };
                row(&format!("{k}, {loss}, {losses}"), hits, total);
            }
        }
    }
    println!();
}

/// Sizes of clusters of which the largest fare worst, and their effects; the item-weighted mean is 0.
fn informative_units(stream: &mut Stream, k: u32, strength: f64, centre: f64) -> Vec<Unit> {
    (0..k)
        .map(|_| {
            let size = (2.0 + stream.normal()).exp().ceil();
            let effect = strength * (centre - size.ln()) + 0.1 * stream.normal();
            Unit { sum: size * effect + 0.3 * size.sqrt() * stream.normal(), size }
        })
        .collect()
}

/// E(m ln m) / E(m) of those sizes, by summing over the normal.
fn centre() -> f64 {
    let (mut weighted, mut all) = (0.0, 0.0);
    for step in -8000..=8000 {
        let z = f64::from(step) / 1000.0;
        let (size, density) = ((2.0 + z).exp().ceil(), (-0.5 * z * z).exp());
        weighted += size * size.ln() * density;
        all += size * density;
    }
    weighted / all
}

/// Informative cluster sizes: wrong ALLOW, the same if the mean of clusters must refute as well, and how
/// often the diagnosis speaks.
pub(super) fn informative_sizes(runs: Runs) {
    println!("## Informative cluster sizes: log-normal sizes, large clusters worse, true delta 0\n");
    head(&[
        "k, loss a factor of e in size",
        "guarded (a)",
        "and the unweighted mean (a)",
        "guarded (r)",
        "noted",
        "of the wrong ALLOW: noted",
        "runs",
    ]);
    let centre = centre();
    for strength in [0.0, 0.05, 0.2] {
        for k in [6_u32, 10, 20, 50, 200] {
            let total = runs.of(2000);
            let tag = 9_000_000 + u64::from(k) * 10 + (strength * 20.0) as u64;
            let hits = count(total, tag, |stream, run| {
                let units = informative_units(stream, k, strength, centre);
                let test = guarded(&units, run);
                let noted = size_effect(&units).is_some_and(|found| found.p <= 0.05);
                let allowed = allows(&test, 0.0);
                [
                    allowed,
                    allowed && allows(&ClusterMean::new(&units), 0.0),
                    test.p_less(0.0) <= super::ALPHA,
                    noted,
                    allowed && noted,
                ]
            });
            let [allowed, both, rejected, noted, caught] = hits;
            let of_those = if allowed == 0 { "-".into() } else { rate(caught, allowed) };
            println!(
                "| {k}, {strength} | {} | {} | {} | {} | {of_those} | {total} |",
                rate(allowed, total),
                rate(both, total),
                rate(rejected, total),
                rate(noted, total),
            );
        }
    }
    println!();
}

/// A share r of items loses 1, a fifth gains a little; the true delta is 0.
pub(super) fn rare_losses(runs: Runs) {
    println!("## Rare losses: a share r of items loses 1, a fifth gains 5 r, true delta 0\n");
    head(&["n, r", "guarded (a)", "(1 - r)^n", "runs"]);
    for (n, share) in [(100_u32, 0.005), (400, 0.005), (400, 0.01), (1000, 0.002), (1000, 0.005)] {
        let total = runs.of(2000);
        let tag = 10_000_000 + u64::from(n) * 10 + (share * 1000.0) as u64;
        let hits = count(total, tag, |stream, run| {
            let d: Vec<f64> = (0..n)
                .map(|_| match stream.unit() {
                    u if u < share => -1.0,
                    u if u < share + 0.2 => 5.0 * share,
                    _ => 0.0,
                })
                .collect();
            [allows(&guarded(&as_units(&d), run), 0.0)]
        });
        println!(
            "| {n}, {share} | {} | {:.3} | {total} |",
            rate(hits.iter().sum(), total),
            (1.0 - share).powi(n as i32)
        );
    }
    println!();
}
