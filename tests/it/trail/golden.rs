//! The frozen trail of version 1: it must verify for ever.

use std::fs;
use std::path::{Path, PathBuf};

use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::envelope;
use evalsig::trail::time_stamp::Authorities;
use evalsig::trail::{Appended, Placement, PublicKey, Question, Trust, verify};

use crate::support::authority::Authority;

use super::{Decision, Files, ask_dir, envelopes, gather, spread};

/// SHA-256 of the newest entry, written down when the trail was made.
const HEAD: &str = "e73b8e9351833b1bd6f924ca21f47ed3ca87043fc1f8fd3355e2cf694c84855e";

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/trail_v1")
}

/// The trail alone, without what the repository says about it.
pub fn files() -> Files {
    let mut files = gather(&folder());
    files.remove("README.md");
    files
}

#[test]
fn the_frozen_trail_is_intact() {
    let head: Digest = HEAD.parse().unwrap();
    let question = Question { anchors: vec![head.into()], require_anchor: true, ..Question::default() };
    let answer = verify(&TrailDir::at(folder()), &question).unwrap();
    assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
    assert_eq!((answer.head, answer.anchored_to()), (Some((6, head)), Some(6)));
    let lines: Vec<_> = answer
        .lines
        .iter()
        .map(|line| (line.release.as_str(), line.number, line.verdict.unwrap(), line.decided_at.as_deref()))
        .collect();
    use envelope::v1::VerdictWord::{Allow, Inconclusive, Reject};
    assert_eq!(
        lines,
        [
            ("v1.0.0", 1, Allow, Some("2026-11-21T08:00:03Z")),
            ("v1.1.0", 1, Inconclusive, Some("2026-11-21T08:00:05Z")),
            ("2026-11-21_rc.1", 1, Reject, Some("2026-11-21T08:00:07Z")),
            ("v1.1.0", 2, Inconclusive, Some("2026-11-21T08:00:08Z")),
            ("v1.1.0", 3, Allow, Some("2026-11-21T08:00:09Z")),
            ("v2.0.0", 1, Reject, Some("2026-11-21T08:00:10Z")),
        ]
    );
}

#[test]
fn the_frozen_trail_can_be_extended() {
    let dir = tempfile::tempdir().unwrap();
    spread(&files(), dir.path());
    let port = TrailDir::at(dir.path());
    assert!(matches!(Decision::new("v1.1.0", 1_000).append(&port), Ok(Appended::Written(_))));
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries), (0, 7));
    let mut extended = gather(dir.path());
    extended.retain(|path, _| files().contains_key(path));
    assert_eq!(extended, files());
}

/// SHA-256 of the newest entry of the frozen trail with time stamps and signatures.
const STAMPED_HEAD: &str = "6ab9f5a18d0a0446a9153029aa6b09122272101165db123b23f93eeb478b9318";

pub fn stamped_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/trail_v1_stamped")
}

#[test]
fn frozen_time_stamps_and_signatures_hold_for_ever() {
    let read = |name: &str| fs::read(stamped_folder().join(name)).unwrap();
    let head: Digest = STAMPED_HEAD.parse().unwrap();
    let trust = Trust {
        authorities: Authorities::read(&read("tsa-ca.pem")).unwrap(),
        key: Some(PublicKey::from_pem(&read("signer.pub")).unwrap()),
        ..Trust::default()
    };
    let question = Question { anchors: vec![head.into()], trust, ..Question::default() };
    let answer = verify(&TrailDir::at(stamped_folder()), &question).unwrap();
    assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
    assert_eq!((answer.entries, answer.head), (4, Some((4, head))));
    assert_eq!(answer.stamped_to.unwrap().1.by.as_deref(), Some("CN=tsa-signer"));
    for line in &answer.lines {
        assert!(line.stamped.as_ref().unwrap().by.is_some());
        assert_eq!(line.signed[0].by.as_deref(), Some("the key"));
    }
}

/// How it came about. It refuses to do so again.
#[test]
#[ignore = "the frozen trail is made once and never again"]
fn make_the_frozen_time_stamps() {
    let folder = stamped_folder();
    assert!(!folder.exists(), "the frozen trail is never made anew");
    fs::create_dir_all(&folder).unwrap();
    let authority = Authority::new("tsa", "rsa:2048", "sha256").unwrap();
    authority.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out release.key");
    authority.openssl("pkey -in release.key -pubout -out release.pub");
    let port = TrailDir::at(&folder);
    for (release, number) in [("v1.0.0", 3), ("v1.1.0", 5), ("v1.1.0", 6), ("v1.2.0", 7)] {
        let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
        let done = Decision::new(release, number).append_stamped(&port, &mut stamp).unwrap();
        let envelope = folder.join(&done.location().path);
        authority.openssl(&format!(
            "dgst -sha256 -sign release.key -out {}.sig {}",
            envelope.display(),
            envelope.display()
        ));
    }
    fs::copy(authority.root(), folder.join("tsa-ca.pem")).unwrap();
    fs::copy(authority.path("release.pub"), folder.join("signer.pub")).unwrap();
    let head = ask_dir(&folder).head.unwrap();
    eprintln!("head {} {}", head.0, head.1);
}

/// How the frozen trail came about. It refuses to do so again.
#[test]
#[ignore = "the frozen trail is made once and never again"]
fn make_the_frozen_trail() {
    let folder = folder();
    assert!(!folder.exists(), "the frozen trail is never made anew");
    fs::create_dir_all(&folder).unwrap();
    for (release, number) in
        [("v1.0.0", 3), ("v1.1.0", 5), ("2026-11-21_rc.1", 7), ("v1.1.0", 8), ("v1.1.0", 9), ("v2.0.0", 10)]
    {
        let decision = Decision::new(release, number);
        let mut render = |placement: &Placement| {
            let mut envelope = decision.envelope(placement);
            // What a trail must carry unharmed: text beyond ASCII, floats of 17 digits, null bounds.
            envelope.inputs.candidate.path = "läufe/кандидат \"b\"\\.json".into();
            envelope.report.comparison.delta = 0.1 + 0.2;
            envelope.report.comparison.p_value = 2.225_073_858_507_201e-308;
            envelope::to_bytes(&envelope)
        };
        let bytes = render(&Placement { attempt: 1, supersedes: None }).unwrap();
        let facts = envelope::read(&bytes).unwrap();
        let port = TrailDir::at(&folder);
        envelopes::append(&port, &decision.release, &facts, &mut render, &decision.time()).unwrap();
    }
    let head = ask_dir(&folder).head.unwrap();
    eprintln!("head {} {}", head.0, head.1);
}
