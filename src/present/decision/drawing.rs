//! The interval drawn in characters: for a terminal, and for a fence in Markdown.

use unicode_width::UnicodeWidthStr as _;

use crate::present::screen::Glyphs;
use crate::view::{Asked, TaskView};

/// The characters of a bar.
struct Bar {
    axis: char,
    zero: char,
    edge: char,
    open: char,
    line: char,
    close: char,
    dot: char,
    left: char,
    right: char,
    thin: char,
}

const UNICODE: Bar = Bar {
    axis: '─',
    zero: '┼',
    edge: '┊',
    open: '├',
    line: '━',
    close: '┤',
    dot: '●',
    left: '◂',
    right: '▸',
    thin: '╌',
};

const ASCII: Bar = Bar {
    axis: '-',
    zero: '+',
    edge: ':',
    open: '[',
    line: '=',
    close: ']',
    dot: 'o',
    left: '<',
    right: '>',
    thin: '.',
};

/// Narrowest drawing that still can be read.
const NARROWEST: usize = 40;

/// The difference, its bounds, zero and what was asked for on one axis of `width` columns. Empty where nothing was
/// asked for or found that could be drawn.
pub(in crate::present) fn interval(task: &TaskView, width: usize, glyphs: Glyphs) -> Vec<String> {
    let effect = &task.effect;
    let edges: Vec<f64> = match effect.asked {
        Asked::MoreThan(null) => vec![null],
        Asked::Within(margin) => vec![-margin, margin],
    };
    let observed = effect.observed.map_or([None, None], |(lower, upper)| [lower, upper]);
    let marks = edges.iter().copied().chain([0.0, effect.estimate]);
    let bounds = [effect.lower, effect.upper].into_iter().chain(observed).flatten();
    let Some(axis) = Axis::over(marks.chain(bounds), width.max(NARROWEST)) else { return Vec::new() };
    let bar = match glyphs {
        Glyphs::Unicode => &UNICODE,
        Glyphs::Ascii => &ASCII,
    };
    let mut lines = vec![regions(&axis, effect.asked, bar), axis.labels(&edge_labels(task, &edges))];
    let pair = (effect.lower, effect.upper);
    lines.push(axis.bar(bar, bar.line, pair, effect.estimate, &edges));
    lines.push(axis.labels(&bound_labels(task)));
    if let Some(observed) = effect.observed {
        lines.push(axis.bar(bar, bar.thin, observed, effect.estimate, &edges));
        lines.push(
            "upper bar: whatever the missing scores would be; lower bar: the scored pairs alone".into(),
        );
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

/// Columns of a span of numbers.
struct Axis {
    low: f64,
    high: f64,
    width: usize,
}

impl Axis {
    /// An axis with some room beyond the outermost numbers; `None` where they do not differ.
    fn over(numbers: impl Iterator<Item = f64>, width: usize) -> Option<Self> {
        let (low, high) = numbers
            .filter(|number| number.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
                (low.min(number), high.max(number))
            });
        let room = (high - low) * 0.12;
        (room > 0.0 && room.is_finite()).then_some(Self { low: low - room, high: high + room, width })
    }

    fn column(&self, number: f64) -> usize {
        let share = ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (share * (self.width - 1) as f64).round() as usize
    }

    fn bar(
        &self,
        bar: &Bar,
        line: char,
        (lower, upper): (Option<f64>, Option<f64>),
        estimate: f64,
        edges: &[f64],
    ) -> String {
        let mut cells = vec![bar.axis; self.width];
        let mut put = |column: usize, mark: char| {
            if let Some(cell) = cells.get_mut(column) {
                *cell = mark;
            }
        };
        let from = lower.map_or(0, |lower| self.column(lower));
        let to = upper.map_or(self.width - 1, |upper| self.column(upper));
        put(self.column(0.0), bar.zero);
        edges.iter().for_each(|edge| put(self.column(*edge), bar.edge));
        (from..=to).for_each(|column| put(column, line));
        // Zero and what was asked for stay visible where the interval covers them.
        let covered = |column: usize| column > from && column < to;
        edges
            .iter()
            .map(|edge| self.column(*edge))
            .filter(|column| covered(*column))
            .for_each(|c| put(c, bar.edge));
        put(from, if lower.is_some() { bar.open } else { bar.left });
        put(to, if upper.is_some() { bar.close } else { bar.right });
        put(self.column(estimate), bar.dot);
        cells.into_iter().collect()
    }

    /// Texts centred on their numbers; one that would run into the text before it moves to the right, and one that
    /// has no room is left out.
    fn labels(&self, labels: &[(f64, String)]) -> String {
        let mut sorted: Vec<&(f64, String)> = labels.iter().collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut line = String::new();
        for (number, text) in sorted {
            let wanted = self.column(*number).saturating_sub(text.width() / 2);
            let wanted = wanted.min(self.width.saturating_sub(text.width()));
            let begin = if line.is_empty() { wanted } else { wanted.max(line.width() + 1) };
            if begin + text.width() <= self.width {
                line.push_str(&" ".repeat(begin - line.width()));
                line.push_str(text);
            }
        }
        line
    }
}

/// Which side of what was asked for is which.
fn regions(axis: &Axis, asked: Asked, bar: &Bar) -> String {
    let (no, yes) = ("must not ship", "may ship");
    match asked {
        Asked::MoreThan(null) => {
            let edge = axis.column(null);
            let left = format!("{no} {}", bar.left);
            let right = format!("{} {yes}", bar.right);
            let left = if left.width() <= edge { left } else { bar.left.to_string() };
            let right = if edge + 1 + right.width() <= axis.width { right } else { bar.right.to_string() };
            let indent = edge.saturating_sub(left.width());
            format!("{}{left} {right}", " ".repeat(indent))
        }
        Asked::Within(margin) => {
            let (from, to) = (axis.column(-margin), axis.column(margin));
            let inside = format!("{} {yes} {}", bar.right, bar.left);
            if to.saturating_sub(from) <= inside.width() {
                return String::new();
            }
            let indent = from + 1 + (to - from - 1 - inside.width()) / 2;
            format!("{}{inside}", " ".repeat(indent))
        }
    }
}

fn edge_labels(task: &TaskView, edges: &[f64]) -> Vec<(f64, String)> {
    let asked = |edge: &f64| match *edge {
        0.0 => (0.0, "0 = asked".to_owned()),
        edge => (edge, format!("asked {}", task.unit.signed(edge))),
    };
    let mut labels: Vec<(f64, String)> = edges.iter().map(asked).collect();
    if !edges.contains(&0.0) {
        labels.push((0.0, "0".into()));
    }
    labels
}

fn bound_labels(task: &TaskView) -> Vec<(f64, String)> {
    let (effect, unit) = (&task.effect, &task.unit);
    let lower = effect.lower.map(|bound| (bound, unit.lower(bound)));
    let upper = effect.upper.map(|bound| (bound, unit.upper(bound)));
    let estimate = (effect.estimate, unit.signed(effect.estimate));
    let mut labels: Vec<(f64, String)> = lower.into_iter().chain([estimate]).chain(upper).collect();
    if let Some((_, last)) = labels.iter_mut().max_by(|a, b| a.0.total_cmp(&b.0)) {
        last.push_str(unit.word());
    }
    labels
}
