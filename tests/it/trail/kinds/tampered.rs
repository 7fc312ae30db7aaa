//! Damage to plans and waivers by somebody who knows how hashes are made.

use evalsig::domain::Digest;
use evalsig::trail::{Entry, EntryKind, EnvelopeRef, FindingKind, Link};

use crate::trail::documents::{named, plan, waiver};
use crate::trail::{Decision, Files, MemoryTrail, ask, breaks, documents, of_all_kinds};

/// The chain written anew over these folders.
fn reseal(files: &mut Files, folders: &[(&str, EntryKind)]) {
    let mut previous = None;
    for (index, (folder, kind)) in (1..).zip(folders) {
        let path = format!("{folder}/{}", kind.file_name());
        let bytes = &files[&path];
        let envelope = EnvelopeRef { sha256: Digest::of(bytes), size: bytes.len() as u64, path };
        let written_at = "2026-11-22T00:00:00Z".into();
        let entry = Entry { kind: *kind, index, envelope, previous, written_at };
        let bytes = entry.to_bytes().unwrap();
        previous = Some(Link { index, sha256: Digest::of(&bytes) });
        files.insert(format!("{folder}/entry.json"), bytes);
    }
}

/// A plan, a decision and a waiver beside it.
fn three() -> (Files, [(&'static str, EntryKind); 3]) {
    let trail = MemoryTrail::default();
    documents::append_plan(&trail, &plan("v1", 1)).unwrap();
    let decision = Decision::new("v1", 1).append(&trail).unwrap();
    documents::append_waiver(&trail, &waiver("v1", named(&decision), 1)).unwrap();
    let order = [
        ("audit/_plans/v1/001", EntryKind::Plan),
        ("audit/v1", EntryKind::Decision),
        ("audit/_waivers/v1/001", EntryKind::Waiver),
    ];
    (trail.files.into_inner(), order)
}

fn kinds(files: &Files) -> Vec<FindingKind> {
    breaks(&ask(files)).into_iter().map(|(kind, _)| kind).collect()
}

/// Moves both files of a folder.
fn moved(files: &mut Files, from: &str, to: &str) {
    let paths: Vec<String> =
        files.keys().filter(|path| path.starts_with(&format!("{from}/"))).cloned().collect();
    for path in paths {
        let bytes = files.remove(&path).unwrap();
        files.insert(format!("{to}{}", path.strip_prefix(from).unwrap()), bytes);
    }
}

#[test]
fn a_chain_resealed_in_order_is_intact() {
    let (mut files, order) = three();
    reseal(&mut files, &order);
    assert_eq!(breaks(&ask(&files)), []);
}

#[test]
fn a_plan_of_another_release_is_named() {
    let (mut files, order) = three();
    moved(&mut files, "audit/_plans/v1/001", "audit/_plans/v2/001");
    let mut other = order;
    other[0].0 = "audit/_plans/v2/001";
    reseal(&mut files, &other);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::EnvelopeMisplaced, "audit/_plans/v2/001/plan.json".into())]
    );
}

#[test]
fn a_gap_in_the_plans_of_a_release_is_named() {
    let (mut files, order) = three();
    moved(&mut files, "audit/_plans/v1/001", "audit/_plans/v1/002");
    let mut other = order;
    other[0].0 = "audit/_plans/v1/002";
    reseal(&mut files, &other);
    assert_eq!(breaks(&ask(&files)), [(FindingKind::AttemptMissing, "audit/_plans/v1/001/plan.json".into())]);
}

#[test]
fn plans_recorded_in_another_order_are_named() {
    let trail = MemoryTrail::default();
    for number in [1, 2] {
        documents::append_plan(&trail, &plan("v1", number)).unwrap();
    }
    let mut files = trail.files.into_inner();
    let order = [("audit/_plans/v1/002", EntryKind::Plan), ("audit/_plans/v1/001", EntryKind::Plan)];
    reseal(&mut files, &order);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::AttemptsOutOfOrder, "audit/_plans/v1/002/entry.json".into())]
    );
}

#[test]
fn an_entry_of_another_kind_than_its_folder_is_named() {
    let (mut files, order) = three();
    // The plan's entry says that it is one of a waiver.
    let path = "audit/_plans/v1/001/entry.json";
    let text = String::from_utf8(files[path].clone()).unwrap().replacen("\"plan\"", "\"waiver\"", 1);
    let body = &text[..text.len() - 81];
    let sealed = format!("{body}\"checksum\": \"{}\"\n}}\n", Digest::of(body.as_bytes()));
    files.insert(path.into(), sealed.into_bytes());
    assert!(kinds(&files).contains(&FindingKind::EntryMisplaced), "{:?}", breaks(&ask(&files)));
    // A waiver that lies where plans lie is no plan, whatever its entry says.
    let (mut files, mut other) = (three().0, order);
    let bytes = files.remove("audit/_waivers/v1/001/waiver.json").unwrap();
    files.remove("audit/_waivers/v1/001/entry.json");
    files.insert("audit/_plans/v1/002/plan.json".into(), bytes);
    other[2] = ("audit/_plans/v1/002", EntryKind::Plan);
    reseal(&mut files, &other);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::EnvelopeUnreadable, "audit/_plans/v1/002/plan.json".into())]
    );
}

#[test]
fn a_waiver_whose_decision_was_replaced_is_named() {
    let (mut files, order) = three();
    let forged = Decision::new("v1", 3).bytes(&evalsig::trail::Placement { attempt: 1, supersedes: None });
    files.insert("audit/v1/audit.json".into(), forged);
    reseal(&mut files, &order);
    let waiver = "audit/_waivers/v1/001/waiver.json".to_owned();
    assert_eq!(breaks(&ask(&files)), [(FindingKind::DecisionAbsent, waiver.clone())]);
    // Or taken out of the chain.
    files.retain(|path, _| !path.starts_with("audit/v1/"));
    reseal(&mut files, &[order[0], order[2]]);
    assert_eq!(breaks(&ask(&files)), [(FindingKind::DecisionAbsent, waiver)]);
}

#[test]
fn a_document_that_lacks_a_member_or_has_it_in_another_form_is_named() {
    for (path, from, to) in [
        ("audit/_plans/v1/001/plan.json", "\"planned_n\": 12000", "\"planned_n\": -1"),
        ("audit/_plans/v1/001/plan.json", "\"clock\":", "\"watch\":"),
        ("audit/_plans/v1/001/plan.json", "\"alpha\": 0.05", "\"alpha\": 0.05, \"alpha\": 0.5"),
        ("audit/_waivers/v1/001/waiver.json", "2026-12-24T00:00:00Z", "for ever"),
        ("audit/_waivers/v1/001/waiver.json", "\"release\": \"v1\"", "\"release\": \"v2\""),
        ("audit/_waivers/v1/001/waiver.json", "\"release\": \"v1\"", "\"release\": null"),
        ("audit/_waivers/v1/001/waiver.json", "\"approver\": \"head of risk\",", ""),
    ] {
        let (mut files, order) = three();
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        files.insert(path.into(), text.replacen(from, to, 1).into_bytes());
        reseal(&mut files, &order);
        assert_eq!(breaks(&ask(&files)), [(FindingKind::EnvelopeUnreadable, path.into())], "{from} -> {to}");
    }
}

#[test]
fn a_newer_plan_is_read_and_not_built_upon() {
    let (mut files, order) = three();
    let path = "audit/_plans/v1/001/plan.json";
    let text = String::from_utf8(files[path].clone()).unwrap();
    let newer = text.replacen("evalsig.plan/v1\",", "evalsig.plan/v2\", \"seal\": [1],", 1);
    files.insert(path.into(), newer.replacen("\"clock\"", "\"watch\"", 1).into_bytes());
    reseal(&mut files, &order);
    let answer = ask(&files);
    assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
    assert!(answer.findings.iter().any(|found| found.kind == FindingKind::Newer && found.path == path));
    let trail = MemoryTrail::of(files.clone());
    let error = Decision::new("v1", 9).append(&trail).unwrap_err();
    assert_eq!(error.code, evalsig::domain::Code::TrailNewer);
    let error = documents::append_plan(&trail, &plan("v1", 9)).unwrap_err();
    assert_eq!(error.code, evalsig::domain::Code::TrailNewer);
    assert_eq!(*trail.files.borrow(), files);
}

#[test]
fn strangers_among_plans_are_named() {
    for path in [
        "audit/_plans/v1.0.0/001/audit.json",
        "audit/_plans/v1.0.0/001/waiver.json",
        "audit/_plans/v1.0.0/plan.json",
        "audit/_plans/README.md",
        "audit/_notes/v1.0.0/001/note.json",
        "audit/v1.0.0/plan.json",
    ] {
        let mut files = of_all_kinds();
        files.insert(path.into(), b"x".to_vec());
        assert_eq!(breaks(&ask(&files)), [(FindingKind::UnexpectedFile, path.into())]);
    }
}
