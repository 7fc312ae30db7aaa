//! A user's session in a scrubbed world: a fresh folder, the real binary, and none of the variables
//! that the machine running the tests happens to have.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::repository;

/// The binary under test.
pub(crate) const EVALSIG: &str = env!("CARGO_BIN_EXE_evalsig");

/// A folder of its own, with the binary at hand.
pub(crate) struct Session {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Session {
    /// A session in an empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// A session whose folder holds the shipped example runs as `runs/`.
    pub(crate) fn with_examples() -> Self {
        let session = Self::new();
        std::fs::create_dir(session.path("runs")).unwrap();
        for file in std::fs::read_dir(repository("examples/runs")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), session.path("runs").join(file.file_name())).unwrap();
        }
        session
    }

    /// Sets a variable for the commands that follow.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// A path in the session's folder.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file.
    pub(crate) fn write(&self, relative: &str, content: &str) -> &Self {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Reads a file.
    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    /// Whether the folder holds this path.
    pub(crate) fn has(&self, relative: &str) -> bool {
        self.path(relative).exists()
    }

    /// The binary, ready to be run in this session.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(EVALSIG);
        command.args(args).current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary with arguments separated by blanks.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_args(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the binary.
    pub(crate) fn run_args(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs `git` in the session's folder, as somebody and without anybody's settings.
    #[track_caller]
    pub(crate) fn git(&self, line: &str) -> Ran {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(line.split_whitespace());
        git.current_dir(self.path(".")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        ran(git.output().unwrap()).exits(0)
    }

    /// Every file below the folder, sorted, with forward slashes.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.folder.path(), self.folder.path(), &mut found);
        found.sort();
        found
    }
}

/// How a finished process ended.
pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}

impl Ran {
    /// Panics with everything that was said unless the exit code is `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The result as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
}

/// A tool that a test needs: `None`, said loudly, where the machine lacks it.
pub(crate) fn tool(name: &str, probe: &[&str]) -> Option<Command> {
    let works = Command::new(name).args(probe).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if works.is_ok_and(|status| status.success()) {
        return Some(Command::new(name));
    }
    crate::tree::skipped(&format!("this check needs `{name}`, which is not installed"));
    None
}

/// Asserts that an envelope validates against the committed schema.
#[track_caller]
pub(crate) fn assert_valid_envelope(text: &str) {
    let schema = std::fs::read_to_string(repository("schemas/audit.v1.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let envelope: serde_json::Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&envelope).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
}
