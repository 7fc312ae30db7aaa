//! Between rooms: a module names only rooms above its own.

use super::parse::{module_of, parse, sources, visit_paths};
use crate::tree;

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

/// The rooms in the order of `pub mod` in `src/lib.rs`.
fn rooms(lib: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    lib.lines().filter_map(name).collect()
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
