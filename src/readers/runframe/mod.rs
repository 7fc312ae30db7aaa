//! RunFrame JSON: `{run_id, model_id, task_id, metric_name, config_hash?, judge_model?,
//! judge_prompt_sha256?, items: [{item_id, score, cluster_id?, epoch?, metadata?}]}` in one pass,
//! straight into the columns of a run.

mod errors;
mod partial_run;
mod pieces;
mod visitors;

use serde::de::DeserializeSeed as _;

use self::partial_run::{ITEMS, NAMES, PartialRun, REQUIRED};
use self::visitors::RunSeed;
use super::{Content, Format, ReadOptions, Reader, Reading, json, nonfinite, quote, unsupported};
use crate::domain::{Diagnostic, RunFrame};

/// Reads RunFrame JSON.
pub(super) struct RunFrameReader;

impl Reader for RunFrameReader {
    fn format(&self) -> Format {
        Format::RunFrame
    }

    fn sniff(&self, head: &[u8]) -> bool {
        json::first_byte(head) == Some(b'{')
    }

    fn recognises(&self, head: &[u8]) -> bool {
        let text = json::head(head);
        let (mut named, mut items) = (0, false);
        unsupported::keys(text, &mut |key| {
            items |= key == ITEMS;
            // The judge says nothing of what the object is.
            named += usize::from(key == ITEMS || NAMES.iter().take(REQUIRED + 1).any(|name| *name == key));
            named < 2
        });
        named == 2 || items && text.contains("\"item_id\"")
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut reading = read(content, options)?;
        reading.notes.extend(quote::id_of_runframe(options.id.as_deref()));
        Ok(reading)
    }
}

fn read(content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    if let Some(run) = pieces::read(content, options) {
        return Ok(Reading::of(run, Format::RunFrame));
    }
    let bytes = content.bytes()?;
    let text = json::text(&bytes)?;
    let strict = match attempt(text, false, options) {
        Ok(run) => return Ok(Reading::of(run, Format::RunFrame)),
        Err(failure) => failure,
    };
    if strict.syntax
        && let Some(repaired) = nonfinite::repair(text)
    {
        let note = note(text, &repaired);
        return match attempt(&repaired.text, true, options) {
            Ok(run) => Ok(Reading { notes: vec![note], ..Reading::of(run, Format::RunFrame) }),
            Err(failure) => Err(unsupported::other_tool(&repaired.text).unwrap_or(failure.diagnostic)),
        };
    }
    Err(unsupported::other_tool(text).unwrap_or(strict.diagnostic))
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

struct ParseFailure {
    diagnostic: Diagnostic,
    /// Whether the text is no strict JSON.
    syntax: bool,
}

fn attempt(text: &str, repaired: bool, options: &ReadOptions) -> Result<RunFrame, ParseFailure> {
    let mut partial = PartialRun::new(options, repaired);
    let mut de = serde_json::Deserializer::from_str(text);
    let parsed = RunSeed(&mut partial).deserialize(&mut de).and_then(|()| de.end());
    let outcome = match parsed {
        Ok(()) => partial.finish(options).map_err(|diagnostic| (diagnostic, false)),
        Err(error) => Err(match partial.failure.take() {
            Some(failure) => (inside(&partial.place, failure), false),
            None => (json::diagnose(&error, &partial.place), json::is_syntax(&error)),
        }),
    };
    outcome.map_err(|(diagnostic, syntax)| ParseFailure { diagnostic, syntax })
}

/// A field of an item, or the item itself, as one path: `items[41].score`.
fn inside(outer: &str, mut error: Diagnostic) -> Diagnostic {
    let dot = if outer.is_empty() || error.place.is_empty() { "" } else { "." };
    error.place = format!("{outer}{dot}{}", error.place);
    error
}
