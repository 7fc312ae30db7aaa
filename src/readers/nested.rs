//! Names with dots: `evaluation.score` is the field `score` of the object in the field `evaluation`. Keys may hold dots
//! themselves, so a name may be split in several ways; where two of them lead to a value, the name is ambiguous.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::scalar::{KeySeed, duplicate_key};

/// How deep, and how many, numbers in objects are looked for to name them in a message.
const DEPTH: usize = 4;
const NAMED: usize = 16;

/// What is left of a path behind a key: nothing where the key is all of it. `None` where the path leads elsewhere.
///
/// # Examples
/// `doc.subject` behind `doc` leaves `subject`; behind `document` it leads elsewhere.
pub(super) fn behind<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.').filter(|rest| !rest.is_empty()) }
}

/// The text of the value at a path inside an object; `None` where the text is no object, or has nothing there.
///
/// # Errors
/// Where the path leads to two values, or a key stands twice.
pub(super) fn find<'t>(object: &'t str, path: &str) -> Result<Option<&'t str>, serde_json::Error> {
    if !object.trim_start().starts_with('{') {
        return Ok(None);
    }
    Find { path }.deserialize(&mut serde_json::Deserializer::from_str(object))
}

struct Find<'p> {
    path: &'p str,
}

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = Option<&'de str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = Option<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let value: &'de RawValue = object.next_value()?;
            let here = match behind(self.path, &key) {
                None => None,
                Some("") => Some(value.get()),
                Some(rest) => find(value.get(), rest).map_err(serde::de::Error::custom)?,
            };
            if here.is_some() && found.is_some() {
                return Err(duplicate_key(self.path));
            }
            found = found.or(here);
        }
        Ok(found)
    }
}

/// The names of numbers and truth values inside an object, with the name of the object before them: for a message that
/// tells what could be chosen.
pub(super) fn numbers(name: &str, object: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(name, object, DEPTH, &mut found);
    found
}

fn collect(name: &str, text: &str, depth: usize, found: &mut Vec<String>) {
    if found.len() >= NAMED {
        return;
    }
    match text.trim_start().as_bytes().first() {
        Some(b'{') if depth > 0 => {
            // What cannot be parsed is somebody else's to say.
            let _ = Fields(&mut |key, value| collect(&format!("{name}.{key}"), value, depth - 1, found))
                .deserialize(&mut serde_json::Deserializer::from_str(text));
        }
        Some(b'-' | b'0'..=b'9' | b't' | b'f') if depth < DEPTH => found.push(name.to_owned()),
        _ => {}
    }
}

struct Fields<'a>(&'a mut dyn FnMut(&str, &str));

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let value: &'de RawValue = object.next_value()?;
            (self.0)(&key, value.get());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{find, numbers};

    #[test]
    fn a_name_with_dots_reaches_into_objects_and_is_ambiguous_where_two_values_have_it() {
        let text = r#"{"a": {"b": 1, "c.d": {"e": "x"}}, "a.f": {"g": true}, "n": null}"#;
        for (path, value) in [
            ("a.b", Some("1")),
            ("a.c.d.e", Some("\"x\"")),
            ("a.f.g", Some("true")),
            ("n", Some("null")),
            ("n.x", None),
            ("a.b.c", None),
            ("a.", None),
            ("", None),
        ] {
            assert_eq!(find(text, path).unwrap(), value, "{path}");
        }
        assert_eq!(find("[1]", "a").unwrap(), None);
        assert!(find(r#"{"a": {"b": 1}, "a.b": 2}"#, "a.b").is_err());
        assert!(find(r#"{"a": 1, "a": 2}"#, "a").is_err());
        assert!(find(r#"{"a": "#, "a").is_err());
    }

    #[test]
    fn numbers_in_objects_are_named_up_to_a_bound() {
        let text = r#"{"score": 0.5, "text": "1", "deep": {"ok": false, "list": [1]}}"#;
        assert_eq!(numbers("evaluation", text), ["evaluation.score", "evaluation.deep.ok"]);
        assert!(numbers("x", "1").is_empty());
        let many: Vec<String> = (0..100).map(|i| format!("\"k{i}\": {i}")).collect();
        assert_eq!(numbers("x", &format!("{{{}}}", many.join(","))).len(), 16);
        let deep = format!("{}1{}", "{\"a\":".repeat(50), "}".repeat(50));
        assert!(numbers("x", &deep).is_empty());
    }
}
