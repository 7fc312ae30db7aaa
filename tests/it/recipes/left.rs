//! What a step leaves behind: files, and outputs.

use std::fs;
use std::path::{Path, PathBuf};

use super::runner::Texts;

/// A file, or the files below a folder, by their paths inside it.
pub(super) fn collected(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    if path.is_file() {
        return vec![(path.file_name().unwrap().into(), fs::read(path).unwrap())];
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = PathBuf::from(entry.file_name());
        found.extend(collected(&entry.path()).into_iter().map(|(inner, bytes)| {
            let inside = if entry.path().is_dir() { name.join(inner) } else { name.clone() };
            (inside, bytes)
        }));
    }
    found
}

/// The file behind `GITHUB_OUTPUT`: `NAME=VALUE`, or `NAME<<DELIMITER`, lines, `DELIMITER`.
pub(super) fn read_outputs(text: &str) -> Texts {
    let mut lines = text.lines();
    let mut outputs = Texts::new();
    while let Some(line) = lines.next() {
        let (name, value) = match line.split_once("<<") {
            Some((name, delimiter)) => {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
                (name, value.join("\n"))
            }
            None => line.split_once('=').map(|(name, value)| (name, value.to_owned())).expect(line),
        };
        outputs.insert(name.to_owned(), value);
    }
    outputs
}
