//! What `verify` and `statement` say of plans and waivers, and that the text in them is hostile.

use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;

use crate::support::Session;
use crate::trail::documents::{self, append_plan, named, plan, waiver};
use crate::trail::{Decision, of_all_kinds, spread};

fn session() -> Session {
    let session = Session::new();
    spread(&of_all_kinds(), &session.path("."));
    session
}

#[test]
fn each_line_names_the_kind() {
    let session = session();
    let told = session.run("verify").exits(0).stdout;
    let lines: Vec<&str> = told.lines().take(8).collect();
    assert!(lines[0].starts_with("ok         1  plan          2026-11-20T08:00:00Z"), "{told}");
    assert!(lines[0].ends_with("  v1.0.0 plan 1"), "{told}");
    assert!(lines[1].starts_with("ok         2  REJECT") && lines[1].ends_with("  v1.0.0"), "{told}");
    assert!(lines[3].ends_with("  v1.1.0 attempt 2"), "{told}");
    assert!(lines[6].starts_with("ok         7  waiver        2026-11-22T08:00:00Z"), "{told}");
    assert!(lines[6].ends_with("  v1.1.0 waiver 1"), "{told}");
    assert!(told.contains("INTACT: 8 entries (2 plans, 1 waiver among them) of 4 releases"), "{told}");
    assert!(told.contains("the runs behind the verdicts"), "{told}");

    let report = session.run("verify --output json --release-id v1.1.0").exits(0).json();
    let lines = report["lines"].as_array().unwrap();
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["decision", "decision", "decision", "waiver"]);
    assert_eq!((&lines[1]["attempt"], lines[1].get("number")), (&2.into(), None));
    assert_eq!((lines[3].get("attempt"), &lines[3]["number"]), (None, &1.into()));
    assert!(lines[3]["verdict"].is_null());

    // A plan alone is nothing that a run could be behind.
    let fresh = Session::new();
    append_plan(&TrailDir::at(fresh.path(".")), &plan("v1", 1)).unwrap();
    let told = fresh.run("verify").exits(0).stdout;
    assert!(told.contains("1 entry (1 plan among them) of 1 release"), "{told}");
    assert!(!told.contains("the runs behind"), "{told}");
    // Damage is told in the same words.
    let path = "audit/_plans/v1/001/plan.json";
    fresh.write(path, &fresh.read(path).replacen("0.01", "0.02", 1));
    let told = fresh.run("verify").exits(1).stdout;
    assert!(told.contains("BROKEN     1  plan") && told.contains("broken envelope-changed"), "{told}");
}

#[test]
fn making_decisions_again_leaves_plans_out() {
    let session = Session::with_examples();
    append_plan(&TrailDir::at(session.path(".")), &plan("v1", 1)).unwrap();
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --store kept";
    session.run(&format!("{gate} --min-delta 0.5 --release-id v1")).exits(1);
    let sha256 = Digest::of(session.read("audit/v1/audit.json").as_bytes()).to_string();
    let decision = evalsig::envelope::v1::FileRef { path: "audit/v1/audit.json".into(), sha256 };
    documents::append_waiver(&TrailDir::at(session.path(".")), &waiver("v1", decision, 1)).unwrap();
    let told = session.run("verify --store kept").exits(0).stdout;
    assert!(told.contains("REPRODUCED: 1 of 1 decision came out again"), "{told}");
    assert!(!told.contains("the runs behind"), "{told}");
}

#[test]
fn one_document_is_verified_by_itself() {
    let session = session();
    for (path, kind) in
        [("audit/_plans/v1.0.0/001/plan.json", "plan"), ("audit/_waivers/v1.1.0/001/waiver.json", "waiver")]
    {
        let told = session.run(&format!("verify {path}")).exits(0).stdout;
        assert!(told.contains(&format!("  {kind}  ")) && told.contains("INTACT: one envelope"), "{told}");
        // Without its entry nothing says what its bytes should be.
        session.write("alone.json", &session.read(path));
        let told = session.run("verify alone.json").exits(2).stdout;
        assert!(told.contains("lone-envelope") && told.contains(kind), "{told}");
        let anchor = Digest::of(session.read(path).as_bytes());
        session.run(&format!("verify alone.json --anchor {anchor}")).exits(0);
        // Changed, with its entry beside it.
        session.write(path, &session.read(path).replacen("2026", "2025", 1));
        let told = session.run(&format!("verify {path}")).exits(1).stdout;
        assert!(told.contains("envelope-changed"), "{told}");
    }
}

#[test]
fn a_statement_is_made_about_decisions_only() {
    let session = session();
    let told = session.run("statement audit/_plans/v1.0.0/001/plan.json").exits(64);
    assert!(told.stderr.contains("is a plan, and a statement is made about a verdict"), "{}", told.stderr);
    let told = session.run("statement audit/_waivers/v1.1.0/001/waiver.json").exits(64);
    assert!(told.stderr.contains("is a waiver"), "{}", told.stderr);
    // The newest attempt is meant, whatever was recorded since.
    let statement = session.run("statement --release-id v1.1.0").exits(0).json();
    assert_eq!(statement["predicate"]["entry"]["path"], "audit/v1.1.0/attempts/003/entry.json");
    let told = session.run("statement --release-id v2.0.0").exits(65);
    assert!(told.stderr.contains("holds no release v2.0.0"), "{}", told.stderr);
}

#[test]
fn text_of_a_waiver_draws_nothing_where_it_is_shown() {
    let session = Session::new();
    let port = TrailDir::at(session.path("."));
    let decision = Decision::new("v1", 1).append(&port).unwrap();
    let mut hostile = waiver("v1", named(&decision), 1);
    hostile.waiver.reason = "<script>alert(1)</script>\n::error::x \u{1b}[31m \u{202e}".into();
    hostile.waiver.approver = "\"><img src=x onerror=y>".into();
    documents::append_waiver(&port, &hostile).unwrap();
    session.run("export all --out evidence").exits(0);
    let page = session.read("evidence/index.html");
    assert!(page.contains("&lt;script&gt;") && page.contains("&quot;&gt;&lt;img"), "{page}");
    for drawn in ["<script>", "<img", "\u{1b}", "\u{202e}"] {
        assert!(!page.contains(drawn), "{drawn:?}: {page}");
    }
    let told = session.run("verify").exits(0).stdout;
    assert!(!told.contains('\u{1b}') && !told.contains("::error"), "{told}");
}
