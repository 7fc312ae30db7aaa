//! A test and its bounds can never disagree: `lower(alpha) > null` exactly where
//! `p_greater(null) <= alpha`, and the mirror, for every method, at ties and at the bounds themselves.

use evalsig::domain::{Method, MethodChoice};
use evalsig::inference::methods::{Bootstrap, ExactConditional, PairedT, SignFlip, Tango};
use evalsig::inference::{Inversion, Unit, infer};
use proptest::prelude::*;

use crate::support::samples::{alpha, binary, graded, numbered, plan};
use crate::tree;

/// Every null worth asking about: what was drawn, the estimate, the bounds, their neighbours, the ends.
fn nulls(test: &dyn Inversion, drawn: &[f64], level: f64) -> Vec<f64> {
    let mut nulls = vec![0.0, -0.0, 1.0, -1.0, f64::MAX, -f64::MAX, 1e-300, -1e-300, test.delta()];
    nulls.extend(drawn);
    nulls.extend([test.lower(alpha(level)), test.upper(alpha(level))]);
    let near: Vec<f64> = nulls.iter().flat_map(|n| [n.next_up(), n.next_down()]).collect();
    nulls.extend(near);
    nulls.retain(|n| n.is_finite());
    nulls
}

/// Levels worth asking about at a null: what was drawn, and the p-values there with their neighbours.
fn levels(test: &dyn Inversion, null: f64, drawn: f64) -> Vec<f64> {
    let mut levels = vec![0.05, 0.025, drawn];
    for p in [test.p_greater(null), test.p_less(null)] {
        levels.extend([p, p.next_up(), p.next_down()]);
    }
    levels.retain(|l| *l > 0.0 && *l < 1.0);
    levels
}

fn agrees(test: &dyn Inversion, drawn: &[f64], level: f64) -> Result<(), TestCaseError> {
    // All of them would take minutes: each case asks about every seventh, from a drawn one on.
    let first = (level * 7e6) as usize % 7;
    for null in nulls(test, drawn, level).into_iter().skip(first).step_by(7) {
        for level in levels(test, null, level) {
            let (lower, greater) = (test.lower(alpha(level)), test.p_greater(null));
            prop_assert_eq!(
                lower > null,
                greater <= level,
                "L {} null {} p {} level {}",
                lower,
                null,
                greater,
                level
            );
            let (upper, less) = (test.upper(alpha(level)), test.p_less(null));
            prop_assert_eq!(
                upper < null,
                less <= level,
                "U {} null {} p {} level {}",
                upper,
                null,
                less,
                level
            );
            prop_assert!((0.0..=1.0).contains(&greater) && (0.0..=1.0).contains(&less));
        }
    }
    Ok(())
}

/// Differences with ties on a lattice, in decimals, from a wide range, or all equal.
fn differences(most: usize) -> impl Strategy<Value = Vec<f64>> {
    let of = move |value: BoxedStrategy<f64>| prop::collection::vec(value, 2..most).boxed();
    prop_oneof![
        of((-4..=4_i32).prop_map(|v| f64::from(v) / 4.0).boxed()),
        of((-10..=10_i32).prop_map(|v| f64::from(v) / 10.0).boxed()),
        of((-1.0..1.0_f64).boxed()),
        of((-30..30_i32).prop_map(|e| if e % 2 == 0 { 1.0 } else { -1.0 } * 2.0_f64.powi(e)).boxed()),
        (2..most, -3..=3_i32).prop_map(|(n, v)| vec![f64::from(v) / 10.0; n]).boxed(),
    ]
}

fn units(most: usize) -> impl Strategy<Value = Vec<Unit>> {
    (differences(most), prop::collection::vec(1..9_u32, most), any::<bool>()).prop_map(
        |(sums, sizes, even)| {
            let size = |m: u32| if even { 1.0 } else { f64::from(m) };
            sums.iter().zip(sizes).map(|(sum, m)| Unit { sum: *sum, size: size(m) }).collect()
        },
    )
}

fn counts() -> impl Strategy<Value = (u64, u64, u64)> {
    prop_oneof![1..12_u64, 1..300_u64, 1..3_000_000_u64]
        .prop_flat_map(|n| (Just(n), 0..=n))
        .prop_flat_map(|(n, b)| (0..=n - b).prop_map(move |c| (b, c, n)))
}

/// As many cases as the suite can afford, or `PROPTEST_CASES` of them. `examples/calibrate.rs` asks the
/// same of 100,000 data sets a method.
fn cases(usual: u32) -> ProptestConfig {
    let set = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { set } else { ProptestConfig { cases: usual, ..set } }
}

proptest! {
    #![proptest_config(cases(tree::cases(2500)))]

    #[test]
    fn paired_t(d in differences(60), drawn in prop::collection::vec(-1.5..1.5_f64, 2), level in 1e-9..0.999_f64) {
        let n = d.len() as f64;
        let mean = d.iter().sum::<f64>() / n;
        let sd = (d.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        if let Some(test) = PairedT::new(d.len() as u64, mean, sd) {
            agrees(&test, &drawn, level)?;
        }
    }

    #[test]
    fn tango((b, c, n) in counts(), drawn in prop::collection::vec(-1.1..1.1_f64, 2), level in 1e-9..0.999_f64) {
        agrees(&Tango::new(b, c, n).ok_or_else(|| TestCaseError::fail("counts"))?, &drawn, level)?;
    }

    #[test]
    fn mcnemar_exact((b, c, n) in counts(), drawn in prop::collection::vec(-1.1..1.1_f64, 2), level in 1e-9..0.999_f64) {
        if let Some(test) = ExactConditional::new(b.min(40), c.min(40), n) {
            agrees(&test, &drawn, level)?;
        }
    }

    #[test]
    fn sign_flip_exact(units in units(15), drawn in prop::collection::vec(-1.5..1.5_f64, 2), level in 1e-4..0.999_f64, rounding: bool) {
        agrees(&SignFlip::new(&units, if rounding { 1e-15 } else { 0.0 }, 1, 0), &drawn, level)?;
    }
}

proptest! {
    #![proptest_config(cases(tree::cases(20_000)))]

    #[test]
    fn sign_flip_random(units in units(70), drawn in prop::collection::vec(-1.5..1.5_f64, 2), level in 1e-4..0.999_f64, resamples in 1..400_u32, seed: u64) {
        agrees(&SignFlip::random(&units, 1e-15, resamples, seed), &drawn, level)?;
    }

    #[test]
    fn bootstrap(units in units(40), drawn in prop::collection::vec(-1.5..1.5_f64, 2), level in 1e-4..0.999_f64, resamples in 1..300_u32, seed: u64) {
        agrees(&Bootstrap::new(&units, 1e-15, resamples, seed), &drawn, level)?;
    }

    /// The same through the front door: what an [`Estimate`](evalsig::inference::Estimate) says.
    #[test]
    fn estimates(d in differences(40), clusters in prop::option::of(prop::collection::vec(0..8_u8, 40)), zero_one: bool, level in 1e-4..0.5_f64, pick in 0..8_usize, tie: bool) {
        let mut sample = if zero_one {
            let count = |sign: f64| d.iter().filter(|v| **v * sign > 0.0).count() as u64;
            binary(count(-1.0), count(1.0), d.len() as u64)
        } else {
            graded(&d)
        };
        sample.clusters = clusters.map(|labels| numbered(labels.get(..d.len()).unwrap_or_default()));
        let method = Method::ALL.get(pick).map_or(MethodChoice::Auto, |m| MethodChoice::Named(*m));
        let mut plan = plan(method);
        plan.alpha = alpha(level);
        plan.resamples = 200;
        // A claim exactly at an attainable bound is where a sloppy inversion slips.
        let first = match infer(&sample, &plan) {
            Ok(estimate) => estimate,
            Err(error) => {
                prop_assert!(!error.what.is_empty() && !error.next.is_empty());
                return Ok(());
            }
        };
        let null = if tie && first.lower.is_finite() { first.lower } else { 0.1 };
        plan.claim = evalsig::domain::Claim::above(null).ok_or_else(|| TestCaseError::fail("claim"))?;
        let found = infer(&sample, &plan).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(found.lower > null, found.p_claim <= level);
        prop_assert_eq!(found.upper < null, found.p_against <= level);
        prop_assert_eq!(found.lower > 0.0, found.p_zero <= level);
        prop_assert!(!(found.lower > null && found.upper < null) || level >= 0.5);
        prop_assert!(found.too_few.is_none() || (found.p_claim == 1.0 && found.lower == f64::NEG_INFINITY));
    }
}

/// Resamples are numbered, not threaded: the same bits on one thread and on seven.
#[test]
fn threads_do_not_matter() {
    let differences: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 1009) / 1009.0 - 0.49).collect();
    let mut sample = graded(&differences);
    sample.clusters = Some((0..5000).map(|i| i * i % 97).collect::<Vec<_>>()).map(|c| numbered(&c));
    for method in
        [Method::SignFlip, Method::ClusterBootstrap, Method::PairedPermutation, Method::PairedBootstrap]
    {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let plan = plan(MethodChoice::Named(method));
            pool.install(|| infer(&sample, &plan).expect("an estimate"))
        };
        let (one, seven) = (on(1), on(7));
        assert_eq!(one, seven);
        assert!(one.resamples == Some(10_000) && one.lower.is_finite());
    }
}
