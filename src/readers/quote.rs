//! Text of a file inside a message: cut, with nothing in it that a terminal obeys, and shown only of a run.
//!
//! A file that somebody names as a run may be anything: a link in a pull request can lead to the keys of the job. So a
//! quotation stands between two marks, which no quoted text can hold, until it is known whether the file showed to be a run
//! ([`Quotes`]); only then it is shown. What a reader writes without a mark is words of its own.
//!
//! The escaping is that of the standard library (`escape_debug`); ours are the cut, the list and the marks.

use crate::domain::Diagnostic;
use crate::domain::quotation::{CLOSE, OPEN};

/// Longest quotation, in characters.
const LONGEST: usize = 80;
/// Stands where a quotation is not shown.
const WITHHELD: &str = "(not shown)";

/// What becomes of the quotations in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// The file showed to be a run.
    Shown,
    /// It did not.
    Withheld,
}

impl Quotes {
    /// A message without marks.
    pub(super) fn of(self, message: &str) -> String {
        let mut out = String::with_capacity(message.len());
        let mut rest = message;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let (quoted, behind) = after.split_once(CLOSE).unwrap_or((after, ""));
            out.push_str(before);
            out.push_str(if self == Self::Shown { quoted } else { WITHHELD });
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// An error without marks.
    pub(super) fn of_error(self, error: Diagnostic) -> Diagnostic {
        let Diagnostic { code, place, what, next } = error;
        Diagnostic { code, place: self.of(&place), what: self.of(&what), next: self.of(&next) }
    }
}

/// The text in double quotes, control and invisible characters escaped, cut to 80 characters.
pub(super) fn quote(text: &str) -> String {
    marked(&ours(text))
}

/// The same of a text that is not of the file: a name that readers know, or one that the user gave.
pub(super) fn ours(text: &str) -> String {
    let (head, cut) = head(text, LONGEST);
    if cut { format!("{head:?}...") } else { format!("{head:?}") }
}

/// A value of the file that needs no quotation marks, such as a number.
pub(super) fn marked(value: &str) -> String {
    format!("{OPEN}{value}{CLOSE}")
}

/// Whether a message holds a quotation. No text that a library has escaped as Rust does (`{:?}`) holds one.
pub(super) fn is_marked(message: &str) -> bool {
    message.contains(OPEN)
}

/// A message of a library that may quote the file: escaped and cut to 160 characters, without quotes.
pub(super) fn escape(text: &str) -> String {
    // Quotations of ours that passed through the library.
    let text = text.replace([OPEN, CLOSE], "");
    marked(&plain(&text))
}

/// The same of a message that quotes nothing.
pub(super) fn plain(text: &str) -> String {
    let (head, cut) = head(text, 2 * LONGEST);
    let mut out: String = head
        .chars()
        .flat_map(|c| {
            let keep = c == '"' || c == '\'';
            let escaped = (!keep).then(|| c.escape_debug());
            keep.then_some(c).into_iter().chain(escaped.into_iter().flatten())
        })
        .collect();
    if cut {
        out.push_str("...");
    }
    out
}

/// Several texts as quotations with commas between; at most `most` of them, then how many more.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    marked(&list_of_ours(texts, most))
}

/// The same of texts that are not of the file.
pub(super) fn list_of_ours<'a>(texts: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let mut texts = texts.into_iter();
    let mut out: Vec<_> = texts.by_ref().take(most).map(ours).collect();
    let more = texts.count();
    if more > 0 {
        out.push(format!("and {more} more"));
    }
    out.join(", ")
}

/// What to tell where a field was asked for to name the items of a RunFrame, which has one field for that.
pub(super) fn id_of_runframe(asked: Option<&str>) -> Option<String> {
    let key = asked.filter(|key| *key != "item_id")?;
    Some(format!("The items of a RunFrame are named by item_id: --id {} names nothing here.", ours(key)))
}

fn head(text: &str, longest: usize) -> (&str, bool) {
    match text.char_indices().nth(longest) {
        Some((end, _)) => (text.get(..end).unwrap_or(""), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CLOSE, OPEN, Quotes, escape, list, quote};

    fn shown(text: &str) -> String {
        Quotes::Shown.of(text)
    }

    #[test]
    fn hostile_text_is_cut_and_escaped() {
        assert_eq!(shown(&quote("n/a")), "\"n/a\"");
        assert_eq!(shown(&quote("\u{1b}[2J\u{202e}\n")), "\"\\u{1b}[2J\\u{202e}\\n\"");
        assert_eq!(shown(&quote(&"é".repeat(200))), format!("\"{}\"...", "é".repeat(80)));
        assert_eq!(shown(&escape("a \"b\"\u{7}\r\n")), "a \"b\"\\u{7}\\r\\n");
    }

    #[test]
    fn lists_say_how_much_they_leave_out() {
        assert_eq!(shown(&list(["a", "b"], 2)), "\"a\", \"b\"");
        assert_eq!(shown(&list(["a", "b", "c", "d"], 2)), "\"a\", \"b\", and 2 more");
    }

    #[test]
    fn a_quotation_that_passes_a_library_stays_one() {
        let message = format!("the key {} stands twice", quote("AWS_SECRET"));
        assert_eq!(shown(&escape(&message)), "the key \"AWS_SECRET\" stands twice");
        assert_eq!(Quotes::Withheld.of(&escape(&message)), "(not shown)");
    }

    proptest! {
        #[test]
        fn nothing_of_the_file_is_left_where_quotations_are_withheld(
            parts in prop::collection::vec("[a-z\u{fdd0}\u{fdd1}\"\n]{0,12}", 1..5),
        ) {
            let quotes = parts.iter().map(|part| quote(part)).chain(parts.iter().map(|part| escape(part)));
            let message = quotes.fold("IS ".to_owned(), |message, quote| message + &quote + " AND ");
            let left = Quotes::Withheld.of(&message);
            prop_assert_eq!(left.replace("(not shown)", "").replace(" AND ", ""), "IS ");
            prop_assert!(!shown(&message).contains([OPEN, CLOSE]), "{:?}", shown(&message));
        }
    }
}
