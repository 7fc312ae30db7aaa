//! Which part of a trail an export holds, and that it is always the same.

use std::collections::BTreeMap;
use std::fs;

use evalsig::edge::trail_dir::TrailDir;
use serde_json::json;

use super::{GATE, decided, gather, index, members, shell};
use crate::support::{Session, tool};
use crate::trail::envelopes::Decision;
use crate::tree;

#[test]
fn folder_and_archive_hold_the_same_and_always_the_same() {
    let session = decided();
    session.write("audit/v2/audit.json.sig", "signature").write("audit/v1/audit.json.asc", "another");
    let line = "export ..2 --store kept --out";
    session.run(&format!("{line} one.zip")).exits(0);
    session.run(&format!("{line} folder")).exits(0);
    let members = members(&session.path("one.zip"));
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(members.iter().cloned().collect::<BTreeMap<_, _>>(), gather(&session.path("folder")));
    // The trail grows, the clock runs on, the machine has other habits: the same range, the same bytes.
    session.run(&format!("{GATE} --min-delta 0.02 --release-id v9"));
    session.run(&format!("{line} two.zip")).exits(0);
    assert!(fs::read(session.path("one.zip")).unwrap() == fs::read(session.path("two.zip")).unwrap());
    if let Some(mut unzip) = tool("unzip", &["-v"]) {
        let done = unzip.args(["-q", "one.zip", "-d", "unzipped"]).current_dir(session.path("")).status();
        assert!(done.unwrap().success());
        assert_eq!(gather(&session.path("unzipped")), gather(&session.path("folder")));
        session.run("verify unzipped").exits(0);
    }
}

/// A trail of five decisions on four days, made without the binary.
fn on_four_days() -> Session {
    let session = Session::new();
    for (release, day) in [("v1", 0), ("v2", 1), ("v1", 1), ("12", 5), ("v3", 9)] {
        Decision::new(release, day * 86_400 + day)
            .append(&TrailDir::at(session.path("")))
            .map(|_| ())
            .unwrap_or_else(|e| panic!("{e}"));
    }
    session
}

#[test]
fn every_form_of_range_is_understood() {
    let session = on_four_days();
    for (n, (range, first, last, decisions)) in [
        ("all", 1, 5, 5),
        ("2", 2, 2, 1),
        ("12..99", 0, 0, 0),
        ("2..4", 2, 4, 3),
        ("4..", 4, 5, 2),
        ("..3", 1, 3, 3),
        ("3..99", 3, 5, 3),
        ("2026-11-21..2026-11-22", 1, 3, 3),
        ("2026-11-22..2026-11-22", 2, 3, 2),
        ("2026-11-23..", 4, 5, 2),
        ("..2026-11-26", 1, 4, 4),
        ("2026-11-23..2026-11-25", 0, 0, 0),
        ("v1", 1, 3, 2),
        ("release:12", 4, 4, 1),
        ("12", 0, 0, 0),
        ("V1", 0, 0, 0),
        ("v4", 0, 0, 0),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{n}");
        let ran = session.run(&format!("export {range} --out {out}"));
        if decisions == 0 {
            let ran = ran.exits(64);
            assert!(ran.stderr.contains("matches no entry"), "{}", ran.stderr);
            assert!(
                ran.stderr.contains("entries 1 to 5, decided from 2026-11-21 to 2026-11-30") || range == "V1"
            );
            assert!(!session.has(&out));
            continue;
        }
        ran.exits(0);
        let index = index(&session, &out);
        assert_eq!(
            (&index["range"]["first"], &index["range"]["last"]),
            (&json!(first), &json!(last)),
            "{range}"
        );
        assert_eq!(index["decisions"].as_array().unwrap().len(), decisions, "{range}");
        assert_eq!(index["head"]["index"], last, "{range}");
        session.run(&format!("verify {out}")).exits(0);
    }
    for range in ["0", "4..2", "..", "1..2026-11-21", "2026-11-22..2026-11-21", "a/b", "2026-02-30.."] {
        let ran = session.run(&format!("export {range} --out never")).exits(64);
        assert!(ran.stderr.starts_with("error") || ran.stderr.contains("RANGE"), "{}", ran.stderr);
        assert!(ran.stderr.contains("2026-01-01..2026-06-30"), "{}", ran.stderr);
    }
    assert!(!session.has("never"));
}

#[test]
fn a_trail_on_a_branch_is_exported_without_a_checkout() {
    if tool("git", &["--version"]).is_none() {
        return tree::skipped("no export from a branch");
    }
    let session = decided();
    let commit = "git init -q -b main . && git add audit .gitattributes && \
                  git -c user.name=a -c user.email=a@b commit -q -m trail && rm -r audit .gitattributes";
    shell(&session, "", commit).exits(0);
    let ran = shell(&session, "", "evalsig export 2.. --audit-root git:main --store kept --out evidence");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(session.run("verify evidence").exits(0).stdout.contains("INTACT: 4 entries"));
    assert!(!session.has("audit"));
}
