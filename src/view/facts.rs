//! A labelled fact: a row of a table of two columns.

/// A labelled fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Our name for it.
    pub label: String,
    /// Its value, which may quote what is hostile.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub(super) fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}
