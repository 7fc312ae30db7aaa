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
mod nonfinite;
mod parquet;
mod promptfoo;
mod quote;
mod reader;
mod run_filter;
mod runframe;
mod scalar;
mod schema;
mod secret;
mod source;
mod table;
mod tree;
mod unsupported;
mod usage;

pub use content::{Content, FileIdentity};
pub use format::{Format, ReadOptions, Reading};
pub use gold::{GoldLabels, read_gold};
pub use parquet::{FactsInTail, RUN_FACTS, StoredRowFacts, StoredRunFacts, run_facts};
pub use reader::Reader;
pub use schema::runframe_schema;
pub use secret::is_secret;
pub use source::{FileOrFolder, Folder, InMemory, Source, Stream};

use self::quote::Quotes;
use crate::domain::{Diagnostic, RunMetadata};

/// Every reader, the most particular first: the first whose `sniff` says yes reads the file.
static READERS: [&dyn Reader; 8] = [
    &parquet::ParquetReader,
    &inspect::InspectReader,
    &helm::HelmReader,
    &lm_eval::LmEvalReader,
    &promptfoo::PromptfooReader,
    &jsonl::JsonlReader,
    &csv::CsvReader,
    &runframe::RunFrameReader,
];

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
    let source = match named {
        FileOrFolder::File(source) => source.as_ref(),
        FileOrFolder::Folder(folder) => {
            opened = main_file(folder.as_ref(), format)?;
            opened.as_ref()
        }
    };
    let path = source.path();
    let (reading, identity) = content(source, format, options).map_err(|error| error.within(path))?;
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

/// Which of some files hold the run of a task, by their names: `samples_TASK_DATE.jsonl` as lm-evaluation-harness
/// writes them, or `TASK` with the ending of a run file.
#[must_use]
pub fn files_of_task<'n>(names: &'n [String], task: &str) -> Vec<&'n str> {
    let own = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Some((of, _)) = lm_eval::task_and_date(name) {
            return of == task;
        }
        let name = name.strip_suffix(".gz").unwrap_or(name);
        name.strip_prefix(task).is_some_and(|rest| RUN_FILE_ENDINGS.contains(&rest))
    };
    names.iter().map(String::as_str).filter(own).collect()
}

/// Whether the files of a folder are one run, as a tool wrote it.
#[must_use]
pub fn is_one_run(names: &[String]) -> bool {
    READERS.iter().flat_map(|reader| reader.in_folder(names)).count() == 1
}

/// Endings of the files that evaluation tools write.
const RUN_FILE_ENDINGS: [&str; 6] = [".json", ".jsonl", ".csv", ".tsv", ".eval", ".parquet"];

/// The names of the files of a folder that hold runs: several where a tool writes one file a task.
///
/// # Errors
/// `file-unreadable`, and as [`read_file`] where the folder holds no run.
pub fn runs_in_folder(folder: &dyn Folder, format: Option<Format>) -> Result<Vec<String>, Diagnostic> {
    let names = folder.names()?;
    let asked = READERS.iter().filter(|reader| format.is_none_or(|format| reader.format() == format));
    let found: Vec<String> = asked.flat_map(|reader| reader.in_folder(&names)).map(str::to_owned).collect();
    if found.is_empty() { Err(errors::no_run_in_folder(folder.path())) } else { Ok(found) }
}

/// The file of a folder that holds the run.
fn main_file(folder: &dyn Folder, format: Option<Format>) -> Result<Box<dyn Source>, Diagnostic> {
    let names = folder.names()?;
    let asked = READERS.iter().filter(|reader| format.is_none_or(|format| reader.format() == format));
    let found: Vec<&str> = asked.flat_map(|reader| reader.in_folder(&names)).collect();
    match found[..] {
        [name] => folder.open(name),
        [] => Err(errors::no_run_in_folder(folder.path())),
        _ => Err(errors::several_runs_in_folder(folder.path(), found.len(), &quote::list_of_ours(found, 16))),
    }
}

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
    let read = reader.read(&content, options);
    let run = !is_secret(source.path()) && (read.is_ok() || reader.recognises(content.head()));
    let quotes = if run { Quotes::Shown } else { Quotes::Withheld };
    let mut reading = read.map_err(|error| quotes.of_error(error))?;
    reading.run = reading.run.sliced_by(options.slice.as_deref());
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
