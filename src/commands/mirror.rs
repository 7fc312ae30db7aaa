//! `store mirror`: a whole trail and its store, copied to a place where nothing is written twice.
//!
//! Each file is created only where none is, read back and compared. Entries go in the order of the
//! chain, each after its envelope, so that a mirror that was interrupted is a trail cut short, and the
//! next run goes on where it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::progress::{Progress, Whole};
use super::verify::{Located, TrailLocator};
use super::{Files, Output, Stores};
use crate::domain::{Code, Diagnostic, Digest};
use crate::present::mirror::{receipt, text};
use crate::present::screen::Width;
use crate::report::mirror::{MirrorReceipt, MirroredObject, MirroredTrail, SCHEMA};
use crate::store::{Created, ObjectStore};
use crate::trail::{self, FileKind, MAX_FILE, Question, ROOT, STAGING, Severity, TrailFiles, Verification};

/// The file beside `audit/` that may be the user's own, and edited. Nothing in the chain names it.
const ATTRIBUTES: &str = ".gitattributes";
/// The index of a project: derived from the files, so it is no evidence.
const INDEX: &str = "manifest.json";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorRequest {
    /// The root of the mirror: the URL of a bucket, or a folder.
    pub to: String,
    /// The folder that holds `audit/`.
    pub audit_root: PathBuf,
    /// The root of the run store, if it is mirrored too.
    pub store: Option<String>,
    /// A file that gets the receipt.
    pub json: Option<String>,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Mirrors, and verifies what lies there then. The exit code is that of the mirrored trail: 0 intact,
/// 1 broken, 2 undecided.
///
/// # Errors
/// `trail-broken` before anything is copied where the trail is damaged; `store-not-written` where other
/// bytes stand in the mirror, and nothing is overwritten; what keeps either place from answering.
pub fn mirror(
    request: &MirrorRequest,
    locator: &dyn TrailLocator,
    stores: &dyn Stores,
    files: &dyn Files,
    progress: &dyn Progress,
) -> Result<Output, Diagnostic> {
    let source = match locator.locate(&request.audit_root)? {
        Located::Trail(source) => source,
        Located::Nothing | Located::Envelope { .. } => return Err(no_trail(&request.audit_root)),
    };
    let paths = in_order(source.as_ref(), &request.audit_root)?;
    let target = stores.open(&request.to)?;
    let mut copy =
        Copy { target: target.as_ref(), known: BTreeMap::new(), done: Vec::new(), notes: Vec::new() };
    let stage = progress.begin("mirroring the trail", Whole::Of(paths.len() as u64, "files"));
    for path in paths {
        let bytes = source.read(&path)?;
        // A trail gives no more of a file than the longest one that belongs to it.
        if bytes.len() > MAX_FILE {
            return Err(Code::FileUnreadable
                .at(source.shown(&path))
                .what("is longer than 1 MiB, which no file of a trail is")
                .next("keep it elsewhere; what was mirrored so far stays"));
        }
        copy.file(&path, &bytes)?;
        stage.advance(1);
    }
    drop(stage);
    if let Some(root) = &request.store {
        copy.store(stores.open(root)?.as_ref(), progress)?;
    }
    let Copy { done: objects, mut notes, .. } = copy;
    if !target.keeps_index() && objects.iter().any(|object| object.version.is_none()) {
        notes.push(
            "the bucket gives no version ids, so the receipt cannot tell an object from a later one of its name; see docs/worm.md"
                .into(),
        );
    }
    let answer = match locator.locate(Path::new(&request.to))? {
        Located::Trail(mirrored) => trail::verify(mirrored.as_ref(), &Question::default())?,
        Located::Nothing | Located::Envelope { .. } => Verification::nothing(&request.to),
    };
    let mirror = MirrorReceipt {
        schema: SCHEMA,
        to: target.shown(""),
        created: objects.iter().filter(|object| object.created).count() as u64,
        bytes: objects.iter().map(|object| object.bytes).sum(),
        objects,
        trail: mirrored_trail(&answer),
        notes,
    };
    if let Some(path) = &request.json {
        files.write(path, receipt(&mirror)?.as_bytes())?;
    }
    Ok(Output {
        stdout: text(&mirror, &answer, request.width),
        exit: answer.exit_code(),
        ..Output::default()
    })
}

/// The files of a trail in the order in which they may appear: rules for git, then the chain entry by
/// entry, each after its envelope, then signatures.
fn in_order(source: &dyn TrailFiles, root: &Path) -> Result<Vec<String>, Diagnostic> {
    // What is listed before the chain is judged is part of what was judged.
    let staging = format!("{ROOT}/{STAGING}/");
    let listed = source.snapshot()?.files.into_iter().filter(|file| file.kind == FileKind::Plain);
    let listed: BTreeSet<String> =
        listed.map(|file| file.path).filter(|path| !path.starts_with(&staging)).collect();
    let answer = sound(source, root, "nothing was mirrored: what is written once stays")?;
    let (rules, others): (Vec<_>, Vec<_>) =
        listed.into_iter().partition(|path| path.rsplit('/').next() == Some(ATTRIBUTES));
    let chain = answer.lines.into_iter().flat_map(|line| [line.path, line.entry_path]);
    let mut paths: Vec<String> = rules.into_iter().chain(chain).collect();
    let placed: BTreeSet<String> = paths.iter().cloned().collect();
    paths.extend(others.into_iter().filter(|path| !placed.contains(path)));
    Ok(paths)
}

/// A trail that is not broken, and holds an entry: what may be copied.
pub(super) fn sound(source: &dyn TrailFiles, root: &Path, else_: &str) -> Result<Verification, Diagnostic> {
    let answer = trail::verify(source, &Question::default())?;
    if let Some(worst) = answer.findings.iter().find(|finding| finding.severity == Severity::Broken) {
        return Err(Code::TrailBroken
            .at(root.display().to_string())
            .what(format!("{}: {}", worst.path, worst.kind.about()))
            .next(format!("{else_}; `evalsig verify` shows all of it")));
    }
    if answer.entries == 0 {
        return Err(no_trail(root));
    }
    Ok(answer)
}

/// A copy on its way.
struct Copy<'a> {
    target: &'a dyn ObjectStore,
    /// What lay in each folder of the root when it was first looked into.
    known: BTreeMap<String, BTreeSet<String>>,
    done: Vec<MirroredObject>,
    notes: Vec<String>,
}

impl Copy<'_> {
    /// Every object of a store, project by project.
    fn store(&mut self, store: &dyn ObjectStore, progress: &dyn Progress) -> Result<(), Diagnostic> {
        for project in store.folders("")? {
            let paths = store.list(&project)?;
            let what = format!("mirroring the runs of {project}");
            let stage = progress.begin(&what, Whole::Of(paths.len() as u64, "files"));
            for path in paths {
                self.object(store, &path)?;
                stage.advance(1);
            }
        }
        Ok(())
    }

    fn object(&mut self, store: &dyn ObjectStore, path: &str) -> Result<(), Diagnostic> {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [ROOT, year, ..] if year.starts_with("year=") => Err(Code::BadUsage
                .at(store.shown(path))
                .what(format!("would lie among the trail: the project is called {ROOT}"))
                .next("mirror this store to a place of its own")),
            // A trail in the same folder is mirrored as one.
            [ROOT, ..] | [_, INDEX] => Ok(()),
            _ => {
                let fetched = store.read(path)?.ok_or_else(|| {
                    Code::FileUnreadable
                        .at(store.shown(path))
                        .what("was listed and is not there any more")
                        .next("see who deletes files there")
                })?;
                self.file(path, &fetched.bytes)
            }
        }
    }

    /// One file: created unless it is there, and then read back.
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let created = if self.knows(path)? { Created::Exists } else { self.create(path, bytes)? };
        let place = || self.target.shown(path);
        let there = self.target.read(path)?.ok_or_else(|| {
            Code::StoreNotWritten
                .at(place())
                .what("was there a moment ago and is gone")
                .next("see who deletes objects there")
        })?;
        let (sha256, expected) = (Digest::of(&there.bytes), Digest::of(bytes));
        if sha256 != expected && path == ATTRIBUTES {
            self.notes.push(format!("{} stays as it was; nothing in the chain names it", place()));
            return Ok(());
        }
        if sha256 != expected {
            return Err(Code::StoreNotWritten
                .at(place())
                .what(format!(
                    "holds other bytes (SHA-256 {sha256}, expected {expected}); nothing was overwritten"
                ))
                .next("find out who wrote it, or mirror to another prefix"));
        }
        let (version, created) = match created {
            Created::New(version) => (version, true),
            Created::Exists => (there.version, false),
        };
        self.done.push(MirroredObject {
            path: path.to_owned(),
            sha256: sha256.to_string(),
            bytes: bytes.len() as u64,
            // What S3 calls a version where versioning is off.
            version: version.id.filter(|id| id != "null"),
            etag: version.etag,
            created,
        });
        Ok(())
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let folder = path.split_once('/').map_or("", |(folder, _)| folder);
        let _lock = self.target.lock(folder)?;
        self.target.create(path, bytes)
    }

    /// Whether the object was there when its folder was first looked into: asking costs one listing,
    /// where creating would send all of it again.
    fn knows(&mut self, path: &str) -> Result<bool, Diagnostic> {
        let Some((folder, _)) = path.split_once('/') else { return Ok(false) };
        if !self.known.contains_key(folder) {
            let listed = self.target.list(folder)?.into_iter().collect();
            self.known.insert(folder.to_owned(), listed);
        }
        Ok(self.known.get(folder).is_some_and(|listed| listed.contains(path)))
    }
}

pub(super) fn no_trail(root: &Path) -> Diagnostic {
    Code::FileUnreadable
        .at(root.display().to_string())
        .what("holds no trail, or one without an entry")
        .next("name the folder that holds audit/ with --audit-root")
}

/// What verifying the mirrored trail found, in short.
fn mirrored_trail(answer: &Verification) -> MirroredTrail {
    MirroredTrail {
        result: match answer.severity() {
            Severity::Note => "intact",
            severity => severity.as_str(),
        },
        entries: answer.entries,
        head_index: answer.head.map(|(index, _)| index),
        head_sha256: answer.head.map(|(_, sha256)| sha256.to_string()),
    }
}
