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
    /// Items that got worse, got better, and kept their score.
    pub counts: (u64, u64, u64),
    /// Their mean.
    pub mean: Shown,
}

/// Draws it.
#[must_use]
pub fn draw(frame: &Frame<'_>, histogram: &Histogram<'_>) -> String {
    let (edge, top, bottom) = (18.0, 34.0, 200.0);
    let mut svg = frame.begin(bottom + BELOW, "How the differences are spread", &describe(histogram));
    let edges = histogram.bins.iter().flat_map(|bin| [bin.from, bin.to]);
    let scale = Scale::around(edges.chain([0.0, histogram.mean.at]), (edge, frame.width - edge));
    axis::horizontal(&mut svg, frame, &scale, (bottom, bottom), Sign::Shown, histogram.axis);
    let most = histogram.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    for bin in histogram.bins {
        let tall = bin.count as f64 / most as f64 * (bottom - top);
        let (from, to) = (scale.at(bin.from), scale.at(bin.to));
        let ink = match (bin.from, bin.to) {
            (_, to) if to <= 0.0 => Ink::Worse,
            (from, _) if from >= 0.0 => Ink::Better,
            _ => Ink::Faint,
        };
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
    let (worse, better, same) = histogram.counts;
    format!(
        "{} items got worse, {} got better, {} kept their score. The mean difference is {}.",
        count(worse),
        count(better),
        count(same),
        histogram.mean.text
    )
}
