//! One run for each call and error, and one kill before each call.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::calls::Call;
use super::scenario::{Found, Rehearsed, Scenario, copy, names};
use super::tracer::{self, Fault};
use crate::support::Session;

/// How many runs at once.
const THREADS: usize = 4;
/// Faults of one scenario in the everyday run.
pub(super) const SAMPLE: usize = 5;

/// The errors that a call may meet.
pub(super) fn errors(call: &Call) -> &'static [&'static str] {
    match call.name.as_str() {
        "open" | "creat" | "openat" | "openat2" if creates(call) => {
            &["ENOSPC", "EIO", "EACCES", "EROFS", "EINTR"]
        }
        "open" | "openat" | "openat2" => &["EIO", "EACCES", "EINTR"],
        "mkdir" | "mkdirat" | "rename" | "renameat" | "renameat2" | "link" | "linkat" | "symlink"
        | "symlinkat" => &["ENOSPC", "EIO", "EACCES", "EROFS", "EINTR"],
        "write" | "pwrite64" | "writev" | "pwritev" | "ftruncate" | "truncate" | "fallocate"
        | "copy_file_range" | "sendfile" | "splice" => &["ENOSPC", "EIO", "EINTR"],
        "fsync" | "fdatasync" => &["ENOSPC", "EIO", "EROFS", "EINTR"],
        "flock" => &["EIO", "ENOLCK", "EINTR"],
        "unlink" | "unlinkat" | "rmdir" => &["EIO", "EACCES", "EROFS", "EINTR"],
        "chmod" | "fchmod" | "fchmodat" | "chown" | "lchown" | "fchown" | "fchownat" => {
            &["EIO", "EACCES", "EROFS", "EINTR"]
        }
        _ => &[],
    }
}

fn creates(call: &Call) -> bool {
    ["O_CREAT", "O_WRONLY", "O_RDWR"].iter().any(|flag| call.says(flag)) || call.name == "creat"
}

/// The calls of a run that can lose something: those that change what this folder holds, and those that open
/// what is then flushed or locked.
pub(super) fn worth_failing<'c>(calls: &'c [Call], folder: &Path) -> Vec<&'c Call> {
    let held: Vec<_> =
        calls.iter().filter(|call| matches!(call.name.as_str(), "fsync" | "fdatasync" | "flock")).collect();
    // Programs that the command calls have processes of their own.
    let process = calls.first().map(|call| call.thread);
    calls
        .iter()
        .filter(|call| Some(call.thread) == process)
        .filter(|call| call.within(folder) && call.succeeded() && !errors(call).is_empty())
        .filter(|call| {
            let opens = matches!(call.name.as_str(), "open" | "openat" | "openat2") && !creates(call);
            !opens
                || (!call.says("O_DIRECTORY")
                    && held.iter().any(|held| held.paths.first() == call.opened.as_ref()))
        })
        .collect()
}

/// Every fault of a run, of which the everyday run takes some.
pub(super) fn faults(calls: &[Call], folder: &Path) -> Vec<Fault> {
    let mut all = Vec::new();
    let worth = worth_failing(calls, folder);
    let end = calls.iter().rev().find(|call| call.name == "exit_group");
    for call in worth.iter().copied().chain(end) {
        let fault = |error| Fault { name: call.name.clone(), nth: call.nth, error };
        all.push(fault(None));
        all.extend(errors(call).iter().map(|error| fault(Some(error))));
    }
    let step = if crate::tree::in_full() { 1 } else { all.len().div_ceil(SAMPLE) };
    all.into_iter().step_by(step.max(1)).collect()
}

/// What came of the faults of a scenario.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: Mutex<BTreeMap<&'static str, usize>>,
    findings: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Tally {
    pub(super) fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    pub(super) fn find(&self, what: String, fault: String) {
        self.findings.lock().unwrap().entry(what).or_default().push(fault);
    }

    /// Prints the counts, and fails with what was found.
    #[track_caller]
    pub(super) fn close(&self, name: &str) {
        eprintln!("{name}: {:?}", self.counts.lock().unwrap());
        let findings = self.findings.lock().unwrap();
        let shown: Vec<String> = findings
            .iter()
            .map(|(what, faults)| format!("{} times: {what}\n    {}", faults.len(), faults.join("\n    ")))
            .collect();
        assert!(shown.is_empty(), "{name}: {} findings\n{}", shown.len(), shown.join("\n"));
    }
}

/// Does something for each of these, several at once.
pub(super) fn for_each<T: Sync>(all: &[T], act: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(all.len()) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    act(one);
                }
            });
        }
    });
}

/// Lets every call of a scenario fail, or some of them in the everyday run.
#[track_caller]
pub(super) fn every_fault(scenario: &Scenario) {
    if !tracer::can_trace_or_say() {
        return;
    }
    let rehearsed = scenario.rehearse();
    let session = copy(&rehearsed.template);
    let folder = session.path("").canonicalize().unwrap();
    let clean = tracer::run(&session.command(&words(scenario)), &folder, None, false);
    assert_eq!(clean.output.status.code(), Some(scenario.exit), "{:?}", clean.output);
    let faults = faults(&clean.calls, &folder);
    assert!(faults.len() >= 3, "{}: {:#?}", scenario.name, clean.calls);
    let tally = Tally::default();
    tally.counts.lock().unwrap().insert("calls", worth_failing(&clean.calls, &folder).len());
    for_each(&faults, |fault| {
        let session = copy(&rehearsed.template);
        let folder = session.path("").canonicalize().unwrap();
        let traced = tracer::run(&session.command(&words(scenario)), &folder, Some(fault), false);
        let hit = hit(&traced.calls, fault, &folder);
        let place = hit.map_or_else(String::new, |call| {
            let paths = call
                .paths
                .iter()
                .map(|path| path.strip_prefix(&folder).unwrap_or(path).display().to_string());
            paths.collect::<Vec<_>>().join(" -> ")
        });
        let label = format!("{} {} {} {place}", fault.name, fault.nth, fault.error.unwrap_or("SIGKILL"));
        if let Err(what) = judge(&rehearsed, &session, (fault, hit, &folder), &traced.output, &tally) {
            tally.find(what, label);
        }
    });
    tally.counts.lock().unwrap().insert("states", rehearsed.states());
    tally.close(scenario.name);
}

pub(super) fn words(scenario: &Scenario) -> Vec<&'static str> {
    scenario.line.split_whitespace().collect()
}

/// The call that the fault struck.
pub(super) fn hit<'c>(calls: &'c [Call], fault: &Fault, folder: &Path) -> Option<&'c Call> {
    let struck = |call: &&Call| match fault.error {
        Some(_) => call.injected,
        None => call.result.is_none() && call.name == fault.name,
    };
    calls.iter().filter(struck).find(|call| call.name == "exit_group" || call.within(folder))
}

fn judge(
    rehearsed: &Rehearsed<'_>,
    session: &Session,
    (fault, hit, folder): (&Fault, Option<&Call>, &Path),
    output: &Output,
    tally: &Tally,
) -> Found {
    let Some(hit) = hit else {
        return Err("the fault met no call of the folder: the run is another one each time".into());
    };
    let code = output.status.code();
    let said =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    if code == Some(124) {
        return Err("it goes on for ever".into());
    }
    let ended = code == Some(rehearsed.scenario.exit);
    match fault.error {
        None => {
            tally.count("kills");
            if !killed(output.status) {
                return Err(format!("was not killed: {:?}", output.status));
            }
        }
        Some(_) if ended => tally.count("errors survived"),
        Some(_) => {
            tally.count("errors reported");
            if !code.is_some_and(|code| (64..=78).contains(&code)) {
                return Err(format!("ended with {code:?}: {said}"));
            }
            let named = hit.paths.iter().any(|path| names(&said, path, folder));
            if !named {
                return Err(format!("names no place of the call: {said}"));
            }
        }
    }
    rehearsed.holds(session, ended && fault.error.is_some())
}

/// Whether a command, or what ran it, was killed.
pub(super) fn killed(status: ExitStatus) -> bool {
    status.code() == Some(137) || status.signal() == Some(9)
}
