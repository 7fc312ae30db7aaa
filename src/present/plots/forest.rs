//! A row for each part: its difference, with bounds where it has them, and how much it counts. The worst stands first.

use super::axis::{self, BELOW};
use super::frame::{Frame, Shown, fitted, text_width};
use super::interval;
use super::marks;
use super::scale::{Scale, Sign};
use crate::domain::Verdict;
use crate::domain::number_format::count;
use crate::present::svg::{Anchor, Fill, Ink, Stroke, Svg, Type};

/// Most rows that are drawn.
pub const MOST_ROWS: usize = 30;

/// What the rows are.
#[derive(Clone, Debug)]
pub struct Forest<'a> {
    /// What it shows, as a title.
    pub title: &'a str,
    /// What the axis counts.
    pub axis: &'a str,
    /// What a row is: `cluster`, `slice`, `task`.
    pub part: &'a str,
    /// The rows, worst first.
    pub rows: &'a [Row],
    /// How many more there are that are not among them.
    pub left_out: usize,
    /// The difference over all of them, where there is one.
    pub overall: Option<Shown>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, which may be hostile.
    pub label: String,
    /// Items in it.
    pub n: u64,
    /// Its difference.
    pub delta: Shown,
    /// Its bounds, where it was judged by itself; a side that is `None` is unbounded.
    pub bounds: Option<(Option<Shown>, Option<Shown>)>,
    /// What was asked of it, where it was judged by itself.
    pub asked: Option<f64>,
    /// What its bounds say, where it was judged by itself.
    pub verdict: Option<Verdict>,
}

/// Draws it.
#[must_use]
pub fn draw(frame: &Frame<'_>, forest: &Forest<'_>) -> String {
    let shown = forest.rows.get(..MOST_ROWS).unwrap_or(forest.rows);
    let more = forest.rows.len() - shown.len() + forest.left_out;
    let (top, step) = (26.0, if frame.is_narrow() { 40.0 } else { 24.0 });
    let bottom = top + step * shown.len() as f64 + 6.0;
    let rest = if more > 0 { 20.0 } else { 0.0 };
    let mut svg = frame.begin(bottom + BELOW + rest, forest.title, &describe(forest));
    let labels = shown.iter().map(|row| text_width(&row.label, 13.0)).fold(60.0, f64::max).min(220.0);
    let numbers = shown.iter().map(|row| text_width(&row.delta.text, 13.0)).fold(40.0, f64::max);
    let counts = shown.iter().map(|row| text_width(&count(row.n), 12.0)).fold(30.0, f64::max);
    // On a telephone the name stands above its row, beside it there is no room.
    let left = if frame.is_narrow() { 14.0 } else { labels + 24.0 };
    let right = frame.width - numbers - counts - 30.0;
    let scale = scale(forest, shown, (left, right));
    let columns = (frame.width - counts - 12.0, frame.width - 2.0);
    let faint = Type::faint(Anchor::End);
    svg.text((columns.0, 14.0), faint, "difference");
    svg.text((columns.1, 14.0), faint, "items");
    if !frame.is_narrow() {
        svg.text((4.0, 14.0), Type::faint(Anchor::Start), forest.part);
    }
    axis::horizontal(&mut svg, frame, &scale, (top, bottom), Sign::Shown, forest.axis);
    svg.line((scale.at(0.0), top), (scale.at(0.0), bottom), Stroke::solid(Ink::Text, 1.0));
    if let Some(overall) = &forest.overall {
        svg.line((scale.at(overall.at), top), (scale.at(overall.at), bottom), Stroke::dashed(Ink::Text, 1.0));
    }
    let largest = shown.iter().map(|row| row.n).max().unwrap_or(1).max(1);
    for (i, row) in shown.iter().enumerate() {
        let from = top + step * i as f64;
        let middle = from + if frame.is_narrow() { 28.0 } else { 14.0 };
        let (base, room) =
            if frame.is_narrow() { (from + 13.0, frame.width - 8.0) } else { (middle + 4.0, labels) };
        svg.text((4.0, base), Type::label(Anchor::Start), &fitted(&row.label, room, 13.0));
        point(&mut svg, &scale, middle, row, largest);
        svg.text((columns.0, middle + 4.0), Type::label(Anchor::End), &row.delta.text);
        svg.text((columns.1, middle + 4.0), Type::faint(Anchor::End), &count(row.n));
    }
    if more > 0 {
        let words = format!("and {} more", count(more as u64));
        svg.text((4.0, bottom + BELOW + 12.0), Type::faint(Anchor::Start), &words);
    }
    svg.finish()
}

fn scale(forest: &Forest<'_>, shown: &[Row], edges: (f64, f64)) -> Scale {
    let ends = shown.iter().filter_map(|row| row.bounds.as_ref());
    let ends = ends.flat_map(|(low, high)| [low, high]).flatten().map(|end| end.at);
    let middles = shown.iter().map(|row| row.delta.at).chain(shown.iter().filter_map(|row| row.asked));
    let overall = forest.overall.iter().map(|overall| overall.at);
    Scale::around(ends.chain(middles).chain(overall).chain([0.0]), edges)
}

/// The difference of a row. Its area grows with the number of items.
fn point(svg: &mut Svg, scale: &Scale, middle: f64, row: &Row, largest: u64) {
    let ink = row.verdict.map_or_else(|| sided(row.delta.at), marks::ink);
    if let Some((low, high)) = &row.bounds {
        interval::bar(svg, scale, middle, (low.as_ref(), high.as_ref()), Stroke::solid(ink, 1.5));
    }
    if let Some(asked) = row.asked {
        let at = scale.at(asked);
        svg.line((at, middle - 11.0), (at, middle + 11.0), Stroke::dashed(Ink::Text, 1.5));
    }
    let at = (scale.at(row.delta.at), middle);
    match row.verdict {
        Some(verdict) => marks::mark(svg, at, 5.5, verdict),
        None => svg.circle(at, 2.5 + 5.0 * (row.n as f64 / largest as f64).sqrt(), Fill::Solid(ink)),
    }
}

fn sided(delta: f64) -> Ink {
    match delta {
        delta if delta < 0.0 => Ink::Worse,
        delta if delta > 0.0 => Ink::Better,
        _ => Ink::Faint,
    }
}

fn describe(forest: &Forest<'_>) -> String {
    let worse = forest.rows.iter().filter(|row| row.delta.at < 0.0).count() as u64;
    let end = |word: &str, row: Option<&Row>| {
        row.map_or(String::new(), |row| format!(" {word}: {} with {}.", row.label, row.delta.text))
    };
    let by_size = |a: &&Row, b: &&Row| a.delta.at.total_cmp(&b.delta.at);
    let overall = forest.overall.as_ref();
    let rows = count(forest.rows.len() as u64);
    let all = count((forest.rows.len() + forest.left_out) as u64);
    format!(
        "{} rows, one a {}; {} of them below 0.{}{}{}",
        if forest.left_out > 0 { format!("{rows} of {all}") } else { rows },
        forest.part,
        count(worse),
        end("Lowest", forest.rows.iter().min_by(by_size)),
        end("Highest", forest.rows.iter().max_by(by_size)),
        overall.map_or(String::new(), |overall| format!(" Over all: {}.", overall.text))
    )
}
