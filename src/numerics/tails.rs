//! Tails of the distributions that tests are built on.
//!
//! Every function answers for a *tail* and keeps its relative accuracy there: the p-value of an
//! overwhelming improvement is 1e-40, not 0. Nothing is ever computed as one minus a distribution
//! function that is close to one. `*_ln_*` give natural logarithms where the tail itself underflows.
//!
//! `statrs` 0.19.1 was measured beside them against 60 digits, function by function: docs/numerics.md, held
//! by `tests/it/numerics.rs`. It is called where it is as accurate and where its last bits decide nothing:
//! `normal_isf_for_search`. Everything else is ours, for the reason that stands at the function.
//!
//! # References
//! 1. Abramowitz, M. and Stegun, I. A. (1964). *Handbook of Mathematical Functions*, 26.2.11, 26.2.14
//!    and 26.5.
//! 2. Loader, C. (2000). *Fast and Accurate Computation of Binomial Probabilities*.
//! 3. Didonato, A. R. and Morris, A. H. (1992). Algorithm 708: Significant digit computation of the
//!    incomplete beta function ratios. *ACM Transactions on Mathematical Software* 18, 360-373.

use std::f64::consts::{LN_2, SQRT_2, TAU};

use crate::numerics::beta;
use crate::numerics::beta::Tail;
use crate::numerics::monotone::Monotone;

/// P(Z >= z) for a standard normal Z.
///
/// ```text
/// |z| < 2:  1/2 - phi(z) (z + z^3/3 + z^5/(3 5) + ...)
/// z >= 2:   phi(z) / (z + 1/(z + 2/(z + 3/(z + ...))))
/// z <= -2:  1 - sf(-z), which is at least 0.97
/// ```
///
/// phi is the normal density. Relative error below 1e-14 down to the smallest normal number
/// (z = 37.5); 0 beyond 38.5, where [`normal_ln_sf`] goes on. `tests/golden/tails.json`.
///
/// `statrs` 0.19.1: relative error up to 9e-11.
#[must_use]
pub fn normal_sf(z: f64) -> f64 {
    if z >= 2.0 {
        return if z > 39.0 { 0.0 } else { density(z) / mills_denominator(z) };
    }
    if z <= -2.0 {
        return 1.0 - normal_sf(-z);
    }
    let (mut term, mut sum) = (z, z);
    for odd in (3..200).step_by(2) {
        term *= z * z / f64::from(odd);
        let next = sum + term;
        if next == sum {
            break;
        }
        sum = next;
    }
    0.5 - density(z) * sum
}

/// ln P(Z >= z) for a standard normal Z, also where the probability underflows.
#[must_use]
pub fn normal_ln_sf(z: f64) -> f64 {
    if z < 2.0 {
        return normal_sf(z).ln();
    }
    -0.5 * z * z - 0.5 * TAU.ln() - mills_denominator(z).ln()
}

/// The normal density. The square is split so that its rounding does not reach the exponent: at
/// z = 37 that would cost three digits.
fn density(z: f64) -> f64 {
    let head = f64::from(z as f32);
    let rest = (z - head) * (z + head);
    (-0.5 * head * head).exp() * (-0.5 * rest).exp() / TAU.sqrt()
}

/// phi(z) / P(Z >= z) for z >= 2, as a continued fraction: (19 / z)^2 terms give all digits.
fn mills_denominator(z: f64) -> f64 {
    let terms = if z < 4.0 { 100 } else { 32 };
    (1..=terms).rev().fold(z, |tail, k| z + f64::from(k) / tail)
}

/// The z with P(Z >= z) = `p`: 1.645 at 0.05.
///
/// Infinite at `p` <= 0, negative infinity at `p` >= 1. Exact up to the accuracy of [`normal_sf`],
/// which it inverts by bisection over the doubles.
///
/// `statrs` is as accurate here (2e-16, ours 2e-15), but planned effects that were recorded in envelopes hold
/// these bits.
#[must_use]
pub fn normal_isf(p: f64) -> f64 {
    falling_root(p, normal_sf)
}

/// [`normal_isf`] by `statrs`, without a walk over the doubles: for the places where a search begins or looks
/// next. What a search finds must not depend on it, since the two differ in the last bits (relative error
/// 2e-16 against 60 digits, that of [`normal_isf`] 2e-15).
#[must_use]
pub(crate) fn normal_isf_for_search(p: f64) -> f64 {
    SQRT_2 * statrs::function::erf::erfc_inv(2.0 * p.clamp(0.0, 1.0))
}

/// P(T >= t) for Student's t with `df` > 0 degrees of freedom.
///
/// ```text
/// t >= 0:  I_x(df/2, 1/2) / 2,   x = df / (df + t^2)
/// t <  0:  1 - sf(-t), which is at least one half
/// ```
///
/// I is the incomplete beta ratio. Relative error below 1e-12 for df from 0.1 to 1e9 down to 1e-300.
/// `tests/golden/tails.json`, `golden_stats.json` (special_function, paired_t_aggregated).
///
/// `statrs` 0.19.1: relative error up to 8e-4 (large `df`).
#[must_use]
pub fn student_sf(t: f64, df: f64) -> f64 {
    if t < 0.0 { 1.0 - student_sf(-t, df) } else { 0.5 * student_tail(t, df).lower() }
}

/// ln P(T >= t) for Student's t with `df` > 0 degrees of freedom, also where it underflows.
#[must_use]
pub fn student_ln_sf(t: f64, df: f64) -> f64 {
    if t < 0.0 { student_sf(t, df).ln() } else { student_tail(t, df).ln_lower() - LN_2 }
}

/// The t with P(T >= t) = `p` for Student's t with `df` > 0 degrees of freedom.
///
/// Infinite at `p` <= 0, negative infinity at `p` >= 1; found as [`normal_isf`] is.
///
/// `statrs` 0.19.1: relative error up to 1, no digit right, at the worst row.
#[must_use]
pub fn student_isf(p: f64, df: f64) -> f64 {
    falling_root(p, |t| student_sf(t, df))
}

fn student_tail(t: f64, df: f64) -> Tail {
    let ratio = t * t / df;
    if ratio == f64::INFINITY {
        return Tail::Lower(if t == f64::INFINITY {
            f64::NEG_INFINITY
        } else {
            // x = df / t^2 is so small that I_x = x^a / (a B(a, 1/2)) to the last digit.
            df * (0.5 * df.ln() - t.ln()) - (0.5 * df).ln() - ln_beta(0.5 * df, 0.5)
        });
    }
    let (a, b) = (0.5 * df, 0.5);
    let (x, y) = ((1.0 + ratio).recip(), ratio / (1.0 + ratio));
    // x is within rounding of 1 for large df, so the front factor is formed from t itself.
    beta::tail_with_front(a, b, x, y, || {
        let n = a + b;
        0.5 * (a * b / (TAU * n)).ln() + beta::stirling(n) - beta::stirling(a) - beta::stirling(b)
            + a * (df.recip().ln_1p() - ratio.ln_1p())
            + b * (n * y / b).ln()
    })
}

/// P(X >= k) for X binomial of `n` trials with probability `p`.
///
/// ```text
/// I_p(k, n - k + 1) for 1 <= k <= n; 1 at k = 0; 0 above n
/// ```
///
/// Relative error below 1e-12 for n up to 1e9; `p` outside [0, 1] counts as its nearer end.
/// `tests/golden/tails.json`, `golden_stats.json` (special_function, mcnemar).
///
/// `statrs` 0.19.1: relative error up to 2e-3 (n = 1e6).
#[must_use]
pub fn binomial_ge(k: u64, n: u64, p: f64) -> f64 {
    binomial_tail(k, n, p).lower()
}

/// ln P(X >= k) for X binomial of `n` trials with probability `p`, also where it underflows.
#[must_use]
pub fn binomial_ln_ge(k: u64, n: u64, p: f64) -> f64 {
    binomial_tail(k, n, p).ln_lower()
}

/// P(X <= k) for X binomial of `n` trials with probability `p`; the mirror of [`binomial_ge`].
#[must_use]
pub fn binomial_le(k: u64, n: u64, p: f64) -> f64 {
    binomial_tail(k.saturating_add(1), n, p).flipped().lower()
}

/// P(X >= k), as a tail of the beta distribution.
fn binomial_tail(k: u64, n: u64, p: f64) -> Tail {
    if k == 0 {
        return Tail::Upper(f64::NEG_INFINITY);
    }
    if k > n {
        return Tail::Lower(f64::NEG_INFINITY);
    }
    let p = p.clamp(0.0, 1.0);
    beta::tail(k as f64, (n - k) as f64 + 1.0, p, 1.0 - p)
}

/// ln P(X = k) for X binomial of `n` trials with probability `p` in [0, 1].
///
/// ```text
/// ln C(n, k) + k ln p + (n - k) ln(1 - p)
/// ```
///
/// formed from deviances, so that it keeps its digits at n = 1e9 too; negative infinity where the
/// probability is 0.
///
/// `statrs` 0.19.1: relative error of the probability up to 2e-9.
#[must_use]
pub fn binomial_ln_pmf(k: u64, n: u64, p: f64) -> f64 {
    let q = 1.0 - p;
    if k > n || (p <= 0.0 && k > 0) || (q <= 0.0 && k < n) {
        return f64::NEG_INFINITY;
    }
    let (kf, nf, rest) = (k as f64, n as f64, (n - k) as f64);
    if k == 0 {
        return if n == 0 { 0.0 } else { nf * (-p).ln_1p() };
    }
    if k == n {
        return nf * p.ln();
    }
    0.5 * (nf / (TAU * kf * rest)).ln() + beta::stirling(nf)
        - beta::stirling(kf)
        - beta::stirling(rest)
        - beta::deviance(kf, nf * p)
        - beta::deviance(rest, nf * q)
}

/// I_x(a, b), the distribution function of a beta variable at `x`; `a`, `b` positive and finite.
///
/// `x` outside [0, 1] counts as its nearer end. For the upper tail swap the parameters:
/// `1 - I_x(a, b) = I_(1-x)(b, a)`.
///
/// `statrs` 0.19.1: relative error up to 3e-4 (parameters of 1e5).
#[must_use]
pub fn beta_reg(a: f64, b: f64, x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    beta::tail(a, b, x, 1.0 - x).lower()
}

/// ln I_x(a, b), also where it underflows.
#[must_use]
pub fn beta_ln_reg(a: f64, b: f64, x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    beta::tail(a, b, x, 1.0 - x).ln_lower()
}

/// The x with I_x(a, b) = `p`: Clopper and Pearson's bounds are values of it.
///
/// 0 at `p` <= 0 and 1 at `p` >= 1. `golden_stats.json` (special_function, beta_ppf).
///
/// `statrs` 0.19.1: relative error up to 5e3, no digit right, at the worst row.
#[must_use]
pub fn beta_inv(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return if p >= 1.0 { 1.0 } else { 0.0 };
    }
    Monotone(|x| beta_reg(a, b, x)).first_above(p).clamp(0.0, 1.0)
}

/// ln Gamma(x) for `x` > 0; absolute error below 1e-15 times the larger of 1 and the result.
///
/// `statrs` 0.19.1: 5e-15, accurate enough; but planned effects that were recorded in envelopes hold these bits.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    (x - 0.5) * x.ln() - x + 0.5 * TAU.ln() + beta::stirling(x)
}

/// ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b) for positive `a`, `b`, without the
/// cancellation of the three terms at large parameters.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let n = a + b;
    0.5 * (TAU * n / (a * b)).ln() + beta::stirling(a) + beta::stirling(b)
        - beta::stirling(n)
        - a * (b / a).ln_1p()
        - b * (a / b).ln_1p()
}

/// P(X >= x) for X chi-squared with one degree of freedom, `x` >= 0: the two-sided normal tail.
///
/// `statrs` 0.19.1: relative error 8e-15, accurate enough; but p-values recorded under the rule evalsig-0.1 hold
/// these bits.
#[must_use]
pub fn chi2_1_sf(x: f64) -> f64 {
    2.0 * normal_sf(x.max(0.0).sqrt())
}

/// The point at which a survival function falls to `p`.
fn falling_root(p: f64, sf: impl Fn(f64) -> f64) -> f64 {
    if p <= 0.0 {
        return f64::INFINITY;
    }
    if p >= 1.0 {
        return f64::NEG_INFINITY;
    }
    -Monotone(|x: f64| sf(-x)).first_above(p)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Another library agrees to nine digits, where it has them.
    #[test]
    fn a_second_opinion() {
        use statrs::distribution::{Binomial, ContinuousCDF as _, DiscreteCDF as _, Normal, StudentsT};
        let near = |ours: f64, theirs: f64, what: &str| {
            assert!((ours - theirs).abs() <= 1e-9 * theirs.abs() + 1e-15, "{what}: {ours} and {theirs}");
        };
        let normal = Normal::new(0.0, 1.0).unwrap();
        for step in -60..=60 {
            let x = f64::from(step) / 10.0;
            near(normal_sf(x), normal.sf(x), "normal");
            for df in [1.0, 2.5, 13.0, 400.0] {
                near(student_sf(x, df), StudentsT::new(0.0, 1.0, df).unwrap().sf(x), "t");
            }
        }
        for (n, p) in [(1, 0.5), (25, 0.5), (40, 0.1), (200, 0.93)] {
            let binomial = Binomial::new(p, n).unwrap();
            for k in 1..=n {
                near(binomial_ge(k, n, p), binomial.sf(k - 1), "binomial, upper");
                near(binomial_le(k, n, p), binomial.cdf(k), "binomial, lower");
            }
        }
    }

    /// (rows, worst absolute error of the logarithm = relative error of the value, where).
    type Worst = BTreeMap<String, (usize, f64, String)>;

    fn ln_of(name: &str, args: &[f64]) -> (f64, f64) {
        let whole = |x: f64| x as u64;
        match (name, args) {
            ("normal", [z]) => (normal_sf(*z), normal_ln_sf(*z)),
            ("student", [t, df]) => (student_sf(*t, *df), student_ln_sf(*t, *df)),
            ("binomial_ge", [k, n, p]) => {
                (binomial_ge(whole(*k), whole(*n), *p), binomial_ln_ge(whole(*k), whole(*n), *p))
            }
            ("binomial_pmf", [k, n, p]) => {
                let ln = binomial_ln_pmf(whole(*k), whole(*n), *p);
                (ln.exp(), ln)
            }
            ("beta", [a, b, x]) => (beta_reg(*a, *b, *x), beta_ln_reg(*a, *b, *x)),
            _ => (f64::NAN, f64::NAN),
        }
    }

    #[test]
    fn tails_agree_with_sixty_digits() {
        let golden: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/golden/tails.json")).unwrap_or_default();
        let mut worst = Worst::new();
        for row in golden.get("rows").and_then(|r| r.as_array()).into_iter().flatten() {
            let (name, args, expected): (String, Vec<f64>, f64) =
                serde_json::from_value(row.clone()).unwrap_or_default();
            let (value, ln) = ln_of(&name, &args);
            let mut error = (ln - expected).abs() / expected.abs().max(1.0);
            if expected > -700.0 {
                error = error.max((value / expected.exp() - 1.0).abs() / expected.abs().max(1.0));
            }
            let entry = worst.entry(name).or_insert((0, 0.0, String::new()));
            entry.0 += 1;
            if error.is_nan() || error > entry.1 {
                (entry.1, entry.2) = (error, format!("{args:?}: {ln} for {expected}"));
            }
        }
        for (name, (rows, error, at)) in &worst {
            println!("{name}: {rows} rows, worst {error:.1e} at {at}");
        }
        assert_eq!(worst.len(), 5);
        assert!(worst.values().all(|(_, error, _)| *error < 1e-13));
    }

    #[test]
    fn inverses_return() {
        for p in [1e-300, 1e-20, 1e-5, 0.025, 0.05, 0.5, 0.95, 0.999] {
            assert!((normal_sf(normal_isf(p)) / p - 1.0).abs() < 1e-12, "{p}");
            for df in [1.0, 2.8, 30.0, 1e6] {
                assert!((student_sf(student_isf(p, df), df) / p - 1.0).abs() < 1e-11, "{p} {df}");
            }
            assert!((beta_reg(7.0, 15.0, beta_inv(p, 7.0, 15.0)) / p - 1.0).abs() < 1e-11, "{p}");
        }
        assert_eq!((normal_isf(0.0), normal_isf(1.0)), (f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!((beta_inv(0.0, 2.0, 3.0), beta_inv(1.0, 2.0, 3.0)), (0.0, 1.0));
    }

    #[test]
    fn ends_are_exact() {
        assert_eq!((binomial_ge(0, 5, 0.3), binomial_ge(6, 5, 0.3), binomial_le(5, 5, 0.3)), (1.0, 0.0, 1.0));
        assert_eq!((binomial_ge(1, 5, 0.0), binomial_ge(5, 5, 1.0), binomial_le(0, 5, 1.0)), (0.0, 1.0, 0.0));
        assert_eq!((student_sf(0.0, 3.0), student_sf(f64::INFINITY, 3.0)), (0.5, 0.0));
        assert_eq!((student_sf(f64::NEG_INFINITY, 3.0), normal_sf(f64::NEG_INFINITY)), (1.0, 1.0));
        assert_eq!((binomial_ln_pmf(0, 5, 0.0), binomial_ln_pmf(5, 5, 1.0)), (0.0, 0.0));
        assert_eq!(binomial_ln_pmf(1, 5, 0.0), f64::NEG_INFINITY);
        assert!((ln_beta(2.0, 3.0) - (1.0_f64 / 12.0).ln()).abs() < 1e-14);
        assert!((ln_gamma(6.0) - 120.0_f64.ln()).abs() < 1e-13);
        assert!((chi2_1_sf(4.5) - 0.033_894_853_524_689_274).abs() < 1e-15);
    }
}
