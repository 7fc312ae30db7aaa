//! The working tree as the tests see it: its files, and which of them are still to come.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Files that documents and scripts speak of and that do not exist yet. Checks that need one say so
/// and pass; once the file exists, `nothing_pending_has_arrived` demands that it leaves this list,
/// and from then on its absence is an error.
pub(crate) const PENDING: &[&str] = &[];

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a file of the tree.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a file unless it is still to come, and then says loudly that `what` was not checked.
pub(crate) fn read_unless_pending(path: &str, what: &str) -> Option<String> {
    if PENDING.contains(&path) {
        skipped(&format!("{what}: {path} does not exist yet"));
        return None;
    }
    Some(read(path))
}

/// Says that something was not checked, past the harness, which would swallow it in a test that passes.
/// In CI this is a failure: what the check needs can be had there.
#[track_caller]
pub(crate) fn skipped(what: &str) {
    skipped_in_ci_too(what);
    assert!(!in_ci(), "in CI nothing may be skipped: {what}");
}

/// Says the same of a check that cannot run in CI either, because the job is not root or lacks the tool.
pub(crate) fn skipped_in_ci_too(what: &str) {
    io::stderr().write_all(format!("SKIPPED: {what}\n").as_bytes()).unwrap();
}

/// Whether long tests run, and the others in full: `long.yml` sets `EVALSIG_SLOW_TESTS` each week.
pub(crate) fn in_full() -> bool {
    std::env::var_os("EVALSIG_SLOW_TESTS").is_some()
}

/// Whether tests that take long run. Says which test does not.
pub(crate) fn slow_tests(test: &str) -> bool {
    if !in_full() {
        skipped_in_ci_too(&format!("a long test: {test}; EVALSIG_SLOW_TESTS=1 runs it"));
    }
    in_full()
}

/// This many cases of a property; a tenth of them where the long tests do not run.
pub(crate) fn cases(all: u32) -> u32 {
    if in_full() { all } else { all.div_ceil(10) }
}

fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|ci| ci == "true")
}

/// Every file below `folder` whose name ends in `suffix`, as paths from the root with forward
/// slashes, in order. Build output and git's own folder are left out.
pub(crate) fn files(folder: &str, suffix: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(&root().join(folder), suffix, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, suffix: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                walk(&path, suffix, found);
            }
        } else if name.ends_with(suffix) {
            let inside = path.strip_prefix(root()).unwrap();
            found.push(inside.to_string_lossy().replace('\\', "/"));
        }
    }
}

#[test]
fn nothing_pending_has_arrived() {
    for path in PENDING {
        assert!(
            !root().join(path).exists(),
            "{path} exists now: take it out of PENDING in tests/it/tree.rs, so that its checks run"
        );
    }
}
