//! The shipping shell: what the action declares is what the binary understands, and what runs is pinned.

use std::collections::BTreeSet;

use serde_yaml::Value;

use crate::tree;

pub(crate) fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&tree::read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The keys of a mapping, in order.
pub(crate) fn keys(mapping: &Value) -> Vec<&str> {
    mapping.as_mapping().expect("a mapping").keys().map(|key| key.as_str().unwrap()).collect()
}

fn workflows() -> Vec<String> {
    let paths = tree::files(".github/workflows", ".yml");
    assert!(!paths.is_empty());
    paths
}

/// Those, and the ones that people copy.
fn all_workflows() -> Vec<String> {
    let copied = ["examples/workflows", "docs/workflows"].map(|folder| tree::files(folder, ".yml"));
    assert!(copied.iter().all(|paths| !paths.is_empty()));
    workflows().into_iter().chain(copied.concat()).collect()
}

/// Every step of every job of a workflow.
fn steps(workflow: &Value) -> Vec<&Value> {
    let jobs = workflow["jobs"].as_mapping().expect("jobs").values();
    jobs.flat_map(|job| job["steps"].as_sequence().into_iter().flatten()).collect()
}

#[test]
fn the_action_declares_what_the_binary_understands() {
    let action = yaml("action.yml");
    assert_eq!(keys(&action["inputs"]), evalsig::cli::ACTION_INPUTS);
    assert_eq!(keys(&action["outputs"]), evalsig::commands::ACTION_OUTPUTS);
}

#[test]
fn names_are_kebab_case_and_said_once() {
    for names in [evalsig::cli::ACTION_INPUTS, evalsig::commands::ACTION_OUTPUTS] {
        for name in names {
            let kebab = name.split('-').all(|part| {
                !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            });
            assert!(kebab, "{name}");
        }
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }
}

#[test]
fn every_description_says_what_empty_means() {
    let action = yaml("action.yml");
    for (name, input) in action["inputs"].as_mapping().unwrap() {
        let text = input["description"].as_str().unwrap();
        assert!(text.contains("Empty"), "{name:?}: the description lacks `Empty: ...`");
        let own = name.as_str() == Some("github-token");
        assert_eq!(input.get("default").is_some(), own, "{name:?}: defaults live in the binary");
    }
    for (name, output) in action["outputs"].as_mapping().unwrap() {
        let text = output["description"].as_str().unwrap();
        assert!(text.contains("mpty"), "{name:?}: the description does not say when it is empty");
    }
    // What is required depends on whether a policy is given, which the declaration cannot say.
    let mut inputs = action["inputs"].as_mapping().unwrap().values();
    assert!(inputs.all(|input| input["required"].as_bool() == Some(false)));
}

#[test]
fn the_action_runs_the_container_and_nothing_else() {
    let runs = &yaml("action.yml")["runs"];
    assert_eq!(runs["using"].as_str(), Some("docker"));
    let image = runs["image"].as_str().unwrap();
    assert!(image == "Dockerfile" || image.contains("@sha256:"), "{image} is neither source nor a digest");
    assert_eq!(runs["args"], serde_yaml::from_str::<Value>("[action]").unwrap());
    assert_eq!(keys(runs), ["using", "image", "args"]);
}

#[test]
fn the_image_obeys_the_runner() {
    let dockerfile = tree::read("Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    let instructions: Vec<_> = last.lines().filter_map(|line| line.split(' ').next()).collect();
    // The runner mounts the workspace as root and sets the folder; both instructions would break it.
    assert!(!instructions.contains(&"USER") && !instructions.contains(&"WORKDIR"));
    assert!(last.contains("\nENTRYPOINT [\"/evalsig\"]"), "exec form, absolute path: there is no shell");
    assert!(last.contains("\nRUN [\"/evalsig\", \"version\"]"), "the image proves that its binary starts");
    for line in dockerfile.lines().filter(|line| line.starts_with("FROM ")) {
        let image = line.split(' ').nth(1).unwrap();
        let pinned = image == "scratch" || image.contains("@sha256:") || image.contains(':');
        assert!(pinned && !image.contains("latest"), "{line}");
    }
    let cargo: Vec<&str> =
        dockerfile.lines().filter(|line| line.contains("cargo ") && !line.starts_with('#')).collect();
    // The binary names its packages only where both builds are of this kind: one of another kind is built anew.
    let build = "cargo auditable build --profile \"$PROFILE\"";
    assert_eq!(cargo.iter().filter(|line| line.contains(build)).count(), 2);
    assert!(
        dockerfile.contains("\nARG PROFILE=release\n"),
        "what nobody chooses a profile for is what ships"
    );
    for line in cargo {
        assert!(line.contains("--locked"), "{line}");
    }
}

#[test]
fn one_toolchain_everywhere() {
    let channel = tree::read("rust-toolchain.toml");
    let channel = channel.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap().trim_matches('"');
    let image = format!("FROM rust:{channel}-");
    assert!(
        tree::read("Dockerfile").contains(&image),
        "the Dockerfile builds with another toolchain than {channel}"
    );
    let manifest = tree::read("Cargo.toml");
    let oldest = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    assert!(
        channel.starts_with(oldest.trim_matches('"')),
        "rust-version is {oldest}, the toolchain {channel}"
    );
}

#[test]
fn actions_are_pinned_by_commit() {
    for path in all_workflows() {
        for line in tree::read(&path).lines() {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            // Our own: from the checkout, or by the tag that its documentation names.
            let tagged = ["org/evalsig-action@v1 #", "org/evalsig-action/setup@v1 #"];
            if used.starts_with("./") || tagged.iter().any(|ours| used.starts_with(ours)) {
                continue;
            }
            let pinned = used.split_once('@').is_some_and(|(_, pin)| {
                let (sha, version) = pin.split_once(" # v").unwrap_or((pin, ""));
                sha.len() == 40 && sha.chars().all(|c| c.is_ascii_hexdigit()) && !version.is_empty()
            });
            assert!(pinned, "{path}: {used}: pin it by full commit SHA, with its version in a comment");
        }
    }
}

#[test]
fn workflows_start_without_permissions_and_end_in_time() {
    for path in all_workflows() {
        let workflow = yaml(&path);
        assert_eq!(workflow["permissions"], serde_yaml::from_str::<Value>("{}").unwrap(), "{path}");
        assert!(workflow["concurrency"].is_mapping(), "{path}: concurrency");
        for (name, job) in workflow["jobs"].as_mapping().unwrap() {
            // A job that calls a workflow takes the times of that workflow, and GitHub allows it none of its own.
            let timed = job["timeout-minutes"].is_number() != job["uses"].is_string();
            assert!(timed, "{path}: {name:?} lacks timeout-minutes");
            assert!(job["permissions"].is_mapping(), "{path}: {name:?} lacks permissions");
        }
        for step in steps(&workflow) {
            let uses = step["uses"].as_str().unwrap_or("");
            if uses.starts_with("actions/checkout@") {
                assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false), "{path}: {uses}");
            }
            let script = step["run"].as_str().unwrap_or("");
            assert!(!script.contains("${{"), "{path}: pass it through env: {script}");
        }
    }
}

#[test]
fn workflows_give_the_action_inputs_that_it_has() {
    for path in workflows() {
        let workflow = yaml(&path);
        let ours = |step: &&Value| matches!(step["uses"].as_str(), Some("./" | "./setup"));
        let ours: Vec<&Value> = steps(&workflow).into_iter().filter(ours).collect();
        for step in &ours {
            let setup = step["uses"].as_str() == Some("./setup");
            for name in keys(&step["with"]) {
                let own = setup && ["attestation", "downloads"].contains(&name);
                assert!(
                    own || evalsig::cli::ACTION_INPUTS.contains(&name),
                    "{path}: the action has no input {name}"
                );
            }
            for name in ["baseline", "candidate"] {
                let file = step["with"][name].as_str().unwrap();
                assert!(tree::root().join(file).exists(), "{path}: {file} does not exist");
            }
        }
        let text = tree::read(&path);
        for step in ours {
            let used = format!("steps.{}.outputs.", step["id"].as_str().unwrap());
            for part in text.split(&used).skip(1) {
                let name = part.split([' ', '}']).next().unwrap();
                assert!(
                    evalsig::commands::ACTION_OUTPUTS.contains(&name),
                    "{path}: the action has no output {name}"
                );
            }
        }
    }
}
