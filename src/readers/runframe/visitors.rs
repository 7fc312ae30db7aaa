//! The visitors: object of the run, list of items, item.

use super::errors;
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::labels::{LabelSource, MetadataSeed};
use super::super::quote::quote;
use super::super::scalar::{KeySeed, ScalarSeed, duplicate_key};
use super::partial_run::{ITEMS, ITEMS_BIT, NAMES, PartialRun, REQUIRED};
use crate::domain::{Diagnostic, Item, Unscored};

/// The object around everything.
pub(super) struct RunSeed<'a, 'o>(pub(super) &'a mut PartialRun<'o>);

impl<'de> DeserializeSeed<'de> for RunSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RunSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object of a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let partial = self.0;
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let name = NAMES.iter().position(|name| *name == key);
            let bit = match name {
                Some(index) => 1 << index,
                None if key == ITEMS => ITEMS_BIT,
                None => 0,
            };
            if partial.seen & bit != 0 {
                return Err(duplicate_key(&key));
            }
            partial.seen |= bit;
            if bit == ITEMS_BIT {
                ITEMS.clone_into(&mut partial.place);
                object.next_value_seed(ItemsSeed(partial))?;
            } else if let Some(index) = name {
                key.as_ref().clone_into(&mut partial.place);
                let value = object.next_value_seed(ScalarSeed { repaired: partial.repaired })?;
                let read = if index < REQUIRED { value.name().map(Some) } else { value.optional_name() };
                let read = read.map_err(|diagnostic| partial.fail(diagnostic))?;
                if let Some(slot) = partial.names.get_mut(index) {
                    *slot = read;
                }
            } else {
                if partial.other.len() < 12 {
                    partial.other.push(key.into_owned());
                }
                object.next_value::<IgnoredAny>()?;
            }
            partial.place.clear();
        }
        Ok(())
    }
}

/// The list of items.
pub(super) struct ItemsSeed<'a, 'o>(pub(super) &'a mut PartialRun<'o>);

impl<'de> DeserializeSeed<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let outcome = list.next_element_seed(ItemSeed(self.0));
            match outcome {
                Ok(Some(())) => {}
                Ok(None) => return Ok(()),
                Err(error) => {
                    // Built only now: a million places would cost more than the parsing.
                    self.0.place = format!("items[{}]", self.0.builder.len());
                    return Err(error);
                }
            }
        }
    }
}

/// The fields of an item; the bit of each in `seen` is its index.
const ITEM_FIELDS: [&str; 5] = ["item_id", "score", "cluster_id", "epoch", "metadata"];

/// One item, pushed as soon as its object ends: its fields may come in any order.
struct ItemSeed<'a, 'o>(&'a mut PartialRun<'o>);

impl<'de> DeserializeSeed<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ItemSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item as an object {item_id, score}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let partial = self.0;
        let any = ScalarSeed { repaired: partial.repaired };
        let mut seen = 0_u8;
        let mut id: Option<Cow<'de, str>> = None;
        let mut epoch = 0;
        let mut score = Err(Unscored::Missing);
        let mut cluster: Option<Cow<'de, str>> = None;
        let mut slice: Option<Cow<'de, str>> = None;
        while let Some(key) = object.next_key_seed(KeySeed)? {
            let Some(field) = ITEM_FIELDS.iter().position(|name| *name == key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen & (1 << field) != 0 {
                return Err(duplicate_key(&key));
            }
            seen |= 1 << field;
            let read = match field {
                0 => object.next_value_seed(any)?.id().map(|value| id = Some(value)),
                1 => object.next_value_seed(any)?.score().map(|value| score = value),
                2 => {
                    let value = object.next_value_seed(any)?;
                    let named = match partial.slices.source {
                        LabelSource::Field => partial.slices.slice(value.clone()).map(|label| slice = label),
                        _ => Ok(()),
                    };
                    named.and_then(|()| match partial.clusters.source {
                        LabelSource::Off => {
                            if let Ok(Some(label)) = value.cluster() {
                                partial.clusters.note_unread(&label);
                            }
                            Ok(())
                        }
                        LabelSource::Field => value.cluster().map(|value| cluster = value),
                        LabelSource::Metadata(_) => Ok(()),
                    })
                }
                3 => object.next_value_seed(any)?.epoch().map(|value| epoch = value),
                _ => {
                    let PartialRun { clusters, slices, .. } = partial;
                    let seed = MetadataSeed { clusters, slices, repaired: partial.repaired };
                    let [of_cluster, of_slice] = object.next_value_seed(seed)?;
                    let named = of_slice.map_or(Ok(None), |value| partial.slices.slice(value));
                    let place = |error: Diagnostic| partial.slices.in_metadata(error);
                    match (named.map_err(place), of_cluster) {
                        (Err(error), _) => return Err(partial.fail(error)),
                        (Ok(label), value) => {
                            slice = slice.or(label);
                            value
                                .map_or(Ok(()), |value| value.metadata_cluster().map(|value| cluster = value))
                        }
                    }
                }
            };
            if let Err(diagnostic) = read {
                let place = match (field, partial.clusters.source) {
                    (4, LabelSource::Metadata(key)) => format!("metadata[{}]", quote(key)),
                    _ => key.into_owned(),
                };
                return Err(partial.fail(diagnostic.within(&place)));
            }
        }
        let Some(id) = id else {
            return Err(partial.fail(errors::no_item_id()));
        };
        let cluster = partial.clusters.note_label(cluster.as_deref());
        partial.builder.push(Item { id: &id, epoch, cluster, score });
        partial.builder.slice(slice.as_deref());
        Ok(())
    }
}
