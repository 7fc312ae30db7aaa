//! Trails in memory that anybody may have written to.

use std::cell::RefCell;
use std::collections::BTreeMap;

use evalsig::domain::{Code, Diagnostic, Digest};
use evalsig::trail::time_stamp::{self, Authorities};
use evalsig::trail::{
    self, Addition, AppendOutcome, Appended, DetachedEnvelope, FileKind, HeadToken, Listed, NewEntry,
    Placement, Port, PublicKey, Question, Roots, Snapshot, TrailFiles, Trust, verify, verify_detached,
};
use serde_json::Value;

use super::documents::seal;
use super::draw::Draw;
use super::readers::{refused_well, sections};

type Files = BTreeMap<String, Vec<u8>>;

/// A trail in memory.
struct Memory(RefCell<Files>);

impl Memory {
    fn token(&self) -> HeadToken {
        let paths: Vec<String> = self.0.borrow().keys().cloned().collect();
        HeadToken(Digest::of(paths.join("\n").as_bytes()).to_string())
    }
}

impl TrailFiles for Memory {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let kind = |path: &str| match path.rsplit('/').next() {
            Some("link") => FileKind::Link,
            Some("fifo") => FileKind::Other,
            _ => FileKind::Plain,
        };
        let list = |path: &String| Listed { path: path.clone(), kind: kind(path) };
        Ok(Snapshot { token: self.token(), files: self.0.borrow().keys().map(list).collect() })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let bytes = self.0.borrow().get(path).cloned();
        bytes.ok_or_else(|| Code::FileUnreadable.at("trail").what("is not there"))
    }
}

impl Port for Memory {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        if self.token() != *token {
            return Ok(AppendOutcome::Conflict);
        }
        for file in &addition.files {
            let before = self.0.borrow_mut().insert(file.path.clone(), file.bytes.clone());
            assert!(before.is_none(), "{} was replaced", file.path);
        }
        Ok(AppendOutcome::Done)
    }
}

/// The files of a trail under `tests/golden`.
macro_rules! golden {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        BTreeMap::from([attributes(), $((
            concat!("audit/", $file).to_owned(),
            include_bytes!(concat!("../../tests/golden/", $folder, "/audit/", $file)).to_vec(),
        )),+])
    };
}

/// What keeps git from changing a trail's bytes.
fn attributes() -> (String, Vec<u8>) {
    (".gitattributes".into(), b"audit/** -text\n".to_vec())
}

fn plain() -> Files {
    golden!("trail_v1":
        "2026-11-21_rc.1/audit.json", "2026-11-21_rc.1/entry.json",
        "v1.0.0/audit.json", "v1.0.0/entry.json",
        "v1.1.0/attempts/002/audit.json", "v1.1.0/attempts/002/entry.json",
        "v1.1.0/attempts/003/audit.json", "v1.1.0/attempts/003/entry.json",
        "v1.1.0/audit.json", "v1.1.0/entry.json",
        "v2.0.0/audit.json", "v2.0.0/entry.json",
    )
}

fn stamped() -> Files {
    golden!("trail_v1_stamped":
        "v1.0.0/audit.json", "v1.0.0/audit.json.sig", "v1.0.0/entry.json", "v1.0.0/entry.tsr",
        "v1.1.0/attempts/002/audit.json", "v1.1.0/attempts/002/audit.json.sig",
        "v1.1.0/attempts/002/entry.json", "v1.1.0/attempts/002/entry.tsr",
        "v1.1.0/audit.json", "v1.1.0/audit.json.sig", "v1.1.0/entry.json", "v1.1.0/entry.tsr",
        "v1.2.0/audit.json", "v1.2.0/audit.json.sig", "v1.2.0/entry.json", "v1.2.0/entry.tsr",
    )
}

/// Whom that trail's makers trusted.
fn trust() -> Trust {
    let key = include_bytes!("../../tests/golden/trail_v1_stamped/signer.pub");
    let authority = include_bytes!("../../tests/golden/trail_v1_stamped/tsa-ca.pem");
    Trust {
        authorities: Authorities::read(authority).expect("a certificate"),
        key: Some(PublicKey::from_pem(key).expect("a key")),
        ..Trust::default()
    }
}

/// Any files as a trail, the input's parts. What verifies as intact is a chain by its plain definition; what is intact
/// can be extended, and is intact then; what is not is extended by nothing.
pub fn any(data: &[u8]) {
    let mut files = Files::from([attributes()]);
    for (path, bytes) in sections(data) {
        let sealed = path.ends_with("entry.json");
        files.insert(path, if sealed { seal(&filled(bytes, &files)) } else { bytes.to_vec() });
    }
    let memory = Memory(RefCell::new(files));
    let Ok(before) = verify(&memory, &Question::default()) else { return };
    let intact = before.exit_code() == 0;
    if intact {
        chain(&memory.0.borrow());
    }
    match trail::records(&memory, None) {
        Ok(found) => assert!(!intact || found.len() == before.entries),
        Err(error) => refused_well(&error),
    }
    match extend(&memory) {
        // A trail may hold that very decision.
        Ok(Appended::Exists(_)) => {}
        Ok(Appended::Written(_)) => {
            let after = verify(&memory, &Question::default()).expect("memory is read");
            if intact {
                assert_eq!(
                    (after.exit_code(), after.entries),
                    (0, before.entries + 1),
                    "{:?}",
                    after.findings
                );
                chain(&memory.0.borrow());
            }
        }
        Err(error) => {
            refused_well(&error);
            assert!(!intact || error.code == Code::BadReleaseId, "{error}");
        }
    }
}

/// The body of an entry with its marks filled in, so that changes of other files need not break every hash:
/// `@sha256(path)` and `@size(path)` of a file that stands before it.
fn filled(body: &[u8], files: &Files) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(body) else { return body.to_vec() };
    let mut text = text.to_owned();
    for (path, bytes) in files {
        text = text.replace(&format!("@sha256({path})"), &Digest::of(bytes).to_string());
        text = text.replace(&format!("\"@size({path})\""), &bytes.len().to_string());
    }
    text.into_bytes()
}

/// A new decision about a release of its own: an envelope of the golden trail under another name.
fn extend(memory: &Memory) -> Result<Appended, Diagnostic> {
    let envelope = |placement: &Placement| -> Vec<u8> {
        let bytes = include_bytes!("../../tests/golden/trail_v1/audit/v1.0.0/audit.json");
        let mut value: Value = serde_json::from_slice(bytes).expect("JSON");
        value["release_id"] = "zz-new".into();
        value["attempt"] = placement.attempt.into();
        value["supersedes"] = serde_json::to_value(&placement.supersedes).expect("JSON");
        value["inputs"]["candidate"]["sha256"] =
            Digest::of(b"nobody decided about this yet").to_string().into();
        evalsig::envelope::to_bytes(&value).expect("JSON")
    };
    let facts = evalsig::envelope::read(&envelope(&Placement { attempt: 1, supersedes: None })).expect("one");
    trail::append(
        memory,
        &mut NewEntry {
            release: &"zz-new".parse().expect("a release"),
            facts: &facts,
            render: &mut |placement| Ok(envelope(placement)),
            stamp: &mut |_| Ok(None),
            written_at: "2026-11-27T08:00:00Z",
        },
    )
}

/// The definition of a chain, without the library: entries number 1 to n, each names the bytes of the one before it and
/// of the file beside it.
fn chain(files: &Files) {
    let mut entries: Vec<(u64, &String, Value)> = files
        .iter()
        .filter(|(path, _)| path.ends_with("/entry.json") && !path.starts_with("audit/.staging/"))
        .map(|(path, bytes)| {
            let value: Value = serde_json::from_slice(bytes).expect("an entry of an intact trail is JSON");
            (value["index"].as_u64().expect("an index"), path, value)
        })
        .collect();
    entries.sort_by_key(|(index, ..)| *index);
    let mut previous: Option<(u64, String)> = None;
    for (at, (index, path, entry)) in entries.iter().enumerate() {
        assert_eq!(*index, at as u64 + 1, "{path}");
        match &previous {
            None => assert!(entry["previous"].is_null(), "{path}"),
            Some((index, sha256)) => {
                assert_eq!(entry["previous"]["index"].as_u64(), Some(*index), "{path}");
                assert_eq!(entry["previous"]["sha256"].as_str(), Some(sha256.as_str()), "{path}");
            }
        }
        let envelope = entry["envelope"]["path"].as_str().expect("a path");
        assert_eq!(
            envelope.rsplit_once('/').map(|(folder, _)| folder),
            path.rsplit_once('/').map(|(f, _)| f)
        );
        let bytes = files.get(envelope).expect("the file that an entry names is there");
        assert_eq!(
            entry["envelope"]["sha256"].as_str(),
            Some(Digest::of(bytes).to_string().as_str()),
            "{path}"
        );
        assert_eq!(entry["envelope"]["size"].as_u64(), Some(bytes.len() as u64), "{path}");
        previous = Some((*index, Digest::of(&files[*path]).to_string()));
    }
}

/// A golden trail, changed: whatever bytes of whatever file are others, or a file is missing, it shows.
pub fn changed(data: &[u8]) {
    let mut draw = Draw::of(data);
    let original = plain();
    let mut files = original.clone();
    for _ in 0..=draw.below(3) {
        let mut ours = original.keys().filter(|path| path.starts_with("audit/"));
        let path = ours.nth(draw.below(original.len() - 1)).expect("a file").clone();
        let Some(bytes) = files.get_mut(&path) else { continue };
        match draw.below(6) {
            0 => drop(files.remove(&path)),
            1 => bytes.truncate(draw.below(bytes.len().max(1))),
            2 => {
                let at = draw.below(bytes.len().max(1));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= draw.byte();
                }
            }
            3 => {
                let at = draw.below(bytes.len().max(1));
                bytes.insert(at.min(bytes.len()), draw.byte());
            }
            4 => {
                let other = original.keys().nth(draw.below(original.len())).expect("a file");
                *bytes = original[other].clone();
            }
            _ => {
                // Somebody who knows how entries are sealed.
                let at = draw.below(bytes.len().max(1));
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = byte.wrapping_add(draw.byte());
                }
                if path.ends_with("entry.json") {
                    *bytes = seal(bytes);
                }
            }
        }
    }
    let answer = verify(&Memory(RefCell::new(files.clone())), &Question::default()).expect("memory is read");
    // Entries cut off at the end, both files of each, leave a trail that is shorter and whole: an anchor shows that.
    let cut = files.len() < original.len() && files.iter().all(|(path, bytes)| original[path] == *bytes);
    if files == original {
        assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
    } else if !cut {
        let newest = newest_only(&original, &files);
        assert!(answer.exit_code() != 0 || newest, "a changed trail is intact: {data:?}");
        if answer.exit_code() == 0 {
            chain(&files);
        }
    } else if answer.exit_code() == 0 {
        chain(&files);
    }
}

/// Whether only the newest entry was changed, and sealed again: a chain says nothing of its own end.
fn newest_only(original: &Files, files: &Files) -> bool {
    let newest = original
        .iter()
        .filter(|(path, _)| path.ends_with("entry.json"))
        .max_by_key(|(_, bytes)| trail::claimed_index(bytes))
        .map(|(path, _)| path);
    original.iter().all(|(path, bytes)| Some(path) == newest || files.get(path) == Some(bytes))
        && files.len() == original.len()
}

/// Bytes in the place of a time stamp. Whatever they are, an authority that is trusted saw the entry at the time that
/// it really did, or not at all.
pub fn time_stamp(data: &[u8]) {
    let path = "audit/v1.0.0/entry.tsr";
    let question = Question { trust: trust(), ..Question::default() };
    let ask = |files: Files| verify(&Memory(RefCell::new(files)), &question).expect("memory is read");
    let seen = |answer: &trail::Verification| {
        let line = answer.lines.iter().find(|line| line.entry_path == "audit/v1.0.0/entry.json");
        line.and_then(|line| line.stamped.clone()).filter(|stamped| stamped.by.is_some())
    };
    static TRUE: std::sync::OnceLock<trail::Stamped> = std::sync::OnceLock::new();
    let original = TRUE.get_or_init(|| seen(&ask(stamped())).expect("the golden trail is stamped"));
    let mut files = stamped();
    files.insert(path.into(), data.to_vec());
    if let Some(stamped) = seen(&ask(files)) {
        assert_eq!(&stamped, original);
    }
    if let Err(why) = time_stamp::granted(data, b"entry", 7) {
        assert!(why.len() < 4096);
    }
    if let Err(why) = Authorities::read(data) {
        assert!(why.len() < 4096);
    }
}

/// Bytes in the place of a signature, beside an envelope that nobody signed: never signed by whom one trusts.
pub fn signature(data: &[u8]) {
    let mut unsigned = stamped()["audit/v1.0.0/audit.json"].clone();
    unsigned.push(b'\n');
    let question = Question { trust: trust(), ..Question::default() };
    for name in
        ["audit.json.sig", "audit.sigstore.json", "audit.intoto.jsonl", "audit.json.asc", "audit.bundle"]
    {
        let beside = [(name.to_owned(), data.to_vec())];
        let alone = DetachedEnvelope { path: "audit.json", bytes: &unsigned, entry: None, beside: &beside };
        match verify_detached(alone, &question) {
            Ok(answer) => {
                assert!(answer.exit_code() != 0, "{name} signs what nobody signed");
                assert!(answer.lines.iter().flat_map(|line| &line.signed).all(|signed| signed.by.is_none()));
            }
            Err(error) => refused_well(&error),
        }
    }
    let _ = PublicKey::from_pem(data);
    let _ = Roots::from_json(data);
}
