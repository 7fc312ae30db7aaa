//! One value of one key, with the problem where there is none.

use super::problem::{Position, Problems, Wrong};
use super::spelling::nearest;
use super::yaml::{Entry, Node, Scalar, Value, inner};
use super::{errors, keys, numbers, texts};

/// The keys of one mapping.
pub(super) struct Fields<'n> {
    /// Where the mapping begins.
    pub(super) at: Position,
    path: String,
    entries: &'n [Entry],
    /// Keys that were probably meant by misspelled ones: they are not missed as well.
    meant: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The mapping of a policy at `path`, which takes the `known` keys; each other one is a problem.
    pub(super) fn of(
        node: &'n Node,
        path: &str,
        known: &[&[&'static str]],
        problems: &mut Problems,
    ) -> Option<Self> {
        Self::of_file(node, path, &known.concat(), keys::ALL, problems)
    }

    /// The mapping at `path` of a file with the mappings `all`.
    pub(super) fn of_file(
        node: &'n Node,
        path: &str,
        known: &[&'static str],
        all: &[(&'static str, &[&str])],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            problems.add(node.at, path, errors::no_mapping(&node.found(), known));
            return None;
        };
        let mut meant_keys = Vec::new();
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let homes = keys::homes(&entry.key, all);
            let meant = if homes.is_empty() { nearest(&entry.key, known.iter().copied()) } else { None };
            meant_keys.extend(meant);
            let wrong = errors::unknown_key(&entry.key, meant, &homes, known);
            problems.add(entry.at, inner(path, &entry.key), wrong);
        }
        Some(Self { at: node.at, path: path.to_owned(), entries, meant: meant_keys })
    }

    pub(super) fn path(&self, key: &str) -> String {
        inner(&self.path, key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// Whether a key is not there, and no misspelled one that may have been meant to be it.
    pub(super) fn lacks(&self, key: &str) -> bool {
        !self.has(key) && !self.meant.contains(&key)
    }

    pub(super) fn node(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Where a key's value stands, or else the mapping.
    pub(super) fn place(&self, key: &str) -> Position {
        self.node(key).map_or(self.at, |node| node.at)
    }

    /// Says that something is wrong with a key.
    pub(super) fn wrong(&self, key: &str, wrong: Wrong, problems: &mut Problems) {
        problems.add(self.place(key), self.path(key), wrong);
    }

    /// The value of a key that must be there.
    pub(super) fn required<T>(
        &self,
        key: &str,
        write: &str,
        problems: &mut Problems,
        read: impl FnOnce(&'n Node) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.lacks(key) {
            problems.add(self.at, self.path(key), errors::missing_key(key, write));
        }
        self.optional(key, problems, read)
    }

    /// The value of a key that may be there.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        problems: &mut Problems,
        read: impl FnOnce(&'n Node) -> Result<T, Wrong>,
    ) -> Option<T> {
        let node = self.node(key)?;
        read(node).map_err(|wrong| problems.add(node.at, self.path(key), wrong)).ok()
    }
}

/// A number that `accept` turns into a value.
pub(super) fn number<T>(
    expected: &str,
    accept: impl Fn(f64) -> Option<T>,
) -> impl Fn(&Node) -> Result<T, Wrong> {
    move |node| {
        let value = numbers::number(node, expected)?;
        accept(value).ok_or_else(|| errors::out_of_range(&node.found(), expected))
    }
}

/// A whole number that `accept` turns into a value.
pub(super) fn whole<T>(
    expected: &str,
    accept: impl Fn(u64) -> Option<T>,
) -> impl Fn(&Node) -> Result<T, Wrong> {
    move |node| {
        let value = numbers::whole(node, expected)?;
        accept(value).ok_or_else(|| errors::out_of_range(&node.found(), expected))
    }
}

/// True or false.
pub(super) fn truth(node: &Node) -> Result<bool, Wrong> {
    let Value::Scalar(Scalar { text, plain }) = &node.value else {
        return Err(errors::no_truth_value(&node.found(), None));
    };
    match (text.as_str(), plain) {
        ("true", true) => Ok(true),
        ("false", true) => Ok(false),
        (text, _) => {
            let meant = match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" => Some(true),
                "false" | "no" | "off" | "n" => Some(false),
                _ => None,
            };
            Err(errors::no_truth_value(&node.found(), meant))
        }
    }
}

/// One of a few values by its name.
pub(super) fn choice<T: Copy>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl Fn(&Node) -> Result<T, Wrong> {
    move |node| {
        let names: Vec<&str> = all.iter().map(|value| name(*value)).collect();
        let Value::Scalar(Scalar { text, .. }) = &node.value else {
            return Err(errors::no_such_choice(&node.found(), &names, None));
        };
        let found = all.iter().copied().find(|value| name(*value) == text);
        found.ok_or_else(|| {
            errors::no_such_choice(&node.found(), &names, nearest(text, names.iter().copied()))
        })
    }
}

/// A text that `accept` turns into a value, or says why not.
pub(super) fn text<T>(
    expected: &'static str,
    accept: impl Fn(&str) -> Result<T, String>,
) -> impl Fn(&Node) -> Result<T, Wrong> {
    move |node| {
        let text = texts::text(node, expected)?;
        accept(text).map_err(|why| errors::refused_text(text, &why, expected))
    }
}
