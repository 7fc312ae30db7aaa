//! What does the rule "fail when the score drops by more than X" do? The rule that most teams have.

use crate::inference::planning::study_design::Design;
use crate::numerics::monotone::bisect;
use crate::numerics::tails;

/// With what probability does the observed mean of `items` items drop by more than `tolerance` where
/// `truth` is the true delta?
///
/// ```text
/// P(observed delta < -tolerance)
/// 0/1 scores:  sum over m of Bin(m; n, q) P(2 F - m < -n tolerance),   F ~ Bin(m, (1 + truth / q) / 2)
/// else:        P(Z < (-tolerance - truth) / se),   se by [`Design::standard_error`]
/// ```
///
/// `tolerance` 0 or more and `truth` in units of the score, better is positive; q the discordance of the
/// design, at least |truth|; m the discordant pairs and F the fixed ones among them. The rule knows no
/// error rate: at a true drop of exactly `tolerance` it fires about half of the time at any n.
///
/// Exact for 0/1 scores of independent items; elsewhere by the normal limit of the mean, with the standard
/// error taken as known.
///
/// # Parameters
/// - `design`: how the differences scatter.
/// - `items`: number of paired items, at least 1.
/// - `tolerance`: largest drop that passes, >= 0, in units of the score.
/// - `truth`: the true delta, below 0 for a worse candidate.
///
/// # Returns
/// A probability.
///
/// # Example
/// ```
/// use evalsig::inference::planning::{Design, fires};
///
/// let design = Design::Graded { sd: 0.3 };
/// // A candidate that lost exactly what is tolerated fails every second time.
/// assert!((fires(&design, 100, 0.02, -0.02) - 0.5).abs() < 1e-9);
/// assert!(fires(&design, 100, 0.02, 0.0) > 0.2); // and one that lost nothing every fourth time
/// ```
#[must_use]
pub fn fires(design: &Design, items: u64, tolerance: f64, truth: f64) -> f64 {
    let Design::TwoValued { discordance, step } = *design else {
        return tails::normal_sf((tolerance + truth) / design.standard_error(items));
    };
    let (n, truth) = (items as f64, truth / step);
    let q = discordance.max(truth.abs()).min(1.0);
    let pi = if q > 0.0 { (0.5 + 0.5 * truth / q).clamp(0.0, 1.0) } else { 0.5 };
    let spread = 8.0 * (n * q * (1.0 - q)).sqrt() + 12.0;
    let (first, last) = ((n * q - spread).max(0.0) as u64, (n * q + spread).min(n) as u64);
    let mut fired = 0.0;
    for m in first..=last {
        // 2 F < m - n X, strictly: a drop of exactly the tolerance passes.
        let most = (0.5 * (m as f64 - n * tolerance / step) - 1e-9).ceil() - 1.0;
        if most >= 0.0 {
            fired +=
                tails::binomial_ln_pmf(m, items, q).exp() * tails::binomial_le((most as u64).min(m), m, pi);
        }
    }
    fired.clamp(0.0, 1.0)
}

/// The smallest true drop that the rule finds with probability `power`; `None` where that is more than
/// `most`.
///
/// # Parameters
/// - `design`, `items`, `tolerance`: as for [`fires`].
/// - `power`: the probability asked for, in (0, 1).
/// - `most`: the largest drop that the scores allow.
///
/// # Returns
/// A drop > 0 in units of the score, or `None`.
///
/// # Example
/// ```
/// use evalsig::inference::planning::{Design, fires, found};
///
/// let design = Design::Graded { sd: 0.3 };
/// let drop = found(&design, 100, 0.02, 0.8, 1.0).expect("a drop that is found");
/// assert!((fires(&design, 100, 0.02, -drop) - 0.8).abs() < 0.01);
/// ```
#[must_use]
pub fn found(design: &Design, items: u64, tolerance: f64, power: f64, most: f64) -> Option<f64> {
    let enough = |drop: f64| fires(design, items, tolerance, -drop) >= power;
    let high = (tolerance + 8.0 * design.standard_error(items)).min(most);
    enough(high).then(|| bisect((0.0, high), 40, enough))
}

#[cfg(test)]
mod tests {
    use super::{fires, found};
    use crate::inference::planning::study_design::Design;
    use crate::numerics::stream::{Purpose, Streams};

    /// By hand: 4 items, discordance 1/2, nothing changed, tolerance .25: a drop of 2 or more of 4.
    /// m = 2: (6/16) (1/4); m = 3: (4/16) (1/8); m = 4: (1/16) (5/16). A drop of exactly 1 passes.
    #[test]
    fn a_case_by_hand() {
        let design = Design::TwoValued { discordance: 0.5, step: 1.0 };
        let wanted = 6.0 / 64.0 + 4.0 / 128.0 + 5.0 / 256.0;
        assert!((fires(&design, 4, 0.25, 0.0) - wanted).abs() < 1e-12);
        let in_points = Design::TwoValued { discordance: 0.5, step: 100.0 };
        assert!((fires(&in_points, 4, 25.0, 0.0) - wanted).abs() < 1e-12);
        assert!((fires(&Design::Graded { sd: 0.4 }, 16, 0.1, -0.1) - 0.5).abs() < 1e-12);
    }

    /// 300 items of 0/1 scores, discordance .1, true drop .03, tolerance .02: simulated.
    #[test]
    fn it_fires_as_often_as_simulated() {
        let design = Design::TwoValued { discordance: 0.1, step: 1.0 };
        let mut stream = Streams::new(11, Purpose::Simulation).replicate(0);
        let runs = 4000;
        let fired = (0..runs)
            .filter(|_| {
                let net: i32 = (0..300)
                    .map(|_| match stream.unit() {
                        u if u < 0.035 => 1,
                        u if u < 0.1 => -1,
                        _ => 0,
                    })
                    .sum();
                net < -6
            })
            .count();
        let (share, told) = (fired as f64 / f64::from(runs), fires(&design, 300, 0.02, -0.03));
        assert!((share - told).abs() < 0.025, "{share} for {told}");
        let drop = found(&design, 300, 0.02, 0.8, 1.0).expect("a drop");
        assert!((fires(&design, 300, 0.02, -drop) - 0.8).abs() < 0.01 && drop > 0.02);
    }
}
