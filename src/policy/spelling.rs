//! The nearest of a few words to one that is none of them.

/// Most changed characters at which a word is still taken for another.
const MOST: usize = 3;

/// The word that was probably meant: the same but for case and for `_` or blanks in the place of `-`, or else the one
/// that the fewest changed characters make of it, where they are few for its length.
pub(super) fn nearest<'w>(typed: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if typed.len() > 100 {
        return None;
    }
    let typed = canonical(typed);
    let distances = words.into_iter().map(|word| (distance(&typed, &canonical(word)), word));
    distances
        .min_by_key(|(changes, _)| *changes)
        .filter(|(changes, word)| *changes <= MOST.min(word.chars().count().div_ceil(2)))
        .map(|(_, word)| word)
}

/// In kebab-case: `marginRationale` and `Margin_Rationale` are `margin-rationale`.
fn canonical(word: &str) -> String {
    let mut out = String::new();
    let mut before_lower = false;
    for c in word.trim().chars() {
        match c {
            '_' | ' ' | '-' => out.push('-'),
            c if c.is_uppercase() => {
                if before_lower {
                    out.push('-');
                }
                out.extend(c.to_lowercase());
            }
            c => out.push(c),
        }
        before_lower = c.is_lowercase();
    }
    out
}

/// Characters to insert, delete, replace, or swap with the next one (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (Vec::new(), (0..=b.len()).collect());
    let mut left_before = None;
    for (i, &left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        let mut right_before = None;
        for (j, &right) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, j) + usize::from(left != right);
            let mut least = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if left_before == Some(right) && right_before == Some(left) {
                least = least.min(at(&before, j.saturating_sub(1)) + 1);
            }
            row.push(least);
            right_before = Some(right);
        }
        before = std::mem::replace(&mut last, row);
        left_before = Some(left);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn the_word_that_was_meant_is_found() {
        let words = ["margin", "margin-rationale", "min-delta", "role", "name"];
        for (typed, meant) in [
            ("margn", "margin"),
            ("marign", "margin"),
            ("min_delta", "min-delta"),
            ("minDelta", "min-delta"),
            ("MARGIN", "margin"),
            ("marginRationale", "margin-rationale"),
            ("rôle", "role"),
        ] {
            assert_eq!(nearest(typed, words), Some(meant), "{typed}");
        }
        for typed in ["", "threshold", "x", "latency"] {
            assert_eq!(nearest(typed, words), None, "{typed}");
        }
    }

    #[test]
    fn a_distance_counts_changes() {
        for (a, b, changes) in [
            ("", "abc", 3),
            ("ab", "ba", 1),
            ("abc", "abc", 0),
            ("abcd", "acbd", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), changes, "{a} {b}");
            assert_eq!(distance(b, a), changes, "{b} {a}");
        }
    }
}
