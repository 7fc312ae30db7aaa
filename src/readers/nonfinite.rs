//! Bare `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes and JSON does not have, and
//! numbers that no double holds (`1e999`).
//!
//! Ours, because `serde_json` leaves this to other libraries (serde-rs/json#838), `serde_json_lenient` adds
//! comments and trailing commas but no such number, and `serde_json5` failed on them inside an object
//! (google/serde_json5#14) and accepts much else that is no JSON. A strict file, the usual one, pays nothing.
//!
//! A strict parser refuses them. Only when it did, this pass replaces such tokens by a string of
//! the same length, so that lines and columns of later errors still hold: [`SENTINEL`], which the
//! field that meets it reads as "not finite".

use serde::de::IgnoredAny;

/// What stands for a number that is not finite in a repaired text. A file that holds this very
/// string by itself is not repaired, so that it can never be mistaken.
pub(super) const SENTINEL: &str = "\u{7f}";

/// The shortest number that overflows a double is `1e309`.
const SHORTEST_OVERFLOW: usize = 5;

/// A text that a strict parser may accept, and what was replaced in it.
pub(super) struct Repaired {
    pub(super) text: String,
    /// How many tokens were replaced; at least 1.
    pub(super) tokens: usize,
    /// Offset of the first of them.
    pub(super) first: usize,
}

/// Replaces the tokens that stand where a value may stand, outside strings. `None` if there are none.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, open: Vec::new(), value: false, clash: false };
    let mut out: Vec<u8> = Vec::new();
    let (mut tokens, mut first) = (0, 0);
    while let Some((start, end)) = scan.next_token() {
        if tokens == 0 {
            out = text.as_bytes().to_vec();
            first = start;
        }
        tokens += 1;
        let token = out.get_mut(start..end)?;
        token.fill(b' ');
        let quoted = [b'"', 0x7f, b'"'];
        token.get_mut(..quoted.len())?.copy_from_slice(&quoted);
    }
    if tokens == 0 || scan.clash {
        return None;
    }
    Some(Repaired { text: String::from_utf8(out).ok()?, tokens, first })
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    /// The open brackets, `[` or `{`.
    open: Vec<u8>,
    /// Whether the next token stands where a value may stand.
    value: bool,
    /// Whether the sentinel occurs in the text as a string.
    clash: bool,
}

impl Scan<'_> {
    /// The next token that is to be replaced, as a range of offsets.
    fn next_token(&mut self) -> Option<(usize, usize)> {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            let start = self.at;
            self.at += 1;
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => {}
                b'"' => {
                    self.skip_string();
                    let string = self.bytes.get(start..self.at);
                    self.clash |= string == Some([b'"', 0x7f, b'"'].as_slice());
                    self.value = false;
                }
                b'[' | b'{' => {
                    self.open.push(byte);
                    self.value = byte == b'[';
                }
                b']' | b'}' => {
                    self.open.pop();
                    self.value = false;
                }
                b':' => self.value = true,
                b',' => self.value = self.open.last() == Some(&b'['),
                _ => {
                    while self.bytes.get(self.at).is_some_and(|b| !b" \n\r\t\",:[]{}".contains(b)) {
                        self.at += 1;
                    }
                    let token = self.bytes.get(start..self.at).unwrap_or_default();
                    let hit = self.value && is_not_finite(token);
                    self.value = false;
                    if hit {
                        return Some((start, self.at));
                    }
                }
            }
        }
        None
    }

    /// Moves behind the string whose opening quote was just read.
    fn skip_string(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' => 2,
                _ => 1,
            };
        }
        self.at = self.bytes.len();
    }
}

fn is_not_finite(token: &[u8]) -> bool {
    match token.first() {
        Some(b'N') => token == b"NaN",
        Some(b'I') => token == b"Infinity",
        Some(b'-' | b'0'..=b'9') => {
            token == b"-Infinity" || (token.len() >= SHORTEST_OVERFLOW && overflows(token))
        }
        _ => false,
    }
}

/// A number by the grammar of JSON whose nearest double is infinite.
fn overflows(token: &[u8]) -> bool {
    let text = std::str::from_utf8(token).unwrap_or("");
    text.parse::<f64>().is_ok_and(f64::is_infinite) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{SENTINEL, repair};

    fn repaired(text: &str) -> Option<String> {
        repair(text).map(|r| r.text)
    }

    #[test]
    fn tokens_become_strings_of_their_own_length() {
        assert_eq!(repaired("[NaN,1]").as_deref(), Some("[\"\u{7f}\",1]"));
        assert_eq!(repaired("{\"a\": -Infinity}").as_deref(), Some("{\"a\": \"\u{7f}\"      }"));
        assert_eq!(
            repaired("[1, Infinity ,\n1e999]").as_deref(),
            Some("[1, \"\u{7f}\"      ,\n\"\u{7f}\"  ]")
        );
        assert_eq!(repaired("[-1E+400]").as_deref(), Some("[\"\u{7f}\"    ]"));
    }

    #[test]
    fn what_is_no_value_or_no_such_token_stays() {
        for text in [
            "[1, 2.5e10, null]",
            "{\"NaN\": \"Infinity\", \"a\": \"\\\" NaN ,\"}",
            "{NaN: 1}",
            "{\"a\": 1, NaN: 2}",
            "[nan, inf, NaNa, +Infinity, 1.e999, 01e999, 1e99]",
            "NaN",
            "[\"unclosed NaN",
            "[\"\\",
            "",
        ] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_holds_the_sentinel_itself_is_left_alone() {
        assert_eq!(repaired("[\"\u{7f}\", NaN]"), None);
        assert!(repaired("[\"x\u{7f}\", NaN]").is_some());
    }

    /// JSON values in which `null` stands for a bare token.
    fn value() -> impl Strategy<Value = Value> {
        let text = "(NaN|[ ,:\\[{\"\\\\]|-?Infinity|1e999|\\PC){0,6}";
        let leaf =
            prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), text.prop_map(Value::from)];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text, inner, 0..4)
                    .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    /// The value as Python writes it, with `token` for every `null`, and as the repair should read it.
    fn write(value: &Value, token: &str, out: &mut String) -> Value {
        match value {
            Value::Null => {
                out.push_str(token);
                Value::from(SENTINEL)
            }
            Value::Array(list) => {
                out.push('[');
                let mut read = Vec::new();
                for (i, inner) in list.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    read.push(write(inner, token, out));
                }
                out.push(']');
                read.into()
            }
            Value::Object(fields) => {
                out.push('{');
                let mut read = serde_json::Map::new();
                for (i, (key, inner)) in fields.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { "," });
                    out.push_str(&Value::from(key.as_str()).to_string());
                    out.push_str(": ");
                    read.insert(key.clone(), write(inner, token, out));
                }
                out.push('}');
                read.into()
            }
            plain => {
                out.push_str(&plain.to_string());
                plain.clone()
            }
        }
    }

    proptest! {
        #[test]
        fn strings_are_never_touched(value in value(), token in "NaN|-?Infinity|-?1e999") {
            let mut text = String::new();
            let expected = write(&Value::from(vec![value]), &token, &mut text);
            match repaired(&text) {
                Some(fixed) => {
                    prop_assert_eq!(fixed.len(), text.len());
                    prop_assert_eq!(serde_json::from_str::<Value>(&fixed).expect("repaired"), expected);
                }
                None => prop_assert_eq!(serde_json::from_str::<Value>(&text).expect("strict"), expected),
            }
        }

        #[test]
        fn any_bytes_are_survived(text in "\\PC{0,40}|[\\[\\]{}:,\"\\\\NaInfity0-9e. -]{0,60}") {
            if let Some(fixed) = repaired(&text) {
                prop_assert_eq!(fixed.len(), text.len());
            }
        }
    }
}
