//! What standard output and standard error are: whether they take colour, and how wide they are.

use std::env::var_os;
use std::io::{IsTerminal as _, stderr, stdout};

use terminal_size::terminal_size_of;

use crate::present::screen::{Glyphs, Width};

/// Columns of a terminal that does not tell its own.
const USUAL: u16 = 80;

/// Whether standard output is a terminal with colours (see <https://no-color.org>).
#[must_use]
pub fn supports_colour() -> bool {
    let plain = var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || var_os("TERM").is_some_and(|term| term == "dumb");
    stdout().is_terminal() && !plain
}

/// The columns of standard output. `COLUMNS` comes before what the terminal tells, as in `ls` and `git`; a pipe
/// heeds neither.
#[must_use]
pub fn width() -> Width {
    let told = || terminal_size_of(stdout()).map(|(columns, _)| columns.0);
    columns(stdout().is_terminal(), told)
}

/// The columns of standard error, by the same rule.
#[must_use]
pub fn error_width() -> Width {
    let told = || terminal_size_of(stderr()).map(|(columns, _)| columns.0);
    columns(stderr().is_terminal(), told)
}

fn columns(is_terminal: bool, told: impl Fn() -> Option<u16>) -> Width {
    if !is_terminal {
        return Width::Pipe;
    }
    let wished = var_os("COLUMNS").and_then(|text| text.to_str()?.trim().parse().ok());
    let known = |columns: &u16| *columns > 0;
    Width::Terminal(wished.filter(known).or_else(told).filter(known).unwrap_or(USUAL))
}

/// Which characters standard output shows: what is no terminal gets the same everywhere, a terminal those of its
/// locale. The first of the three variables that is set decides, as POSIX has it.
#[must_use]
pub fn glyphs() -> Glyphs {
    if !stdout().is_terminal() {
        return Glyphs::Unicode;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(var_os).find(|text| !text.is_empty());
    let locale = locale.map(|text| text.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if locale.contains("utf-8") || locale.contains("utf8") { Glyphs::Unicode } else { Glyphs::Ascii }
}
