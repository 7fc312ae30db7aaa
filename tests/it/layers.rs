//! The order of the rooms is a rule: a module names only rooms above its own. These tests read the
//! sources, so that an arrow that runs back fails here and not in a year of knots.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tree;

/// Most code lines a file may have; aim at half of it.
const MOST_LINES: usize = 400;

/// What reaches outside the process. Outside `src/edge/` and `src/main.rs` no shipped code names it.
const EFFECTS: &[&str] = &[
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
    ("bytes", Named::Anywhere),
    ("clap", Named::Anywhere),
    ("cms", Named::Anywhere),
    ("csv_core", Named::Anywhere),
    ("der", Named::Anywhere),
    ("flate2", Named::Anywhere),
    ("getrandom", Named::Edge),
    ("http", Named::Anywhere),
    ("http_body_util", Named::Anywhere),
    ("jiff", Named::Anywhere),
    ("object_store", Named::Edge),
    ("octocrab", Named::Edge),
    ("parquet", Named::Anywhere),
    ("percent_encoding", Named::Anywhere),
    ("rand_chacha", Named::Anywhere),
    ("rayon", Named::Anywhere),
    ("reqwest", Named::Edge),
    ("rustls_pki_types", Named::Anywhere),
    ("schemars", Named::Anywhere),
    ("secrecy", Named::Anywhere),
    ("serde", Named::Anywhere),
    ("serde_json", Named::Anywhere),
    ("sha1", Named::Anywhere),
    ("sha2", Named::Anywhere),
    ("sigstore_verify", Named::Anywhere),
    ("statrs", Named::Anywhere),
    ("tempfile", Named::Edge),
    ("thiserror", Named::Anywhere),
    ("tokio", Named::Edge),
    ("unicode_width", Named::Anywhere),
    ("webpki", Named::Anywhere),
    ("x509_cert", Named::Anywhere),
    ("zip", Named::Anywhere),
];

#[test]
fn no_arrow_runs_back() {
    let rooms = rooms(&tree::read("src/lib.rs"));
    assert!(rooms.len() > 5, "found only the rooms {rooms:?} in src/lib.rs");
    let mut wrong = Vec::new();
    for path in sources() {
        wrong.extend(backward_arrows(&rooms, &path, &tree::read(&path)));
    }
    assert!(wrong.is_empty(), "a module names only rooms above its own:\n{}", wrong.join("\n"));
}

#[test]
fn the_map_in_lib_rs_is_the_order_of_its_modules() {
    let lib = tree::read("src/lib.rs");
    let map: Vec<String> = lib
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .filter_map(|line| line.strip_prefix("//! ")?.split_whitespace().next().map(str::to_owned))
        .collect();
    assert_eq!(map, rooms(&lib));
}

#[test]
fn a_backward_arrow_is_found_however_it_is_written() {
    let rooms = ["domain", "inference", "envelope", "trail"].map(str::to_owned);
    let found = |path: &str, source: &str| backward_arrows(&rooms, path, source).len();
    let path = "src/inference/tails.rs";
    assert_eq!(found(path, "use crate::domain::Plan; pub(crate) fn f() {}"), 0);
    assert_eq!(
        found(path, "use crate::inference::Sample; use super::Sample; mod m { use super::super::Sample; }"),
        0
    );
    assert_eq!(
        found(path, "/// See [`crate::trail`].\nfn f() -> &'static str { \"crate::trail\" } // crate::trail"),
        0
    );
    assert_eq!(found(path, "use crate::trail::Port;"), 1);
    assert_eq!(found(path, "fn f() { crate::envelope::to_bytes(); }"), 1);
    assert_eq!(found(path, "use crate::{domain::Plan, envelope::{self, v1}, trail};"), 3);
    assert_eq!(found(path, "use {crate::trail, crate::domain};"), 1);
    assert_eq!(found(path, "use super::super::trail;"), 1);
    assert_eq!(found(path, "use super::{super::{trail, domain}, Sample};"), 1);
    assert_eq!(found(path, "mod m { fn f() { super::super::super::trail::append(); } }"), 1);
    assert_eq!(found(path, "macro_rules! m { () => { $crate::trail::append() } }"), 1);
    assert_eq!(found("src/inference/mod.rs", "use super::trail;"), 1);
    assert_eq!(found(path, "use crate::Everything;"), 1, "the root holds rooms and nothing else");
    assert_eq!(found("src/hall.rs", "use crate::domain;"), 1, "a file outside every room");
    assert_eq!(found("src/trail/mod.rs", "use crate::{domain, inference, envelope};"), 0);
}

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

#[test]
fn no_file_is_a_corridor() {
    let counted = sources().into_iter().map(|path| (code_lines(&tree::read(&path)), path));
    let long: Vec<_> = counted.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} code lines; find the rooms in them: {long:?}");
    assert_eq!(code_lines("#[cfg(test)]\nuse a::b;\n\nfn f() {\n    g(\"\n\");\n}\n"), 4);
    assert_eq!(code_lines("//! Doc.\n\nfn f() {\n    // Why.\n    g();\n}\n#[cfg(test)]\nmod tests {}\n"), 3);
}

/// Every source file of the library; `src/main.rs` stands above all rooms.
fn sources() -> Vec<String> {
    let mut files = tree::files("src", ".rs");
    files.retain(|path| path != "src/main.rs" && path != "src/lib.rs");
    assert!(files.len() > 10, "found only {files:?}");
    files
}

/// The rooms in the order of `pub mod` in `src/lib.rs`.
fn rooms(lib: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    lib.lines().filter_map(name).collect()
}

/// A module that is nothing but tests; its parent must say so.
fn is_test_file(path: &str) -> bool {
    let Some(folder) = path.strip_suffix("/tests.rs") else { return false };
    let parents = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
    let parent = parents.iter().find(|path| tree::root().join(path).exists()).unwrap();
    let declared = tree::read(parent).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(declared.contains("#[cfg(test)] mod tests;"), "{parent} must declare `#[cfg(test)] mod tests;`");
    true
}

fn parse(path: &str, source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn backward_arrows(rooms: &[String], path: &str, source: &str) -> Vec<String> {
    let module = module_of(path);
    let place = |room: &str| rooms.iter().position(|r| r == room);
    let Some(own) = module.first().and_then(|room| place(room)) else {
        return vec![format!("{path} stands in no room of src/lib.rs")];
    };
    let mut found = Vec::new();
    visit_paths(parse(path, source), &module, &mut found);
    let at_root = found.iter().filter_map(|path| path.strip_prefix("crate::"));
    at_root
        .map(|path| path.split("::").next().unwrap_or(path))
        .filter(|room| place(room).is_none_or(|theirs| theirs > own))
        .map(|room| format!("{path} names {room}"))
        .collect()
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

/// Lines outside the tests that are neither blank nor comment.
fn code_lines(source: &str) -> usize {
    let mut shipped = BTreeSet::new();
    lines_of(without_tests(parse("source", source)), &mut shipped);
    let code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    source.lines().enumerate().filter(|(i, line)| shipped.contains(&(i + 1)) && code(line)).count()
}

/// Collects the lines on which a token stands, numbered from 1.
fn lines_of(stream: TokenStream, found: &mut BTreeSet<usize>) {
    for token in stream {
        if let TokenTree::Group(group) = token {
            found.extend([group.span_open().start().line, group.span_close().end().line]);
            lines_of(group.stream(), found);
        } else {
            found.extend(token.span().start().line..=token.span().end().line);
        }
    }
}

/// Where a file stands: `src/trail/port.rs` is `trail::port`.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let parts = inside.strip_suffix("/mod").unwrap_or(inside).split('/');
    parts.map(str::to_owned).collect()
}

/// Every word outside comments and literals.
fn words(stream: &TokenStream) -> Vec<String> {
    let mut out = Vec::new();
    for token in stream.clone() {
        match token {
            TokenTree::Ident(word) => out.push(word.to_string()),
            TokenTree::Group(group) => out.extend(words(&group.stream())),
            _ => {}
        }
    }
    out
}

/// The stream without items under `#[cfg(test)]`.
fn without_tests(stream: TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut tokens = stream.into_iter();
    while let Some(token) = tokens.next() {
        let after_hash = matches!(out.last(), Some(TokenTree::Punct(p)) if p.as_char() == '#');
        match token {
            TokenTree::Group(group) if after_hash && words(&group.stream()) == ["cfg", "test"] => {
                out.pop();
                let ends = |t: &TokenTree| match t {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(sign) => sign.as_char() == ';',
                    _ => false,
                };
                tokens.by_ref().find(ends);
            }
            TokenTree::Group(group) => {
                let mut kept = proc_macro2::Group::new(group.delimiter(), without_tests(group.stream()));
                kept.set_span(group.span());
                out.push(kept.into());
            }
            token => out.push(token),
        }
    }
    out.into_iter().collect()
}

/// Collects every path that starts at the crate's root or in `std`, `super` resolved and groups
/// spelled out: `use crate::{a, b::c}` gives `crate::a` and `crate::b::c`.
fn visit_paths(stream: TokenStream, module: &[String], found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            TokenTree::Ident(word) => {
                let follows = is_path_sign(&tokens, i + 1);
                match word.to_string().as_str() {
                    "mod" => {
                        if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                            (tokens.get(i + 1), tokens.get(i + 2))
                        {
                            let inner = [module, &[name.to_string()]].concat();
                            visit_paths(body.stream(), &inner, found);
                            i += 2;
                        }
                    }
                    head @ ("crate" | "std") if follows => {
                        i = follow(&tokens, i + 3, vec![head.to_owned()], found);
                        continue;
                    }
                    "super" if follows => {
                        let base = [&["crate".to_owned()], module].concat();
                        i = follow(&tokens, i, base, found);
                        continue;
                    }
                    _ => {}
                }
            }
            TokenTree::Group(group) => visit_paths(group.stream(), module, found),
            _ => {}
        }
        i += 1;
    }
}

/// Follows a path from `base`, beginning at token `i`; returns the index after it.
fn follow(tokens: &[TokenTree], mut i: usize, mut base: Vec<String>, found: &mut Vec<String>) -> usize {
    loop {
        match tokens.get(i) {
            Some(TokenTree::Ident(word)) => {
                match word.to_string().as_str() {
                    "super" => drop(base.pop()),
                    "self" => {}
                    word => base.push(word.to_owned()),
                }
                i += 1;
                if !is_path_sign(tokens, i) {
                    found.push(base.join("::"));
                    return i;
                }
                i += 2;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let comma = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
                for branch in inner.split(comma).filter(|branch| !branch.is_empty()) {
                    follow(branch, 0, base.clone(), found);
                }
                return i + 1;
            }
            // `crate::*`, a turbofish: the path so far is what was named.
            _ => {
                found.push(base.join("::"));
                return i;
            }
        }
    }
}

fn is_path_sign(tokens: &[TokenTree], i: usize) -> bool {
    let colon = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(i) && colon(i + 1)
}
