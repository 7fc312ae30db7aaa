//! The content of a run file, unpacked where it is compressed with gzip. The bytes that are read are the
//! bytes that are hashed, whatever happens to the file meanwhile: what passes is hashed on the way, as it was given;
//! every pass must begin as the format was told by, and have the hash of the pass before; and a reader that takes the
//! bytes in any order gets a private copy, which was hashed while it was made.

use super::errors;
use std::cell::Cell;
use std::io::{self, BufReader, ErrorKind, Read};

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
    /// Whether two passes read different bytes.
    changed: Cell<bool>,
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
        let mut content = Self {
            source,
            gzip: false,
            head: Vec::new(),
            identity: Cell::new(None),
            changed: Cell::new(false),
        };
        content.head = content.fetch_head()?;
        if content.head.starts_with(GZIP) {
            content.gzip = true;
            content.head = Vec::new();
            content.head = content.fetch_head()?;
        }
        // A short file was hashed, but it is what the reader reads that counts.
        content.identity.set(None);
        Ok(content)
    }

    fn fetch_head(&self) -> Result<Vec<u8>, Diagnostic> {
        let mut head = Vec::new();
        self.pass().take(HEAD).read_to_end(&mut head).map_err(|error| self.io_error(&error))?;
        Ok(head)
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
            // Nothing is kept before it is known how much it is.
            let length = std::io::copy(&mut self.kept_whole(), &mut std::io::sink());
            let length = length.map_err(|error| self.io_error(&error))?;
            return self.read_whole(&mut self.kept_whole(), length);
        }
        self.read_whole(&mut self.pass(), self.size())
    }

    fn read_whole(&self, from: &mut dyn Read, length: u64) -> Result<Vec<u8>, Diagnostic> {
        let mut bytes = Vec::new();
        // A size is a promise: one that memory cannot hold must not end the process.
        bytes
            .try_reserve_exact(usize::try_from(length).unwrap_or(usize::MAX))
            .map_err(|error| self.io_error(&error.into()))?;
        from.read_to_end(&mut bytes).map_err(|error| self.io_error(&error))?;
        Ok(bytes)
    }

    /// The bytes from the start to the end, once.
    pub(super) fn pass(&self) -> Box<dyn Read + '_> {
        self.pass_within(Budget::for_file(self.size()))
    }

    /// As [`Content::pass`], where all of it is held in memory.
    fn kept_whole(&self) -> Box<dyn Read + '_> {
        self.pass_within(Budget::in_memory(self.size()))
    }

    fn pass_within(&self, budget: Budget) -> Box<dyn Read + '_> {
        let pass =
            HashingReader { from: self.source.stream(), hasher: Hasher::default(), bytes: 0, into: self };
        let pass: Box<dyn Read + '_> = if self.gzip {
            let unpacked = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, pass));
            Box::new(budget.pass(unpacked))
        } else {
            Box::new(pass)
        };
        Box::new(SameHead { from: pass, head: &self.head, position: 0 })
    }

    /// The bytes in any order: a copy that nobody else can change, hashed while it is made.
    ///
    /// # Errors
    /// As [`Content::bytes`].
    pub(super) fn seek(&self) -> Result<Box<dyn Stream + '_>, Diagnostic> {
        let copy = self.source.private_copy(&mut self.pass()).map_err(|error| self.io_error(&error))?;
        Ok(Box::new(BufReader::with_capacity(CHUNK, copy)))
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
        match self.identity.get() {
            Some(identity) if !self.changed.get() => Ok(identity),
            _ => Err(errors::changed_while_read()),
        }
    }

    /// What was read in one pass.
    fn was_read(&self, identity: FileIdentity) {
        let before = self.identity.replace(Some(identity));
        if before.is_some_and(|before| before != identity) {
            self.changed.set(true);
        }
    }

    /// What an error of a stream means: a medium that fails, or bytes that cannot be unpacked.
    pub(super) fn io_error(&self, error: &std::io::Error) -> Diagnostic {
        use ErrorKind::{FileTooLarge, InvalidData, InvalidInput, UnexpectedEof};
        if error.get_ref().is_some_and(|inner| inner.is::<Changed>()) {
            return errors::changed_while_read();
        }
        if self.gzip && matches!(error.kind(), FileTooLarge | InvalidData | InvalidInput | UnexpectedEof) {
            return decompression::damaged(error);
        }
        errors::unreadable(error)
    }
}

/// Hashes what passes. The end of the file completes it.
struct HashingReader<'c, 's, R> {
    from: R,
    hasher: Hasher,
    bytes: u64,
    into: &'c Content<'s>,
}

impl<R: Read> Read for HashingReader<'_, '_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hasher.update(into.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        if read == 0 && !into.is_empty() {
            self.into.was_read(FileIdentity { bytes: self.bytes, digest: self.hasher.digest() });
        }
        Ok(read)
    }
}

/// Fails where the bytes do not begin as those by which the format was told.
struct SameHead<'c, R> {
    from: R,
    head: &'c [u8],
    position: usize,
}

impl<R: Read> Read for SameHead<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        let expected = self.head.get(self.position..).unwrap_or_default();
        let compared = expected.len().min(read);
        let ends_early = read == 0 && !into.is_empty() && !expected.is_empty();
        if ends_early || into.get(..compared) != expected.get(..compared) {
            return Err(io::Error::other(Changed));
        }
        self.position += compared;
        Ok(read)
    }
}

/// The file is not what it was when it was read first.
#[derive(Debug)]
struct Changed;

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it changed while it was read")
    }
}

impl std::error::Error for Changed {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::{Cursor, Read as _, Write as _};

    use super::{Content, Digest};
    use crate::readers::source::{Folder, Source, Stream};

    /// A file that somebody rewrites: each stream of it has other bytes.
    struct Rewritten {
        bytes: Vec<Vec<u8>>,
        streams: Cell<usize>,
    }

    impl Rewritten {
        fn of(bytes: &[&[u8]]) -> Self {
            Self { bytes: bytes.iter().map(|bytes| bytes.to_vec()).collect(), streams: Cell::new(0) }
        }
    }

    impl Source for Rewritten {
        fn path(&self) -> &str {
            "rewritten"
        }

        fn size(&self) -> u64 {
            self.bytes[0].len() as u64
        }

        fn stream(&self) -> Box<dyn Stream + '_> {
            let at = self.streams.replace(self.streams.get() + 1).min(self.bytes.len() - 1);
            Box::new(Cursor::new(&self.bytes[at]))
        }

        fn is_unchanged(&self) -> bool {
            true
        }

        fn folder(&self) -> Option<&dyn Folder> {
            None
        }
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    fn is_change<T>(result: Result<T, crate::domain::Diagnostic>) -> bool {
        result.is_err_and(|error| error.to_string().contains("changed while it was read"))
    }

    #[test]
    fn a_file_that_no_longer_begins_as_its_format_was_told_by_is_refused() {
        for (head, later) in [(&b"one"[..], &b"two"[..]), (b"one", b"on"), (b"one", b"")] {
            let source = Rewritten::of(&[head, later]);
            assert!(is_change(Content::of(&source).unwrap().bytes()), "{later:?}");
            let source = Rewritten::of(&[head, later]);
            assert!(is_change(Content::of(&source).unwrap().seek().map(drop)), "{later:?}");
        }
        let (one, two) = (packed(b"one"), packed(b"two"));
        let source = Rewritten::of(&[&one, &one, &two]);
        assert!(is_change(Content::of(&source).unwrap().bytes()));
    }

    #[test]
    fn two_passes_of_one_file_must_read_the_same_bytes() {
        let long = |end: u8| [vec![b'x'; super::HEAD as usize], vec![end]].concat();
        let source = Rewritten::of(&[&long(b'1'), &long(b'1'), &long(b'2')]);
        let content = Content::of(&source).unwrap();
        assert_eq!(content.bytes().unwrap(), long(b'1'));
        assert_eq!(content.identity().unwrap().digest, Digest::of(&long(b'1')));
        assert_eq!(content.bytes().unwrap(), long(b'2'));
        assert!(is_change(content.identity()));
    }

    #[test]
    fn a_copy_has_the_hash_of_the_bytes_that_are_in_it() {
        let source = Rewritten::of(&[b"one", b"one and more", b"two"]);
        let content = Content::of(&source).unwrap();
        let mut copy = String::new();
        content.seek().unwrap().read_to_string(&mut copy).unwrap();
        assert_eq!(copy, "one and more");
        assert_eq!(content.identity().unwrap().digest, Digest::of(b"one and more"));
    }
}
