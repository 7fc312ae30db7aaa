//! Trails read out of git: real repositories, made by the `git` program and read by the binary.

mod anchors;
mod history;
mod naming;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use evalsig::edge::trail_dir::TrailDir;
use serde_json::Value;

use super::Decision;
use crate::support::{Ran, Session, tool};

/// The branch of the trail.
const BRANCH: &str = "evalsig-audit";

/// A session whose folder is a repository.
struct Repo {
    session: Session,
    /// The repository, inside the session's folder.
    folder: PathBuf,
}

impl Repo {
    /// A repository without a commit; none, said loudly, where there is no git.
    fn new() -> Option<Self> {
        Self::with(Session::new(), &[])
    }

    fn with(mut session: Session, options: &[&str]) -> Option<Self> {
        tool("git", &["--version"])?;
        session.set("PATH", &std::env::var("PATH").unwrap());
        let folder = session.path("");
        let this = Self { session, folder };
        this.git(&[&["init", "-q", "-b", BRANCH][..], options].concat());
        Some(this)
    }

    /// A repository with three entries, one a commit.
    fn of_three() -> Option<Self> {
        let this = Self::new()?;
        for (release, number) in [("v1", 1), ("v2", 2), ("v2", 3)] {
            this.append(release, number);
        }
        Some(this)
    }

    /// Runs git, which must succeed, apart from the settings of whoever runs the tests.
    fn git(&self, args: &[&str]) -> String {
        git_in(&self.folder, args)
    }

    /// Appends an entry and commits it; gives the commit.
    fn append(&self, release: &str, number: u64) -> String {
        Decision::new(release, number).append(&TrailDir::at(&self.folder)).unwrap();
        self.commit(&format!("entry {number}"))
    }

    /// Commits everything that lies in the folder; gives the commit.
    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        let path = self.folder.join(path);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }

    /// Runs `evalsig verify` in the repository.
    fn verify(&self, args: &[&str]) -> Ran {
        self.verify_in(&self.folder, args)
    }

    fn verify_in(&self, folder: &Path, args: &[&str]) -> Ran {
        let mut command = self.session.command(&[&["verify"], args].concat());
        crate::support::ran(command.current_dir(folder).output().unwrap())
    }

    /// The report for programs; the exit code is the one that it names.
    fn report(&self, args: &[&str]) -> Value {
        let ran = self.verify(&[args, &["--output", "json"]].concat());
        let report = ran.json();
        assert_eq!(report["exit_code"], ran.code, "{report:#}");
        report
    }
}

fn git_in(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"])
        .args(args)
        .current_dir(folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")])
        .envs([("GIT_AUTHOR_DATE", "2026-11-21T08:00:00Z"), ("GIT_COMMITTER_DATE", "2026-11-21T08:00:00Z")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Kinds and paths of the findings of a weight, in the order of the report.
fn found(report: &Value, weight: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["weight"] == weight)
        .map(|finding| (text(&finding["kind"]), text(&finding["path"])))
        .collect()
}

#[test]
fn a_branch_is_verified_without_a_checkout() {
    let Some(repo) = Repo::of_three() else { return };
    let head = repo.head();
    repo.git(&["checkout", "-q", "--orphan", "main"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.write("README.md", "Something else.\n");
    repo.commit("not the trail");

    let said = repo.verify(&[BRANCH]).exits(0);
    assert!(
        said.stdout.contains("INTACT: 3 entries of 2 releases, each as it was written and linked"),
        "{}",
        said.stdout
    );
    let read = format!(
        "\nGit: trail at commit {head} of {BRANCH}; no commit ever changed or removed a file of it.\n"
    );
    assert!(said.stdout.contains(&read), "{}", said.stdout);
    assert!(!said.stdout.contains("the history of these files"), "{}", said.stdout);
    assert!(said.stdout.contains("git's objects against their names"), "{}", said.stdout);
    assert_eq!(said.stderr, "");

    let report = repo.report(&[BRANCH]);
    assert_eq!((report["result"].as_str(), report["entries"].as_u64()), (Some("intact"), Some(3)));
    let git = serde_json::json!({"commit": head, "ref": BRANCH, "read_from": "commit", "history": "intact"});
    assert_eq!(report["git"], git);
    // What lies in the folder is not looked at.
    repo.write("audit/v9/audit.json", "{}");
    assert_eq!(repo.report(&[BRANCH]), report);
    repo.verify(&[]).exits(1);
}

#[test]
fn a_trail_that_gate_wrote_is_read_back() {
    const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";
    let Some(repo) = Repo::with(Session::with_examples(), &[]) else { return };
    let mut commits = Vec::new();
    for plan in ["--release-id v1", "--release-id v2", "--release-id v2 --alpha 0.01"] {
        repo.session.run(&format!("{GATE} {plan}"));
        commits.push(repo.commit(plan));
    }
    for (entries, commit) in (1..).zip(&commits) {
        let report = repo.report(&[commit]);
        assert_eq!((report["exit_code"].as_u64(), report["entries"].as_u64()), (Some(0), Some(entries)));
    }
    // The folder and the branch say the same of the same files.
    let (folder, branch) = (repo.report(&[]), repo.report(&[BRANCH]));
    assert_eq!((&folder["lines"], &folder["head"]), (&branch["lines"], &branch["head"]));
    assert_eq!(folder["git"]["read_from"], "work-tree");
    assert_eq!(folder["git"]["history"], "intact");
}

#[test]
fn what_is_no_file_is_not_followed() {
    let Some(repo) = Repo::of_three() else { return };
    let secret = repo.folder.join("secret.sig");
    fs::write(&secret, "x").unwrap();
    std::os::unix::fs::symlink(&secret, repo.folder.join("audit/v1/audit.sig")).unwrap();
    repo.commit("a link");
    assert_eq!(
        found(&repo.report(&[BRANCH]), "broken"),
        [("not-a-file".into(), "audit/v1/audit.sig".into())]
    );

    let Some(repo) = Repo::of_three() else { return };
    let nested = format!("160000,{},audit/nested", repo.head());
    repo.git(&["update-index", "--add", "--cacheinfo", &nested]);
    repo.git(&["commit", "-qm", "a submodule"]);
    assert_eq!(found(&repo.report(&[BRANCH]), "broken"), [("not-a-file".into(), "audit/nested".into())]);
    let other = repo.head();
    repo.git(&["update-index", "--cacheinfo", &format!("160000,{other},audit/nested")]);
    repo.git(&["commit", "-qm", "the submodule moves"]);
    // The repository asks git not to show that.
    repo.write(".gitmodules", "[submodule \"n\"]\n\tpath = audit/nested\n\turl = x\n\tignore = all\n");
    assert_eq!(repo.git(&["diff-tree", "-r", "HEAD"]), "", "git itself is deceived");
    assert_eq!(repo.report(&[BRANCH])["git"]["history"], "changed");
}

#[test]
fn a_file_longer_than_any_envelope_does_not_stop_the_next() {
    let Some(repo) = Repo::of_three() else { return };
    // Larger than what is read of a file, and read before the others.
    repo.write("audit/v1/audit.json", &"x".repeat(evalsig::trail::MAX_FILE + 9));
    repo.commit("a long file");
    let report = repo.report(&[BRANCH]);
    let path = || "audit/v1/audit.json".to_owned();
    assert_eq!(
        found(&report, "broken"),
        [("history-changed".into(), path()), ("envelope-changed".into(), path())]
    );
    assert_eq!(report["entries"], 3);
}

#[test]
fn damage_in_a_commit_is_found_as_in_a_folder() {
    let Some(repo) = Repo::of_three() else { return };
    let path = "audit/v2/attempts/002/entry.json";
    let text = fs::read_to_string(repo.folder.join(path)).unwrap();
    // It came into the branch like this: no commit changed it.
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("audit/v2/attempts/002/entry.json", &text.replace("\"index\": 3", "\"index\": 4"));
    repo.commit("an entry that was never written");
    let report = repo.report(&[BRANCH]);
    assert_eq!(report["git"]["history"], "intact");
    assert!(found(&report, "broken").contains(&("entry-damaged".into(), path.into())), "{report:#}");
}
