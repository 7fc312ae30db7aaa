//! The colour of a verdict.

use anstyle::{AnsiColor, Style};

use crate::present::screen::Colour;

/// The style of a verdict by its name; none where there is no colour.
pub(super) fn style(verdict: &str, colour: Colour) -> Style {
    let tone = match (colour, verdict) {
        (Colour::On, "ALLOW") => AnsiColor::Green,
        (Colour::On, "REJECT") => AnsiColor::Red,
        (Colour::On, "INCONCLUSIVE") => AnsiColor::Yellow,
        _ => return Style::new(),
    };
    Style::new().bold().fg_color(Some(tone.into()))
}
