//! Verdicts by shape and by colour, so that neither is needed alone.

use crate::domain::Verdict;
use crate::present::svg::{Fill, Ink, Point, Svg};

/// The ink of a verdict.
#[must_use]
pub fn ink(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Allow => Ink::Better,
        Verdict::Reject => Ink::Worse,
        Verdict::Inconclusive => Ink::Open,
    }
}

/// The name of a verdict's shape, for a legend.
#[must_use]
pub fn shape(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "circle",
        Verdict::Reject => "triangle",
        Verdict::Inconclusive => "square",
    }
}

/// The mark of a verdict: a circle for ALLOW, a triangle for REJECT, a square for INCONCLUSIVE.
pub fn mark(svg: &mut Svg, at: Point, radius: f64, verdict: Verdict) {
    shaped(svg, at, radius, verdict, Fill::Solid(ink(verdict)));
}

/// The same shape in the colour of the text beside it.
pub fn outline(svg: &mut Svg, at: Point, radius: f64, verdict: Verdict) {
    shaped(svg, at, radius, verdict, Fill::Solid(Ink::Text));
}

fn shaped(svg: &mut Svg, at: Point, radius: f64, verdict: Verdict, fill: Fill) {
    let (x, y) = at;
    match verdict {
        Verdict::Allow => svg.circle(at, radius, fill),
        Verdict::Reject => {
            let (r, half) = (radius * 1.15, radius * 1.1);
            svg.polygon(&[(x, y - r), (x + half, y + r * 0.8), (x - half, y + r * 0.8)], fill);
        }
        Verdict::Inconclusive => {
            let side = radius * 1.8;
            svg.rect((x - side / 2.0, y - side / 2.0), (side, side), fill);
        }
    }
}
