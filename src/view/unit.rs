//! What differences are counted in, and with how many decimals.

use super::effect::Asked;

/// Most decimals of any number that a person reads.
const MOST_DECIMALS: usize = 8;

/// What differences are counted in. A metric that goes from 0 to 1 is a rate, and people count rates in points of a
/// hundred.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// What a score is multiplied by: 100 for a rate, else 1.
    pub factor: f64,
    /// Digits behind the decimal point of a difference.
    pub decimals: usize,
}

impl Unit {
    /// The unit of a rate, or of any other metric; with enough decimals for what was asked for, and for `shown`, the
    /// bounds of the difference, in units of the score.
    pub(super) fn new(rate: bool, asked: Asked, shown: &[f64]) -> Self {
        let factor = if rate { 100.0 } else { 1.0 };
        let least = usize::from(rate);
        let finite = shown.iter().copied().filter(|value| value.is_finite() && *value != 0.0);
        let span = shown
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)));
        // One digit of the width of a rate, two of another metric, and one of each number by itself.
        let width = digits((span.1 - span.0) / 2.0 * factor, if rate { 1 } else { 2 });
        let each = finite.map(|value| digits(value * factor, 1)).max().unwrap_or(0);
        let exact = exact_digits(asked.value() * factor);
        let decimals = least.max(width).max(each).max(exact).min(MOST_DECIMALS);
        Self { factor, decimals }
    }

    /// Whether differences are points of a hundred.
    #[must_use]
    pub fn is_rate(&self) -> bool {
        self.factor > 1.0
    }

    /// The word behind a number: ` points`, or nothing.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_rate() { " points" } else { "" }
    }

    /// A difference with its sign: `+4.9`.
    #[must_use]
    pub fn signed(&self, value: f64) -> String {
        self.written(value * self.factor, true)
    }

    /// A lower bound with its sign, never above the bound: `+3.2`.
    #[must_use]
    pub fn lower(&self, bound: f64) -> String {
        self.written(self.rounded(bound * self.factor, f64::floor), true)
    }

    /// An upper bound with its sign, never below the bound: `+6.7`.
    #[must_use]
    pub fn upper(&self, bound: f64) -> String {
        self.written(self.rounded(bound * self.factor, f64::ceil), true)
    }

    /// Both bounds, each rounded to its weaker side.
    #[must_use]
    pub fn bounds(&self, lower: Option<f64>, upper: Option<f64>) -> [String; 2] {
        [lower.map(|bound| self.lower(bound)), upper.map(|bound| self.upper(bound))]
            .map(|bound| bound.unwrap_or_else(|| "unbounded".into()))
    }

    /// The size of a difference that is at least this large: never more than it is.
    #[must_use]
    pub fn at_least(&self, value: f64) -> String {
        self.written(self.rounded(value.abs() * self.factor, f64::floor), false)
    }

    /// The size of a difference that is at most this large: never less than it is.
    #[must_use]
    pub fn at_most(&self, value: f64) -> String {
        self.written(self.rounded(value.abs() * self.factor, f64::ceil), false)
    }

    /// A mean score by itself: `57.6 %`, or `0.5762`.
    #[must_use]
    pub fn level(&self, value: f64) -> String {
        let text = self.written(value * self.factor, false);
        if self.is_rate() { format!("{text} %") } else { text }
    }

    fn written(&self, value: f64, sign: bool) -> String {
        if value == 0.0 {
            return "0".into();
        }
        let decimals = self.decimals;
        let text = if sign { format!("{value:+.decimals$}") } else { format!("{value:.decimals$}") };
        // Neither +0.0 nor -0.0 is a number that people write.
        let zero = text.trim_start_matches(['+', '-']).chars().all(|c| matches!(c, '0' | '.'));
        if zero { text.trim_start_matches(['+', '-']).to_owned() } else { text }
    }

    /// Rounds in one direction, but takes what is within rounding of a float for the number that was meant.
    fn rounded(&self, value: f64, round: fn(f64) -> f64) -> f64 {
        let scale = 10_f64.powi(i32::try_from(self.decimals).unwrap_or(0));
        let scaled = value * scale;
        let near = scaled.round();
        if (scaled - near).abs() <= 1e-9 * near.abs().max(1.0) { near / scale } else { round(scaled) / scale }
    }
}

/// Decimals that show so many digits of a number that is not 0.
fn digits(value: f64, wanted: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let magnitude = value.abs().log10().floor();
    usize::try_from(wanted - 1 - magnitude as i32).unwrap_or(0)
}

/// Decimals that a number needs to be written in full.
fn exact_digits(value: f64) -> usize {
    let full = |decimals: &usize| {
        let scale = 10_f64.powi(i32::try_from(*decimals).unwrap_or(0));
        ((value * scale).round() / scale - value).abs() <= 1e-9 * value.abs().max(1e-9)
    };
    (0..=MOST_DECIMALS).find(full).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::effect::Asked;
    use super::Unit;

    #[test]
    fn a_bound_is_never_made_stronger() {
        let unit = Unit::new(true, Asked::MoreThan(0.01), &[0.0318, 0.0661]);
        assert_eq!((unit.at_least(0.0318), unit.at_most(0.0661)), ("3.1".into(), "6.7".into()));
        assert_eq!((unit.lower(-0.0218), unit.upper(0.0261)), ("-2.2".into(), "+2.7".into()));
        // A float that means 3.2 is 3.2, whichever way it fell.
        assert_eq!((unit.at_least(0.032), unit.at_most(0.57)), ("3.2".into(), "57.0".into()));
        assert_eq!((unit.signed(-0.000_01), unit.level(0.576)), ("0.0".into(), "57.6 %".into()));
    }

    #[test]
    fn what_was_asked_for_is_shown_in_full_and_small_bounds_are_not_zero() {
        let unit = Unit::new(true, Asked::MoreThan(0.0125), &[0.013, 0.06]);
        assert_eq!(unit.signed(0.0125), "+1.25");
        let unit = Unit::new(true, Asked::MoreThan(0.0), &[0.000_03, 0.06]);
        assert_eq!(unit.at_least(0.000_03), "0.003");
        let unit = Unit::new(false, Asked::Within(50.0), &[-12.3, 14.9]);
        assert_eq!((unit.lower(-12.3), unit.upper(14.9)), ("-13".into(), "+15".into()));
    }
}
