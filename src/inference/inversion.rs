//! One test, and its bounds by inverting it: the shape that every method takes.

use crate::domain::Alpha;
use crate::numerics::monotone::Monotone;

/// A family of one-sided tests of delta, the true mean improvement, prepared from one sample.
///
/// `p_greater` and `lower` are two views of the same test, and so are `p_less` and `upper`:
///
/// ```text
/// lower(alpha) > null   if and only if   p_greater(null) <= alpha
/// upper(alpha) < null   if and only if   p_less(null)    <= alpha
/// ```
///
/// A property test holds every method to it, so a report can never show an interval that
/// contradicts its p-value.
///
/// # Example
/// ```
/// use evalsig::domain::Alpha;
/// use evalsig::inference::Inversion as _;
/// use evalsig::inference::methods::Tango;
///
/// let test = Tango::new(4, 15, 200).expect("no more discordant pairs than pairs");
/// let lower = test.lower(Alpha::USUAL);
/// for null in [lower.next_down(), lower] {
///     assert_eq!(lower > null, test.p_greater(null) <= 0.05);
/// }
/// ```
pub trait Inversion {
    /// The estimate of delta: item-weighted mean of the paired differences.
    fn delta(&self) -> f64;

    /// H0: delta <= `null`. Small when the data speak for more than `null`.
    fn p_greater(&self, null: f64) -> f64;

    /// H0: delta >= `null`. Small when the data speak for less than `null`.
    fn p_less(&self, null: f64) -> f64;

    /// Largest L such that every `null` below it is refuted at `alpha`; negative infinity where
    /// the data can refute none.
    fn lower(&self, alpha: Alpha) -> f64;

    /// Smallest U such that every `null` above it is refuted at `alpha`; positive infinity where
    /// the data can refute none.
    fn upper(&self, alpha: Alpha) -> f64;
}

/// A test whose p-values are formulas in `null`; the rest follows by [`Monotone`].
pub(crate) trait Formula {
    /// The estimate of delta.
    fn estimate(&self) -> f64;

    /// [`Inversion::p_greater`] as the formula gives it: rising in `null` but for rounding, never NaN.
    fn greater(&self, null: f64) -> f64;

    /// [`Inversion::p_less`] as the formula gives it: falling in `null` but for rounding, never NaN.
    fn less(&self, null: f64) -> f64;
}

impl<T: Formula> Inversion for T {
    fn delta(&self) -> f64 {
        self.estimate()
    }

    fn p_greater(&self, null: f64) -> f64 {
        Monotone(|x| self.greater(x)).at(null)
    }

    fn p_less(&self, null: f64) -> f64 {
        Monotone(|x: f64| self.less(-x)).at(-null)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        Monotone(|x| self.greater(x)).first_above(alpha.get())
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -Monotone(|x: f64| self.less(-x)).first_above(alpha.get())
    }
}

/// Writes `impl Inversion` for a type that holds the test which answers for it: `forward_inversion!(Type, |this| &this.test)`.
macro_rules! forward_inversion {
    ($outer:ty, |$this:ident| $inner:expr) => {
        impl $crate::inference::inversion::Inversion for $outer {
            fn delta(&self) -> f64 {
                let $this = self;
                $crate::inference::inversion::Inversion::delta($inner)
            }

            fn p_greater(&self, null: f64) -> f64 {
                let $this = self;
                $crate::inference::inversion::Inversion::p_greater($inner, null)
            }

            fn p_less(&self, null: f64) -> f64 {
                let $this = self;
                $crate::inference::inversion::Inversion::p_less($inner, null)
            }

            fn lower(&self, alpha: $crate::domain::Alpha) -> f64 {
                let $this = self;
                $crate::inference::inversion::Inversion::lower($inner, alpha)
            }

            fn upper(&self, alpha: $crate::domain::Alpha) -> f64 {
                let $this = self;
                $crate::inference::inversion::Inversion::upper($inner, alpha)
            }
        }
    };
}
pub(crate) use forward_inversion;

/// What data say that can refute nothing: p = 1 everywhere and no bounds. Never p = 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NoEvidence {
    /// The estimate of delta.
    pub(crate) delta: f64,
}

impl Formula for NoEvidence {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, _null: f64) -> f64 {
        1.0
    }

    fn less(&self, _null: f64) -> f64 {
        1.0
    }
}
