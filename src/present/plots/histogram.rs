//! How the differences of graded scores are spread.

use super::axis::{self, BELOW};
use super::frame::{Frame, Shown, apart, text_width};
use super::scale::{Scale, Sign};
use crate::domain::number_format::count;
use crate::present::svg::{Anchor, Fill, Ink, Stroke, Type};

/// One bar: differences from `from` up to `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Its lower edge.
    pub from: f64,
    /// Its upper edge.
    pub to: f64,
    /// How many differences lie in it.
    pub count: u64,
}

/// The bars of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram<'a> {
    /// What the axis counts.
    pub axis: &'a str,
    /// The bars from left to right.
    pub bins: &'a [Bin],
    /// Items whose score is the same in both runs; they stand in a bar of their own at 0.
    pub unchanged: u64,
    /// Their mean.
    pub mean: Shown,
}

/// Most bars on either side of 0.
const MOST: usize = 12;

/// Counts differences into bars of one width. 0 is an edge, so no bar mixes what got better with what got worse, and
/// differences of exactly 0 stand in none: the second number counts them.
#[must_use]
pub fn bins(differences: impl IntoIterator<Item = f64>) -> (Vec<Bin>, u64) {
    let finite: Vec<f64> = differences.into_iter().filter(|value| value.is_finite()).collect();
    let unchanged = finite.iter().filter(|value| **value == 0.0).count() as u64;
    let (low, high) = finite.iter().fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(*v), high.max(*v)));
    let Some(width) = width(high.max(-low)) else { return (Vec::new(), unchanged) };
    let steps = |edge: f64| (edge / width).ceil().clamp(0.0, MOST as f64) as usize;
    let (below, above) = (steps(-low), steps(high));
    let edge = |i: usize| (i as f64 - below as f64) * width;
    let mut bins: Vec<Bin> =
        (0..below + above).map(|i| Bin { from: edge(i), to: edge(i + 1), count: 0 }).collect();
    for value in finite.into_iter().filter(|value| *value != 0.0) {
        // Away from 0 an edge belongs to the bar nearer to 0, on both sides alike.
        let step = ((value.abs() / width).ceil() as usize).max(1) - 1;
        let i = if value > 0.0 { below + step } else { below.saturating_sub(1 + step) };
        let i = i.min(bins.len().saturating_sub(1));
        if let Some(bin) = bins.get_mut(i) {
            bin.count += 1;
        }
    }
    (bins, unchanged)
}

/// The round width that covers `reach` in at most `MOST` bars.
fn width(reach: f64) -> Option<f64> {
    let exponents = -12_i32..=15;
    let widths = exponents.flat_map(|e| [1, 2, 5].map(|digit| format!("{digit}e{e}").parse().unwrap_or(1.0)));
    (reach > 0.0).then(|| widths.into_iter().find(|width: &f64| width * MOST as f64 >= reach)).flatten()
}

/// Draws it.
#[must_use]
pub fn draw(frame: &Frame<'_>, histogram: &Histogram<'_>) -> String {
    let (edge, top, bottom) = (18.0, 34.0, 200.0);
    let mut svg = frame.begin(bottom + BELOW, "How the differences are spread", &describe(histogram));
    let edges = histogram.bins.iter().flat_map(|bin| [bin.from, bin.to]);
    let scale = Scale::around(edges.chain([0.0, histogram.mean.at]), (edge, frame.width - edge));
    axis::horizontal(&mut svg, &scale, (bottom, bottom), Sign::Shown, histogram.axis);
    let most = histogram.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    for bin in histogram.bins {
        let tall = bin.count as f64 / most as f64 * (bottom - top);
        let (from, to) = (scale.at(bin.from), scale.at(bin.to));
        let ink = if bin.from < 0.0 { Ink::Worse } else { Ink::Better };
        svg.rect((from + 0.75, bottom - tall), (to - from - 1.5, tall), Fill::Solid(ink));
        let text = count(bin.count);
        if bin.count > 0 && text_width(&text, 11.0) < to - from {
            let set = Type { size: 11.0, ..Type::faint(Anchor::Middle) };
            svg.text(((from + to) / 2.0, bottom - tall - 4.0), set, &text);
        }
    }
    svg.line((scale.at(0.0), top - 4.0), (scale.at(0.0), bottom), Stroke::solid(Ink::Text, 1.0));
    let mean = scale.at(histogram.mean.at);
    svg.line((mean, top - 12.0), (mean, bottom), Stroke::dashed(Ink::Text, 1.5));
    let words = format!("mean {}", histogram.mean.text);
    let mut place = [(mean, text_width(&words, 13.0))];
    apart(&mut place, scale.edges());
    for (middle, _) in place {
        svg.text((middle, 16.0), Type::bold(Anchor::Middle), &words);
    }
    svg.finish()
}

fn describe(histogram: &Histogram<'_>) -> String {
    let sum = |better: bool| {
        count(histogram.bins.iter().filter(|bin| (bin.from >= 0.0) == better).map(|bin| bin.count).sum())
    };
    format!(
        "{} items got worse, {} got better, {} kept their score. The mean difference is {}.",
        sum(false),
        sum(true),
        count(histogram.unchanged),
        histogram.mean.text
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::bins;

    #[test]
    fn no_bar_mixes_better_and_worse() {
        let (found, unchanged) = bins([-0.3, -0.25, 0.0, 0.0, 0.1, 0.5, f64::NAN]);
        assert_eq!(unchanged, 2);
        assert_eq!(found.iter().map(|bin| bin.count).sum::<u64>(), 4);
        assert!(found.iter().all(|bin| bin.from >= 0.0 || bin.to <= 0.0), "{found:?}");
        assert_eq!(bins([0.0]), (vec![], 1));
    }

    proptest! {
        #[test]
        fn every_difference_stands_in_the_bar_that_holds_it(values in proptest::collection::vec(-5.0_f64..5.0, 1..60)) {
            let (found, unchanged) = bins(values.iter().copied());
            prop_assert_eq!(found.iter().map(|bin| bin.count).sum::<u64>() + unchanged, values.len() as u64);
            for bin in &found {
                let near = |v: &&f64| **v > bin.from - 1e-9 && **v < bin.to + 1e-9;
                prop_assert!(bin.count <= values.iter().filter(near).count() as u64);
            }
        }
    }
}
