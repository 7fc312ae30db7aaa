//! Plans and waivers in the chain: appended, verified, read again, shown.

mod places;
mod shown;
mod tampered;

use evalsig::domain::Code;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::envelope::v1::{FileRef, VerdictWord};
use evalsig::trail::{AllowedTask, Appended, ENTRY_SCHEMA, EntryKind, KIND_SCHEMA, latest_allowed, records};
use serde_json::Value;

use super::documents::{self, append_plan, append_waiver, named, plan, waiver};
use super::{Decision, MemoryTrail, ask, ask_dir, breaks, five, gather, golden, of_all_kinds, spread};

const PLAN: &str = "audit/_plans/v1/001/plan.json";

#[test]
fn a_plan_comes_before_its_decision_and_a_waiver_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let port = TrailDir::at(folder.path());
    let locked = append_plan(&port, &plan("v1", 1)).unwrap();
    assert_eq!((locked.location().index, locked.location().path.as_str()), (1, PLAN));
    // A decision about the very release takes its place as if there were no plan.
    let first = Decision::new("v1", 1).append(&port).unwrap();
    assert_eq!(
        (first.location().index, first.location().number, first.location().path.as_str()),
        (2, 1, "audit/v1/audit.json")
    );
    let waived = append_waiver(&port, &waiver("v1", named(&first), 1)).unwrap();
    assert_eq!(waived.location().path, "audit/_waivers/v1/001/waiver.json");
    let second = Decision::new("v1", 2).append(&port).unwrap();
    assert_eq!((second.location().index, second.location().number), (4, 2));

    let answer = ask_dir(folder.path());
    assert_eq!((answer.exit_code(), answer.entries, answer.releases), (0, 4, 1), "{:?}", answer.findings);
    let lines: Vec<_> = answer.lines.iter().map(|line| (line.kind, line.number, line.verdict)).collect();
    assert_eq!(
        lines,
        [
            (EntryKind::Plan, 1, None),
            (EntryKind::Decision, 1, Some(VerdictWord::Reject)),
            (EntryKind::Waiver, 1, None),
            (EntryKind::Decision, 2, Some(VerdictWord::Inconclusive)),
        ]
    );
    assert_eq!(answer.lines[0].decided_at.as_deref(), Some("2026-11-20T08:00:00Z"));
}

#[test]
fn an_entry_says_its_kind_and_that_of_a_decision_is_what_it_was() {
    let files = of_all_kinds();
    let entry = |folder: &str| -> Value {
        serde_json::from_slice(&files[&format!("audit/{folder}/entry.json")]).unwrap()
    };
    for folder in ["v1.0.0", "v1.1.0", "v1.1.0/attempts/002", "rc-1", "v1.1.0/attempts/003"] {
        assert_eq!((&entry(folder)["schema"], entry(folder).get("kind")), (&ENTRY_SCHEMA.into(), None));
    }
    for (folder, kind) in [("_plans/v1.0.0/001", "plan"), ("_waivers/v1.1.0/001", "waiver")] {
        let entry = entry(folder);
        assert_eq!((&entry["schema"], &entry["kind"]), (&KIND_SCHEMA.into(), &kind.into()));
    }
    // The first decision of a trail has the bytes that it always had.
    let trail = MemoryTrail::default();
    Decision::new("v1.0.0", 1).append(&trail).unwrap();
    let alone = trail.files.borrow()["audit/v1.0.0/entry.json"].clone();
    assert_eq!(alone, five()["audit/v1.0.0/entry.json"]);
}

#[test]
fn the_plan_that_is_locked_is_not_locked_again() {
    let trail = MemoryTrail::default();
    let first = append_plan(&trail, &plan("v1", 1)).unwrap();
    // At another time, on another machine, from another commit that holds the same file.
    let mut again = plan("v1", 1);
    again.locked_at = "2026-11-21T08:00:00Z".into();
    again.clock = "another".into();
    again.policy.commit = Some("a".repeat(40));
    let same = append_plan(&trail, &again).unwrap();
    assert_eq!(same, Appended::Exists(first.location().clone()));
    // Another policy, another task, another baseline: each is another plan.
    append_plan(&trail, &plan("v1", 2)).unwrap();
    let mut other = plan("v1", 2);
    other.tasks[0].baseline.sha256 = None;
    assert_eq!(append_plan(&trail, &other).unwrap().location().number, 3);
    // The first one again, after others: it is in force again, and from now on.
    let again = append_plan(&trail, &plan("v1", 1)).unwrap();
    assert_eq!((again.location().number, matches!(again, Appended::Written(_))), (4, true));
    // The same plan for another release is that one's.
    assert_eq!(append_plan(&trail, &plan("v2", 1)).unwrap().location().number, 1);
    assert_eq!(ask(&trail.files.borrow()).exit_code(), 0);
}

#[test]
fn a_waiver_stands_beside_a_decision_of_its_release() {
    let trail = MemoryTrail::default();
    let ours = named(&Decision::new("v1", 1).append(&trail).unwrap());
    let theirs = named(&Decision::new("v2", 1).append(&trail).unwrap());
    append_plan(&trail, &plan("v1", 1)).unwrap();
    let changed = FileRef { sha256: theirs.sha256.clone(), ..ours.clone() };
    let a_plan = FileRef {
        path: PLAN.into(),
        sha256: evalsig::domain::Digest::of(&trail.files.borrow()[PLAN]).to_string(),
    };
    let before = trail.files.borrow().clone();
    for decision in [theirs, changed, a_plan] {
        let error = append_waiver(&trail, &waiver("v1", decision, 1)).unwrap_err();
        assert_eq!(error.code, Code::TrailNotWritten, "{error}");
    }
    assert_eq!(*trail.files.borrow(), before);
    let first = append_waiver(&trail, &waiver("v1", ours.clone(), 1)).unwrap();
    append_waiver(&trail, &waiver("v1", ours.clone(), 2)).unwrap();
    // Not only the newest counts.
    let mut again = waiver("v1", ours, 1);
    again.recorded_at = "2026-11-23T08:00:00Z".into();
    assert_eq!(append_waiver(&trail, &again).unwrap(), Appended::Exists(first.location().clone()));
    assert_eq!(ask(&trail.files.borrow()).exit_code(), 0);
}

#[test]
fn what_is_no_document_of_the_release_is_not_written() {
    let trail = MemoryTrail::default();
    let bytes = |document: Value| serde_json::to_vec(&document).unwrap();
    let good = serde_json::to_value(plan("v1", 1)).unwrap();
    let with = |member: &str, value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(member).unwrap() = value;
        bytes(changed)
    };
    let cases = [
        b"{}".to_vec(),
        with("/schema", "evalsig.plan/v2".into()),
        with("/schema", "evalsig.audit/v1".into()),
        with("/release_id", "v2".into()),
        with("/release_id", "../v1".into()),
        with("/locked_at", "yesterday".into()),
        with("/tasks", Value::Array(Vec::new())),
        with("/tasks/0/alpha", "0.05".into()),
        with("/policy/sha256", "abc".into()),
        with("/tasks/0/baseline/sha256", "ABC".into()),
    ];
    for bytes in cases {
        let done = documents::append(
            &trail,
            "v1",
            EntryKind::Plan,
            &bytes,
            "2026-11-20T08:00:00Z",
            &mut |_: &[u8]| Ok(None),
        );
        assert_eq!(done.unwrap_err().code, Code::Bug, "{}", String::from_utf8_lossy(&bytes));
    }
    // Decisions have a place and a history of their own.
    let decision = Decision::new("v1", 1).bytes(&evalsig::trail::Placement { attempt: 1, supersedes: None });
    let never = &mut |_: &[u8]| Ok(None);
    let done = documents::append(&trail, "v1", EntryKind::Decision, &decision, "2026-11-20T08:00:00Z", never);
    assert_eq!(done.unwrap_err().code, Code::Bug);
    assert!(trail.files.borrow().is_empty());
}

#[test]
fn races_and_lost_replies_are_met_by_looking_again() {
    let trail = MemoryTrail::default();
    *trail.intruder.borrow_mut() =
        Some(Box::new(|trail| drop(Decision::new("v1", 7).append(trail).unwrap())));
    let done = append_plan(&trail, &plan("v1", 1)).unwrap();
    assert_eq!((done.location().index, done.location().number), (2, 1));
    // Another writer locks another plan first, then the same one.
    *trail.intruder.borrow_mut() = Some(Box::new(|trail| drop(append_plan(trail, &plan("v1", 2)).unwrap())));
    let done = append_plan(&trail, &plan("v1", 3)).unwrap();
    assert_eq!((done.location().index, done.location().number), (4, 3));
    *trail.intruder.borrow_mut() = Some(Box::new(|trail| {
        let mut twin = plan("v1", 4);
        twin.locked_at = "2026-11-20T08:00:01Z".into();
        assert!(matches!(append_plan(trail, &twin), Ok(Appended::Written(_))));
    }));
    assert!(matches!(append_plan(&trail, &plan("v1", 4)), Ok(Appended::Exists(_))));
    trail.lose_reply.set(true);
    assert!(matches!(append_plan(&trail, &plan("v1", 5)), Ok(Appended::Written(_))));
    let answer = ask(&trail.files.borrow());
    assert_eq!((answer.exit_code(), answer.entries), (0, 6), "{:?}", answer.findings);
}

#[test]
fn a_trail_of_the_released_format_takes_a_plan_and_stays_what_it_was() {
    for source in [golden::folder(), golden::stamped_folder()] {
        let folder = tempfile::tempdir().unwrap();
        let mut before = gather(&source);
        before.retain(|path, _| path.starts_with("audit/") || path == ".gitattributes");
        spread(&before, folder.path());
        let port = TrailDir::at(folder.path());
        let entries = ask_dir(folder.path()).entries;
        append_plan(&port, &plan("v1.1.0", 1)).unwrap();
        append_plan(&port, &plan("v9.0.0", 1)).unwrap();
        let attempt = Decision::new("v1.1.0", 1_000).append(&port).unwrap();
        assert_eq!(attempt.location().index, entries as u64 + 3);
        append_waiver(&port, &waiver("v1.1.0", named(&attempt), 1)).unwrap();
        let answer = ask_dir(folder.path());
        assert_eq!((answer.exit_code(), answer.entries), (0, entries + 4), "{:?}", answer.findings);
        let mut after = gather(folder.path());
        after.retain(|path, _| before.contains_key(path));
        assert_eq!(after, before);
    }
}

#[test]
fn what_a_trail_holds_is_read_in_its_order() {
    let trail = MemoryTrail::of(of_all_kinds());
    let all = records(&trail, None).unwrap();
    let told: Vec<_> = all.iter().map(|e| (e.index, e.kind, e.release.as_str(), e.number)).collect();
    assert_eq!(
        told,
        [
            (1, EntryKind::Plan, "v1.0.0", 1),
            (2, EntryKind::Decision, "v1.0.0", 1),
            (3, EntryKind::Decision, "v1.1.0", 1),
            (4, EntryKind::Decision, "v1.1.0", 2),
            (5, EntryKind::Decision, "rc-1", 1),
            (6, EntryKind::Decision, "v1.1.0", 3),
            (7, EntryKind::Waiver, "v1.1.0", 1),
            (8, EntryKind::Plan, "v2.0.0", 1),
        ]
    );
    for entry in &all {
        assert_eq!(entry.bytes, trail.files.borrow()[&entry.path]);
        assert_eq!(entry.sha256, evalsig::domain::Digest::of(&entry.bytes));
    }
    let release = "v1.1.0".parse().unwrap();
    let of_one: Vec<u64> = records(&trail, Some(&release)).unwrap().iter().map(|e| e.index).collect();
    assert_eq!(of_one, [3, 4, 6, 7]);
    // The newest plan of a release, and its attempts so far.
    let release = "v1.0.0".parse().unwrap();
    let found = records(&trail, Some(&release)).unwrap();
    let locked = found.iter().rfind(|entry| entry.kind == EntryKind::Plan).unwrap();
    assert_eq!(evalsig::envelope::plan_lock::parse(&locked.bytes).unwrap(), plan("v1.0.0", 1));
    assert_eq!(found.iter().filter(|entry| entry.kind == EntryKind::Decision).count(), 1);
    assert_eq!(records(&MemoryTrail::default(), None).unwrap(), []);
}

#[test]
fn the_newest_candidate_that_was_allowed_is_found_by_task_and_metric() {
    let trail = MemoryTrail::default();
    // By their number: 3 and 6 are ALLOW, 7 REJECT, 8 INCONCLUSIVE.
    for (release, number) in [("v1", 3), ("v2", 6), ("v3", 7), ("v4", 8)] {
        Decision::new(release, number).append(&trail).unwrap();
    }
    append_plan(&trail, &plan("v5", 1)).unwrap();
    let candidate = Decision::new("v2", 6)
        .envelope(&evalsig::trail::Placement { attempt: 1, supersedes: None })
        .inputs
        .candidate;
    let task = AllowedTask { name: "any", task_id: &candidate.task_id, metric: Some(&candidate.metric) };
    let found = latest_allowed(&trail, task).unwrap().unwrap();
    assert_eq!((found.decision.index, found.decision.path.as_str()), (2, "audit/v2/audit.json"));
    assert_eq!(found.candidate.input, candidate);
    assert_eq!(found.candidate.stored, None);
    assert_eq!(
        latest_allowed(&trail, AllowedTask { metric: None, ..task }).unwrap().unwrap().decision.index,
        2
    );
    for task in [AllowedTask { task_id: "another", ..task }, AllowedTask { metric: Some("another"), ..task }]
    {
        assert_eq!(latest_allowed(&trail, task).unwrap(), None);
    }
}

#[test]
fn a_broken_trail_names_no_plan_and_no_baseline() {
    let task = AllowedTask { name: "t", task_id: "t", metric: None };
    let release = "v1.0.0".parse().unwrap();
    for path in ["audit/_plans/v1.0.0/001/plan.json", "audit/v1.0.0/audit.json", "audit/rc-1/entry.json"] {
        let mut files = of_all_kinds();
        files.get_mut(path).unwrap()[20] ^= 1;
        let trail = MemoryTrail::of(files);
        assert_eq!(records(&trail, Some(&release)).unwrap_err().code, Code::TrailBroken, "{path}");
        assert_eq!(records(&trail, None).unwrap_err().code, Code::TrailBroken, "{path}");
        // A baseline rests on entries and on decisions; what a plan holds is no matter of it.
        let of_a_plan = path.ends_with("plan.json");
        let found = latest_allowed(&trail, task).map_err(|error| error.code);
        assert_eq!(found, if of_a_plan { Ok(None) } else { Err(Code::TrailBroken) }, "{path}");
    }
    // What lies in another release is found by whoever asks about all.
    let mut files = of_all_kinds();
    files.get_mut("audit/_waivers/v1.1.0/001/waiver.json").unwrap()[20] ^= 1;
    let trail = MemoryTrail::of(files);
    assert!(records(&trail, Some(&release)).is_ok());
    assert_eq!(records(&trail, None).unwrap_err().code, Code::TrailBroken);
    assert_eq!(append_plan(&trail, &plan("v1.1.0", 9)).unwrap_err().code, Code::TrailBroken);
    assert_eq!(breaks(&ask(&trail.files.borrow())).len(), 1);
}
