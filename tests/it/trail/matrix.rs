//! The tampering matrix: a trail of twenty entries with attempts, a time stamp on every entry and a
//! signature on every envelope, changed in every way; each change is found, and the file is named.

use crate::tree;
use std::collections::BTreeSet;
use std::fs;

use evalsig::domain::Digest;
use evalsig::envelope::{self, v1};
use evalsig::trail::time_stamp::Authorities;
use evalsig::trail::{
    Entry, EntryKind, EnvelopeRef, FindingKind, Link, PublicKey, Question, Trust, Verification, verify,
};

use super::{Decision, Files, MemoryTrail, breaks, documents, spread};
use crate::support::authority::Authority;
use crate::support::{Session, tool};

/// The trail, and whom its verifier trusts.
struct Evidence {
    files: Files,
    trust: Trust,
    authority: Authority,
    /// Folders in the order of the chain.
    order: Vec<String>,
}

impl Evidence {
    fn ask(&self, files: &Files, anchors: &[Digest]) -> Verification {
        let anchors = anchors.iter().copied().map(Into::into).collect();
        let question = Question { anchors, trust: self.trust.clone(), ..Question::default() };
        verify(&MemoryTrail::of(files.clone()), &question).unwrap()
    }

    /// The first break is in this file.
    #[track_caller]
    fn names_first(&self, files: &Files, path: &str, what: &str) {
        let answer = self.ask(files, &[]);
        assert_eq!(answer.exit_code(), 1, "{what}: {path} was not found");
        assert_eq!(breaks(&answer)[0].1, path, "{what}: {:?}", answer.findings);
    }

    /// Some break is in this file.
    #[track_caller]
    fn names(&self, files: &Files, path: &str, what: &str) {
        let answer = self.ask(files, &[]);
        let named = breaks(&answer).iter().any(|(_, named)| named == path);
        assert!(named && answer.exit_code() == 1, "{what}: {path}: {:?}", answer.findings);
    }
}

/// Twenty entries over nine releases: `None`, said loudly, without openssl.
fn evidence() -> Option<Evidence> {
    let evidence = made(false)?;
    assert_eq!(evidence.files.len(), 81, "twenty times four files, and .gitattributes");
    Some(evidence)
}

/// The same, and a plan and a waiver after them.
fn of_all_kinds() -> Option<Evidence> {
    let evidence = made(true)?;
    assert_eq!(evidence.files.len(), 89);
    Some(evidence)
}

fn made(with_documents: bool) -> Option<Evidence> {
    let authority = Authority::new("tsa", "ec:P-256", "sha256")?;
    authority.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sign.key");
    authority.openssl("pkey -in sign.key -pubout -out sign.pub");
    let trail = MemoryTrail::default();
    let (mut order, mut newest) = (Vec::new(), None);
    for number in 0..20_u64 {
        let decision = Decision::new(&format!("v{}", number * 7 % 9), number);
        let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
        let done = decision.append_stamped(&trail, &mut stamp).unwrap();
        let folder = done.location().path.strip_suffix("/audit.json").unwrap().to_owned();
        let signature = sign(&authority, &trail.files.borrow()[&done.location().path]);
        trail.files.borrow_mut().insert(format!("{folder}/audit.json.sig"), signature);
        order.push(folder);
        newest = Some((decision.release.to_string(), documents::named(&done)));
    }
    if let Some((release, decision)) = newest.filter(|_| with_documents) {
        let mut plan = documents::plan(&release, 1);
        let mut waiver = documents::waiver(&release, decision, 1);
        (plan.time_stamp, waiver.time_stamp) = (documents::required(), documents::required());
        for (kind, bytes) in [
            (EntryKind::Plan, envelope::to_bytes(&plan).unwrap()),
            (EntryKind::Waiver, envelope::to_bytes(&waiver).unwrap()),
        ] {
            let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
            let at = "2026-11-22T08:00:00Z";
            let done = documents::append(&trail, &release, kind, &bytes, at, &mut stamp).unwrap();
            let signature = sign(&authority, &bytes);
            trail.files.borrow_mut().insert(format!("{}.sig", done.location().path), signature);
        }
    }
    let trust = Trust {
        authorities: Authorities::read(&fs::read(authority.root()).unwrap()).unwrap(),
        key: Some(PublicKey::from_pem(&fs::read(authority.path("sign.pub")).unwrap()).unwrap()),
        ..Trust::default()
    };
    let files = trail.files.into_inner();
    let evidence = Evidence { files, trust, authority, order };
    let answer = evidence.ask(&evidence.files, &[]);
    let entries = if with_documents { 22 } else { 20 };
    assert_eq!(
        (answer.exit_code(), answer.entries, answer.anchored_to()),
        (0, entries, Some(entries as u64))
    );
    Some(evidence)
}

fn sign(authority: &Authority, bytes: &[u8]) -> Vec<u8> {
    fs::write(authority.path("to-sign"), bytes).unwrap();
    authority.openssl("dgst -sha256 -sign sign.key -out signature to-sign");
    fs::read(authority.path("signature")).unwrap()
}

#[test]
fn every_flipped_byte_is_found_and_named() {
    if !tree::slow_tests("trail::matrix::every_flipped_byte_is_found_and_named") {
        return;
    }
    let Some(evidence) = of_all_kinds() else { return };
    // All of them take minutes, so the everyday run takes some of each file, others for each file.
    let all = std::env::var_os("EVALSIG_SOAK").is_some();
    let (mut flips, mut bytes) = (0_usize, 0_usize);
    for (number, (path, content)) in evidence.files.iter().enumerate() {
        let step = if all { 1 } else { content.len() / 9 + 1 };
        for at in (number % step..content.len()).step_by(step) {
            let mut files = evidence.files.clone();
            files.get_mut(path).unwrap()[at] ^= 1 << (at % 8);
            evidence.names_first(&files, path, "flipped");
            flips += 1;
        }
        bytes += content.len();
    }
    eprintln!("{flips} of {bytes} bytes flipped, each found and named");
}

#[test]
fn every_deleted_and_truncated_file_is_found_and_named() {
    if !tree::slow_tests("trail::matrix::every_deleted_and_truncated_file_is_found_and_named") {
        return;
    }
    let Some(evidence) = of_all_kinds() else { return };
    for (path, content) in &evidence.files {
        let mut deleted = evidence.files.clone();
        deleted.remove(path);
        if path.ends_with(".sig") {
            // Nothing in a chain can tell of what was put there after it: git, a mirror's receipt and an
            // export can.
            assert_eq!(evidence.ask(&deleted, &[]).exit_code(), 0);
        } else {
            evidence.names_first(&deleted, path, "deleted");
        }
        for length in [0, 1, content.len() / 2, content.len() - 1] {
            let mut truncated = evidence.files.clone();
            truncated.get_mut(path).unwrap().truncate(length);
            evidence.names_first(&truncated, path, "truncated");
        }
    }
}

#[test]
fn every_swapped_and_duplicated_file_is_found_and_named() {
    if !tree::slow_tests("trail::matrix::every_swapped_and_duplicated_file_is_found_and_named") {
        return;
    }
    let Some(evidence) = evidence() else { return };
    let files = &evidence.files;
    for name in ["audit.json", "entry.json", "entry.tsr", "audit.json.sig"] {
        for (number, folder) in evidence.order.iter().enumerate() {
            let here = format!("{folder}/{name}");
            for other in evidence.order.iter().skip(number + 1) {
                let there = format!("{other}/{name}");
                let mut swapped = files.clone();
                swapped.insert(here.clone(), files[&there].clone());
                swapped.insert(there.clone(), files[&here].clone());
                evidence.names(&swapped, &here, "swapped");
                evidence.names(&swapped, &there, "swapped");
            }
            // Over its neighbour, and into a release of its own.
            let next = format!("{}/{name}", evidence.order[(number + 1) % 20]);
            let mut doubled = files.clone();
            doubled.insert(next.clone(), files[&here].clone());
            evidence.names(&doubled, &next, "duplicated");
            let mut added = files.clone();
            added.insert(format!("audit/v99/{name}"), files[&here].clone());
            let answer = evidence.ask(&added, &[]);
            assert_eq!(answer.exit_code(), 1, "{name}");
            assert!(breaks(&answer).iter().any(|(_, path)| path.starts_with("audit/v99/")), "{name}");
        }
    }
    // A whole decision, with all that vouches for it, under another name.
    let mut copied = files.clone();
    for name in ["audit.json", "entry.json", "entry.tsr", "audit.json.sig"] {
        copied.insert(format!("audit/v99/{name}"), files[&format!("{}/{name}", evidence.order[19])].clone());
    }
    let kinds: BTreeSet<FindingKind> =
        breaks(&evidence.ask(&copied, &[])).into_iter().map(|(kind, _)| kind).collect();
    assert!(
        kinds.contains(&FindingKind::EntryMisplaced) && kinds.contains(&FindingKind::EnvelopeMisplaced),
        "{kinds:?}"
    );
}

/// A trail whose twelfth verdict is turned to its opposite, with every hash after it made anew.
fn rewritten(evidence: &Evidence, change: impl Fn(&mut v1::Envelope)) -> Files {
    let mut files = evidence.files.clone();
    let mut previous = None;
    let mut named: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for (index, folder) in (1..).zip(&evidence.order) {
        let path = format!("{folder}/audit.json");
        let mut envelope: v1::Envelope = serde_json::from_slice(&files[&path]).unwrap();
        if index == 12 {
            envelope.verdict = v1::VerdictWord::Allow;
            envelope.report.verdict = v1::VerdictWord::Allow;
            (envelope.exit_code, envelope.report.exit_code) = (0, 0);
        }
        if let Some(before) = &mut envelope.supersedes {
            before.sha256.clone_from(&named[&before.path]);
        }
        change(&mut envelope);
        let bytes = envelope::to_bytes(&envelope).unwrap();
        named.insert(path.clone(), Digest::of(&bytes).to_string());
        let size = bytes.len() as u64;
        let written_at = envelope.decided_at.clone();
        let entry = Entry {
            kind: EntryKind::Decision,
            index,
            envelope: EnvelopeRef { sha256: Digest::of(&bytes), size, path: path.clone() },
            previous,
            written_at,
        };
        files.insert(path, bytes);
        let bytes = entry.to_bytes().unwrap();
        previous = Some(Link { index, sha256: Digest::of(&bytes) });
        files.insert(format!("{folder}/entry.json"), bytes);
    }
    files
}

#[test]
fn history_written_anew_is_found_by_what_lies_outside_it() {
    let Some(evidence) = evidence() else { return };
    let head = evidence.ask(&evidence.files, &[]).head.unwrap().1;
    let unaware = Question::default();
    let plain = |files: &Files| verify(&MemoryTrail::of(files.clone()), &unaware).unwrap();
    let kinds =
        |answer: &Verification| breaks(answer).into_iter().map(|(kind, _)| kind).collect::<BTreeSet<_>>();

    // The time stamps are of the old entries: found without anybody to trust.
    let clumsy = rewritten(&evidence, |_| ());
    assert_eq!(kinds(&plain(&clumsy)), [FindingKind::TimeStampWrong].into());
    assert!(kinds(&evidence.ask(&clumsy, &[])).contains(&FindingKind::SignatureWrong));

    // Without them the envelopes say what was removed.
    let mut bare = clumsy.clone();
    bare.retain(|path, _| !path.ends_with(".tsr") && !path.ends_with(".sig"));
    assert_eq!(kinds(&plain(&bare)), [FindingKind::TimeStampMissing].into());

    // Whoever thinks of that too leaves a trail without a fault, which only an anchor gives away.
    let mut careful = rewritten(&evidence, |envelope| envelope.time_stamp = None);
    careful.retain(|path, _| !path.ends_with(".tsr") && !path.ends_with(".sig"));
    let answer = plain(&careful);
    assert_eq!((answer.exit_code(), answer.anchored()), (0, false), "{:?}", answer.findings);
    let required = Question { require_anchor: true, trust: evidence.trust.clone(), ..Question::default() };
    let answer = verify(&MemoryTrail::of(careful.clone()), &required).unwrap();
    assert_eq!(answer.exit_code(), 2, "whoever asks for an anchor is not fooled");
    let answer = evidence.ask(&careful, &[head]);
    assert_eq!((answer.exit_code(), breaks(&answer)), (1, vec![(FindingKind::AnchorMissing, String::new())]));
    assert_eq!(evidence.ask(&evidence.files, &[head]).exit_code(), 0);

    // Stamped and signed anew by the very authority and key: the anchor finds it still. The times are
    // those of the rewriting.
    let mut restamped = rewritten(&evidence, |_| ());
    for folder in &evidence.order {
        let entry = restamped[&format!("{folder}/entry.json")].clone();
        restamped.insert(format!("{folder}/entry.tsr"), evidence.authority.stamp(&entry));
        let envelope = restamped[&format!("{folder}/audit.json")].clone();
        restamped.insert(format!("{folder}/audit.json.sig"), sign(&evidence.authority, &envelope));
    }
    assert_eq!(evidence.ask(&restamped, &[]).exit_code(), 0);
    assert_eq!(kinds(&evidence.ask(&restamped, &[head])), [FindingKind::AnchorMissing].into());

    // The tail cut off, with everything that belongs to it.
    let mut cut = evidence.files.clone();
    cut.retain(|path, _| !path.starts_with(&format!("{}/", evidence.order[19])));
    assert_eq!(evidence.ask(&cut, &[]).exit_code(), 0);
    assert_eq!(kinds(&evidence.ask(&cut, &[head])), [FindingKind::AnchorMissing].into());
}

#[test]
fn what_git_keeps_shows_a_removed_signature() {
    let Some(evidence) = evidence() else { return };
    if tool("git", &["--version"]).is_none() {
        return;
    }
    let session = Session::new();
    spread(&evidence.files, &session.path("."));
    let git = |line: &str| session.git(line);
    git("init -q");
    git("add .");
    git("commit -q -m trail");
    let trust = format!(
        "--tsa-ca {} --key {}",
        evidence.authority.root().display(),
        evidence.authority.path("sign.pub").display()
    );
    let told = session.run(&format!("verify {trust}")).exits(0).stdout;
    assert!(told.contains("TIME STAMPS: 20 of 20 entries"), "{told}");
    assert!(told.contains("SIGNED: 20 of 20 entries, by the key."), "{told}");
    let path = format!("{}/audit.json.sig", evidence.order[6]);
    git(&format!("rm -q {path}"));
    git("commit -q -m tidy");
    let told = session.run(&format!("verify {trust}")).exits(1).stdout;
    assert!(told.contains("broken history-removed") && told.contains(&path), "{told}");
}
