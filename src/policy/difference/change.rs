//! One change of a policy, and what it does.

use serde::Serialize;

use crate::domain::named_enum;
use crate::policy::words::points;

named_enum! {
    /// What a change does to what is allowed.
    pub enum Effect {
        Loosens = "loosens", "Candidates are allowed that were not before.";
        Tightens = "tightens", "Candidates are no longer allowed that were before.";
        Changes = "changes", "Something else is measured or shown: it may be either.";
    }
}

impl Serialize for Effect {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One change of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What changes, from what to what.
    pub words: String,
    /// What that does.
    pub effect: Effect,
}

/// Changes as they are found.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<Change>);

impl Changes {
    pub(super) fn add(&mut self, effect: Effect, words: String) {
        self.0.push(Change { words, effect });
    }

    /// A change between two values that have names or texts.
    pub(super) fn of(&mut self, effect: Effect, what: &str, old: &str, new: &str) {
        if old != new {
            self.add(effect, format!("{what}: {old} -> {new}"));
        }
    }

    /// A change of a number; `looser_when_larger` says which way is looser, `None` that neither is.
    pub(super) fn number(
        &mut self,
        what: &str,
        old: Option<f64>,
        new: Option<f64>,
        looser_when_larger: Option<bool>,
    ) {
        let shown = |value: Option<f64>| value.map_or("none".to_owned(), points);
        let larger = match (old, new) {
            _ if old == new => return,
            (Some(old), Some(new)) => new > old,
            // None is no bound at all: as loose as can be.
            (None, _) => looser_when_larger == Some(false),
            (Some(_), None) => looser_when_larger == Some(true),
        };
        let effect = match looser_when_larger {
            None => Effect::Changes,
            Some(way) if way == larger => Effect::Loosens,
            Some(_) => Effect::Tightens,
        };
        self.add(effect, format!("{what}: {} -> {}", shown(old), shown(new)));
    }

    /// A change between a strict and a loose value.
    pub(super) fn strictness(&mut self, what: &str, old: &str, new: &str, strict: &str) {
        self.of(if new == strict { Effect::Tightens } else { Effect::Loosens }, what, old, new);
    }

    pub(super) fn into_list(self) -> Vec<Change> {
        self.0
    }
}
