//! Fingerprints: 64 bits of SHA-256 of an item's target or input, so that two runs can be checked for the
//! same items without keeping the texts. 0 means that the file does not say.

use super::scalar::Scalar;
use super::tree::Node;
use crate::domain::Digest;

/// Harnesses cut long texts in the summaries of their logs, at a length of their own. What is compared
/// is shorter than any of them leaves.
const MOST: usize = 512;
/// What ends a text that was cut.
const CUT: &str = "...";

/// The fingerprint of a text as it is written; never 0.
pub(super) fn hash(text: &str) -> u64 {
    let digest = Digest::of(text.as_bytes());
    let head = digest.as_bytes().first_chunk().map_or(1, |head| u64::from_be_bytes(*head));
    head.max(1)
}

/// The fingerprint of the first 512 characters of a text, with each run of white space as one blank: a log
/// may hold a text whole in one place and cut in another, and both must agree. 0 for a text that is empty
/// or was cut before that length.
pub(super) fn of_text(text: &str) -> u64 {
    let mut whole = String::new();
    for word in text.split_whitespace() {
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(word);
        if whole.len() > MOST + CUT.len() {
            break;
        }
    }
    match whole.char_indices().nth(MOST) {
        Some((end, _)) if whole.len() > end + CUT.len() => whole.truncate(end),
        _ if whole.is_empty() || whole.ends_with(CUT) => return 0,
        // The dots of a text that was cut may stand across the end.
        Some((end, _)) => whole.truncate(end),
        None => {}
    }
    hash(&whole)
}

/// The fingerprint of a value: a text, a number or a truth value, a list of texts, or the messages of a
/// conversation, of which the texts count. 0 where it holds none.
pub(super) fn of_node(node: &Node) -> u64 {
    let mut text = String::new();
    texts(node, &mut text);
    of_text(&text)
}

fn texts(node: &Node, into: &mut String) {
    match node {
        Node::Leaf(scalar) => {
            into.push_str(&of_scalar(scalar));
            into.push('\n');
        }
        Node::List(nodes) => nodes.iter().for_each(|node| texts(node, into)),
        Node::Object(_) => {
            ["content", "text"].iter().filter_map(|key| node.get(key)).for_each(|node| texts(node, into));
        }
    }
}

/// A value as a text. Numbers are written in one way: `1` and `1.0` are the same answer.
pub(super) fn of_scalar(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Text(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => number.to_string(),
            _ if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
                text.to_lowercase()
            }
            _ => text.clone().into_owned(),
        },
        Scalar::Bool(yes) => yes.to_string(),
        Scalar::Unsigned(n) => (*n as f64).to_string(),
        Scalar::Signed(n) => (*n as f64).to_string(),
        Scalar::Float(x) => x.to_string(),
        Scalar::NotFinite => "NaN".to_owned(),
        Scalar::Null | Scalar::List | Scalar::Object => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::of_text;

    #[test]
    fn a_text_and_its_cut_form_are_the_same_or_nothing_is_said() {
        let long = "one two  three\nfour ".repeat(100);
        let whole: Vec<&str> = long.split_whitespace().collect();
        let whole = whole.join(" ");
        let cut = |length: usize| format!("{}...", &whole[..length]);
        assert_eq!(of_text(&long), of_text(&whole));
        assert_eq!(of_text(&cut(1021)), of_text(&long));
        for length in 505..530 {
            let said = of_text(&cut(length));
            assert!(said == 0 || said == of_text(&long), "{length}");
        }
        assert_eq!(of_text(&cut(20)), 0);
        assert_eq!(of_text(" \n"), 0);
        assert_ne!(of_text("yes"), of_text("no"));
        assert_ne!(of_text("yes"), 0);
    }
}
