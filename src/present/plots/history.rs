//! Decisions over time, a panel a task: each difference between its bounds, its verdict by shape and colour, and where
//! the baseline changed.

use super::axis;
use super::frame::{Frame, Shown, fitted, text_width};
use super::marks;
use super::scale::{Scale, Sign};
use crate::domain::Verdict;
use crate::domain::number_format::count;
use crate::present::svg::{Anchor, Ink, Stroke, Svg, Type};

/// The decisions about one task.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// The task, with its metric where it is needed to tell it apart; it may be hostile.
    pub title: &'a str,
    /// What the differences are counted in.
    pub unit: &'a str,
    /// The decisions, oldest first.
    pub points: &'a [Point],
}

/// One decision.
#[derive(Clone, Debug)]
pub struct Point {
    /// When it was made, as it stands below the panel.
    pub when: String,
    /// The difference, where one was found.
    pub delta: Option<Shown>,
    /// Both bounds, where they are known; a side that is `None` is unbounded.
    pub bounds: Option<(Option<f64>, Option<f64>)>,
    /// What was asked of it: one line, or the two edges of a margin.
    pub asked: Vec<f64>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether its baseline is another one than that of the decision before.
    pub baseline_changed: bool,
}

const PANEL: f64 = 190.0;
const HEAD: f64 = 34.0;

/// Draws all panels below each other.
#[must_use]
pub fn draw(frame: &Frame<'_>, title: &str, panels: &[Panel<'_>]) -> String {
    let height = HEAD + PANEL * panels.len().max(1) as f64;
    let mut svg = frame.begin(height, title, &describe(panels));
    legend(&mut svg, frame);
    for (i, panel) in panels.iter().enumerate() {
        draw_panel(&mut svg, frame, panel, HEAD + PANEL * i as f64);
    }
    svg.finish()
}

fn draw_panel(svg: &mut Svg, frame: &Frame<'_>, panel: &Panel<'_>, from: f64) {
    let (left, right) = (58.0, frame.width - 14.0);
    let (top, bottom) = (from + 28.0, from + PANEL - 34.0);
    let name = format!("{}, {}", panel.title, panel.unit);
    // Bold letters are wider than those that widths are known of.
    let name = fitted(&name, frame.width - 8.0, 13.0 * 1.1);
    svg.text((4.0, from + 15.0), Type::bold(Anchor::Start), &name);
    let values = panel.points.iter().flat_map(|point| {
        let (lower, upper) = point.bounds.unwrap_or_default();
        let found = [point.delta.as_ref().map(|delta| delta.at), lower, upper];
        found.into_iter().flatten().chain(point.asked.iter().copied())
    });
    let scale = Scale::around(values.chain([0.0]), (bottom, top));
    axis::vertical(svg, &scale, (left, right), Sign::Shown, "");
    svg.line((left, scale.at(0.0)), (right, scale.at(0.0)), Stroke::solid(Ink::Text, 1.0));
    let step = (right - left) / panel.points.len().max(1) as f64;
    let middle = |i: usize| left + step * (i as f64 + 0.5);
    for (i, point) in panel.points.iter().enumerate() {
        if point.baseline_changed {
            let at = middle(i) - step / 2.0;
            svg.line((at, top - 4.0), (at, bottom), Stroke::dashed(Ink::Faint, 1.0));
        }
        for asked in point.asked.iter().copied() {
            let (from, to) = (middle(i) - step / 2.0, middle(i) + step / 2.0);
            svg.line((from, scale.at(asked)), (to, scale.at(asked)), Stroke::dashed(Ink::Text, 1.25));
        }
    }
    let radius = (step * 0.36).clamp(2.0, 6.0);
    for (i, point) in panel.points.iter().enumerate() {
        let at = middle(i);
        let Some(delta) = &point.delta else { continue };
        if let Some((lower, upper)) = point.bounds {
            let from = upper.map_or(top, |upper| scale.at(upper));
            let to = lower.map_or(bottom, |lower| scale.at(lower));
            svg.line((at, from), (at, to), Stroke::solid(marks::ink(point.verdict), 1.5));
        }
        marks::mark(svg, (at, scale.at(delta.at)), radius, point.verdict);
    }
    dates(svg, panel, middle, bottom);
    svg.line((left, bottom), (right, bottom), Stroke::solid(Ink::Faint, 1.0));
}

/// As many dates as find room.
fn dates(svg: &mut Svg, panel: &Panel<'_>, middle: impl Fn(usize) -> f64, bottom: f64) {
    let mut free = 0.0;
    for (i, point) in panel.points.iter().enumerate() {
        let half = text_width(&point.when, 12.0) / 2.0;
        if middle(i) - half >= free {
            svg.text((middle(i), bottom + 18.0), Type::faint(Anchor::Middle), &point.when);
            free = middle(i) + half + 12.0;
        }
    }
}

fn legend(svg: &mut Svg, frame: &Frame<'_>) {
    let mut x = 10.0;
    for verdict in Verdict::ALL.iter().copied() {
        marks::mark(svg, (x, 12.0), 5.0, verdict);
        svg.text((x + 11.0, 16.0), Type::faint(Anchor::Start), verdict.as_str());
        x += 11.0 + text_width(verdict.as_str(), 12.0) + 16.0;
    }
    if !frame.is_narrow() {
        for (words, stroke) in [
            ("asked for", Stroke::dashed(Ink::Text, 1.25)),
            ("new baseline", Stroke::dashed(Ink::Faint, 1.0)),
        ] {
            svg.line((x, 12.0), (x + 22.0, 12.0), stroke);
            svg.text((x + 28.0, 16.0), Type::faint(Anchor::Start), words);
            x += 28.0 + text_width(words, 12.0) + 16.0;
        }
    }
}

fn describe(panels: &[Panel<'_>]) -> String {
    let panel = |panel: &Panel<'_>| {
        let number =
            |verdict: Verdict| panel.points.iter().filter(|point| point.verdict == verdict).count() as u64;
        let latest = panel.points.last().and_then(|point| point.delta.as_ref());
        let latest =
            latest.map_or(String::new(), |delta| format!(", the latest difference is {}", delta.text));
        format!(
            "{}: {} ALLOW, {} REJECT, {} INCONCLUSIVE{latest}.",
            panel.title,
            count(number(Verdict::Allow)),
            count(number(Verdict::Reject)),
            count(number(Verdict::Inconclusive))
        )
    };
    if panels.is_empty() {
        return "No decision.".into();
    }
    panels.iter().map(panel).collect::<Vec<_>>().join(" ")
}
