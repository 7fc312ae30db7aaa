//! A sentence of ours that quotes names of others.

use std::fmt;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Our own words and numbers.
    Words(String),
    /// A name from a file, which may be hostile: each renderer passes it through its gate.
    Name(String),
}

/// A sentence of ours that quotes names of others, kept apart so that no name can pass for our words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// Its pieces, which follow each other without a blank.
    pub parts: Vec<Part>,
}

impl Sentence {
    /// A sentence of our own words.
    #[must_use]
    pub fn of(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    /// The sentence with more of our words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.parts.push(Part::Words(words.into()));
        self
    }

    /// The sentence with the name of something.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.parts.push(Part::Name(name.into()));
        self
    }

    /// The sentence as `more` goes on with it.
    #[must_use]
    pub fn and(self, more: impl FnOnce(Self) -> Self) -> Self {
        more(self)
    }

    /// The text of the sentence, where each name passes through `gate`.
    #[must_use]
    pub fn text(&self, gate: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Name(name) => gate(name),
        };
        self.parts.iter().map(part).collect()
    }
}

impl fmt::Display for Sentence {
    /// As plain text. A name that is not one word stands in quotes, so that its end is seen.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &str| {
            let plain = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '"');
            if plain { name.to_owned() } else { format!("{name:?}") }
        };
        out.write_str(&self.text(quoted))
    }
}
