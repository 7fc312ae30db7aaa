//! What a source file says, as tokens.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::tree;

/// Every source file of the library; `src/main.rs` stands above all rooms.
pub(super) fn sources() -> Vec<String> {
    let mut files = tree::files("src", ".rs");
    files.retain(|path| path != "src/main.rs" && path != "src/lib.rs");
    assert!(files.len() > 10, "found only {files:?}");
    files
}

/// A module that is nothing but tests; its parent must say so.
pub(super) fn is_test_file(path: &str) -> bool {
    let Some(folder) = path.strip_suffix("/tests.rs") else { return false };
    let parents = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
    let parent = parents.iter().find(|path| tree::root().join(path).exists()).unwrap();
    let declared = tree::read(parent).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(declared.contains("#[cfg(test)] mod tests;"), "{parent} must declare `#[cfg(test)] mod tests;`");
    true
}

pub(super) fn parse(path: &str, source: &str) -> TokenStream {
    source.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Where a file stands: `src/trail/port.rs` is `trail::port`.
pub(super) fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let parts = inside.strip_suffix("/mod").unwrap_or(inside).split('/');
    parts.map(str::to_owned).collect()
}

/// Every word outside comments and literals.
pub(super) fn words(stream: &TokenStream) -> Vec<String> {
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
pub(super) fn without_tests(stream: TokenStream) -> TokenStream {
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
pub(super) fn visit_paths(stream: TokenStream, module: &[String], found: &mut Vec<String>) {
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

pub(super) fn is_path_sign(tokens: &[TokenTree], i: usize) -> bool {
    let colon = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(i) && colon(i + 1)
}
