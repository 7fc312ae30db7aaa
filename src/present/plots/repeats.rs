//! Repeats of the same items: the mean score of both runs in each, so that one sees how far repeats differ by chance.

use super::axis::{self, BELOW};
use super::frame::{Frame, Shown, fitted, text_width};
use super::scale::{Scale, Sign};
use crate::present::svg::{Anchor, Fill, Ink, Stroke, Svg, Type};

/// The rows of the picture.
#[derive(Clone, Debug)]
pub struct Repeats<'a> {
    /// What the axis counts.
    pub axis: &'a str,
    /// The name of the baseline.
    pub baseline: &'a str,
    /// The name of the candidate.
    pub candidate: &'a str,
    /// Whether lower scores are better.
    pub lower_is_better: bool,
    /// One row a repeat, then one over all of them.
    pub rows: &'a [Repeat],
}

/// One repeat.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// Its name.
    pub label: String,
    /// The baseline's mean score in it.
    pub baseline: Shown,
    /// The candidate's mean score in it.
    pub candidate: Shown,
    /// Whether the row stands for all repeats together.
    pub overall: bool,
}

/// Draws it: a hollow point for the baseline, a full one for the candidate.
#[must_use]
pub fn draw(frame: &Frame<'_>, repeats: &Repeats<'_>) -> String {
    let (top, step) = (34.0, 28.0);
    let bottom = top + step * repeats.rows.len() as f64;
    let mut svg = frame.begin(bottom + BELOW, "Scores in each repeat", &describe(repeats));
    let labels = repeats.rows.iter().map(|row| text_width(&row.label, 13.0)).fold(0.0, f64::max).min(140.0);
    let means = repeats.rows.iter().flat_map(|row| [row.baseline.at, row.candidate.at]);
    let scale = Scale::around(means, (labels + 24.0, frame.width - 18.0));
    axis::horizontal(&mut svg, frame, &scale, (top, bottom), Sign::Hidden, repeats.axis);
    legend(&mut svg, frame, repeats);
    for (i, row) in repeats.rows.iter().enumerate() {
        let middle = top + step * (i as f64 + 0.5);
        let set = if row.overall { Type::bold(Anchor::Start) } else { Type::label(Anchor::Start) };
        svg.text((4.0, middle + 4.0), set, &fitted(&row.label, labels, 13.0));
        let (from, to) = (scale.at(row.baseline.at), scale.at(row.candidate.at));
        let worse = if repeats.lower_is_better { to > from } else { to < from };
        let ink = if worse { Ink::Worse } else { Ink::Better };
        svg.line((from, middle), (to, middle), Stroke::solid(ink, if row.overall { 3.5 } else { 2.0 }));
        pair(&mut svg, (from, to), middle);
    }
    svg.finish()
}

fn pair(svg: &mut Svg, (baseline, candidate): (f64, f64), middle: f64) {
    svg.circle((baseline, middle), 5.0, Fill::Solid(Ink::Ground));
    svg.circle((baseline, middle), 4.5, Fill::Hollow(Ink::Text, 1.75));
    svg.circle((candidate, middle), 5.0, Fill::Solid(Ink::Text));
}

fn legend(svg: &mut Svg, frame: &Frame<'_>, repeats: &Repeats<'_>) {
    let half = frame.width / 2.0;
    let (baseline, candidate) =
        (fitted(repeats.baseline, half - 40.0, 12.0), fitted(repeats.candidate, half - 40.0, 12.0));
    let second = 4.0 + 18.0 + text_width(&baseline, 12.0) + 24.0;
    pair(svg, (9.0, second + 5.0), 13.0);
    svg.text((22.0, 17.0), Type::faint(Anchor::Start), &baseline);
    svg.text((second + 18.0, 17.0), Type::faint(Anchor::Start), &candidate);
}

fn describe(repeats: &Repeats<'_>) -> String {
    let row = |row: &Repeat| {
        format!(
            "{}: {} {}, {} {}.",
            row.label, repeats.baseline, row.baseline.text, repeats.candidate, row.candidate.text
        )
    };
    repeats.rows.iter().map(row).collect::<Vec<_>>().join(" ")
}
