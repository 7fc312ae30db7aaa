//! Files that are not read: what they look like, and what to do with them.
//!
//! Libraries that tell file types (`infer`, `file-format`) know containers, not evaluation logs: nearly every
//! format here is JSON to them. The few containers that are told from their first bytes are one `match`.

use super::errors;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json;
use super::quote::list_of_ours;
use super::scalar::KeySeed;
use super::{Format, nonfinite};
use crate::domain::Diagnostic;

const EXPORT: &str = "write the scores as RunFrame JSON: {run_id, model_id, task_id, metric_name, items: \
                      [{item_id, score}]}";

const SAVE_SHEET: &str = "save the sheet as an Excel workbook (.xlsx) or as CSV (UTF-8)";

/// What cannot hold a run in any format: nothing, archives, text in UTF-16. One layer of gzip is
/// gone by now.
pub(super) fn container(bytes: &[u8]) -> Option<Diagnostic> {
    let (what, next) = match bytes {
        [0x1f, 0x8b, ..] => ("is compressed with gzip twice", "decompress it once (gunzip)"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            ("is compressed with zstd, which is not read yet", "decompress it first (unzstd)")
        }
        [b'P', b'K', 5, 6, ..] => {
            ("is an empty zip archive", "an Inspect .eval log holds at least its header")
        }
        [b'P', b'K', 3, 4, ..] if is_open_document(bytes) => {
            ("is an OpenDocument file (.ods), which is not read", SAVE_SHEET)
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => (
            "is an old Excel workbook (.xls) or one with a password, which is not read",
            "save it as an Excel workbook (.xlsx) without a password, or the sheet as CSV (UTF-8)",
        ),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => {
            ("is an Arrow file (Feather), which is not read", "write the table as Parquet or as CSV")
        }
        [b'P', b'A', b'R', b'E', ..] => ("is an encrypted Parquet file, which is not read", EXPORT),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("is text in UTF-16", "write the file as UTF-8"),
        _ if json::first_byte(bytes).is_none() => {
            ("is empty", "check the step that writes it: the file was made, but nothing was written")
        }
        _ => return None,
    };
    Some(errors::format_unknown(what, next))
}

/// Whether a zip archive begins as those of LibreOffice do: with a member that says what the others are.
fn is_open_document(bytes: &[u8]) -> bool {
    const TYPE: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.";
    bytes.get(30..).is_some_and(|rest| rest.starts_with(TYPE))
}

/// The refusal of a file that no reader claims, by its first bytes and its size. It may be anything, so nothing of it is
/// quoted.
pub(super) fn unknown(bytes: &[u8], size: u64) -> Diagnostic {
    let text = json::head(bytes);
    let guess = match nonfinite::repair(text) {
        Some(repaired) => other_tool(&repaired.text),
        None => other_tool(text),
    };
    guess.unwrap_or_else(|| {
        let what = match json::first_byte(bytes) {
            Some(b'[') => "is a JSON list, and a RunFrame is an object".to_owned(),
            _ => format!("is in no format that is read: {}", kind(bytes, size)),
        };
        errors::format_unknown(what, EXPORT)
    })
}

/// The refusal of bytes that do not look like the format that was named.
pub(super) fn other_format(bytes: &[u8], size: u64, named: Format, sniffed: Option<Format>) -> Diagnostic {
    let (looks, next) = match sniffed {
        Some(other) => {
            (format!("looks like {other}"), format!("say --format {other}, or leave --format out"))
        }
        None => (format!("is {}", kind(bytes, size)), EXPORT.to_owned()),
    };
    errors::not_this_format(named, &looks, next)
}

/// How long a file is, whether it is text, and with what class of character it begins.
fn kind(bytes: &[u8], size: u64) -> String {
    // The head of a longer file may end in the middle of a letter.
    let text = std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
    let what = if text && !bytes.contains(&0) { "bytes of text that" } else { "bytes that are no text and" };
    let begins = match json::first_byte(bytes) {
        Some(byte) if byte.is_ascii_alphabetic() => "a letter",
        Some(byte) if byte.is_ascii_digit() => "a digit",
        Some(b'{') => "a brace",
        Some(b'<') => "markup (XML or HTML)",
        Some(b'-') if json::without_bom(bytes).trim_ascii_start().starts_with(b"-----BEGIN ") => {
            "the first line of a key or certificate (PEM)"
        }
        Some(byte) if byte.is_ascii_punctuation() => "a punctuation mark",
        Some(byte) if byte.is_ascii() => "a control character",
        _ => "a character beyond ASCII",
    };
    format!("{size} {what} begin with {begins}")
}

/// What another tool writes.
struct Tool {
    name: &'static str,
    /// Fields that mark a file as its own: all of them must be there.
    marks: &'static [&'static str],
    /// Where the scores stand instead, if this file holds none.
    instead: Option<&'static str>,
}

const fn tool(name: &'static str, marks: &'static [&'static str], instead: Option<&'static str>) -> Tool {
    Tool { name, marks, instead }
}

const LM_EVAL: Option<&str> =
    Some("give samples_<task>_<date>.jsonl, which lies beside it if the run was made with --log_samples");
const HELM: Option<&str> = Some("give per_instance_stats.json, which lies beside it, or their folder");

const SIMPLE_EVALS: Option<&str> = Some(
    "its items have no names and their scores stand in pages of HTML alone: write them as a table, a row an item, where \
     the evaluation computes them",
);
const EEE: Option<&str> =
    Some("give the <uuid>_samples.jsonl of the same evaluation, which holds its instances");

const TOOLS: [Tool; 6] = [
    tool("results of lm-evaluation-harness", &["results", "configs", "versions"], LM_EVAL),
    tool("HELM's scenario_state.json", &["adapter_spec", "request_states"], HELM),
    tool("HELM's run_spec.json", &["adapter_spec", "metric_specs"], HELM),
    tool("HELM's stats.json", &["name", "count", "sum"], HELM),
    tool("results of OpenAI's simple-evals", &["htmls", "convos"], SIMPLE_EVALS),
    tool("results of Every Eval Ever", &["schema_version", "evaluation_results"], EEE),
];

/// The refusal of a text that looks like another tool's JSON or JSON Lines.
pub(super) fn other_tool(text: &str) -> Option<Diagnostic> {
    let mut seen: Vec<String> = Vec::new();
    keys(text, &mut |key| {
        if seen.len() < 64 {
            seen.push(key.to_owned());
        }
        true
    });
    let has = |key: &&str| seen.iter().any(|seen| seen == key);
    if has(&"items") {
        return None;
    }
    let tool = TOOLS.iter().find(|tool| tool.marks.iter().all(has))?;
    let marks = list_of_ours(tool.marks.iter().copied(), 4);
    let but = tool.instead.map_or("which is not read yet", |_| "which holds no score per item");
    Some(errors::other_tool(tool.name, &marks, but, tool.instead.unwrap_or(EXPORT)))
}

/// Shows the keys of the first object of a text, which is the object itself or the first of a list,
/// as long as `more` says so.
pub(super) fn keys(text: &str, more: &mut dyn FnMut(&str) -> bool) {
    // An error here is no news: the caller has its own. What was seen before it counts.
    let _ = Fields { more, list: true }.deserialize(&mut serde_json::Deserializer::from_str(text));
}

struct Fields<'a> {
    more: &'a mut dyn FnMut(&str) -> bool,
    /// Whether a list is entered. A list in a list is nobody's format, and recursing would let the
    /// file choose how deep.
    list: bool,
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.list { deserializer.deserialize_any(self) } else { deserializer.deserialize_map(self) }
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        list.next_element_seed(Fields { more: self.more, list: false })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key_seed(KeySeed)? {
            if !(self.more)(&key) {
                return Err(serde::de::Error::custom("enough"));
            }
            object.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
