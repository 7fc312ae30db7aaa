//! What a source file names: its imports, and the paths in its code.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::parse::is_path_sign;

/// Where a file or an inner `mod` stands, from the root of the crate.
pub(super) type Module = Vec<String>;

/// A name that `use` brings into a file.
pub(super) struct Import {
    pub(super) name: String,
    pub(super) path: Vec<String>,
    /// The module in which the path was written.
    pub(super) within: Module,
    pub(super) public: bool,
}

/// What a file names.
#[derive(Default)]
pub(super) struct Names {
    pub(super) imports: Vec<Import>,
    /// Paths outside `use`, with the module in which each was written.
    pub(super) paths: Vec<(Module, Vec<String>)>,
}

impl Names {
    pub(super) fn read(stream: TokenStream, module: &[String]) -> Self {
        let mut names = Self::default();
        names.visit(stream, module);
        names
    }

    fn visit(&mut self, stream: TokenStream, module: &[String]) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let word = |i: usize| match tokens.get(i) {
            Some(TokenTree::Ident(word)) => Some(word.to_string()),
            _ => None,
        };
        let group = |i: usize| match tokens.get(i) {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        };
        let (mut i, mut public) = (0, false);
        while i < tokens.len() {
            match word(i).as_deref() {
                Some("pub") => {
                    public = true;
                    // `pub(in crate::a)` says who may look, and names nothing.
                    let scope = group(i + 1).is_some_and(|group| group.delimiter() == Delimiter::Parenthesis);
                    i += 1 + usize::from(scope);
                    continue;
                }
                Some("use") => {
                    let end = tokens[i..].iter().position(|token| is_sign(token, ';'));
                    let end = i + end.unwrap_or(1);
                    self.import(&tokens[i + 1..end], &[], module, public);
                    i = end;
                }
                Some("mod") if group(i + 2).is_some() => {
                    let inner = joined(module, &word(i + 1).unwrap_or_default());
                    self.visit(group(i + 2).unwrap().stream(), &inner);
                    i += 2;
                }
                Some(first) => {
                    let mut path = vec![first.to_owned()];
                    while let Some(next) = word(i + 3).filter(|_| is_path_sign(&tokens, i + 1)) {
                        path.push(next);
                        i += 3;
                    }
                    if path.len() > 1 {
                        self.paths.push((module.to_vec(), path));
                    }
                }
                None => {
                    if let Some(group) = group(i) {
                        self.visit(group.stream(), module);
                    }
                }
            }
            public = false;
            i += 1;
        }
    }

    /// Spells out one tree of `use`.
    fn import(&mut self, tokens: &[TokenTree], before: &[String], module: &[String], public: bool) {
        let mut path = before.to_vec();
        let mut name = None;
        for (i, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for branch in inner.split(|token| is_sign(token, ',')).filter(|branch| !branch.is_empty())
                    {
                        self.import(branch, &path, module, public);
                    }
                    return;
                }
                TokenTree::Ident(word) if word == "as" => {
                    name = tokens.get(i + 1).map(ToString::to_string);
                    break;
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                sign if is_sign(sign, '*') => path.push("*".into()),
                _ => {}
            }
        }
        let Some(name) = name.or_else(|| path.last().cloned()) else { return };
        // `pub(crate) use name;` hands on a macro of the same file.
        if path != [name.clone()] {
            self.imports.push(Import { name, path, within: module.to_vec(), public });
        }
    }
}

/// The modules that a file declares and does not hold itself.
pub(super) fn declared(stream: TokenStream) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let module = |three: &[TokenTree]| match three {
        [TokenTree::Ident(word), TokenTree::Ident(name), end] if word == "mod" && is_sign(end, ';') => {
            Some(name.to_string())
        }
        _ => None,
    };
    tokens.windows(3).filter_map(module).collect()
}

pub(super) fn joined(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}
