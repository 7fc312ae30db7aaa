//! Between files: no two of them name each other, however many stand between.
//!
//! An arrow runs to the file that defines what is named; a re-export is followed. `mod x;` and the
//! re-exports of a file that holds others are no arrows themselves, and neither is what only tests name.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Import, Module, Names, declared, joined};
use super::parse::{module_of, parse, sources, without_tests};
use crate::tree;

/// Cycles that exist today. One that is gone must leave this list, and none may join it.
const KNOWN_CYCLES: &[&[&str]] = &[];

struct Files {
    names: BTreeMap<Module, Names>,
    paths: BTreeMap<Module, String>,
}

#[test]
fn no_two_files_name_each_other() {
    let sources: Vec<(String, String)> =
        sources().into_iter().map(|path| (path.clone(), tree::read(&path))).collect();
    let found = cycles(&sources.iter().map(|(p, s)| (p.as_str(), s.as_str())).collect::<Vec<_>>());
    let known: BTreeSet<BTreeSet<String>> =
        KNOWN_CYCLES.iter().map(|files| files.iter().map(|file| (*file).to_owned()).collect()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(new.is_empty(), "these files name each other:\n{new:#?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "no longer cycles; take them out of KNOWN_CYCLES:\n{gone:#?}");
}

#[test]
fn a_cycle_of_two_files_is_found_however_it_is_written() {
    for (a, b) in [
        ("use super::b::B;", "use super::a::A;"),
        ("use super::B;", "use crate::r::A;"),
        ("use super::{B as Other};", "fn f() { super::a::f(); }"),
        ("use crate::{r::{self, A}}; fn f() { r::B::new(); }", "use crate::r::a;"),
        ("use super::*; fn f() { super::b::f::<u8>(); }", "macro_rules! m { () => { $crate::r::a::f() } }"),
        ("mod m { use super::super::b; }", "use {crate::r::a::A};"),
        ("use super as room; fn f() -> Vec<room::B> {}", "fn f() { use super::A; }"),
        ("use super::b; fn f() { b::f(); }", "pub(crate) use super::a::A;"),
    ] {
        let found = cycles(&[
            ("src/r/mod.rs", "mod a; mod b; pub use a::A; pub(crate) use b::{B};"),
            ("src/r/a.rs", a),
            ("src/r/b.rs", b),
        ]);
        assert_eq!(found, BTreeSet::from([files(&["src/r/a.rs", "src/r/b.rs"])]), "{a} {b}");
    }
    for root in ["src/r/mod.rs", "src/r.rs"] {
        let found = cycles(&[
            (root, "mod a; pub use a::A; pub struct Own; fn f(a: A) {}"),
            ("src/r/a.rs", "struct A;"),
        ]);
        assert!(found.is_empty(), "{root}: {found:?}");
    }
    let child = |root: &str, child: &str| cycles(&[("src/r/mod.rs", root), ("src/r/a.rs", child)]).len();
    assert_eq!(child("mod a; use a::A; pub struct Own;", "use super::Own;"), 1);
    assert_eq!(child("mod a; fn f() { a::f(); } pub struct Own;", "use super::Own;"), 1);
    assert_eq!(child("mod a; use self::a::A;", "fn f(own: &super::Own) {}"), 1);
}

#[test]
fn a_cycle_of_three_files_is_found() {
    let found = cycles(&[
        ("src/r/mod.rs", "pub mod a; pub mod b;"),
        ("src/r/a.rs", "use super::b::B;"),
        ("src/r/b.rs", "use crate::s::C;"),
        ("src/s/mod.rs", "mod c; pub use self::c::Inner as C;"),
        ("src/s/c.rs", "pub use crate::r::a::A;"),
        ("src/s/d.rs", "use super::C;"),
    ]);
    assert_eq!(found, BTreeSet::from([files(&["src/r/a.rs", "src/r/b.rs", "src/s/c.rs"])]));
}

#[test]
fn no_cycle_is_seen_where_none_is() {
    for (root, a, b) in [
        ("mod a; mod b; pub use a::A;", "pub struct A;", "use super::A;"),
        (
            "mod a; mod b; pub use a::A; use b::B;",
            "use super::b::B;",
            "/// See [`super::a::A`].\nstruct B; // super::a",
        ),
        ("mod a; mod b;", "use super::b::B;", "#[cfg(test)] mod tests { use super::super::a::A; }"),
        ("mod a; #[cfg(test)] mod b;", "use super::b::B;", "use super::a::A;"),
        (
            "mod a; mod b; use serde::Value;",
            "use super::{b, Value};",
            "pub(in crate::r::a) struct B; use super::Value;",
        ),
    ] {
        let found = cycles(&[("src/r/mod.rs", root), ("src/r/a.rs", a), ("src/r/b.rs", b)]);
        assert!(found.is_empty(), "{found:?}: {root} {a} {b}");
    }
}

fn files(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

/// The strongly connected sets of more than one file.
fn cycles(sources: &[(&str, &str)]) -> BTreeSet<BTreeSet<String>> {
    let arrows = Files::read(sources).arrows();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|file| (file.as_str(), reached_from(file, &arrows))).collect();
    let cycle = |file: &&str| {
        let back = |other: &&&str| reached.get(**other).is_some_and(|theirs| theirs.contains(file));
        reached[file].iter().filter(back).map(|&other| other.to_owned()).collect::<BTreeSet<String>>()
    };
    reached.keys().map(cycle).filter(|files| files.len() > 1).collect()
}

fn reached_from<'a>(file: &'a str, arrows: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![file]);
    while let Some(file) = open.pop() {
        let next = arrows.get(file).into_iter().flatten().map(String::as_str);
        open.extend(next.filter(|next| reached.insert(*next)));
    }
    reached
}

impl Files {
    fn read(sources: &[(&str, &str)]) -> Self {
        let (mut names, mut paths, mut tests) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (path, source) in sources {
            let (module, stream) = (module_of(path), parse(path, source));
            let shipped = without_tests(stream.clone());
            let known = declared(shipped.clone());
            tests.extend(declared(stream).difference(&known).map(|name| joined(&module, name)));
            names.insert(module.clone(), Names::read(shipped, &module));
            paths.insert(module, (*path).to_owned());
        }
        names.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
        Self { names, paths }
    }

    /// For each file the other files that define what it names.
    fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let of = |(module, names): (&Module, &Names)| {
            let path = &self.paths[module];
            let hands_on = self.is_folder(module);
            let imports = names.imports.iter().filter(|import| !(import.public && hands_on));
            let imported = imports.map(|import| (&import.within, &import.path));
            let named = imported.chain(names.paths.iter().map(|(within, path)| (within, path)));
            let mut targets: BTreeSet<String> =
                named.filter_map(|(within, path)| self.file_of(within, path, 0)).collect();
            targets.remove(path);
            (path.clone(), targets)
        };
        self.names.iter().map(of).collect()
    }

    /// The file that defines what a path names; none if it stands in another crate.
    fn file_of(&self, within: &[String], path: &[String], hops: usize) -> Option<String> {
        let (head, mut rest) = path.split_first()?;
        let mut module = within.to_vec();
        match head.as_str() {
            "crate" => module.clear(),
            "self" => {}
            "super" => drop(module.pop()),
            name if self.paths.contains_key(&joined(&module, name)) => module.push(name.to_owned()),
            _ => return self.follow_import(&module, head, rest, hops),
        }
        while let Some((name, after)) = rest.split_first() {
            match name.as_str() {
                "self" => {}
                "super" => drop(module.pop()),
                name if self.paths.contains_key(&joined(&module, name)) => module.push(name.to_owned()),
                name => {
                    let home = self.home(&module)?;
                    if home == module && self.import(&home, name).is_some() {
                        return self.follow_import(&home, name, after, hops);
                    }
                    return Some(self.paths[&home].clone());
                }
            }
            rest = after;
        }
        // The module itself: what is used of a folder is seen where it is used.
        self.paths.get(&module).filter(|_| !self.is_folder(&module)).cloned()
    }

    /// Whether other files stand below this one: `x/mod.rs`, or `x.rs` beside `x/`.
    fn is_folder(&self, module: &[String]) -> bool {
        self.paths.keys().any(|other| other.len() > module.len() && other.starts_with(module))
            || self.paths.get(module).is_some_and(|path| path.ends_with("/mod.rs"))
    }

    fn follow_import(&self, module: &[String], name: &str, rest: &[String], hops: usize) -> Option<String> {
        let import = self.import(&self.home(module)?, name)?;
        // More hops than folders are deep: two re-exports that name each other.
        if hops > 16 {
            return None;
        }
        self.file_of(&import.within, &[&import.path, rest].concat(), hops + 1)
    }

    fn import(&self, module: &Module, name: &str) -> Option<&Import> {
        self.names.get(module)?.imports.iter().find(|import| import.name == name)
    }

    /// The module whose file holds this one, which may stand inside it.
    fn home(&self, module: &[String]) -> Option<Module> {
        let mut outer = (0..=module.len()).rev().map(|depth| module[..depth].to_vec());
        outer.find(|module| self.paths.contains_key(module))
    }
}
