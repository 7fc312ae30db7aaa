//! Decisions over time in a line of text for each task: one character a decision, the newest at the right.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::tracks::{Mark, Track, day};
use crate::envelope::v1::VerdictWord;
use crate::present::page::of_word;
use crate::present::plots::marks;
use crate::present::safe;
use crate::present::screen::{Colour, Glyphs, Screen, Width};

/// Most columns of a name.
const NAME: usize = 40;
/// Most decisions of a line.
const MOST: usize = 60;

/// The lines with what their characters mean, and an empty line behind them; nothing where nothing was decided.
#[must_use]
pub(super) fn strip(tracks: &[Track], screen: Screen) -> String {
    if tracks.is_empty() {
        return String::new();
    }
    let names: Vec<String> =
        tracks.iter().map(|track| name(&format!("{}, {}", track.task, track.metric))).collect();
    let column = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let days = tracks.iter().flat_map(|track| &track.marks).map(|mark| date(mark).width()).max().unwrap_or(0);
    let most = match screen.width {
        Width::Terminal(columns) => usize::from(columns).saturating_sub(column + 2 * days + 7).clamp(5, MOST),
        Width::Pipe => MOST,
    };
    let longest = tracks.iter().map(|track| track.marks.len().min(most)).max().unwrap_or(0);
    let cut = tracks.iter().any(|track| track.total() > most as u64);
    let mut text = String::new();
    for (track, name) in tracks.iter().zip(&names) {
        let shown = track.marks.get(track.marks.len().saturating_sub(most)..).unwrap_or_default();
        let (Some(first), Some(last)) = (shown.first(), shown.last()) else { continue };
        let drawn: String = shown.iter().map(|mark| glyph(mark.decision.verdict, screen)).collect();
        let earlier = match (cut, track.total() > shown.len() as u64) {
            (true, true) => more(screen),
            (true, false) => " ",
            (false, _) => "",
        };
        let padded =
            |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
        let (name, from, to) = (padded(name, column), padded(&date(first), days), date(last));
        let blank = " ".repeat(longest - shown.len());
        text.push_str(&format!("{name}  {from}  {blank}{earlier}{drawn}  {to}\n"));
    }
    let words = [VerdictWord::Allow, VerdictWord::Reject, VerdictWord::Inconclusive];
    let meaning: Vec<String> =
        words.into_iter().map(|word| format!("{} {}", glyph(word, screen), word.as_str())).collect();
    text.push_str(&format!("{}; a decision each, the newest at the right\n\n", meaning.join(", ")));
    text
}

fn date(mark: &Mark) -> String {
    safe::line(day(&mark.decision))
}

/// Stands where there are older decisions than find room.
fn more(screen: Screen) -> &'static str {
    if screen.glyphs == Glyphs::Ascii { "<" } else { "…" }
}

/// The mark of a verdict: the shape that pictures have for it, or its first letter.
fn glyph(verdict: VerdictWord, screen: Screen) -> String {
    let mark = match (screen.glyphs, marks::shape(of_word(verdict))) {
        (Glyphs::Ascii, _) => verdict.as_str().get(..1).unwrap_or_default(),
        (Glyphs::Unicode, "circle") => "●",
        (Glyphs::Unicode, "triangle") => "▲",
        (Glyphs::Unicode, _) => "■",
    };
    let style: Style = style(verdict.as_str(), screen.colour);
    format!("{style}{mark}{style:#}")
}

/// The beginning of a name that may be hostile.
fn name(text: &str) -> String {
    let whole = safe::line(text);
    if whole.width() <= NAME {
        return whole;
    }
    let (mut out, mut used) = (String::new(), 1);
    for c in whole.chars() {
        used += c.width().unwrap_or(0);
        if used > NAME {
            break;
        }
        out.push(c);
    }
    out + "…"
}

/// The colour of a verdict.
pub(super) fn style(verdict: &str, colour: Colour) -> Style {
    let tone = match (colour, verdict) {
        (Colour::On, "ALLOW") => AnsiColor::Green,
        (Colour::On, "REJECT") => AnsiColor::Red,
        (Colour::On, "INCONCLUSIVE") => AnsiColor::Yellow,
        _ => return Style::new(),
    };
    Style::new().bold().fg_color(Some(tone.into()))
}
