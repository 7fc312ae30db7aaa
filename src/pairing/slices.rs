//! The slices of the items: subgroups within a task, such as the subjects of a test.

use std::collections::BTreeMap;

use crate::domain::TextColumn;

/// The slice of each item. Items without one are in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Slices {
    /// Distinct names, in ascending order.
    pub names: TextColumn,
    /// The number of the slice of each pair.
    pub of_pairs: Vec<Option<u32>>,
    /// The number of the slice of each item of [`MissingData::items`](super::MissingData::items), also of those that are no pair: what a
    /// subgroup lacks counts in its worst case.
    pub of_gaps: Vec<Option<u32>>,
}

/// One slice, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceSize<'a> {
    /// Its name; `None` for the items without a slice.
    pub name: Option<&'a str>,
    /// Items scored in both runs.
    pub pairs: usize,
    /// Items of it that are in either run and are no pair.
    pub unpaired: usize,
}

impl Slices {
    /// `None` where no item has a slice.
    pub(super) fn of(pairs: &[Option<&str>], gaps: &[Option<&str>]) -> Option<Self> {
        let mut index: BTreeMap<&str, u32> =
            pairs.iter().chain(gaps).flatten().map(|name| (*name, 0)).collect();
        if index.is_empty() {
            return None;
        }
        let mut names = TextColumn::default();
        for (number, (name, slot)) in (0..).zip(&mut index) {
            *slot = number;
            names.push(name);
        }
        let number = |name: &Option<&str>| name.and_then(|name| index.get(name).copied());
        Some(Self {
            of_pairs: pairs.iter().map(number).collect(),
            of_gaps: gaps.iter().map(number).collect(),
            names,
        })
    }

    /// The number of a slice: `Some(None)` for the items without one, `None` where no item has this label.
    pub(super) fn number(&self, label: Option<&str>) -> Option<Option<u32>> {
        let Some(label) = label else { return Some(None) };
        let at = (0..self.names.len()).position(|at| self.names.get(at) == label)?;
        u32::try_from(at).ok().map(Some)
    }
}
