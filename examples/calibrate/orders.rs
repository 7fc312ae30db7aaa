//! Betting in one order, as version 0.1 did, and over many: what renaming items did, and what it costs not to.

use evalsig::domain::{Claim, Edition, Method, MethodChoice, Plan};
use evalsig::inference::{Sample, infer};
use evalsig::numerics::stream::Stream;

use super::{Draw, Runs, count, head, laws_named, rate};

/// Effects, in standard errors: a t test finds .95 of them.
const EFFECT: f64 = 3.3;
/// Orders and seeds that are compared.
const AGAIN: u64 = 8;

pub(super) fn orders(runs: Runs) {
    println!(
        "## Betting: one order of the items sorted by name (version 0.1), and many of the items sorted by value\n"
    );
    println!(
        "Power at an effect of {EFFECT} standard errors; spread is the standard deviation of ln p: over names in one order,\n\
         over seeds in many (over names it is 0).\n"
    );
    head(&["n, differences", "power, one order", "power, many", "spread, one order", "spread, many", "runs"]);
    let mut laws: Vec<(&str, f64, Draw)> = vec![
        (
            "lattice of -1, 0, 1",
            0.316,
            Box::new(|s| match s.unit() {
                u if u < 0.05 => 1.0,
                u if u < 0.1 => -1.0,
                _ => 0.0,
            }),
        ),
        ("normal, sd .2", 0.2, Box::new(|s| 0.2 * s.normal())),
    ];
    for ((name, draw, _), sd) in
        laws_named(&["skew lattice", "3 % lose .6, noise"]).into_iter().zip([0.256, 0.105])
    {
        laws.push((name, sd, Box::new(draw)));
    }
    for n in [20_usize, 50, 200, 1000] {
        for (which, (name, sd, draw)) in (0_u64..).zip(&laws) {
            let shift = (EFFECT * sd / (n as f64).sqrt()).min(0.3);
            let make = |stream: &mut Stream| -> Sample {
                let d: Vec<f64> = (0..n).map(|_| (draw(stream) + shift).clamp(-1.0, 1.0)).collect();
                let side = |sign: f64| d.iter().map(|x| (x * sign).max(0.0)).collect();
                Sample::graded(side(-1.0), side(1.0), None)
            };
            let plan = |edition, seed| Plan {
                method: MethodChoice::Named(Method::Betting),
                edition,
                seed,
                ..Plan::of(Claim::Above { min_delta: 0.0 })
            };
            let p = |sample: &Sample, plan: &Plan| infer(sample, plan).map_or(1.0, |e| e.p_claim);
            let (total, tag) = (runs.of(1000), 10_000_000 + n as u64 * 10 + which);
            let hits = count(total, tag, |stream, run| {
                let sample = make(stream);
                [(Edition::First, run), (Edition::Second, 0)]
                    .map(|(e, seed)| p(&sample, &plan(e, seed)) <= super::ALPHA)
            });
            let streams = super::Streams::new(super::SEED ^ tag, super::Purpose::Simulation);
            let mut spread = [0.0; 2];
            for run in 0..20 {
                let sample = make(&mut streams.replicate(run));
                for (sum, edition) in spread.iter_mut().zip([Edition::First, Edition::Second]) {
                    let ln: Vec<f64> = (0..AGAIN).map(|seed| p(&sample, &plan(edition, seed)).ln()).collect();
                    let mean = ln.iter().sum::<f64>() / AGAIN as f64;
                    let squares: f64 = ln.iter().map(|x| (x - mean).powi(2)).sum();
                    *sum += (squares / (AGAIN - 1) as f64).sqrt() / 20.0;
                }
            }
            let ([one_spread, many_spread], [one, many]) = (spread, hits.map(|h| rate(h, total)));
            println!("| {n}, {name} | {one} | {many} | {one_spread:.3} | {many_spread:.3} | {total} |");
        }
    }
    println!();
}
