//! A file line by line: memory holds one of them.

use super::errors;
use std::io::{BufRead as _, BufReader, Read};

use super::{Content, json};
use crate::domain::Diagnostic;

/// Bytes fetched at a time.
const CHUNK: usize = 128 << 10;
/// Longest line, in bytes. A row with a whole transcript has a few million.
pub(super) const LONGEST: u64 = 256 << 20;

/// The lines of a file that are not blank.
pub(super) struct LineReader<'c> {
    content: &'c Content<'c>,
    from: BufReader<Box<dyn Read + 'c>>,
    line: Vec<u8>,
    number: u64,
}

impl<'c> LineReader<'c> {
    pub(super) fn of(content: &'c Content<'c>) -> Self {
        let from = BufReader::with_capacity(CHUNK, content.pass());
        Self { content, from, line: Vec::new(), number: 0 }
    }

    /// The next line that is not blank, with its number from 1; its end may still be on it.
    ///
    /// # Errors
    /// Where the file cannot be read; `run-malformed` where a line is no text, or longer than any
    /// tool writes.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, Diagnostic> {
        loop {
            self.line.clear();
            let mut bounded = (&mut self.from).take(LONGEST + 1);
            bounded.read_until(b'\n', &mut self.line).map_err(|error| self.content.io_error(&error))?;
            if self.line.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if self.line.len() as u64 > LONGEST {
                return Err(errors::line_too_long(self.number, LONGEST));
            }
            if self.number == 1 {
                let bom = self.line.len() - json::without_bom(&self.line).len();
                self.line.drain(..bom);
            }
            if json::first_byte(&self.line).is_some() {
                break;
            }
        }
        let text = std::str::from_utf8(&self.line)
            .map_err(|error| errors::not_utf8_at(self.number, error.valid_up_to() + 1))?;
        Ok(Some((self.number, text)))
    }
}
