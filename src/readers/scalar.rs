//! One JSON value that should be a number, a name or a label: read as what it is, then judged.

use super::errors;
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::nonfinite::SENTINEL;
use super::quote::{marked, quote};
use crate::domain::{Diagnostic, Score, Unscored};

/// A JSON value; the content of lists and objects is not kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar<'de> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    NotFinite,
    Text(Cow<'de, str>),
    List,
    Object,
}

impl<'de> Scalar<'de> {
    /// The same value, with a text of its own.
    pub(super) fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(yes) => Scalar::Bool(yes),
            Self::Unsigned(n) => Scalar::Unsigned(n),
            Self::Signed(n) => Scalar::Signed(n),
            Self::Float(x) => Scalar::Float(x),
            Self::NotFinite => Scalar::NotFinite,
            Self::Text(text) => Scalar::Text(text.into_owned().into()),
            Self::List => Scalar::List,
            Self::Object => Scalar::Object,
        }
    }

    /// A score, or why there is none: numbers as they are, true and false as 1 and 0.
    pub(super) fn score(self) -> Result<Result<Score, Unscored>, Diagnostic> {
        let number = match self {
            Self::Null => return Ok(Err(Unscored::Missing)),
            Self::NotFinite => f64::NAN,
            Self::Bool(yes) => f64::from(u8::from(yes)),
            Self::Unsigned(n) => n as f64,
            Self::Signed(n) => n as f64,
            Self::Float(x) => x,
            Self::Text(_) | Self::List | Self::Object => {
                return Err(self.refused("a number", "write null where an item has no score"));
            }
        };
        Ok(Score::new(number).ok_or(Unscored::NotFinite))
    }

    /// A whole number from 0 to 4,294,967,295; null is 0, as an absent epoch is.
    pub(super) fn epoch(self) -> Result<u32, Diagnostic> {
        match self {
            Self::Null => Ok(0),
            Self::Unsigned(n) if u32::try_from(n).is_ok() => Ok(n as u32),
            _ => Err(self.refused("a whole number from 0 to 4294967295", "number the repeats 0, 1, 2, ...")),
        }
    }

    /// The name of an item: a string, or an integer as its digits.
    pub(super) fn id(self) -> Result<Cow<'de, str>, Diagnostic> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Unsigned(n) => Ok(n.to_string().into()),
            Self::Signed(n) => Ok(n.to_string().into()),
            _ => Err(self.refused("a string or an integer", "name every item, the same in both runs")),
        }
    }

    /// A cluster: a string, an integer as its digits, or null for none.
    pub(super) fn cluster(self) -> Result<Option<Cow<'de, str>>, Diagnostic> {
        match self {
            Self::Null => Ok(None),
            Self::Text(_) | Self::Unsigned(_) | Self::Signed(_) => self.id().map(Some),
            _ => Err(self.refused("a string, an integer or null", CLUSTER_NONE)),
        }
    }

    /// A cluster that a metadata field holds: any scalar as it is written, or null for none.
    pub(super) fn metadata_cluster(self) -> Result<Option<Cow<'de, str>>, Diagnostic> {
        match self {
            Self::Bool(yes) => Ok(Some(yes.to_string().into())),
            Self::Float(x) => Ok(Some(x.to_string().into())),
            Self::List | Self::Object | Self::NotFinite => Err(self.refused("one value", CLUSTER_NONE)),
            _ => self.cluster(),
        }
    }

    /// A name of the run: a string.
    pub(super) fn name(self) -> Result<String, Diagnostic> {
        match self {
            Self::Text(text) => Ok(text.into_owned()),
            _ => Err(self.refused("a string", "write it in double quotes")),
        }
    }

    /// A name that may be left out: null and the empty string are none.
    pub(super) fn optional_name(self) -> Result<Option<String>, Diagnostic> {
        match self {
            Self::Null => Ok(None),
            _ => self.name().map(|text| (!text.is_empty()).then_some(text)),
        }
    }

    /// The value as messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(yes) => yes.to_string(),
            Self::Unsigned(n) => marked(&n.to_string()),
            Self::Signed(n) => marked(&n.to_string()),
            Self::Float(x) => marked(&format!("{x:?}")),
            Self::NotFinite => "not finite".into(),
            Self::Text(text) => quote(text),
            Self::List => "a list".into(),
            Self::Object => "an object".into(),
        }
    }

    fn refused(&self, expected: &str, next: &str) -> Diagnostic {
        errors::unexpected_value(&self.shown(), expected, next)
    }
}

const CLUSTER_NONE: &str = "say --cluster none if items are independent";

/// Reads one value as a [`Scalar`].
#[derive(Clone, Copy)]
pub(super) struct ScalarSeed {
    /// Whether the text was repaired, so that the sentinel means "not finite".
    pub(super) repaired: bool,
}

impl<'de> DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(yes))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Unsigned(n))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Signed(n))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Float(x))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(text.to_owned().into()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        // Only a string without escapes is borrowed, and the sentinel is written without.
        if self.repaired && text == SENTINEL {
            return Ok(Scalar::NotFinite);
        }
        Ok(Scalar::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Object)
    }
}

/// Reads the key of a field, borrowed where it has no escapes.
#[derive(Clone, Copy)]
pub(super) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }
}

/// The error for a key that stands twice in one object.
pub(super) fn duplicate_key<E: serde::de::Error>(key: &str) -> E {
    E::custom(format_args!("the key {} stands twice in one object", quote(key)))
}

#[cfg(test)]
mod tests {
    use super::{Scalar, ScalarSeed};
    use crate::domain::Unscored;
    use crate::readers::quote::Quotes;
    use serde::de::DeserializeSeed as _;

    fn scalar(text: &str) -> Scalar<'_> {
        let mut de = serde_json::Deserializer::from_str(text);
        ScalarSeed { repaired: false }.deserialize(&mut de).expect("JSON")
    }

    #[test]
    fn a_score_is_a_number_or_unscored_and_nothing_else() {
        let score =
            |text| scalar(text).score().map(|s| s.map(|s| s.get())).map_err(|e| Quotes::Shown.of(&e.what));
        assert_eq!(score("true"), Ok(Ok(1.0)));
        assert_eq!(score("false"), Ok(Ok(0.0)));
        assert_eq!(score("-3"), Ok(Ok(-3.0)));
        assert_eq!(score("0.1"), Ok(Ok(0.1)));
        assert_eq!(score("18446744073709551616"), Ok(Ok(18_446_744_073_709_551_616.0)));
        assert_eq!(score("null"), Ok(Err(Unscored::Missing)));
        assert_eq!(Scalar::NotFinite.score().ok(), Some(Err(Unscored::NotFinite)));
        assert_eq!(score("\"n/a\""), Err("is \"n/a\", expected a number".into()));
        assert_eq!(score("[1]"), Err("is a list, expected a number".into()));
        assert_eq!(score("{\"a\":1}"), Err("is an object, expected a number".into()));
    }

    #[test]
    fn an_epoch_is_a_whole_number() {
        assert_eq!(scalar("4294967295").epoch().ok(), Some(u32::MAX));
        assert_eq!(scalar("null").epoch().ok(), Some(0));
        for text in ["4294967296", "-1", "0.0", "1e0", "\"1\"", "true", "[]"] {
            assert!(scalar(text).epoch().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_and_clusters_are_strings_or_integers() {
        let id = |text| scalar(text).id().ok().map(|id| id.into_owned());
        assert_eq!(id("\"a\""), Some("a".into()));
        assert_eq!(id("-7"), Some("-7".into()));
        for text in ["1.0", "null", "true", "{}"] {
            assert_eq!(id(text), None, "{text}");
        }
        let cluster = |text| scalar(text).cluster().map(|c| c.map(|c| c.into_owned())).map_err(|e| e.what);
        assert_eq!(cluster("null"), Ok(None));
        assert_eq!(cluster("3"), Ok(Some("3".into())));
        assert_eq!(cluster("true"), Err("is true, expected a string, an integer or null".into()));
        let field = |text| scalar(text).metadata_cluster().ok().flatten().map(|c| c.into_owned());
        assert_eq!(field("true"), Some("true".into()));
        assert_eq!(field("1.0"), field("1"));
        assert_eq!(field("[1]"), None);
    }
}
