//! Text of a file inside a message: cut, and with nothing in it that a terminal obeys.
//!
//! The escaping is that of the standard library (`escape_debug`); ours is the cut and the list.

/// Longest quotation, in characters.
const LONGEST: usize = 80;

/// The text in double quotes, control and invisible characters escaped, cut to 80 characters.
pub(super) fn quote(text: &str) -> String {
    let (head, cut) = head(text, LONGEST);
    if cut { format!("{head:?}...") } else { format!("{head:?}") }
}

/// A message of a library that may quote the file: escaped and cut to 160 characters, without quotes.
pub(super) fn escape(text: &str) -> String {
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
    let mut texts = texts.into_iter();
    let mut out: Vec<_> = texts.by_ref().take(most).map(quote).collect();
    let more = texts.count();
    if more > 0 {
        out.push(format!("and {more} more"));
    }
    out.join(", ")
}

fn head(text: &str, longest: usize) -> (&str, bool) {
    match text.char_indices().nth(longest) {
        Some((end, _)) => (text.get(..end).unwrap_or(""), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::{escape, list, quote};

    #[test]
    fn hostile_text_is_cut_and_escaped() {
        assert_eq!(quote("n/a"), "\"n/a\"");
        assert_eq!(quote("\u{1b}[2J\u{202e}\n"), "\"\\u{1b}[2J\\u{202e}\\n\"");
        assert_eq!(quote(&"é".repeat(200)), format!("\"{}\"...", "é".repeat(80)));
        assert_eq!(escape("a \"b\"\u{7}\r\n"), "a \"b\"\\u{7}\\r\\n");
    }

    #[test]
    fn lists_say_how_much_they_leave_out() {
        assert_eq!(list(["a", "b"], 2), "\"a\", \"b\"");
        assert_eq!(list(["a", "b", "c", "d"], 2), "\"a\", \"b\", and 2 more");
    }
}
