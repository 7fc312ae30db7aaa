//! What a job keeps secret is in no message, whatever a pull request names as a run and whatever a server answers.

use std::os::unix::fs::symlink;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::json;

use crate::support::github::faults::{Fault, Kind, Match};
use crate::support::github::{Github, Setup};
use crate::support::{Job, Ran, Session, ran};

/// Stands for every secret in the files below, and is not like any word of ours.
const SECRET: &str = "kV7qZx0wTn";

/// Files that are no runs, and that somebody could take for one: by name, as they lie in repositories and homes.
fn files() -> Vec<(&'static str, String)> {
    let s = SECRET;
    vec![
        (".env", format!("AWS_SECRET_ACCESS_KEY={s}\nTOKEN={s}\n")),
        (".env.csv", format!("id,{s},b\n1,{s},x\n")),
        ("plain.txt", format!("{s},{s}\n{s},{s}\n")),
        ("semicolons.txt", format!("{s};{s};{s}\n{s};{s};{s}\n")),
        ("tabs.txt", format!("{s}\t{s}\n{s}\t{s}\n")),
        ("passwords.csv", format!("name,url,username,password\nx,y,{s},{s}\n")),
        ("id.csv", format!("id,password\n1,{s}\n")),
        ("key.pem", format!("-----BEGIN PRIVATE KEY-----\n{s}\n-----END PRIVATE KEY-----\n")),
        ("kubeconfig", format!("apiVersion: v1\nusers:\n- user: {{token: {s}}}\n")),
        (
            "kube.json",
            json!({"apiVersion": "v1", "users": [{"name": s, "user": {"token": s}}], s: 1}).to_string(),
        ),
        (".npmrc", format!("//registry.npmjs.org/:_authToken={s}\n")),
        ("npm,rc", format!("a,_authToken={s}\nb,{s}\n")),
        (".git/config", format!("[remote \"origin\"]\n\turl = https://{s}@github.com/o/r\n")),
        (
            "account.json",
            json!({"type": s, "private_key_id": s, "private_key": s, "client_email": s}).to_string(),
        ),
        ("twice.json", format!("{{\"{s}\": 1, \"{s}\": 2}}")),
        ("list.json", format!("[\"{s}\"]")),
        ("list-of-objects.json", format!("[{{\"{s}\": \"{s}\"}}]")),
        ("text.json", format!("\"{s}\"")),
        ("broken.json", format!("{{\"a\": {s}")),
        ("model.json", json!({"model_id": s, "api_key": s}).to_string()),
        ("number.json", format!("{{\"model_id\": {}, \"api_key\": \"{s}\"}}", SECRET_NUMBER)),
        ("audit.jsonl", format!("{{\"user\": \"{s}\", \"{s}\": 1}}\n{{\"user\": \"{s}\"}}\n")),
        ("ids.jsonl", format!("{{\"id\": {{\"{s}\": 1}}, \"token\": \"{s}\"}}\n{{\"id\": \"{s}\"}}\n")),
        ("bad.jsonl", format!("{{\"id\": \"{s}\", \"token\": \"{s}\"}}\n{{\"id\": {s}}}\n")),
        ("log.txt", format!("{s}\n")),
        ("binary", format!("\u{0}\u{1}{s}\u{0}")),
        ("eval.json", json!({"eval": s, "secret": s}).to_string()),
    ]
}

/// A number nobody may see.
const SECRET_NUMBER: u64 = 8_674_665_223_082_153;

#[track_caller]
fn keeps(said: &str, about: &str) {
    let forms = [SECRET.to_owned(), SECRET_NUMBER.to_string(), SECRET.to_lowercase()];
    for form in forms {
        assert!(!said.contains(&form), "{about}: {form} was shown: {said}");
    }
}

/// All that a job told anybody.
fn told(job: &Job, ran: &Ran) -> String {
    [&ran.stdout, &ran.stderr, &job.session.read("summary.md"), &job.session.read("output")]
        .map(String::as_str)
        .join("\n")
}

#[test]
fn a_file_that_is_no_run_is_never_quoted() {
    let session = Session::with_examples();
    for (name, text) in files() {
        session.write(name, &text);
        let formats = evalsig_formats();
        for format in std::iter::once("auto").chain(formats.iter().map(String::as_str)) {
            for line in [
                format!(
                    "gate --baseline runs/baseline.json --candidate {name} --min-delta 0 --format {format}"
                ),
                format!("doctor {name} --format {format}"),
            ] {
                let ran = session.run(&line);
                assert!(ran.code >= 64, "{line}: {}", ran.stdout);
                keeps(&(ran.stdout + &ran.stderr), &line);
            }
        }
        for line in [
            format!("gate --policy {name}"),
            format!("policy check {name}"),
            format!("verify {name}"),
            format!("report {name}"),
            format!("statement {name}"),
            format!(
                "watch --baseline runs/baseline.json --candidate runs/candidate.json --cluster none --state {name}"
            ),
        ] {
            let ran = session.run(&line);
            keeps(&(ran.stdout + &ran.stderr), &line);
        }
        // Not the example: a state file that is none must not be replaced.
        assert_eq!(session.read(name), text);
    }
}

fn evalsig_formats() -> Vec<String> {
    evalsig::readers::Format::ALL.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_job_is_given_by_a_link_is_never_quoted() {
    for (name, text) in files() {
        let job = Job::new(&[("min-delta", "0"), ("candidate", "candidate.json")]);
        job.session.write(name, &text);
        symlink(name, job.session.path("candidate.json")).unwrap();
        let ran = job.run();
        assert!(ran.code >= 64, "{name}: {}", ran.stdout);
        keeps(&told(&job, &ran), name);
    }
}

#[test]
fn a_job_takes_no_file_that_keeps_secrets_for_a_run() {
    let run = Session::with_examples().read("runs/candidate.json");
    for name in [".env", "prod.env", "server.pem", ".git/config", ".ssh/id_rsa", "credentials", "sub/.npmrc"]
    {
        for (candidate, linked) in [(name, false), ("candidate.json", true)] {
            let job = Job::new(&[("min-delta", "0"), ("candidate", candidate)]);
            job.session.write(name, &run);
            if linked {
                symlink(name, job.session.path(candidate)).unwrap();
            }
            let ran = job.run().exits(65);
            assert!(ran.stdout.contains("keeps secrets by its name"), "{name}: {}", ran.stdout);
        }
        // Who owns the machine may, and reads no more of it than of another run.
        let session = Session::with_examples();
        session.write(name, &run);
        let line = format!("gate --baseline runs/baseline.json --candidate {name} --min-delta 0.01");
        session.run(&line).exits(0);
        session.write(name, &run.replacen("\"score\": 1", &format!("\"score\": \"{SECRET}\""), 1));
        let ran = session.run(&line).exits(65);
        keeps(&ran.stderr, name);
        assert!(ran.stderr.contains("(not shown)"), "{}", ran.stderr);
    }
}

#[test]
fn a_run_with_a_mistake_is_quoted() {
    let session = Session::with_examples();
    for (name, text, words) in [
        (
            "a.json",
            r#"{"run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{"item_id":"q","score":"n/a"}]}"#,
            "items[0].score: is \"n/a\"",
        ),
        ("b.json", r#"{"run_id":7,"model_id":"m","items":[]}"#, "run_id: is 7"),
        ("c.jsonl", "{\"id\":\"q\",\"acc\":1}\n{\"id\":true,\"acc\":1}\n", "is true"),
        ("d.csv", "item_id,answer\nq,yes\n", "there are \"item_id\", \"answer\""),
        ("e.csv", "id,acc,f1\nq,1,0\n", "\"acc\", \"f1\""),
    ] {
        session.write(name, text);
        let ran = session.run(&format!("doctor {name}")).exits(65);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains(words), "{name}: {said}");
    }
}

/// The parts of the token's Base64 that do not depend on what stands before it.
fn encoded(token: &str) -> Vec<String> {
    let at = |before: usize| STANDARD_NO_PAD.encode([&vec![b'x'; before][..], token.as_bytes()].concat());
    (0..3).map(|before| at(before)[4..20].to_owned()).collect()
}

#[test]
fn a_server_that_repeats_the_token_repeats_it_to_nobody() {
    let requests = [
        Match::Rest("GET", "commits/*/check-runs"),
        Match::Rest("POST", "check-runs"),
        Match::Rest("PATCH", "check-runs/*"),
        Match::Rest("GET", "git/ref/*"),
        Match::Rest("POST", "git/*"),
        Match::Rest("GET", "commits/*/pulls"),
        Match::Rest("GET", "pulls/*"),
        Match::Rest("GET", "issues/*/comments"),
        Match::Rest("POST", "issues/*/comments"),
        Match::Query,
        Match::Mutation,
        Match::Any,
    ];
    let mut met = 0;
    for status in [400, 401, 403, 404, 409, 418, 422] {
        // What GitHub says of a permission, of what is absent and of what it cannot process is treated in ways of their own.
        let told_apart = [401, 403, 404, 422].contains(&status);
        for on in requests.into_iter().filter(|on| told_apart || matches!(on, Match::Any)) {
            let Some(github) = Github::with(Setup::default()) else { return };
            let head = github.head_sha().to_owned();
            let inputs =
                [("min-delta", "0.01"), ("release-id", "v1"), ("comment", "sticky"), ("deadline", "20")];
            let mut job = Job::on(&github, &inputs);
            job.event("pull_request", &crate::github::pull_request(&head, "org/app"));
            github.plan(vec![Fault::new(Kind::Echo(status)).on(on).always()]);
            let ran = job.run();
            met += github.requests().iter().filter(|request| request.fault.is_some()).count();
            let mut said = told(&job, &ran);
            github.plan(Vec::<Fault>::new());
            said.extend(github.checks().iter().map(|check| format!("{check:?}")));
            let token =
                github.environment().into_iter().find(|(name, _)| name == "INPUT_GITHUB-TOKEN").unwrap().1;
            let about = format!("{status} to {on:?}");
            assert!(!said.to_lowercase().contains(&token), "{about}: {said}");
            for part in encoded(&token) {
                assert!(!said.contains(&part), "{about}: {part} in {said}");
            }
            if ran.code >= 64 {
                assert!(
                    said.contains("[REDACTED]"),
                    "{about}: GitHub's words are shown but for the token: {said}"
                );
            }
        }
    }
    assert!(met > 30, "only {met} requests were answered so");
}

#[test]
fn what_git_says_is_shown_without_the_password_of_a_remote() {
    if crate::support::tool("git", &["--version"]).is_none() {
        return;
    }
    let session = Session::with_examples();
    session.git("init -q -b main .");
    session.git("add runs");
    session.git("commit -q -m a");
    // A clone that lacks an object, and whose remote is named with a password.
    session.git(&format!("remote add origin https://x-access-token:{SECRET}@127.0.0.1:9/o/r"));
    for object in session.files().iter().filter(|path| path.starts_with(".git/objects/")) {
        std::fs::remove_file(session.path(object)).unwrap();
    }
    for line in ["verify git:main", "history --trail git:main"] {
        let ran = session.run(line);
        assert!(ran.code >= 64 || ran.code == 2, "{line}: {}", ran.stdout);
        keeps(&(ran.stdout + &ran.stderr), line);
    }
}

#[test]
fn a_bucket_is_told_of_without_its_credentials() {
    let mut session = Session::with_examples();
    let basic = STANDARD.encode(format!("me:{SECRET}"));
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", &basic),
        ("AWS_REGION", "eu-north-1"),
        ("AWS_ENDPOINT", &format!("http://me:{SECRET}@127.0.0.1:9")),
        ("EVALSIG_STORE_DEADLINE", "1"),
    ] {
        session.set(name, value);
    }
    let line =
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --store s3://b/p";
    let ran = ran(session.command(&line.split_whitespace().collect::<Vec<_>>()).output().unwrap());
    assert!(ran.code >= 64, "{}", ran.stdout);
    let said = ran.stdout + &ran.stderr;
    keeps(&said, line);
    assert!(!said.contains(&basic), "{said}");
}
