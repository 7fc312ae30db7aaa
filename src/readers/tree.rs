//! JSON as a tree, for formats whose fields have names that the file chooses. Only the part that a
//! [`Projection`] asks for is kept: a log's transcripts outweigh its scores a thousandfold.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::nonfinite::{self, SENTINEL};
use super::scalar::{KeySeed, Scalar, duplicate_key};
use super::{json, unsupported};
use crate::domain::Diagnostic;

/// Which part of a value is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Projection<'s> {
    /// All of it.
    All,
    /// Of an object, these fields.
    Fields(&'s [(&'s str, Projection<'s>)]),
    /// Of an object, all but these fields.
    Without(&'s [&'s str]),
    /// Of an object, this part of every field.
    Values(&'s Projection<'s>),
    /// Of a list, this part of every element.
    Each(&'s Projection<'s>),
    /// Of a text, so many bytes; of the messages of a conversation, what they say.
    Start(usize),
}

impl<'s> Projection<'s> {
    /// What is kept of a field; `None` drops it.
    fn field(self, key: &str) -> Option<Self> {
        match self {
            Self::All | Self::Each(_) => Some(Self::All),
            Self::Values(shape) => Some(*shape),
            Self::Start(_) => matches!(key, "content" | "text").then_some(self),
            Self::Without(names) => (!names.contains(&key)).then_some(Self::All),
            Self::Fields(fields) => fields.iter().find(|(name, _)| *name == key).map(|(_, shape)| *shape),
        }
    }

    fn element(self) -> Self {
        match self {
            Self::Each(shape) => *shape,
            other => other,
        }
    }

    /// What is kept of a text.
    fn text(self, text: &str) -> Scalar<'static> {
        let most = if let Self::Start(most) = self { most } else { text.len() };
        Scalar::Text(text.get(..text.floor_char_boundary(most)).unwrap_or(text).to_owned().into())
    }
}

/// A JSON value, owned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Leaf(Scalar<'static>),
    List(Vec<Node>),
    /// The fields in ascending order of their keys. A log holds many small objects, and a tree of
    /// each would weigh several times what stands in it.
    Object(Box<[(String, Node)]>),
}

impl Node {
    /// A field of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => {
                let at = fields.binary_search_by(|(name, _)| name.as_str().cmp(key)).ok()?;
                fields.get(at).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The value at a path with dots; a field that has all of it as its name comes first.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        self.get(path).or_else(|| {
            let mut dots = path.rmatch_indices('.');
            dots.find_map(|(dot, _)| self.get(path.get(..dot)?)?.at(path.get(dot + 1..)?))
        })
    }

    /// The value as one scalar; a list or an object says only that it is one.
    pub(super) fn scalar(&self) -> Scalar<'static> {
        match self {
            Self::Leaf(scalar) => scalar.clone(),
            Self::List(_) => Scalar::List,
            Self::Object(_) => Scalar::Object,
        }
    }

    /// The text of a string.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Leaf(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Leaf(Scalar::Unsigned(n)) => Some(*n),
            _ => None,
        }
    }

    /// The fields of an object; none where it is no object.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        let fields = match self {
            Self::Object(fields) => fields.as_ref(),
            _ => &[],
        };
        fields.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Whether the value is null.
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(Scalar::Null))
    }
}

/// Parses a text that is one JSON value. Numbers that are not finite are read as such.
///
/// # Errors
/// `run-malformed` where the text is no JSON, goes on after it, or names a key twice.
pub(super) fn parse(text: &str, shape: Projection<'_>) -> Result<Node, Diagnostic> {
    let attempt = |text: &str, repaired: bool| {
        let mut de = serde_json::Deserializer::from_str(text);
        let node = NodeSeed { shape, repaired }.deserialize(&mut de)?;
        de.end().map(|()| node)
    };
    let error = match attempt(text, false) {
        Ok(node) => return Ok(node),
        Err(error) => error,
    };
    match nonfinite::repair(text) {
        Some(repaired) if json::is_syntax(&error) => {
            attempt(&repaired.text, true).map_err(|error| json::diagnose(&error, ""))
        }
        _ => Err(json::diagnose(&error, "")),
    }
}

#[derive(Clone, Copy)]
struct NodeSeed<'s> {
    shape: Projection<'s>,
    /// Whether the text was repaired, so that the sentinel means "not finite".
    repaired: bool,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Scalar::Null))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Node, E> {
        Ok(Node::Leaf(Scalar::Bool(yes)))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Node, E> {
        Ok(Node::Leaf(Scalar::Unsigned(n)))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Node, E> {
        Ok(Node::Leaf(Scalar::Signed(n)))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Node, E> {
        Ok(Node::Leaf(Scalar::Float(x)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Leaf(self.shape.text(text)))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node, E> {
        // Only a string without escapes is borrowed, and the sentinel is written without.
        if self.repaired && text == SENTINEL {
            return Ok(Node::Leaf(Scalar::NotFinite));
        }
        Ok(Node::Leaf(self.shape.text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let element = Self { shape: self.shape.element(), ..self };
        let mut elements = Vec::new();
        while let Some(node) = list.next_element_seed(element)? {
            elements.push(node);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let Some(shape) = self.shape.field(&key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = object.next_value_seed(Self { shape, ..self })?;
            fields.push((key.into_owned(), value));
        }
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        match fields.windows(2).find(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            Some(pair) => Err(duplicate_key(pair.first().map_or("", |(key, _)| key))),
            None => Ok(Node::Object(fields.into_boxed_slice())),
        }
    }
}

/// Whether `decide` says yes to a key of the first object of a file, asked one by one; its first
/// answer counts. A file is told by its first keys, so that a million items need not be parsed for it.
pub(super) fn first_keys(head: &[u8], mut decide: impl FnMut(&str) -> Option<bool>) -> bool {
    let text = json::head(head);
    let mut answer = None;
    unsupported::keys(text, &mut |key| {
        answer = decide(key);
        answer.is_none()
    });
    answer.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{Node, Projection, parse};
    use crate::readers::scalar::Scalar;

    #[test]
    fn only_what_the_shape_asks_for_is_kept() {
        let shape = Projection::Fields(&[
            ("a", Projection::Each(&Projection::Fields(&[("x", Projection::All)]))),
            ("b", Projection::All),
        ]);
        let node =
            parse(r#"{"a":[{"x":1,"y":2},3],"b":{"c":[NaN,"NaN"]},"d":[1e999]}"#, shape).expect("JSON");
        assert_eq!(node.get("d"), None);
        let list = |node: Option<&Node>| match node {
            Some(Node::List(elements)) => elements.clone(),
            other => panic!("{other:?} is no list"),
        };
        let [first, second] = &list(node.get("a"))[..] else { panic!("two") };
        assert_eq!(first.fields().count(), 1);
        assert_eq!(second.count(), Some(3));
        let c = list(node.get("b").and_then(|b| b.get("c")));
        assert_eq!(c[0], Node::Leaf(Scalar::NotFinite));
        assert_eq!(c[1].text(), Some("NaN"));
    }

    #[test]
    fn what_is_not_one_value_is_refused() {
        for text in ["", "{", "{} {}", r#"{"a":1,"a":2}"#, "[1,]", "nan", "[\"\u{7f}\",NaN]"] {
            assert!(parse(text, Projection::All).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(100_000), Projection::All).is_err());
        assert!(parse(&format!("{}1{}", "[".repeat(5000), "]".repeat(5000)), Projection::All).is_err());
    }
}
