//! `evalsig export`: a period in one folder, which proves itself with everyday tools.

mod auditor;
mod by_hand;
mod content;
mod pages;
mod refused;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{EVALSIG, Ran, Session, ran, repository};

const GATE: &str =
    "gate --baseline runs/baseline.json --candidate runs/candidate.json --store kept --project qa";

/// Four decisions about three releases, with their runs in a store.
fn decided() -> Session {
    let session = Session::with_examples();
    for (release, delta) in [("v1", "0"), ("v2", "0.5"), ("v1", "0.05"), ("v3", "0.01")] {
        let ran = session.run(&format!("{GATE} --min-delta {delta} --release-id {release}"));
        assert!(ran.code <= 2, "{}", ran.stderr);
    }
    session
}

/// Runs commands in a folder of the session, with the binary at hand.
fn shell(session: &Session, folder: &str, commands: &str) -> Ran {
    let binary = Path::new(EVALSIG).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", commands]).env("PATH", path).env("LC_ALL", "C");
    ran(command.current_dir(session.path(folder)).output().unwrap())
}

fn index(session: &Session, folder: &str) -> Value {
    let index: Value = serde_json::from_str(&session.read(&format!("{folder}/export.json"))).unwrap();
    let schema = fs::read_to_string(repository("schemas/export.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&index).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    index
}

/// Every file below a folder, by path.
fn gather(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// The members of an archive, in the order in which they stand there.
fn members(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at).unwrap();
            assert_eq!(member.unix_mode().unwrap() & 0o777, 0o644);
            assert_eq!(member.last_modified(), Some(zip::DateTime::DEFAULT));
            assert!(member.enclosed_name().is_some() && member.is_file());
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// The indented blocks of `README.txt`.
fn commands(readme: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in readme.lines() {
        match line.strip_prefix("    ").filter(|_| !line.trim_start().starts_with("-- ")) {
            Some(command) => {
                let block = blocks.last_mut().unwrap();
                block.push_str(command);
                block.push('\n');
            }
            None if blocks.last().is_some_and(|block| !block.is_empty()) => blocks.push(String::new()),
            None => {}
        }
    }
    blocks.retain(|block| !block.starts_with(' ') && !block.is_empty());
    blocks
}
