//! Effects stay in `src/edge/`, and each numerical library has one caller.

use std::collections::BTreeSet;

use super::parse::{is_test_file, parse, sources, visit_paths, without_tests, words};
use crate::tree;

/// What reaches outside the process. Outside `src/edge/` and `src/main.rs` no shipped code names it.
const EFFECTS: &[&str] = &[
    "glob::glob",
    "glob::glob_with",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
];

/// The rooms that may name a dependency.
#[derive(PartialEq)]
enum Named {
    /// It computes and reaches nothing outside the process.
    Anywhere,
    /// It reaches files, a network, the system's entropy or a runtime.
    Edge,
}

/// Each dependency in `Cargo.toml`, as code names it. A new one is put here by whoever adds it.
const DEPENDENCIES: &[(&str, Named)] = &[
    ("anstyle", Named::Anywhere),
    ("async_trait", Named::Edge),
    ("base64", Named::Anywhere),
    ("brotli", Named::Anywhere),
    ("bytes", Named::Anywhere),
    ("calamine", Named::Anywhere),
    ("cap_fs_ext", Named::Edge),
    ("cap_std", Named::Edge),
    ("clap", Named::Anywhere),
    ("cms", Named::Anywhere),
    ("csv_core", Named::Anywhere),
    // It runs a function before `main`, which is where it is named.
    ("ctor", Named::Edge),
    ("der", Named::Anywhere),
    ("flate2", Named::Anywhere),
    ("getrandom", Named::Edge),
    // Its patterns; what it reads is in EFFECTS.
    ("glob", Named::Anywhere),
    ("http", Named::Anywhere),
    ("http_body_util", Named::Anywhere),
    ("indicatif", Named::Edge),
    ("jiff", Named::Anywhere),
    ("maud", Named::Anywhere),
    ("object_store", Named::Edge),
    ("octocrab", Named::Edge),
    ("parquet", Named::Anywhere),
    ("percent_encoding", Named::Anywhere),
    ("quick_junit", Named::Anywhere),
    ("quick_xml", Named::Anywhere),
    ("rand_chacha", Named::Anywhere),
    ("rayon", Named::Anywhere),
    ("reqwest", Named::Edge),
    ("rustix", Named::Edge),
    ("rustls_pki_types", Named::Anywhere),
    ("saphyr_parser", Named::Anywhere),
    ("schemars", Named::Anywhere),
    ("secrecy", Named::Anywhere),
    ("serde", Named::Anywhere),
    ("serde_json", Named::Anywhere),
    ("serde_yaml", Named::Anywhere),
    ("sha1", Named::Anywhere),
    ("sha2", Named::Anywhere),
    ("sigstore_verify", Named::Anywhere),
    ("statrs", Named::Anywhere),
    ("tempfile", Named::Edge),
    ("terminal_size", Named::Edge),
    ("textwrap", Named::Anywhere),
    ("thiserror", Named::Anywhere),
    ("tokio", Named::Edge),
    ("unicode_width", Named::Anywhere),
    ("webpki", Named::Anywhere),
    ("x509_cert", Named::Anywhere),
    ("zip", Named::Anywhere),
];

#[test]
fn effects_are_fenced_in() {
    let mut wrong = Vec::new();
    for path in sources() {
        if path.starts_with("src/edge/") || path == "src/edge.rs" || is_test_file(&path) {
            continue;
        }
        wrong.extend(effects(&tree::read(&path)).into_iter().map(|what| format!("{path}: {what}")));
    }
    assert!(
        wrong.is_empty(),
        "take the value as an argument and let src/edge/ fetch it:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn an_effect_is_found_however_it_is_written() {
    assert_eq!(
        effects("use std::collections::BTreeMap; use std::io::Write; const OS: &str = std::env::consts::OS;")
            .len(),
        0
    );
    assert_eq!(
        effects("#[cfg(test)] mod tests { use std::fs; #![allow(clippy::disallowed_methods)] }").len(),
        0
    );
    assert_eq!(effects("use std::fs;").len(), 1);
    assert_eq!(effects("use std::{fmt, fs::File, env};").len(), 2);
    assert_eq!(effects("fn f() { ::std::process::exit(1) }").len(), 1);
    assert_eq!(effects("use std::io::{self, stdout};").len(), 1);
    assert_eq!(effects("fn f() { tempfile::tempdir(); }").len(), 1);
    assert_eq!(effects("use reqwest::Client; async fn f() { tokio::time::sleep(d).await }").len(), 2);
    assert_eq!(effects("use {object_store as store, serde_json};").len(), 1);
    assert_eq!(effects("#![allow(clippy::disallowed_methods)]").len(), 1);
    assert_eq!(effects("#[expect(clippy::disallowed_types, reason = \"speed\")] struct S;").len(), 1);
}

#[test]
fn every_dependency_is_in_the_table_of_effects() {
    let manifest = tree::read("Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let named: BTreeSet<String> = section
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once(" = ")?.0.replace('-', "_")))
        .collect();
    let table: BTreeSet<String> = DEPENDENCIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(named.len() > 10, "found only {named:?}");
    assert_eq!(named, table, "say in DEPENDENCIES whether it has effects");
}

#[test]
fn each_numerical_library_has_one_caller() {
    for (library, home) in [("statrs", "src/numerics/tails.rs"), ("rand_chacha", "src/numerics/stream.rs")] {
        for path in sources() {
            let named = words(&parse(&path, &tree::read(&path))).iter().any(|word| word == library);
            assert!(!named || path == home, "{path} names {library}; only {home} may");
        }
    }
}

fn effects(source: &str) -> Vec<String> {
    let shipped = without_tests(parse("source", source));
    let mut found = Vec::new();
    visit_paths(shipped.clone(), &[], &mut found);
    let banned = |path: &str| EFFECTS.iter().any(|e| path == *e || path.starts_with(&format!("{e}::")));
    found.retain(|path| banned(path) && !path.starts_with("std::env::consts"));
    let marks = ["disallowed_methods", "disallowed_types"];
    let effectful = |word: &str| DEPENDENCIES.iter().any(|(name, may)| *name == word && *may == Named::Edge);
    found
        .extend(words(&shipped).into_iter().filter(|word| marks.contains(&word.as_str()) || effectful(word)));
    found
}
