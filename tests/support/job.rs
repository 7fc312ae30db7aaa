//! A step of a job as the runner starts it: inputs, file commands, workspace.

use super::github::Github;
use super::{Ran, Session, ran};

/// `evalsig action`, ready to run.
pub(crate) struct Job {
    pub(crate) session: Session,
}

impl Job {
    /// A step without a token, with the example runs in its workspace.
    pub(crate) fn new(inputs: &[(&str, &str)]) -> Self {
        let mut session = Session::with_examples();
        session.write("output", "").write("summary.md", "before\n");
        let (output, summary, workspace) =
            (session.path("output"), session.path("summary.md"), session.path("."));
        session.set("GITHUB_ACTIONS", "true");
        session.set("GITHUB_OUTPUT", output.to_str().unwrap());
        session.set("GITHUB_STEP_SUMMARY", summary.to_str().unwrap());
        session.set("GITHUB_WORKSPACE", workspace.to_str().unwrap());
        session.set("GITHUB_REPOSITORY", "org/app").set("GITHUB_SHA", &"a".repeat(40));
        session.set("INPUT_BASELINE", "runs/baseline.json").set("INPUT_CANDIDATE", "runs/candidate.json");
        session.set("INPUT_ALPHA", "").set("INPUT_METRIC", "");
        let mut job = Self { session };
        job.inputs(inputs);
        job
    }

    /// A step with a token for this GitHub.
    pub(crate) fn on(github: &Github, inputs: &[(&str, &str)]) -> Self {
        let mut job = Self::new(&[]);
        for (name, value) in github.environment() {
            job.session.set(&name, &value);
        }
        job.inputs(inputs);
        job
    }

    /// Sets inputs; the last value counts.
    pub(crate) fn inputs(&mut self, inputs: &[(&str, &str)]) -> &mut Self {
        for (name, value) in inputs {
            self.session.set(&format!("INPUT_{}", name.to_uppercase()), value);
        }
        self
    }

    /// Sets the event and its payload.
    pub(crate) fn event(&mut self, name: &str, payload: &serde_json::Value) -> &mut Self {
        self.session.write("event.json", &payload.to_string());
        let path = self.session.path("event.json");
        self.session.set("GITHUB_EVENT_NAME", name).set("GITHUB_EVENT_PATH", path.to_str().unwrap());
        self
    }

    /// The step as a process.
    pub(crate) fn command(&self) -> std::process::Command {
        self.session.command(&["action"])
    }

    pub(crate) fn run(&self) -> Ran {
        // A step has output files of its own.
        self.session.write("output", "");
        ran(self.command().output().unwrap())
    }

    /// The outputs as the runner reads them.
    pub(crate) fn outputs(&self) -> Vec<(String, String)> {
        let text = self.session.read("output");
        let mut lines = text.lines();
        let mut found = Vec::new();
        while let Some(line) = lines.next() {
            let (name, delimiter) = line.split_once("<<").unwrap();
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
            found.push((name.to_owned(), value.join("\n")));
        }
        found
    }

    pub(crate) fn output(&self, name: &str) -> Option<String> {
        self.outputs().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}
