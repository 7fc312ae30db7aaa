//! The rows of a CSV file, one at a time, each with the line it begins on and proof that it ends.
//!
//! The parser is `csv-core`. The reader of the `csv` crate around it is not used: its line numbers do not
//! hold after CRLF, and it accepts a last row that the end of the file cut.

use super::super::errors;
use std::io::{BufRead as _, BufReader, Read};

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::super::line_reader::LONGEST;
use super::super::{Content, json};
use crate::domain::Diagnostic;

/// Bytes fetched at a time.
const CHUNK: usize = 128 << 10;

/// A CSV file that is being read.
pub(in crate::readers) struct CsvRows<'c> {
    content: &'c Content<'c>,
    from: BufReader<Box<dyn Read + 'c>>,
    core: csv_core::Reader,
    /// The cells of a row one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    separator: u8,
    /// The line of the next byte.
    line: u64,
}

/// Where in a row the parser stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// Behind a quotation mark in a quoted cell: its end, or the first of two that stand for one.
    Closing,
    /// Behind the end of a quoted cell that goes on. The parser would let it, and then a mark that
    /// is lost makes two rows one.
    Astray,
}

impl State {
    fn after(self, byte: u8, separator: u8) -> Self {
        let ends = byte == separator || byte == b'\r' || byte == b'\n';
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Closing,
            (Self::Start | Self::Closing, b'"') | (Self::Quoted, _) => Self::Quoted,
            (Self::Start | Self::Plain | Self::Closing, _) if ends => Self::Start,
            (Self::Start | Self::Plain, _) => Self::Plain,
            (Self::Closing | Self::Astray, _) => Self::Astray,
        }
    }
}

impl<'c> CsvRows<'c> {
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn of(content: &'c Content<'c>, separator: u8) -> Result<Self, Diagnostic> {
        let mut from = BufReader::with_capacity(CHUNK, content.pass());
        let head = content.head();
        let mut bom = vec![0; head.len() - json::without_bom(head).len()];
        from.read_exact(&mut bom).map_err(|error| content.io_error(&error))?;
        let core = ReaderBuilder::new().delimiter(separator).build();
        Ok(Self { content, from, core, cells: vec![0; 1024], ends: vec![0; 32], separator, line: 1 })
    }

    /// The next row: its line, and its cells.
    ///
    /// # Errors
    /// Where the file cannot be read; `run-malformed` where a row has no end, is no text, or is
    /// longer than any tool writes.
    pub(in crate::readers) fn next(&mut self) -> Result<Option<(u64, CsvRow<'_>)>, Diagnostic> {
        self.skip_blank_lines()?;
        let begun = self.line;
        let (mut length, mut count) = (0, 0);
        let mut state = State::Start;
        loop {
            let input = self.from.fill_buf().map_err(|error| self.content.io_error(&error))?;
            let at_end = input.is_empty();
            let cells = self.cells.get_mut(length..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, written, ended) = self.core.read_record(input, cells, ends);
            let consumed = input.get(..read).unwrap_or_default();
            self.line += newlines(consumed);
            state = consumed.iter().fold(state, |state, byte| state.after(*byte, self.separator));
            if state == State::Astray {
                return Err(errors::cell_goes_on(begun));
            }
            self.from.consume(read);
            length += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(2 * self.cells.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                // What only the end of the file ends may have been longer: a digit, a quotation.
                ReadRecordResult::Record if at_end => {
                    return Err(errors::row_cut_short(begun));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
            if length as u64 > LONGEST {
                return Err(errors::row_too_long(begun, LONGEST));
            }
        }
        let cells = self.cells.get(..length).unwrap_or_default();
        let cells = std::str::from_utf8(cells).map_err(|_| errors::line_not_utf8(begun))?;
        Ok(Some((begun, CsvRow { cells, ends: self.ends.get(..count).unwrap_or_default() })))
    }

    /// The second half of a line's end belongs here as well: a row ends with the first.
    fn skip_blank_lines(&mut self) -> Result<(), Diagnostic> {
        loop {
            let input = self.from.fill_buf().map_err(|error| self.content.io_error(&error))?;
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if blank == 0 {
                return Ok(());
            }
            self.line += newlines(input.get(..blank).unwrap_or_default());
            self.from.consume(blank);
        }
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The cells of a row.
#[derive(Clone, Copy, Debug)]
pub(in crate::readers) struct CsvRow<'r> {
    cells: &'r str,
    ends: &'r [usize],
}

impl<'r> CsvRow<'r> {
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    pub(in crate::readers) fn iter(self) -> impl Iterator<Item = &'r str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let cell = self.cells.get(from..*end).unwrap_or("");
            from = *end;
            cell
        })
    }
}
