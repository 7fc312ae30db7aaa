//! Axes of pictures.

use super::frame::{Frame, apart, fitted, text_width};
use super::scale::{Scale, Sign};
use crate::present::svg::{Anchor, Ink, Stroke, Svg, Type};

/// How far below its axis the numbers and the name of the axis reach.
pub(super) const BELOW: f64 = 44.0;

/// An axis along the bottom, with its numbers and its name below it, and lines up to `top` where these lead the eye.
pub(super) fn horizontal(
    svg: &mut Svg,
    frame: &Frame<'_>,
    scale: &Scale,
    (top, bottom): (f64, f64),
    sign: Sign,
    name: &str,
) {
    let (start, end) = scale.edges();
    let most = if end - start < 400.0 { 5 } else { 8 };
    for tick in scale.ticks(most, sign) {
        svg.line((tick.at, top), (tick.at, bottom), Stroke::solid(Ink::Grid, 0.5));
        svg.line((tick.at, bottom), (tick.at, bottom + 5.0), Stroke::solid(Ink::Faint, 1.0));
        // A number at the edge stays inside the picture.
        let room = text_width(&tick.text, 12.0) / 2.0;
        let at = tick.at.clamp(start - 14.0 + room, (end + 14.0 - room).max(start - 14.0 + room));
        svg.text((at, bottom + 19.0), Type::faint(Anchor::Middle), &tick.text);
    }
    svg.line((start, bottom), (end, bottom), Stroke::solid(Ink::Faint, 1.0));
    // Below its axis where it finds room, and never beyond the picture.
    let name = fitted(name, frame.width - 8.0, 12.0);
    let mut place = [((start + end) / 2.0, text_width(&name, 12.0))];
    apart(&mut place, (4.0, frame.width - 4.0));
    for (middle, _) in place {
        svg.text((middle, bottom + 38.0), Type::faint(Anchor::Middle), &name);
    }
}

/// An axis along the left edge, `left` being where its numbers end; `unit` stands behind each.
pub(super) fn vertical(svg: &mut Svg, scale: &Scale, (left, right): (f64, f64), sign: Sign, unit: &str) {
    for tick in scale.ticks(6, sign) {
        svg.line((left, tick.at), (right, tick.at), Stroke::solid(Ink::Grid, 0.5));
        svg.text((left - 7.0, tick.at + 4.0), Type::faint(Anchor::End), &format!("{}{unit}", tick.text));
    }
}
