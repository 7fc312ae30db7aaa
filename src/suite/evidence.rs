//! The p-values of a claim on some pairs, whatever the missing items would have scored.

use crate::decision::{Basis, Decision, judge_pairs};
use crate::domain::{Claim, Diagnostic, Plan, Verdict};
use crate::pairing::{self, Pairs};

/// What some pairs say about a claim. Where scores are missing, every number is the worst that they could make it.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Mean of candidate minus what it is compared with, as observed; larger is better.
    pub delta: f64,
    /// Lower bound at 1 - alpha; may be negative infinity.
    pub lower: f64,
    /// Upper bound at 1 - alpha; may be positive infinity.
    pub upper: f64,
    /// H0: delta <= the claim's value.
    pub p_value: f64,
    /// H0: delta >= the claim's value.
    pub p_against: f64,
    /// Paired items.
    pub pairs: usize,
    /// Whether the claim is shown at alpha, by itself.
    pub shown: bool,
    /// Why nothing can be shown, whatever the numbers: too little is paired, or too few units.
    pub obstacle: Option<String>,
}

impl Evidence {
    /// The evidence of `pairs` about delta > `null_value`, by the plan's method at the plan's alpha.
    ///
    /// # Errors
    /// `claim-is-empty` where every or no candidate can satisfy it; those of [`judge_pairs`].
    pub(super) fn of(
        pairs: &Pairs,
        plan: &Plan,
        null_value: f64,
        unchanged: bool,
    ) -> Result<Self, Diagnostic> {
        let claim = Claim::Above { min_delta: null_value + 0.0 };
        pairing::refuse_empty_claim(pairs, claim)?;
        let plan = Plan { claim, ..plan.clone() };
        let (basis, decision) = judge_pairs(pairs, &plan, unchanged)?;
        Ok(Self::from_decision(&basis, &decision, &plan, pairs))
    }

    /// The evidence behind a decision that was made.
    pub(super) fn from_decision(basis: &Basis, decision: &Decision, plan: &Plan, pairs: &Pairs) -> Self {
        let shown = decision.verdict == Verdict::Allow;
        let Basis::Interval { estimate, worst_case, .. } = basis else {
            // A policy knows no other rule; what it does not know shows nothing.
            return Self::nothing(f64::NAN, pairs.counts.pairs, "judged by another rule".into());
        };
        let low_coverage = pairs.counts.coverage < plan.min_coverage.get();
        if low_coverage || (estimate.too_few.is_some() && !shown) {
            return Self::nothing(estimate.delta, pairs.counts.pairs, decision.finding.clone());
        }
        let (lower, upper, p_value, p_against) = match worst_case {
            Some(case) => (case.lower, case.upper, case.p_value, case.p_against),
            None => (estimate.lower, estimate.upper, estimate.p_value(plan), estimate.p_against),
        };
        Self {
            delta: estimate.delta,
            lower,
            upper,
            p_value,
            p_against,
            pairs: pairs.counts.pairs,
            shown,
            obstacle: None,
        }
    }

    /// No evidence for or against anything, and why.
    pub(super) fn nothing(delta: f64, pairs: usize, obstacle: String) -> Self {
        Self {
            delta,
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
            p_value: 1.0,
            p_against: 1.0,
            pairs,
            shown: false,
            obstacle: Some(obstacle),
        }
    }
}
