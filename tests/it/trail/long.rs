//! Long trails: what an append reads of them, and that it writes what it would write after reading them whole.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use evalsig::domain::{Code, Diagnostic, Digest, ReleaseId};
use evalsig::edge::trail_dir::TrailDir;
use evalsig::trail::{
    Addition, AppendOutcome, Appended, Entry, EntryKind, EnvelopeRef, FileKind, FindingKind, Glance,
    HeadToken, Link, Listed, Placement, Port, READ_WHOLE_BELOW, Snapshot, TrailFiles,
};

use super::memory_trail::MemoryTrail;
use super::{Decision, Files, ask, ask_dir, documents, gather, spread};

/// As many entries as are read whole no more, and some.
const LONG: u64 = READ_WHOLE_BELOW + 20;

/// The release of an entry of [`long`]: every fifth one is a second attempt.
fn release(index: u64) -> String {
    // In no order of their names.
    format!("r{:03}-{index}", index * 7919 % 1000)
}

/// A trail of this many entries, made without appending.
pub(crate) fn long(entries: u64) -> Files {
    let mut files = BTreeMap::from([(".gitattributes".to_owned(), b"audit/** -text\n".to_vec())]);
    let mut previous: Option<(Link, EnvelopeRef)> = None;
    for index in 1..=entries {
        let second = index % 5 == 0;
        let decision = Decision::new(&release(if second { index - 1 } else { index }), index);
        let supersedes =
            previous.as_ref().filter(|_| second).map(|(_, envelope)| evalsig::envelope::v1::FileRef {
                path: envelope.path.clone(),
                sha256: envelope.sha256.to_string(),
            });
        let folder = format!("audit/{}{}", decision.release, if second { "/attempts/002" } else { "" });
        let bytes = decision.bytes(&Placement { attempt: if second { 2 } else { 1 }, supersedes });
        let envelope = EnvelopeRef {
            path: format!("{folder}/audit.json"),
            sha256: Digest::of(&bytes),
            size: bytes.len() as u64,
        };
        let entry = Entry {
            kind: EntryKind::Decision,
            index,
            envelope: envelope.clone(),
            previous: previous.as_ref().map(|(link, _)| *link),
            written_at: decision.time(),
        };
        let entry = entry.to_bytes().unwrap();
        previous = Some((Link { index, sha256: Digest::of(&entry) }, envelope.clone()));
        files.insert(envelope.path, bytes);
        files.insert(format!("{folder}/entry.json"), entry);
    }
    files
}

/// The same in a folder, each entry a second younger than the one before it.
fn long_in(folder: &Path, entries: u64) {
    let files = long(entries);
    spread(&files, folder);
    let paths = files.iter().filter(|(path, _)| path.ends_with("entry.json"));
    for (path, bytes) in paths {
        let index = evalsig::trail::claimed_index(bytes).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + index);
        File::options().write(true).open(folder.join(path)).unwrap().set_modified(time).unwrap();
    }
}

/// A trail that tells what was asked of it, and may keep to itself what it could tell at a glance.
struct Watched<'a> {
    port: &'a dyn Port,
    glances: bool,
    snapshots: Cell<usize>,
    reads: Cell<usize>,
}

impl<'a> Watched<'a> {
    fn new(port: &'a dyn Port, glances: bool) -> Self {
        Self { port, glances, snapshots: Cell::default(), reads: Cell::default() }
    }
}

impl TrailFiles for Watched<'_> {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        self.snapshots.set(self.snapshots.get() + 1);
        self.port.snapshot()
    }

    fn glance(&self, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        if self.glances { self.port.glance(release) } else { Ok(None) }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        self.reads.set(self.reads.get() + 1);
        self.port.read(path)
    }
}

impl Port for Watched<'_> {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        self.port.append(token, addition)
    }
}

#[test]
fn a_long_trail_made_here_is_one() {
    let files = long(LONG);
    let answer = ask(&files);
    assert_eq!((answer.exit_code(), answer.entries as u64), (0, LONG), "{:#?}", answer.findings);
}

#[test]
fn an_append_opens_as_few_files_whatever_the_length() {
    let mut used = BTreeSet::new();
    for entries in [READ_WHOLE_BELOW, 2000] {
        let dir = tempfile::tempdir().unwrap();
        long_in(dir.path(), entries);
        let folder = TrailDir::at(dir.path());
        let watched = Watched::new(&folder, true);
        Decision::new("new", 9001).append(&watched).unwrap();
        let first = watched.reads.take();
        Decision::new("new", 9002).append(&watched).unwrap();
        let second = watched.reads.take();
        // An old release, and a plan of one.
        let done = Decision::new(&release(4), 9003).append(&watched).unwrap();
        assert_eq!(done.location().number, 3);
        let third = watched.reads.take();
        documents::append_plan(&watched, &documents::plan(&release(7), 1)).unwrap();
        assert_eq!(watched.snapshots.get(), 0, "the trail was never listed");
        used.insert((first, second, third, watched.reads.take()));
        assert_eq!(ask_dir(dir.path()).exit_code(), 0);
        assert_eq!(ask_dir(dir.path()).entries as u64, entries + 4);
    }
    assert_eq!(used.len(), 1, "{used:?}");
    let (first, second, third, plan) = used.pop_first().unwrap();
    assert!(first.max(second).max(third).max(plan) <= 16, "{first} {second} {third} {plan}");
}

#[test]
fn a_short_trail_is_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    long_in(dir.path(), READ_WHOLE_BELOW - 1);
    let folder = TrailDir::at(dir.path());
    let watched = Watched::new(&folder, true);
    Decision::new("new", 9001).append(&watched).unwrap();
    assert_eq!(watched.snapshots.get(), 1);
    assert!(watched.reads.get() as u64 >= READ_WHOLE_BELOW - 1);
}

/// Damage to what an append does not build upon is left to `verify`, and named there.
#[test]
fn what_only_verify_finds_in_a_long_trail() {
    let other = "audit/".to_owned() + &release(11);
    let flipped = |path: String| {
        move |root: &Path| {
            let mut bytes = fs::read(root.join(&path)).unwrap();
            bytes[40] ^= 1;
            let time = fs::metadata(root.join(&path)).unwrap().modified().unwrap();
            fs::write(root.join(&path), bytes).unwrap();
            File::options().write(true).open(root.join(&path)).unwrap().set_modified(time).unwrap();
        }
    };
    let removed = other.clone() + "/audit.json";
    type Damage = Box<dyn Fn(&Path)>;
    let damages: Vec<(Damage, FindingKind)> = vec![
        (Box::new(flipped(other.clone() + "/audit.json")), FindingKind::EnvelopeChanged),
        (Box::new(flipped(other + "/entry.json")), FindingKind::EntryDamaged),
        (
            Box::new(move |root: &Path| fs::remove_file(root.join(&removed)).unwrap()),
            FindingKind::EnvelopeMissing,
        ),
    ];
    for (damage, kind) in damages {
        let dir = tempfile::tempdir().unwrap();
        long_in(dir.path(), LONG);
        damage(dir.path());
        let done = Decision::new("new", 9001).append(&TrailDir::at(dir.path())).unwrap();
        assert_eq!(done.location().index, LONG + 1);
        let answer = ask_dir(dir.path());
        assert_eq!((answer.exit_code(), answer.findings[0].kind), (1, kind));
        assert!(answer.findings.iter().all(|found| found.index.is_none_or(|index| index <= LONG)));
    }
}

/// Damage to what an append builds upon stops it, however long the trail is.
#[test]
fn the_head_and_the_own_release_are_held_to_their_bytes() {
    for (path, release) in [
        (format!("audit/{}/audit.json", release(LONG)), "new".to_owned()),
        (format!("audit/{}/entry.json", release(LONG)), "new".to_owned()),
        (format!("audit/{}/audit.json", release(8)), release(8)),
        (format!("audit/{}/entry.json", release(8)), release(8)),
    ] {
        let dir = tempfile::tempdir().unwrap();
        long_in(dir.path(), LONG);
        let mut bytes = fs::read(dir.path().join(&path)).unwrap();
        bytes[40] ^= 1;
        fs::write(dir.path().join(&path), bytes).unwrap();
        let refused = Decision::new(&release, 9001).append(&TrailDir::at(dir.path())).unwrap_err();
        assert_eq!((refused.code, refused.place.as_str()), (Code::TrailBroken, path.as_str()));
    }
}

/// A trail in memory whose glance points wherever somebody wants it to.
struct Liar {
    trail: MemoryTrail,
    newest: Vec<String>,
}

impl TrailFiles for Liar {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        self.trail.snapshot()
    }

    fn glance(&self, _: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        let Snapshot { token, mut files } = self.trail.snapshot()?;
        let entries = files.iter().filter(|file| file.path.ends_with("/entry.json")).count() as u64;
        let releases =
            files.iter().filter_map(|file| file.path.split('/').nth(1)).map(str::to_owned).collect();
        files.extend(self.newest.iter().map(|path| Listed { path: path.clone(), kind: FileKind::Plain }));
        files.sort();
        files.dedup();
        Ok(Some(Glance { token, entries, newest: self.newest.clone(), releases, files }))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        self.trail.read(path)
    }
}

impl Port for Liar {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        self.trail.append(token, addition)
    }
}

#[test]
fn no_hint_whatever_leads_astray() {
    let files = long(LONG);
    let expected = {
        let trail = MemoryTrail::of(files.clone());
        Decision::new("new", 9001).append(&trail).unwrap();
        trail.files.into_inner()
    };
    let entry = |index: u64| {
        let is_it = |(path, bytes): &(&String, &Vec<u8>)| {
            path.ends_with("entry.json") && evalsig::trail::claimed_index(bytes) == Some(index)
        };
        files.iter().find(is_it).unwrap().0.clone()
    };
    let head = entry(LONG);
    for newest in [
        vec![],
        vec![head.clone()],
        vec![entry(LONG - 1)],
        vec![entry(LONG - 1), head.clone()],
        vec![entry(1)],
        vec!["audit/absent/entry.json".into()],
        vec!["audit/../secret/entry.json".into(), "audit/x/../y/entry.json".into()],
        vec![head.replace("entry.json", "audit.json")],
        vec![String::new(), "entry.json".into(), ".gitattributes".into()],
    ] {
        let liar = Liar { trail: MemoryTrail::of(files.clone()), newest: newest.clone() };
        Decision::new("new", 9001).append(&liar).unwrap();
        assert_eq!(*liar.trail.files.borrow(), expected, "{newest:?}");
    }
}

/// What a port tells that points at an entry of another trail, or at a forged one.
#[test]
fn an_entry_that_was_put_there_is_not_followed() {
    let files = long(LONG);
    let stranger = long(LONG + 40);
    for index in [LONG, LONG + 1, LONG + 2] {
        let mut mixed = files.clone();
        let mut paths = stranger.iter().filter(|(path, bytes)| {
            path.ends_with("entry.json") && evalsig::trail::claimed_index(bytes) == Some(index)
        });
        let (_, entry) = paths.next().unwrap();
        mixed.insert("audit/zzz/entry.json".into(), entry.clone());
        mixed.insert("audit/zzz/audit.json".into(), b"{}".to_vec());
        let whole = Decision::new("new", 9001).append(&MemoryTrail::of(mixed.clone())).unwrap_err();
        let liar =
            Liar { trail: MemoryTrail::of(mixed.clone()), newest: vec!["audit/zzz/entry.json".into()] };
        let refused = Decision::new("new", 9001).append(&liar).unwrap_err();
        assert_eq!(refused, whole);
        assert_eq!(*liar.trail.files.borrow(), mixed);
    }
}

/// Two folders that go through the same: one is read at a glance, the other always whole.
struct Pair {
    glanced: tempfile::TempDir,
    whole: tempfile::TempDir,
    number: u64,
}

impl Pair {
    fn new() -> Self {
        let this = Self {
            glanced: tempfile::tempdir().unwrap(),
            whole: tempfile::tempdir().unwrap(),
            number: 10_000,
        };
        this.both(|root| long_in(root, LONG));
        this
    }

    fn both(&self, act: impl Fn(&Path)) {
        act(self.glanced.path());
        act(self.whole.path());
    }

    /// Appends to both, and gives the outcome, which is one.
    fn append(&self, decision: &Decision) -> Result<Appended, Code> {
        let one = decision.append(&TrailDir::at(self.glanced.path()));
        let other = decision.append(&Watched::new(&TrailDir::at(self.whole.path()), false));
        let [one, other] = [one, other].map(|done| done.map_err(|error| error.code));
        assert_eq!(one, other, "{decision:?}");
        if let Ok(done) = &one {
            let entry = done.location().entry();
            for path in [&done.location().path, &entry] {
                let bytes = |root: &Path| fs::read(root.join(path)).unwrap();
                assert_eq!(bytes(self.glanced.path()), bytes(self.whole.path()));
            }
        }
        one
    }

    fn next(&mut self, release: &str) -> Result<Appended, Code> {
        self.number += 1;
        self.append(&Decision::new(release, self.number))
    }

    /// The folders of all slots but the newest one.
    fn slots(&self) -> Vec<String> {
        let files = gather(self.whole.path());
        let mut slots: Vec<(Option<u64>, String)> = files
            .iter()
            .filter(|(path, _)| path.ends_with("/entry.json"))
            .map(|(path, bytes)| (evalsig::trail::claimed_index(bytes), path.replace("/entry.json", "")))
            .collect();
        slots.sort();
        slots.into_iter().map(|(_, slot)| slot).collect()
    }
}

/// Numbers that are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Whatever happens in between, both ways of reading write the same, or refuse alike.
#[test]
fn at_a_glance_or_whole_the_same_is_written() {
    for seed in 0..2 {
        let mut draw = Draw(seed);
        let mut pair = Pair::new();
        for step in 0..60 {
            let slots = pair.slots();
            let slot = slots[draw.below(slots.len() - 1)].clone();
            let name = slot.split('/').nth(1).unwrap().to_owned();
            let holds_newest = slots.last().unwrap().starts_with(&format!("{slot}/"));
            match draw.below(11) {
                0 | 1 => drop(pair.next(&format!("new-{step}")).unwrap()),
                2 => drop(pair.next(&name).unwrap()),
                3 => {
                    let again = Decision::new(&format!("twice-{step}"), 1);
                    assert!(matches!(pair.append(&again), Ok(Appended::Written(_))));
                    assert!(matches!(pair.append(&again), Ok(Appended::Exists(_))));
                }
                4 => {
                    // An old entry looks like the newest one.
                    let file =
                        File::options().write(true).open(pair.glanced.path().join(&slot).join("entry.json"));
                    file.unwrap()
                        .set_modified(SystemTime::now() + Duration::from_secs(draw.below(9) as u64))
                        .unwrap();
                    pair.next(&format!("new-{step}")).unwrap();
                }
                5 if !holds_newest => {
                    // A slot that is gone for a while.
                    let aside = |root: &Path| root.join("aside");
                    pair.both(|root| fs::rename(root.join(&slot), aside(root)).unwrap());
                    assert_eq!(pair.next(&format!("new-{step}")), Err(Code::TrailBroken));
                    pair.both(|root| fs::rename(aside(root), root.join(&slot)).unwrap());
                }
                6 => {
                    // A slot that was copied.
                    let copy = format!("audit/copy-{step}");
                    pair.both(|root| {
                        fs::create_dir(root.join(&copy)).unwrap();
                        for name in ["audit.json", "entry.json"] {
                            fs::copy(root.join(&slot).join(name), root.join(&copy).join(name)).unwrap();
                        }
                    });
                    assert_eq!(pair.next(&format!("new-{step}")), Err(Code::TrailBroken));
                    pair.both(|root| fs::remove_dir_all(root.join(&copy)).unwrap());
                }
                7 => {
                    // An entry that is gone from its slot.
                    let entry = slot.clone() + "/entry.json";
                    pair.both(|root| fs::rename(root.join(&entry), root.join("entry")).unwrap());
                    assert_eq!(pair.next(&format!("new-{step}")), Err(Code::TrailBroken));
                    pair.both(|root| fs::rename(root.join("entry"), root.join(&entry)).unwrap());
                }
                8 => {
                    // A reset by git: the newest entry never was.
                    let newest = slots.last().unwrap();
                    if !newest.contains("attempts")
                        && !pair.glanced.path().join(newest).join("attempts").exists()
                    {
                        pair.both(|root| fs::remove_dir_all(root.join(newest)).unwrap());
                    }
                    pair.next(&format!("new-{step}")).unwrap();
                }
                9 => {
                    // Another writer, who reads it whole.
                    let decision = Decision::new(&format!("other-{step}"), step);
                    pair.both(|root| {
                        decision.append(&Watched::new(&TrailDir::at(root), false)).unwrap();
                    });
                    pair.next(&name).unwrap();
                }
                10 => {
                    // What is no entry: an empty folder, a signature, a release that differs in case.
                    pair.both(|root| {
                        fs::create_dir(root.join("audit/empty")).unwrap();
                        fs::write(root.join(&slot).join("audit.json.sig"), "signed").unwrap();
                    });
                    assert_eq!(pair.next(&name.to_uppercase()), Err(Code::BadReleaseId));
                    pair.next(&format!("new-{step}")).unwrap();
                    pair.both(|root| fs::remove_dir(root.join("audit/empty")).unwrap());
                    assert_eq!(pair.next(&name.to_uppercase()), Err(Code::BadReleaseId));
                }
                _ => {}
            }
        }
        assert_eq!(gather(pair.glanced.path()), gather(pair.whole.path()));
        let answer = ask_dir(pair.glanced.path());
        assert_eq!(answer.exit_code(), 0, "{:#?}", answer.findings);
        let watched = TrailDir::at(pair.glanced.path());
        let watched = Watched::new(&watched, true);
        Decision::new("last", 1).append(&watched).unwrap();
        assert_eq!(watched.snapshots.get(), 0, "the glance is still believed at the end");
    }
}

/// A backup that was put back: its files have the times of then, whatever came after.
#[test]
fn a_restored_backup_is_extended_from_where_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    long_in(dir.path(), LONG);
    let backup = gather(dir.path());
    Decision::new("after-1", 9001).append(&TrailDir::at(dir.path())).unwrap();
    Decision::new("after-2", 9002).append(&TrailDir::at(dir.path())).unwrap();
    fs::remove_dir_all(dir.path().join("audit")).unwrap();
    spread(&backup, dir.path());
    let done = Decision::new("after-3", 9003).append(&TrailDir::at(dir.path())).unwrap();
    assert_eq!(done.location().index, LONG + 1);
    assert_eq!(ask_dir(dir.path()).exit_code(), 0);
}

#[test]
fn writers_of_a_long_trail_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    long_in(dir.path(), LONG);
    std::thread::scope(|scope| {
        for writer in 0..4_u64 {
            let root = dir.path();
            scope.spawn(move || {
                for n in 0..5 {
                    // Two of them about one release.
                    let release = format!("w{}-{n}", writer / 2);
                    Decision::new(&release, 20_000 + writer * 100 + n).append(&TrailDir::at(root)).unwrap();
                }
            });
        }
    });
    let answer = ask_dir(dir.path());
    assert_eq!((answer.exit_code(), answer.entries as u64), (0, LONG + 20), "{:#?}", answer.findings);
}
