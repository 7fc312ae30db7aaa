//! How much a compressed file may unpack to. A few hostile kilobytes can hold terabytes of zeros,
//! and an allocation that fails ends the process without a word.

use super::errors;
use std::io::{self, ErrorKind, Read};

use crate::domain::Diagnostic;

/// What any file may unpack to, in bytes.
const FREE: u64 = 256 << 20;
/// What each byte of a file may unpack to beyond that. Real logs stay below 100.
const RATIO: u64 = 256;
/// As [`RATIO`], of what is held unpacked in memory at once: a member of an archive, or a file that is not read in
/// passes. The logs of real tools stay below 20.
const RATIO_IN_MEMORY: u64 = 64;
/// What is held unpacked in memory at once, in bytes, whatever the size of the file.
const IN_MEMORY: u64 = 2 << 30;

/// How many bytes may still be unpacked from one file, over all its members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: u64,
    /// Of it at once in memory.
    at_once: u64,
}

impl Budget {
    pub(super) fn for_file(bytes: u64) -> Self {
        let of = |ratio: u64| FREE.saturating_add(ratio.saturating_mul(bytes));
        Self { left: of(RATIO), at_once: of(RATIO_IN_MEMORY).min(IN_MEMORY) }
    }

    /// Only what may be held in memory at once.
    pub(super) fn in_memory(bytes: u64) -> Self {
        let budget = Self::for_file(bytes);
        Self { left: budget.at_once, ..budget }
    }

    /// What may be held unpacked in memory at once.
    pub(super) fn at_once(&self) -> u64 {
        self.at_once
    }

    /// Reads a part that has this length by the file's own word. It is refused by that word, before any of it is
    /// unpacked, and held to it.
    ///
    /// # Errors
    /// `run-malformed` where the stream is damaged, or is longer than may be or was said.
    pub(super) fn read(&mut self, from: impl Read, length: u64) -> Result<Vec<u8>, Diagnostic> {
        if length > self.left.min(self.at_once) {
            return Err(errors::decompression_bomb());
        }
        let mut out = Vec::new();
        let room = usize::try_from(length).unwrap_or(usize::MAX);
        out.try_reserve_exact(room).map_err(|error| errors::cannot_unpack(&error.into()))?;
        from.take(length.saturating_add(1)).read_to_end(&mut out).map_err(|error| damaged(&error))?;
        if out.len() as u64 > length {
            return Err(errors::longer_than_declared(length));
        }
        self.left -= out.len() as u64;
        Ok(out)
    }

    /// The stream itself, which fails once more than the budget has passed.
    pub(super) fn pass<R: Read>(self, from: R) -> BoundedStream<R> {
        BoundedStream { from, left: self.left }
    }
}

/// A stream that ends in an error rather than beyond its budget.
pub(super) struct BoundedStream<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for BoundedStream<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or(ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// An error of a stream that is unpacked.
pub(super) fn damaged(error: &io::Error) -> Diagnostic {
    if error.kind() == ErrorKind::FileTooLarge {
        return errors::decompression_bomb();
    }
    errors::cannot_unpack(error)
}

#[cfg(test)]
mod tests {
    use super::{Budget, FREE};

    #[test]
    fn a_stream_is_cut_off_at_the_budget() {
        let mut budget = Budget { left: 10, at_once: 9 };
        let mut read = |bytes: &[u8]| budget.read(bytes, bytes.len() as u64).map(|bytes| bytes.len());
        assert_eq!((read(b"12345678"), read(b"90"), read(b"")), (Ok(8), Ok(2), Ok(0)));
        assert!(read(b"1").is_err());
        let mut endless = Budget { left: 10, at_once: 10 }.pass(std::io::repeat(0));
        let error = std::io::copy(&mut endless, &mut std::io::sink()).unwrap_err();
        assert!(super::damaged(&error).what.starts_with("unpacks to far more"), "{error}");
    }

    #[test]
    fn a_part_is_refused_by_its_declared_length_and_held_to_it() {
        struct Untouched;
        impl std::io::Read for Untouched {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                panic!("unpacked before its length was looked at")
            }
        }
        let error = Budget::for_file(1000).read(Untouched, 4 << 30).unwrap_err();
        assert!(error.what.starts_with("unpacks to far more"), "{error}");
        let error = Budget::for_file(1000).read(std::io::repeat(0), 5).unwrap_err();
        assert!(error.what.contains("declared"), "{error}");
    }

    #[test]
    fn a_file_that_is_held_in_memory_has_the_smaller_budget() {
        let (in_passes, held) = (Budget::for_file(10 << 20), Budget::in_memory(10 << 20));
        assert!(held.left < in_passes.left && held.left <= super::IN_MEMORY);
        assert!(Budget::for_file(0).left >= FREE);
    }
}
