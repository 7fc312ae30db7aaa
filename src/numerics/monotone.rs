//! A function that is monotone on paper, made monotone in floating point.
//!
//! On paper `p(null)` never falls as `null` rises, so "the smallest null with p above alpha" and
//! "p(null) <= alpha" are one statement. In floating point the last bit of p wavers, and a bound
//! found by any root finder will disagree with the p-value for some null nearby. Here the function
//! is *defined* along one fixed bisection of all doubles: the value at a midpoint is what the
//! formula gives there, held between the values at the ends of its interval. Two points are
//! separated by some midpoint, and their values lie on its two sides; so the function is monotone
//! whatever the rounding, and evaluation and inversion walk the same tree.
//!
//! Zero is the first midpoint: the value there is the formula's own.

/// A non-decreasing function of a double, exact under inversion. The formula may waver by rounding
/// but must not be NaN.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Monotone<F>(pub(crate) F);

/// The position of a double in their order; 0 and -0 are one.
fn key(x: f64) -> i64 {
    let magnitude = i64::from_ne_bytes((x.abs().to_bits()).to_ne_bytes());
    if x < 0.0 { -magnitude } else { magnitude }
}

/// The double at a position.
fn value(key: i64) -> f64 {
    let magnitude = f64::from_bits(key.unsigned_abs());
    if key < 0 { -magnitude } else { magnitude }
}

/// Half way, rounded down, without overflow.
fn halfway(a: i64, b: i64) -> i64 {
    (a & b) + ((a ^ b) >> 1)
}

impl<F: Fn(f64) -> f64> Monotone<F> {
    /// Walks down until `goes_right(midpoint, value there)` has singled out two neighbours; returns
    /// the upper one and the values at both, or `None` with the common value where the function is
    /// constant from there on.
    fn walk(&self, mut goes_right: impl FnMut(i64, f64) -> bool) -> (i64, f64, f64) {
        let (mut low, mut high) = (key(-f64::MAX), key(f64::MAX));
        let at_low = (self.0)(-f64::MAX);
        let (mut at_low, mut at_high) = (at_low, (self.0)(f64::MAX).max(at_low));
        while high - 1 > low && at_low < at_high {
            let middle = halfway(low, high);
            let here = (self.0)(value(middle)).clamp(at_low, at_high);
            if goes_right(middle, here) {
                (low, at_low) = (middle, here);
            } else {
                (high, at_high) = (middle, here);
            }
        }
        (high, at_low, at_high)
    }

    /// The value at `x`, finite.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let wanted = key(x.clamp(-f64::MAX, f64::MAX));
        let (high, at_low, at_high) = self.walk(|middle, _| middle <= wanted);
        if high <= wanted { at_high } else { at_low }
    }

    /// The smallest double at which the value exceeds `level`; negative infinity where it does
    /// everywhere, positive infinity where it does nowhere.
    pub(crate) fn first_above(&self, level: f64) -> f64 {
        let (high, at_low, at_high) = self.walk(|_, here| here <= level);
        if at_low > level {
            f64::NEG_INFINITY
        } else if at_high <= level {
            f64::INFINITY
        } else {
            value(high)
        }
    }
}

/// The upper end of an interval that holds the step of `holds` from false to true, after halving it so often.
/// `holds` is true at the upper end of the interval given.
pub(crate) fn bisect((mut low, mut high): (f64, f64), halvings: u32, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..halvings {
        let middle = 0.5 * (low + high);
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Monotone, key, value};

    /// Rises on the whole and wavers in its last hundred bits.
    fn noisy(seed: u64) -> impl Fn(f64) -> f64 {
        move |x: f64| {
            let noise = (x.to_bits() ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
            (0.5 + x.atan() / 4.0) * (1.0 + noise as f64 * 1e-18)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn order_of_positions_is_order_of_numbers(a: f64, b: f64) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(a < b, key(a) < key(b));
            prop_assert_eq!(value(key(a)), a);
        }

        #[test]
        fn noise_never_reaches_the_order(x in -4.0..4.0_f64, steps in 0..40_i64, seed: u64) {
            let p = Monotone(noisy(seed));
            prop_assert!(p.at(x) <= p.at(value(key(x) + steps)));
        }

        #[test]
        fn inversion_and_evaluation_agree(x in -4.0..4.0_f64, steps in -40..40_i64, seed: u64) {
            let p = Monotone(noisy(seed));
            let level = p.at(x);
            let near = value(key(x) + steps);
            prop_assert_eq!(near < p.first_above(level), p.at(near) <= level);
        }
    }

    #[test]
    fn constants_and_steps() {
        assert_eq!(Monotone(|_| 1.0).first_above(0.05), f64::NEG_INFINITY);
        assert_eq!(Monotone(|_| 0.0).first_above(0.05), f64::INFINITY);
        let step = Monotone(|x: f64| f64::from(x >= 0.25));
        assert_eq!(step.first_above(0.05), 0.25);
        assert_eq!((step.at(0.25), step.at(0.25_f64.next_down())), (1.0, 0.0));
        assert_eq!((step.at(f64::MAX), step.at(-f64::MAX)), (1.0, 0.0));
    }
}
