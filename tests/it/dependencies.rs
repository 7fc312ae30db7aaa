//! What is said of the dependencies, held to Cargo.toml.

use std::collections::{BTreeMap, BTreeSet};

use evalsig::domain::Feature;

use crate::tree;

/// The lines of a section of Cargo.toml, as key and value.
fn section(name: &str) -> BTreeMap<String, String> {
    let manifest = tree::read("Cargo.toml");
    let text = manifest.split(&format!("\n[{name}]\n")).nth(1).unwrap();
    let lines = text.split("\n[").next().unwrap().lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(" = ")).map(|(key, value)| (key.into(), value.into())).collect()
}

/// What stands in quotes.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The cells of the tables below a heading of `docs/dependencies.md`.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let text = tree::read("docs/dependencies.md");
    let below = text.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let lines = below.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_features_are_those_that_the_program_names_and_all_are_on() {
    let mut declared = section("features");
    let names: BTreeSet<String> = Feature::ALL.iter().map(|feature| feature.as_str().to_owned()).collect();
    assert_eq!(quoted(&declared.remove("default").unwrap()), names);
    assert_eq!(declared.into_keys().collect::<BTreeSet<_>>(), names);
    assert!(Feature::ALL.iter().all(|feature| feature.is_built()), "these tests run with every feature");
    let documented = rows("Features");
    let said: Vec<(&str, &str)> =
        documented.iter().map(|row| (row[0].trim_matches('`'), row[1].as_str())).collect();
    let known: Vec<(&str, &str)> =
        Feature::ALL.iter().map(|feature| (feature.as_str(), feature.about())).collect();
    assert_eq!(said, known);
}

#[test]
fn every_dependency_is_listed_with_the_features_that_bring_it() {
    let features = section("features");
    let brought_by = |name: &str| -> BTreeSet<String> {
        let brings = |value: &String| quoted(value).contains(&format!("dep:{name}"));
        features.iter().filter(|(_, value)| brings(value)).map(|(feature, _)| feature.clone()).collect()
    };
    let declared: BTreeMap<String, BTreeSet<String>> =
        section("dependencies").into_keys().map(|name| (name.clone(), brought_by(&name))).collect();
    assert!(declared.len() > 30, "found only {declared:?}");
    let listed: BTreeMap<String, BTreeSet<String>> = rows("What each one buys")
        .iter()
        .map(|row| {
            let features = row[1].split('`').skip(1).step_by(2).map(str::to_owned).collect();
            (row[0].trim_matches('`').to_owned(), features)
        })
        .collect();
    assert_eq!(listed, declared);
}

#[test]
fn what_was_left_out_has_not_come_back() {
    let lock = tree::read("Cargo.lock");
    for row in rows("What was left out") {
        let name = row[0].trim_matches('`');
        assert!(!lock.contains(&format!("\nname = \"{name}\"\n")), "{name} is in Cargo.lock again");
    }
}
