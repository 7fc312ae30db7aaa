//! How much a compressed file may unpack to. A few hostile kilobytes can hold terabytes of zeros,
//! and an allocation that fails ends the process without a word.

use super::errors;
use std::io::{self, ErrorKind, Read};

use crate::domain::Diagnostic;

/// What any file may unpack to, in bytes.
const FREE: u64 = 256 << 20;
/// What each byte of a file may unpack to beyond that. Real logs stay below 100.
const RATIO: u64 = 256;
/// What is held unpacked in memory at once, in bytes: a member of an archive, or a file that is not
/// read in passes.
const MEMBER: u64 = 2 << 30;

/// How many bytes may still be unpacked from one file, over all its members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn for_file(bytes: u64) -> Self {
        Self(FREE.saturating_add(RATIO.saturating_mul(bytes)))
    }

    /// Reads to the end, whatever sizes the file declares.
    ///
    /// # Errors
    /// `run-malformed` where the stream is damaged or unpacks to more than is left.
    pub(super) fn read(&mut self, from: impl Read) -> Result<Vec<u8>, Diagnostic> {
        let mut out = Vec::new();
        let bounded = Self(self.0.min(MEMBER));
        bounded.pass(from).read_to_end(&mut out).map_err(|error| damaged(&error))?;
        self.0 -= out.len() as u64;
        Ok(out)
    }

    /// The stream itself, which fails once more than the budget has passed.
    pub(super) fn pass<R: Read>(self, from: R) -> BoundedStream<R> {
        BoundedStream { from, left: self.0 }
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
        let mut budget = Budget(10);
        assert_eq!(budget.read(&b"12345678"[..]).map(|bytes| bytes.len()), Ok(8));
        assert_eq!(budget.read(&b"90"[..]).map(|bytes| bytes.len()), Ok(2));
        assert_eq!(budget.read(&b""[..]).map(|bytes| bytes.len()), Ok(0));
        assert!(budget.read(&b"1"[..]).is_err());
        let error = Budget(10).read(std::io::repeat(0)).expect_err("endless");
        assert!(error.what.starts_with("unpacks to far more"), "{error}");
        assert!(Budget::for_file(0).0 >= FREE);
    }
}
