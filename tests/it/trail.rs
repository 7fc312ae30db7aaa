//! The trail: its format, what verify finds, and that writers lose nothing.

#[path = "../support/documents.rs"]
pub(crate) mod documents;
#[path = "../support/envelopes.rs"]
pub(crate) mod envelopes;
#[path = "../support/memory_trail.rs"]
mod memory_trail;

mod append;
mod audit_page;
mod command;
mod damage;
mod directory;
mod docs;
mod faults;
mod git;
mod golden;
mod kinds;
pub(crate) mod long;
mod matrix;
mod processes;
mod signatures;
mod stamps;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use envelopes::Decision;
use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::trail::{FindingKind, Question, Severity, Verification, verify};
use memory_trail::MemoryTrail;

/// Files of a trail by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Five entries: one release with one attempt, one with three, one more.
fn five() -> Files {
    let trail = MemoryTrail::default();
    for (release, number) in [("v1.0.0", 1), ("v1.1.0", 2), ("v1.1.0", 3), ("rc-1", 4), ("v1.1.0", 5)] {
        Decision::new(release, number).append(&trail).unwrap();
    }
    trail.files.into_inner()
}

/// The same and a plan before it, a waiver beside a rejected attempt, and a plan of a release to come: eight
/// entries.
fn of_all_kinds() -> Files {
    let trail = MemoryTrail::default();
    documents::append_plan(&trail, &documents::plan("v1.0.0", 1)).unwrap();
    let mut rejected = None;
    for (release, number) in [("v1.0.0", 1), ("v1.1.0", 2), ("v1.1.0", 4), ("rc-1", 3), ("v1.1.0", 5)] {
        let done = Decision::new(release, number).append(&trail).unwrap();
        if number == 4 {
            rejected = Some(documents::named(&done));
        }
    }
    let waiver = documents::waiver("v1.1.0", rejected.unwrap(), 1);
    documents::append_waiver(&trail, &waiver).unwrap();
    documents::append_plan(&trail, &documents::plan("v2.0.0", 2)).unwrap();
    trail.files.into_inner()
}

/// The answer without an anchor.
fn ask(files: &Files) -> Verification {
    ask_with(files, &[])
}

fn ask_with(files: &Files, anchors: &[Digest]) -> Verification {
    let question =
        Question { anchors: anchors.iter().copied().map(Into::into).collect(), ..Question::default() };
    verify(&MemoryTrail::of(files.clone()), &question).unwrap()
}

/// Kinds and paths of what breaks a trail.
fn breaks(answer: &Verification) -> Vec<(FindingKind, String)> {
    let broken = answer.findings.iter().filter(|finding| finding.severity == Severity::Broken);
    broken.map(|finding| (finding.kind, finding.path.clone())).collect()
}

/// The answer about a directory.
fn ask_dir(root: &Path) -> Verification {
    verify(&TrailDir::at(root), &Question::default()).unwrap()
}

/// Writes files below a folder.
pub(crate) fn spread(files: &Files, root: &Path) {
    for (path, bytes) in files {
        let target = root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}

/// Every file below a folder, by path.
fn gather(root: &Path) -> Files {
    let mut files = Files::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}
