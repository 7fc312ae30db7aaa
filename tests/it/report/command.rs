//! `evalsig report`: any rendering again, from the envelope.

use std::path::{Path, PathBuf};

use evalsig::domain::Digest;

use crate::support::{Session, repository};

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";

#[test]
fn a_report_says_what_the_gate_said() {
    let session = Session::with_examples();
    let gate =
        session.run(&format!("{GATE} --release-id v1 --store store --output markdown")).exits(0).stdout;
    let bare = session.run("report v1 --markdown").exits(0).stdout;
    let first = |text: &str| text.lines().next().unwrap().to_owned();
    assert_eq!(first(&gate), first(&bare));
    assert!(first(&bare).contains("model-b may ship: it is better than model-a by at least"), "{bare}");
    // The envelope holds no scores of items, and the report says so; with the runs it shows what the gate showed.
    assert!(bare.contains("the envelope holds no scores of items"), "{bare}");
    let items =
        |text: &str| text.lines().filter(|line| line.contains("-q")).map(str::to_owned).collect::<Vec<_>>();
    let stored = session.run("report v1 --markdown --store store").exits(0).stdout;
    assert_eq!(items(&stored), items(&gate));
    assert!(items(&stored).len() >= 10, "{stored}");
    let files = "--baseline runs/baseline.json --candidate runs/candidate.json";
    let from_files = session.run(&format!("report audit/v1/audit.json --markdown {files}")).exits(0).stdout;
    assert_eq!(items(&from_files), items(&gate));
}

#[test]
fn the_page_and_its_csv_are_written_and_nothing_is_printed() {
    let session = Session::with_examples();
    session.run(&format!("{GATE} --release-id v1 --store store")).exits(0);
    let ran = session.run("report v1 --store store --html page.html").exits(0);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr, "page written to page.html, and all items that changed to page.csv\n");
    let csv = session.read("page.csv");
    assert_eq!(csv.lines().count(), 1 + 136 + 234, "every item that changed");
    assert!(session.read("page.html").contains("page.csv"));
    // Both: the page, and the text.
    let both = session.run("report v1 --html again.html --terminal").exits(0);
    assert!(both.stdout.starts_with("model-b may ship"), "{}", both.stdout);
    assert!(!session.has("again.csv"), "no items, no file of them");
    assert_eq!(session.run("report v1 --html missing/page.html").code, 73);
    // The gate writes the same page.
    session.run(&format!("{GATE} --html gate.html --envelope e.json")).exits(0);
    assert!(session.has("gate.html") && session.has("gate.csv"));
}

#[test]
fn a_release_is_found_by_its_newest_attempt_unless_another_is_named() {
    let session = Session::with_examples();
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json";
    session.run(&format!("{gate} --min-delta 0.05 --release-id v1")).exits(2);
    session.run(&format!("{gate} --min-delta 0.01 --release-id v1")).exits(0);
    let newest = session.run("report v1 --markdown").exits(0).stdout;
    assert!(newest.contains("release v1, attempt 2"), "{newest}");
    assert!(newest.contains("trail: entry 2 of 2; the chain is intact"), "{newest}");
    assert!(newest.contains("> **attempt:** attempt 2 at this release"), "{newest}");
    let first = session.run("report v1 --attempt 1").exits(0).stdout;
    assert!(first.starts_with("Not decided: "), "{first}");
    session.run("export v1 --out out").exits(0);
    assert!(session.run("report v1 --audit-root out").exits(0).stdout.starts_with("model-b may ship"));
}

#[test]
fn what_cannot_be_shown_is_an_error_that_says_what_to_do() {
    let session = Session::with_examples();
    session.run(&format!("{GATE} --release-id v1 --store store")).exits(0);
    for (line, code, what) in [
        ("report v2", 65, "holds no release v2"),
        ("report v1 --attempt 7", 65, "holds no attempt 7 at release v1"),
        ("report v1 --attempt 0", 64, "--attempt"),
        ("report ../x", 65, "is no file, and no release"),
        ("report v1 --audit-root nowhere", 65, "holds no trail"),
        ("report v1 --markdown --terminal", 64, "cannot be used with"),
        ("report v1 --baseline runs/baseline.json", 64, "--candidate"),
        ("report v1 --baseline runs/baseline.json --candidate runs/candidate-same.json", 73, "SHA-256"),
        ("report v1 --store elsewhere", 65, "expected"),
    ] {
        let ran = session.run(line);
        assert_eq!(ran.code, code, "{line}: {ran:?}");
        assert!(ran.stderr.to_lowercase().contains(&what.to_lowercase()), "{line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{line}");
    }
    // An envelope that was changed is never shown as if it were the record.
    let changed = session.read("audit/v1/audit.json").replace("model-b", "model-c");
    session.write("audit/v1/audit.json", &changed);
    for line in ["report v1", "report audit/v1/audit.json"] {
        let ran = session.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (73, ""), "{line}: {ran:?}");
        assert!(ran.stderr.contains("nothing was rendered"), "{}", ran.stderr);
    }
}

#[test]
fn decisions_of_earlier_versions_are_shown_too() {
    let mut seen = 0;
    for trail in ["decided_0_1", "trail_v1", "trail_v1_stamped"] {
        for path in envelopes(&repository(&format!("tests/golden/{trail}"))) {
            let session = Session::new();
            let path = path.to_str().unwrap();
            for rendering in ["--terminal", "--markdown"] {
                let text = session.run_args(&["report", path, rendering]).exits(0).stdout;
                assert!(text.contains("ship") || text.contains("Not decided"), "{path}: {text}");
            }
            session.run_args(&["report", path, "--html", "page.html"]).exits(0);
            assert!(
                session.read("page.html").contains(&Digest::of(&std::fs::read(path).unwrap()).to_string())
            );
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// Every envelope in a folder.
fn envelopes(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> = files.into_iter().filter(|path| path.ends_with("audit.json")).collect();
    found.extend(folders.iter().flat_map(|folder| envelopes(folder)));
    found
}
