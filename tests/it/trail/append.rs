//! Appending, over a trail in memory.

use std::cell::Cell;

use evalsig::domain::{Code, Digest};
use evalsig::trail::{Appended, ENTRY_SCHEMA, FindingKind, Placement};

use super::{Decision, MemoryTrail, ask, ask_with, breaks, envelopes, five};

#[test]
fn five_entries_are_intact_and_say_where_they_stand() {
    let files = five();
    let answer = ask(&files);
    assert_eq!((answer.exit_code(), answer.entries, answer.releases), (0, 5, 3));
    let lines: Vec<_> =
        answer.lines.iter().map(|l| (l.index.unwrap(), l.release.as_str(), l.number, l.ok)).collect();
    assert_eq!(
        lines,
        [
            (1, "v1.0.0", 1, true),
            (2, "v1.1.0", 1, true),
            (3, "v1.1.0", 2, true),
            (4, "rc-1", 1, true),
            (5, "v1.1.0", 3, true)
        ]
    );
    assert_eq!(files[".gitattributes"], b"audit/** -text\n");
    assert!(files.contains_key("audit/v1.1.0/attempts/003/audit.json"));
    let head = answer.head.unwrap();
    assert_eq!(head, (5, Digest::of(&files["audit/v1.1.0/attempts/003/entry.json"])));
    assert_eq!(ask_with(&files, &[head.1]).anchored_to(), Some(5));
}

#[test]
fn the_same_decision_again_writes_nothing() {
    let trail = MemoryTrail::default();
    let first = Decision::new("v1", 1).append(&trail).unwrap();
    Decision::new("v1", 2).append(&trail).unwrap();
    let before = trail.files.borrow().clone();
    // Not only the newest attempt counts.
    let again = Decision::new("v1", 1).append(&trail).unwrap();
    let Appended::Exists(receipt) = &again else { panic!("{again:?}") };
    assert_eq!(receipt, first.location());
    assert_eq!((receipt.index, receipt.number, receipt.path.as_str()), (1, 1, "audit/v1/audit.json"));
    assert_eq!(*trail.files.borrow(), before);
    // The same inputs for another release are another decision.
    assert!(matches!(Decision::new("v2", 1).append(&trail).unwrap(), Appended::Written(_)));
}

#[test]
fn an_attempt_supersedes_the_newest_before_it() {
    let trail = MemoryTrail::default();
    let first = Decision::new("v1", 1).append(&trail).unwrap().location().clone();
    let second = Decision::new("v1", 2);
    let placement = Cell::new(None);
    envelopes::append(
        &trail,
        &second.release,
        &second.facts(),
        &mut |place: &Placement| {
            placement.set(Some(place.clone()));
            Ok(second.bytes(place))
        },
        "2026-11-21T09:00:00Z",
    )
    .unwrap();
    let placement = placement.take().unwrap();
    assert_eq!(placement.attempt, 2);
    let named = placement.supersedes.unwrap();
    assert_eq!((named.path, named.sha256), (first.path, first.sha256.to_string()));
}

#[test]
fn a_race_lost_to_another_release_rebuilds_only_the_entry() {
    let trail = MemoryTrail::default();
    *trail.intruder.borrow_mut() =
        Some(Box::new(|trail| drop(Decision::new("other", 7).append(trail).unwrap())));
    let ours = Decision::new("v1", 1);
    let rendered = Cell::new(0);
    let done = envelopes::append(
        &trail,
        &ours.release,
        &ours.facts(),
        &mut |place: &Placement| {
            rendered.set(rendered.get() + 1);
            Ok(ours.bytes(place))
        },
        &ours.time(),
    );
    assert_eq!(done.unwrap().location().index, 2);
    assert_eq!((rendered.get(), trail.tries.get()), (1, 3));
    assert_eq!(ask(&trail.files.borrow()).exit_code(), 0);
}

#[test]
fn a_race_lost_within_the_release_renders_anew() {
    let trail = MemoryTrail::default();
    *trail.intruder.borrow_mut() =
        Some(Box::new(|trail| drop(Decision::new("v1", 7).append(trail).unwrap())));
    let done = Decision::new("v1", 1).append(&trail).unwrap();
    assert_eq!((done.location().index, done.location().number), (2, 2));
    assert_eq!(ask(&trail.files.borrow()).exit_code(), 0);
}

#[test]
fn a_race_lost_to_the_same_decision_finds_it() {
    let trail = MemoryTrail::default();
    let same = |trail: &MemoryTrail| {
        // Decided a moment later, so the bytes differ.
        let twin = Decision::new("v1", 1);
        let mut render = |place: &Placement| {
            let mut envelope = twin.envelope(place);
            envelope.decided_at = "2026-11-21T23:59:59Z".into();
            evalsig::envelope::to_bytes(&envelope)
        };
        let done =
            envelopes::append(trail, &twin.release, &twin.facts(), &mut render, "2026-11-21T23:59:59Z");
        assert!(matches!(done, Ok(Appended::Written(_))));
    };
    *trail.intruder.borrow_mut() = Some(Box::new(same));
    assert!(matches!(Decision::new("v1", 1).append(&trail), Ok(Appended::Exists(_))));
    assert_eq!(ask(&trail.files.borrow()).entries, 1);
}

#[test]
fn a_lost_reply_is_a_success() {
    let trail = MemoryTrail::default();
    trail.lose_reply.set(true);
    let done = Decision::new("v1", 1).append(&trail).unwrap();
    assert!(matches!(done, Appended::Written(_)));
    assert_eq!(trail.tries.get(), 1);
    assert_eq!(ask(&trail.files.borrow()).entries, 1);
}

#[test]
fn releases_that_differ_only_in_case_are_refused() {
    let trail = MemoryTrail::default();
    Decision::new("v1-RC", 1).append(&trail).unwrap();
    let error = Decision::new("V1-rc", 2).append(&trail).unwrap_err();
    assert_eq!(error.code, Code::BadReleaseId);
    assert!(error.what.contains("v1-RC"), "{error}");
    assert_eq!(trail.files.borrow().len(), 3);
}

#[test]
fn what_was_not_rendered_for_its_place_is_not_written() {
    let trail = MemoryTrail::default();
    let ours = Decision::new("v1", 1);
    let other = Decision::new("v2", 1);
    let moved = Placement { attempt: 2, supersedes: None };
    for bytes in [other.bytes(&Placement { attempt: 1, supersedes: None }), ours.bytes(&moved), b"{}".into()]
    {
        let mut render = |_: &Placement| Ok(bytes.clone());
        let done = envelopes::append(&trail, &ours.release, &ours.facts(), &mut render, &ours.time());
        assert_eq!(done.unwrap_err().code, Code::Bug);
    }
    assert!(trail.files.borrow().is_empty());
}

type Damage = fn(&mut super::Files);

#[test]
fn a_damaged_trail_is_not_extended() {
    let cases: [(&str, Damage); 7] = [
        ("head entry", |f| f.get_mut("audit/v1.1.0/attempts/003/entry.json").unwrap()[20] ^= 1),
        ("head envelope", |f| f.get_mut("audit/v1.1.0/attempts/003/audit.json").unwrap()[20] ^= 1),
        ("older entry", |f| f.get_mut("audit/v1.0.0/entry.json").unwrap()[20] ^= 1),
        ("gap", |f| f.retain(|path, _| !path.starts_with("audit/rc-1/"))),
        ("no entry", |f| drop(f.remove("audit/v1.0.0/entry.json"))),
        ("no envelope", |f| drop(f.remove("audit/v1.0.0/audit.json"))),
        ("fork", |f| {
            for name in ["audit.json", "entry.json"] {
                let bytes = f[&format!("audit/rc-1/{name}")].clone();
                f.insert(format!("audit/rc-2/{name}"), bytes);
            }
        }),
    ];
    for (what, damage) in cases {
        let mut files = five();
        damage(&mut files);
        let trail = MemoryTrail::of(files.clone());
        for decision in [Decision::new("v9", 9), Decision::new("v1.1.0", 9)] {
            let error = decision.append(&trail).unwrap_err();
            assert_eq!(error.code, Code::TrailBroken, "{what}: {error}");
        }
        assert_eq!(*trail.files.borrow(), files, "{what}");
        assert_ne!(ask(&files).exit_code(), 0, "{what}");
    }
    // A changed envelope of another release is for verify to find; the release itself refuses.
    let mut files = five();
    files.get_mut("audit/v1.0.0/audit.json").unwrap()[20] ^= 1;
    let trail = MemoryTrail::of(files);
    assert_eq!(Decision::new("v1.0.0", 9).append(&trail).unwrap_err().code, Code::TrailBroken);
    assert!(Decision::new("v9", 9).append(&trail).is_ok());
}

/// The trail with its head written by a later version.
fn newer(part: &str, extra: &str) -> super::Files {
    let mut files = five();
    let (envelope, entry) = ("audit/v1.1.0/attempts/003/audit.json", "audit/v1.1.0/attempts/003/entry.json");
    let old = Digest::of(&files[envelope]).to_string();
    let old_size = format!("\"size\": {}", files[envelope].len());
    if part == "envelope" {
        let text = String::from_utf8(files[envelope].clone()).unwrap();
        files.insert(envelope.into(), text.replacen("evalsig.audit/v1\",", extra, 1).into_bytes());
    }
    let mut text = String::from_utf8(files[entry].clone()).unwrap();
    text = text.replace(&old, &Digest::of(&files[envelope]).to_string());
    text = text.replace(&old_size, &format!("\"size\": {}", files[envelope].len()));
    if part == "entry" {
        text = text.replacen(&format!("{ENTRY_SCHEMA}\","), extra, 1);
    }
    let body = &text[..text.len() - 81];
    let sealed = format!("{body}\"checksum\": \"{}\"\n}}\n", Digest::of(body.as_bytes()));
    files.insert(entry.into(), sealed.into_bytes());
    files
}

#[test]
fn a_newer_trail_is_read_and_not_extended() {
    for (part, extra) in [
        ("entry", "evalsig.entry/v3\", \"witness\": {\"a\": 1},"),
        ("envelope", "evalsig.audit/v3\", \"suite\": [1],"),
        // So new that this version cannot read a verdict from it.
        ("envelope", "evalsig.audit/v7\", \"verdict\": 0,"),
    ] {
        let files = newer(part, extra);
        let answer = ask(&files);
        assert_eq!(answer.exit_code(), 0, "{extra}: {:?}", answer.findings);
        assert!(answer.findings.iter().any(|f| f.kind == FindingKind::Newer), "{extra}");
        let trail = MemoryTrail::of(files.clone());
        for decision in [Decision::new("v9", 9), Decision::new("v1.1.0", 9), Decision::new("v1.1.0", 5)] {
            let error = decision.append(&trail).unwrap_err();
            assert_eq!((error.code, error.code.exit().code()), (Code::TrailNewer, 73), "{extra}: {error}");
        }
        assert_eq!(*trail.files.borrow(), files);
        // Damage to a newer entry is damage all the same.
        let mut damaged = files;
        damaged.get_mut("audit/v1.1.0/attempts/003/entry.json").unwrap()[45] ^= 4;
        assert_eq!(ask(&damaged).exit_code(), 1);
    }
    // Entries that this version cannot follow leave the question open.
    let files = newer("entry", "evalsig.entry/v3\", \"previous\": [],");
    let answer = ask(&files);
    assert_eq!((answer.exit_code(), breaks(&answer)), (2, vec![]), "{:?}", answer.findings);
    let error = Decision::new("v9", 9).append(&MemoryTrail::of(files)).unwrap_err();
    assert_eq!(error.code, Code::TrailNewer);
}

#[test]
fn a_users_attributes_are_left_alone() {
    let with = |text: &str| {
        let trail = MemoryTrail::default();
        trail.files.borrow_mut().insert(".gitattributes".into(), text.into());
        Decision::new("v1", 1).append(&trail).unwrap();
        Decision::new("v1", 2).append(&trail).unwrap();
        let files = trail.files.into_inner();
        assert_eq!(files[".gitattributes"], text.as_bytes());
        assert_eq!(ask(&files).exit_code(), 0);
        files.get("audit/.gitattributes").cloned()
    };
    assert_eq!(with("* text=auto\n").as_deref(), Some(&b"* -text\n"[..]));
    assert_eq!(with("* text=auto\naudit/** -text\n"), None);
}
