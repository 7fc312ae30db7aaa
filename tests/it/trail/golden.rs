//! The frozen trail of version 1: it must verify for ever.

use std::fs;
use std::path::{Path, PathBuf};

use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::envelope;
use evalsig::trail::{self, Appended, Placement, Question, verify};

use super::{Decision, Files, ask_dir, gather, spread};

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
        .map(|line| (line.release.as_str(), line.attempt, line.verdict.unwrap(), line.decided_at.as_deref()))
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
        let fingerprint = envelope::read(&bytes).unwrap().fingerprint;
        let port = TrailDir::at(&folder);
        trail::append(&port, &decision.release, &fingerprint, &mut render, &decision.time()).unwrap();
    }
    let head = ask_dir(&folder).head.unwrap();
    eprintln!("head {} {}", head.0, head.1);
}
