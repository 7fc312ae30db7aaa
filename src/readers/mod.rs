//! Bytes of a run file in, a [`RunFrame`](crate::domain::RunFrame) out. One file a format; no file
//! is opened here.
//!
//! A format is known by its content, never by a file name. A reader refuses what it does not
//! understand and says where, what and what to do next; it never drops a row and never scores one 0.
//!
//! To add a format: a file here with a type that implements [`Reader`], its name in [`Format`], and
//! its place in `READERS`, before the readers whose `sniff` is less particular.

mod cluster;
mod foreign;
mod format;
mod json;
mod nonfinite;
mod parquet;
mod quote;
mod runframe;
mod scalar;
mod schema;

pub use format::{Format, ReadOptions, Reading};
pub use schema::runframe_schema;

use crate::domain::{Code, Diagnostic};

/// One format: tells whether bytes are in it, and reads them.
pub trait Reader: Sync {
    /// Its name.
    fn format(&self) -> Format;

    /// Whether the bytes of a whole file look like this format. Looks at as few of them as it can,
    /// and may answer yes for a file that [`Reader::read`] then refuses.
    fn sniff(&self, bytes: &[u8]) -> bool;

    /// Reads the one run that the options choose.
    ///
    /// # Errors
    /// A diagnostic whose place lies inside the file (`items[41].score`); the caller puts the file
    /// before it with [`Diagnostic::within`].
    fn read(&self, bytes: &[u8], options: &ReadOptions) -> Result<Reading, Diagnostic>;
}

/// Every reader, the most particular first: the first whose `sniff` says yes reads the file.
static READERS: [&dyn Reader; 2] = [&parquet::ParquetReader, &runframe::RunFrameReader];

/// Reads a run file: in the format that is named, else in the one its content shows.
///
/// # Errors
/// - `format-unknown`: empty, compressed, or in no format that is read; the message says what the
///   bytes look like.
/// - `run-malformed`: the file breaks its format. Truncated files and trailing bytes count.
/// - `run-ambiguous`: the file holds several runs or metrics and the options choose none of them,
///   or choose one that it does not hold.
/// - `duplicate-item`, `cluster-incomplete`, `cluster-missing`: see [`Code::about`].
pub fn read(bytes: &[u8], format: Option<Format>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    if let Some(refused) = foreign::container(bytes) {
        return Err(refused);
    }
    let sniffed = READERS.iter().find(|reader| reader.sniff(bytes));
    let Some(format) = format else {
        return match sniffed {
            Some(reader) => reader.read(bytes, options),
            None => Err(foreign::unknown(bytes)),
        };
    };
    match READERS.iter().find(|reader| reader.format() == format) {
        Some(reader) if reader.sniff(bytes) => reader.read(bytes, options),
        Some(_) => Err(foreign::not_this(bytes, format, sniffed.map(|reader| reader.format()))),
        None => Err(Code::Bug.at("readers").what(format!("format {format} has no reader"))),
    }
}

#[cfg(test)]
mod tests;
