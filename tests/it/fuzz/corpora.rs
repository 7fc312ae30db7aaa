//! What the targets begin with, as `fuzz/corpora.txt` lists it.

use crate::tree;

/// The longest input; what is longer is for the tests of the formats.
const LONGEST: usize = 16 << 10;

/// The folders of a target, from the repository's root.
pub(super) fn folders(target: &str) -> Vec<String> {
    let list = tree::read("fuzz/corpora.txt");
    let own = list.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut words = line.split(' ');
        (words.next() == Some(target)).then(|| words.map(str::to_owned).collect())
    });
    own.unwrap_or_else(|| vec![format!("fuzz/seeds/{target}")])
}

/// The inputs of a target, in the order of their names.
pub(super) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in folders(target) {
        let path = tree::root().join(&folder);
        let mut files: Vec<_> = std::fs::read_dir(&path)
            .unwrap_or_else(|error| panic!("{folder}: {error}"))
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        seeds.extend(
            files.iter().map(|file| std::fs::read(file).unwrap()).filter(|seed| seed.len() <= LONGEST),
        );
    }
    seeds
}
