//! `docs/trail.md` is held to the code, and its commands are run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use evalsig::trail::{ENTRY_SCHEMA, FindingKind};

use super::{golden, spread};

fn text() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/trail.md")).unwrap()
}

/// The commands, each with the output that follows it.
fn commands() -> Vec<(String, String)> {
    let text = text();
    let block = |after: &str, fence: &str| {
        after
            .split_once(fence)
            .and_then(|(_, rest)| rest.split_once("```"))
            .map(|(block, _)| block.to_owned())
    };
    text.split("```sh\n")
        .skip(1)
        .map(|rest| (rest.split_once("```").unwrap().0.to_owned(), block(rest, "```text\n").unwrap()))
        .collect()
}

fn run(command: &str, folder: &Path) -> Output {
    Command::new("sh").args(["-eu", "-c", command]).env("LC_ALL", "C").current_dir(folder).output().unwrap()
}

fn tools_are_here() -> bool {
    let here = run("command -v jq sha256sum awk", Path::new(".")).status.success();
    if !here {
        crate::tree::skipped(
            "there is no jq, sha256sum or awk here, so the commands of docs/trail.md were not run",
        );
    }
    here
}

#[test]
fn the_commands_verify_the_frozen_trail() {
    if !tools_are_here() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    spread(&golden::files(), dir.path());
    let commands = commands();
    assert_eq!(commands.len(), 4);
    for (command, expected) in &commands {
        let done = run(command, dir.path());
        let found = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{command}\n{found}{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(found, *expected, "{command}");
    }
}

#[test]
fn the_commands_find_damage() {
    if !tools_are_here() {
        return;
    }
    let commands = commands();
    for (path, at) in [
        ("audit/v1.1.0/audit.json", 800),
        ("audit/v1.1.0/entry.json", 135),
        // The newest entry, which no later one names.
        ("audit/v2.0.0/entry.json", 300),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut files = golden::files();
        files.get_mut(path).unwrap()[at] ^= 1;
        spread(&files, dir.path());
        let found = commands.iter().any(|(command, expected)| {
            let done = run(command, dir.path());
            !done.status.success() || String::from_utf8_lossy(&done.stdout) != *expected
        });
        assert!(found, "{path}");
    }
}

#[test]
fn every_kind_of_finding_has_its_row() {
    let text = text();
    for kind in FindingKind::ALL {
        let row = format!("| `{}` | {} |", kind.as_str(), kind.about());
        assert!(text.contains(&row), "docs/trail.md lacks the row\n{row}");
    }
    let rows = text.lines().filter(|line| line.starts_with("| `") && line.contains(". |")).count();
    assert_eq!(rows, FindingKind::ALL.len());
    assert!(text.contains(ENTRY_SCHEMA));
}
