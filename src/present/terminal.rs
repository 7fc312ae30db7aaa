//! An error on a terminal. It reads as well without colour as with it.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};

use super::safe;
use super::screen::Colour;
use crate::domain::Diagnostic;

/// An error for standard error, with the address of the page that says more.
#[must_use]
pub fn error(diagnostic: &Diagnostic, colour: Colour) -> String {
    errors(std::slice::from_ref(diagnostic), colour)
}

/// Errors that were found together; each page is named once.
#[must_use]
pub fn errors(diagnostics: &[Diagnostic], colour: Colour) -> String {
    let mut text: String = diagnostics.iter().map(|diagnostic| one(diagnostic, colour)).collect();
    for code in diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<BTreeSet<_>>() {
        text.push_str(&format!("  more: {}\n", code.page()));
    }
    text
}

fn one(diagnostic: &Diagnostic, colour: Colour) -> String {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let word = styled("error", style, colour);
    let mut text = format!("evalsig: {word}: ");
    if !diagnostic.place.is_empty() {
        text.push_str(&format!("{}: ", safe::line(&diagnostic.place)));
    }
    text.push_str(&format!("{} [{}]\n", safe::line(&diagnostic.what), diagnostic.code.as_str()));
    if !diagnostic.next.is_empty() {
        text.push_str(&format!("  next: {}\n", safe::line(&diagnostic.next)));
    }
    text
}

fn styled(word: &str, style: Style, colour: Colour) -> String {
    match colour {
        Colour::On => format!("{style}{word}{style:#}"),
        Colour::Off => word.to_owned(),
    }
}
