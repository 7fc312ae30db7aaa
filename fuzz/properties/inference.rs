//! Inference against the plain definition, by enumeration of small samples.

use evalsig::domain::{Claim, Method, MethodChoice, Plan, Sides};
use evalsig::inference::methods::{ExactConditional, McnemarMidP, SignFlip};
use evalsig::inference::{Inversion as _, Sample, Unit, infer};

use super::draw::Draw;

/// Sign flips and McNemar's tests by counting every outcome; and of every method, test and bounds that agree, and
/// numbers that mirror when the runs change places.
pub fn exact_tests(data: &[u8]) {
    let mut draw = Draw::of(data);
    match draw.below(3) {
        0 => sign_flips(&mut draw),
        1 => mcnemar(&mut draw),
        _ => every_method(&mut draw),
    }
}

/// P(a sum of flipped surpluses is at least the one that was seen), over all 2^k flips, in whole sixteenths.
fn sign_flips(draw: &mut Draw<'_>) {
    let k = 1 + draw.below(12);
    let units: Vec<(i64, i64)> =
        (0..k).map(|_| (draw.below(41) as i64 - 20, 1 + draw.below(3) as i64)).collect();
    let null = draw.below(129) as i64 - 64;
    // Sums are eighths, the null a sixteenth.
    let surplus: Vec<i64> = units.iter().map(|(sum, size)| 2 * sum - size * null).collect();
    let seen: i64 = surplus.iter().sum();
    let flipped = |flips: u32| -> i64 {
        surplus.iter().enumerate().map(|(g, s)| if flips >> g & 1 == 1 { -s } else { *s }).sum()
    };
    let all = 1_u32 << k;
    let greater = (0..all).filter(|flips| flipped(*flips) >= seen).count();
    let less = (0..all).filter(|flips| flipped(*flips) <= seen).count();
    let of: Vec<Unit> =
        units.iter().map(|(sum, size)| Unit { sum: *sum as f64 / 8.0, size: *size as f64 }).collect();
    let test = SignFlip::new(&of, 0.0, 99, 0);
    let null = null as f64 / 16.0;
    assert_eq!(test.p_greater(null), greater as f64 / f64::from(all), "{units:?} at {null}");
    assert_eq!(test.p_less(null), less as f64 / f64::from(all), "{units:?} at {null}");
}

fn choose(n: u64, k: u64) -> u64 {
    (0..k).fold(1, |product, i| product * (n - i) / (i + 1))
}

/// Binomial tails as shares of 2^m.
fn mcnemar(draw: &mut Draw<'_>) {
    let (broken, fixed) = (draw.below(16) as u64, draw.below(16) as u64);
    let (m, pairs) = (broken + fixed, broken + fixed + 1 + draw.below(40) as u64);
    let share = |ways: u64| ways as f64 / (1_u64 << m) as f64;
    let at_least = |wins: u64| share((wins..=m).map(|k| choose(m, k)).sum());
    let close = |found: f64, plain: f64| {
        assert!(
            (found - plain).abs() <= 1e-12 * plain.max(1e-3),
            "{found} and {plain}: {broken}, {fixed} of {pairs}"
        );
    };
    if let Some(exact) = ExactConditional::new(broken, fixed, pairs) {
        close(exact.p_greater(0.0), at_least(fixed));
        close(exact.p_less(0.0), at_least(broken));
    }
    let midp = McnemarMidP::new(pairs, broken, fixed);
    close(midp.p_greater(0.0), at_least(fixed) - share(choose(m, fixed)) / 2.0);
    close(midp.p_less(0.0), at_least(broken) - share(choose(m, broken)) / 2.0);
}

/// Methods whose numbers need no random draws at this size. `saddlepoint_hall_t` is for many items: of a few that nearly
/// all speak one way its formula follows the last bits of the differences.
const MIRRORED: [Method; 8] = [
    Method::PairedT,
    Method::Mcnemar,
    Method::ExactUnconditional,
    Method::Tango,
    Method::McnemarMidp,
    Method::SignFlip,
    Method::Cr2,
    Method::ClusterMean,
];

fn every_method(draw: &mut Draw<'_>) {
    let n = 2 + draw.below(11);
    let two = draw.below(2) == 0;
    let steps = if two { 2 } else { 9 };
    let score = |draw: &mut Draw<'_>| draw.below(steps) as f64 / (steps - 1) as f64;
    let baseline: Vec<f64> = (0..n).map(|_| score(draw)).collect();
    let candidate: Vec<f64> = (0..n).map(|_| score(draw)).collect();
    let clusters = (draw.below(3) == 0).then(|| clusters(draw, n));
    let sample = Sample {
        two_valued: (two && clusters.is_none()).then_some(1.0),
        span: (draw.below(2) == 0).then_some(1.0),
        clusters,
        baseline,
        candidate,
        two_phase: None,
    };
    let null = draw.below(41) as f64 / 100.0 - 0.2;
    let mut plan = Plan::of(Claim::above(null).expect("a number"));
    plan.resamples = 99;
    plan.sides = if draw.below(2) == 0 { Sides::One } else { Sides::Two };
    for method in Method::ALL.iter().map(|method| MethodChoice::Named(*method)).chain([MethodChoice::Auto]) {
        plan.method = method;
        let Ok(estimate) = infer(&sample, &plan) else { continue };
        let alpha = plan.alpha_each().get();
        let at = format!("{method:?} of {sample:?} at {null}: {estimate:?}");
        assert_eq!(estimate.lower > null, estimate.p_claim <= alpha, "{at}");
        assert_eq!(estimate.upper < null, estimate.p_against <= alpha, "{at}");
        assert_eq!(estimate.lower > 0.0, estimate.p_zero <= alpha, "{at}");
        assert!(estimate.lower <= estimate.upper, "{at}");
        assert!((0.0..=1.0).contains(&estimate.p_claim) && (0.0..=1.0).contains(&estimate.p_against), "{at}");
        if !matches!(method, MethodChoice::Named(method) if MIRRORED.contains(&method)) {
            continue;
        }
        let mirrored = Sample {
            baseline: sample.candidate.clone(),
            candidate: sample.baseline.clone(),
            ..sample.clone()
        };
        let mut other = plan.clone();
        other.claim = Claim::above(-null).expect("a number");
        let mirror = infer(&mirrored, &other).expect("what takes a sample takes its mirror");
        let close = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-9;
        assert!(
            close(mirror.lower, -estimate.upper) && close(mirror.upper, -estimate.lower),
            "{at}\n{mirror:?}"
        );
        assert!(close(mirror.p_claim, estimate.p_against), "{at}\n{mirror:?}");
    }
}

/// Clusters 0..k, every index used.
fn clusters(draw: &mut Draw<'_>, n: usize) -> Vec<u32> {
    let k = 1 + draw.below(n);
    (0..n).map(|i| if i < k { i as u32 } else { draw.below(k) as u32 }).collect()
}
