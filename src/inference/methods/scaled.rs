//! A test of 0/1 scores for scores that have two values of another distance.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;
use crate::numerics::monotone::Monotone;

/// What a test of 0/1 scores says in the units of the user's scores, 0 and 100 for instance.
///
/// ```text
/// delta = unit * delta of the test        p(null) = p of the test at null / unit
/// ```
///
/// `unit` > 0 is the distance of the two values. A bound is the first double, in order, whose quotient
/// by `unit` reaches the bound of the test: rounding moves neither it nor the null to the other side.
pub(crate) struct Scaled {
    test: Box<dyn Inversion>,
    unit: f64,
}

impl Scaled {
    /// The test itself where `unit` is 1.
    pub(crate) fn by(unit: f64, test: Box<dyn Inversion>) -> Box<dyn Inversion> {
        if unit == 1.0 { test } else { Box::new(Self { test, unit }) }
    }

    /// The smallest double with x / unit >= `bound`.
    fn first_at(&self, bound: f64) -> f64 {
        Monotone(|x| f64::from(x / self.unit >= bound)).first_above(0.5)
    }
}

impl Inversion for Scaled {
    fn delta(&self) -> f64 {
        self.test.delta() * self.unit
    }

    fn p_greater(&self, null: f64) -> f64 {
        self.test.p_greater(null / self.unit)
    }

    fn p_less(&self, null: f64) -> f64 {
        self.test.p_less(null / self.unit)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        self.first_at(self.test.lower(alpha))
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -self.first_at(-self.test.upper(alpha))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::agrees;
    use crate::inference::inversion::forward_inversion;
    use crate::inference::methods::exact_unconditional::ExactUnconditional;
    use crate::inference::methods::mcnemar_midp::McnemarMidP;
    use crate::inference::methods::tango::Tango;

    /// What a boxed test says, as `agrees` takes it.
    struct Boxed(Box<dyn Inversion>);

    forward_inversion!(Boxed, |this| &*this.0);

    #[test]
    fn scores_of_0_and_100_are_scores_of_0_and_1() {
        let alpha = Alpha::USUAL;
        let plain = ExactUnconditional::new(200, 4, 15);
        let scaled = Scaled::by(100.0, Box::new(plain.clone()));
        assert!((scaled.delta() - 100.0 * plain.delta()).abs() < 1e-12);
        assert_eq!(scaled.p_greater(-2.0), plain.p_greater(-0.02));
        assert_eq!(scaled.p_less(50.0), plain.p_less(0.5));
        assert!((scaled.lower(alpha) / (100.0 * plain.lower(alpha)) - 1.0).abs() < 1e-14);
        assert!((scaled.upper(alpha) / (100.0 * plain.upper(alpha)) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn a_distance_of_one_leaves_every_bit() {
        let plain = ExactUnconditional::new(90, 3, 9);
        let same = Scaled::by(1.0, Box::new(plain.clone()));
        assert_eq!(same.lower(Alpha::USUAL).to_bits(), plain.lower(Alpha::USUAL).to_bits());
        assert_eq!(same.p_greater(-0.013).to_bits(), plain.p_greater(-0.013).to_bits());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(300)))]

        #[test]
        fn test_and_bounds_are_one(n in 1_u64..60, b in 0_u64..60, c in 0_u64..60, unit in 1e-9..1e9_f64, null in -1.2..1.2_f64) {
            let (b, c) = (b % (n + 1), c % (n + 1));
            prop_assume!(b + c <= n);
            let nulls = [null * unit, 0.0, unit, -unit];
            for unit in [unit, 2.0, 100.0, 0.1] {
                agrees(&Boxed(Scaled::by(unit, Box::new(McnemarMidP::new(n, b, c)))), &nulls);
                if let Some(test) = Tango::new(b, c, n) {
                    agrees(&Boxed(Scaled::by(unit, Box::new(test))), &nulls);
                }
            }
        }
    }
}
