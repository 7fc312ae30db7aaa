//! A property has a target, a test here, seeds and a sentence in docs/fuzzing.md, or it is not held.

use super::{TWINS, corpora, properties};
use crate::tree;

#[test]
fn every_property_has_a_target_a_twin_and_a_sentence() {
    let manifest = tree::read("fuzz/Cargo.toml");
    let docs = tree::read("docs/fuzzing.md");
    let names: Vec<&str> = properties::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, TWINS, "in the order of names");
    for name in &names {
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
        let target = tree::read(&format!("fuzz/fuzz_targets/{name}.rs"));
        let body = format!("libfuzzer_sys::fuzz_target!(|data: &[u8]| evalsig_fuzz::run(\"{name}\", data));");
        assert!(target.contains(&body), "{name}: {target}");
        assert!(docs.contains(&format!("| `{name}` |")), "docs/fuzzing.md does not say what {name} holds");
    }
    // And the one that holds them all.
    assert_eq!(manifest.matches("[[bin]]").count(), names.len() + 1);
}

#[test]
fn seeds_are_small() {
    let mut total = 0;
    for name in TWINS {
        for folder in corpora::folders(name).iter().filter(|folder| folder.starts_with("fuzz/")) {
            for entry in std::fs::read_dir(tree::root().join(folder)).unwrap() {
                let length = entry.unwrap().metadata().unwrap().len();
                assert!(length <= 16 << 10, "{folder}: {length} bytes");
                total += length;
            }
        }
    }
    assert!(total < 1 << 20, "{total} bytes");
}
