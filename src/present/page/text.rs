//! The pieces that a page is made of. Whatever comes from a file passes one gate here: [`said`].

use maud::{Markup, PreEscaped, Render, html};

use crate::domain::Verdict;
use crate::envelope::v1::VerdictWord;
use crate::present::plots::frame::Frame;
use crate::present::plots::marks;
use crate::present::safe;
use crate::present::svg::Svg;
use crate::view::{Fact, Part, Sentence};

/// A text that may be hostile, made safe by the gate of HTML, which also shows what would hide.
pub(super) fn said(text: &str) -> PreEscaped<String> {
    PreEscaped(safe::html(text))
}

/// A name, path or hash as it stands in a file.
pub(super) fn code(text: &str) -> Markup {
    html! { code { (said(text)) } }
}

/// A time in one piece; a text that is no time may be as long as it likes.
pub(super) fn moment(text: &str) -> Markup {
    let whole = text.parse::<jiff::Timestamp>().is_ok();
    html! { span class=[whole.then_some("moment")] { (said(text)) } }
}

/// A name inside a sentence. Its direction of writing stays its own, and quotes show where one ends that is not one
/// word: a model may be called `x may ship`. One that would fill the page is cut; tables have it whole.
pub(super) fn name(text: &str) -> Markup {
    const MOST: usize = 80;
    let quoted = text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == '"');
    let cut = text.char_indices().nth(MOST).map(|(at, _)| at);
    let shown = cut.and_then(|at| text.get(..at)).unwrap_or(text);
    html! {
        bdi class="name" {
            @if quoted { "\u{201c}" } (said(shown)) @if cut.is_some() { "\u{2026}" } @if quoted { "\u{201d}" }
        }
    }
}

impl Render for Sentence {
    fn render(&self) -> Markup {
        html! {
            @for part in &self.parts {
                @match part {
                    // A number and its percent sign stay on one line.
                    Part::Words(words) => { (said(&words.replace(" %", "\u{a0}%"))) }
                    Part::Name(of) => { (name(of)) }
                }
            }
        }
    }
}

/// A sentence of ours with its full stop.
pub(super) fn sentence(text: &str) -> Markup {
    html! { (said(text)) @if !text.ends_with(['.', '!', '?']) { "." } }
}

/// Two columns: what it is, and its value.
pub(super) fn facts(caption: &str, facts: &[Fact]) -> Markup {
    html! {
        table class="facts" {
            caption { (caption) }
            tbody {
                @for fact in facts {
                    tr { th scope="row" { (said(&fact.label)) } td { (said(&fact.value)) } }
                }
            }
        }
    }
}

/// A column of a table.
pub(super) struct Column {
    name: &'static str,
    number: bool,
}

/// A column of words.
pub(super) const fn words(name: &'static str) -> Column {
    Column { name, number: false }
}

/// A column of numbers.
pub(super) const fn numbers(name: &'static str) -> Column {
    Column { name, number: true }
}

/// A table whose rows become cards on a telephone; the first cell of a row is its head.
pub(super) fn table<const N: usize>(caption: &str, columns: &[Column; N], rows: &[[Markup; N]]) -> Markup {
    let class = |column: &Column| column.number.then_some("number");
    html! {
        table class="cards" {
            caption { (caption) }
            thead { tr { @for column in columns { th scope="col" class=[class(column)] { (column.name) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (i, (cell, column)) in row.iter().zip(columns).enumerate() {
                            @if i == 0 {
                                th scope="row" { (cell) }
                            } @else {
                                td class=[class(column)] data-label=(column.name) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A picture for a wide and for a narrow window; a reader sees, and hears of, one of them.
pub(super) fn picture(id: &str, draw: impl Fn(&Frame<'_>) -> String) -> Markup {
    let (wide, narrow) = (format!("{id}-wide"), format!("{id}-narrow"));
    html! {
        div class="wide" { (PreEscaped(draw(&Frame::page(&wide, Frame::WIDE)))) }
        div class="narrow" { (PreEscaped(draw(&Frame::page(&narrow, Frame::NARROW)))) }
    }
}

/// A picture with what it shows in a sentence, and the same numbers as a table.
pub(super) fn figure(picture: &Markup, caption: &Markup, twin: &Markup) -> Markup {
    html! {
        figure {
            (picture)
            figcaption { (caption) }
        }
        details {
            summary { "The numbers of this picture as a table" }
            (twin)
        }
    }
}

/// The verdict as a word with its shape.
pub(super) fn verdict_word(verdict: VerdictWord) -> Markup {
    html! { span class={ "word " (verdict.as_str()) } { (shape(verdict)) (verdict.as_str()) } }
}

/// The verdict as a badge.
pub(super) fn badge(verdict: VerdictWord) -> Markup {
    html! { span class={ "badge " (verdict.as_str()) } { (shape(verdict)) (verdict.as_str()) } }
}

fn shape(verdict: VerdictWord) -> PreEscaped<String> {
    let mut svg = Svg::ornament((16.0, 16.0));
    marks::outline(&mut svg, (8.0, 8.0), 7.0, of_word(verdict));
    PreEscaped(svg.finish())
}

/// The written verdict as a verdict.
pub(in crate::present) fn of_word(verdict: VerdictWord) -> Verdict {
    match verdict {
        VerdictWord::Allow => Verdict::Allow,
        VerdictWord::Reject => Verdict::Reject,
        VerdictWord::Inconclusive => Verdict::Inconclusive,
    }
}
