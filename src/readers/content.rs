//! The content of a run file, unpacked where it is compressed with gzip. The bytes that are read are the
//! bytes that are hashed: a reader that takes the file in one pass has it hashed on the way, as it was given; one
//! that seeks has it hashed whole, and is refused if the file changed meanwhile.

use super::errors;
use std::cell::Cell;
use std::io::{BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::decompression::{self, Budget};
use super::source::{Folder, Source, Stream};
use crate::domain::{Diagnostic, Digest, Hasher};

/// How much of a file a format is told by.
const HEAD: u64 = 1 << 20;
/// Bytes fetched at a time. Members of archives are small and far apart: more would be wasted.
const CHUNK: usize = 16 << 10;
/// How a file begins that is compressed with gzip.
pub(super) const GZIP: &[u8] = &[0x1f, 0x8b];

/// A file that is being read.
pub struct Content<'s> {
    source: &'s dyn Source,
    gzip: bool,
    head: Vec<u8>,
    /// Of the whole file, once it was read in one pass.
    identity: Cell<Option<FileIdentity>>,
}

/// The identity of the bytes that were read, as the file was given: before gzip is unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    /// How many.
    pub bytes: u64,
    /// Their digest.
    pub digest: Digest,
}

impl<'s> Content<'s> {
    /// Reads the first bytes.
    ///
    /// # Errors
    /// `file-unreadable`; `run-malformed` where they cannot be unpacked.
    pub(super) fn of(source: &'s dyn Source) -> Result<Self, Diagnostic> {
        let mut content = Self { source, gzip: false, head: Vec::new(), identity: Cell::new(None) };
        content.fetch_head()?;
        if content.head.starts_with(GZIP) {
            content.gzip = true;
            content.fetch_head()?;
        }
        Ok(content)
    }

    fn fetch_head(&mut self) -> Result<(), Diagnostic> {
        let mut head = Vec::new();
        self.pass().take(HEAD).read_to_end(&mut head).map_err(|error| self.io_error(&error))?;
        self.head = head;
        // A short file was hashed, but it is what the reader reads that counts.
        self.identity.set(None);
        Ok(())
    }

    /// The first mebibyte, or all of a smaller file.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All bytes, for formats that are parsed fastest from memory.
    ///
    /// # Errors
    /// `file-unreadable`; `run-malformed` where they cannot be unpacked.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        if self.gzip {
            return Budget::for_file(self.size()).read(self.pass());
        }
        let mut bytes = Vec::new();
        // A size is a promise: one that memory cannot hold must not end the process.
        bytes
            .try_reserve_exact(usize::try_from(self.size()).unwrap_or(usize::MAX))
            .map_err(|error| self.io_error(&error.into()))?;
        self.pass().read_to_end(&mut bytes).map_err(|error| self.io_error(&error))?;
        Ok(bytes)
    }

    /// The bytes from the start to the end, once.
    pub(super) fn pass(&self) -> Box<dyn Read + '_> {
        let pass = HashingReader {
            from: self.source.stream(),
            hasher: Hasher::default(),
            bytes: 0,
            into: &self.identity,
        };
        if self.gzip {
            let unpacked = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, pass));
            return Box::new(Budget::for_file(self.size()).pass(unpacked));
        }
        Box::new(pass)
    }

    /// The bytes in any order. Those of a compressed file have no order but their own: they are held
    /// in memory.
    ///
    /// # Errors
    /// As [`Content::bytes`].
    pub(super) fn seek(&self) -> Result<Box<dyn Stream + '_>, Diagnostic> {
        if self.gzip {
            return Ok(Box::new(Cursor::new(self.bytes()?)));
        }
        Ok(Box::new(BufReader::with_capacity(CHUNK, self.source.stream())))
    }

    /// The path of the file, as people name it.
    pub(super) fn path(&self) -> &str {
        self.source.path()
    }

    /// How many bytes the file has, as it was given.
    pub(super) fn size(&self) -> u64 {
        self.source.size()
    }

    /// The folder that the file lies in, for formats that keep the run's names in files beside it.
    #[must_use]
    pub fn folder(&self) -> Option<&dyn Folder> {
        self.source.folder()
    }

    /// Which bytes were read; to be asked once the reader is done.
    ///
    /// # Errors
    /// `file-unreadable` where the file changed while it was read.
    pub(super) fn identity(&self) -> Result<FileIdentity, Diagnostic> {
        if let Some(identity) = self.identity.get() {
            return Ok(identity);
        }
        let given = Self { source: self.source, gzip: false, head: Vec::new(), identity: Cell::new(None) };
        std::io::copy(&mut given.pass(), &mut std::io::sink()).map_err(|error| given.io_error(&error))?;
        match given.identity.get() {
            Some(identity) if self.source.is_unchanged() => Ok(identity),
            _ => Err(errors::changed_while_read()),
        }
    }

    /// What an error of a stream means: a medium that fails, or bytes that cannot be unpacked.
    pub(super) fn io_error(&self, error: &std::io::Error) -> Diagnostic {
        use ErrorKind::{FileTooLarge, InvalidData, InvalidInput, UnexpectedEof};
        if self.gzip && matches!(error.kind(), FileTooLarge | InvalidData | InvalidInput | UnexpectedEof) {
            return decompression::damaged(error);
        }
        errors::unreadable(error)
    }
}

/// Hashes what passes. The end of the file completes it.
struct HashingReader<'c, R> {
    from: R,
    hasher: Hasher,
    bytes: u64,
    into: &'c Cell<Option<FileIdentity>>,
}

impl<R: Read> Read for HashingReader<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(into)?;
        self.hasher.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        if read == 0 && !into.is_empty() {
            self.into.set(Some(FileIdentity { bytes: self.bytes, digest: self.hasher.digest() }));
        }
        Ok(read)
    }
}
