//! RunFrame JSON: `{run_id, model_id, task_id, metric_name, config_hash?, items: [{item_id, score,
//! cluster_id?, epoch?, metadata?}]}` in one pass, straight into the columns of a run.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::cluster::{Clusters, Metadata, Source, twice};
use super::quote::{list, quote};
use super::scalar::{AnyScalar, Key};
use super::{Format, ReadOptions, Reader, Reading, foreign, json, nonfinite};
use crate::domain::{Code, Diagnostic, Item, RunFrame, RunFrameBuilder, RunNames, Unscored};

/// Reads RunFrame JSON.
pub(super) struct RunFrameReader;

impl Reader for RunFrameReader {
    fn format(&self) -> Format {
        Format::RunFrame
    }

    fn sniff(&self, bytes: &[u8]) -> bool {
        json::first_byte(bytes) == Some(b'{')
    }

    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let text = json::text(bytes)?;
        let strict = match attempt(text, false, options) {
            Ok(run) => return Ok(Reading { run, format: Format::RunFrame, notes: Vec::new() }),
            Err(problem) => problem,
        };
        if strict.syntax
            && let Some(repaired) = nonfinite::repair(text)
        {
            let note = note(text, &repaired);
            return match attempt(&repaired.text, true, options) {
                Ok(run) => Ok(Reading { run, format: Format::RunFrame, notes: vec![note] }),
                Err(problem) => Err(foreign::json(&repaired.text).unwrap_or(problem.diagnostic)),
            };
        }
        Err(foreign::json(text).unwrap_or(strict.diagnostic))
    }
}

fn note(text: &str, repaired: &nonfinite::Repaired) -> String {
    let (line, column) = json::position(text.as_bytes(), repaired.first);
    let what = match repaired.tokens {
        1 => "1 number that is".to_owned(),
        n => format!("{n} numbers that are"),
    };
    format!(
        "The file is not strict JSON: it holds {what} not finite (NaN, Infinity), first at line {line}, \
         column {column}. A score that is not finite counts as unscored."
    )
}

struct Problem {
    diagnostic: Diagnostic,
    /// Whether the text is no strict JSON.
    syntax: bool,
}

fn attempt(text: &str, repaired: bool, options: &ReadOptions) -> Result<RunFrame, Problem> {
    let mut draft = Draft {
        builder: RunFrameBuilder::default(),
        names: Default::default(),
        clusters: Clusters::new(&options.cluster),
        other: Vec::new(),
        seen: 0,
        repaired,
        place: String::new(),
        failure: None,
    };
    let mut de = serde_json::Deserializer::from_str(text);
    let parsed = Top(&mut draft).deserialize(&mut de).and_then(|()| de.end());
    let outcome = match parsed {
        Ok(()) => draft.finish(options).map_err(|diagnostic| (diagnostic, false)),
        Err(error) => Err(match draft.failure.take() {
            Some(failure) => (inside(&draft.place, failure), false),
            None => (json::diagnose(&error, &draft.place), json::is_syntax(&error)),
        }),
    };
    outcome.map_err(|(diagnostic, syntax)| Problem { diagnostic, syntax })
}

/// A field of an item, or the item itself, as one path: `items[41].score`.
fn inside(outer: &str, mut error: Diagnostic) -> Diagnostic {
    let dot = if outer.is_empty() || error.place.is_empty() { "" } else { "." };
    error.place = format!("{outer}{dot}{}", error.place);
    error
}

/// The fields of the run that are names, in the order of [`Draft::names`]; all but the last are required.
const NAMES: [&str; 5] = ["run_id", "model_id", "task_id", "metric_name", "config_hash"];
const CONFIG_HASH: usize = 4;
const ITEMS: &str = "items";
/// The bit of `items` in [`Draft::seen`]; the names take the bits of their indices.
const ITEMS_BIT: u8 = 1 << 5;

/// A run while its file is read.
struct Draft<'o> {
    builder: RunFrameBuilder,
    names: [Option<String>; NAMES.len()],
    clusters: Clusters<'o>,
    /// Unknown fields of the run, for the message when known ones are missing.
    other: Vec<String>,
    seen: u8,
    repaired: bool,
    /// Where the parser is: `""`, a field, `items[41]`.
    place: String,
    /// An error that says more than the parser's own can carry; its place is relative to `place`.
    failure: Option<Diagnostic>,
}

impl Draft<'_> {
    /// Ends the parsing with a diagnostic of our own.
    fn fail<E: serde::de::Error>(&mut self, diagnostic: Diagnostic) -> E {
        self.failure = Some(diagnostic);
        E::custom("")
    }

    fn finish(self, options: &ReadOptions) -> Result<RunFrame, Diagnostic> {
        let Self { builder, names, clusters, other, seen, .. } = self;
        let required = NAMES.iter().enumerate().take(CONFIG_HASH).map(|(bit, name)| (1 << bit, *name));
        let missing: Vec<_> = required
            .chain([(ITEMS_BIT, ITEMS)])
            .filter(|(bit, _)| seen & bit == 0)
            .map(|(_, name)| name)
            .collect();
        if !missing.is_empty() {
            let has = if other.is_empty() {
                String::new()
            } else {
                format!("; it has {}", list(other.iter().map(String::as_str), 12))
            };
            return Err(Code::RunMalformed
                .at("")
                .what(format!("the run has no {}{has}", list(missing, 6)))
                .next("a RunFrame is {run_id, model_id, task_id, metric_name, items: [{item_id, score}]}"));
        }
        let [run_id, model_id, task_id, metric_name, config_hash] = names;
        let names = RunNames {
            run_id: run_id.unwrap_or_default(),
            model_id: model_id.unwrap_or_default(),
            task_id: task_id.unwrap_or_default(),
            metric_name: metric_name.unwrap_or_default(),
            config_hash,
        };
        chosen("run_id", &names.run_id, options.run_id.as_deref())?;
        chosen("metric_name", &names.metric_name, options.metric.as_deref())?;
        if !builder.is_empty() {
            clusters.check()?;
        }
        builder.finish(names).map_err(|error| clusters.name_field(error))
    }
}

/// A file with one run and one metric holds the ones that were asked for, or is refused.
fn chosen(field: &str, found: &str, wanted: Option<&str>) -> Result<(), Diagnostic> {
    match wanted {
        Some(wanted) if wanted != found => Err(Code::RunAmbiguous
            .at(field)
            .what(format!("is {}, and {} was asked for", quote(found), quote(wanted)))
            .next("ask for the one that the file holds, or give the file that holds the other")),
        _ => Ok(()),
    }
}

/// The object around everything.
struct Top<'a, 'o>(&'a mut Draft<'o>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object of a run")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let draft = self.0;
        while let Some(key) = object.next_key_seed(Key)? {
            let name = NAMES.iter().position(|name| *name == key);
            let bit = match name {
                Some(index) => 1 << index,
                None if key == ITEMS => ITEMS_BIT,
                None => 0,
            };
            if draft.seen & bit != 0 {
                return Err(twice(&key));
            }
            draft.seen |= bit;
            if bit == ITEMS_BIT {
                ITEMS.clone_into(&mut draft.place);
                object.next_value_seed(Items(draft))?;
            } else if let Some(index) = name {
                key.as_ref().clone_into(&mut draft.place);
                let value = object.next_value_seed(AnyScalar { repaired: draft.repaired })?;
                let read = if index == CONFIG_HASH { value.optional_name() } else { value.name().map(Some) };
                let read = read.map_err(|diagnostic| draft.fail(diagnostic))?;
                if let Some(slot) = draft.names.get_mut(index) {
                    *slot = read;
                }
            } else {
                if draft.other.len() < 12 {
                    draft.other.push(key.into_owned());
                }
                object.next_value::<IgnoredAny>()?;
            }
            draft.place.clear();
        }
        Ok(())
    }
}

/// The list of items.
struct Items<'a, 'o>(&'a mut Draft<'o>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let outcome = list.next_element_seed(OneItem(self.0));
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
struct OneItem<'a, 'o>(&'a mut Draft<'o>);

impl<'de> DeserializeSeed<'de> for OneItem<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneItem<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item as an object {item_id, score}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let draft = self.0;
        let any = AnyScalar { repaired: draft.repaired };
        let mut seen = 0_u8;
        let mut id: Option<Cow<'de, str>> = None;
        let mut epoch = 0;
        let mut score = Err(Unscored::Missing);
        let mut cluster: Option<Cow<'de, str>> = None;
        while let Some(key) = object.next_key_seed(Key)? {
            let Some(field) = ITEM_FIELDS.iter().position(|name| *name == key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen & (1 << field) != 0 {
                return Err(twice(&key));
            }
            seen |= 1 << field;
            let read = match field {
                0 => object.next_value_seed(any)?.id().map(|value| id = Some(value)),
                1 => object.next_value_seed(any)?.score().map(|value| score = value),
                2 if draft.clusters.source != Source::Field => {
                    object.next_value::<IgnoredAny>()?;
                    Ok(())
                }
                2 => object.next_value_seed(any)?.cluster().map(|value| cluster = value),
                3 => object.next_value_seed(any)?.epoch().map(|value| epoch = value),
                _ => {
                    let seed = Metadata { clusters: &mut draft.clusters, repaired: draft.repaired };
                    match object.next_value_seed(seed)? {
                        Some(value) => value.metadata_cluster().map(|value| cluster = value),
                        None => Ok(()),
                    }
                }
            };
            if let Err(diagnostic) = read {
                let place = match (field, draft.clusters.source) {
                    (4, Source::Metadata(key)) => format!("metadata[{}]", quote(key)),
                    _ => key.into_owned(),
                };
                return Err(draft.fail(diagnostic.within(&place)));
            }
        }
        let Some(id) = id else {
            return Err(draft.fail(
                Code::RunMalformed
                    .at("")
                    .what("has no \"item_id\"")
                    .next("name every item, the same in both runs"),
            ));
        };
        let cluster = draft.clusters.saw(cluster.as_deref());
        draft.builder.push(Item { id: &id, epoch, cluster, score });
        Ok(())
    }
}
