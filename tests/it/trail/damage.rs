//! Damage of every kind to a trail in memory: each is found, and the file is named.

use crate::tree;
use evalsig::domain::Digest;
use evalsig::trail::{
    ENTRY_SCHEMA, Entry, EntryKind, EnvelopeRef, FileKind, FindingKind, Link, Listed, Question, Severity,
    Snapshot, TrailFiles, verify,
};
use proptest::prelude::*;

use super::{Decision, Files, MemoryTrail, ask, ask_with, breaks, five, of_all_kinds};

/// The first break is in this file.
#[track_caller]
fn names_first(files: &Files, path: &str, what: &str) {
    let answer = ask(files);
    let text = files.get(path).map(|bytes| String::from_utf8_lossy(bytes));
    assert_eq!(answer.exit_code(), 1, "{what}: {path} was not found: {text:?}");
    assert_eq!(breaks(&answer)[0].1, path, "{what}: {:?}", answer.findings);
    assert!(!answer.findings[0].expected.is_empty() && !answer.findings[0].found.is_empty(), "{what}");
}

/// The whole chain written anew over the envelopes of these folders, by someone who knows how.
fn reseal(files: &mut Files, folders: &[&str]) {
    let mut previous = None;
    for (index, folder) in (1..).zip(folders) {
        let path = format!("{folder}/audit.json");
        let bytes = &files[&path];
        let size = bytes.len() as u64;
        let envelope = EnvelopeRef { sha256: Digest::of(bytes), size, path };
        let entry = Entry {
            kind: EntryKind::Decision,
            index,
            envelope,
            previous,
            written_at: "2026-11-22T00:00:00Z".into(),
        };
        let bytes = entry.to_bytes().unwrap();
        previous = Some(Link { index, sha256: Digest::of(&bytes) });
        files.insert(format!("{folder}/entry.json"), bytes);
    }
}

const ORDER: [&str; 5] =
    ["audit/v1.0.0", "audit/v1.1.0", "audit/v1.1.0/attempts/002", "audit/rc-1", "audit/v1.1.0/attempts/003"];

#[test]
fn every_flipped_bit_is_found_and_named() {
    if !tree::slow_tests("trail::damage::every_flipped_bit_is_found_and_named") {
        return;
    }
    let mut files = of_all_kinds();
    let sizes: Vec<(String, usize)> = files.iter().map(|(path, bytes)| (path.clone(), bytes.len())).collect();
    let mut flips = 0;
    for (path, size) in sizes {
        for at in 0..size {
            // Any change to an envelope meets the same comparison of hashes, so one bit of each byte
            // there; every bit where there is structure to hide in.
            let envelope = !path.ends_with("entry.json") && !path.ends_with(".gitattributes");
            let bits = if envelope { at % 8..at % 8 + 1 } else { 0..8 };
            for bit in bits {
                files.get_mut(&path).unwrap()[at] ^= 1 << bit;
                names_first(&files, &path, "flip");
                files.get_mut(&path).unwrap()[at] ^= 1 << bit;
                flips += 1;
            }
        }
    }
    assert_eq!(ask(&files).exit_code(), 0);
    eprintln!("{flips} flipped bits, each found and named");
}

#[test]
fn every_other_byte_in_a_file_without_hash_is_found() {
    if !tree::slow_tests("trail::damage::every_other_byte_in_a_file_without_hash_is_found") {
        return;
    }
    // `.gitattributes` is judged by its meaning, so every byte value is tried, and the inner one too.
    let mut inner = five();
    inner.insert(".gitattributes".into(), b"* text=auto\n".to_vec());
    inner.insert("audit/.gitattributes".into(), b"* -text\n".to_vec());
    for (files, path) in [(five(), ".gitattributes"), (inner, "audit/.gitattributes")] {
        assert_eq!(ask(&files).exit_code(), 0);
        for at in 0..files[path].len() {
            for value in (0..=255).filter(|value| *value != files[path][at]) {
                let mut changed = files.clone();
                changed.get_mut(path).unwrap()[at] = value;
                names_first(&changed, path, "byte");
            }
        }
    }
}

#[test]
fn every_deleted_file_is_found_and_named() {
    for path in of_all_kinds().keys() {
        let mut files = of_all_kinds();
        files.remove(path);
        names_first(&files, path, "deleted");
    }
}

#[test]
fn every_truncation_is_found_and_named() {
    if !tree::slow_tests("trail::damage::every_truncation_is_found_and_named") {
        return;
    }
    for (path, bytes) in of_all_kinds() {
        // Every length of an entry, some of an envelope.
        let step = if bytes.len() > 1000 { 37 } else { 1 };
        for length in (0..bytes.len()).step_by(step) {
            let mut files = of_all_kinds();
            files.get_mut(&path).unwrap().truncate(length);
            names_first(&files, &path, "truncated");
        }
    }
}

#[test]
fn every_appended_byte_is_found_and_named() {
    // But for the line that a user adds to the file beside `audit/`: that one is theirs.
    for path in of_all_kinds().keys().filter(|path| *path != ".gitattributes") {
        for more in [&b"\n"[..], b" ", b"\0", b"{}", b"x"] {
            let mut files = of_all_kinds();
            files.get_mut(path).unwrap().extend_from_slice(more);
            names_first(&files, path, "appended");
        }
    }
    let mut files = five();
    files.get_mut(".gitattributes").unwrap().extend_from_slice(b"*.png binary\n");
    assert_eq!(ask(&files).exit_code(), 0);
    files.get_mut(".gitattributes").unwrap().extend_from_slice(b"* text=auto\n");
    names_first(&files, ".gitattributes", "a rule that undoes ours");
}

#[test]
fn every_duplicate_is_found_and_named() {
    for (path, bytes) in of_all_kinds() {
        for folder in [
            "audit/v9",
            "audit/rc-1/attempts/002",
            "audit/v1.1.0/attempts/004",
            "audit/v1.0.0/x",
            "audit/_plans/v1.0.0/002",
            "audit/_plans/v9/001",
            "audit/_waivers/v1.1.0/002",
            "audit/_waivers/v1.0.0/001",
            "audit/_others/v1.0.0/001",
        ] {
            let name = path.rsplit('/').next().unwrap();
            let mut files = of_all_kinds();
            files.insert(format!("{folder}/{name}"), bytes.clone());
            let answer = ask(&files);
            let named = breaks(&answer).iter().any(|(_, path)| path.starts_with(folder));
            assert!(answer.exit_code() == 1 && named, "{path} to {folder}: {:?}", answer.findings);
        }
    }
    // A whole folder, as a copy of a release under another name.
    let mut files = five();
    for name in ["audit.json", "entry.json"] {
        let bytes = files[&format!("audit/v1.0.0/{name}")].clone();
        files.insert(format!("audit/v1.0.1/{name}"), bytes);
    }
    let kinds: Vec<FindingKind> = breaks(&ask(&files)).into_iter().map(|(kind, _)| kind).collect();
    for kind in [FindingKind::EntryMisplaced, FindingKind::EnvelopeMisplaced, FindingKind::Fork] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
}

#[test]
fn every_exchange_of_two_files_is_found_and_one_of_them_named() {
    let paths: Vec<String> = of_all_kinds().into_keys().collect();
    for one in &paths {
        for other in paths.iter().filter(|other| *other > one) {
            let mut files = of_all_kinds();
            let (a, b) = (files[one].clone(), files[other].clone());
            files.insert(one.clone(), b);
            files.insert(other.clone(), a);
            let answer = ask(&files);
            assert_eq!(answer.exit_code(), 1, "{one} and {other}");
            let first = &breaks(&answer)[0].1;
            assert!(first == one || first == other, "{one} and {other}: {:?}", answer.findings);
        }
    }
}

#[test]
fn an_entry_rewritten_with_a_fresh_checksum_breaks_the_link_to_it() {
    for (at, folder) in ORDER.iter().enumerate().take(4) {
        let mut files = five();
        let path = format!("{folder}/entry.json");
        let text = String::from_utf8(files[&path].clone()).unwrap();
        let moved = text.replacen("\"written_at\": \"2026-11-21T", "\"written_at\": \"2026-10-21T", 1);
        let body = &moved[..moved.len() - 81];
        let sealed = format!("{body}\"checksum\": \"{}\"\n}}\n", Digest::of(body.as_bytes()));
        files.insert(path.clone(), sealed.into_bytes());
        let answer = ask(&files);
        assert_eq!(breaks(&answer), [(FindingKind::LinkBroken, path)], "entry {}", at + 1);
        assert_eq!(answer.findings[0].index, Some(at as u64 + 1));
    }
}

#[test]
fn an_inserted_entry_is_found_and_named() {
    let first = evalsig::trail::Placement { attempt: 1, supersedes: None };
    let links: Vec<Link> = (1..)
        .zip(ORDER)
        .map(|(index, folder)| Link { index, sha256: Digest::of(&five()[&format!("{folder}/entry.json")]) })
        .collect();
    // In each place, linked to what is before it; and behind the head without a link that fits.
    let mut cases: Vec<(u64, Option<Link>, FindingKind)> = vec![(1, None, FindingKind::Fork)];
    cases.extend(links.iter().take(4).map(|link| (link.index + 1, Some(*link), FindingKind::Fork)));
    cases.push((6, Some(links[3]), FindingKind::LinkBroken));
    cases.push((6, None, FindingKind::LinkBroken));
    cases.push((8, Some(Link { index: 7, ..links[4] }), FindingKind::IndexMissing));
    cases.push((u64::MAX, Some(Link { index: u64::MAX - 1, ..links[4] }), FindingKind::IndexMissing));
    for (index, previous, kind) in cases {
        let mut files = five();
        let bytes = Decision::new("inserted", 77).bytes(&first);
        let path = "audit/inserted/audit.json".to_owned();
        let envelope =
            EnvelopeRef { path: path.clone(), sha256: Digest::of(&bytes), size: bytes.len() as u64 };
        let entry = Entry {
            kind: EntryKind::Decision,
            index,
            envelope,
            previous,
            written_at: "2026-11-21T08:00:00Z".into(),
        };
        files.insert("audit/inserted/entry.json".into(), entry.to_bytes().unwrap());
        files.insert(path, bytes);
        let answer = ask(&files);
        let found = breaks(&answer);
        assert_eq!((found.len(), found[0].0), (1, kind), "index {index}: {found:?}");
        // Of two heads none can be told to be the genuine one, so both are named.
        let named = format!("{} {}", found[0].1, answer.findings[0].found);
        assert!(named.contains("audit/inserted/entry.json"), "index {index}: {named}");
        assert!(index == 5 || found[0].1 == "audit/inserted/entry.json", "index {index}: {named}");
        let error = Decision::new("next", 78).append(&MemoryTrail::of(files)).unwrap_err();
        assert_eq!(error.code, evalsig::domain::Code::TrailBroken);
    }
}

#[test]
fn a_rewritten_tail_is_found_only_with_an_anchor() {
    let files = five();
    let head = Digest::of(&files["audit/v1.1.0/attempts/003/entry.json"]);
    let envelope = Digest::of(&files["audit/rc-1/audit.json"]);
    let third = Digest::of(&files["audit/v1.1.0/attempts/002/entry.json"]);

    // Entry 4 said ALLOW or not; now it says the opposite, and every hash after it is made anew.
    let mut forged = files.clone();
    forged.insert(
        "audit/rc-1/audit.json".into(),
        Decision::new("rc-1", 3).bytes(&evalsig::trail::Placement { attempt: 1, supersedes: None }),
    );
    reseal(&mut forged, &ORDER);
    let answer = ask(&forged);
    assert_eq!((answer.exit_code(), answer.anchored()), (0, false));
    assert!(
        answer.findings.iter().any(|f| f.kind == FindingKind::NotAnchored && f.severity == Severity::Note)
    );
    for anchor in [head, envelope, third] {
        let answer = ask_with(&forged, &[anchor]);
        assert_eq!(answer.exit_code(), 1);
        assert_eq!(breaks(&answer), [(FindingKind::AnchorMissing, String::new())]);
        assert!(answer.findings[0].expected.contains(&anchor.to_string()));
        assert_eq!(ask_with(&files, &[anchor]).exit_code(), 0);
    }

    // Cutting the tail off is the same.
    let mut cut = files.clone();
    cut.retain(|path, _| !path.starts_with("audit/v1.1.0/attempts/003/"));
    assert_eq!(ask(&cut).exit_code(), 0);
    assert_eq!(ask_with(&cut, &[head]).exit_code(), 1);
    // An older anchor holds only what is before it, and the answer says how far that is.
    let answer = ask_with(&cut, &[third]);
    assert_eq!((answer.exit_code(), answer.anchored_to()), (0, Some(3)));
    // An envelope's hash holds that envelope.
    let answer = ask_with(&files, &[envelope]);
    assert_eq!((answer.exit_code(), answer.anchored(), answer.anchored_to()), (0, true, None));
}

#[test]
fn an_envelope_that_lacks_a_member_or_has_it_in_another_form_is_named() {
    for (from, to) in [
        ("\"p_value\": 0.03", "\"p_value\": \"small\""),
        ("\"p_value\": 0.03,", ""),
        ("\"pairs\": 400", "\"pairs\": -1"),
        ("\"clock\":", "\"watch\":"),
        ("\"exit_code\": 1", "\"exit_code\": 0"),
    ] {
        let mut files = five();
        let path = "audit/v1.0.0/audit.json";
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        files.insert(path.into(), text.replacen(from, to, 1).into_bytes());
        reseal(&mut files, &ORDER);
        assert_eq!(breaks(&ask(&files)), [(FindingKind::EnvelopeUnreadable, path.into())], "{from}");
    }
}

#[test]
fn a_required_anchor_that_is_not_given_leaves_the_question_open() {
    let question = Question { require_anchor: true, ..Question::default() };
    let answer = verify(&MemoryTrail::of(five()), &question).unwrap();
    assert_eq!(answer.exit_code(), 2);
    assert!(
        answer
            .findings
            .iter()
            .any(|f| f.kind == FindingKind::NotAnchored && f.severity == Severity::Undecided)
    );
    // Broken is broken, anchored or not.
    let mut files = five();
    files.remove("audit/rc-1/entry.json");
    assert_eq!(verify(&MemoryTrail::of(files), &question).unwrap().exit_code(), 1);
}

#[test]
fn attempts_resealed_with_care_still_show() {
    // An attempt that is left out, with every hash of the chain made anew.
    let mut files = five();
    files.retain(|path, _| !path.contains("attempts/002"));
    reseal(&mut files, &["audit/v1.0.0", "audit/v1.1.0", "audit/rc-1", "audit/v1.1.0/attempts/003"]);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::AttemptMissing, "audit/v1.1.0/attempts/002/audit.json".into())]
    );
    // The newest moved up to close the gap.
    for name in ["audit.json", "entry.json"] {
        let bytes = files.remove(&format!("audit/v1.1.0/attempts/003/{name}")).unwrap();
        files.insert(format!("audit/v1.1.0/attempts/002/{name}"), bytes);
    }
    reseal(&mut files, &["audit/v1.0.0", "audit/v1.1.0", "audit/rc-1", "audit/v1.1.0/attempts/002"]);
    let kinds: Vec<FindingKind> = breaks(&ask(&files)).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [FindingKind::EnvelopeMisplaced, FindingKind::SupersedesWrong]);
    // Attempts recorded in another order.
    let mut files = five();
    reseal(&mut files, &[ORDER[0], ORDER[1], ORDER[4], ORDER[3], ORDER[2]]);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::AttemptsOutOfOrder, "audit/v1.1.0/attempts/003/entry.json".into())]
    );
    // A superseded attempt replaced.
    let mut files = five();
    let forged = Decision::new("v1.1.0", 99);
    let first = evalsig::trail::Placement { attempt: 1, supersedes: None };
    files.insert("audit/v1.1.0/audit.json".into(), forged.bytes(&first));
    reseal(&mut files, &ORDER);
    assert_eq!(
        breaks(&ask(&files)),
        [(FindingKind::SupersedesWrong, "audit/v1.1.0/attempts/002/audit.json".into())]
    );
}

#[test]
fn a_clone_with_autocrlf_is_recognised_by_name() {
    let mut files = five();
    for bytes in files.values_mut() {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n").into_bytes();
    }
    let answer = ask(&files);
    assert_eq!(answer.exit_code(), 1);
    let breaks = breaks(&answer);
    assert_eq!(breaks.len(), 10, "{breaks:?}");
    assert!(breaks.iter().all(|(kind, _)| *kind == FindingKind::LineEndings), "{breaks:?}");
    // What the bytes were is still known, and so is the anchor.
    assert_eq!(answer.head, ask(&five()).head);
    assert!(answer.lines.iter().all(|line| line.verdict.is_some() && !line.ok));
    // A conversion does not hide a change.
    files.get_mut("audit/rc-1/audit.json").unwrap()[30] ^= 1;
    assert!(
        super::breaks(&ask(&files)).contains(&(FindingKind::EnvelopeChanged, "audit/rc-1/audit.json".into()))
    );
}

#[test]
fn strange_files_are_named_and_known_ones_noted() {
    let mut files = five();
    for (path, bytes) in [
        ("audit/v1.0.0/audit.json.asc", "{}"),
        ("audit/v1.0.0/audit.json.sig", ""),
        ("audit/v1.1.0/attempts/002/signer.pem", ""),
        ("audit/.staging/folder/audit.json", "{"),
    ] {
        files.insert(path.into(), bytes.into());
    }
    let answer = ask(&files);
    assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
    let notes = |kind: FindingKind| answer.findings.iter().filter(|f| f.kind == kind).count();
    assert_eq!((notes(FindingKind::Signature), notes(FindingKind::Leftover)), (3, 1));

    for path in
        ["audit/README.md", "audit/v1.0.0/Audit.json", "audit/v1.0.0/audit (1).json", "audit/v8/a.pem"]
    {
        let mut files = five();
        files.insert(path.into(), b"x".to_vec());
        assert_eq!(breaks(&ask(&files)), [(FindingKind::UnexpectedFile, path.into())]);
    }
    // Under a name that some file systems would merge with another.
    let mut files = five();
    for name in ["audit.json", "entry.json"] {
        let bytes = files[&format!("audit/rc-1/{name}")].clone();
        files.insert(format!("audit/RC-1/{name}"), bytes);
    }
    assert!(breaks(&ask(&files)).contains(&(FindingKind::ReleaseCase, "audit/rc-1".into())));
}

/// A trail in which one path is something else than a plain file.
struct Special(MemoryTrail, &'static str, FileKind);

impl TrailFiles for Special {
    fn snapshot(&self) -> Result<Snapshot, evalsig::domain::Diagnostic> {
        let mut snapshot = self.0.snapshot()?;
        snapshot.files.retain(|file| file.path != self.1);
        snapshot.files.push(Listed { path: self.1.into(), kind: self.2 });
        Ok(snapshot)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, evalsig::domain::Diagnostic> {
        assert_ne!(path, self.1, "followed");
        self.0.read(path)
    }
}

#[test]
fn links_and_special_files_are_named_and_never_read() {
    for path in
        ["audit/v1.0.0/audit.json", "audit/rc-1/entry.json", "audit/.gitattributes", "audit/v1.0.0/a.sig"]
    {
        for kind in [FileKind::Link, FileKind::Other] {
            let answer = verify(&Special(MemoryTrail::of(five()), path, kind), &Question::default()).unwrap();
            assert!(breaks(&answer).contains(&(FindingKind::NotAFile, path.into())), "{:?}", answer.findings);
        }
    }
}

#[test]
fn nothing_to_verify_is_no_pass() {
    let answer = ask(&Files::new());
    assert_eq!((answer.exit_code(), answer.findings[0].kind), (2, FindingKind::NothingToVerify));
    // An auditor who kept a hash knows more: the trail was emptied.
    assert_eq!(ask_with(&Files::new(), &[Digest::of(b"kept")]).exit_code(), 1);
    let absent = Question { release_id: Some("v7".parse().unwrap()), ..Question::default() };
    let answer = verify(&MemoryTrail::of(five()), &absent).unwrap();
    assert_eq!((answer.exit_code(), answer.lines.len()), (2, 0));
    let one = Question { release_id: Some("v1.1.0".parse().unwrap()), ..Question::default() };
    let answer = verify(&MemoryTrail::of(five()), &one).unwrap();
    assert_eq!((answer.exit_code(), answer.lines.len(), answer.entries), (0, 3, 5));
    // The chain is checked whole all the same.
    let mut files = five();
    files.get_mut("audit/rc-1/audit.json").unwrap()[9] ^= 1;
    assert_eq!(verify(&MemoryTrail::of(files), &one).unwrap().exit_code(), 1);
}

#[test]
fn what_no_writer_writes_is_never_a_panic() {
    for bytes in
        [&b""[..], b"{}", b"[]", b"null", b"\xff\xfe", &[b'{'; 5000], &[0; 200], ENTRY_SCHEMA.as_bytes()]
    {
        for path in of_all_kinds().keys() {
            let mut files = of_all_kinds();
            files.insert(path.clone(), bytes.to_vec());
            assert_eq!(ask(&files).exit_code(), 1, "{path}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_random_chain_is_intact_and_any_changed_byte_in_it_is_named(
        steps in prop::collection::vec((0_u8..4, any::<u64>()), 1..12),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1_u8..), 40),
    ) {
        let trail = MemoryTrail::default();
        for (release, number) in &steps {
            Decision::new(&format!("release-{release}"), *number).append(&trail).unwrap();
        }
        let files = trail.files.into_inner();
        let answer = ask(&files);
        prop_assert_eq!(answer.exit_code(), 0);
        let head = answer.head.unwrap();
        prop_assert_eq!(ask_with(&files, &[head.1]).anchored_to(), Some(head.0));
        let paths: Vec<&String> = files.keys().collect();
        for (path, at, mask) in places {
            let path = paths[path.index(paths.len())];
            let mut changed = files.clone();
            let at = at.index(changed[path].len());
            changed.get_mut(path).unwrap()[at] ^= mask;
            let answer = ask(&changed);
            prop_assert_eq!(answer.exit_code(), 1);
            prop_assert_eq!(&breaks(&answer)[0].1, path);
        }
    }
}
