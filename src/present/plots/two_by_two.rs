//! Items that are right or wrong, in both runs: a table of four counts drawn as areas. The left column holds what the
//! baseline had right, the right one what it had wrong; in each, what changed lies on its own side.

use super::frame::{Frame, fitted, text_width};
use crate::present::svg::{Anchor, Fill, Ink, Point, Stroke, Svg, Type};

/// The four counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoByTwo {
    /// Right in both runs.
    pub both_right: u64,
    /// Wrong in the baseline, right in the candidate.
    pub fixed: u64,
    /// Right in the baseline, wrong in the candidate.
    pub broken: u64,
    /// Wrong in both runs.
    pub both_wrong: u64,
}

impl TwoByTwo {
    /// All items.
    #[must_use]
    pub fn items(&self) -> u64 {
        self.both_right + self.fixed + self.broken + self.both_wrong
    }
}

/// Draws it. The names are those of the two runs, such as their models.
#[must_use]
pub fn draw(frame: &Frame<'_>, table: TwoByTwo, baseline: &str, candidate: &str) -> String {
    let square = if frame.is_narrow() { 190.0 } else { 230.0 };
    let legend_below = frame.is_narrow();
    let height = if legend_below { square + 48.0 + 4.0 * 26.0 } else { square + 50.0 };
    let mut svg = frame.begin(height, "Right and wrong in both runs", &describe(table, baseline, candidate));
    let (left, top) = (26.0, 28.0);
    areas(&mut svg, table, (left, top), square);
    let right = share(table.both_right + table.broken, table.items()) * square;
    let titles = [
        ("was right", right, left + right / 2.0),
        ("was wrong", square - right, left + right + (square - right) / 2.0),
    ];
    for (word, room, middle) in titles {
        if text_width(word, 12.0) < room {
            svg.text((middle, top - 8.0), Type::faint(Anchor::Middle), word);
        }
    }
    let words = format!("Left and right: {baseline}. Colours: what {candidate} made of it.");
    let base = fitted(&words, frame.width - left - 4.0, 12.0);
    svg.text((left, top + square + 16.0), Type::faint(Anchor::Start), &base);
    let from = if legend_below { (left, top + square + 42.0) } else { (left + square + 36.0, top + 24.0) };
    legend(&mut svg, frame, table, from);
    svg.finish()
}

/// The four areas. An item takes the same area wherever it stands.
fn areas(svg: &mut Svg, table: TwoByTwo, (left, top): Point, square: f64) {
    let (was_right, was_wrong) = (table.both_right + table.broken, table.fixed + table.both_wrong);
    let column = share(was_right, table.items()) * square;
    let broken = share(table.broken, was_right) * square;
    let fixed = share(table.fixed, was_wrong) * square;
    svg.rect((left, top), (column, square - broken), Fill::Pale(Ink::Faint, 0.45));
    svg.rect((left, top + square - broken), (column, broken), Fill::Solid(Ink::Worse));
    svg.rect((left + column, top), (square - column, fixed), Fill::Solid(Ink::Better));
    svg.rect((left + column, top + fixed), (square - column, square - fixed), Fill::Pale(Ink::Faint, 0.2));
    svg.line((left + column, top), (left + column, top + square), Stroke::solid(Ink::Ground, 2.0));
    svg.rect((left, top), (square, square), Fill::Hollow(Ink::Faint, 1.0));
}

fn legend(svg: &mut Svg, frame: &Frame<'_>, table: TwoByTwo, (x, y): Point) {
    let rows = [
        (Fill::Pale(Ink::Faint, 0.45), table.both_right, "right in both"),
        (Fill::Solid(Ink::Better), table.fixed, "fixed: wrong before, right now"),
        (Fill::Solid(Ink::Worse), table.broken, "broken: right before, wrong now"),
        (Fill::Pale(Ink::Faint, 0.2), table.both_wrong, "wrong in both"),
    ];
    let step = if frame.is_narrow() { 25.0 } else { 30.0 };
    let counts: Vec<String> = rows.iter().map(|(_, n, _)| crate::domain::number_format::count(*n)).collect();
    let wide = counts.iter().map(|count| text_width(count, 13.0) * 1.1).fold(0.0, f64::max);
    for (i, ((fill, n, words), count)) in rows.into_iter().zip(&counts).enumerate() {
        let base = y + i as f64 * step;
        svg.rect((x, base - 11.0), (14.0, 14.0), fill);
        svg.rect((x, base - 11.0), (14.0, 14.0), Fill::Hollow(Ink::Faint, 1.0));
        svg.text((x + 24.0 + wide, base), Type::bold(Anchor::End), count);
        let percent = crate::domain::number_format::percent(share(n, table.items()));
        let words = if frame.is_narrow() { words.to_owned() } else { format!("{words} ({percent})") };
        svg.text((x + 34.0 + wide, base), Type::label(Anchor::Start), &words);
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn describe(table: TwoByTwo, baseline: &str, candidate: &str) -> String {
    let count = crate::domain::number_format::count;
    format!(
        "Of {} items, {} are right in both runs, {} are wrong in both. {candidate} has {} right that {baseline} had wrong, \
         and {} wrong that {baseline} had right.",
        count(table.items()),
        count(table.both_right),
        count(table.both_wrong),
        count(table.fixed),
        count(table.broken)
    )
}
