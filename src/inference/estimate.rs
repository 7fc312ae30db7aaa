//! What the data say about delta under one plan: the numbers that a verdict rests on.

use crate::domain::{Edition, Method, Plan, Sides};

/// What the data say about delta under one plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The method used.
    pub method: Method,
    /// Its name in reports; `mcnemar` splits into `mcnemar_exact` and `mcnemar_chi2` as in the
    /// Python package.
    pub label: &'static str,
    /// Why this method: the row of the table that fits the data, or that it was asked for.
    pub reason: String,
    /// Item-weighted mean of the oriented differences.
    pub delta: f64,
    /// Lower bound at 1 - `Plan::alpha_each`; may be negative infinity.
    pub lower: f64,
    /// Upper bound at 1 - `Plan::alpha_each`; may be positive infinity.
    pub upper: f64,
    /// H0: delta <= the claim's lower null value (one-sided).
    pub p_claim: f64,
    /// H0: delta >= the claim's lower null value (one-sided): what a REJECT rests on.
    pub p_against: f64,
    /// H0: delta <= 0 (one-sided).
    pub p_zero: f64,
    /// H0: delta >= the margin, for an equivalence claim (one-sided): with `p_claim` the two tests of
    /// TOST.
    pub p_upper: Option<f64>,
    /// Independent units of the method used: items, or clusters.
    pub units: usize,
    /// Kish's effective number of units, n^2 / sum of squared sizes.
    pub effective_units: f64,
    /// Number of clusters where clusters are the units.
    pub clusters: Option<usize>,
    /// Standard deviation of the per-item differences (n - 1), for the advice.
    pub sd_diff: f64,
    /// Intra-cluster correlation of the differences, where the data carry clusters; not clipped, so it
    /// may be negative.
    pub icc: Option<f64>,
    /// Random resamples drawn; `None` where p is a formula or every resample was enumerated, and no
    /// seed mattered.
    pub resamples: Option<u32>,
    /// The cluster-robust t beside the method used, where clusters are the units.
    pub cross_check: Option<CrossCheck>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
    /// Set where there are too few units for any test at this alpha: (units, units needed). Then every
    /// p is 1 and there are no bounds.
    pub too_few: Option<(usize, usize)>,
}

impl Estimate {
    /// The p-value of the claim as planned: it is at most alpha exactly where the bounds show the claim.
    ///
    /// One-sided: that of H0: delta <= `min_delta`. Two-sided: twice the smaller of both sides. Equivalence:
    /// the larger of the two one-sided tests (Schuirmann 1987), doubled where each may spend only half of
    /// alpha.
    ///
    /// # Parameters
    /// - `plan`: the plan that the estimate was made under; its claim and its sides decide which p-values count.
    ///
    /// # Returns
    /// p in [0, 1].
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::{Sample, infer};
    ///
    /// let baseline = vec![0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.3, 0.8];
    /// let candidate = vec![0.7, 0.7, 0.6, 0.8, 0.8, 0.7, 0.4, 0.9];
    /// let plan = Plan::of(Claim::Above { min_delta: 0.0 });
    /// let estimate = infer(&Sample::graded(baseline, candidate, None), &plan)?;
    /// // One-sided and no equivalence claim: the p-value of the claim itself.
    /// assert_eq!(estimate.p_value(&plan), estimate.p_claim);
    /// assert!(estimate.p_value(&plan) <= 0.05 && estimate.lower > 0.0);
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn p_value(&self, plan: &Plan) -> f64 {
        let doubled = |p: f64| (2.0 * p).min(1.0);
        match (self.p_upper, plan.sides) {
            (Some(p_upper), Sides::Two) if plan.edition >= Edition::Second => {
                doubled(self.p_claim.max(p_upper))
            }
            (Some(p_upper), _) => self.p_claim.max(p_upper),
            (None, Sides::One) => self.p_claim,
            (None, Sides::Two) => doubled(self.p_claim.min(self.p_against)),
        }
    }
}

/// CR2 with Bell and McCaffrey's degrees of freedom: fast, deterministic, and by another route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossCheck {
    /// Standard error of delta.
    pub se: f64,
    /// Satterthwaite degrees of freedom.
    pub df: f64,
    /// Lower bound at 1 - `Plan::alpha_each`.
    pub lower: f64,
    /// Upper bound at 1 - `Plan::alpha_each`.
    pub upper: f64,
}
