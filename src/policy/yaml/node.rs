//! What stands in a file: scalars, lists and mappings, each with its place.

use crate::policy::problem::Position;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct Node {
    pub(in crate::policy) at: Position,
    pub(in crate::policy) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A scalar, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Scalar {
    pub(in crate::policy) text: String,
    /// Whether it stands without quotes on one line; only then may it be a number, a truth value or nothing.
    pub(in crate::policy) plain: bool,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::policy) struct Entry {
    pub(in crate::policy) key: String,
    pub(in crate::policy) at: Position,
    pub(in crate::policy) node: Node,
}

impl Node {
    /// What it is, for a message: `010`, `"a text"`, a list.
    pub(in crate::policy) fn found(&self) -> String {
        const LONGEST: usize = 60;
        match &self.value {
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Map(entries) => {
                format!(
                    "a mapping with {} {}",
                    entries.len(),
                    if entries.len() == 1 { "key" } else { "keys" }
                )
            }
            Value::Scalar(Scalar { text, plain: true }) if text.is_empty() => "nothing".into(),
            Value::Scalar(Scalar { text, plain }) => {
                let cut: String = text.chars().take(LONGEST).collect();
                let cut = if cut.len() < text.len() { format!("{cut}...") } else { cut };
                if *plain { cut } else { format!("the text {cut:?}") }
            }
        }
    }
}
