//! The exact unconditional test against plain sums, golden values and its own promise.

use proptest::prelude::*;

use super::one_side::{Stairs, round_up};
use super::worst::worst_over;
use super::*;
use crate::inference::golden_cases::{agrees, cases, close};
use crate::inference::methods::tango_score::score;
use crate::numerics::tails;

#[test]
fn golden() {
    for case in cases("mcnemar") {
        let Some(wanted) = case.expected(&["uncond_z_greater_bb1e-4"]) else { continue };
        let (n, b, c) = (case.count("n"), case.count("b"), case.count("c"));
        let test = ExactUnconditional::floored(n, b, c);
        close(test.p_greater(0.0), wanted, 1e-8, case.id());
        let two = case.expected(&["uncond_z_two_bb1e-4"]).expect("both sides");
        let smaller = test.p_greater(0.0).min(test.p_less(0.0));
        if b != c && two > 2e-4 {
            close((2.0 * (smaller - GAMMA) + GAMMA).min(1.0), two, 1e-8, case.id());
        }
    }
}

/// The formula of the documentation, summed outright on a fine grid.
fn plain(n: u64, b: u64, c: u64, null: f64, q: f64) -> f64 {
    let observed = score(n as f64, b as f64, c as f64, null);
    let pi = 0.5 + 0.5 * null / q;
    (0..=n)
        .flat_map(|m| (0..=m).map(move |k| (m, k)))
        .filter(|(m, k)| score(n as f64, (m - k) as f64, *k as f64, null) >= observed - 1e-9)
        .map(|(m, k)| (tails::binomial_ln_pmf(m, n, q) + tails::binomial_ln_pmf(k, m, pi)).exp())
        .sum()
}

#[test]
fn one_pass_is_the_plain_sum_and_no_grid_finds_more() {
    for (n, b, c) in [(1, 0, 0), (1, 0, 1), (12, 2, 5), (30, 0, 0), (30, 0, 4), (30, 9, 7), (30, 3, 27)] {
        let side = Side::new(n, b, c, GAMMA);
        for null in [-0.6, -0.21, -0.05, 0.0, 0.02, 0.13, 0.5] {
            let stairs = Stairs::new(&side, null, score(n as f64, b as f64, c as f64, null));
            let low = side.low.max(null.abs());
            if low > side.high {
                // No discordance the data allow fits the null; or only one below it does.
                assert!(null > 0.0 || side.p(null) == round_up(GAMMA), "{n} {b} {c} {null}");
                continue;
            }
            let mut highest = 0.0_f64;
            for i in 0..=400 {
                let q = (low + (side.high - low) * f64::from(i) / 400.0).max(1e-9);
                let wanted = plain(n, b, c, null, q);
                assert!((stairs.probability(q) - wanted).abs() < 1e-12, "{n} {b} {c} {null} {q}");
                highest = highest.max(wanted);
            }
            let found = side.p(null);
            assert!(found >= (highest + GAMMA).min(1.0) - 1e-12, "{n} {b} {c} {null}: {found} {highest}");
            assert!(found <= (highest + GAMMA).min(1.0) * 1.002 + 1e-12, "{found} {highest}");
        }
    }
}

#[test]
fn interpolation_keeps_its_promise() {
    for (n, b, c, null) in
        [(200, 9, 20, -0.02), (200, 9, 20, 0.139), (12_032, 700, 1000, 0.02), (12_032, 0, 60, 0.0055)]
    {
        let side = Side::new(n, b, c, GAMMA);
        let stairs = Stairs::new(&side, null, score(n as f64, b as f64, c as f64, null));
        let (low, high) = (side.low.max(null.abs()), side.high);
        let found = worst_over(low, high, n as f64, null, |q| stairs.probability(q));
        let steps = 3000;
        let highest = (0..=steps)
            .map(|i| stairs.probability(low + (high - low) * f64::from(i) / f64::from(steps)))
            .fold(0.0, f64::max);
        assert!(found >= highest - 1e-11 && found <= highest + 1e-5 * highest, "{found} {highest}");
    }
}

/// Every outcome of every n, weighted: the promise itself.
#[test]
fn level_by_enumeration() {
    for n in [5_u64, 16, 30] {
        for null in [-0.1, 0.0, 0.05] {
            let alpha = 0.05;
            let refuted: Vec<(u64, u64)> = (0..=n)
                .flat_map(|b| (0..=n - b).map(move |c| (b, c)))
                .filter(|(b, c)| ExactUnconditional::new(n, *b, *c).p_greater(null) <= alpha)
                .collect();
            for i in 1..=40 {
                let q = f64::abs(null) + (1.0 - f64::abs(null)) * f64::from(i) / 40.0;
                let pi = 0.5 + 0.5 * null / q;
                let level: f64 = refuted
                    .iter()
                    .map(|(b, c)| {
                        (tails::binomial_ln_pmf(b + c, n, q) + tails::binomial_ln_pmf(*c, b + c, pi)).exp()
                    })
                    .sum();
                assert!(level <= alpha, "n {n}, null {null}, q {q}: {level}");
            }
        }
    }
}

/// 181 better, 19 worse: version 0.1 printed 1.0e-4.
#[test]
fn an_overwhelming_improvement_has_its_own_order_of_magnitude() {
    for (n, b, c) in [(200, 19, 181), (5000, 19, 181), (400, 3, 60), (60, 0, 40)] {
        let binomial = tails::binomial_ge(c, b + c, 0.5);
        let p = ExactUnconditional::new(n, b, c).p_greater(0.0);
        assert!(binomial < 1e-9 && p >= binomial && p <= 1.011 * binomial, "{p:e} for {binomial:e}");
        assert!((ExactUnconditional::floored(n, b, c).p_greater(0.0) / GAMMA - 1.0).abs() < 1e-6);
        // The same seen from the other side, and nothing left of the claim's opposite.
        assert_eq!(ExactUnconditional::new(n, c, b).p_less(0.0), p);
        assert!(ExactUnconditional::new(n, b, c).p_less(0.0) > 0.999);
    }
    // All of 1000 fixed: 2^-1000 is a double, and the last rung is 1e-300.
    let all = ExactUnconditional::new(1000, 0, 1000).p_greater(0.0);
    assert!(all > 1e-301 && all < 1.1e-300, "{all:e}");
}

/// Above 1e-3 the ladder is one rung: the same bits as version 0.1, in p and in bounds.
#[test]
fn nothing_changes_above_one_in_a_thousand() {
    for (n, b, c) in [(30, 2, 9), (200, 9, 20), (200, 0, 0), (1000, 40, 70), (50, 0, 30), (200, 19, 181)] {
        let (now, before) = (ExactUnconditional::new(n, b, c), ExactUnconditional::floored(n, b, c));
        for null in [-0.3, -0.05, -0.01, 0.0, 0.02, 0.1, 0.6] {
            for (p, was) in
                [(now.p_greater(null), before.p_greater(null)), (now.p_less(null), before.p_less(null))]
            {
                assert!(p == was || (p <= 1e-3 && was <= 1e-3), "{n} {b} {c} {null}: {p} was {was}");
            }
        }
        for level in [1e-3, 0.01, 0.05, 0.3] {
            let alpha = Alpha::new(level).expect("a rate");
            assert_eq!(now.lower(alpha).to_bits(), before.lower(alpha).to_bits());
            assert_eq!(now.upper(alpha).to_bits(), before.upper(alpha).to_bits());
        }
    }
}

/// A design for alpha 1e-4 or 1e-5 can be allowed, whatever its margin.
#[test]
fn small_alphas_can_be_reached() {
    for level in [1e-4, 1e-5, 1e-8] {
        let alpha = Alpha::new(level).expect("a rate");
        assert!(ExactUnconditional::new(400, 2, 60).lower(alpha) > 0.0);
        assert!(ExactUnconditional::new(4000, 5, 6).lower(alpha) > -0.03);
        assert_eq!(
            ExactUnconditional::floored(400, 2, 60).lower(Alpha::new(1e-5).expect("a rate")),
            f64::NEG_INFINITY
        );
    }
}

/// Every outcome weighted, where the ladder's rungs meet and between them.
#[test]
fn level_at_small_alphas_by_enumeration() {
    for n in [12_u64, 30] {
        for null in [-0.1, 0.0, 0.05] {
            let outcomes: Vec<(u64, u64, f64)> = (0..=n)
                .flat_map(|b| (0..=n - b).map(move |c| (b, c)))
                // Whoever has no more fixes than breaks refutes nothing at these levels, except a margin.
                .filter(|(b, c)| null < 0.0 || c > b)
                .map(|(b, c)| (b, c, ExactUnconditional::new(n, b, c).p_greater(null)))
                .collect();
            for alpha in [2e-3, 1e-3, 5e-4, 1e-4, 1e-5, 1e-6, 3e-7, 1e-8] {
                let refuted: Vec<_> = outcomes.iter().filter(|outcome| outcome.2 <= alpha).collect();
                for i in 1..=50 {
                    let q = f64::abs(null) + (1.0 - f64::abs(null)) * (f64::from(i) / 50.0).powi(2);
                    let pi = 0.5 + 0.5 * null / q;
                    let chance = |b: u64, c: u64| {
                        (tails::binomial_ln_pmf(b + c, n, q) + tails::binomial_ln_pmf(c, b + c, pi)).exp()
                    };
                    let level: f64 = refuted.iter().map(|(b, c, _)| chance(*b, *c)).sum();
                    assert!(level <= alpha, "n {n}, null {null}, alpha {alpha}, q {q}: {level}");
                }
            }
        }
    }
}

#[test]
fn ends() {
    let test = ExactUnconditional::new(1000, 0, 0);
    assert_eq!((test.p_greater(0.0), test.p_less(0.0), test.delta()), (1.0, 1.0, 0.0));
    assert!(test.p_greater(-0.02) < 0.001 && test.p_greater(-0.001) > 0.05);
    assert_eq!((test.p_greater(-2.0), test.p_greater(1.0)), (0.0, 1.0));
    let floored = ExactUnconditional::floored(1000, 0, 0);
    assert_eq!((floored.p_greater(-2.0), floored.p_greater(1.0)), (GAMMA, 1.0));
    let all = ExactUnconditional::new(40, 0, 40);
    assert!(all.p_greater(0.5) < 0.001 && all.p_less(0.999) == 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(200)))]

    #[test]
    fn test_and_bounds_are_one(n in 1_u64..80, b in 0_u64..80, c in 0_u64..80, null in -1.2..1.2_f64) {
        let (b, c) = (b % (n + 1), c % (n + 1));
        prop_assume!(b + c <= n);
        agrees(&ExactUnconditional::new(n, b, c), &[null, 0.0, -0.02, 1.0, -1.0]);
    }

    /// At levels that only the lower rungs reach.
    #[test]
    fn test_and_bounds_are_one_in_the_tail(n in 20_u64..200, b in 0_u64..12, c in 0_u64..200, null in -0.9..0.9_f64, power in 3.0..40.0_f64) {
        let (b, c) = (b.min(n / 2), c % (n / 2 + 1));
        let test = ExactUnconditional::new(n, b, c);
        for level in [10.0_f64.powf(-power), test.p_greater(null), test.p_less(null)] {
            let Some(alpha) = Alpha::new(level) else { continue };
            let (lower, upper) = (test.lower(alpha), test.upper(alpha));
            for at in [null, lower, lower.next_down(), upper, upper.next_up(), 0.0] {
                if at.is_finite() {
                    prop_assert_eq!(lower > at, test.p_greater(at) <= level, "{} {} {}", lower, at, level);
                    prop_assert_eq!(upper < at, test.p_less(at) <= level, "{} {} {}", upper, at, level);
                }
            }
        }
    }
}
