//! Contents of objects, read through one long-running process.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::repository::Repository;

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub(super) struct CatFile {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

/// An object of git.
pub(super) struct Object {
    /// `commit`, `tree`, `blob` or `tag`.
    pub(super) kind: String,
    /// How many bytes it has.
    pub(super) size: u64,
    /// The first of them, all where that is not more than was asked for.
    pub(super) bytes: Vec<u8>,
}

impl CatFile {
    pub(super) fn open(repository: &Repository) -> io::Result<Self> {
        let mut command = repository.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok(Self { child, stdin, stdout: BufReader::new(stdout) }),
            _ => Err(io::Error::other("git has no pipes")),
        }
    }

    /// The bytes of an object, at most `limit` of them.
    pub(super) fn read(&mut self, oid: &str, limit: usize) -> io::Result<Vec<u8>> {
        let object = self.object(oid, limit)?;
        object.map(|object| object.bytes).ok_or_else(|| io::Error::other(format!("git has no object {oid}")))
    }

    /// An object with at most `limit` of its bytes; `None` where there is none of this id.
    pub(super) fn object(&mut self, oid: &str, limit: usize) -> io::Result<Option<Object>> {
        self.stdin.write_all(format!("{oid}\n").as_bytes())?;
        let mut head = String::new();
        self.stdout.read_line(&mut head)?;
        // `<oid> <kind> <size>`, or `<oid> missing`.
        let mut words = head.trim_end().split(' ').skip(1);
        let kind = words.next().unwrap_or_default().to_owned();
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else { return Ok(None) };
        let wanted = size.min(u64::try_from(limit).unwrap_or(u64::MAX));
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(limit));
        (&mut self.stdout).take(wanted).read_to_end(&mut bytes)?;
        // The rest and the line feed after it must be consumed before the next response.
        let rest = (size - wanted).saturating_add(1);
        let passed = io::copy(&mut (&mut self.stdout).take(rest), &mut io::sink())?;
        if passed == rest {
            Ok(Some(Object { kind, size, bytes }))
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // The process holds no state that a kill could damage.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
