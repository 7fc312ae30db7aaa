//! What a folder holds, apart from what differs between two runs of the same command: times, and the digests
//! that follow from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use evalsig::domain::Digest;

/// Every file and folder below a folder, by path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Tree(pub(super) BTreeMap<String, Node>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    Folder,
    /// Of a text the digest of its masked form, of other bytes their number.
    Text(String),
    Bytes(usize),
}

impl Tree {
    pub(super) fn of(folder: &Path) -> Self {
        let mut found = BTreeMap::new();
        let mut todo = vec![(folder.to_path_buf(), String::new())];
        while let Some((folder, above)) = todo.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                let name = format!("{above}{}", entry.file_name().to_str().unwrap());
                let node = if entry.file_type().unwrap().is_dir() {
                    todo.push((entry.path(), format!("{name}/")));
                    Node::Folder
                } else {
                    let bytes = fs::read(entry.path()).unwrap();
                    match std::str::from_utf8(&bytes) {
                        // An index lists what it finds in the order in which it finds it.
                        Ok(text) if name.ends_with("manifest.json") => Node::Text(digest(&sorted(text))),
                        Ok(text) => Node::Text(digest(&masked(text))),
                        Err(_) => Node::Bytes(bytes.len()),
                    }
                };
                // Two that differ in a digest only are two.
                let mut name = masked_name(&name);
                while found.contains_key(&name) {
                    name.push('+');
                }
                found.insert(name, node);
            }
        }
        Self(found)
    }

    /// Which paths the other holds and this does not, or holds otherwise.
    pub(super) fn lacks(&self, other: &Self) -> Vec<String> {
        let other = other.0.iter().filter(|(path, node)| self.0.get(*path) != Some(node));
        other.map(|(path, _)| path.clone()).filter(|path| !in_the_making(path)).collect()
    }

    /// What a killed or failed run left lying about: all that is in the making, but for the empty folders in which
    /// stores prepare their files. The trail removes its own, at `staging`.
    pub(super) fn litter(&self, staging: &str) -> Vec<String> {
        let of_store = |path: &str| path.ends_with("/.staging") && path != staging;
        self.0.keys().filter(|path| in_the_making(path) && !of_store(path)).cloned().collect()
    }

    /// Its text: two trees of the same text are the same.
    pub(super) fn key(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// Whether a name is one that is made up for a file in the making.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(".tmp") || name.starts_with(".evalsig-") || name == ".staging"
}

/// Whether a path is that of something in the making, or lies below it.
pub(super) fn in_the_making(path: &str) -> bool {
    path.split('/').any(is_temporary)
}

fn digest(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

fn sorted(text: &str) -> String {
    let text = masked(text);
    let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// Numbers become 0, and what may be a digest or says yes or no becomes one letter.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        let digest = word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
        if digest || word == "true" || word == "false" {
            out.push('#');
        } else {
            let mut last = ' ';
            for c in word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }) {
                if (last, c) != ('0', '0') {
                    out.push(c);
                }
                last = c;
            }
        }
        word.clear();
        out.push(c);
    }
    out
}

/// Made-up names and digests look alike.
fn masked_name(path: &str) -> String {
    let masked = |name: &str| {
        if name != ".staging" && is_temporary(name) {
            let end = if name.starts_with(".tmp") { 4 } else { name.rfind('-').unwrap_or(0) + 1 };
            return format!("{}?", &name[..end]);
        }
        let digest = |part: &&str| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit());
        let parts: Vec<&str> = name.split('.').map(|part| if digest(&part) { "#" } else { part }).collect();
        parts.join(".")
    };
    path.split('/').map(masked).collect::<Vec<_>>().join("/")
}
