//! A small writer of SVG. A picture is the same bytes on every machine: coordinates have two decimals, no font is
//! measured, nothing depends on a locale.
//!
//! Elements carry presentation attributes and a class, never a `style`: the policy of a page allows one style sheet and
//! nothing inline. A class wins over a presentation attribute, so a page paints the same picture for a light and for a
//! dark reader, and a file by itself shows the colours that stand in it.

use std::fmt::Write as _;

use super::safe;

/// A point in units of the picture, from the upper left corner.
pub type Point = (f64, f64);

/// What something is drawn with. A page may give each class other colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The colour of the text around the picture.
    Text,
    /// Axes, and what is said beside the picture.
    Faint,
    /// Lines that only lead the eye.
    Grid,
    /// The candidate does better; ALLOW.
    Better,
    /// The candidate does worse; REJECT.
    Worse,
    /// Not decided.
    Open,
    /// What lies behind the picture.
    Ground,
}

impl Ink {
    /// The class, and a colour with a contrast of at least 3 to 1 on white and on near black. The hues are those of
    /// Okabe and Ito, which people who see few colours can tell apart.
    fn written(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Faint => " class=\"ink-faint\" color=\"#6e7781\"",
            Self::Grid => " class=\"ink-grid\" color=\"#9aa4ae\"",
            Self::Better => " class=\"ink-better\" color=\"#009e73\"",
            Self::Worse => " class=\"ink-worse\" color=\"#d55e00\"",
            Self::Open => " class=\"ink-open\" color=\"#0072b2\"",
            Self::Ground => " class=\"ink-ground\" color=\"#ffffff\"",
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its ink.
    pub ink: Ink,
    /// Its width.
    pub width: f64,
    /// Whether it is broken into dashes.
    pub dashed: bool,
}

impl Stroke {
    /// A line without gaps.
    #[must_use]
    pub fn solid(ink: Ink, width: f64) -> Self {
        Self { ink, width, dashed: false }
    }

    /// A line of dashes.
    #[must_use]
    pub fn dashed(ink: Ink, width: f64) -> Self {
        Self { ink, width, dashed: true }
    }

    fn written(self) -> String {
        let dashes = if self.dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let width = number(self.width);
        format!(
            "{} fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"{dashes}",
            self.ink.written()
        )
    }
}

/// How an area is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fill {
    /// All of it.
    Solid(Ink),
    /// Pale: what lies behind shines through, by this opacity.
    Pale(Ink, f64),
    /// Its edge only, this wide; inside stands the ground.
    Hollow(Ink, f64),
}

impl Fill {
    fn written(self) -> String {
        match self {
            Self::Solid(ink) => format!("{} fill=\"currentColor\"", ink.written()),
            Self::Pale(ink, opacity) => {
                format!("{} fill=\"currentColor\" fill-opacity=\"{}\"", ink.written(), number(opacity))
            }
            Self::Hollow(ink, width) => {
                let width = number(width);
                format!("{} fill=\"none\" stroke=\"currentColor\" stroke-width=\"{width}\"", ink.written())
            }
        }
    }
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// Its ink.
    pub ink: Ink,
    /// Height of the letters.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Which part of it stands at its point.
    pub anchor: Anchor,
}

impl Type {
    /// What stands beside a picture.
    #[must_use]
    pub fn label(anchor: Anchor) -> Self {
        Self { ink: Ink::Text, size: 13.0, bold: false, anchor }
    }

    /// What stands at an axis.
    #[must_use]
    pub fn faint(anchor: Anchor) -> Self {
        Self { ink: Ink::Faint, size: 12.0, bold: false, anchor }
    }

    /// What is to be read first.
    #[must_use]
    pub fn bold(anchor: Anchor) -> Self {
        Self { bold: true, ..Self::label(anchor) }
    }

    /// The same in another ink.
    #[must_use]
    pub fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// Where a picture will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// In a page, whose ground and text colour it takes.
    Page,
    /// In a file by itself, on a white ground of its own.
    File,
}

/// A picture in the making.
#[derive(Debug)]
pub struct Svg {
    out: String,
}

impl Svg {
    /// Begins a picture. `id` is one word of ours, and no other picture of a page has it.
    #[must_use]
    pub fn new(setting: Setting, id: &str, (width, height): Point, title: &str, desc: &str) -> Self {
        let (w, h) = (number(width), number(height));
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-family=\"system-ui, sans-serif\""
        );
        out.push_str(if setting == Setting::File { " color=\"#1f2328\">" } else { ">" });
        let _ = write!(
            out,
            "<title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            safe::html(title),
            safe::html(desc)
        );
        let mut svg = Self { out };
        if setting == Setting::File {
            svg.rect((0.0, 0.0), (width, height), Fill::Solid(Ink::Ground));
        }
        svg
    }

    /// Begins a picture that only repeats the words beside it, and that nobody is told of.
    #[must_use]
    pub fn ornament((width, height): Point) -> Self {
        let (w, h) = (number(width), number(height));
        let size = format!("viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\"");
        Self { out: format!("<svg {size} aria-hidden=\"true\" focusable=\"false\">") }
    }

    /// A line between two points.
    pub fn line(&mut self, (x1, y1): Point, (x2, y2): Point, stroke: Stroke) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
        let _ =
            write!(self.out, "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"{}/>", stroke.written());
    }

    /// Lines from point to point.
    pub fn polyline(&mut self, points: &[Point], stroke: Stroke) {
        let _ = write!(self.out, "<polyline points=\"{}\"{}/>", coordinates(points), stroke.written());
    }

    /// A rectangle from its upper left corner; nothing where it has no size.
    pub fn rect(&mut self, (x, y): Point, (width, height): Point, fill: Fill) {
        if !(width > 0.0 && height > 0.0) {
            return;
        }
        let [x, y, w, h] = [x, y, width, height].map(number);
        let _ =
            write!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{}/>", fill.written());
    }

    /// A circle around a point.
    pub fn circle(&mut self, (x, y): Point, radius: f64, fill: Fill) {
        let [x, y, r] = [x, y, radius].map(number);
        let _ = write!(self.out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{}/>", fill.written());
    }

    /// An area with corners.
    pub fn polygon(&mut self, points: &[Point], fill: Fill) {
        let _ = write!(self.out, "<polygon points=\"{}\"{}/>", coordinates(points), fill.written());
    }

    /// One line of text, its base line at a point.
    pub fn text(&mut self, (x, y): Point, set: Type, text: &str) {
        let anchor = match set.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if set.bold { " font-weight=\"600\"" } else { "" };
        let [x, y, size] = [x, y, set.size].map(number);
        let _ = write!(
            self.out,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{bold}{anchor}{} fill=\"currentColor\">{}</text>",
            set.ink.written(),
            safe::html(text)
        );
    }

    /// The picture.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.out.push_str("</svg>");
        self.out
    }
}

fn coordinates(points: &[Point]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect::<Vec<_>>().join(" ")
}

/// Two decimals at most: more are not seen, and the last bits of a sum are no part of a picture. What is no number is
/// drawn at 0 rather than breaking the picture.
fn number(value: f64) -> String {
    let hundredths = if value.is_finite() { (value * 100.0).round() + 0.0 } else { 0.0 };
    format!("{}", hundredths / 100.0)
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Fill, Ink, Setting, Stroke, Svg, Type, number};

    #[test]
    fn numbers_have_two_decimals_at_most_and_no_sign_of_zero() {
        let shown = [1.0, 2.345_67, -0.001, 1e-12, 1234.5, f64::NAN, f64::INFINITY].map(number);
        assert_eq!(shown, ["1", "2.35", "0", "0", "1234.5", "0", "0"]);
    }

    #[test]
    fn a_picture_says_what_it_is_and_quotes_what_is_hostile() {
        let mut svg = Svg::new(Setting::Page, "p", (10.0, 20.0), "a <b>", "\"c\" & d");
        svg.text((1.0, 2.0), Type::bold(Anchor::End), "</text><script>\u{202e}");
        svg.line((0.0, 0.0), (1.0, 1.0), Stroke::dashed(Ink::Faint, 1.0));
        svg.rect((0.0, 0.0), (0.0, 1.0), Fill::Solid(Ink::Better));
        let out = svg.finish();
        assert!(out.contains("<title id=\"p-title\">a &lt;b&gt;</title>"), "{out}");
        assert!(out.contains("&lt;/text&gt;&lt;script&gt;\\u{202e}</text>"), "{out}");
        assert!(!out.contains("style=") && !out.contains("<rect"), "{out}");
        assert!(out.contains("role=\"img\"") && out.contains("aria-labelledby=\"p-title p-desc\""));
    }

    #[test]
    fn a_file_by_itself_has_a_ground() {
        let file = Svg::new(Setting::File, "p", (10.0, 20.0), "t", "d").finish();
        assert!(file.contains("color=\"#1f2328\"") && file.contains("<rect"), "{file}");
        assert!(!Svg::new(Setting::Page, "p", (10.0, 20.0), "t", "d").finish().contains("<rect"));
    }
}
