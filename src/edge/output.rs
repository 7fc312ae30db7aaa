//! Standard output and standard error. A result that did not reach its reader is a failure: a full device, a closed
//! descriptor or a broken medium must not end as success.

use std::io::{Error, ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::errors;
use crate::domain::Diagnostic;

/// Whether standard output was closed when the process began.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// How long to wait where a pipe that does not block is full.
const FULL_PIPE: Duration = Duration::from_millis(5);

/// Takes note of a standard output that is closed. To be called before `main`: the standard library then opens
/// `/dev/null` in its place, where everything vanishes and every write succeeds.
pub fn note_closed_output() {
    #[cfg(unix)]
    CLOSED.store(descriptor().is_err(), Ordering::Relaxed);
}

/// Prints the result to standard output. A reader that went away, as `head` does, has what it wanted.
///
/// # Errors
/// `output-not-written` where not all of it could be written.
pub fn print(stdout: &str) -> Result<(), Diagnostic> {
    if stdout.is_empty() {
        return Ok(());
    }
    let written = if CLOSED.load(Ordering::Relaxed) {
        Err(Error::other("it is closed"))
    } else {
        descriptor().and_then(|mut to| write_all(&mut to, stdout.as_bytes()))
    };
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| errors::result_not_printed(&error)),
    }
}

/// Prints remarks to standard error. There is no other place to report that they cannot be written, and the result
/// does not depend on them.
pub fn print_error(stderr: &str) {
    let _ = std::io::stderr().lock().write_all(stderr.as_bytes());
}

/// Prints a text and ends the process at once, from the handler of a signal.
pub fn exit_now(stdout: &str, code: u8) -> ! {
    // The code says failure already.
    let _ = print(stdout);
    std::process::exit(i32::from(code))
}

/// Standard output as a file of its own: `std::io::Stdout` takes a descriptor that cannot be written for one that was
/// written.
#[cfg(unix)]
fn descriptor() -> std::io::Result<std::fs::File> {
    use std::os::fd::AsFd as _;
    std::io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from)
}

#[cfg(not(unix))]
fn descriptor() -> std::io::Result<std::io::StdoutLock<'static>> {
    Ok(std::io::stdout().lock())
}

/// Writes all bytes, also where a pipe does not block.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match to.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(FULL_PIPE),
            Err(error) => return Err(error),
        }
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind, Write};

    use super::write_all;

    /// A device that takes a few bytes at a time, is interrupted, and is full in the end.
    struct Device {
        taken: Vec<u8>,
        room: usize,
        calls: usize,
        flush: Option<ErrorKind>,
    }

    impl Device {
        fn of(room: usize, flush: Option<ErrorKind>) -> Self {
            Self { taken: Vec::new(), room, calls: 0, flush }
        }
    }

    impl Write for Device {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.calls += 1;
            match self.calls % 3 {
                1 => Err(ErrorKind::Interrupted.into()),
                2 => Err(ErrorKind::WouldBlock.into()),
                _ if self.taken.len() == self.room => Err(Error::from(ErrorKind::StorageFull)),
                _ => {
                    let some = &bytes[..bytes.len().min(3).min(self.room - self.taken.len())];
                    self.taken.extend_from_slice(some);
                    Ok(some.len())
                }
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            self.flush.map_or(Ok(()), |kind| Err(kind.into()))
        }
    }

    #[test]
    fn short_writes_are_continued_and_what_is_lost_is_an_error() {
        let mut device = Device::of(100, None);
        write_all(&mut device, b"the whole result\n").unwrap();
        assert_eq!(device.taken, b"the whole result\n");
        let full = write_all(&mut Device::of(7, None), b"the whole result\n").unwrap_err();
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        let late = write_all(&mut Device::of(100, Some(ErrorKind::StorageFull)), b"x").unwrap_err();
        assert_eq!(late.kind(), ErrorKind::StorageFull);
        assert_eq!(
            write_all(&mut [0_u8; 4].as_mut_slice(), b"12345").unwrap_err().kind(),
            ErrorKind::WriteZero
        );
    }
}
