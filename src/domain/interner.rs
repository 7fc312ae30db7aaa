//! Equal texts as equal numbers.
//!
//! Ours, because an interner of a library keeps the texts in a buffer of its own; here they stand once, in the
//! column that the run keeps.

use std::hash::{DefaultHasher, Hasher as _};

use super::text_column::TextColumn;

/// A number that no text gets; it marks a free slot.
const FREE: u32 = u32::MAX;

/// Numbers distinct texts 0, 1, 2, ... in the order in which they first come.
///
/// A table of its own because a million look-ups in a tree cost more than parsing a million items.
/// The order of its slots is never seen, so nothing can leak from it.
#[derive(Debug, Default)]
pub(super) struct Interner {
    names: TextColumn,
    /// Hash and number of each text, in the first free slot from the one that the hash names. The
    /// length is a power of two and at least twice the number of texts.
    slots: Vec<(u32, u32)>,
}

impl Interner {
    /// The number of `name`.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if self.slots.len() < 2 * (self.names.len() + 1) {
            self.grow();
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(name.as_bytes());
        let hash = hasher.finish() as u32;
        // Equal hashes nearly always mean equal names: other names are seldom read at all.
        let slot = self.find(hash, |number| self.names.get(number as usize) == name);
        match self.slots.get_mut(slot) {
            Some((_, number)) if *number != FREE => *number,
            Some(free) => {
                let number = u32::try_from(self.names.len()).unwrap_or(FREE);
                *free = (hash, number);
                self.names.push(name);
                number
            }
            None => FREE,
        }
    }

    /// The texts, each at its number.
    pub(super) fn names(&self) -> &TextColumn {
        &self.names
    }

    /// The texts, each at its number.
    pub(super) fn into_names(self) -> TextColumn {
        self.names
    }

    /// The slot of the text with this hash that `is_it`, or the free one where it belongs.
    fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & mask;
        while let Some(&(other, number)) = self.slots.get(slot)
            && number != FREE
            && !(other == hash && is_it(number))
        {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let length = (4 * self.names.len()).next_power_of_two().max(64);
        let old = std::mem::replace(&mut self.slots, vec![(0, FREE); length]);
        for entry in old.into_iter().filter(|(_, number)| *number != FREE) {
            // The texts are distinct: each finds a free slot.
            let slot = self.find(entry.0, |_| false);
            if let Some(free) = self.slots.get_mut(slot) {
                *free = entry;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Interner;

    proptest! {
        #[test]
        fn agrees_with_a_map(names in prop::collection::vec("[a-c]{0,3}|\\PC{0,4}", 0..400)) {
            let (mut interner, mut map) = (Interner::default(), BTreeMap::new());
            for name in &names {
                let next = map.len() as u32;
                let expected = *map.entry(name.clone()).or_insert(next);
                prop_assert_eq!(interner.number(name), expected);
            }
            prop_assert_eq!(interner.names().len(), map.len());
            for (name, number) in map {
                prop_assert_eq!(interner.names().get(number as usize), name);
            }
        }
    }
}
