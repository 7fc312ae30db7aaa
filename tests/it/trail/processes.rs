//! Many writers in many processes, and writers that are killed.
//!
//! The processes are this test binary, called for one test that does nothing unless it is told to.

use crate::tree;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use evalsig::edge::trail_dir::TrailDir;
use evalsig::trail::{Appended, FindingKind};

use super::{Decision, ask_dir};

const ROOT: &str = "EVALSIG_TEST_WRITER_ROOT";
const JOB: &str = "EVALSIG_TEST_WRITER_JOB";

/// Another process that appends: `job` is `release first count`; with count 0 it goes on for ever,
/// each time for a release of its own.
pub fn writer(root: &Path, job: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "trail::processes::a_writer_for_the_other_tests", "--nocapture"])
        .env(ROOT, root)
        .env(JOB, job)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

#[test]
fn a_writer_for_the_other_tests() {
    let (Ok(root), Ok(job)) = (std::env::var(ROOT), std::env::var(JOB)) else { return };
    let mut words = job.split(' ');
    let release = words.next().unwrap();
    let first: u64 = words.next().unwrap().parse().unwrap();
    let count: u64 = words.next().unwrap().parse().unwrap();
    let port = TrailDir::at(root);
    for number in (first..).take(if count == 0 { usize::MAX } else { count as usize }) {
        let release = if count == 0 { format!("{release}-{}", number % 50) } else { release.to_owned() };
        if let Err(error) = Decision::new(&release, number).append(&port) {
            eprintln!("{error}");
            std::process::exit(error.code.exit().code().into());
        }
    }
}

fn all_succeed(children: Vec<Child>) {
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn thirty_two_processes_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let children =
        (0..32).map(|n| writer(dir.path(), &format!("release-{n} {n} 1")).spawn().unwrap()).collect();
    all_succeed(children);
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries, answer.releases), (0, 32, 32), "{:?}", answer.findings);
    let indices: Vec<u64> = answer.lines.iter().map(|line| line.index.unwrap()).collect();
    assert_eq!(indices, (1..=32).collect::<Vec<_>>());
    eprintln!("32 processes, 32 linked entries, {} ms", start.elapsed().as_millis());
}

#[test]
fn processes_that_race_for_one_release_number_their_attempts() {
    let dir = tempfile::tempdir().unwrap();
    let children =
        (0..12).map(|n| writer(dir.path(), &format!("v1 {} 3", n * 10)).spawn().unwrap()).collect();
    all_succeed(children);
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries), (0, 36), "{:?}", answer.findings);
    let attempts: Vec<u32> = answer.lines.iter().map(|line| line.number).collect();
    assert_eq!(attempts, (1..=36).collect::<Vec<_>>());
}

#[test]
fn processes_that_race_with_the_same_decision_write_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let children = (0..12).map(|_| writer(dir.path(), "v1 7 1").spawn().unwrap()).collect();
    all_succeed(children);
    assert_eq!((ask_dir(dir.path()).exit_code(), ask_dir(dir.path()).entries), (0, 1));
}

#[test]
fn a_reader_among_writers_sees_a_whole_trail_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut children: Vec<Child> =
        (0..4).map(|n| writer(dir.path(), &format!("z-{n} {} 12", n * 1000)).spawn().unwrap()).collect();
    let (mut looks, mut last) = (0, 0);
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        let answer = ask_dir(dir.path());
        // Before the first entry there is nothing to verify.
        assert!(answer.exit_code() == 0 || answer.entries == 0, "{:?}", answer.findings);
        assert!(answer.entries >= last);
        (looks, last) = (looks + 1, answer.entries);
    }
    all_succeed(children);
    assert_eq!((ask_dir(dir.path()).exit_code(), ask_dir(dir.path()).entries), (0, 48));
    eprintln!("{looks} looks at a trail while 4 processes wrote to it");
}

#[test]
fn threads_with_a_port_each_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for n in 0..8 {
            let root = dir.path();
            scope.spawn(move || {
                for number in 0..4 {
                    let decision = Decision::new(if n % 2 == 0 { "even" } else { "odd" }, n * 10 + number);
                    assert!(matches!(decision.append(&TrailDir::at(root)), Ok(Appended::Written(_))));
                }
            });
        }
    });
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries, answer.releases), (0, 32, 2), "{:?}", answer.findings);
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_trail() {
    if !tree::slow_tests("trail::processes::a_kill_at_any_moment_leaves_a_whole_trail") {
        return;
    }
    let kills: u64 = std::env::var("EVALSIG_TEST_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let dir = tempfile::tempdir().unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut leftovers, mut before) = (0, 0);
    for round in 0..kills {
        // Two at work, one of them killed: the other must not notice.
        let mut victim = writer(dir.path(), &format!("kill {} 0", round * 100_000)).spawn().unwrap();
        let mut other = writer(dir.path(), &format!("other-{round} {} 2", round * 100_000)).spawn().unwrap();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_micros(2_000 + random % 60_000));
        victim.kill().unwrap();
        victim.wait().unwrap();
        leftovers += u64::from(dir.path().join("audit/.staging").exists());
        assert!(other.wait().unwrap().success());
        let answer = ask_dir(dir.path());
        assert_eq!(answer.exit_code(), 0, "kill {round}: {:?}", answer.findings);
        assert!(answer.entries >= before + 2, "kill {round}");
        before = answer.entries;
    }
    let port = TrailDir::at(dir.path());
    assert!(matches!(Decision::new("after", 1).append(&port), Ok(Appended::Written(_))));
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries), (0, before + 1));
    assert!(answer.findings.iter().all(|finding| finding.kind != FindingKind::Leftover));
    eprintln!("{kills} kills, {before} entries, staging seen after {leftovers} of them");
}
