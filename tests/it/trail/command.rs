//! `evalsig verify`, from the path that is given to the text and the exit code.

use std::fs;
use std::path::Path;

use evalsig::commands::OutputFormat;
use evalsig::commands::trust::TrustFrom;
use evalsig::commands::verify::{VerifyRequest, verify};
use evalsig::domain::{Code, Diagnostic, Digest};
use evalsig::edge::trail_dir::TrailDir;
use evalsig::edge::{Disk, LocalTrailLocator, Stores};
use evalsig::trail::{Placement, Question};
use serde_json::Value;

use super::{Decision, five, golden, spread};

fn run(path: &Path, question: Question, output: OutputFormat) -> Result<(String, u8), Diagnostic> {
    let request = VerifyRequest {
        width: evalsig::present::screen::Width::Pipe,
        path: path.to_path_buf(),
        question,
        trust: TrustFrom::default(),
        inputs: None,
        output,
    };
    let outcome = verify(
        &request,
        &LocalTrailLocator,
        &Disk::default(),
        &Stores::default(),
        &evalsig::commands::progress::Unwatched,
    )?;
    Ok((outcome.stdout, outcome.exit))
}

fn text(path: &Path) -> (String, u8) {
    run(path, Question::default(), OutputFormat::Tty).unwrap()
}

fn json(path: &Path, question: Question) -> Value {
    let (text, code) = run(path, question, OutputFormat::Json).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["exit_code"], code);
    value
}

fn anchored(sha256: Digest) -> Question {
    Question { anchors: vec![sha256.into()], ..Question::default() }
}

#[test]
fn the_whole_report_of_the_frozen_trail() {
    // Away from the repository that keeps it.
    let dir = tempfile::tempdir().unwrap();
    spread(&golden::files(), dir.path());
    let (text, code) = text(dir.path());
    assert_eq!(code, 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "ok         1  ALLOW         2026-11-21T08:00:03Z  \
             fee7a305026a18db359b2f42cd297ca7e0c569b69a5dec331c015971b2d24746  v1.0.0",
            "ok         2  INCONCLUSIVE  2026-11-21T08:00:05Z  \
             01908af3ad2c8f303d5dbb3fa207066cd6c1c2c30c0fd6415510fe31c6c5e69d  v1.1.0",
        ]
    );
    assert!(lines[3].ends_with("  v1.1.0 attempt 2"), "{text}");
    assert_eq!(
        lines[7],
        "INTACT: 6 entries of 4 releases, each as it was written and linked to the one before it."
    );
    assert!(lines[8].starts_with("Head: entry 6, SHA-256 "));
    assert!(lines[9].starts_with("NOT ANCHORED: "), "{text}");
    assert!(text.contains("Not checked:\n  - the runs behind the verdicts"), "{text}");
}

#[test]
fn the_folder_is_found_from_either_side() {
    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    assert_eq!(text(dir.path()).1, 0);
    assert_eq!(text(&dir.path().join("audit")), text(dir.path()));
    assert_eq!(text(&dir.path().join("audit/.")), text(dir.path()));
    // A release may bear the name of the folder.
    Decision::new("audit", 9).append(&TrailDir::at(dir.path())).unwrap();
    assert_eq!((text(dir.path()).1, text(&dir.path().join("audit")).1), (0, 0));
    let one = text(&dir.path().join("audit/audit/audit.json"));
    assert!(one.0.contains("one envelope"), "{}", one.0);
}

#[test]
fn where_there_is_no_trail_the_answer_is_undecided() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_path_buf(), dir.path().join("nothing"), dir.path().join("no/thing")] {
        let (text, code) = text(&path);
        assert!(code == 2 && text.contains("no-trail") && text.starts_with("UNDECIDED"), "{text}");
    }
    fs::create_dir(dir.path().join("audit")).unwrap();
    let (text, code) = text(dir.path());
    assert!(code == 2 && text.contains("nothing-to-verify"), "{text}");
}

#[test]
fn a_break_is_said_with_file_expectation_and_finding() {
    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    let path = dir.path().join("audit/rc-1/audit.json");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[700] ^= 1;
    fs::write(&path, &bad).unwrap();
    let (text, code) = text(dir.path());
    assert_eq!(code, 1);
    assert!(text.contains("BROKEN     4  ?             ?                     "), "{text}");
    assert!(text.contains("BROKEN: 5 entries of 3 releases; 1 finding, the first break first."), "{text}");
    let expected = format!(
        "broken envelope-changed: The bytes of an envelope are not those that its entry names.\n  \
         audit/rc-1/audit.json\n    expected  SHA-256 {}, {} bytes\n    found     SHA-256 {}, {} bytes\n",
        Digest::of(&good),
        good.len(),
        Digest::of(&bad),
        bad.len()
    );
    assert!(text.contains(&expected), "{text}");
    // No head is offered for keeping when it stands on a broken chain.
    assert!(!text.contains("Head:") && text.contains("NOT ANCHORED"), "{text}");

    let value = json(dir.path(), Question::default());
    assert_eq!(value["result"], "broken");
    assert_eq!(value["findings"][0]["kind"], "envelope-changed");
    assert_eq!(value["findings"][0]["path"], "audit/rc-1/audit.json");
    assert_eq!(value["lines"][3]["ok"], false);
    assert_eq!(value["lines"][3]["verdict"], Value::Null);
}

#[test]
fn anchors_say_what_they_hold() {
    let dir = tempfile::tempdir().unwrap();
    let files = five();
    spread(&files, dir.path());
    let entry = Digest::of(&files["audit/rc-1/entry.json"]);
    let (text, code) = run(dir.path(), anchored(entry), OutputFormat::Tty).unwrap();
    assert_eq!(code, 0);
    assert!(
        text.contains(&format!("ANCHORED: {entry} is entry 4 (audit/rc-1/entry.json): it and all")),
        "{text}"
    );
    assert!(text.contains("Entries after 4 are not anchored"), "{text}");
    assert!(!text.contains("NOT ANCHORED"), "{text}");

    let envelope = Digest::of(&files["audit/rc-1/audit.json"]);
    let (text, _) = run(dir.path(), anchored(envelope), OutputFormat::Tty).unwrap();
    assert!(text.contains("is the envelope audit/rc-1/audit.json; this says nothing"), "{text}");

    let strange = Digest::of(b"strange");
    let (text, code) = run(dir.path(), anchored(strange), OutputFormat::Tty).unwrap();
    assert!(code == 1 && text.contains("NOT FOUND") && text.contains("broken anchor-missing"), "{text}");

    let value =
        json(dir.path(), Question { anchors: vec![entry.into(), envelope.into()], ..Question::default() });
    assert_eq!((value["anchored"].as_bool(), value["anchored_to"].as_u64()), (Some(true), Some(4)));
    assert_eq!(value["anchors"][0]["matched"], "entry");
    assert_eq!(value["anchors"][1]["path"], "audit/rc-1/audit.json");
    let value = json(dir.path(), Question { require_anchor: true, ..Question::default() });
    assert_eq!((value["exit_code"].as_u64(), value["result"].as_str()), (Some(2), Some("undecided")));
}

#[test]
fn a_conversion_of_line_endings_is_one_finding_to_people() {
    let dir = tempfile::tempdir().unwrap();
    let mut files = five();
    for bytes in files.values_mut() {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    }
    spread(&files, dir.path());
    let (text, code) = text(dir.path());
    assert_eq!((code, text.matches("broken line-endings").count()), (1, 1), "{text}");
    assert!(text.contains("core.autocrlf"), "{text}");
}

#[test]
fn one_envelope_is_held_to_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let files = five();
    spread(&files, dir.path());
    let beside = dir.path().join("audit/v1.1.0/attempts/002/audit.json");
    let (said, code) = text(&beside);
    assert!(code == 0 && said.contains("one envelope") && said.contains("NOT ANCHORED"), "{said}");
    assert!(said.contains("the entries before and after it"), "{said}");
    let value = json(&beside, Question::default());
    assert_eq!((value["subject"].as_str(), value["lines"][0]["index"].as_u64()), (Some("envelope"), Some(3)));

    // Alone, nothing says what its bytes should be; an anchor does.
    let alone = dir.path().join("alone.json");
    fs::copy(&beside, &alone).unwrap();
    let (said, code) = text(&alone);
    assert!(code == 2 && said.contains("lone-envelope"), "{said}");
    let sha256 = Digest::of(&fs::read(&alone).unwrap());
    assert_eq!(run(&alone, anchored(sha256), OutputFormat::Tty).unwrap().1, 0);
    assert_eq!(run(&alone, anchored(Digest::of(b"other")), OutputFormat::Tty).unwrap().1, 1);
    let other = Question { release_id: Some("v9".parse().unwrap()), ..anchored(sha256) };
    assert_eq!(run(&alone, other, OutputFormat::Tty).unwrap().1, 2);

    // Every damage to it is found through the entry, whatever is left of it.
    let good = fs::read(&beside).unwrap();
    for damage in [0, 30, 700, good.len() - 1] {
        let mut bad = good.clone();
        bad[damage] ^= 1;
        fs::write(&beside, &bad).unwrap();
        let (said, code) = text(&beside);
        assert!(code == 1 && said.contains("broken envelope-changed"), "{said}");
    }
    fs::write(&beside, String::from_utf8(good.clone()).unwrap().replace('\n', "\r\n")).unwrap();
    assert!(text(&beside).0.contains("broken line-endings"));
    fs::write(&beside, &good).unwrap();
    let entry = beside.with_file_name("entry.json");
    let mut bad = fs::read(&entry).unwrap();
    bad[50] ^= 1;
    fs::write(&entry, bad).unwrap();
    assert!(text(&beside).0.contains("broken entry-damaged"));
    fs::copy(dir.path().join("audit/rc-1/entry.json"), &entry).unwrap();
    assert_eq!(text(&beside).1, 1);
}

#[test]
fn a_file_that_is_no_envelope_is_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    let strange = dir.path().join("strange.json");
    fs::write(&strange, "{\"score\": 1}").unwrap();
    for path in [strange, dir.path().join("audit/rc-1/entry.json")] {
        let error = run(&path, Question::default(), OutputFormat::Tty).unwrap_err();
        assert_eq!((error.code, error.code.exit().code()), (Code::EnvelopeUnreadable, 65));
        assert!(!error.next.is_empty());
    }
    let error = run(Path::new("/dev/null"), Question::default(), OutputFormat::Tty).unwrap_err();
    assert_eq!(error.code, Code::FileUnreadable);
}

#[test]
fn hostile_text_stays_on_its_line() {
    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    fs::write(dir.path().join("audit/x\n::error::\u{1b}[31m\u{202e}##[group].md"), "x").unwrap();
    let decision = Decision::new("v9", 9);
    let mut envelope = decision.envelope(&Placement { attempt: 1, supersedes: None });
    envelope.decided_at = "2026\n::set-output name=x::\u{1b}[2J\u{7}".into();
    let bytes = evalsig::envelope::to_bytes(&envelope).unwrap();
    fs::create_dir(dir.path().join("audit/v9")).unwrap();
    fs::write(dir.path().join("audit/v9/audit.json"), bytes).unwrap();
    let (said, code) = text(dir.path());
    assert_eq!(code, 1);
    assert!(said.chars().all(|c| c == '\n' || (c.is_ascii() && !c.is_control())), "{said:?}");
    assert!(said.lines().all(|line| !line.trim_start().starts_with("::")), "{said}");
}
