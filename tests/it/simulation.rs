//! How often each row of `auto` errs when the truth sits exactly at the claim's edge: wrong ALLOWs, and
//! wrong REJECTs, each at most alpha (.05). Small and seeded; the large table is made elsewhere.

use crate::tree;
use evalsig::domain::{Claim, MethodChoice};
use evalsig::inference::methods::Tango;
use evalsig::inference::{Inversion as _, Sample, infer};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use evalsig::numerics::tails;

use crate::support::samples::{graded, plan};

const REPLICATES: u64 = 3000;
/// .05 and three standard errors of a rate over that many replicates.
const ALLOWED: f64 = 0.05 + 3.0 * 0.00398;

/// Shares of ALLOW and of REJECT at a true delta equal to `edge`.
fn rates(edge: f64, seed: u64, draw: impl Fn(&mut Stream) -> Sample) -> (f64, f64) {
    let streams = Streams::new(seed, Purpose::Simulation);
    let (mut allowed, mut rejected) = (0_u32, 0_u32);
    for replicate in 0..REPLICATES {
        let sample = draw(&mut streams.replicate(replicate));
        let mut plan = plan(MethodChoice::Auto);
        plan.claim = Claim::above(edge).expect("finite");
        plan.resamples = 499;
        plan.seed = replicate;
        let found = infer(&sample, &plan).expect("an estimate");
        allowed += u32::from(found.lower > edge);
        rejected += u32::from(found.upper < edge);
    }
    (f64::from(allowed) / REPLICATES as f64, f64::from(rejected) / REPLICATES as f64)
}

fn holds(name: &str, (allowed, rejected): (f64, f64)) {
    println!("{name}: ALLOW {allowed:.3}, REJECT {rejected:.3} at the edge");
    assert!(allowed <= ALLOWED && rejected <= ALLOWED, "{name}: {allowed} {rejected}");
}

/// Normal cluster effects and errors; `icc` of the variance lies between clusters.
fn clustered(sizes: &[usize], icc: f64, mean: f64, stream: &mut Stream) -> Sample {
    let (mut differences, mut clusters) = (Vec::new(), Vec::new());
    for (cluster, size) in (0_u32..).zip(sizes) {
        let effect = icc.sqrt() * stream.normal();
        for _ in 0..*size {
            differences.push(mean + effect + (1.0 - icc).sqrt() * stream.normal());
            clusters.push(cluster);
        }
    }
    Sample { clusters: Some(clusters), ..graded(&differences) }
}

#[test]
fn graded_items() {
    if !tree::slow_tests("simulation::graded_items") {
        return;
    }
    for (n, edge) in [(7, 0.0), (12, -0.1), (20, 0.02), (60, 0.0)] {
        let normal = |s: &mut Stream| graded(&(0..n).map(|_| edge + s.normal()).collect::<Vec<_>>());
        holds(&format!("normal n={n}"), rates(edge, n, normal));
    }
    // A rubric in quarters: many ties, symmetric about the edge.
    let lattice = |s: &mut Stream| {
        let quarter = |s: &mut Stream| f64::from(s.below(3)) / 4.0 * if s.below(2) == 0 { 1.0 } else { -1.0 };
        graded(&(0..25).map(|_| quarter(s)).collect::<Vec<_>>())
    };
    holds("quarters n=25", rates(0.0, 1, lattice));
}

#[test]
fn clusters_of_any_size() {
    if !tree::slow_tests("simulation::clusters_of_any_size") {
        return;
    }
    let zipf = |k: usize, top: usize| (1..=k).map(|rank| (top / rank).max(1)).collect::<Vec<_>>();
    let mut dominant = vec![4; 9];
    dominant.push(36);
    let layouts = [("5 equal", vec![8; 5]), ("8 Zipf", zipf(8, 24)), ("10, one with half", dominant)];
    for (name, sizes) in layouts {
        for icc in [0.0, 0.5] {
            let draw = |s: &mut Stream| clustered(&sizes, icc, 0.01, s);
            holds(&format!("{name}, ICC {icc}"), rates(0.01, sizes.len() as u64, draw));
        }
    }
    let zero_one = |s: &mut Stream| {
        let mut sample = clustered(&[10; 8], 0.4, 0.0, s);
        for difference in &mut sample.candidate {
            *difference = if difference.abs() > 1.2 { difference.signum() } else { 0.0 };
        }
        sample
    };
    holds("0/1 in 8 clusters", rates(0.0, 3, zero_one));
}

#[test]
fn too_few_clusters_decide_nothing() {
    for k in 1..5 {
        let found = rates(0.0, k as u64, |s| clustered(&vec![20; k], 0.3, 0.0, s));
        assert_eq!(found, (0.0, 0.0), "{k} clusters");
        let mut stream = Streams::new(0, Purpose::Simulation).replicate(0);
        let estimate = infer(&clustered(&vec![20; k], 0.3, 9.0, &mut stream), &plan(MethodChoice::Auto));
        assert_eq!(estimate.map(|e| (e.too_few, e.p_claim)), Ok((Some((k, 5)), 1.0)));
    }
}

/// Without spread there is no evidence, whatever the mean.
#[test]
fn runs_without_spread_decide_nothing() {
    for value in [0.0, 0.02] {
        let found = infer(&graded(&[value; 40]), &plan(MethodChoice::Auto)).expect("an estimate");
        assert_eq!((found.p_claim, found.p_against), (1.0, 1.0));
        assert_eq!((found.lower, found.upper), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(
            found.notes.iter().any(|note| note.contains("all differences are equal")),
            "{:?}",
            found.notes
        );
    }
}

/// By enumeration of all tables of n pairs: no sampling error.
#[test]
fn tango_at_every_edge() {
    let alpha = 0.05;
    let n = 60_u64;
    // The levels that its documentation owns up to; an exact test takes over in `auto` for their sake.
    for (edge, most) in [(0.0, 0.066), (-0.05, 0.072), (-0.02, 0.072), (0.05, 0.092)] {
        let mut rejects = Vec::new();
        for b in 0..=n {
            for c in 0..=n - b {
                let refuted = Tango::new(b, c, n).is_some_and(|t| t.p_greater(edge) <= alpha);
                if refuted {
                    rejects.push((b, c));
                }
            }
        }
        let level = |discordance: f64| -> f64 {
            let fixed = (discordance + edge) / 2.0;
            let chance = |b: u64, c: u64| {
                let m = b + c;
                let of_discordant = tails::binomial_ln_pmf(m, n, discordance);
                (of_discordant + tails::binomial_ln_pmf(c, m, fixed / discordance)).exp()
            };
            rejects.iter().map(|(b, c)| chance(*b, *c)).sum()
        };
        let worst = (1..=40)
            .map(|step| edge.abs() + (0.999 - edge.abs()) * f64::from(step * step) / 1600.0)
            .map(level)
            .fold(0.0, f64::max);
        println!("tango n={n}, edge {edge}: worst level {worst:.4} over discordance rates");
        assert!(worst <= most, "{edge}: {worst}");
    }
}
