//! Where the interval lies: the figure of CONSORT's extension for trials of non-inferiority. An axis with 0, the margin
//! that was asked for, the estimate between its bounds, and in words which region means what.

use super::axis::{self, BELOW};
use super::frame::{Frame, Shown, apart, text_width};
use super::marks;
use super::scale::{Scale, Sign};
use crate::domain::Verdict;
use crate::present::svg::{Anchor, Fill, Ink, Stroke, Svg, Type};
use crate::view::Region;

/// The numbers of the figure.
#[derive(Clone, Debug)]
pub struct Interval<'a> {
    /// What the axis counts.
    pub axis: &'a str,
    /// The estimate.
    pub estimate: Shown,
    /// The lower bound; `None` is unbounded.
    pub lower: Option<Shown>,
    /// The upper bound; `None` is unbounded.
    pub upper: Option<Shown>,
    /// The bounds whatever missing items would have scored, where some are missing.
    pub worst: Option<(Option<Shown>, Option<Shown>)>,
    /// What was asked for.
    pub asked: Asked,
    /// Where the bounds lie that the verdict rests on.
    pub lies: Region,
    /// The verdict.
    pub verdict: Verdict,
}

impl Interval<'_> {
    /// The region that holds all of the interval, where the verdict says the same. It does not where scores are missing
    /// from too many items, and under the rule of evalsig 0.1.
    fn decided(&self) -> Option<Region> {
        let agrees = match self.lies {
            Region::Shown => self.verdict == Verdict::Allow,
            Region::Refuted => self.verdict == Verdict::Reject,
            Region::Open => false,
        };
        agrees.then_some(self.lies)
    }
}

/// What was asked for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The difference must lie above this.
    Above(Shown),
    /// The difference must lie between these.
    Within(Shown, Shown),
}

const MAY: &str = "may ship";
const MUST_NOT: &str = "must not ship";

/// Draws it.
#[must_use]
pub fn draw(frame: &Frame<'_>, interval: &Interval<'_>) -> String {
    let (edge, top) = (18.0, 8.0);
    let row = 92.0;
    let below = if interval.worst.is_some() { 52.0 } else { 0.0 };
    let bottom = row + 44.0 + below;
    let mut svg = frame.begin(bottom + BELOW, "Where the difference lies", &describe(interval));
    let scale = scale(frame, interval, (edge, frame.width - edge));
    regions(&mut svg, &scale, interval, (top, bottom));
    axis::horizontal(&mut svg, frame, &scale, (top + 26.0, bottom), Sign::Shown, interval.axis);
    svg.line((scale.at(0.0), top + 26.0), (scale.at(0.0), bottom), Stroke::solid(Ink::Text, 1.0));
    asked(&mut svg, &scale, interval, (top, bottom));
    let ink = marks::ink(interval.verdict);
    let (low, high) = (interval.lower.as_ref(), interval.upper.as_ref());
    bar(&mut svg, &scale, row, (low, high), Stroke::solid(ink, 3.0));
    ends(&mut svg, &scale, row + 24.0, (low, high));
    svg.circle((scale.at(interval.estimate.at), row), 7.0, Fill::Solid(Ink::Ground));
    svg.circle((scale.at(interval.estimate.at), row), 5.5, Fill::Solid(ink));
    let (text, wide) = (&interval.estimate.text, text_width(&interval.estimate.text, 15.0) * 1.12);
    let mut place = [(scale.at(interval.estimate.at), wide)];
    apart(&mut place, scale.edges());
    for (middle, _) in place {
        svg.rect((middle - wide / 2.0 - 3.0, row - 28.0), (wide + 6.0, 18.0), Fill::Pale(Ink::Ground, 0.7));
        svg.text((middle, row - 14.0), Type { size: 15.0, ..Type::bold(Anchor::Middle) }, text);
    }
    if let Some((low, high)) = &interval.worst {
        let row = row + 56.0;
        bar(&mut svg, &scale, row, (low.as_ref(), high.as_ref()), Stroke::solid(Ink::Faint, 1.5));
        ends(&mut svg, &scale, row + 20.0, (low.as_ref(), high.as_ref()));
    }
    svg.finish()
}

fn scale(frame: &Frame<'_>, interval: &Interval<'_>, edges: (f64, f64)) -> Scale {
    let mut values = vec![0.0, interval.estimate.at];
    let worst = interval.worst.iter().flat_map(|(low, high)| [low, high]);
    let bounds = [&interval.lower, &interval.upper].into_iter().chain(worst);
    values.extend(bounds.flatten().map(|shown| shown.at));
    let room = if frame.is_narrow() { 96.0 } else { 150.0 };
    match &interval.asked {
        Asked::Above(margin) => {
            values.push(margin.at);
            Scale::around(values, edges).with_room(margin.at, room)
        }
        Asked::Within(low, high) => {
            values.extend([low.at, high.at]);
            let room = room * 0.75;
            Scale::around(values, edges).with_room(low.at, room).with_room(high.at, room)
        }
    }
}

/// Shades each region, and says what an interval in it means.
fn regions(svg: &mut Svg, scale: &Scale, interval: &Interval<'_>, (top, bottom): (f64, f64)) {
    let (start, end) = scale.edges();
    let regions = match &interval.asked {
        Asked::Above(margin) => {
            let at = scale.at(margin.at);
            vec![(start, at, false), (at, end, true)]
        }
        Asked::Within(low, high) => {
            let (low, high) = (scale.at(low.at), scale.at(high.at));
            vec![(start, low, false), (low, high, true), (high, end, false)]
        }
    };
    for (from, to, may) in regions {
        let (ink, words) = if may { (Ink::Better, MAY) } else { (Ink::Worse, MUST_NOT) };
        let landed = interval.decided() == Some(if may { Region::Shown } else { Region::Refuted });
        svg.rect((from, top), (to - from, bottom - top), Fill::Pale(ink, if landed { 0.2 } else { 0.08 }));
        let set = if landed { Type::bold(Anchor::Middle) } else { Type::label(Anchor::Middle) };
        svg.text(((from + to) / 2.0, top + 18.0), set, words);
    }
}

fn asked(svg: &mut Svg, scale: &Scale, interval: &Interval<'_>, (top, bottom): (f64, f64)) {
    let (lines, words): (Vec<&Shown>, String) = match &interval.asked {
        Asked::Above(margin) => (vec![margin], format!("asked for: above {}", margin.text)),
        Asked::Within(low, high) => (vec![low, high], format!("asked for: {} to {}", low.text, high.text)),
    };
    for margin in &lines {
        let at = scale.at(margin.at);
        svg.line((at, top), (at, bottom), Stroke::dashed(Ink::Text, 1.5));
    }
    let middle = lines.iter().map(|margin| scale.at(margin.at)).sum::<f64>() / lines.len() as f64;
    let wide = text_width(&words, 12.0);
    let mut place = [(middle, wide + 8.0)];
    apart(&mut place, scale.edges());
    for (middle, wide) in place {
        svg.rect((middle - wide / 2.0, top + 30.0), (wide, 18.0), Fill::Solid(Ink::Ground));
        svg.text((middle, top + 43.0), Type { size: 12.0, ..Type::label(Anchor::Middle) }, &words);
    }
}

type Ends<'a> = (Option<&'a Shown>, Option<&'a Shown>);

/// The line between two bounds: a cap where there is one, an open arrow where there is none.
pub(super) fn bar(svg: &mut Svg, scale: &Scale, row: f64, (low, high): Ends<'_>, stroke: Stroke) {
    let (start, end) = scale.edges();
    let (from, to) = (low.map_or(start, |low| scale.at(low.at)), high.map_or(end, |high| scale.at(high.at)));
    svg.line((from, row), (to, row), stroke);
    for (at, bounded, inward) in [(from, low.is_some(), 1.0), (to, high.is_some(), -1.0)] {
        if bounded {
            svg.line((at, row - 8.0), (at, row + 8.0), stroke);
        } else {
            let back = at + 9.0 * inward;
            svg.polyline(&[(back, row - 7.0), (at, row), (back, row + 7.0)], stroke);
        }
    }
}

/// The bounds as numbers below their caps.
fn ends(svg: &mut Svg, scale: &Scale, base: f64, (low, high): Ends<'_>) {
    let shown: Vec<&Shown> = [low, high].into_iter().flatten().collect();
    let mut places: Vec<(f64, f64)> =
        shown.iter().map(|end| (scale.at(end.at), text_width(&end.text, 12.0))).collect();
    apart(&mut places, scale.edges());
    for ((middle, _), end) in places.into_iter().zip(shown) {
        svg.text((middle, base), Type { size: 12.0, ..Type::label(Anchor::Middle) }, &end.text);
    }
}

/// What the figure shows, for who does not see it.
fn describe(interval: &Interval<'_>) -> String {
    let between = |low: Option<&Shown>, high: Option<&Shown>| match (low, high) {
        (Some(low), Some(high)) => format!("between {} and {}", low.text, high.text),
        (Some(low), None) => format!("above {}", low.text),
        (None, Some(high)) => format!("below {}", high.text),
        (None, None) => "unbounded on both sides".into(),
    };
    let asked = match &interval.asked {
        Asked::Above(margin) => format!("above {}", margin.text),
        Asked::Within(low, high) => format!("between {} and {}", low.text, high.text),
    };
    let worst = interval.worst.as_ref().map_or(String::new(), |(low, high)| {
        let between = between(low.as_ref(), high.as_ref());
        format!(" Whatever the missing items would have scored, it lies {between}.")
    });
    format!(
        "The estimate is {}, the interval lies {}.{worst} Asked for: {asked}. In words: {region}.",
        interval.estimate.text,
        between(interval.lower.as_ref(), interval.upper.as_ref()),
        region = region(interval)
    )
}

/// Where the interval lies, in words.
#[must_use]
pub fn region(interval: &Interval<'_>) -> &'static str {
    match (interval.decided(), interval.lies) {
        (Some(region), _) | (None, region @ Region::Open) => region.words(),
        (None, _) => "the verdict does not rest on where the interval lies",
    }
}
