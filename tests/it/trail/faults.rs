//! A writer that is killed, or meets an error, at each of its system calls in turn.
//!
//! `strace` injects the fault, so nothing in the writer is made for the test.

use crate::tree;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use evalsig::edge::trail_dir::TrailDir;
use evalsig::trail::Appended;

use super::processes::writer;
use super::{Decision, ask_dir};

/// Calls that change something, or that an error may come from.
const CALLS: &str = "?mkdir,mkdirat,openat,?openat2,write,fsync,flock,?rename,renameat,renameat2,linkat,unlinkat,statx,getdents64,read";

/// What the writer touches. `strace` counts calls on these only, so that the start of the test
/// binary is left alone.
const PATHS: [&str; 12] = [
    "",
    ".gitattributes",
    "audit",
    "audit/.staging",
    "audit/.staging/folder",
    "audit/.staging/folder/audit.json",
    "audit/.staging/folder/entry.json",
    "audit/v1",
    "audit/v1/audit.json",
    "audit/v1/entry.json",
    "audit/v1/attempts",
    "audit/v1/attempts/002",
];

/// The writer under `strace` with these options.
fn traced(root: &Path, options: &[&str]) -> Command {
    let inner = writer(root, "v1 2 1");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", &format!("trace={CALLS}")]).args(options);
    for path in PATHS {
        let path = if path.is_empty() { root.to_path_buf() } else { root.join(path) };
        command.arg("-P").arg(path);
    }
    command.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        command.env(name, value.unwrap());
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// How often the writer makes each call.
fn calls(start: &dyn Fn(&Path)) -> Option<BTreeMap<String, usize>> {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("trail");
    start(&root);
    let log = dir.path().join("log");
    if !traced(&root, &["-o", log.to_str().unwrap()]).status().is_ok_and(|status| status.success()) {
        return None;
    }
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(log).unwrap().lines() {
        if let Some((head, _)) = line.split_once('(') {
            *counts.entry(head.rsplit(' ').next().unwrap().to_owned()).or_insert(0) += 1;
        }
    }
    Some(counts)
}

#[test]
fn a_fault_at_every_system_call_leaves_a_whole_trail() {
    if !tree::slow_tests("trail::faults::a_fault_at_every_system_call_leaves_a_whole_trail") {
        return;
    }
    let fresh = |root: &Path| std::fs::create_dir(root).unwrap();
    let second = |root: &Path| drop(Decision::new("v1", 1).append(&TrailDir::at(root)).unwrap());
    let (mut faults, mut refused) = (0, 0);
    for (start, before) in [(&fresh as &dyn Fn(&Path), 0), (&second, 1)] {
        let Some(calls) = calls(start) else {
            crate::tree::skipped_in_ci_too("there is no strace here, or it may not trace");
            return;
        };
        assert!(calls.contains_key("renameat") && calls.contains_key("fsync"), "{calls:?}");
        for (name, number) in calls.iter().flat_map(|(name, count)| (1..=*count).map(move |n| (name, n))) {
            // A kill comes before the call is carried out, so reading calls leave no state of their own.
            let reads = ["statx", "getdents64", "read"].contains(&name.as_str());
            let error = if reads || name == "fsync" { "error=EIO" } else { "error=ENOSPC" };
            for fault in ["signal=SIGKILL", error].into_iter().skip(usize::from(reads)) {
                let dir = tempfile::tempdir().unwrap();
                let root = dir.path().join("trail");
                start(&root);
                let inject = format!("inject={name}:{fault}:when={number}");
                let status = traced(&root, &["-e", &inject, "-o", "/dev/null"]).status().unwrap();
                faults += 1;
                refused += u32::from(!status.success());
                let killed = fault == "signal=SIGKILL";
                assert!(!(killed && status.success()), "{inject}: was not killed");
                // An error is either of no consequence or reported as what it is.
                assert!(killed || matches!(status.code(), Some(0 | 73)), "{inject}: {status}");

                let answer = ask_dir(&root);
                let entries = answer.entries;
                assert!(entries == before || entries == before + 1, "{inject}");
                assert!(!status.success() || entries == before + 1, "{inject}: lost");
                if entries > 0 {
                    assert_eq!(answer.exit_code(), 0, "{inject}: {:?}", answer.findings);
                }
                // Whoever comes next finds the decision, or makes it; and the one after goes on.
                let port = TrailDir::at(&root);
                let again = Decision::new("v1", 2).append(&port).unwrap();
                assert_eq!(matches!(again, Appended::Exists(_)), entries == before + 1, "{inject}");
                Decision::new("v2", 3).append(&port).unwrap();
                let answer = ask_dir(&root);
                assert_eq!((answer.exit_code(), answer.entries), (0, before + 2), "{inject}");
                assert!(!root.join("audit/.staging").exists(), "{inject}");
            }
        }
    }
    eprintln!("{faults} faults, {refused} of them ended the writer; the trail was whole each time");
}
