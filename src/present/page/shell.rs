//! What every page begins and ends with: one style sheet, a policy that allows it and nothing else, a bar, a footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style;
use super::text::said;

/// A page around its content.
pub(super) struct Shell<'a> {
    /// The title, which may quote what is hostile.
    pub(super) title: &'a str,
    /// What kind of page it is.
    pub(super) kind: &'a str,
    /// What stands at the right of the bar.
    pub(super) bar: Markup,
    /// The id of the content, and what it is called for who jumps there.
    pub(super) main: (&'a str, &'a str),
    /// A class for the content.
    pub(super) class: &'a str,
    /// Whether it is as wide as a table of many columns.
    pub(super) broad: bool,
    /// What is the record, in a sentence.
    pub(super) record: &'a str,
}

impl Shell<'_> {
    pub(super) fn around(&self, content: &Markup) -> Markup {
        let (id, called) = self.main;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(PreEscaped(style::content_security_policy()));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (said(self.title)) }
                    style { (PreEscaped(style::STYLE)) }
                }
                body class=[self.broad.then_some("broad")] {
                    a class="skip" href={ "#" (id) } { "Skip to the " (called) }
                    header class="bar" {
                        div class="sheet" {
                            span { b { "evalsig" } " " (self.kind) }
                            (self.bar)
                        }
                    }
                    main id=(id) class={ "sheet " (self.class) } tabindex="-1" { (content) }
                    div class="sheet" {
                        footer { (self.record) " The page runs nothing and loads nothing." }
                    }
                }
            }
        }
    }
}
