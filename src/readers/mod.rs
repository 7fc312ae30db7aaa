//! Bytes of a run file in, a [`RunFrame`](crate::domain::RunFrame) out. One file a format; no file
//! is opened here: a [`Source`] is handed in, and a reader takes of it what it needs. Formats whose
//! files are large (JSON Lines, archives) are read in passes or by seeking, so that memory grows with
//! the items and not with the file. RunFrame JSON, Parquet and JSON logs are read whole, because
//! parsing from memory is several times faster and little of such a file is not items.
//!
//! A format is known by its content, never by a file name. A reader refuses what it does not
//! understand and says where, what and what to do next; it never drops a row and never scores one 0.
//!
//! To add a format: a file here with a type that implements [`Reader`], its name in [`Format`], and
//! its place in `READERS`, before the readers whose `sniff` is less particular.

mod companion;
mod content;
mod created;
mod csv;
mod decompression;
mod deepeval;
mod eee;
mod errors;
mod fingerprint;
mod format;
mod gold;
mod helm;
mod inspect;
mod json;
mod jsonl;
mod labels;
mod line_reader;
mod lm_eval;
mod metric_choice;
mod nested;
mod nonfinite;
mod openai_evals;
mod parquet;
mod promptfoo;
mod quote;
mod reader;
mod records;
mod registry;
mod run_filter;
mod run_folder;
mod runframe;
mod scalar;
mod schema;
mod secret;
mod source;
mod swe_bench;
mod table;
mod tau_bench;
mod tree;
mod unsupported;
mod usage;
mod xlsx;

pub use content::{Content, FileIdentity};
pub use format::{Format, ReadOptions, Reading};
pub use gold::{GoldLabels, read_gold};
pub use parquet::{FactsInTail, RUN_FACTS, StoredJudge, StoredRowFacts, StoredRunFacts, run_facts};
pub use reader::Reader;
pub use run_folder::{files_of_task, is_one_run, runs_in_folder};
pub use schema::runframe_schema;
pub use secret::is_secret;
pub use source::{FileOrFolder, Folder, InMemory, Source, Stream};

use self::quote::Quotes;
use self::registry::READERS;
use crate::domain::{Diagnostic, RunMetadata};

/// A run file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadFile {
    /// Its path; for a folder, that of the file in it.
    pub path: String,
    /// Which bytes were read.
    pub identity: FileIdentity,
    /// What they say.
    pub reading: Reading,
}

/// Reads what a path leads to. Of a folder that is the one file in it that holds the run.
///
/// # Errors
/// As [`read`], and `file-unreadable`, with the path as the place.
pub fn read_file(
    named: &FileOrFolder,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<ReadFile, Diagnostic> {
    let opened;
    let (source, note) = match named {
        FileOrFolder::File(source) => (source.as_ref(), None),
        FileOrFolder::Folder(folder) => {
            opened = run_folder::main_file(folder.as_ref(), format)?;
            (opened.0.as_ref(), opened.1.clone())
        }
    };
    let path = source.path();
    let (mut reading, identity) = content(source, format, options).map_err(|error| error.within(path))?;
    reading.notes.extend(note);
    Ok(ReadFile { path: path.to_owned(), identity, reading })
}

/// Everything that a file holds, for those who parse it themselves.
///
/// # Errors
/// `file-unreadable`, with the path as the place; `run-malformed` where it cannot be unpacked.
pub fn read_whole(named: &FileOrFolder) -> Result<(Vec<u8>, FileIdentity), Diagnostic> {
    let FileOrFolder::File(source) = named else {
        return Err(crate::domain::Code::FileUnreadable.at("").what("is a folder").next("name a file"));
    };
    let read = || {
        let content = Content::of(source.as_ref())?;
        let bytes = content.bytes()?;
        Ok((bytes, content.identity()?))
    };
    read().map_err(|error: Diagnostic| error.within(source.path()))
}

/// How the globs of paths match: `*` and `?` stay within one part of a path.
pub const GLOB: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// Reads a run from memory: in the format that is named, else in the one its content shows.
///
/// # Errors
/// - `format-unknown`: empty, compressed, or in no format that is read; the message says what the
///   bytes look like.
/// - `run-malformed`: the file breaks its format. Truncated files and trailing bytes count.
/// - `run-ambiguous`: the file holds several runs or metrics and the options choose none of them,
///   or choose one that it does not hold.
/// - `run-unfinished`: the log's own status says that the run failed, was stopped or is invalid.
/// - `duplicate-item`, `cluster-incomplete`, `cluster-missing`: see [`Code::about`](crate::domain::Code::about).
pub fn read(bytes: &[u8], format: Option<Format>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let source = InMemory { path: String::new(), bytes };
    content(&source, format, options).map(|(reading, _)| reading)
}

fn content(
    source: &dyn Source,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<(Reading, FileIdentity), Diagnostic> {
    let content = Content::of(source)?;
    let reader = reader_of(&content, format)?;
    if let Some(key) = options.id.as_deref().filter(|_| !reader.takes_id()) {
        return Err(errors::items_named_already(reader.format(), key));
    }
    let read = reader.read(&content, options);
    let run = !is_secret(source.path()) && (read.is_ok() || reader.recognises(content.head()));
    let quotes = if run { Quotes::Shown } else { Quotes::Withheld };
    let mut reading = read.map_err(|error| quotes.of_error(error))?;
    reading.run = reading.run.sliced_by(options.slice.as_deref());
    reading.unscored = reading.unscored.map(|note| quotes.of(&note));
    reading.notes = reading.notes.iter().map(|note| quotes.of(note)).collect();
    // What is too long for a name names no metric that can be chosen.
    reading.metrics.retain(|name| name.len() <= RunMetadata::LONGEST_NAME);
    reading.version = reading.version.filter(|version| version.len() <= RunMetadata::LONGEST_NAME);
    Ok((reading, content.identity()?))
}

/// The reader of a file, as its first bytes show.
fn reader_of(content: &Content<'_>, format: Option<Format>) -> Result<&'static dyn Reader, Diagnostic> {
    let (head, size) = (content.head(), content.size());
    if let Some(refused) = unsupported::container(head) {
        return Err(refused);
    }
    let sniffed = READERS.iter().find(|reader| reader.sniff(head)).copied();
    let Some(format) = format else {
        return sniffed.ok_or_else(|| unsupported::unknown(head, size));
    };
    match READERS.iter().find(|reader| reader.format() == format) {
        Some(reader) if reader.sniff(head) => Ok(*reader),
        Some(_) => Err(unsupported::other_format(head, size, format, sniffed.map(|reader| reader.format()))),
        None => Err(errors::no_reader(format)),
    }
}

#[cfg(test)]
mod tests;
