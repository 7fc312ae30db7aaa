//! The last decisions of a task in one line: each a mark, the newest at the right.

use super::frame::{Frame, fitted, text_width};
use super::marks;
use crate::domain::Verdict;
use crate::domain::number_format::count;
use crate::present::svg::{Anchor, Fill, Ink, Type};

/// Most decisions that are drawn.
pub const MOST: usize = 20;

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// When it was made, or its release.
    pub label: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Whether it is the one that the page is about.
    pub this: bool,
}

/// Draws the last of them, oldest first.
#[must_use]
pub fn draw(frame: &Frame<'_>, decisions: &[Decided]) -> String {
    let shown = decisions.get(decisions.len().saturating_sub(MOST)..).unwrap_or_default();
    let mut svg = frame.begin(74.0, "The last decisions", &describe(shown));
    let step = ((frame.width - 24.0) / MOST as f64).min(28.0);
    let middle = 24.0;
    for (i, decided) in shown.iter().enumerate() {
        let at = (14.0 + step * i as f64, middle);
        marks::mark(&mut svg, at, if frame.is_narrow() { 5.0 } else { 7.0 }, decided.verdict);
        if decided.this {
            let half = if frame.is_narrow() { 8.0 } else { 11.5 };
            svg.rect((at.0 - half, middle - half), (half * 2.0, half * 2.0), Fill::Hollow(Ink::Text, 1.5));
        }
    }
    let ends = (14.0 - 7.0, 14.0 + step * shown.len().saturating_sub(1) as f64 + 7.0);
    let room = (frame.width - 24.0) / 2.0;
    let words = |decided: &Decided| fitted(&decided.label, room, 12.0);
    let first = shown.first().map(words).unwrap_or_default();
    svg.text((ends.0, middle + 32.0), Type::faint(Anchor::Start), &first);
    if let Some(last) = shown.last().filter(|_| shown.len() > 1).map(words) {
        // Below its mark where there is room, else behind the first.
        let behind = ends.0 + text_width(&first, 12.0) + 16.0 + text_width(&last, 12.0);
        svg.text((ends.1.max(behind).min(frame.width), middle + 32.0), Type::faint(Anchor::End), &last);
    }
    svg.finish()
}

fn describe(shown: &[Decided]) -> String {
    let number = |verdict: Verdict| {
        let n = shown.iter().filter(|decided| decided.verdict == verdict).count() as u64;
        format!("{} {}", count(n), verdict.as_str())
    };
    let latest =
        shown.last().map_or(String::new(), |last| format!(" The latest is {}.", last.verdict.as_str()));
    format!(
        "{} decisions, oldest first: {}, {}, {}.{latest}",
        count(shown.len() as u64),
        number(Verdict::Allow),
        number(Verdict::Reject),
        number(Verdict::Inconclusive)
    )
}
