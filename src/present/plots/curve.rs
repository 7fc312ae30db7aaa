//! How likely it is that a claim is shown, by what is true.

use super::axis::{self, BELOW};
use super::frame::{Frame, Shown, apart, text_width};
use super::scale::{Scale, Sign};
use crate::present::svg::{Anchor, Fill, Ink, Point, Stroke, Type};

/// The curve with what is marked on it.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// What the picture shows, as a title.
    pub title: &'a str,
    /// What it shows, in a sentence or two.
    pub desc: &'a str,
    /// What the axis along the bottom counts.
    pub axis: &'a str,
    /// Whether that axis counts differences.
    pub signed: bool,
    /// The points of the curve from left to right; the second number is a share.
    pub points: &'a [Point],
    /// What is marked: a place on the axis, and the words for it.
    pub marks: &'a [Shown],
    /// The share that was planned for, and the words for it.
    pub planned: Shown,
}

/// Draws it.
#[must_use]
pub fn draw(frame: &Frame<'_>, curve: &Curve<'_>) -> String {
    let (left, top, bottom) = (52.0, 30.0, 220.0);
    let right = frame.width - 18.0;
    let mut svg = frame.begin(bottom + BELOW, curve.title, curve.desc);
    let xs = curve.points.iter().map(|(x, _)| *x);
    let (low, high) = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let scale = Scale::exact(low, high, (left, right));
    let shares = Scale::exact(0.0, 100.0, (bottom, top));
    axis::vertical(&mut svg, &shares, (left, right), Sign::Hidden, " %");
    let sign = if curve.signed { Sign::Shown } else { Sign::Hidden };
    axis::horizontal(&mut svg, frame, &scale, (bottom, bottom), sign, curve.axis);
    let percent = |share: f64| shares.at(share * 100.0);
    let planned = percent(curve.planned.at);
    svg.line((left, planned), (right, planned), Stroke::dashed(Ink::Faint, 1.0));
    let faint = Type::faint(Anchor::Start);
    svg.text((left + 6.0, planned - 6.0), faint, &curve.planned.text);
    let drawn: Vec<Point> = curve.points.iter().map(|(x, y)| (scale.at(*x), percent(*y))).collect();
    svg.polyline(&drawn, Stroke::solid(Ink::Open, 2.5));
    let marks: Vec<&Shown> = curve.marks.iter().filter(|mark| mark.at >= low && mark.at <= high).collect();
    let mut places: Vec<(f64, f64)> =
        marks.iter().map(|mark| (scale.at(mark.at), text_width(&mark.text, 12.0))).collect();
    apart(&mut places, (4.0, right));
    for (mark, (middle, _)) in marks.into_iter().zip(places) {
        let at = scale.at(mark.at);
        svg.line((at, top - 8.0), (at, bottom), Stroke::solid(Ink::Text, 1.0));
        svg.circle((at, percent(height(curve.points, mark.at))), 4.5, Fill::Solid(Ink::Open));
        svg.text((middle, top - 14.0), Type { size: 12.0, ..Type::label(Anchor::Middle) }, &mark.text);
    }
    svg.finish()
}

/// The curve at a place between two of its points.
#[must_use]
pub fn height(points: &[Point], at: f64) -> f64 {
    let after = points.iter().position(|(x, _)| *x >= at);
    let Some(after) = after else { return points.last().map_or(0.0, |(_, y)| *y) };
    let before = points.get(after.saturating_sub(1)).copied();
    let (Some((x0, y0)), Some((x1, y1))) = (before, points.get(after).copied()) else { return 0.0 };
    if x1 > x0 { y0 + (y1 - y0) * (at - x0) / (x1 - x0) } else { y1 }
}

#[cfg(test)]
mod tests {
    use super::height;

    #[test]
    fn a_curve_is_straight_between_its_points() {
        let points = [(0.0, 0.0), (1.0, 0.5), (3.0, 1.0)];
        let found = [-1.0, 0.5, 1.0, 2.0, 9.0].map(|at| height(&points, at));
        assert_eq!(found, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert!(height(&[], 1.0).abs() < 1e-12);
    }
}
