//! Do a test and its bounds ever disagree? Every method on random data sets, at the places where rounding
//! would show: the bounds themselves, their neighbours among the doubles, and levels that are p-values.

use evalsig::domain::Alpha;
use evalsig::inference::methods::{
    Betting, Bootstrap, BootstrapT, ClusterMean, ClusterRobust, Correction, ExactConditional,
    ExactUnconditional, HallT, IntersectionUnion, McnemarMidP, PairedT, Saddlepoint, SignFlip, Tango,
};
use evalsig::inference::{Inversion, Unit};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use rayon::prelude::*;

use super::{Runs, SEED, as_units, head};

/// Random resamples of a test: few, so that p-values tie with levels often.
const RESAMPLES: u32 = 99;
/// How far differences are taken to be off by rounding.
const RESOLUTION: f64 = 1e-15;

type Test = Box<dyn Inversion>;

/// A method with the data sets it is asked about: it draws one and makes itself ready.
type Case = (&'static str, &'static str, fn(&mut Stream) -> Test);

const CASES: &[Case] = &[
    ("`paired_t`", "2 to 60 items", |s| {
        let d = differences(s, 2, 60);
        let n = d.len() as f64;
        let mean = d.iter().sum::<f64>() / n;
        let sd = (d.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        // Without spread there is no t; then the sandwich says that it has no evidence.
        match PairedT::new(d.len() as u64, mean, sd) {
            Some(test) => Box::new(test),
            None => Box::new(ClusterRobust::new(&as_units(&d), Correction::Cr2)),
        }
    }),
    ("`paired_permutation`", "2 to 70 items, 99 resamples", |s| {
        let d = differences(s, 2, 70);
        Box::new(SignFlip::random(&as_units(&d), RESOLUTION, RESAMPLES, s.below(1 << 20).into()))
    }),
    ("`paired_bootstrap`", "2 to 40 items, 99 resamples", |s| {
        let d = differences(s, 2, 40);
        Box::new(Bootstrap::new(&as_units(&d), RESOLUTION, RESAMPLES, s.below(1 << 20).into()))
    }),
    ("`mcnemar`", "1 to 3,000,000 pairs", |s| {
        let (n, b, c) = counts(s, 3_000_000);
        let (b, c) = (b.min(40), c.min(40).max(u64::from(b == 0)).min(n - b.min(40)));
        // Without a discordant pair there is nothing to condition on, and mid-p says p = 1.
        match ExactConditional::new(b, c, n) {
            Some(test) => Box::new(test),
            None => Box::new(McnemarMidP::new(n, b, c)),
        }
    }),
    ("`mcnemar_midp`", "1 to 300 pairs", |s| {
        let (n, b, c) = counts(s, 300);
        Box::new(McnemarMidP::new(n, b, c))
    }),
    ("`tango`", "1 to 3,000,000 pairs", |s| {
        let (n, b, c) = counts(s, 3_000_000);
        Box::new(Tango::new(b, c, n).unwrap_or_else(|| unreachable!("n is at least 1")))
    }),
    ("`exact_unconditional`", "1 to 40 pairs", |s| {
        let (n, b, c) = counts(s, 40);
        Box::new(ExactUnconditional::new(n, b, c))
    }),
    ("`sign_flip`, every subset listed", "2 to 12 units", |s| Box::new(flip(&units(s, 2, 12)))),
    ("`sign_flip`, counted on a grid", "13 to 60 units", |s| Box::new(flip(&lattice(s, 13, 60)))),
    ("`sign_flip`, meeting in the middle", "13 to 16 units", |s| Box::new(flip(&continuous(s, 13, 16)))),
    ("`sign_flip`, random subsets", "60 to 90 units, 99 resamples", |s| {
        Box::new(flip(&continuous(s, 60, 90)))
    }),
    ("`cluster_bootstrap`", "2 to 40 clusters, 99 resamples", |s| {
        Box::new(Bootstrap::new(&units(s, 2, 40), RESOLUTION, RESAMPLES, s.below(1 << 20).into()))
    }),
    ("`bootstrap_t`", "2 to 30 units, 99 resamples", |s| {
        Box::new(BootstrapT::new(&units(s, 2, 30), RESAMPLES, s.below(1 << 20).into()))
    }),
    ("`sign_flip_bootstrap_t`", "2 to 20 units, 99 resamples", |s| {
        let units = units(s, 2, 20);
        let guard = BootstrapT::new(&units, RESAMPLES, s.below(1 << 20).into());
        Box::new(IntersectionUnion { test: flip(&units), guard })
    }),
    ("`saddlepoint_hall_t`", "2 to 100 items", |s| {
        let d = differences(s, 2, 100);
        Box::new(IntersectionUnion { test: Saddlepoint::new(&d), guard: HallT::new(&d) })
    }),
    ("saddlepoint alone", "2 to 100 items", |s| Box::new(Saddlepoint::new(&differences(s, 2, 100)))),
    ("Hall's t alone", "2 to 100 items", |s| Box::new(HallT::new(&differences(s, 2, 100)))),
    ("`cr2`", "2 to 30 clusters", |s| Box::new(ClusterRobust::new(&units(s, 2, 30), Correction::Cr2))),
    ("`cluster_mean`", "2 to 30 clusters", |s| Box::new(ClusterMean::new(&units(s, 2, 30)))),
    ("`betting`", "2 to 60 items", |s| {
        let d: Vec<f64> = differences(s, 2, 60).iter().map(|d| d.clamp(-1.0, 1.0)).collect();
        Box::new(Betting::new(&d, -1.0, 1.0, rate(0.05), s.below(1 << 20).into()))
    }),
];

fn flip(units: &[Unit]) -> SignFlip {
    SignFlip::new(units, RESOLUTION, RESAMPLES, 7)
}

/// A level; what would be none is .5.
fn rate(level: f64) -> Alpha {
    Alpha::new(level).or(Alpha::new(0.5)).unwrap_or_else(|| unreachable!("a half is a level"))
}

fn within(stream: &mut Stream, least: u32, most: u32) -> u32 {
    least + stream.below(most - least + 1)
}

/// Differences in quarters or tenths (many ties), from a continuum, over twenty orders of magnitude, or
/// all equal.
fn differences(stream: &mut Stream, least: u32, most: u32) -> Vec<f64> {
    let n = within(stream, least, most);
    let kind = stream.below(5);
    let same = (f64::from(stream.below(7)) - 3.0) / 10.0;
    (0..n)
        .map(|_| match kind {
            0 => (f64::from(stream.below(9)) - 4.0) / 4.0,
            1 => (f64::from(stream.below(21)) - 10.0) / 10.0,
            2 => 2.0 * stream.unit() - 1.0,
            3 => {
                let sign = if stream.below(2) == 0 { 1.0 } else { -1.0 };
                sign * (f64::from(stream.below(60)) - 30.0).exp2()
            }
            _ => same,
        })
        .collect()
}

/// Sums of all those kinds, over units of one size or of one to eight items.
fn units(stream: &mut Stream, least: u32, most: u32) -> Vec<Unit> {
    let sums = differences(stream, least, most);
    sized(stream, &sums)
}

fn sized(stream: &mut Stream, sums: &[f64]) -> Vec<Unit> {
    let even = stream.below(2) == 0;
    let mut size = || if even { 1.0 } else { f64::from(1 + stream.below(8)) };
    sums.iter().map(|sum| Unit { sum: *sum, size: size() }).collect()
}

fn lattice(stream: &mut Stream, least: u32, most: u32) -> Vec<Unit> {
    let n = within(stream, least, most);
    let step = [1.0, 4.0, 10.0].get(stream.below(3) as usize).copied().unwrap_or(1.0);
    let sums: Vec<f64> = (0..n).map(|_| (f64::from(stream.below(9)) - 4.0) / step).collect();
    sums.iter().map(|sum| Unit { sum: *sum, size: 1.0 }).collect()
}

fn continuous(stream: &mut Stream, least: u32, most: u32) -> Vec<Unit> {
    let n = within(stream, least, most);
    let sums: Vec<f64> = (0..n).map(|_| stream.normal() + 0.2).collect();
    sized(stream, &sums)
}

/// Pairs, broken and fixed ones among them; half of the time few.
fn counts(stream: &mut Stream, most: u32) -> (u64, u64, u64) {
    let n = if stream.below(2) == 0 { within(stream, 1, most.min(12)) } else { within(stream, 1, most) };
    let broken = stream.below(n + 1);
    let fixed = stream.below(n - broken + 1);
    (n.into(), broken.into(), fixed.into())
}

/// Questions asked of one data set, and how many answers contradicted one another.
fn ask(test: &dyn Inversion, stream: &mut Stream) -> (u64, u64) {
    let drawn = 2.4 * stream.unit() - 1.2;
    let level = (stream.unit() * 6.0 - 6.5).exp();
    let (mut asked, mut wrong) = (0, 0);
    let mut check = |null: f64, level: f64, lower: f64, upper: f64| {
        if null.is_finite() && level > 0.0 && level < 1.0 {
            let (greater, less) = (test.p_greater(null), test.p_less(null));
            let sound = (0.0..=1.0).contains(&greater) && (0.0..=1.0).contains(&less);
            asked += 2;
            wrong += u64::from(!sound || (lower > null) != (greater <= level));
            wrong += u64::from(!sound || (upper < null) != (less <= level));
        }
    };
    let (lower, upper) = (test.lower(rate(level)), test.upper(rate(level)));
    for null in
        [lower, lower.next_down(), lower.next_up(), upper, upper.next_down(), upper.next_up(), drawn, 0.0]
    {
        check(null, level, lower, upper);
    }
    // Levels that are p-values: a bound may have to turn on the last bit of one.
    for p in [test.p_greater(drawn), test.p_less(drawn)] {
        for level in [p, p.next_down()] {
            if level > 0.0 && level < 1.0 {
                check(drawn, level, test.lower(rate(level)), test.upper(rate(level)));
            }
        }
    }
    (asked, wrong)
}

/// One row a method.
pub(crate) fn agreement(runs: Runs) {
    println!("## Test and bounds: do they ever disagree?\n");
    println!(
        "A question is whether `lower > null` exactly where `p(delta <= null) <= alpha`, or the mirror, asked at the bounds,\n\
         at the doubles beside them, at 0 and at a random null; at a random alpha and at alphas that are p-values.\n"
    );
    head(&["method", "data sets of", "data sets", "questions", "contradictions"]);
    for (tag, (name, shape, draw)) in (0_u64..).zip(CASES) {
        let total = runs.of(100_000);
        let streams = Streams::new(SEED ^ (5_000_000 + tag), Purpose::Simulation);
        let (asked, wrong) = (0..total)
            .into_par_iter()
            .map(|run| {
                let mut stream = streams.replicate(run);
                let test = draw(&mut stream);
                ask(test.as_ref(), &mut stream)
            })
            .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        println!("| {name} | {shape} | {total} | {asked} | {wrong} |");
    }
    println!();
}
