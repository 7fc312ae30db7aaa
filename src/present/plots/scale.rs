//! From numbers to places in a picture.

/// A part of the number line laid between two edges of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

/// A number that an axis shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Where it stands in the picture.
    pub(super) at: f64,
    /// How it is written.
    pub(super) text: String,
}

/// Whether numbers above 0 are written with a plus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Differences.
    Shown,
    /// Scores and counts.
    Hidden,
}

impl Scale {
    /// Lays `from` to `to` between `start` and `end`. What is no number, or no range, becomes one around it.
    #[must_use]
    pub(super) fn exact(from: f64, to: f64, (start, end): (f64, f64)) -> Self {
        let (from, to) = match (from.is_finite() && to.is_finite(), to > from) {
            (true, true) => (from, to),
            (true, false) => (from - widening(from), from + widening(from)),
            (false, _) => (-1.0, 1.0),
        };
        Self { from, to, start, end }
    }

    /// A scale on which all values find room with some air around them.
    #[must_use]
    pub(super) fn around(values: impl IntoIterator<Item = f64>, edges: (f64, f64)) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low < high {
            let air = (high - low) * 0.08;
            Self::exact(low - air, high + air, edges)
        } else {
            Self::exact(low, low, edges)
        }
    }

    /// The same scale, wide enough that at least `room` of the picture lies on either side of `value`.
    #[must_use]
    pub(super) fn with_room(self, value: f64, room: f64) -> Self {
        let share = room / (self.end - self.start);
        if !(0.0..0.5).contains(&share) || !value.is_finite() {
            return self;
        }
        let (mut from, mut to) = (self.from, self.to);
        if value - from < share * (to - from) {
            from = (value - share * to) / (1.0 - share);
        }
        if to - value < share * (to - from) {
            to = (value - share * from) / (1.0 - share);
        }
        Self::exact(from, to, (self.start, self.end))
    }

    /// Where a number stands; what lies outside stands at the edge.
    #[must_use]
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.from } else { value.clamp(self.from, self.to) };
        self.start + (value - self.from) / (self.to - self.from) * (self.end - self.start)
    }

    /// The numbers at the two edges.
    #[cfg(test)]
    fn range(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// The two edges.
    #[must_use]
    pub(super) fn edges(&self) -> (f64, f64) {
        (self.start, self.end)
    }

    /// At most `most` round numbers, evenly apart: steps of 1, 2 or 5 and a power of ten.
    #[must_use]
    pub(super) fn ticks(&self, most: u32, sign: Sign) -> Vec<Tick> {
        let (step, decimals) = step((self.to - self.from) / f64::from(most.max(2) - 1));
        let first = (self.from / step).ceil();
        let numbers = (0..most).map(|i| first + f64::from(i)).take_while(|n| n * step <= self.to);
        numbers.map(|n| Tick { at: self.at(n * step), text: written(n * step, decimals, sign) }).collect()
    }
}

fn widening(value: f64) -> f64 {
    if value == 0.0 { 1.0 } else { value.abs() * 0.5 }
}

/// The smallest round step that is not below `least`, and the decimals that it needs.
fn step(least: f64) -> (f64, usize) {
    for exponent in -12_i32..=15 {
        for digit in [1, 2, 5] {
            // Read, not computed: the same number on every machine.
            let step: f64 = format!("{digit}e{exponent}").parse().unwrap_or(1.0);
            if step >= least {
                return (step, usize::try_from(-exponent).unwrap_or(0));
            }
        }
    }
    (least, 0)
}

fn written(value: f64, decimals: usize, sign: Sign) -> String {
    if value.abs() < 1e-15 {
        return "0".into();
    }
    let size = value.abs();
    let text = if decimals > 5 || size >= 1e7 {
        format!("{size:e}")
    } else if decimals == 0 && size >= 10_000.0 {
        thousands(&format!("{size:.0}"))
    } else {
        format!("{size:.decimals$}")
    };
    match (value < 0.0, sign) {
        (true, _) => format!("-{text}"),
        (false, Sign::Shown) => format!("+{text}"),
        (false, Sign::Hidden) => text,
    }
}

fn thousands(digits: &str) -> String {
    digits.parse().map_or_else(|_| digits.to_owned(), crate::domain::number_format::count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Scale, Sign};

    fn texts(from: f64, to: f64, most: u32, sign: Sign) -> Vec<String> {
        Scale::exact(from, to, (0.0, 100.0)).ticks(most, sign).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn axes_show_round_numbers() {
        assert_eq!(texts(-2.2, 6.4, 6, Sign::Shown), ["-2", "0", "+2", "+4", "+6"]);
        assert_eq!(texts(0.0, 1.0, 6, Sign::Hidden), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(0.0, 100_000.0, 6, Sign::Hidden).last().unwrap(), "100,000");
        assert_eq!(texts(-3e-8, 3e-8, 4, Sign::Shown), ["-2e-8", "0", "+2e-8"]);
    }

    #[test]
    fn what_is_no_range_becomes_one() {
        for (from, to) in [(f64::NAN, 1.0), (3.0, 3.0), (f64::NEG_INFINITY, 0.0), (2.0, 1.0)] {
            let scale = Scale::exact(from, to, (0.0, 10.0));
            assert!(scale.range().0 < scale.range().1, "{from} {to}");
        }
        let scale = Scale::around([], (0.0, 10.0));
        assert!((scale.at(0.0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn room_is_made_on_both_sides() {
        let scale = Scale::exact(3.0, 10.0, (0.0, 300.0)).with_room(1.0, 90.0);
        assert!((scale.at(1.0) - 90.0).abs() < 1e-9, "{}", scale.at(1.0));
        let scale = Scale::exact(-10.0, 0.0, (0.0, 300.0)).with_room(1.0, 90.0);
        assert!((scale.at(1.0) - 210.0).abs() < 1e-9, "{}", scale.at(1.0));
    }

    proptest! {
        #[test]
        fn ticks_lie_between_the_edges_in_order(from in -1e6_f64..1e6, width in 1e-9_f64..1e6, most in 3_u32..9) {
            let scale = Scale::exact(from, from + width, (10.0, 90.0));
            let ticks = scale.ticks(most, Sign::Shown);
            prop_assert!(ticks.len() <= most as usize);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at <= pair[1].at));
            prop_assert!(ticks.iter().all(|tick| (10.0..=90.0).contains(&tick.at)));
        }
    }
}
