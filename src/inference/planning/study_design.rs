//! What can a design show, and what does a claim need? The one entry point of planning.
//!
//! `mde`, `doctor` and the advice of `gate` ask here. Nothing of it enters a verdict. The formulas of
//! `sample_size` are those of large samples, kept beside it for golden values and for the rule
//! evalsig-0.1.

use crate::domain::{Alpha, Claim};
use crate::inference::methods::sign_flip;
use crate::inference::planning::ask::{Ask, MOST_ITEMS, Need, Never};
use crate::inference::planning::binary_power::{Care, Region};
use crate::inference::planning::normal_power::{critical, of_units};
use crate::inference::planning::pilot;
use crate::inference::sample::Sample;
use crate::numerics::monotone::bisect;

/// How the differences of a design scatter, and what its independent units are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Design {
    /// Scores of two values in one epoch, independent items: the exact test.
    TwoValued {
        /// Share of items on which the two runs differ, in (0, 1].
        discordance: f64,
        /// How far the two scores lie apart, in units of the score; 1 for 0/1 scores.
        step: f64,
    },
    /// Graded scores or means of epochs, independent items.
    Graded {
        /// Standard deviation of one difference, in units of the score; above 0.
        sd: f64,
    },
    /// Items in clusters, which are the units.
    Clustered {
        /// Standard deviation of one difference, in units of the score; above 0.
        sd: f64,
        /// Intra-cluster correlation of the differences, in [0, 1].
        icc: f64,
        /// Items per cluster.
        mean_size: f64,
        /// Items per cluster as an item sees it, sum of m_g^2 / n; equal to `mean_size` for equal clusters.
        seen_size: f64,
    },
}

impl Design {
    /// The design that a sample is one of. `None` where its differences do not vary, or all of its items are
    /// in one cluster: it then says nothing about spread.
    ///
    /// ```text
    /// sd^2 = (sum of (d - mean)^2 / (n - 1)) / (1 - icc (seen - 1) / (n - 1))
    /// ```
    ///
    /// The divisor makes up for what the mean of few clusters follows them. Clusters of one item each are
    /// items.
    ///
    /// # Parameters
    /// - `sample`: a pilot, or the items at hand.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::planning::Design;
    ///
    /// let sample = Sample::graded(vec![0.0; 4], vec![1.0, 0.0, 1.0, 0.0], None);
    /// assert!(matches!(Design::of(&sample), Some(Design::Graded { .. })));
    /// let constant = Sample::graded(vec![0.0; 4], vec![0.5; 4], None);
    /// assert_eq!(Design::of(&constant), None);
    /// ```
    #[must_use]
    pub fn of(sample: &Sample) -> Option<Self> {
        let units = sample.units();
        let alone = units.iter().all(|unit| unit.size <= 1.0);
        if let Some((broken, fixed, items)) = sample.discordance().filter(|_| alone) {
            let discordance = (broken + fixed) as f64 / items as f64;
            let step = sample.two_valued.unwrap_or(1.0);
            return (discordance > 0.0).then_some(Self::TwoValued { discordance, step });
        }
        let spread = pilot::spread(sample).ok()?;
        let Some(clusters) = spread.clusters.filter(|_| !alone) else {
            return Some(Self::Graded { sd: spread.sd });
        };
        let icc = clusters.anova.map_or(0.0, |anova| anova.icc.clamp(0.0, 1.0));
        let shortfall = 1.0 - icc * (clusters.seen_size - 1.0) / (sample.len() as f64 - 1.0);
        Some(Self::Clustered {
            sd: spread.sd / shortfall.max(0.25).sqrt(),
            icc,
            mean_size: clusters.mean_size,
            seen_size: clusters.seen_size,
        })
    }

    /// The same with differences of another standard deviation: other repeats, say. Scores of two values
    /// become graded.
    #[must_use]
    pub(crate) fn with_sd(self, sd: f64) -> Self {
        match self {
            Self::TwoValued { .. } | Self::Graded { .. } => Self::Graded { sd },
            Self::Clustered { icc, mean_size, seen_size, .. } => {
                Self::Clustered { sd, icc, mean_size, seen_size }
            }
        }
    }

    /// Standard error of delta from `items` items, in units of the score, by the formula that planning uses.
    ///
    /// # Parameters
    /// - `items`: number of paired items, at least 1.
    ///
    /// # Returns
    /// In units of the score.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::Design;
    ///
    /// assert!((Design::Graded { sd: 0.3 }.standard_error(900) - 0.01).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn standard_error(&self, items: u64) -> f64 {
        let n = items as f64;
        match *self {
            Self::TwoValued { discordance, step } => step * (discordance / n).sqrt(),
            Self::Graded { sd } => sd / n.sqrt(),
            Self::Clustered { sd, icc, seen_size, .. } => sd * ((1.0 + icc * (seen_size - 1.0)) / n).sqrt(),
        }
    }

    /// How many independent units `items` items are.
    ///
    /// # Parameters
    /// - `items`: number of paired items.
    ///
    /// # Example
    /// ```
    /// use evalsig::inference::planning::Design;
    ///
    /// let clustered = Design::Clustered { sd: 0.3, icc: 0.2, mean_size: 10.0, seen_size: 10.0 };
    /// assert_eq!((clustered.units(200), Design::Graded { sd: 0.3 }.units(200)), (20, 200));
    /// ```
    #[must_use]
    pub fn units(&self, items: u64) -> u64 {
        match *self {
            Self::TwoValued { .. } | Self::Graded { .. } => items,
            // A plan for 100 items of clusters of 3.1 has 32 clusters: rounding of the mean is no cluster.
            Self::Clustered { mean_size, .. } => (items as f64 / mean_size + 1e-6).floor() as u64,
        }
    }

    /// The number of units below which no verdict exists at `alpha`, whatever the data.
    #[must_use]
    pub(crate) fn least_units(&self, alpha: Alpha) -> u64 {
        match self {
            Self::TwoValued { .. } => 1,
            Self::Graded { .. } | Self::Clustered { .. } => sign_flip::needed(alpha).max(2) as u64,
        }
    }

    /// With what probability do `units` units show the claim where `delta` is the truth?
    ///
    /// # Parameters
    /// - `ask`: what is to be shown, at which alpha.
    /// - `units`: number of independent units: items, or clusters.
    /// - `delta`: the true improvement, in units of the score.
    ///
    /// # Returns
    /// A probability.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::planning::{Ask, Design};
    ///
    /// let ask = Ask::of(&Plan::of(Claim::Above { min_delta: 0.0 }));
    /// let design = Design::Graded { sd: 0.3 };
    /// assert!(design.power(&ask, 400, 0.05) > 0.9);
    /// assert!(design.power(&ask, 400, 0.0) < 0.06);
    /// assert_eq!(design.power(&ask, 3, 1.0), 0.0); // three units cannot reach alpha
    /// ```
    #[must_use]
    pub fn power(&self, ask: &Ask, units: u64, delta: f64) -> f64 {
        self.power_with(ask, units, delta, Care::Thorough)
    }

    fn power_with(&self, ask: &Ask, units: u64, delta: f64, care: Care) -> f64 {
        if units < self.least_units(ask.alpha) {
            return 0.0;
        }
        let k = units as f64;
        match *self {
            Self::TwoValued { discordance, step } => {
                let (claim, delta) = (scaled(ask.claim, step), delta / step);
                let q = discordance.max(delta.abs()).min(1.0);
                Region::of(units, claim, q, ask.alpha, care).power(delta, q)
            }
            Self::Graded { sd } => {
                of_units(ask.claim, delta, sd, k, k - 1.0, critical(k, k - 1.0, ask.alpha))
            }
            Self::Clustered { sd, icc, mean_size, seen_size } => {
                let of_one = sd * ((1.0 + icc * (seen_size - 1.0)) / mean_size).sqrt();
                // Few large clusters among many small ones leave fewer degrees of freedom.
                let df = (k * (mean_size / seen_size).min(1.0) - 1.0).max(1.0);
                of_units(ask.claim, delta, of_one, k, df, critical(k, df, ask.alpha))
            }
        }
    }

    /// How far beyond the claim's value must the true improvement lie for `units` units to show it with the
    /// planned power? In units of the score, 0 or more. For an equivalence claim: the smallest margin that is
    /// shown where the two do not differ. `None` where there are too few units for a verdict, or no effect
    /// that such scores can have is shown so often.
    ///
    /// # Parameters
    /// - `ask`: what is to be shown, at which alpha, how surely.
    /// - `units`: number of independent units: items, or clusters.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::planning::{Ask, Design};
    ///
    /// let ask = Ask::of(&Plan::of(Claim::Above { min_delta: 0.0 }));
    /// let design = Design::Graded { sd: 0.3 };
    /// let effect = design.detectable(&ask, 400).expect("enough units");
    /// assert!((design.power(&ask, 400, effect) - ask.power).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn detectable(&self, ask: &Ask, units: u64) -> Option<f64> {
        if units < self.least_units(ask.alpha) {
            return None;
        }
        let null = ask.claim.lower_null();
        // The outcomes that show a claim above a value do not depend on the truth: they are found once.
        let region = match (*self, ask.claim) {
            (Self::TwoValued { discordance, step }, Claim::Above { .. }) => {
                let claim = scaled(ask.claim, step);
                let q = discordance.max(claim.lower_null().abs()).min(1.0);
                Some((Region::of(units, claim, q, ask.alpha, Care::Thorough), discordance, step))
            }
            _ => None,
        };
        let shown = |x: f64| match (ask.claim, &region) {
            (Claim::Above { .. }, Some((region, discordance, step))) => {
                region.power((null + x) / step, *discordance) >= ask.power
            }
            (Claim::Above { .. }, None) => self.power(ask, units, null + x) >= ask.power,
            (Claim::Within { .. }, _) => Claim::within(x).is_some_and(|claim| {
                self.power_with(&ask.claiming(claim), units, 0.0, Care::Quick) >= ask.power
            }),
        };
        let most = match (*self, ask.claim) {
            (Self::TwoValued { step, .. }, Claim::Above { .. }) => step - null,
            (Self::TwoValued { step, .. }, Claim::Within { .. }) => step,
            _ => f64::INFINITY,
        };
        self.smallest(units, most, region.is_some(), shown)
    }

    /// The smallest margin m within which a candidate that changed nothing is shown not to be worse, with the
    /// planned power: the claim is "above -m" and the truth 0. `None` as for [`Design::detectable`].
    ///
    /// # Parameters
    /// - `ask`: alpha and power; its claim is replaced.
    /// - `units`: number of independent units: items, or clusters.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::planning::{Ask, Design};
    ///
    /// let ask = Ask::of(&Plan::of(Claim::Above { min_delta: 0.0 }));
    /// let design = Design::Graded { sd: 0.3 };
    /// let margin = design.margin(&ask, 400).expect("enough units");
    /// assert!(margin > 0.03 && margin < 0.05);
    /// ```
    #[must_use]
    pub fn margin(&self, ask: &Ask, units: u64) -> Option<f64> {
        if units < self.least_units(ask.alpha) {
            return None;
        }
        let most = if let Self::TwoValued { step, .. } = *self { step } else { f64::INFINITY };
        self.smallest(units, most, false, |x| {
            let ask = ask.claiming(Claim::Above { min_delta: -x });
            self.power_with(&ask, units, 0.0, Care::Quick) >= ask.power
        })
    }

    /// The smallest x up to `most` that is `shown`, by bisection; fewer steps where each asks the exact test.
    fn smallest(&self, units: u64, most: f64, cheap: bool, shown: impl Fn(f64) -> bool) -> Option<f64> {
        let unit = match *self {
            // Where few items differ the step counts, and no effect is smaller than a thousandth of it.
            Self::TwoValued { discordance, step } => step * (discordance / units as f64).sqrt().max(1e-3),
            Self::Graded { sd } | Self::Clustered { sd, .. } => sd / (units as f64).sqrt(),
        };
        if most <= 0.0 {
            return None;
        }
        let (mut low, mut high) = (0.0, unit.min(most));
        while !shown(high) {
            if high >= most || high > 1e6 * unit {
                return None;
            }
            (low, high) = (high, (2.0 * high).min(most));
        }
        let steps = if cheap || !matches!(self, Self::TwoValued { .. }) { 45 } else { 12 };
        Some(bisect((low, high), steps, shown))
    }

    /// How many items, and whole clusters, show the claim with the planned power where `planned` is the true
    /// improvement?
    ///
    /// # Parameters
    /// - `ask`: what is to be shown, at which alpha, how surely.
    /// - `planned`: the true improvement planned for, in units of the score.
    ///
    /// # Errors
    /// [`Never`] where no number does.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::planning::{Ask, Design, Never};
    ///
    /// let ask = Ask::of(&Plan::of(Claim::Above { min_delta: 0.0 }));
    /// let design = Design::Graded { sd: 0.3 };
    /// let need = design.needed(&ask, 0.05).expect("a number of items");
    /// assert!(need.items > 200 && need.items < 260 && need.clusters.is_none());
    /// assert_eq!(design.needed(&ask, -0.05), Err(Never::OutsideTheClaim));
    /// ```
    pub fn needed(&self, ask: &Ask, planned: f64) -> Result<Need, Never> {
        let outside = match ask.claim {
            Claim::Above { min_delta } => planned <= min_delta,
            Claim::Within { margin } => planned.abs() >= margin,
        };
        if outside || planned.is_nan() {
            return Err(Never::OutsideTheClaim);
        }
        let units = self.needed_units(ask, planned).ok_or(Never::TooMany)?;
        Ok(match *self {
            Self::TwoValued { .. } | Self::Graded { .. } => Need { items: units, clusters: None },
            Self::Clustered { mean_size, .. } => {
                Need { items: (units as f64 * mean_size).round() as u64, clusters: Some(units) }
            }
        })
    }

    fn needed_units(&self, ask: &Ask, planned: f64) -> Option<u64> {
        let enough = |k: u64| self.power_with(ask, k, planned, Care::Quick) >= ask.power;
        let least = self.least_units(ask.alpha);
        if self.power(ask, least, planned) >= ask.power {
            return Some(least);
        }
        let (mut low, mut high) = (least, 2 * least + 1);
        while !enough(high) {
            (low, high) = (high, high.saturating_mul(2));
            if high > MOST_ITEMS {
                return None;
            }
        }
        while high - low > 1 && (high < 10_000 || (high - low) * 5000 > high) {
            let middle = low.midpoint(high);
            if enough(middle) { high = middle } else { low = middle }
        }
        if matches!(self, Self::TwoValued { .. }) {
            high = self.looked_at_thoroughly(ask, planned, high);
        }
        Some(high)
    }

    /// Power of 0/1 scores goes up and down with n, and the search was quick: the answer and what lies below
    /// it are looked at again.
    fn looked_at_thoroughly(&self, ask: &Ask, planned: f64, found: u64) -> u64 {
        let enough = |k: u64| self.power(ask, k, planned) >= ask.power;
        let mut high = found;
        for _ in 0..8 {
            if enough(high) {
                break;
            }
            high += (high / 40).max(1);
        }
        let mut low = high - high * 3 / 10;
        while high - low > (high / 100).max(1) {
            let middle = low.midpoint(high);
            if enough(middle) { high = middle } else { low = middle }
        }
        high
    }
}

/// The claim in steps of a two-valued score.
fn scaled(claim: Claim, step: f64) -> Claim {
    match claim {
        Claim::Above { min_delta } => Claim::Above { min_delta: min_delta / step },
        Claim::Within { margin } => Claim::Within { margin: margin / step },
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Design, Need, Never};
    use crate::domain::{Alpha, Claim};

    fn ask(claim: Claim) -> Ask {
        Ask { claim, alpha: Alpha::USUAL, power: 0.8 }
    }

    const BETTER: Claim = Claim::Above { min_delta: 0.0 };

    #[test]
    fn what_is_needed_and_what_is_detectable_are_each_others_inverse() {
        for design in [
            Design::Graded { sd: 0.35 },
            Design::Clustered { sd: 0.5, icc: 0.2, mean_size: 7.5, seen_size: 9.0 },
        ] {
            for units in [5, 6, 9, 30, 400] {
                let delta = design.detectable(&ask(BETTER), units).expect("an effect");
                let need = design.needed(&ask(BETTER), delta * 1.000_001).expect("a number");
                assert_eq!(need.clusters.unwrap_or(need.items), units, "{design:?}");
            }
        }
    }

    #[test]
    fn many_units_are_planned_as_the_formula_has_it() {
        let need = Design::Graded { sd: 0.35 }.needed(&ask(BETTER), 0.01).expect("a number");
        let formula = crate::inference::planning::required_n(
            0.01,
            0.0,
            0.35,
            1.0,
            Alpha::USUAL,
            0.8,
            crate::domain::Sides::One,
        );
        let formula = formula.expect("a number") as f64;
        assert!((need.items as f64 / formula - 1.0).abs() < 0.002, "{need:?} for {formula}");
    }

    #[test]
    fn floors_and_ends() {
        let clusters = Design::Clustered { sd: 0.3, icc: 0.4, mean_size: 9.0, seen_size: 9.0 };
        assert_eq!(clusters.needed(&ask(BETTER), 9.0), Ok(Need { items: 45, clusters: Some(5) }));
        assert_eq!((clusters.detectable(&ask(BETTER), 4), clusters.units(44)), (None, 4));
        assert_eq!(clusters.needed(&ask(BETTER), 0.0), Err(Never::OutsideTheClaim));
        let pairs = Design::TwoValued { discordance: 0.1, step: 1.0 };
        assert_eq!(pairs.detectable(&ask(Claim::Above { min_delta: 1.0 }), 500), None);
        assert_eq!(pairs.detectable(&ask(BETTER), 3), None, "three items show nothing, whatever the truth");
        let within = ask(Claim::Within { margin: 0.02 });
        assert_eq!(pairs.needed(&within, 0.02), Err(Never::OutsideTheClaim));
        assert_eq!(Design::Graded { sd: 1.0 }.needed(&ask(BETTER), 1e-6), Err(Never::TooMany));
    }

    /// Scores of 0 and 100 are scores of 0 and 1 in other units.
    #[test]
    fn units_of_the_score_do_not_matter() {
        let one = Design::TwoValued { discordance: 0.2, step: 1.0 };
        let hundred = Design::TwoValued { discordance: 0.2, step: 100.0 };
        let (a, b) = (ask(Claim::Above { min_delta: -0.05 }), ask(Claim::Above { min_delta: -5.0 }));
        assert!((one.power(&a, 150, 0.01) - hundred.power(&b, 150, 1.0)).abs() < 1e-9);
    }
}
