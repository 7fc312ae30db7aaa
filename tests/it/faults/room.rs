//! No room: files that may not grow beyond a limit, so that a write is cut short in the middle, and a small disk
//! that is full after so many pages.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::inject::{SAMPLE, Tally, for_each, words};
use super::scenario::{Found, Rehearsed, Scenario, copy, copy_into, names};
use super::tracer::as_in_session;
use crate::support::{Session, tool};

/// A page of a small disk.
const PAGE: usize = 4096;

/// The signal of a file that would grow beyond the limit.
const SIGXFSZ: i32 = 25;

/// A limit for the size of a file, and what the process makes of the signal that tells of it.
#[derive(Clone, Copy, Debug)]
struct Limit {
    bytes: usize,
    /// Whether the signal is ignored; otherwise the process has its own way with it.
    ignored: bool,
}

/// Limits the size of files to every size at which a write of the scenario is cut short in another way.
#[track_caller]
pub(super) fn every_limit(scenario: &Scenario) {
    if tool("prlimit", &["--version"]).is_none() {
        return;
    }
    let rehearsed = scenario.rehearse();
    let mut sizes = BTreeSet::from([0, 1]);
    for size in &rehearsed.sizes {
        sizes.extend([size / 2, size.saturating_sub(1)]);
    }
    let limits: Vec<Limit> =
        sizes.iter().flat_map(|&bytes| [true, false].map(|ignored| Limit { bytes, ignored })).collect();
    let tally = Tally::default();
    for_each(&sampled(limits), |limit| {
        let session = copy(&rehearsed.template);
        let folder = session.path("").canonicalize().unwrap();
        let mut command = Command::new("sh");
        let trap = if limit.ignored { "trap '' XFSZ; " } else { "" };
        command.args(["-c", &format!("{trap}exec prlimit --fsize={} \"$@\"", limit.bytes), "sh"]);
        as_in_session(&mut command, &session.command(&words(scenario)), &folder);
        tally.count("limits");
        let output = command.output().unwrap();
        if let Err(what) = judge(&rehearsed, &session, &output, &tally) {
            tally.find(what, format!("{limit:?}"));
        }
    });
    tally.close(scenario.name);
}

/// Runs on a disk with so many free pages, for every number of pages up to the first that suffices.
#[track_caller]
pub(super) fn every_small_disk(scenario: &Scenario) {
    let rehearsed = scenario.rehearse();
    let tally = Tally::default();
    let all = crate::tree::in_full();
    let mut pages = 0;
    loop {
        let session = Session::new();
        let Some(_disk) = SmallDisk::at(session.path("")) else {
            crate::tree::skipped_in_ci_too("a small disk cannot be mounted here");
            return;
        };
        copy_into(&rehearsed.template.path(""), &session.path(""));
        let filler = session.path("filler");
        fill(&filler, pages);
        let output = session.command(&words(scenario)).output().unwrap();
        fs::remove_file(filler).unwrap();
        let ended = output.status.code() == Some(scenario.exit);
        tally.count("full disks");
        if let Err(what) = judge(&rehearsed, &session, &output, &tally) {
            tally.find(what, format!("{pages} pages"));
        }
        if ended {
            break;
        }
        pages += if all { 1 } else { 7 };
        assert!(pages < 200, "{output:?}");
    }
    tally.close(scenario.name);
}

fn judge(rehearsed: &Rehearsed<'_>, session: &Session, output: &Output, tally: &Tally) -> Found {
    let said =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    let ended = output.status.code() == Some(rehearsed.scenario.exit);
    match output.status.code() {
        _ if ended => tally.count("went through"),
        // What the system does to a process that neither ignores the signal nor handles it is a kill.
        None if output.status.signal() == Some(SIGXFSZ) => tally.count("killed"),
        Some(64..=78) => {
            tally.count("refused");
            let folder = PathBuf::new();
            let made = rehearsed.outcome().0.keys();
            if !made.into_iter().any(|path| path.len() > 1 && names(&said, path.as_ref(), &folder)) {
                return Err(format!("names no place: {said}"));
            }
        }
        code => return Err(format!("ended with {code:?}: {said}")),
    }
    rehearsed.holds(session, ended)
}

fn sampled<T>(all: Vec<T>) -> Vec<T> {
    let step = if crate::tree::in_full() { 1 } else { all.len().div_ceil(SAMPLE) };
    all.into_iter().step_by(step).collect()
}

/// Fills the disk but for so many pages.
fn fill(path: &std::path::Path, free: usize) {
    let mut file = File::create(path).unwrap();
    while file.write_all(&[1; PAGE]).is_ok() {}
    let whole = file.metadata().unwrap().len() / PAGE as u64;
    file.set_len(whole.checked_sub(free as u64).expect("so many pages are free") * PAGE as u64).unwrap();
}

/// A disk of 2 MiB over a folder, until it is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn at(folder: PathBuf) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&folder);
        mount.output().is_ok_and(|done| done.status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
