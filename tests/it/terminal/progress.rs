//! Long work says on standard error how far it has come, where a person watches, and leaves no trace.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use evalsig::commands::Files as _;
use evalsig::commands::progress::{Progress, Stage, Whole};
use evalsig::commands::verify::{Located, TrailLocator as _};
use evalsig::edge::{Disk, LocalTrailLocator, WatchedFiles, WatchedLocator};
use evalsig::readers::{ReadOptions, read_file};
use evalsig::trail::{Question, verify};

use crate::support::Session;
use crate::support::terminal::Terminal;

/// A command that reads a run from a pipe which gives nothing until it is told to.
struct Waiting {
    session: Session,
    child: Child,
    pipe: File,
}

impl Waiting {
    fn begin(flags: &str, stderr: Stdio, set: &[(&str, &str)]) -> Self {
        let session = Session::with_examples();
        let made = Command::new("mkfifo").arg(session.path("pipe")).status().unwrap();
        assert!(made.success());
        let line = format!("compare --baseline pipe --candidate runs/candidate.json {flags}");
        let mut command = session.command(&line.split_whitespace().collect::<Vec<_>>());
        command.env("TERM", "xterm").envs(set.iter().copied()).stdout(Stdio::piped()).stderr(stderr);
        let child = command.spawn().unwrap();
        drop(command);
        let pipe = OpenOptions::new().write(true).open(session.path("pipe")).unwrap();
        Self { session, child, pipe }
    }

    /// Gives the run, and waits for the end. What was written to standard output.
    fn end(mut self) -> String {
        self.pipe.write_all(self.session.read("runs/baseline.json").as_bytes()).unwrap();
        drop(self.pipe);
        let output = self.child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// What the same comparison prints when nothing is waited for.
fn at_once() -> String {
    Session::with_examples()
        .run("compare --baseline runs/baseline.json --candidate runs/candidate.json")
        .exits(0)
        .stdout
        .replace("runs/baseline.json", "pipe")
}

#[test]
fn a_long_run_says_what_it_does_and_then_the_result_stands_alone() {
    let mut terminal = Terminal::of(60);
    let waiting = Waiting::begin("", terminal.stdio(), &[]);
    terminal.close();
    assert!(terminal.shows("reading pipe"), "nothing was shown before it ended");
    assert_eq!(waiting.end(), at_once(), "progress never reaches standard output");
    assert_eq!(terminal.screen().trim(), "", "the line is gone");
}

#[test]
fn a_pipe_gets_not_one_byte_and_neither_does_a_terminal_where_nobody_watches() {
    let nobody: [(&str, &[(&str, &str)]); 3] =
        [("--quiet", &[]), ("", &[("CI", "true")]), ("", &[("TERM", "dumb")])];
    let silent: Vec<(Terminal, Waiting)> = nobody
        .iter()
        .map(|(flags, set)| {
            let mut terminal = Terminal::of(80);
            let waiting = Waiting::begin(flags, terminal.stdio(), set);
            terminal.close();
            (terminal, waiting)
        })
        .collect();
    let piped = Waiting::begin("", Stdio::piped(), &[]);
    // Longer than it takes on a terminal until something is shown.
    std::thread::sleep(Duration::from_millis(1600));
    piped.end();
    for (terminal, waiting) in silent {
        waiting.end();
        assert_eq!(String::from_utf8(terminal.bytes()).unwrap(), "");
    }
}

#[test]
fn short_work_shows_nothing() {
    let session = Session::with_examples();
    let mut terminal = Terminal::of(80);
    let mut command = session.command(&["doctor", "runs/baseline.json"]);
    command.env("TERM", "xterm").stdout(Stdio::null()).stderr(terminal.stdio());
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    drop(command);
    terminal.close();
    let bytes = terminal.bytes();
    assert!(child.wait().unwrap().success());
    if begun.elapsed() < Duration::from_millis(900) {
        assert_eq!(String::from_utf8(bytes).unwrap(), "");
    } else {
        crate::tree::skipped_in_ci_too("this machine is too busy to tell short work from long");
    }
}

/// Every stage, and how much of it was done.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, Whole, u64)>>>);

struct One(Told, usize);

impl Progress for Told {
    fn begin(&self, what: &str, whole: Whole) -> Box<dyn Stage> {
        let mut told = self.0.lock().unwrap();
        told.push((what.to_owned(), whole, 0));
        Box::new(One(self.clone(), told.len() - 1))
    }
}

impl Stage for One {
    fn advance(&self, by: u64) {
        self.0.0.lock().unwrap()[self.1].2 += by;
    }
}

#[test]
fn of_a_file_and_of_a_trail_it_is_told_how_much_was_read() {
    let session = Session::with_examples();
    for release in ["v1", "v2", "v3"] {
        let gate =
            "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id";
        session.run(&format!("{gate} {release}")).exits(0);
    }
    let told = Told::default();
    let progress: Arc<dyn Progress> = Arc::new(told.clone());

    let path = session.path("runs/candidate.json").display().to_string();
    let disk = Disk::default();
    let file = WatchedFiles::new(&disk, &progress).open(&path).unwrap();
    read_file(&file, None, &ReadOptions::default()).unwrap();
    let bytes = std::fs::metadata(&path).unwrap().len();
    let whole = (format!("reading {path}"), Whole::Bytes(bytes), bytes);
    assert!(told.0.lock().unwrap().contains(&whole), "{:?}", told.0.lock().unwrap());

    let located = WatchedLocator::new(&LocalTrailLocator, &progress).locate(&session.path(".")).unwrap();
    let Located::Trail(trail) = located else { panic!("no trail") };
    verify(trail.as_ref(), &Question::default()).unwrap();
    // Three envelopes, three entries, and the rules for git.
    let stages = told.0.lock().unwrap();
    let (_, whole, read) = stages.iter().find(|(what, ..)| what == "reading the trail").unwrap();
    let Whole::Of(files, "files") = whole else { panic!("{whole:?}") };
    assert!(*files >= 6 && read >= &6 && read <= files, "{stages:?}");
}
