//! Many release decisions at once, GitHub at its worst, and jobs killed at any moment.
//!
//! `EVALSIG_SOAK=64` runs 64 jobs at once under each plan of faults, and kills 200.

use crate::tree;
use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::github::{AUDIT, judged};
use crate::support::Job;
use crate::support::github::Github;
use crate::support::github::faults::{self, Fault, Kind, Match};

/// Jobs at once under each plan of faults, where more were asked for than the usual few.
fn soak() -> Option<usize> {
    let jobs = std::env::var("EVALSIG_SOAK").ok()?;
    Some(jobs.parse().expect("EVALSIG_SOAK: how many jobs at once"))
}

/// A release decision with a deadline of its own.
fn job(github: &Github, release: &str, deadline: usize) -> Job {
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
    if !tree::slow_tests("github_races::sixty_four_decisions_at_once_make_one_chain") {
        return;
    }
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

/// What a plan leaves behind once GitHub has come to itself and every job was run again.
#[track_caller]
fn recorded_once(name: &str, github: &Github, writers: usize) {
    judged(github);
    let files = github.files(AUDIT);
    for release in 0..writers {
        let envelopes = files
            .iter()
            .filter(|f| f.starts_with(&format!("audit/r{release}/")) && f.ends_with("audit.json"));
        assert_eq!(envelopes.count(), 1, "{name}: release r{release} in {files:?}");
    }
    let changed = github.git(&["log", "--diff-filter=MDRT", "--format=%H", AUDIT, "--", "audit"]);
    assert_eq!(changed.stdout, "", "{name}: a commit changed or removed a file of the trail");
    let checks = github.checks();
    let ids: BTreeSet<&str> = checks.iter().map(|check| check.external_id.as_str()).collect();
    assert_eq!(ids.len(), checks.len(), "{name}: a check twice");
    for check in &checks {
        assert_eq!(check.status, "completed", "{name}: a check left hanging: {check:?}");
    }
}

/// Runs writers under one plan, then what failed once more without it.
fn under(name: &str, plan: faults::Plan, lasting: bool, writers: usize) {
    let Some(github) = Github::start() else { return };
    // Plans about the beginning of the branch meet a repository without it.
    if !["branch", "tree", "commit object"].iter().any(|begin| name.starts_with(begin)) {
        let ended = at_once(&[job(&github, "first", 60)]);
        assert_eq!(ended[0].0, 0, "{}", ended[0].1);
    }
    github.plan(plan);
    let patient = 60 + 10 * writers;
    let deadline = if lasting { 10 } else { patient };
    let mut jobs: Vec<Job> = (0..writers).map(|n| job(&github, &format!("r{n}"), deadline)).collect();
    let ended = at_once(&jobs);
    let codes: Vec<i32> = ended.iter().map(|(code, _)| *code).collect();
    eprintln!("{name}: {codes:?}, {} requests", github.requests().len());
    for (code, log) in &ended {
        assert!(!log.contains(github.token()), "{name}");
        if lasting {
            // Whoever gives up says whose fault it is, and fails. A commit whose answer is lost is found.
            let found = name.contains("lose their response") && *code == 0;
            assert!(found || [75, 77].contains(code), "{name}: exit {code}\n{log}");
        } else {
            assert_eq!(*code, 0, "{name}\n{log}");
        }
    }
    github.plan(vec![]);
    for job in &mut jobs {
        job.inputs(&[("deadline", &patient.to_string())]);
        job.session.set("GITHUB_RUN_ATTEMPT", "2");
    }
    for (code, log) in at_once(&jobs) {
        assert_eq!(code, 0, "{name}, run again\n{log}");
    }
    recorded_once(name, &github, writers);
}

/// Every plan, some at a time: most of their time is waiting.
fn all_under(plans: Vec<(&'static str, faults::Plan)>, lasting: bool) {
    let (writers, abreast) = soak().map_or((2, 6), |writers| (writers, 1));
    let plans = Mutex::new(plans.into_iter());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..abreast)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let next = plans.lock().unwrap().next();
                        let Some((name, plan)) = next else { break };
                        under(name, plan, lasting, writers);
                    }
                })
            })
            .collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
}

#[test]
fn faults_that_pass_cost_nothing_but_time() {
    if !tree::slow_tests("github_races::faults_that_pass_cost_nothing_but_time") {
        return;
    }
    all_under(faults::transient(), false);
}

#[test]
fn faults_that_stay_fail_the_job_and_the_next_run_repairs_it() {
    if !tree::slow_tests("github_races::faults_that_stay_fail_the_job_and_the_next_run_repairs_it") {
        return;
    }
    all_under(faults::lasting(), true);
}

#[test]
fn jobs_killed_at_any_moment_lose_nothing_when_they_run_again() {
    if !tree::slow_tests("github_races::jobs_killed_at_any_moment_lose_nothing_when_they_run_again") {
        return;
    }
    let Some(github) = Github::start() else { return };
    let rounds = if soak().is_some() { 200 } else { 12 };
    // A fixed spread over the time that a job takes.
    let whole = {
        let begun = Instant::now();
        let ended = at_once(&[job(&github, "warm", 60)]);
        assert_eq!(ended[0].0, 0, "{}", ended[0].1);
        begun.elapsed()
    };
    let mut killed = 0;
    for round in 0..rounds {
        let mut one = job(&github, &format!("k{round}"), 60);
        let mut child = start(&one);
        std::thread::sleep(whole.mul_f64(f64::from(round) / f64::from(rounds)));
        if child.try_wait().unwrap().is_none() {
            killed += 1;
        }
        let _ = child.kill();
        let _ = child.wait();
        one.session.set("GITHUB_RUN_ATTEMPT", "2");
        let ended = at_once(&[one]);
        assert_eq!(ended[0].0, 0, "{}", ended[0].1);
    }
    eprintln!("{killed} of {rounds} were killed while they ran");
    all_recorded(&github, usize::try_from(rounds).unwrap() + 1);
}

#[test]
fn a_cancelled_job_completes_its_check() {
    let Some(github) = Github::start() else { return };
    // GitHub does not answer the commit: the job waits, and is cancelled while it does.
    github.plan(vec![Fault::new(Kind::TimeoutBefore).on(Match::Rest("POST", "git/trees")).always()]);
    let one = job(&github, "v1", 600);
    let child = start(&one);
    let deadline = Instant::now() + Duration::from_secs(20);
    while github.checks().is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let log = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(75), "{log}");
    assert!(log.contains("[interrupted]"), "{log}");
    assert_eq!(one.output("exit-code").as_deref(), Some("75"));
    let check = github.checks().pop().unwrap();
    assert_eq!((check.status.as_str(), check.conclusion.as_deref()), ("completed", Some("failure")));
}
