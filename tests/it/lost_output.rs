//! A result that did not reach its reader is a failure, whatever command made it.

use std::fs::{File, OpenOptions};
use std::process::{Command, Stdio};

use crate::support::terminal::Terminal;
use crate::support::{EVALSIG, Job, Ran, Session, ran};

const PAIR: &str = "--baseline runs/baseline.json --candidate runs/candidate.json";

const POLICY: &str = "version: 1
tasks:
- {name: qa, role: no-regression, candidate: runs/candidate.json, baseline: runs/baseline.json, margin: 0.02, margin-rationale: a test}
";

/// A session in which every command below has something to say.
fn session() -> Session {
    let session = Session::with_examples();
    let gate = format!("gate {PAIR} --min-delta 0.01 --release-id v1 --store store --project p");
    session.run(&gate).exits(0);
    session.write("policy.yml", POLICY);
    session
}

/// Every command that prints a result, with the code that it ends with when the result arrives.
fn commands() -> Vec<(String, i32)> {
    let pair = |command: &str| format!("{command} {PAIR}");
    let gate = format!("gate {PAIR} --min-delta 0.01");
    vec![
        ("--help".into(), 0),
        ("gate --help".into(), 0),
        ("help store get".into(), 0),
        ("--version".into(), 0),
        ("version".into(), 0),
        (gate.clone(), 0),
        (format!("{gate} --output json"), 0),
        (format!("{gate} --output markdown"), 0),
        (format!("{gate} --output junit"), 0),
        (gate.replace("candidate.json", "candidate-worse.json"), 1),
        (pair("compare"), 0),
        (pair("compare --output json"), 0),
        ("doctor runs/baseline.json runs/candidate.json".into(), 0),
        ("mde --sd-diff 0.35 --n-pairs 2000 --one-sided".into(), 0),
        ("verify".into(), 0),
        ("verify --output json".into(), 0),
        ("report v1".into(), 0),
        ("report v1 --markdown".into(), 0),
        ("statement audit/v1/audit.json".into(), 0),
        ("history --root store --project p".into(), 0),
        ("history --root store --project p --output csv".into(), 0),
        ("store get candidate --root store --project p".into(), 0),
        ("store mirror --to mirror --root store".into(), 0),
        ("export v1 --out evidence".into(), 0),
        ("policy check policy.yml".into(), 0),
        ("policy init runs/baseline.json".into(), 0),
        ("plan lock --release-id v2 --policy policy.yml".into(), 0),
        (format!("watch {PAIR} --cluster none"), 0),
    ]
}

/// Runs a command with this standard output.
fn into(session: &Session, line: &str, stdout: impl Into<Stdio>) -> Ran {
    let args: Vec<&str> = line.split_whitespace().collect();
    ran(session
        .command(&args)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap())
}

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[track_caller]
fn is_lost(ran: &Ran, line: &str) {
    assert_eq!(ran.code, 73, "{line}: {}", ran.stderr);
    assert!(
        ran.stderr.contains("standard output: ") && ran.stderr.contains("[output-not-written]"),
        "{line}: {}",
        ran.stderr
    );
}

/// The command behind a redirection of the shell, such as `>&-`.
fn redirected(session: &Session, line: &str, redirection: &str) -> Ran {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec {EVALSIG} {line} {redirection}"));
    ran(shell.current_dir(session.path(".")).env_clear().stdin(Stdio::null()).output().unwrap())
}

#[test]
fn no_command_ends_well_when_its_result_is_lost() {
    for (line, code) in commands() {
        let session = session();
        let whole = into(&session, &line, Stdio::piped());
        assert_eq!(whole.code, code, "{line}: {}{}", whole.stdout, whole.stderr);
        assert!(!whole.stdout.is_empty(), "{line} prints nothing: it has no place here");
        let session = self::session();
        is_lost(&into(&session, &line, full()), &line);
        // An export goes where nothing is.
        let _ = std::fs::remove_dir_all(session.path("evidence"));
        is_lost(&redirected(&session, &line, ">&-"), &line);
    }
}

#[test]
fn a_descriptor_that_cannot_be_written_is_no_output() {
    let session = session();
    let readable = File::open(session.path("runs/baseline.json")).unwrap();
    is_lost(&into(&session, "version", readable), "version");
    // What somebody throws away on purpose, in whatever way, is not lost.
    let null = |read: bool| OpenOptions::new().read(read).write(true).open("/dev/null").unwrap();
    assert_eq!(into(&session, "version", null(false)).code, 0);
    assert_eq!(into(&session, "version", null(true)).code, 0);
}

#[test]
fn a_terminal_that_is_gone_is_no_output() {
    let session = session();
    let mut terminal = Terminal::of(80);
    let theirs = terminal.stdio();
    terminal.close();
    drop(terminal);
    is_lost(&into(&session, "version", theirs), "version");
}

#[test]
fn whoever_read_enough_may_go() {
    let session = session();
    for (line, code) in [
        (format!("gate {PAIR} --min-delta 0.01 --output json"), 0),
        (format!("gate {PAIR} --min-delta 0.01").replace("candidate.json", "candidate-worse.json"), 1),
        ("gate --help".to_owned(), 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let gone = into(&session, &line, writer);
        assert_eq!(
            (gone.code, gone.stderr.contains("output-not-written")),
            (code, false),
            "{line}: {}",
            gone.stderr
        );
    }
}

#[test]
fn remarks_that_are_lost_change_no_code() {
    let session = session();
    for (line, code) in [("version", 0), ("verify", 0), ("gate --baseline absent.json", 64)] {
        let args: Vec<&str> = line.split_whitespace().collect();
        let status = session.command(&args).stdout(Stdio::null()).stderr(full()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{line}");
        assert_eq!(redirected(&session, line, "2>&-").code, code, "{line}");
    }
}

#[test]
fn a_verdict_whose_log_is_lost_stands_in_the_trail() {
    let session = Session::with_examples();
    let gate = format!("gate {PAIR} --min-delta 0.01 --release-id v1");
    is_lost(&into(&session, &gate, full()), &gate);
    session.run("verify").exits(0);
    // The same again finds it.
    session.run(&gate).exits(0);
    assert!(!session.has("audit/v1/attempts"));
}

#[test]
fn a_step_of_a_job_fails_without_its_log_or_its_outputs() {
    let job = Job::new(&[("min-delta", "0.01"), ("release-id", "v1")]);
    let lost =
        ran(job.command().stdout(full()).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap());
    is_lost(&lost, "action");
    assert_eq!(job.output("verdict").as_deref(), Some("ALLOW"), "the outputs were written before the log");
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        let mut job = Job::new(&[("min-delta", "0.01"), ("release-id", "v1")]);
        job.session.set(name, "/dev/full");
        let ran = ran(job.command().output().unwrap()).exits(73);
        assert!(ran.stderr.contains(name) && ran.stderr.contains("[output-not-written]"), "{}", ran.stderr);
        assert!(ran.stdout.contains("ALLOW"), "the log says what was decided: {}", ran.stdout);
    }
}
