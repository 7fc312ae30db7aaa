//! `.github/workflows/selftest.yml`, run step by step as the runner would, the binary in place of its
//! container: what the workflow asserts on GitHub is known here before it is pushed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_yaml::Value;

use crate::tree;

/// What a step leaves to later ones: `outcome`, and `outputs.NAME`.
pub(crate) type Left = BTreeMap<String, String>;

#[test]
fn the_selftest_passes_without_a_container() {
    passes(&act);
}

/// Runs the workflow, its action by what `act` makes of a workspace and the step's inputs.
pub(crate) fn passes(act: &dyn Fn(&Path, &Value) -> Left) {
    let workflow: Value = serde_yaml::from_str(&tree::read(".github/workflows/selftest.yml")).unwrap();
    let workspace = tempfile::tempdir().unwrap();
    fs::create_dir_all(workspace.path().join("examples/runs")).unwrap();
    for file in tree::files("examples/runs", ".json") {
        fs::copy(tree::root().join(&file), workspace.path().join(&file)).unwrap();
    }
    let mut left: BTreeMap<String, Left> = BTreeMap::new();
    let mut checked = 0;
    for step in workflow["jobs"]["verdicts"]["steps"].as_sequence().unwrap() {
        let name = step["name"].as_str().unwrap();
        if step["uses"].as_str() == Some("./") {
            assert_eq!(step["continue-on-error"].as_bool(), Some(true), "{name}: the step after it judges");
            left.insert(step["id"].as_str().unwrap().to_owned(), act(workspace.path(), &step["with"]));
        } else if let Some(script) = step["run"].as_str() {
            check(workspace.path(), name, script, &step["env"], &left);
            checked += 1;
        }
    }
    assert_eq!(checked, left.len(), "each use of the action is followed by a step that judges it");
    assert!(checked >= 3);
}

/// Runs the action as the runner starts it: every declared input is set, to nothing if need be.
fn act(workspace: &Path, with: &Value) -> Left {
    let files = tempfile::tempdir().unwrap();
    let (outputs, summary) = (files.path().join("output"), files.path().join("summary"));
    fs::write(&outputs, "").unwrap();
    fs::write(&summary, "").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_evalsig"));
    command.arg("action").current_dir(workspace).env_clear();
    for name in evalsig::cli::ACTION_INPUTS {
        command.env(format!("INPUT_{}", name.to_uppercase()), with[*name].as_str().unwrap_or(""));
    }
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", workspace);
    command.env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
    let ran = command.output().unwrap();
    let mut left = parse_outputs(&fs::read_to_string(&outputs).unwrap());
    let outcome = if ran.status.success() { "success" } else { "failure" };
    left.insert("outcome".to_owned(), outcome.to_owned());
    assert!(!fs::read_to_string(&summary).unwrap().is_empty(), "no step summary");
    left
}

/// Runs a script as the runner does, its environment filled from what earlier steps left.
fn check(workspace: &Path, name: &str, script: &str, env: &Value, left: &BTreeMap<String, Left>) {
    let mut command = Command::new("bash");
    command.args(["-e", "-o", "pipefail", "-c", script]).current_dir(workspace);
    for (key, value) in env.as_mapping().unwrap() {
        let value = value.as_str().unwrap();
        let expression =
            value.strip_prefix("${{ steps.").and_then(|rest| rest.strip_suffix(" }}")).expect(value);
        let (step, what) = expression.split_once('.').unwrap();
        let what = what.strip_prefix("outputs.").unwrap_or(what);
        command.env(key.as_str().unwrap(), left[step].get(what).map_or("", String::as_str));
    }
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{name}:\n{}{}", text(&ran.stdout), text(&ran.stderr));
}

/// The file behind `GITHUB_OUTPUT` as the runner reads it: `NAME<<DELIMITER`, lines, `DELIMITER`.
pub(crate) fn parse_outputs(text: &str) -> Left {
    let mut lines = text.lines();
    let mut outputs = Left::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").expect(line);
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
