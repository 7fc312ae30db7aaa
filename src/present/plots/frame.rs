//! What all pictures have in common: how wide they are, and how much room a text takes.

use unicode_width::UnicodeWidthChar as _;

use crate::present::safe;
use crate::present::svg::{Point, Setting, Svg};

/// Where a picture will stand, and how wide it is. Pictures are not scaled to fit a telephone, where their text could not
/// be read: they are drawn for its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame<'a> {
    /// In a page or in a file.
    pub setting: Setting,
    /// One word of ours that no other picture of the page has.
    pub id: &'a str,
    /// Its width.
    pub width: f64,
}

impl<'a> Frame<'a> {
    /// The width of a picture beside running text.
    pub const WIDE: f64 = 720.0;
    /// The width of a picture on a telephone.
    pub const NARROW: f64 = 350.0;

    /// A picture of a page.
    #[must_use]
    pub fn page(id: &'a str, width: f64) -> Self {
        Self { setting: Setting::Page, id, width }
    }

    /// A picture in a file by itself.
    #[must_use]
    pub fn file(id: &'a str) -> Self {
        Self { setting: Setting::File, id, width: Self::WIDE }
    }

    /// Whether there is little room beside the picture.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.width < 500.0
    }

    pub(super) fn begin(&self, height: f64, title: &str, desc: &str) -> Svg {
        let size: Point = (self.width, height);
        Svg::new(self.setting, self.id, size, title, desc)
    }
}

/// A number, and how it is written beside the place where it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Where it is drawn.
    pub at: f64,
    /// How it is written.
    pub text: String,
}

impl Shown {
    /// A number as it is written.
    #[must_use]
    pub fn new(at: f64, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }
}

/// About how wide a text is. No font is measured: the same on every machine, and rather too much than too little.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    safe::visible(text).chars().map(advance).sum::<f64>() * size
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' | '(' | ')' => 0.33,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.9,
        c if c.is_ascii_uppercase() => 0.7,
        '0'..='9' => 0.64,
        c => 0.58 * c.width().unwrap_or(1) as f64 - if c.width() == Some(2) { 0.12 } else { 0.0 },
    }
}

/// The beginning of a text that finds room, with an ellipsis where it was cut.
pub(super) fn fitted(text: &str, room: f64, size: f64) -> String {
    let visible = safe::visible(text);
    if text_width(&visible, size) <= room {
        return visible;
    }
    let (mut out, mut used) = (String::new(), advance('…') * size);
    for c in visible.chars() {
        used += advance(c) * size;
        if used > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Moves the middles of texts in a row apart until none covers another, and keeps all of them between the edges.
pub(super) fn apart(texts: &mut [(f64, f64)], (start, end): (f64, f64)) {
    const GAP: f64 = 10.0;
    let mut left = start;
    for (middle, width) in texts.iter_mut() {
        *middle = middle.max(left + *width / 2.0);
        left = *middle + *width / 2.0 + GAP;
    }
    let mut right = end;
    for (middle, width) in texts.iter_mut().rev() {
        *middle = middle.min(right - *width / 2.0);
        right = *middle - *width / 2.0 - GAP;
    }
}

#[cfg(test)]
mod tests {
    use super::{apart, fitted, text_width};

    #[test]
    fn a_text_is_cut_where_the_room_ends() {
        assert_eq!(fitted("short", 100.0, 13.0), "short");
        let cut = fitted(&"long-name-".repeat(20), 100.0, 13.0);
        assert!(cut.ends_with('…') && text_width(&cut, 13.0) <= 100.0, "{cut}");
        let wide = fitted(&"模型".repeat(20), 100.0, 13.0);
        assert!(wide.ends_with('…') && text_width(&wide, 13.0) <= 100.0, "{wide}");
    }

    #[test]
    fn texts_do_not_cover_each_other() {
        let mut texts = [(5.0, 40.0), (10.0, 40.0), (95.0, 40.0)];
        apart(&mut texts, (0.0, 200.0));
        assert_eq!(texts.map(|(middle, _)| middle), [20.0, 70.0, 120.0]);
        let mut texts = [(5.0, 40.0), (195.0, 40.0)];
        apart(&mut texts, (0.0, 200.0));
        assert_eq!(texts.map(|(middle, _)| middle), [20.0, 180.0]);
    }
}
