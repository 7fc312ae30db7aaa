//! The scripts of `.ci`: that a check cannot be lost under a green run.

use std::process::Command;

use crate::support::{Ran, ran};
use crate::tree;

/// Runs a script that has `.ci/lib.sh`, with this and nothing else of the environment.
fn bash(script: &str, environment: &[(&str, &str)]) -> Ran {
    let mut command = Command::new("bash");
    command.args(["-euc", &format!(". .ci/lib.sh\n{script}")]).current_dir(tree::root()).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap()).envs(environment.iter().copied());
    ran(command.output().unwrap())
}

/// The lines of the list of what CI may skip.
fn expected() -> Vec<String> {
    let text = tree::read(".ci/expected-skips");
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn a_shell_function_is_not_taken_for_the_program_of_its_name() {
    // `.ci/container` wraps buildah in a function; it was found in place of the program, nothing was installed, and the
    // tests of the image were skipped.
    let wrapped = "no-such-program() { :; }; can_be_root=false;";
    bash(&format!("{wrapped} need no-such-program some-package"), &[]).exits(1);
    bash(&format!("{wrapped} program no-such-program"), &[]).exits(1);
    assert!(bash("program env", &[]).exits(0).stdout.ends_with("/env\n"));
    for script in tree::files(".ci", "") {
        assert!(
            !tree::read(&script).lines().any(|line| line.contains("command -v") && !line.starts_with('#')),
            "{script}: `command -v` finds functions too; `program` of .ci/lib.sh does not"
        );
    }
}

#[test]
fn what_is_missing_is_installed_as_root_or_with_sudo() {
    let machine = tempfile::tempdir().unwrap();
    let tool = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = machine.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let bin = machine.path().display();
    tool(
        "apt-get",
        &format!(
            "[ \"$1\" = update ] && exit\necho \"$*\" >{bin}/asked\nln -s /bin/true {bin}/tool-of-a-test"
        ),
    );
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    let installs = "as_root=(); can_be_root=true; need tool-of-a-test a-package; program tool-of-a-test";
    bash(installs, &[("PATH", &path)]).exits(0);
    let asked = std::fs::read_to_string(machine.path().join("asked")).unwrap();
    assert_eq!(asked, "install -y --no-install-recommends a-package\n");
}

#[test]
fn in_ci_nothing_is_skipped_that_is_not_expected_by_name() {
    let holds = |script: &str, environment: &[(&str, &str)]| bash(script, environment).code == 0;
    for (environment, ci) in
        [(&[][..], false), (&[("CI", "true")][..], true), (&[("GITHUB_ACTIONS", "true")][..], true)]
    {
        assert_eq!(holds("in_ci", environment), ci, "{environment:?}");
    }
    let asks = |text: &str| holds(&format!("expected_skip {text:?} .ci/expected-skips"), &[]);
    assert!(asks("only root can give files away"));
    assert!(!asks("the container was not built; the reason stands above"));
    assert!(!asks("") && !asks("#"), "a comment or an empty line expects nothing");
}

#[test]
fn every_expected_skip_is_still_said_somewhere() {
    let sources: Vec<String> = [("tests", ".rs"), (".ci", "")]
        .into_iter()
        .flat_map(|(folder, suffix)| tree::files(folder, suffix))
        .filter(|path| path != ".ci/expected-skips" && path != "tests/it/ci.rs")
        .map(|path| tree::read(&path))
        .collect();
    for line in expected() {
        assert!(sources.iter().any(|source| source.contains(&line)), ".ci/expected-skips: {line:?}");
    }
}

#[test]
fn the_commit_of_a_release_names_image_base_and_binaries_by_digest() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let files = [".ci/release-commit", "action.yml", "Dockerfile", "Cargo.toml", "setup/release.txt"];
    for file in files {
        std::fs::create_dir_all(at(file).parent().unwrap()).unwrap();
        std::fs::copy(tree::root().join(file), at(file)).unwrap();
    }
    let digest = "0123456789abcdef".repeat(4);
    let targets = [
        "aarch64-apple-darwin",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "x86_64-unknown-linux-musl",
    ];
    let sums: String = targets.iter().map(|target| format!("{digest}  evalsig-{target}\n")).collect();
    std::fs::write(at("sums"), &sums).unwrap();
    let base = format!("rust:1.95.0-slim-bookworm@sha256:{digest}");
    let image = format!("ghcr.io/org/evalsig-action@sha256:{digest}");
    let write = |version: &str, base: &str, image: &str| {
        let mut command = Command::new("bash");
        command.arg(at(".ci/release-commit")).args([version, base, image, "sums"]).current_dir(folder.path());
        ran(command.output().unwrap())
    };
    let version = env!("CARGO_PKG_VERSION");
    // A tag in the place of a digest, and a version that is not this one.
    assert_ne!(write(version, &base, "ghcr.io/org/evalsig-action:1").code, 0);
    assert_ne!(write(version, "rust:1.95.0-slim-bookworm", &image).code, 0);
    assert_ne!(write("99.0.0", &base, &image).code, 0);
    let read = |path: &str| std::fs::read_to_string(at(path)).unwrap();
    assert_eq!(read("action.yml"), tree::read("action.yml"), "nothing was changed");

    write(version, &base, &image).exits(0);
    assert!(read("action.yml").contains(&format!("\n  image: docker://{image}\n")));
    assert!(read("Dockerfile").contains(&format!("\nFROM {base} AS build\n")));
    assert!(read("setup/release.txt").ends_with(&format!("\nv{version}\n{sums}")));
    // Once more gives the same.
    let before = read("setup/release.txt");
    write(version, &base, &image).exits(0);
    assert_eq!(read("setup/release.txt"), before);
    // A line that is none of sha256sum.
    std::fs::write(at("sums"), format!("{sums}x\n")).unwrap();
    assert_ne!(write(version, &base, &image).code, 0);
}
