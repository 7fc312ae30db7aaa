//! Numbers that carry their range.

/// A score of one item in one epoch: a finite number. What is not finite is unscored, never 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Score(f64);

impl Score {
    /// `None` for NaN and the infinities. Negative zero becomes zero, so equal scores have equal bits.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value + 0.0))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// An error rate strictly between 0 and 1: the largest probability of a wrong answer we accept.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Alpha(f64);

impl Alpha {
    /// What is accepted where nothing else is said.
    pub const USUAL: Self = Self(0.05);

    /// `None` outside the open interval (0, 1).
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value < 1.0).then_some(Self(value))
    }

    /// The rate.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Half the rate: what each bound of a two-sided statement may spend.
    #[must_use]
    pub fn halved(self) -> Self {
        Self(self.0 / 2.0)
    }
}

/// A share between 0 and 1, both included: power, coverage.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Fraction(f64);

impl Fraction {
    /// What is planned for where nothing else is said.
    pub const USUAL_POWER: Self = Self(0.8);
    /// Least coverage where nothing else is said.
    pub const USUAL_COVERAGE: Self = Self(0.95);

    /// `None` outside [0, 1] and for NaN.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The share.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Alpha, Fraction, Score};

    #[test]
    fn ranges_hold_at_their_edges() {
        assert!(Alpha::new(0.0).is_none() && Alpha::new(1.0).is_none() && Alpha::new(f64::NAN).is_none());
        assert!(
            Fraction::new(0.0).is_some() && Fraction::new(1.0).is_some() && Fraction::new(f64::NAN).is_none()
        );
        assert!(Score::new(f64::NAN).is_none() && Score::new(f64::INFINITY).is_none());
        assert_eq!(Score::new(-0.0).map(|s| s.get().to_bits()), Some(0));
    }
}
