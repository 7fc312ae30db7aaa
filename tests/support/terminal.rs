//! A terminal of a given width. What a command writes to it is read from the other side.

use std::fs::File;
use std::io::Read as _;
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::Session;

/// Rows enough for everything that a test prints.
const ROWS: u16 = 500;
/// Seconds after which a command that says nothing hangs.
const PATIENCE: i64 = 60;

/// A terminal with nobody before it.
pub(crate) struct Terminal {
    ours: File,
    theirs: Option<OwnedFd>,
    seen: Vec<u8>,
    columns: u16,
}

/// How a command ended, and what the terminal shows then.
pub(crate) struct Shown {
    pub(crate) code: i32,
    /// The lines as they were written, without colours.
    pub(crate) lines: Vec<String>,
}

impl Terminal {
    /// A terminal with this many columns.
    pub(crate) fn of(columns: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        tcsetwinsize(&theirs, Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        Self { ours: File::from(ours), theirs: Some(theirs), seen: Vec::new(), columns }
    }

    /// The side that a command writes to.
    pub(crate) fn stdio(&self) -> Stdio {
        Stdio::from(self.theirs.as_ref().expect("the terminal is open").try_clone().unwrap())
    }

    /// From now on only commands hold the other side, and their end is the end of what is read.
    pub(crate) fn close(&mut self) {
        self.theirs = None;
    }

    /// Reads until these words are there; false where everything ended without them.
    pub(crate) fn shows(&mut self, words: &str) -> bool {
        loop {
            if String::from_utf8_lossy(&self.seen).contains(words) {
                return true;
            }
            if !self.more() {
                return false;
            }
        }
    }

    /// Everything that was ever written.
    pub(crate) fn bytes(mut self) -> Vec<u8> {
        self.close();
        while self.more() {}
        self.seen
    }

    /// What stands on the screen after all of it.
    pub(crate) fn screen(self) -> String {
        let columns = self.columns;
        let mut screen = vt100::Parser::new(size(ROWS), size(columns), 0);
        screen.process(&self.bytes());
        screen.screen().contents()
    }

    fn more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let patience = Timespec { tv_sec: PATIENCE, tv_nsec: 0 };
        let wait = poll(&mut [PollFd::new(&self.ours, PollFlags::IN)], Some(&patience)).unwrap();
        assert!(wait > 0, "nothing happened for {PATIENCE} s: {:?}", String::from_utf8_lossy(&self.seen));
        // Linux ends a terminal that nobody holds with EIO.
        match self.ours.read(&mut buffer) {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.seen.extend_from_slice(&buffer[..length]);
                true
            }
        }
    }
}

impl Session {
    /// Runs the binary in a terminal.
    pub(crate) fn run_in_terminal(&self, line: &str, columns: u16) -> Shown {
        let mut terminal = Terminal::of(columns);
        let mut command = self.command(&line.split_whitespace().collect::<Vec<_>>());
        let mut child = command.stdout(terminal.stdio()).stderr(terminal.stdio()).spawn().unwrap();
        drop(command);
        terminal.close();
        let text = String::from_utf8(terminal.bytes()).unwrap();
        let code = child.wait().unwrap().code().unwrap_or(-1);
        Shown { code, lines: plain(&text).lines().map(str::to_owned).collect() }
    }
}

impl Shown {
    /// Panics with everything that was shown unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.lines.join("\n"));
        self
    }
}

fn size(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a terminal has rows and columns")
}

/// Without the codes of colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('m').expect("only colours are set");
        assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';'), "{code:?}");
        out.push_str(rest);
    }
    out.replace("\r\n", "\n")
}
