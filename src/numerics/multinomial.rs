//! Exact binomial draws: what makes a resample over few distinct values cheap at any n.

use crate::numerics::stream::Stream;
use crate::numerics::tails;

/// The number of successes in `n` trials of probability `p`, drawn exactly (up to the rounding of
/// the probabilities).
///
/// Below a mean of 10 by inversion, above by Hörmann's transformed rejection (BTRS) with the exact
/// ratio of probabilities in its acceptance step; `p` above one half through its mirror.
///
/// # References
/// 1. Hörmann, W. (1993). The generation of binomial random variates. *Journal of Statistical
///    Computation and Simulation* 46, 101-110.
pub(crate) fn binomial(stream: &mut Stream, n: u64, p: f64) -> u64 {
    if n == 0 || p <= 0.0 {
        0
    } else if p >= 1.0 {
        n
    } else if p > 0.5 {
        n - binomial(stream, n, 1.0 - p)
    } else if n as f64 * p < 10.0 {
        by_inversion(stream, n, p)
    } else {
        by_rejection(stream, n, p)
    }
}

fn by_inversion(stream: &mut Stream, n: u64, p: f64) -> u64 {
    let odds = p / (1.0 - p);
    let mut mass = (n as f64 * (-p).ln_1p()).exp();
    let mut left = stream.unit();
    for k in 0..n {
        if left < mass {
            return k;
        }
        left -= mass;
        mass *= (n - k) as f64 / (k + 1) as f64 * odds;
        // Rounding may leave a crumb that no mass remains for.
        if mass < 1e-300 {
            return k;
        }
    }
    n
}

fn by_rejection(stream: &mut Stream, n: u64, p: f64) -> u64 {
    let trials = n as f64;
    let sd = (trials * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * sd;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let c = trials * p + 0.5;
    let quick = 0.92 - 4.2 / b;
    let alpha = (2.83 + 5.1 / b) * sd;
    let mode = ((trials + 1.0) * p).floor();
    loop {
        let u = stream.unit() - 0.5;
        let v = stream.unit();
        let edge = 0.5 - u.abs();
        let k = ((2.0 * a / edge + b) * u + c).floor();
        if !(0.0..=trials).contains(&k) {
            continue;
        }
        if edge >= 0.07 && v <= quick {
            return k as u64;
        }
        let height = (v * alpha / (a / (edge * edge) + b)).ln();
        let density = |k: f64| tails::binomial_ln_pmf(k as u64, n, p);
        if height <= density(k) - density(mode) {
            return k as u64;
        }
    }
}

/// How often each of several values comes up in `draws` draws, where value j has `counts[j]` of
/// `total` chances; handed to `take` one by one.
pub(crate) fn multinomial(
    stream: &mut Stream,
    draws: u64,
    total: u64,
    counts: impl Iterator<Item = u64>,
    mut take: impl FnMut(u64),
) {
    let (mut left, mut chances) = (draws, total);
    for count in counts {
        let here =
            if count >= chances { left } else { binomial(stream, left, count as f64 / chances as f64) };
        take(here);
        left -= here;
        chances -= count.min(chances);
    }
}

#[cfg(test)]
mod tests {
    use super::{binomial, multinomial};
    use crate::numerics::stream::{Purpose, Streams};
    use crate::numerics::tails;

    /// Chi-squared of the draws against the probabilities, cells of at least 20 expected.
    #[test]
    fn binomials_have_their_probabilities() {
        let draws = 60_000_u32;
        for (which, (n, p)) in
            [(3, 0.5), (30, 0.07), (40, 0.3), (100, 0.5), (2000, 0.01), (2000, 0.35), (500, 0.9)]
                .iter()
                .enumerate()
        {
            let mut stream = Streams::new(5, Purpose::Simulation).replicate(which as u64);
            let mut seen = vec![0_u32; *n as usize + 1];
            for _ in 0..draws {
                seen[binomial(&mut stream, *n, *p) as usize] += 1;
            }
            let (mut chi2, mut cells) = (0.0, 0.0);
            let (mut observed, mut expected) = (0.0, 0.0);
            for (k, count) in seen.iter().enumerate() {
                observed += f64::from(*count);
                expected += f64::from(draws) * tails::binomial_ln_pmf(k as u64, *n, *p).exp();
                if expected >= 20.0 {
                    chi2 += (observed - expected).powi(2) / expected;
                    cells += 1.0;
                    (observed, expected) = (0.0, 0.0);
                }
            }
            let z = (chi2 - (cells - 1.0)) / (2.0 * cells).sqrt();
            assert!(z.abs() < 4.0, "n {n} p {p}: chi2 {chi2} on {cells}");
        }
    }

    #[test]
    fn counts_add_up() {
        let mut stream = Streams::new(6, Purpose::Simulation).replicate(0);
        for _ in 0..1000 {
            let mut sum = 0;
            multinomial(&mut stream, 137, 137, [100, 0, 30, 7].into_iter(), |c| sum += c);
            assert_eq!(sum, 137);
        }
    }
}
