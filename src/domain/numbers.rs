//! Numbers that carry their range.

use std::fmt;
use std::str::FromStr;

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
    /// From here on lower and upper bounds cross, and a claim can be shown and refuted at once.
    pub const TOO_LARGE: f64 = 0.5;

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

/// The lowest and the highest score that an item can get: finite, and the lowest below the highest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    lo: f64,
    hi: f64,
}

impl ScoreRange {
    /// Wrong or right: 0 and 1.
    pub const UNIT: Self = Self { lo: 0.0, hi: 1.0 };

    /// `None` unless both are finite, `lo` lies below `hi`, and their distance is finite.
    #[must_use]
    pub fn new(lo: f64, hi: f64) -> Option<Self> {
        let holds = lo.is_finite() && hi.is_finite() && lo < hi && (hi - lo).is_finite();
        holds.then_some(Self { lo: lo + 0.0, hi: hi + 0.0 })
    }

    /// The lowest score.
    #[must_use]
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// The highest score.
    #[must_use]
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// How far two scores can lie apart.
    #[must_use]
    pub fn span(self) -> f64 {
        self.hi - self.lo
    }

    /// Whether a score lies in it, both ends included.
    #[must_use]
    pub fn contains(self, score: f64) -> bool {
        (self.lo..=self.hi).contains(&score)
    }
}

impl fmt::Display for ScoreRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.lo, self.hi)
    }
}

impl FromStr for ScoreRange {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (lo, hi) = text.split_once(',').ok_or(())?;
        let number = |text: &str| text.trim().parse::<f64>().map_err(|_| ());
        Self::new(number(lo)?, number(hi)?).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Alpha, Fraction, Score, ScoreRange};

    #[test]
    fn a_range_has_two_ends() {
        assert_eq!("0,1".parse(), Ok(ScoreRange::UNIT));
        assert_eq!(" -1 , 2.5".parse::<ScoreRange>().map(|range| range.span()), Ok(3.5));
        for text in ["", "1", "1,1", "2,1", "nan,1", "0,inf", "0,1,2", "-1e308,1e308"] {
            assert_eq!(text.parse::<ScoreRange>(), Err(()), "{text}");
        }
        assert_eq!("-0.5,100".parse::<ScoreRange>().map(|range| range.to_string()), Ok("-0.5,100".into()));
    }

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
