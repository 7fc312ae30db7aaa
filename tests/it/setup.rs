//! `setup/`: the action without Docker. Its files are held to the action's, and its script is driven against a server of
//! releases on this machine, with the workflow that also tests the container.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use evalsig::domain::Digest;
use serde_yaml::Value;

use crate::selftest::{Left, parse_outputs};
use crate::shell::{keys, yaml};
use crate::support::{EVALSIG, Ran, ran};
use crate::tree;

/// The binary's name for this machine, where there is one.
fn asset() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("evalsig-x86_64-unknown-linux-musl"),
        ("linux", "aarch64") => Some("evalsig-aarch64-unknown-linux-musl"),
        ("macos", "aarch64") => Some("evalsig-aarch64-apple-darwin"),
        ("macos", "x86_64") => Some("evalsig-x86_64-apple-darwin"),
        _ => None,
    }
}

/// A checkout of a release of the action, a server with its binary, and a job that uses it.
pub(crate) struct Release {
    folder: tempfile::TempDir,
    downloads: String,
}

impl Release {
    /// A release whose server holds `served`, and whose commit names the digest of `named`.
    pub(crate) fn new(served: Vec<u8>, named: &[u8]) -> Option<Self> {
        let Some(asset) = asset() else {
            tree::skipped("there is no released binary for this machine");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for inner in ["action/setup", "temp", "bin", "workspace"] {
            fs::create_dir_all(at(inner)).unwrap();
        }
        fs::copy(tree::root().join("action.yml"), at("action/action.yml")).unwrap();
        fs::copy(tree::root().join("setup/run.sh"), at("action/setup/run.sh")).unwrap();
        let release = format!("# A comment.\nv9.9.9\n{}  {asset}\n", Digest::of(named));
        fs::write(at("action/setup/release.txt"), release).unwrap();
        let downloads = serve(format!("/v9.9.9/{asset}"), served);
        Some(Self { folder, downloads })
    }

    /// A program that the runner has.
    fn program(&self, name: &str, script: &str) {
        let path = self.folder.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the step with these inputs, as the runner runs the only step of `setup/action.yml`.
    pub(crate) fn step(&self, workspace: &Path, with: &Value, more: &[(&str, &str)]) -> (Ran, Left) {
        let at = |path: &str| self.folder.path().join(path);
        for file in ["output", "summary"] {
            fs::write(at(file), "").unwrap();
        }
        let action = yaml("setup/action.yml");
        let step = &action["runs"]["steps"][0];
        assert_eq!(step["shell"].as_str(), Some("bash"));
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
        command.current_dir(workspace).env_clear();
        command.env("PATH", format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap()));
        for (name, value) in step["env"].as_mapping().unwrap() {
            let value = value.as_str().unwrap();
            let input = value.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
            let value = match input {
                Some(input) => with[input].as_str().unwrap_or("").to_owned(),
                None if value == "${{ github.action_path }}" => {
                    at("action/setup").to_str().unwrap().to_owned()
                }
                None => String::new(),
            };
            command.env(name.as_str().unwrap(), value);
        }
        command.env("EVALSIG_DOWNLOADS", &self.downloads).env("EVALSIG_ATTESTATION", "auto");
        command.env("RUNNER_TEMP", at("temp")).env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_WORKSPACE", workspace);
        command.env("GITHUB_OUTPUT", at("output")).env("GITHUB_STEP_SUMMARY", at("summary"));
        command.envs(more.iter().copied());
        let ran = ran(command.output().unwrap());
        let mut left = parse_outputs(&fs::read_to_string(at("output")).unwrap());
        left.insert("outcome".to_owned(), if ran.code == 0 { "success" } else { "failure" }.to_owned());
        (ran, left)
    }

    /// The same in a workspace of its own, for a pair that is allowed.
    fn allowed_pair(&self, more: &[(&str, &str)]) -> (Ran, Left) {
        let with = "{baseline: b.json, candidate: c.json, min-delta: '0.01'}";
        let workspace = self.folder.path().join("workspace");
        for (from, to) in [("baseline", "b"), ("candidate", "c")] {
            let from = tree::root().join(format!("examples/runs/{from}.json"));
            fs::copy(from, workspace.join(format!("{to}.json"))).unwrap();
        }
        self.step(&workspace, &serde_yaml::from_str(with).unwrap(), more)
    }
}

/// Serves one file on this machine for as long as the test runs; everything else is not found.
fn serve(path: String, bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            for line in lines {
                if line.is_empty() {
                    break;
                }
            }
            let found = request.split(' ').nth(1) == Some(&path);
            let (status, body) = if found { ("200 OK", &bytes[..]) } else { ("404 Not Found", &[][..]) };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    address
}

fn binary() -> Vec<u8> {
    fs::read(EVALSIG).unwrap()
}

#[test]
fn both_roads_have_the_same_inputs_and_outputs() {
    let (action, setup) = (yaml("action.yml"), yaml("setup/action.yml"));
    let own = ["attestation", "downloads"];
    assert_eq!(keys(&setup["inputs"])[..2], own);
    assert_eq!(keys(&setup["inputs"])[2..], keys(&action["inputs"])[..]);
    for name in keys(&action["inputs"]) {
        assert_eq!(setup["inputs"][name], action["inputs"][name], "{name}: run .ci/setup.py");
    }
    assert_eq!(keys(&setup["outputs"]), keys(&action["outputs"]));
    let step = &setup["runs"]["steps"][0];
    assert_eq!(setup["runs"]["steps"].as_sequence().unwrap().len(), 1);
    for name in keys(&action["outputs"]) {
        let value = format!("${{{{ steps.evalsig.outputs.{name} }}}}");
        assert_eq!(setup["outputs"][name]["value"].as_str(), Some(&*value));
        assert_eq!(setup["outputs"][name]["description"], action["outputs"][name]["description"]);
    }
    for name in keys(&action["inputs"]) {
        let variable = format!("EVALSIG_INPUT_{}", name.to_uppercase().replace('-', "_"));
        let value = format!("${{{{ inputs.{name} }}}}");
        assert_eq!(step["env"][&*variable].as_str(), Some(&*value), "{variable}: run .ci/setup.py");
    }
}

#[test]
fn the_commit_of_a_release_names_every_binary_and_other_commits_none() {
    let text = tree::read("setup/release.txt");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let Some((version, assets)) = lines.split_first() else { return };
    assert_eq!(*version, format!("v{}", env!("CARGO_PKG_VERSION")));
    for asset in assets {
        let (digest, name) = asset.split_once("  ").expect(asset);
        assert!(digest.len() == 64 && name.starts_with("evalsig-"), "{asset}");
    }
    assert_eq!(assets.len(), 4, "{assets:?}");
}

#[test]
fn the_selftest_passes_without_docker() {
    let Some(release) = Release::new(binary(), &binary()) else { return };
    crate::selftest::passes(&|workspace, with| release.step(workspace, with, &[]).1);
}

#[test]
fn the_released_binary_judges_and_its_outputs_reach_the_step() {
    let Some(release) = Release::new(binary(), &binary()) else { return };
    let (ran, left) = release.allowed_pair(&[]);
    let said = ran.exits(0).stdout;
    assert!(said.contains("attestation: not verified") && said.contains("may ship"), "{said}");
    assert_eq!((left["verdict"].as_str(), left["exit-code"].as_str()), ("ALLOW", "0"));
    // What a former step left is used again, but only after another look at its digest.
    let kept = fs::read_dir(release.folder.path().join("temp")).unwrap().next().unwrap().unwrap().path();
    fs::write(kept.join("evalsig"), "#!/bin/sh\nexit 0\n").unwrap();
    let (ran, left) = release.allowed_pair(&[]);
    ran.exits(0);
    assert_eq!(left["verdict"], "ALLOW");
}

#[test]
fn another_binary_than_the_commit_names_never_runs() {
    let other = b"#!/bin/sh\ntouch ran\n".to_vec();
    let Some(release) = Release::new(other, &binary()) else { return };
    let (ran, left) = release.allowed_pair(&[]);
    let said = ran.exits(65).stdout;
    assert!(said.contains("::error title=evalsig::") && said.contains("is not the file"), "{said}");
    assert_eq!(left.len(), 1, "no verdict: {left:?}");
    assert!(!release.folder.path().join("workspace/ran").exists());
    let temp = release.folder.path().join("temp");
    let left: Vec<_> =
        fs::read_dir(temp).unwrap().flat_map(|e| fs::read_dir(e.unwrap().path()).unwrap()).collect();
    assert!(left.is_empty(), "the file is gone: {left:?}");
}

#[test]
fn an_attestation_that_does_not_hold_stops_the_step() {
    let Some(release) = Release::new(binary(), &binary()) else { return };
    let log = release.folder.path().join("asked");
    let gh = |end: &str| {
        format!(
            "[ \"$3\" = --help ] && exit 0\necho \"$*\" >>{}\necho 'a ::warning::b'\n{end}",
            log.display()
        )
    };
    release.program("gh", &gh("exit 0"));
    release.allowed_pair(&[("GH_TOKEN", "t")]).0.exits(0);
    let asked = fs::read_to_string(&log).unwrap();
    let signer = "--signer-workflow org/evalsig-action/.github/workflows/image.yml";
    assert!(asked.contains("--repo org/evalsig-action") && asked.contains(signer), "{asked}");
    assert!(tree::root().join(".github/workflows/image.yml").exists());

    release.program("gh", &gh("exit 1"));
    let (ran, _) = release.allowed_pair(&[("GH_TOKEN", "t")]);
    let said = ran.exits(65).stdout;
    assert!(said.lines().all(|line| !line.starts_with("::warning")), "{said}");
    // Nobody to ask: with `required` that is an end, too.
    release.allowed_pair(&[("EVALSIG_ATTESTATION", "required")]).0.exits(64);
    release.allowed_pair(&[("EVALSIG_ATTESTATION", "sometimes")]).0.exits(64);
    release.allowed_pair(&[("EVALSIG_ATTESTATION", "off"), ("GH_TOKEN", "t")]).0.exits(0);
}

#[test]
fn a_commit_without_a_release_and_a_server_without_the_file_say_so() {
    let Some(release) = Release::new(binary(), &binary()) else { return };
    let listed = release.folder.path().join("action/setup/release.txt");
    let kept = fs::read_to_string(&listed).unwrap();
    fs::copy(tree::root().join("setup/release.txt"), &listed).unwrap();
    if !tree::read("setup/release.txt").lines().any(|line| line.starts_with('v')) {
        let (ran, _) = release.allowed_pair(&[]);
        assert!(ran.exits(64).stdout.contains("this commit is no release"));
    }
    fs::write(&listed, kept.replace("v9.9.9", "v9.9.8")).unwrap();
    release.allowed_pair(&[]).0.exits(75);
    // An address that is neither https nor of this machine is not asked.
    fs::write(&listed, kept).unwrap();
    release.allowed_pair(&[("EVALSIG_DOWNLOADS", "http://releases.invalid")]).0.exits(75);
}
