//! What the candidate must show, and in which direction better lies.

/// Whether a larger score is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Accuracy, pass rate: more is better.
    HigherIsBetter,
    /// Toxicity, latency: less is better. Differences change sign, so that a positive delta is
    /// always an improvement.
    LowerIsBetter,
}

impl Direction {
    /// +1 or -1: what a raw difference candidate - baseline is multiplied by.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::HigherIsBetter => 1.0,
            Self::LowerIsBetter => -1.0,
        }
    }
}

/// How many sides of the claim's value are tested, and so what each bound may spend of alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Each bound is a one-sided statement at 1 - alpha. The default of `gate`.
    One,
    /// Both bounds together are a statement at 1 - alpha, so each spends alpha / 2.
    Two,
}

/// The claim about delta, the true mean improvement of candidate over baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Claim {
    /// delta > `min_delta`. Positive: superior by at least that much. Zero: superior.
    /// Negative: non-inferior within |`min_delta`|.
    Above {
        /// The value that delta must exceed, in units of the score; finite.
        min_delta: f64,
    },
    /// -`margin` < delta < `margin`: equivalent.
    Within {
        /// Half the width of the equivalence region, in units of the score; finite and positive.
        margin: f64,
    },
}

impl Claim {
    /// A claim from `--min-delta`; `None` unless finite.
    #[must_use]
    pub fn above(min_delta: f64) -> Option<Self> {
        min_delta.is_finite().then_some(Self::Above { min_delta: min_delta + 0.0 })
    }

    /// A claim from `--equivalence`; `None` unless finite and positive.
    #[must_use]
    pub fn within(margin: f64) -> Option<Self> {
        (margin.is_finite() && margin > 0.0).then_some(Self::Within { margin })
    }

    /// The value that the lower bound must exceed.
    #[must_use]
    pub fn lower_null(self) -> f64 {
        match self {
            Self::Above { min_delta } => min_delta,
            Self::Within { margin } => -margin,
        }
    }

    /// Whether the claim is true of this delta.
    #[must_use]
    pub fn holds_at(self, delta: f64) -> bool {
        match self {
            Self::Above { min_delta } => delta > min_delta,
            Self::Within { margin } => -margin < delta && delta < margin,
        }
    }

    /// The hypothesis as the plan records it.
    #[must_use]
    pub fn hypothesis(self) -> &'static str {
        match self {
            Self::Above { min_delta } if min_delta > 0.0 => "superior-by-margin",
            Self::Above { min_delta } if min_delta < 0.0 => "non-inferior",
            Self::Above { .. } => "superior",
            Self::Within { .. } => "equivalent",
        }
    }
}
