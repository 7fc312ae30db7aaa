//! Time stamps: what an authority signed is believed for what it is, and nothing else.

use crate::tree;
use std::cell::RefCell;

use evalsig::domain::Diagnostic;
use evalsig::trail::time_stamp::Authorities;
use evalsig::trail::{FindingKind, Question, Severity, Trust, Verification, verify};

use super::{Decision, Files, MemoryTrail, breaks};
use crate::support::authority::Authority;
use crate::support::github::Github;
use crate::support::{Job, Session};

/// Three entries, each stamped.
fn stamped(authority: &Authority) -> Files {
    let trail = MemoryTrail::default();
    let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
    for (release, number) in [("v1", 1), ("v2", 2), ("v2", 3)] {
        Decision::new(release, number).append_stamped(&trail, &mut stamp).unwrap();
    }
    trail.files.into_inner()
}

fn ask(files: &Files, trusted: &[&Authority]) -> Verification {
    let pem: Vec<u8> = trusted.iter().flat_map(|one| std::fs::read(one.root()).unwrap()).collect();
    let authorities = if pem.is_empty() { Authorities::default() } else { Authorities::read(&pem).unwrap() };
    let question = Question { trust: Trust { authorities, ..Trust::default() }, ..Question::default() };
    verify(&MemoryTrail::of(files.clone()), &question).unwrap()
}

fn kinds(answer: &Verification, weight: Severity) -> Vec<FindingKind> {
    answer.findings.iter().filter(|finding| finding.severity == weight).map(|finding| finding.kind).collect()
}

const FIRST: &str = "audit/v1/entry.tsr";
const SECOND: &str = "audit/v2/entry.tsr";

#[test]
fn an_authority_that_is_trusted_anchors_the_chain_in_time() {
    for (key, digest) in
        [("rsa:2048", "sha256"), ("ec:P-256", "sha256"), ("ec:P-384", "sha384"), ("rsa:3072", "sha512")]
    {
        let Some(authority) = Authority::new("tsa", key, digest) else { return };
        let files = stamped(&authority);
        assert_eq!(files.keys().filter(|path| path.ends_with("/entry.tsr")).count(), 3);

        let answer = ask(&files, &[&authority]);
        assert_eq!(breaks(&answer), [], "{key}");
        assert_eq!((answer.anchored(), answer.anchored_to()), (true, Some(3)), "{key}");
        let (index, last) = answer.stamped_to.clone().unwrap();
        assert_eq!((index, last.by.as_deref()), (3, Some("CN=tsa-signer")), "{key}");
        assert!(answer.lines.iter().all(|line| line.stamped.as_ref().unwrap().by.is_some()));

        // The tool that every auditor has says the same.
        for folder in ["v1", "v2", "v2/attempts/002"] {
            for name in ["entry.json", "entry.tsr"] {
                std::fs::write(authority.path(name), &files[&format!("audit/{folder}/{name}")]).unwrap();
            }
            authority.openssl("ts -verify -data entry.json -in entry.tsr -CAfile root.pem");
        }

        // Without somebody to trust it is a note, and no anchor.
        let answer = ask(&files, &[]);
        assert_eq!((answer.exit_code(), answer.anchored()), (0, false));
        assert_eq!(
            kinds(&answer, Severity::Note).iter().filter(|kind| **kind == FindingKind::TimeStamp).count(),
            3
        );
    }
}

#[test]
fn a_token_of_somebody_else_is_worth_nothing() {
    let Some(ours) = Authority::new("ours", "ec:P-256", "sha256") else { return };
    let theirs = Authority::new("theirs", "ec:P-256", "sha256").unwrap();
    let files = stamped(&theirs);
    let answer = ask(&files, &[&ours]);
    assert_eq!(breaks(&answer).len(), 3);
    assert_eq!(breaks(&answer)[0], (FindingKind::TimeStampWrong, FIRST.into()));
    assert!(answer.findings[0].found.contains("CN=theirs-signer"), "{}", answer.findings[0].found);
    assert_eq!((answer.anchored(), answer.lines[0].ok), (false, false));
    // Both may be trusted.
    assert_eq!(ask(&files, &[&ours, &theirs]).exit_code(), 0);

    // A signer whose certificate only looks like the trusted one: same names, other keys.
    let twin = Authority::new("ours", "ec:P-256", "sha256").unwrap();
    assert_eq!(breaks(&ask(&stamped(&twin), &[&ours])).len(), 3);
}

#[test]
fn a_token_belongs_to_its_entry() {
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    let files = stamped(&authority);
    // Exchanged, duplicated, removed, emptied: with and without a trusted authority.
    for trusted in [&[&authority][..], &[]] {
        let mut swapped = files.clone();
        swapped.insert(FIRST.into(), files[SECOND].clone());
        swapped.insert(SECOND.into(), files[FIRST].clone());
        assert_eq!(
            breaks(&ask(&swapped, trusted)),
            [(FindingKind::TimeStampWrong, FIRST.into()), (FindingKind::TimeStampWrong, SECOND.into())]
        );
        let mut removed = files.clone();
        removed.remove(FIRST);
        assert_eq!(breaks(&ask(&removed, trusted)), [(FindingKind::TimeStampMissing, FIRST.into())]);
        for bytes in [&b""[..], b"0", &files["audit/v1/entry.json"]] {
            let mut other = files.clone();
            other.insert(FIRST.into(), bytes.to_vec());
            assert_eq!(breaks(&ask(&other, trusted)), [(FindingKind::TimeStampWrong, FIRST.into())]);
        }
    }
    // A trail written anew in one afternoon can be stamped anew, and says when that was.
    let mut again = files.clone();
    again.insert(FIRST.into(), authority.stamp(&files["audit/v1/entry.json"]));
    assert_eq!(ask(&again, &[&authority]).exit_code(), 0);
    // The token alone, without the answer around it, is a time stamp too.
    std::fs::write(authority.path("bare.tsr"), &files[FIRST]).unwrap();
    authority.openssl("ts -reply -config tsa.cnf -in bare.tsr -token_out -out bare");
    let mut bare = files.clone();
    bare.insert(FIRST.into(), std::fs::read(authority.path("bare")).unwrap());
    assert_eq!(breaks(&ask(&bare, &[&authority])), []);
}

#[test]
fn every_flipped_bit_of_a_token_is_found_and_named() {
    if !tree::slow_tests("trail::stamps::every_flipped_bit_of_a_token_is_found_and_named") {
        return;
    }
    for (key, digest) in [("ec:P-256", "sha256"), ("rsa:2048", "sha256")] {
        let Some(authority) = Authority::new("tsa", key, digest) else { return };
        let files = stamped(&authority);
        let mut unseen = Vec::new();
        for at in 0..files[SECOND].len() {
            for bit in 0..8 {
                let mut changed = files.clone();
                changed.get_mut(SECOND).unwrap()[at] ^= 1 << bit;
                if breaks(&ask(&changed, &[&authority])) != [(FindingKind::TimeStampWrong, SECOND.into())] {
                    unseen.push((at, bit));
                }
            }
        }
        assert_eq!(unseen, [], "{key}: {} bytes", files[SECOND].len());
    }
}

#[test]
fn a_time_far_from_the_entrys_own_is_remarked() {
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    let trail = MemoryTrail::default();
    let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
    // Its clock says a day in 2027.
    Decision::new("v1", 9_000_000).append_stamped(&trail, &mut stamp).unwrap();
    let answer = ask(&trail.files.into_inner(), &[&authority]);
    assert_eq!(answer.exit_code(), 0);
    assert!(kinds(&answer, Severity::Note).contains(&FindingKind::TimeStampApart), "{:?}", answer.findings);
}

#[test]
fn a_race_that_was_lost_has_the_new_entry_stamped() {
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    let trail = MemoryTrail::default();
    *trail.intruder.borrow_mut() =
        Some(Box::new(|trail| drop(Decision::new("other", 7).append(trail).unwrap())));
    let seen = RefCell::new(Vec::new());
    let mut stamp = |entry: &[u8]| {
        seen.borrow_mut().push(entry.to_vec());
        Ok(Some(authority.stamp(entry)))
    };
    let done = Decision::new("v1", 1).append_stamped(&trail, &mut stamp).unwrap();
    assert_eq!(done.location().stamp().as_deref(), Some(FIRST));
    assert_eq!(seen.borrow().len(), 2);
    assert_eq!(breaks(&ask(&trail.files.borrow(), &[&authority])), []);
    // Without the stamp that is required nothing is written.
    let before = trail.files.borrow().clone();
    let mut refused =
        |_: &[u8]| -> Result<_, Diagnostic> { Err(evalsig::domain::Code::TimeStampRefused.at("x")) };
    assert!(Decision::new("v9", 1).append_stamped(&trail, &mut refused).is_err());
    assert_eq!(*trail.files.borrow(), before);
}

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0";

#[test]
fn a_gate_has_its_entry_stamped_and_verify_believes_whom_it_is_told_to() {
    let Some(authority) = Authority::new("tsa", "rsa:2048", "sha256") else { return };
    let server =
        authority.serve(|number, answer| if number == 0 { (503, b"later".to_vec()) } else { (200, answer) });
    let session = Session::with_examples();
    let gate = format!("{GATE} --release-id v1 --timestamp-url {}", server.url);
    let ran = session.run(&gate).exits(0);
    assert!(ran.stderr.contains("time stamp audit/v1/entry.tsr"), "{}", ran.stderr);
    assert_eq!(server.asked(), 2, "a passing fault is met by asking again");
    let envelope: serde_json::Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    assert_eq!(envelope["time_stamp"]["policy"], "required");
    assert_eq!(envelope["time_stamp"]["url"], server.url.as_str());
    crate::support::assert_valid_envelope(&session.read("audit/v1/audit.json"));
    // The same decision again asks nobody.
    session.run(&gate).exits(0);
    assert_eq!(server.asked(), 2);

    let root = authority.root();
    let ca = root.to_str().unwrap();
    let told = session.run(&format!("verify --require-anchor --tsa-ca {ca}")).exits(0).stdout;
    assert!(told.contains("TIME STAMPS: 1 of 1 entry; entry 1 and all before it existed by 20"), "{told}");
    assert!(told.contains("says CN=tsa-signer."), "{told}");
    authority.openssl("x509 -in root.pem -outform der -out root.der");
    let der = authority.path("root.der");
    session.run(&format!("verify --require-anchor --tsa-ca {}", der.display())).exits(0);
    let json = session.run(&format!("verify --tsa-ca {ca} --output json")).exits(0).json();
    assert_eq!((&json["anchored"], &json["anchored_to"]), (&true.into(), &1.into()));
    assert_eq!(json["lines"][0]["time_stamp"]["by"], "CN=tsa-signer");
    // One envelope, with what lies beside it.
    let told =
        session.run(&format!("verify audit/v1/audit.json --require-anchor --tsa-ca {ca}")).exits(0).stdout;
    assert!(told.contains("entry 1 existed by"), "{told}");
    std::fs::remove_file(session.path("audit/v1/entry.tsr")).unwrap();
    for path in ["", "audit/v1/audit.json"] {
        assert!(session.run(&format!("verify {path}")).exits(1).stdout.contains("time-stamp-missing"));
    }
}

#[test]
fn an_authority_that_fails_stops_the_gate_or_is_remarked() {
    if !tree::slow_tests("trail::stamps::an_authority_that_fails_stops_the_gate_or_is_remarked") {
        return;
    }
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    type Upset = fn(usize, Vec<u8>) -> (u16, Vec<u8>);
    let other = authority.stamp(b"something else");
    let faults: [(&str, Upset, usize); 4] = [
        ("500", |_, _| (500, Vec::new()), 3),
        ("403", |_, _| (403, Vec::new()), 1),
        ("no time stamp", |_, _| (200, b"<html>please log in</html>".to_vec()), 1),
        ("no time stamp", |_, answer| (200, answer[..answer.len() / 2].to_vec()), 1),
    ];
    for (why, upset, asked) in faults {
        let server = authority.serve(upset);
        let session = Session::with_examples();
        let gate = format!("{GATE} --release-id v1 --timestamp-url {}", server.url);
        let ran = session.run(&gate).exits(75);
        assert!(ran.stderr.contains("[time-stamp-refused]") && ran.stderr.contains(why), "{}", ran.stderr);
        assert_eq!(server.asked(), asked, "{why}");
        assert!(!session.has("audit/v1"), "nothing is half-written");
        let ran = session.run(&format!("{gate} --timestamp best-effort")).exits(0);
        assert!(ran.stderr.contains("no time stamp: ") && ran.stderr.contains(why), "{}", ran.stderr);
        session.run("verify").exits(0);
        // What was recorded without one does not get one later, and says so.
        let ran = session.run(&gate).exits(73);
        assert!(ran.stderr.contains("without a time stamp"), "{}", ran.stderr);
    }
    let server = authority.serve(move |_, _| (200, other.clone()));
    let session = Session::with_examples();
    let gate = format!("{GATE} --release-id v1 --timestamp-url {}", server.url);
    assert!(session.run(&gate).exits(75).stderr.contains("the nonce differs"));
    // Nobody there at all.
    let gone = format!("{GATE} --release-id v1 --timestamp-url http://127.0.0.1:1/");
    assert!(session.run(&gone).exits(75).stderr.contains("gave no answer"));
    assert!(session.run(&format!("{gone} --timestamp off")).exits(0).stderr.contains("appended"));
}

#[test]
fn what_is_asked_for_wrongly_is_refused() {
    let session = Session::with_examples();
    for (flags, what) in [
        ("--release-id v1 --timestamp-url https://me:secret@tsa.example", "no user name"),
        ("--release-id v1 --timestamp-url tsa.example", "expected http://"),
        ("--release-id v1 --timestamp-url https://tsa.example --timestamp maybe", "best-effort"),
        ("--timestamp-url https://tsa.example", "--release-id"),
    ] {
        let ran = session.run(&format!("{GATE} {flags}")).exits(64);
        assert!(ran.stderr.contains(what), "{flags}: {}", ran.stderr);
    }
    session.run(&format!("{GATE} --release-id v1")).exits(0);
    session
        .write("empty.pem", "")
        .write("other.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for flag in ["--tsa-ca", "--key", "--trusted-root"] {
        for file in ["empty.pem", "other.pem", "missing.pem", "."] {
            let ran = session.run(&format!("verify {flag} {file}")).exits(65);
            assert!(ran.stderr.contains(file), "{}", ran.stderr);
        }
    }
    session.run("verify --identity me --issuer https://x").exits(64);
}

#[test]
fn on_a_branch_the_time_stamp_is_part_of_the_same_commit() {
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    let server = authority.serve(|_, answer| (200, answer));
    let Some(github) = Github::start() else { return };
    for release in ["v1", "v2"] {
        let inputs = [("release-id", release), ("min-delta", "0"), ("timestamp-url", &server.url)];
        let ran = Job::on(&github, &inputs).run().exits(0);
        assert!(ran.stdout.contains(&format!("time stamp audit/{release}/entry.tsr")), "{}", ran.stdout);
    }
    let log = github.log("evalsig-audit");
    assert_eq!(log.len(), 2);
    let shown = github.git(&["show", "--name-only", "--format=", &log[0].oid]).exits(0).stdout;
    assert_eq!(shown.lines().count(), 3, "{shown}");
    let folder = tempfile::tempdir().unwrap();
    github.checkout("evalsig-audit", folder.path());
    let root = authority.root();
    let ran = Session::new().run(&format!("verify {} --tsa-ca {}", folder.path().display(), root.display()));
    assert!(ran.exits(0).stdout.contains("TIME STAMPS: 2 of 2 entries"));
}
