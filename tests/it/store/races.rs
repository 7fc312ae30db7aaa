//! Many writers at once, writers that are killed, and an index that is damaged.

use crate::tree;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::{history, session, small, words};
use crate::support::python::{python, script};
use crate::support::{Session, ran};

const EVALSIG: &[&str] = &["evalsig==0.1.2"];

/// A gate in a process of its own.
fn start(session: &Session, candidate: &str) -> Child {
    let args =
        ["gate", "--baseline", "b.json", "--candidate", candidate, "--min-delta", "0", "--store", "kept"];
    session.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_hundred_processes_at_once_lose_no_record() {
    if !tree::slow_tests("store::races::a_hundred_processes_at_once_lose_no_record") {
        return;
    }
    let session = session(&[("b", 3)]);
    let children: Vec<_> = (0..100)
        .map(|n| {
            let run = format!("c{n:02}");
            session.write(&format!("{run}.json"), &small(&run, n % 8));
            let candidate = format!("{run}.json");
            start(&session, &candidate)
        })
        .collect();
    for child in children {
        let ran = ran(child.wait_with_output().unwrap());
        assert!((0..=2).contains(&ran.code), "{}", ran.stderr);
    }
    let ran = session.run("history --root kept --output json").exits(0);
    assert_eq!(ran.stderr, "", "the index knows them all");
    assert_eq!(ran.json().as_array().unwrap().len(), 101);
    let rebuilt = session.run("history --root kept --output json --rebuild").exits(0);
    assert_eq!(rebuilt.json(), ran.json(), "and says what the files say");
    assert!(!session.files().iter().any(|path| path.contains(".staging/")));
    let Some(python) = python(EVALSIG) else { return };
    let listed = script(&python, &session.path("."), "store/oracle.py", &["list", "kept", "default"]);
    assert_eq!(listed.lines().count(), 101);
}

#[test]
fn a_kill_at_any_moment_leaves_whole_runs() {
    if !tree::slow_tests("store::races::a_kill_at_any_moment_leaves_whole_runs") {
        return;
    }
    let session = session(&[("b", 3)]);
    for n in 0..60_u64 {
        let run = format!("c{n:02}");
        session.write(&format!("{run}.json"), &small(&run, 5));
        let candidate = format!("{run}.json");
        let mut child = start(&session, &candidate);
        std::thread::sleep(Duration::from_micros(700 * n));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let ran = session.run("history --root kept --output json --rebuild").exits(0);
    assert!(!ran.stderr.contains("left out"), "no file is torn: {}", ran.stderr);
    let files = session.files();
    let parquet = files.iter().filter(|path| path.ends_with(".parquet")).count();
    assert_eq!(ran.json().as_array().unwrap().len(), parquet);
    // Whoever comes next goes on, and sweeps up.
    for n in 0..60 {
        session
            .run(&format!("gate --baseline b.json --candidate c{n:02}.json --min-delta 0 --store kept"))
            .exits(2);
    }
    let lines = history(&session, "--root kept");
    assert_eq!(lines.len(), 61);
    assert!(!session.files().iter().any(|path| path.contains(".staging/")));
}

#[test]
fn an_index_that_is_cut_missing_or_foreign_heals() {
    let session = session(&[("b", 0), ("c", 7)]);
    let gate = "gate --baseline b.json --candidate c.json --min-delta 0 --store kept";
    session.run(gate).exits(0);
    let path = "kept/default/manifest.json";
    let whole = session.read(path);
    for end in [0, 1, whole.len() / 2, whole.len() - 1] {
        session.write(path, &whole[..end]);
        let ran = session.run("history --root kept --output json").exits(0);
        assert!(
            ran.stderr.contains("is damaged") && ran.stderr.contains("written anew from 2 files"),
            "{}",
            ran.stderr
        );
        assert_eq!(words(ran.json().as_array().unwrap(), "verdict"), ["-", "ALLOW"]);
        assert_eq!(session.read(path), whole, "cut at {end}");
    }
    std::fs::remove_file(session.path(path)).unwrap();
    session.run(gate).exits(0);
    assert_eq!(session.read(path), whole, "the next writer mends it as well");
    session.write(path, &whole.replace("\"version\": 1", "\"version\": 2"));
    let ran = session.run("history --root kept").exits(0);
    assert!(ran.stderr.contains("newer version and is left as it is"), "{}", ran.stderr);
    session.write("d.json", &small("d", 8));
    session.run(&gate.replace("c.json", "d.json")).exits(0);
    assert!(!session.read(path).contains("\"d\""), "a newer index is not written over");
    assert_eq!(history(&session, "--root kept").len(), 3, "and hides nothing");
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_said_and_keeps_no_half() {
    let session = session(&[("b", 0), ("c", 7)]);
    session.write("kept", "a file");
    let ran =
        session.run("gate --baseline b.json --candidate c.json --min-delta 0 --store kept --release-id v1");
    assert!(ran.exits(73).stderr.contains("[store-not-written]"));
    assert!(!session.has("audit"), "no envelope names runs that are not kept");
    std::fs::remove_file(session.path("kept")).unwrap();
    std::fs::create_dir_all(session.path("kept/default")).unwrap();
    std::os::unix::fs::symlink("/tmp", session.path("kept/default/.staging")).unwrap();
    let ran = session.run("gate --baseline b.json --candidate c.json --min-delta 0 --store kept");
    assert!(ran.exits(73).stderr.contains("is a file or a symbolic link"));
}
