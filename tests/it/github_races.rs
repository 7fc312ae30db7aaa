//! Many release decisions at once, GitHub at its worst, and jobs killed at any moment.
//!
//! `EVALSIG_SOAK=1` runs every part at its full size: 64 jobs under each plan of faults.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::github::{AUDIT, judged};
use crate::support::Job;
use crate::support::github::Github;

fn soak() -> bool {
    std::env::var_os("EVALSIG_SOAK").is_some()
}

/// A release decision with a deadline of its own.
fn job(github: &Github, release: &str, deadline: u32) -> Job {
    let deadline = deadline.to_string();
    Job::on(
        github,
        &[
            ("min-delta", "0.01"),
            ("release-id", release),
            ("check-name", "evalsig / qa"),
            ("deadline", &deadline),
        ],
    )
}

fn start(job: &Job) -> Child {
    job.session.write("output", "");
    job.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs all at once; gives their exit codes and logs.
fn at_once(jobs: &[Job]) -> Vec<(i32, String)> {
    let children: Vec<Child> = jobs.iter().map(start).collect();
    children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
        })
        .collect()
}

/// Every release has one whole check, one envelope, and its place in one line of commits.
#[track_caller]
fn all_recorded(github: &Github, releases: usize) {
    let report = judged(github);
    assert_eq!(report["entries"], releases);
    let log = github.log(AUDIT);
    assert_eq!(log.len(), releases, "one commit an entry");
    assert!(log.windows(2).all(|pair| pair[0].parents == [pair[1].oid.clone()]), "one line of commits");
    let checks = github.checks();
    assert_eq!(checks.len(), releases, "no check twice");
    for check in checks {
        assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("success")));
    }
    let changed = github.git(&["log", "--diff-filter=MDRT", "--format=%H", AUDIT, "--", "audit"]);
    assert_eq!(changed.stdout, "", "no commit changed or removed a file of the trail");
}

#[test]
fn sixty_four_decisions_at_once_make_one_chain() {
    let Some(github) = Github::start() else { return };
    let jobs: Vec<Job> = (0..64).map(|n| job(&github, &format!("r{n}"), 600)).collect();
    let begun = Instant::now();
    for (code, log) in at_once(&jobs) {
        assert_eq!(code, 0, "{log}");
    }
    eprintln!(
        "64 jobs at once: {:.0} s, {} requests",
        begun.elapsed().as_secs_f64(),
        github.requests().len()
    );
    all_recorded(&github, 64);
}

#[test]
fn jobs_killed_at_any_moment_lose_nothing_when_they_run_again() {
    let Some(github) = Github::start() else { return };
    let rounds = if soak() { 200 } else { 12 };
    // A fixed spread over the time that a job takes.
    let whole = {
        let begun = Instant::now();
        let ended = at_once(&[job(&github, "warm", 60)]);
        assert_eq!(ended[0].0, 0, "{}", ended[0].1);
        begun.elapsed()
    };
    let mut killed = 0;
    for round in 0..rounds {
        let one = job(&github, &format!("k{round}"), 60);
        let mut child = start(&one);
        std::thread::sleep(whole.mul_f64(f64::from(round) / f64::from(rounds)));
        if child.try_wait().unwrap().is_none() {
            killed += 1;
        }
        let _ = child.kill();
        let _ = child.wait();
        let ended = at_once(&[one]);
        assert_eq!(ended[0].0, 0, "{}", ended[0].1);
    }
    eprintln!("{killed} of {rounds} were killed while they ran");
    all_recorded(&github, usize::try_from(rounds).unwrap() + 1);
}
