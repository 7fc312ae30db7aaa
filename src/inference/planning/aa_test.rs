//! How often does the gate speak where there is nothing to find? Whole runs of one model against each other.

use rayon::prelude::*;

use crate::domain::{Claim, Diagnostic, Plan};
use crate::inference::estimate::Estimate;
use crate::inference::infer::infer;
use crate::inference::sample::Sample;
use crate::numerics::stream::{Purpose, Streams};

/// What gates of whole runs of one model against each other answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Whole draws: epochs of a run, or runs.
    pub draws: usize,
    /// Pairs of draws that were gated, each in both orders.
    pub pairs: usize,
    /// Pairs that can be formed without using a draw twice: what is independent of it.
    pub independent: usize,
    /// Share of gates that ended in ALLOW.
    pub allow: f64,
    /// Share of gates that ended in REJECT.
    pub reject: f64,
}

/// Two sides of an interval, each wrong in at most this share of cases.
const MISSED: f64 = 0.025;

impl Noise {
    /// Where the true rate behind a share lies, at 95 %: the rates p with
    /// `independent` KL(share, p) <= ln(1 / .025), on either side.
    ///
    /// A mean over all pairs of n independent draws has tails no heavier than that of a mean over
    /// floor(n / 2) independent pairs allows for (Hoeffding), so hundreds of pairs of five epochs count as two.
    ///
    /// # Parameters
    /// - `share`: an observed share, in [0, 1].
    ///
    /// # Returns
    /// Lower and upper end, both in [0, 1].
    ///
    /// # References
    /// 1. Hoeffding, W. (1963). Probability inequalities for sums of bounded random variables. *Journal of the
    ///    American Statistical Association* 58, 13-30, section 5a.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::Noise;
    ///
    /// let noise = Noise { draws: 20, pairs: 190, independent: 10, allow: 0.05, reject: 0.05 };
    /// let (low, high) = noise.between(noise.allow);
    /// assert!(low < 0.05 && high > 0.3); // ten independent pairs say little
    /// ```
    #[must_use]
    pub fn between(&self, share: f64) -> (f64, f64) {
        let far = |p: f64| self.independent as f64 * divergence(share, p) > -MISSED.ln();
        let edge = |mut inside: f64, mut outside: f64| {
            for _ in 0..60 {
                let middle = 0.5 * (inside + outside);
                if far(middle) { outside = middle } else { inside = middle }
            }
            inside
        };
        let low = if far(0.0) { edge(share, 0.0) } else { 0.0 };
        let high = if far(1.0) { edge(share, 1.0) } else { 1.0 };
        (low, high)
    }
}

/// KL divergence of two coins.
fn divergence(share: f64, p: f64) -> f64 {
    let part = |a: f64, b: f64| {
        if a <= 0.0 {
            0.0
        } else if b <= 0.0 {
            f64::INFINITY
        } else {
            a * (a / b).ln()
        }
    };
    part(share, p) + part(1.0 - share, 1.0 - p)
}

/// How often does the plan's gate ALLOW, and how often REJECT, where both sides are the same model?
///
/// `draws` whole draws of one model: epochs of a run, or runs. `sample(a, b)` pairs two of them as a gate
/// pairs baseline and candidate. Every pair is gated in both orders; of more than `most` pairs a random
/// choice, by the plan's seed. The truth is delta = 0, so for a claim "better by m >= 0" an ALLOW is a false
/// alarm, and for "not worse by m" a REJECT is.
///
/// Unlike splits of each item on its own, which are sign flips and answer alpha whatever the data, whole draws
/// carry the luck that items share within one: a server that was slow, a judge that changed, a passage that was
/// misread. What no draw shows: luck that all of them share, and what two models differ in.
///
/// # Parameters
/// - `draws`: number of whole draws, at least 2 for an answer.
/// - `sample`: pairs draw a (baseline) with draw b (candidate).
/// - `plan`: the plan of the gate.
/// - `most`: most pairs that are gated.
///
/// # Errors
/// Those of `sample` and of [`infer`].
///
/// # Example
/// ```
/// use evalsig::domain::{Claim, Plan};
/// use evalsig::inference::Sample;
/// use evalsig::inference::planning::noise;
///
/// // Two draws that agree but for a shift that no gate should miss.
/// let draws: Vec<Vec<f64>> = [0.0, 0.5].map(|shift| (0..40).map(|i| shift + 0.01 * f64::from(i % 5)).collect()).into();
/// let pair = |a: usize, b: usize| Ok(Sample::graded(draws[a].clone(), draws[b].clone(), None));
/// let mut plan = Plan::of(Claim::Above { min_delta: 0.25 });
/// plan.resamples = 199;
/// let found = noise(2, pair, &plan, 10)?;
/// assert_eq!((found.pairs, found.independent), (1, 1));
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn noise(
    draws: usize,
    sample: impl Fn(usize, usize) -> Result<Sample, Diagnostic> + Sync,
    plan: &Plan,
    most: u32,
) -> Result<Noise, Diagnostic> {
    let mut pairs: Vec<(usize, usize)> =
        (0..draws).flat_map(|a| (a + 1..draws).map(move |b| (a, b))).collect();
    let mut stream = Streams::new(plan.seed, Purpose::Split).replicate(0);
    if pairs.len() > most as usize {
        stream.shuffle(&mut pairs);
        pairs.truncate(most as usize);
    }
    let (allowed, rejected) = pairs
        .par_iter()
        .map(|(a, b)| {
            let one = answer(&infer(&sample(*a, *b)?, plan)?, plan.claim);
            let other = answer(&infer(&sample(*b, *a)?, plan)?, plan.claim);
            Ok((one.0 + other.0, one.1 + other.1))
        })
        .try_reduce(|| (0, 0), |a, b| Ok((a.0 + b.0, a.1 + b.1)))?;
    let gates = (2 * pairs.len()).max(1) as f64;
    Ok(Noise {
        draws,
        pairs: pairs.len(),
        independent: (draws / 2).min(pairs.len()),
        allow: f64::from(allowed) / gates,
        reject: f64::from(rejected) / gates,
    })
}

/// (ALLOW, REJECT), each 0 or 1.
fn answer(found: &Estimate, claim: Claim) -> (u32, u32) {
    let (shown, refuted) = match claim {
        Claim::Above { min_delta } => (found.lower > min_delta, found.upper < min_delta),
        Claim::Within { margin } => {
            (found.lower > -margin && found.upper < margin, found.upper < -margin || found.lower > margin)
        }
    };
    (u32::from(shown), u32::from(refuted && !shown))
}

#[cfg(test)]
mod tests {
    use super::{Noise, noise};
    use crate::domain::{Claim, Plan};
    use crate::inference::sample::Sample;
    use crate::numerics::stream::{Purpose, Streams};

    fn plan(min_delta: f64) -> Plan {
        Plan { resamples: 199, ..Plan::of(Claim::Above { min_delta }) }
    }

    /// Scores of 120 items in whole draws whose items share luck of standard deviation `shared`.
    fn draws(count: u64, shared: f64) -> Vec<Vec<f64>> {
        let streams = Streams::new(9, Purpose::Simulation);
        (0..count)
            .map(|draw| {
                let mut stream = streams.replicate(draw);
                let luck = shared * stream.normal();
                (0..120).map(|_| luck + 0.3 * stream.normal()).collect()
            })
            .collect()
    }

    fn found(draws: &[Vec<f64>], min_delta: f64, most: u32) -> Noise {
        let sample = |a: usize, b: usize| Ok(Sample::graded(draws[a].clone(), draws[b].clone(), None));
        noise(draws.len(), sample, &plan(min_delta), most).expect("an answer")
    }

    /// Splits of each item answered alpha here as well.
    #[test]
    fn luck_that_a_whole_epoch_shares_is_seen() {
        let (quiet, loud) = (found(&draws(20, 0.0), 0.0, 200), found(&draws(20, 0.06), 0.0, 200));
        assert!(quiet.allow < 0.09 && quiet.reject < 0.09, "{quiet:?}");
        assert!(loud.allow > 0.15 && loud.reject > 0.15, "{loud:?}");
        assert_eq!((loud.draws, loud.pairs, loud.independent), (20, 190, 10));
        assert!(loud.between(loud.allow).0 > 0.0 && loud.between(quiet.allow).1 > 0.2);
    }

    #[test]
    fn the_claim_is_asked_about_and_not_another() {
        let runs = draws(8, 0.0);
        let margin = found(&runs, -0.2, 200);
        assert!(margin.allow > 0.9 && margin.reject == 0.0, "{margin:?}");
        let more = found(&runs, 0.2, 200);
        assert!(more.reject > 0.9 && more.allow == 0.0, "{more:?}");
        assert_eq!(found(&runs, 0.0, 5).pairs, 5);
    }

    /// One pair says next to nothing: (1 - p) = .025 gives p = .975.
    #[test]
    fn one_pair_is_one_pair() {
        let one = found(&draws(2, 0.0), 0.0, 200);
        assert_eq!((one.pairs, one.independent), (1, 1));
        let (low, high) = one.between(0.0);
        assert!(low == 0.0 && (high - 0.975).abs() < 1e-6, "{high}");
        let (low, high) = one.between(1.0);
        assert!((low - 0.025).abs() < 1e-6 && high == 1.0);
    }
}
