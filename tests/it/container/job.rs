//! A job's step as the runner starts it: `docker run --rm` with its folders mounted below `/github`,
//! and buildah in docker's place.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::selftest::parse_outputs;
use crate::support::github::Github;
use crate::support::{Ran, Session, ran};
use crate::tree;

/// What `.ci/container` built, and how it is run.
#[derive(Clone, Debug)]
pub(super) struct Image {
    name: String,
    store: String,
    /// A runtime as docker's, or `chroot`.
    runtime: String,
}

impl Image {
    /// `None`, said loudly, where nobody has built one.
    pub(super) fn built() -> Option<Self> {
        static SAID: Once = Once::new();
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(name) = variable("EVALSIG_IMAGE") else {
            let why = "the container: EVALSIG_IMAGE names no image; `bash .ci/container` builds one";
            SAID.call_once(|| tree::skipped_in_ci_too(why));
            return None;
        };
        let store = variable("EVALSIG_IMAGE_STORE").expect("EVALSIG_IMAGE_STORE, the folder of the image");
        let runtime = variable("EVALSIG_IMAGE_RUNTIME").unwrap_or_else(|| "chroot".into());
        Some(Self { name, store, runtime })
    }

    /// buildah, over the store that holds the image.
    pub(super) fn buildah(&self) -> Command {
        let mut command = as_root("buildah");
        command.args([
            "--root",
            &format!("{}/store", self.store),
            "--runroot",
            &format!("{}/run", self.store),
        ]);
        command.args(["--storage-driver", "vfs"]).stdin(Stdio::null());
        command
    }

    /// What the image says of itself.
    pub(super) fn config(&self) -> Value {
        let inspected = self.buildah().args(["inspect", "--type", "image", &self.name]).output().unwrap();
        ran(inspected).exits(0).json()["OCIv1"]["config"].clone()
    }

    /// A container of its own, which goes when it is dropped.
    pub(super) fn container(&self) -> Container<'_> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("evalsig-test-{}-{number}", std::process::id());
        let made = self.buildah().args(["from", "--pull-never", "--name", &name, &self.name]).output();
        ran(made.unwrap()).exits(0);
        Container { image: self, name }
    }
}

/// A container, like the one that docker makes for `--rm`.
pub(super) struct Container<'a> {
    image: &'a Image,
    name: String,
}

impl Container<'_> {
    /// `buildah run`, up to the command.
    pub(super) fn run(&self) -> Command {
        let mut command = self.image.buildah();
        command.arg("run");
        if self.image.runtime == "chroot" {
            command.args(["--isolation", "chroot"]);
        } else {
            command.args(["--isolation", "oci", "--runtime", &self.image.runtime]);
        }
        // A stand-in for GitHub listens on loopback.
        command.args(["--network", "host"]);
        command
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Every file and folder of the container's root.
    pub(super) fn files(&self) -> Vec<String> {
        let mounted = ran(self.image.buildah().args(["mount", &self.name]).output().unwrap()).exits(0);
        let listed =
            as_root("find").args([mounted.stdout.trim(), "-mindepth", "1", "-printf", "%P\n"]).output();
        let mut files: Vec<String> = ran(listed.unwrap()).exits(0).stdout.lines().map(Into::into).collect();
        files.sort();
        files
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        let _ = self.image.buildah().args(["rm", &self.name]).stdout(Stdio::null()).status();
    }
}

/// Who owns the workspace. Root takes a user that is not root, as on a runner; others have only their own.
fn owner() -> u32 {
    match own_uid() {
        0 => 1001,
        uid => uid,
    }
}

fn own_uid() -> u32 {
    fs::metadata("/proc/self").unwrap().uid()
}

/// A program as root: what the container may do must not depend on who tests it.
pub(super) fn as_root(program: &str) -> Command {
    if own_uid() == 0 {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// One step of a job that uses the action.
pub(super) struct Job {
    image: Image,
    folders: Session,
    environment: Vec<(String, String)>,
}

impl Job {
    /// A step with the example runs in its workspace; `None`, said loudly, without an image.
    pub(super) fn new(inputs: &[(&str, &str)]) -> Option<Self> {
        let image = Image::built()?;
        let folders = Session::new();
        for file in fs::read_dir(tree::root().join("examples/runs")).unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            folders.write(&format!("workspace/runs/{name}"), &fs::read_to_string(file.path()).unwrap());
        }
        fs::create_dir(folders.path("home")).unwrap();
        folders.write("workflow/event.json", "{}");
        folders.write("file_commands/set_output", "").write("file_commands/step_summary", "before\n");
        let mut job = Self { image, folders, environment: Vec::new() };
        // As the runner does: every declared input is set, to nothing if need be.
        for input in evalsig::cli::ACTION_INPUTS {
            job.set(&format!("INPUT_{}", input.to_uppercase()), "");
        }
        job.input("baseline", "runs/baseline.json").input("candidate", "runs/candidate.json");
        for (name, value) in inputs {
            job.input(name, value);
        }
        for (name, value) in [
            ("HOME", "/github/home"),
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_EVENT_PATH", "/github/workflow/event.json"),
            ("GITHUB_OUTPUT", "/github/file_commands/set_output"),
            ("GITHUB_REPOSITORY", "org/app"),
            ("GITHUB_SHA", &"a".repeat(40)),
            ("GITHUB_STEP_SUMMARY", "/github/file_commands/step_summary"),
            ("GITHUB_WORKSPACE", "/github/workspace"),
            ("RUNNER_OS", "Linux"),
        ] {
            job.set(name, value);
        }
        Some(job)
    }

    /// The same in a repository of this GitHub, with a token for it.
    pub(super) fn at(github: &Github, inputs: &[(&str, &str)]) -> Option<Self> {
        let mut job = Self::new(inputs)?;
        for (name, value) in github.environment() {
            job.set(&name, &value);
        }
        Some(job)
    }

    /// Sets an input by the name that `action.yml` gives it.
    pub(super) fn input(&mut self, name: &str, value: &str) -> &mut Self {
        self.set(&format!("INPUT_{}", name.to_uppercase()), value)
    }

    /// Sets a variable; the last value counts.
    pub(super) fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Makes this the payload of the event `name`.
    pub(super) fn event(&mut self, name: &str, payload: &Value) -> &mut Self {
        self.folders.write("workflow/event.json", &payload.to_string());
        self.set("GITHUB_EVENT_NAME", name)
    }

    /// The image's command with the arguments that `action.yml` gives it, ready to be run.
    pub(super) fn command(&self, container: &Container<'_>) -> Command {
        give(&self.folders.path("."), owner());
        let mut command = container.run();
        command.args(["--workingdir", "/github/workspace"]);
        for folder in ["workspace", "home", "workflow", "file_commands"] {
            command.arg("--volume").arg(format!("{}:/github/{folder}", self.folders.path(folder).display()));
        }
        for (name, value) in &self.environment {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        command.args([container.name(), "--"]);
        let config = self.image.config();
        command.args(config["Entrypoint"].as_array().unwrap().iter().filter_map(Value::as_str));
        let action: serde_yaml::Value = serde_yaml::from_str(&tree::read("action.yml")).unwrap();
        command.args(action["runs"]["args"].as_sequence().unwrap().iter().filter_map(|arg| arg.as_str()));
        command
    }

    /// Runs the step to its end.
    pub(super) fn run(&self) -> Ran {
        let container = self.image.container();
        ran(self.command(&container).output().unwrap())
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// A path in the workspace.
    pub(super) fn path(&self, relative: &str) -> PathBuf {
        self.folders.path("workspace").join(relative)
    }

    /// A file of the workspace.
    #[track_caller]
    pub(super) fn read(&self, relative: &str) -> String {
        self.folders.read(&format!("workspace/{relative}"))
    }

    /// An output, as the runner reads it; empty where none was set.
    pub(super) fn output(&self, name: &str) -> String {
        let outputs = parse_outputs(&self.folders.read("file_commands/set_output"));
        outputs.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn summary(&self) -> String {
        self.folders.read("file_commands/step_summary")
    }

    /// Panics unless later steps can read, move and delete everything that lies below the workspace and
    /// the files behind the runner's commands, and nothing was left in the home folder.
    #[track_caller]
    pub(super) fn assert_usable(&self) {
        for path in
            below(&self.folders.path("workspace")).iter().chain(&below(&self.folders.path("file_commands")))
        {
            let meta = fs::symlink_metadata(path).unwrap();
            assert_eq!(meta.uid(), owner(), "{} belongs to somebody else", path.display());
            assert!(
                meta.is_symlink() || meta.mode() & 0o600 == 0o600,
                "{}: {:o}",
                path.display(),
                meta.mode()
            );
        }
        assert!(below(&self.folders.path("home")).is_empty(), "something was left in HOME");
    }
}

/// Makes everything from `folder` on somebody's, where we may.
fn give(folder: &Path, uid: u32) {
    if own_uid() != 0 {
        return;
    }
    chown(folder, Some(uid), Some(uid)).unwrap();
    for path in below(folder) {
        std::os::unix::fs::lchown(path, Some(uid), Some(uid)).unwrap();
    }
}

/// Everything below a folder; links are not followed.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_symlink() && path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}
