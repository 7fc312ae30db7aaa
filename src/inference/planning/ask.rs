//! What a plan is asked to show, how much that needs, and why nothing may suffice.

use crate::domain::{Alpha, Claim, Plan};

/// What is to be shown, and how surely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask {
    /// The claim.
    pub claim: Claim,
    /// What one bound may spend.
    pub alpha: Alpha,
    /// Probability with which the claim is to be shown, in (0, 1).
    pub power: f64,
}

/// How much a claim needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Paired items in all.
    pub items: u64,
    /// Whole clusters, where these are the units.
    pub clusters: Option<u64>,
}

/// Why no number of items suffices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {
    /// The true improvement that was planned for does not lie within the claim.
    OutsideTheClaim,
    /// More than [`MOST_ITEMS`] would be needed.
    TooMany,
}

/// More items than this are no plan.
pub const MOST_ITEMS: u64 = 1_000_000_000;

impl Ask {
    /// What a plan asks.
    ///
    /// # Parameters
    /// - `plan`: claim, alpha, sides and power.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::planning::Ask;
    ///
    /// let ask = Ask::of(&Plan::of(Claim::Above { min_delta: 0.0 }));
    /// assert_eq!(ask.alpha.get(), 0.05);
    /// ```
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        Self { claim: plan.claim, alpha: plan.alpha_each(), power: plan.power.get() }
    }

    /// The same with another claim.
    #[must_use]
    pub(crate) fn claiming(self, claim: Claim) -> Self {
        Self { claim, ..self }
    }
}
