//! The same for the action: its check is completed whatever fails, and another attempt at the job finishes.

use std::path::Path;
use std::process::Output;

use super::calls::Call;
use super::inject::{Tally, faults, for_each, hit, killed, worth_failing};
use super::scenario::names;
use super::tracer::{self, Fault};
use super::tree::is_temporary;
use crate::github::{judged, only_check};
use crate::support::Job;
use crate::support::github::Github;

const INPUTS: &[(&str, &str)] = &[
    ("min-delta", "0.01"),
    ("release-id", "v1"),
    ("check-name", "evalsig / qa"),
    ("store", "kept"),
    ("report", "out/page.html"),
    ("report-json", "out/result.json"),
    ("deadline", "60"),
];

fn job(github: &Github) -> Job {
    let job = Job::on(github, INPUTS);
    job.session.write("out/.keep", "");
    job
}

/// How far a call may be from where it was: threads wake each other by writes too, some more and some less often.
const DRIFT: [isize; 7] = [0, 0, -1, 1, -2, 2, 0];

/// Files and folders that a job leaves, without those that it was given and the names that depend on the time.
fn left(job: &Job) -> Vec<String> {
    let files = job.session.files();
    files
        .iter()
        .map(|path| if path.contains("_envelopes") { "_envelopes".into() } else { path.clone() })
        .collect()
}

#[test]
fn an_action_survives_every_fault() {
    if !tracer::can_trace_or_say() {
        return;
    }
    let Some(github) = Github::start() else { return };
    let clean = job(&github);
    let folder = clean.session.path("").canonicalize().unwrap();
    let traced = tracer::run(&clean.command(), &folder, None, false);
    assert_eq!(traced.output.status.code(), Some(0), "{:?}", traced.output);
    let whole = left(&clean);
    let faults = faults(&traced.calls, &folder);
    let tally = Tally::default();
    tally.counts.lock().unwrap().insert("calls", worth_failing(&traced.calls, &folder).len());
    for_each(&faults, |fault| {
        for drift in DRIFT {
            let nth = fault.nth.saturating_add_signed(drift).max(1);
            let fault = Fault { nth, ..fault.clone() };
            let github = Github::start().unwrap();
            let job = job(&github);
            let folder = job.session.path("").canonicalize().unwrap();
            let traced = tracer::run(&job.command(), &folder, Some(&fault), false);
            let Some(hit) = hit(&traced.calls, &fault, &folder) else { continue };
            let found = judge(&github, job, (&fault, hit, &folder), (&traced.output, &whole), &tally);
            if let Err(what) = found {
                tally.find(what, format!("{fault:?} {:?}", hit.paths));
            }
            return;
        }
        tally.count("missed");
    });
    let missed = tally.counts.lock().unwrap().get("missed").copied().unwrap_or(0);
    tally.close("action");
    assert!(missed * 10 <= faults.len(), "{missed} of {} faults met nothing", faults.len());
}

fn judge(
    github: &Github,
    mut job: Job,
    (fault, hit, folder): (&Fault, &Call, &Path),
    (output, whole): (&Output, &[String]),
    tally: &Tally,
) -> Result<(), String> {
    let said =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    let checks = github.checks();
    let conclusion = |checks: &[crate::support::github::CheckRun]| {
        checks.iter().map(|check| check.conclusion.clone().unwrap_or_default()).collect::<Vec<_>>().join(", ")
    };
    match (fault.error, output.status.code()) {
        (None, _) => {
            tally.count("kills");
            if !killed(output.status) {
                return Err(format!("was not killed: {:?}", output.status));
            }
        }
        (Some(_), Some(0)) => {
            tally.count("errors survived");
            if conclusion(&checks) != "success" {
                return Err(format!("went through with the check: {}", conclusion(&checks)));
            }
            finished(&job, whole, false)?;
        }
        (Some(_), Some(64..=78)) => {
            tally.count("errors reported");
            let runners = ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"].iter().any(|name| said.contains(name));
            if !runners && !hit.paths.iter().any(|path| names(&said, path, folder)) {
                return Err(format!("names no place of the call: {said}"));
            }
            if !runners && conclusion(&checks) != "failure" {
                return Err(format!("failed with the check: {}", conclusion(&checks)));
            }
        }
        (Some(_), code) => return Err(format!("ended with {code:?}: {said}")),
    }
    job.session.set("GITHUB_RUN_ATTEMPT", "2");
    let again = job.run();
    if again.code != 0 {
        return Err(format!("run again: exit {}: {}{}", again.code, again.stdout, again.stderr));
    }
    finished(&job, whole, true)?;
    let check = only_check(github);
    if check.conclusion.as_deref() != Some("success") {
        return Err(format!("run again, the check is {check:?}"));
    }
    match judged(github)["entries"].as_u64() {
        Some(1) => Ok(()),
        entries => Err(format!("run again, the trail holds {entries:?} entries")),
    }
}

/// Whether the job left all that it should leave, and nothing else. Right after a fault something in the making may
/// lie about.
fn finished(job: &Job, whole: &[String], clean: bool) -> Result<(), String> {
    let mut found = left(job);
    if !clean {
        found.retain(|path| !path.split('/').any(is_temporary));
    }
    if found != *whole {
        return Err(format!("left {found:?} and not {whole:?}"));
    }
    let result: serde_json::Value = serde_json::from_str(&job.session.read("out/result.json"))
        .map_err(|error| format!("out/result.json: {error}"))?;
    let envelope: serde_json::Value = serde_json::from_str(&job.session.read("evalsig-envelope.json"))
        .map_err(|error| format!("evalsig-envelope.json: {error}"))?;
    let page = job.session.read("out/page.html");
    let summary = job.session.read("summary.md");
    let told = job.output("verdict").as_deref() == Some("ALLOW")
        && job.output("entry-index").as_deref() == Some("1");
    match (result["verdict"].as_str(), envelope["verdict"].as_str()) {
        (Some("ALLOW"), Some("ALLOW"))
            if told && page.trim_end().ends_with("</html>") && summary.contains("**ALLOW**") =>
        {
            Ok(())
        }
        verdicts => Err(format!("outputs are not whole: {verdicts:?}, {:?}", job.outputs())),
    }
}
