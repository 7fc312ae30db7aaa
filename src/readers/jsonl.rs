//! JSON Lines: an object a line, each a row of a table; or one JSON list of such objects.

use super::errors;
use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fingerprint;
use super::labels::{Found, Labels, MetadataSeed};
use super::line_reader::LineReader;
use super::nested;
use super::nonfinite::{self, SENTINEL};
use super::scalar::{KeySeed, Scalar, ScalarSeed};
use super::table::{Cell, IDS, RowsBy, Table, names_items};
use super::{Content, Format, ReadOptions, Reader, Reading, json, unsupported};
use crate::domain::{Diagnostic, Score, Unscored};

/// Reads JSON Lines with named columns.
pub(super) struct JsonlReader;

impl Reader for JsonlReader {
    fn format(&self) -> Format {
        Format::Jsonl
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let text = json::head(head).trim_start();
        if text.starts_with('[') {
            return is_list_of_rows(text);
        }
        if !text.starts_with('{') {
            return false;
        }
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
        let line = match text.strip_prefix('[') {
            Some(rows) => rows,
            None => text.lines().next().unwrap_or_default(),
        };
        let repaired = nonfinite::repair(line);
        let line = repaired.as_ref().map_or(line, |repaired| repaired.text.as_str());
        let Ok(row) = first_cells(line) else { return false };
        let numeric = |(name, cell): &(Cow<'_, str>, RawCell<'_>)| {
            cell.score().is_ok() || !nested::numbers(name, cell.text).is_empty()
        };
        names_items(row.iter().map(|(name, _)| &**name), || {
            row.iter().filter(|cell| cell.0 != "id").any(numeric)
        })
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        if json::first_byte(content.head()) == Some(b'[') {
            return read_list(content, options);
        }
        let mut rows = Rows::new(options, RowsBy::Line);
        let mut lines = LineReader::of(content);
        while let Some((line, text)) = lines.next()? {
            let error = match cells(text, false) {
                Ok(cells) => {
                    rows.push(line, cells)?;
                    continue;
                }
                Err(error) => error,
            };
            let repaired = nonfinite::repair(text).filter(|_| json::is_syntax(&error));
            let Some(repaired) = repaired else { return Err(refused(line, &error)) };
            let cells = cells(&repaired.text, true).map_err(|error| refused(line, &error))?;
            rows.push(line, cells)?;
        }
        rows.table.finish(content.path(), Format::Jsonl)
    }
}

/// A list of objects, each a row. It is held whole: a list ends far away, and only its end shows that it is one.
fn read_list(content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let bytes = content.bytes()?;
    let text = json::text(&bytes)?;
    let mut rows = Rows::new(options, RowsBy::Index);
    let error = match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(list) => {
            rows.push_all(&list, false)?;
            return rows.table.finish(content.path(), Format::Jsonl);
        }
        Err(error) => error,
    };
    let repaired = nonfinite::repair(text).filter(|_| json::is_syntax(&error));
    let Some(repaired) = repaired else { return Err(json::diagnose(&error, "")) };
    let list: Vec<&RawValue> =
        serde_json::from_str(&repaired.text).map_err(|error| json::diagnose(&error, ""))?;
    rows.push_all(&list, true)?;
    rows.table.finish(content.path(), Format::Jsonl)
}

/// Whether a text begins as a list of objects that no other tool wrote.
fn is_list_of_rows(text: &str) -> bool {
    let begins = text.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
    begins && unsupported::other_tool(text).is_none()
}

/// Rows on their way into a table, with what names with dots reach.
struct Rows<'o> {
    table: Table<'o>,
    paths: Vec<&'o str>,
    begun: bool,
}

impl<'o> Rows<'o> {
    fn new(options: &'o ReadOptions, rows_by: RowsBy) -> Self {
        let table = Table::new(options, rows_by);
        let paths = table.paths();
        Self { table, paths, begun: false }
    }

    fn push_all(&mut self, list: &[&RawValue], repaired: bool) -> Result<(), Diagnostic> {
        for (at, row) in list.iter().enumerate() {
            let cells = cells(row.get(), repaired).map_err(|error| {
                let mut refused = json::diagnose(&error, "");
                refused.place = format!("[{at}]");
                refused
            })?;
            self.push(at as u64, cells)?;
        }
        Ok(())
    }

    fn push<'t>(&mut self, row: u64, mut cells: Vec<(Cow<'t, str>, RawCell<'t>)>) -> Result<(), Diagnostic>
    where
        'o: 't,
    {
        if !self.begun {
            self.begun = true;
            let nested = cells.iter().flat_map(|(name, cell)| nested::numbers(name, cell.text));
            self.table.note_nested(nested.collect());
        }
        for path in &self.paths {
            if cells.iter().any(|(name, _)| name == path) {
                continue;
            }
            let mut found = None;
            for (name, cell) in &cells {
                let Some(rest) = nested::behind(path, name) else { continue };
                let here = nested::find(cell.text, rest)
                    .map_err(|error| self.table.at(row, json::diagnose(&error, "")))?;
                if here.is_some() && found.is_some() {
                    return Err(self.table.at(row, errors::ambiguous_name(path)));
                }
                found = found.or(here.map(|text| RawCell { text, repaired: cell.repaired }));
            }
            cells.extend(found.map(|cell| (Cow::Borrowed(*path), cell)));
        }
        self.table.row(row, &cells)
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

/// The cells of the object that a text begins with.
fn first_cells(text: &str) -> Result<Vec<(Cow<'_, str>, RawCell<'_>)>, serde_json::Error> {
    RowSeed { repaired: true }.deserialize(&mut serde_json::Deserializer::from_str(text))
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

    fn quoted_number(&self) -> Option<&str> {
        let text = self.text.strip_prefix('"')?.strip_suffix('"')?;
        text.trim().parse::<f64>().is_ok_and(f64::is_finite).then_some(text)
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
