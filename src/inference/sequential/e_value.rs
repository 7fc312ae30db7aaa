//! Evidence from discordant pairs that may be looked at any time.

use crate::numerics::tails;

/// How strongly do `broken` and `fixed` pairs speak for a better candidate, at whatever moment one
/// looks?
///
/// H0: among items on which the two models disagree, the candidate is right with probability of at
/// most 1/2; that is delta <= 0. Returns ln e; stop and claim an improvement once
/// `ln_e >= ln(1 / alpha)`.
///
/// ```text
/// e(b, c) = 2^(b + c + 1) B(c + 1, b + 1) P(Beta(c + 1, b + 1) > 1/2)
/// ```
///
/// b, c: pairs broken and fixed so far; B: the beta function. e is the likelihood ratio of a uniform
/// prior on (1/2, 1) against 1/2, averaged over the prior, hence a martingale at 1/2 and smaller in
/// expectation below it: `P(e ever reaches 1/alpha) <= alpha` (Ville). For a worse candidate exchange
/// the two arguments.
///
/// # Accuracy
/// 1e-12 absolute on ln e to 1,000 pairs, 1e-9 to 1e6. Golden: `evalue_mcnemar_*`.
///
/// # Parameters
/// - `broken`: pairs with baseline right and candidate wrong.
/// - `fixed`: the reverse.
///
/// # Returns
/// ln e; below 0 where the data speak against.
///
/// # References
/// 1. Ville, J. (1939). *Étude critique de la notion de collectif*.
///
/// # Example
/// ```
/// use evalsig::inference::sequential::ln_e_discordant;
///
/// assert!(ln_e_discordant(0, 0).abs() < 1e-12);
/// assert!(ln_e_discordant(0, 8) > 20.0_f64.ln()); // stop and claim at alpha .05
/// assert!(ln_e_discordant(8, 0) < 0.0);
/// ```
#[must_use]
pub fn ln_e_discordant(broken: u64, fixed: u64) -> f64 {
    let (b, c) = (broken as f64, fixed as f64);
    (b + c + 1.0) * std::f64::consts::LN_2
        + tails::ln_beta(c + 1.0, b + 1.0)
        + tails::beta_ln_reg(b + 1.0, c + 1.0, 0.5)
}

/// Discordant pairs as they come in, and the strongest evidence there has been.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairEvidence {
    broken: u64,
    fixed: u64,
    most: f64,
}

impl PairEvidence {
    /// One more item: its difference of 0/1 scores, positive where it was fixed. Concordant items
    /// change nothing. Returns ln e as it stands.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::PairEvidence;
    ///
    /// let mut pairs = PairEvidence::default();
    /// assert!(pairs.push(1.0) > 0.0);
    /// let before = pairs.ln_e();
    /// assert_eq!(pairs.push(0.0), before); // concordant
    /// ```
    pub fn push(&mut self, difference: f64) -> f64 {
        self.fixed += u64::from(difference > 0.0);
        self.broken += u64::from(difference < 0.0);
        let ln_e = self.ln_e();
        self.most = self.most.max(ln_e);
        ln_e
    }

    /// ln of the e-value now.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::PairEvidence;
    ///
    /// let mut pairs = PairEvidence::default();
    /// assert!(pairs.ln_e().abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn ln_e(&self) -> f64 {
        ln_e_discordant(self.broken, self.fixed)
    }

    /// The anytime-valid p-value: 1 over the largest e-value so far.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::sequential::PairEvidence;
    ///
    /// let mut pairs = PairEvidence::default();
    /// (0..8).for_each(|_| drop(pairs.push(1.0)));
    /// let p = pairs.p();
    /// pairs.push(-1.0);
    /// assert_eq!(pairs.p(), p);
    /// ```
    #[must_use]
    pub fn p(&self) -> f64 {
        (-self.most).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::golden_cases::{cases, close};

    #[test]
    fn golden() {
        for case in cases("e_value").iter().filter(|c| c.id().starts_with("evalue")) {
            let ln = ln_e_discordant(case.count("b"), case.count("c"));
            close(ln, case.expected(&["ln_e"]).expect("ln e"), 1e-10, case.id());
            if let Some(p) = case.expected(&["anytime_p"]).filter(|p| *p > 0.0) {
                close((-ln).exp().min(1.0), p, 1e-10, case.id());
            }
        }
    }

    /// The chance of ever crossing within 3,000 discordant pairs of a fair coin, by carrying the
    /// distribution of the paths that have not crossed: exact, no simulation.
    #[test]
    fn level_at_every_look_by_enumeration() {
        for alpha in [0.05_f64, 0.2] {
            let (mut alive, mut crossed) = (vec![1.0_f64], 0.0);
            for pairs in 1..=3000_u64 {
                let mut next = vec![0.0; alive.len() + 1];
                for (fixed, mass) in alive.iter().enumerate() {
                    next[fixed] += 0.5 * mass;
                    next[fixed + 1] += 0.5 * mass;
                }
                for (fixed, mass) in (0_u64..).zip(&mut next).filter(|(_, mass)| **mass > 0.0) {
                    // Only paths with more fixes than breaks can have crossed.
                    if 2 * fixed > pairs && ln_e_discordant(pairs - fixed, fixed) >= -alpha.ln() {
                        crossed += std::mem::take(mass);
                    }
                }
                alive = next;
            }
            assert!(crossed < alpha && crossed > 0.3 * alpha, "{alpha}: {crossed}");
        }
    }

    #[test]
    fn p_remembers_the_strongest_moment() {
        let mut evidence = PairEvidence::default();
        for _ in 0..6 {
            evidence.push(1.0);
        }
        let best = evidence.p();
        for d in [0.0, -1.0, -1.0] {
            evidence.push(d);
        }
        assert_eq!((evidence.p(), evidence.broken, evidence.fixed), (best, 2, 6));
        assert!(evidence.ln_e() < -best.ln());
    }
}
