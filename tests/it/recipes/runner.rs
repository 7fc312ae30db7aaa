//! A runner for recipes: what evalsig does is done, shell steps run in bash, and the actions of others are replaced
//! by what they would leave behind.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use evalsig::domain::Digest;
use serde_json::Value as Json;
use serde_yaml::Value;

use super::left::{collected, read_outputs};
use crate::shell::yaml;
use crate::support::github::Github;
use crate::support::{EVALSIG, ran};

/// Names and texts.
pub(super) type Texts = BTreeMap<String, String>;

/// What stands in the recipes where the SHA-256 of a release's binary belongs.
pub(super) const UNSET_SHA256: &str = "put-here-the-sha256-that-the-release-page-prints";

/// A run of a workflow, or of several that hand artifacts on.
pub(super) struct Runner<'g> {
    pub(super) github: &'g Github,
    event: (&'static str, Json),
    pub(super) variables: Texts,
    /// What the evaluation writes into the workspace.
    pub(super) evaluation: Vec<(&'static str, Vec<u8>)>,
    /// Files by artifact; by `RUN/ARTIFACT` where it is another workflow run's.
    pub(super) artifacts: BTreeMap<String, Vec<(PathBuf, Vec<u8>)>>,
    /// Inputs of one pair of runs, in place of the recipe's policy.
    pub(super) instead_of_policy: Texts,
    /// Whether the installed binary is the one whose checksum the workflow names.
    pub(super) checksum_is_set: bool,
    jobs: BTreeMap<String, JobRun>,
    folder: tempfile::TempDir,
}

/// How a job ended.
#[derive(Clone, Default)]
pub(super) struct JobRun {
    pub(super) result: &'static str,
    /// Its workspace.
    pub(super) workspace: PathBuf,
    /// Values of the matrix.
    matrix: Texts,
    outputs: Texts,
    steps: BTreeMap<String, Texts>,
    /// Steps that ran: name, exit code, and all that was said.
    pub(super) log: Vec<(String, i32, String)>,
}

impl JobRun {
    /// The exit code of a step; `None` where it did not run.
    pub(super) fn code(&self, step: &str) -> Option<i32> {
        self.log.iter().find(|(name, _, _)| name == step).map(|(_, code, _)| *code)
    }

    pub(super) fn said(&self) -> String {
        self.log.iter().map(|(name, code, said)| format!("== {name} ({code})\n{said}\n")).collect()
    }
}

impl<'g> Runner<'g> {
    pub(super) fn new(github: &'g Github, event: &'static str, payload: Json) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("bin")).unwrap();
        // Stand-ins for the programs of a hosted runner that would leave the machine.
        for (name, script) in [
            // One task alone where it is named; without its files the evaluation failed.
            (
                "make",
                "for given; do case $given in TASK=*) only=/${given#TASK=};; esac; done\ncp -r \"$EVALUATION$only/.\" .",
            ),
            (
                "gh",
                "echo \"$*\" >> \"$GH_CALLS\"; case \"$1 $2\" in 'release upload') test -s \"$4\";; 'run list') echo 9000;; esac",
            ),
            (
                "curl",
                "while [ $# -gt 0 ]; do if [ \"$1\" = --output ]; then ln -s \"$EVALSIG\" \"$2\"; fi; shift; done",
            ),
        ] {
            fs::write(path("bin").join(name), format!("#!/bin/bash\nset -e\n{script}\n")).unwrap();
            fs::set_permissions(path("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(path("event.json"), payload.to_string()).unwrap();
        let text = |name: &str| path(name).to_str().unwrap().to_owned();
        let mut variables: Texts = github.environment().into_iter().collect();
        variables.remove("INPUT_GITHUB-TOKEN");
        let system = std::env::var("PATH").unwrap();
        let git = github.git(&["rev-parse", "--absolute-git-dir"]).exits(0).stdout;
        let address = format!("{}/org/app", variables["GITHUB_SERVER_URL"]);
        for (name, value) in [
            ("PATH", format!("{}:{system}", text("bin"))),
            ("HOME", text("")),
            ("RUNNER_TEMP", text("temp")),
            ("EVALUATION", text("evaluation")),
            ("EVALSIG", EVALSIG.to_owned()),
            ("GH_CALLS", text("gh-calls")),
            ("GITHUB_EVENT_NAME", event.to_owned()),
            ("GITHUB_EVENT_PATH", text("event.json")),
            // The repository answers git on the disk, not over http.
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", git.trim())),
            ("GIT_CONFIG_VALUE_0", address),
        ] {
            variables.insert(name.to_owned(), value);
        }
        Self {
            github,
            event: (event, payload),
            variables,
            evaluation: Vec::new(),
            artifacts: BTreeMap::new(),
            instead_of_policy: Texts::new(),
            checksum_is_set: true,
            jobs: BTreeMap::new(),
            folder,
        }
    }

    /// What the stand-in for `gh` was asked to do.
    pub(super) fn gh_calls(&self) -> String {
        fs::read_to_string(self.folder.path().join("gh-calls")).unwrap_or_default()
    }

    /// Runs the jobs of a recipe in the order in which they stand.
    pub(super) fn run(&mut self, recipe: &str) -> &mut Self {
        let workflow = yaml(&format!("docs/workflows/{recipe}"));
        let event = self.event.0;
        assert!(workflow["on"].get(event).is_some(), "{recipe} is not started by {event}");
        for job in workflow["jobs"].as_mapping().unwrap().keys() {
            self.run_job(recipe, job.as_str().unwrap());
        }
        self
    }

    /// Runs one job of a recipe, once for each value of its matrix; the last of those that failed is kept.
    pub(super) fn run_job(&mut self, recipe: &str, name: &str) -> &JobRun {
        let workflow = yaml(&format!("docs/workflows/{recipe}"));
        let job = &workflow["jobs"][name];
        let mut ended = Vec::new();
        match job["strategy"]["matrix"].as_mapping().and_then(|matrix| matrix.iter().next()) {
            Some((key, values)) => {
                for value in values.as_sequence().unwrap() {
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    ended.push(self.run_once(name, job, Texts::from([(text(key), text(value))])));
                }
            }
            None => ended.push(self.run_once(name, job, Texts::new())),
        }
        let at = ended.iter().rposition(|run| run.result == "failure").unwrap_or(ended.len() - 1);
        self.jobs.entry(name.to_owned()).insert_entry(ended.swap_remove(at)).into_mut()
    }

    fn run_once(&mut self, name: &str, job: &Value, matrix: Texts) -> JobRun {
        let needed = job["needs"].as_str().map_or("success", |needed| self.jobs[needed].result);
        let mut run = JobRun { result: "success", matrix, ..JobRun::default() };
        if !self.holds(&job["if"], needed == "success", &run) {
            return JobRun { result: "skipped", ..run };
        }
        run.workspace = self.folder.path().join("work").join(name);
        // Each run of a job begins with nothing.
        for folder in [run.workspace.clone(), self.folder.path().join("temp")] {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder).unwrap();
        }
        let mut variables = self.variables.clone();
        variables.insert("GITHUB_JOB".into(), name.to_owned());
        variables.insert("GITHUB_WORKSPACE".into(), run.workspace.to_str().unwrap().to_owned());
        variables.extend(self.filled(&job["env"], &run));
        for step in job["steps"].as_sequence().unwrap() {
            if self.holds(&step["if"], run.result == "success", &run) {
                let code = self.step(step, &variables, &mut run);
                if code != 0 && step["continue-on-error"].as_bool() != Some(true) {
                    run.result = "failure";
                }
            }
        }
        run.outputs = self.filled(&job["outputs"], &run);
        run
    }

    pub(super) fn job(&self, name: &str) -> &JobRun {
        &self.jobs[name]
    }

    /// Runs a step, and gives its exit code.
    fn step(&mut self, step: &Value, variables: &Texts, run: &mut JobRun) -> i32 {
        let mut with = self.filled(&step["with"], run);
        if !self.instead_of_policy.is_empty() && with.remove("policy").is_some() {
            with.remove("policy-ref");
            with.extend(self.instead_of_policy.clone());
        }
        let mut environment = variables.clone();
        environment.extend(self.filled(&step["env"], run));
        let given = |name: &str| with.get(name).map_or("", String::as_str);
        let (mut outputs, mut said) = (Texts::new(), String::new());
        let code = match step["uses"].as_str().map(|uses| uses.split('@').next().unwrap()) {
            None => {
                let mut shell = Command::new("bash");
                shell.args(["-e", "-c", step["run"].as_str().unwrap()]);
                self.program(shell, &environment, &run.workspace, (&mut outputs, &mut said))
            }
            // `tests/it/setup.rs` shows that both roads end in this.
            Some("org/evalsig-action" | "org/evalsig-action/setup") => {
                for name in evalsig::cli::ACTION_INPUTS {
                    environment.insert(format!("INPUT_{}", name.to_uppercase()), given(name).to_owned());
                }
                if !with.contains_key("github-token") {
                    environment.insert("INPUT_GITHUB-TOKEN".into(), self.github.token().to_owned());
                }
                let mut action = Command::new(EVALSIG);
                action.arg("action");
                self.program(action, &environment, &run.workspace, (&mut outputs, &mut said))
            }
            Some("actions/checkout") => {
                assert_eq!(given("persist-credentials"), "false");
                let branch = if given("ref").is_empty() { "main" } else { given("ref") };
                let there = self.github.head(branch).is_some();
                if there {
                    self.github.checkout(branch, &run.workspace.join(given("path")));
                }
                i32::from(!there)
            }
            Some("actions/upload-artifact") => {
                let files = collected(&run.workspace.join(given("path")));
                assert_eq!(given("if-no-files-found"), "error");
                let none = files.is_empty();
                if !none {
                    self.artifacts.insert(given("name").to_owned(), files);
                }
                i32::from(none)
            }
            Some("actions/download-artifact") => {
                let run_id = with.get("run-id").map(|id| format!("{id}/")).unwrap_or_default();
                let one = |artifact: &str| artifact == format!("{run_id}{}", given("name"));
                let several = |artifact: &str| artifact.starts_with(given("pattern").trim_end_matches('*'));
                let merged = given("merge-multiple") == "true";
                let wanted = |artifact: &str| if merged { several(artifact) } else { one(artifact) };
                let mut found = false;
                for (_, files) in self.artifacts.iter().filter(|(artifact, _)| wanted(artifact)) {
                    for (path, bytes) in files {
                        let path = run.workspace.join(given("path")).join(path);
                        fs::create_dir_all(path.parent().unwrap()).unwrap();
                        fs::write(path, bytes).unwrap();
                    }
                    found = true;
                }
                i32::from(!found)
            }
            Some("actions/attest") => {
                let bundle = self.attest(&run.workspace, &with);
                outputs.insert("bundle-path".into(), bundle.to_str().unwrap().to_owned());
                0
            }
            Some(other) => panic!("nobody knows what {other} would leave"),
        };
        let name = step["name"].as_str().unwrap().to_owned();
        run.steps.insert(step["id"].as_str().unwrap_or(&name).to_owned(), outputs);
        run.log.push((name, code, said));
        code
    }

    /// Runs a program with output files of its own.
    fn program(
        &self,
        mut program: Command,
        environment: &Texts,
        workspace: &Path,
        (outputs, said): (&mut Texts, &mut String),
    ) -> i32 {
        let (output, summary) = (self.folder.path().join("output"), self.folder.path().join("summary"));
        fs::write(&output, "").unwrap();
        fs::write(&summary, "").unwrap();
        program.current_dir(workspace).env_clear().envs(environment);
        program.env("GITHUB_OUTPUT", &output).env("GITHUB_STEP_SUMMARY", &summary);
        let evaluation = self.folder.path().join("evaluation");
        for (path, bytes) in &self.evaluation {
            fs::create_dir_all(evaluation.join(path).parent().unwrap()).unwrap();
            fs::write(evaluation.join(path), bytes).unwrap();
        }
        fs::create_dir_all(evaluation).unwrap();
        let ended = ran(program.output().unwrap());
        *outputs = read_outputs(&fs::read_to_string(&output).unwrap());
        *said = format!("{}{}", ended.stdout, ended.stderr);
        ended.code
    }

    /// What `actions/attest` signs: the statement that it builds from the parts. The signature is nobody's.
    fn attest(&self, workspace: &Path, with: &Texts) -> PathBuf {
        let read = |name: &str| fs::read_to_string(workspace.join(&with[name])).unwrap();
        let subjects: Vec<Json> = read("subject-checksums")
            .lines()
            .map(|line| {
                let (sha256, name) = line.split_once("  ").expect("as sha256sum prints it");
                serde_json::json!({"name": name, "digest": {"sha256": sha256}})
            })
            .collect();
        let predicate: Json = serde_json::from_str(&read("predicate-path")).unwrap();
        let statement = serde_json::json!({
            "_type": "https://in-toto.io/Statement/v1", "subject": subjects,
            "predicateType": with["predicate-type"], "predicate": predicate,
        });
        let bundle = self.folder.path().join("bundle.json");
        fs::write(&bundle, statement.to_string()).unwrap();
        bundle
    }

    /// A mapping of texts, with its expressions put in.
    fn filled(&self, mapping: &Value, run: &JobRun) -> Texts {
        let Some(mapping) = mapping.as_mapping() else { return Texts::new() };
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => serde_yaml::to_string(other).unwrap().trim().to_owned(),
        };
        mapping
            .iter()
            .map(|(name, value)| (name.as_str().unwrap().to_owned(), self.fill(&text(value), run)))
            .collect()
    }

    fn fill(&self, text: &str, run: &JobRun) -> String {
        if text == UNSET_SHA256 && self.checksum_is_set {
            return Digest::of(&fs::read(EVALSIG).unwrap()).to_string();
        }
        let mut parts = text.split("${{");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            filled.push_str(&self.value(expression.trim(), run));
            filled.push_str(rest);
        }
        filled
    }

    /// The value of a name such as `steps.gate.outputs.verdict`, or of `NAME == 'A' && 'B' || 'C'`; what is not there
    /// is empty, as at GitHub.
    fn value(&self, expression: &str, run: &JobRun) -> String {
        if let Some((condition, values)) = expression.split_once(" && ") {
            let (yes, no) = values.split_once(" || ").expect(expression);
            let chosen = if self.compare(condition, run) { yes } else { no };
            return chosen.trim_matches('\'').to_owned();
        }
        let parts: Vec<&str> = expression.split('.').collect();
        let payload = |path: &[&str]| {
            let found = path.iter().fold(&self.event.1, |value, part| &value[*part]);
            found.as_str().map_or_else(|| found.to_string(), str::to_owned)
        };
        match parts[..] {
            ["github", "token"] => self.github.token().to_owned(),
            ["github", "repository"] => self.variables["GITHUB_REPOSITORY"].clone(),
            ["github", "workflow"] => self.variables["GITHUB_WORKFLOW"].clone(),
            ["github", "event_name"] => self.event.0.to_owned(),
            ["github", "event", ..] => payload(&parts[2..]),
            ["inputs", input] => payload(&["inputs", input]),
            ["matrix", key] => run.matrix[key].clone(),
            ["steps", step, "outputs", output] => {
                run.steps.get(step).and_then(|outputs| outputs.get(output)).cloned().unwrap_or_default()
            }
            ["needs", job, "outputs", output] => {
                self.jobs[job].outputs.get(output).cloned().unwrap_or_default()
            }
            _ => panic!("{expression}: teach the runner this expression"),
        }
    }

    fn compare(&self, condition: &str, run: &JobRun) -> bool {
        let (name, literal) = condition.split_once(" == ").expect("a comparison");
        self.value(name, run) == literal.trim_matches('\'')
    }

    /// Whether a condition holds; without a status function it also needs everything before to have succeeded.
    fn holds(&self, condition: &Value, so_far: bool, run: &JobRun) -> bool {
        let Some(text) = condition.as_str() else { return so_far };
        let text = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")).unwrap_or(text);
        let is_status = |part: &&str| matches!(*part, "always()" | "!cancelled()");
        let (status, others): (Vec<&str>, Vec<&str>) = text.split(" && ").partition(is_status);
        (so_far || !status.is_empty()) && others.iter().all(|part| self.compare(part, run))
    }
}
