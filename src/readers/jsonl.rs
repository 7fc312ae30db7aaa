//! JSON Lines: an object a line, each a row of a table.

use super::errors;
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fingerprint;
use super::labels::{Found, Labels, MetadataSeed};
use super::line_reader::LineReader;
use super::nonfinite::{self, SENTINEL};
use super::scalar::{KeySeed, Scalar, ScalarSeed};
use super::table::{Cell, IDS, Table, names_items};
use super::{Content, Format, ReadOptions, Reader, Reading, json, unsupported};
use crate::domain::{Diagnostic, Score, Unscored};

/// Reads JSON Lines with named columns.
pub(super) struct JsonlReader;

impl Reader for JsonlReader {
    fn format(&self) -> Format {
        Format::Jsonl
    }

    fn sniff(&self, head: &[u8]) -> bool {
        if json::first_byte(head) != Some(b'{') {
            return false;
        }
        let text = json::head(head).trim_start();
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        if first.len() < text.len()
            && serde_json::from_str::<&RawValue>(first).is_err()
            && !is_repaired(first)
        {
            return false;
        }
        let (mut id, mut whole) = (false, false);
        unsupported::keys(first, &mut |key| {
            id |= IDS.contains(&key);
            whole |= key == "items";
            !whole
        });
        let rows = id || rest.trim_start().starts_with('{');
        rows && !whole && unsupported::other_tool(first).is_none()
    }

    fn recognises(&self, head: &[u8]) -> bool {
        let text = json::head(head).trim_start();
        let line = text.lines().next().unwrap_or_default();
        let repaired = nonfinite::repair(line);
        let line = repaired.as_ref().map_or(line, |repaired| repaired.text.as_str());
        let Ok(row) = cells(line, true) else { return false };
        let numeric = |(_, cell): &(Cow<'_, str>, RawCell<'_>)| cell.score().is_ok();
        names_items(row.iter().map(|(name, _)| &**name), || {
            row.iter().filter(|cell| cell.0 != "id").any(numeric)
        })
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut table = Table::new(options);
        let mut lines = LineReader::of(content);
        while let Some((line, text)) = lines.next()? {
            let error = match cells(text, false) {
                Ok(cells) => {
                    table.row(line, &cells)?;
                    continue;
                }
                Err(error) => error,
            };
            let repaired = nonfinite::repair(text).filter(|_| json::is_syntax(&error));
            let Some(repaired) = repaired else { return Err(refused(line, &error)) };
            let cells = cells(&repaired.text, true).map_err(|error| refused(line, &error))?;
            table.row(line, &cells)?;
        }
        table.finish(content.path(), Format::Jsonl)
    }
}

fn is_repaired(line: &str) -> bool {
    nonfinite::repair(line).is_some_and(|line| serde_json::from_str::<&RawValue>(&line.text).is_ok())
}

/// An error of the parser on a line.
fn refused(line: u64, error: &serde_json::Error) -> Diagnostic {
    let mut refused = json::diagnose(error, "");
    refused.place = format!("line {line}, column {}", error.column().max(1));
    if error.is_eof() {
        return errors::line_cut_short(refused.place);
    }
    refused
}

/// The cells of a line.
fn cells(text: &str, repaired: bool) -> Result<Vec<(Cow<'_, str>, RawCell<'_>)>, serde_json::Error> {
    let mut de = serde_json::Deserializer::from_str(text);
    let row = RowSeed { repaired }.deserialize(&mut de)?;
    de.end().map(|()| row)
}

/// A value as it is written.
struct RawCell<'t> {
    text: &'t str,
    repaired: bool,
}

impl Cell for RawCell<'_> {
    fn scalar(&self) -> Scalar<'_> {
        let mut de = serde_json::Deserializer::from_str(self.text);
        // The parser has been over it; what it refuses now is a number that no double holds.
        ScalarSeed { repaired: self.repaired }.deserialize(&mut de).unwrap_or(Scalar::NotFinite)
    }

    fn fingerprint(&self) -> u64 {
        match self.text.as_bytes().first() {
            // A list of answers or the messages of a conversation, as they are written.
            Some(b'[' | b'{') => fingerprint::of_text(self.text),
            _ => fingerprint::of_text(&fingerprint::of_scalar(&self.scalar())),
        }
    }

    fn score(&self) -> Result<Score, Unscored> {
        match self.text.as_bytes().first() {
            Some(b'n') => Err(Unscored::Missing),
            Some(b't') => Score::new(1.0).ok_or(Unscored::NotFinite),
            Some(b'f') => Score::new(0.0).ok_or(Unscored::NotFinite),
            Some(b'-' | b'0'..=b'9') => {
                self.text.parse().ok().and_then(Score::new).ok_or(Unscored::NotFinite)
            }
            Some(b'"') if self.repaired && self.text.get(1..self.text.len() - 1) == Some(SENTINEL) => {
                Err(Unscored::NotFinite)
            }
            _ => Err(Unscored::NotANumber),
        }
    }

    fn labels<'o>(&self, clusters: &mut Labels<'o>, slices: &mut Labels<'o>) -> Found<'_> {
        let mut de = serde_json::Deserializer::from_str(self.text);
        MetadataSeed { clusters, slices, repaired: self.repaired }.deserialize(&mut de).unwrap_or_default()
    }
}

/// Reads an object as its fields.
struct RowSeed {
    repaired: bool,
}

impl<'de> DeserializeSeed<'de> for RowSeed {
    type Value = Vec<(Cow<'de, str>, RawCell<'de>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed {
    type Value = Vec<(Cow<'de, str>, RawCell<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row as an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut cells = Vec::with_capacity(16);
        while let Some(name) = object.next_key_seed(KeySeed)? {
            let value: &RawValue = object.next_value()?;
            cells.push((name, RawCell { text: value.get(), repaired: self.repaired }));
        }
        Ok(cells)
    }
}
