//! Contents of objects, through one process that stays.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::Git;

/// A running `git cat-file --batch`.
#[derive(Debug)]
pub(super) struct Blobs {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Blobs {
    pub(super) fn open(git: &Git) -> io::Result<Self> {
        let mut command = git.command(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(answer)) => Ok(Self { child, ask, answer: BufReader::new(answer) }),
            _ => Err(io::Error::other("git has no pipes")),
        }
    }

    /// The bytes of an object, and at most `limit` of them.
    pub(super) fn read(&mut self, oid: &str, limit: usize) -> io::Result<Vec<u8>> {
        self.ask.write_all(format!("{oid}\n").as_bytes())?;
        let mut head = String::new();
        self.answer.read_line(&mut head)?;
        // `<oid> <kind> <size>`, or `<oid> missing`.
        let size = head.trim_end().rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
        let size = size.ok_or_else(|| io::Error::other(format!("git has no object {oid}")))?;
        let wanted = size.min(u64::try_from(limit).unwrap_or(u64::MAX));
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or(limit));
        (&mut self.answer).take(wanted).read_to_end(&mut bytes)?;
        // The rest, and the line feed after it, are in the way of the next answer.
        let rest = (size - wanted).saturating_add(1);
        let passed = io::copy(&mut (&mut self.answer).take(rest), &mut io::sink())?;
        if passed == rest { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // It has nothing to finish.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
