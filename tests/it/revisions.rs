//! The files of the repository at a commit, as GitHub and as a clone hold them: whatever is checked out, a
//! policy and its baselines are read at the newest commit of the branch that a change is to be merged into.

use std::path::Path;
use std::time::Duration;

use evalsig::commands::Revisions as _;
use evalsig::commands::origin::Origin;
use evalsig::commands::revisions::{Revision, policy_revision};
use evalsig::domain::{Code, Diagnostic};
use evalsig::edge::{GitHub, RepositoryFiles};
use serde_json::json;

use crate::support::github::{Access, Github, Setup};

/// Asks as a job asks: GitHub with its token, and the clone in `folder`, if there is one.
fn ask<T>(github: &Github, folder: &Path, question: impl FnOnce(&RepositoryFiles<'_>) -> T) -> T {
    let environment = github.environment();
    let variable = |name: &str| environment.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    let token = Some(github.token().to_owned());
    let connected = GitHub::connect(token, variable, Duration::from_secs(60)).unwrap();
    question(&RepositoryFiles::new(connected.as_ref(), folder.to_owned()))
}

fn branch(name: &str) -> Revision {
    Revision::Branch(name.into())
}

/// The requests so far, as `GET /git/...`.
fn requests(github: &Github) -> Vec<String> {
    let short = |path: &str| path.strip_prefix("/repos/org/app").unwrap_or(path).to_owned();
    github.requests().iter().map(|request| format!("{} {}", request.method, short(&request.path))).collect()
}

#[test]
fn a_policy_is_read_at_the_newest_commit_of_the_target() {
    let Some(github) = Github::start() else { return };
    let empty = tempfile::tempdir().unwrap();
    let old = github.commit("release-1", &[(".github/evalsig.yml", b"old")]);
    let head = github.commit("feature", &[(".github/evalsig.yml", b"loose")]);
    // Tightened after the pull request was last pushed to: its payload still names the commit before.
    let new = github.commit("release-1", &[(".github/evalsig.yml", b"new"), ("runs/base/qa.json", b"{}")]);
    let payload = json!({
        "repository": {"full_name": "org/app", "default_branch": "main"},
        "pull_request": {
            "number": 7,
            "head": {"sha": head, "ref": "feature", "repo": {"full_name": "org/app"}},
            "base": {"sha": old, "ref": "release-1", "repo": {"full_name": "org/app"}},
        },
    });
    let variable = |name: &str| match name {
        "GITHUB_EVENT_NAME" => Some("pull_request".to_owned()),
        "GITHUB_REPOSITORY" => Some("org/app".to_owned()),
        _ => None,
    };
    let origin = Origin::read(variable, payload.to_string().as_bytes()).unwrap();
    let revision = policy_revision(&origin, None).unwrap();
    ask(&github, empty.path(), |files| {
        let commit = files.resolve(&revision).unwrap();
        assert_eq!(commit, new);
        assert_eq!(files.read(&commit, ".github/evalsig.yml").unwrap().unwrap(), b"new");
        assert_eq!(files.read(&commit, "./runs/base/qa.json").unwrap().unwrap(), b"{}");
        assert_eq!(files.read(&commit, "runs/base/absent.json").unwrap(), None);
        assert_eq!(files.read(&commit, "runs/base/qa.json/x").unwrap(), None);
        assert_eq!(files.read(&old, ".github/evalsig.yml").unwrap().unwrap(), b"old");
    });
    let requests = requests(&github);
    assert_eq!(requests[0], "GET /git/ref/heads/release-1");
    assert_eq!(requests[1], format!("GET /git/trees/{new}"));
    assert!(requests[2].starts_with("GET /git/trees/") && requests[3].starts_with("GET /git/blobs/"));
    assert!(!requests.iter().any(|request| request.contains(&head)), "{requests:#?}");
    // Four for the policy, three for a baseline two folders down, none for what is not there, three at old.
    assert_eq!(requests.len(), 10, "{requests:#?}");
}

#[test]
fn what_the_checkout_holds_is_not_asked_for_again() {
    let Some(github) = Github::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let head = github.commit("main", &[("a/one", b"1"), ("a/b/two", b"2"), ("three", b"3")]);
    github.checkout("main", &folder.path().join("clone"));
    let newer = github.commit("main", &[("a/one", b"newer")]);
    ask(&github, &folder.path().join("clone"), |files| {
        assert_eq!(files.resolve(&branch("main")).unwrap(), newer, "GitHub knows what is newest");
        assert_eq!(files.read(&head, "a/one").unwrap().unwrap(), b"1");
        assert_eq!(files.list(&head, "a").unwrap(), ["a/b/two", "a/one"]);
        assert_eq!(files.list(&head, "").unwrap(), ["README.md", "a/b/two", "a/one", "three"]);
        assert_eq!(requests(&github).len(), 1);
        assert_eq!(files.read(&newer, "a/one").unwrap().unwrap(), b"newer");
        assert_eq!(files.list(&newer, "a/").unwrap(), ["a/b/two", "a/one"]);
        assert_eq!(requests(&github).len(), 5, "{:#?}", requests(&github));
    });
    // Without a token the clone is all there is, and it knows what was fetched.
    let alone = RepositoryFiles::new(None, folder.path().join("clone"));
    assert_eq!(alone.resolve(&branch("main")).unwrap(), head);
    assert_eq!(alone.read(&head, "a/b/two").unwrap().unwrap(), b"2");
    let gone = alone.resolve(&branch("release-1")).unwrap_err();
    assert!(gone.code == Code::FileUnreadable && gone.next.contains("github-token"), "{gone}");
    let nowhere = RepositoryFiles::new(None, folder.path().to_owned()).resolve(&branch("main")).unwrap_err();
    assert!(nowhere.what.contains("no git repository"), "{nowhere}");
}

#[test]
fn an_object_that_was_exchanged_in_the_clone_is_found_out() {
    let Some(github) = Github::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    let head = github.commit("main", &[("policy.yml", b"strict")]);
    github.checkout("main", &clone);
    // What an earlier step of the job could do: file another content under the id of the policy.
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        let output = command.args(args).current_dir(&clone).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    std::fs::write(clone.join("loose"), "loose!").unwrap();
    let other = git(&["hash-object", "-w", "loose"]);
    let oid = git(&["rev-parse", "HEAD:policy.yml"]);
    let pack = clone.join(".git/objects/pack");
    for file in
        std::fs::read_dir(&pack).unwrap().flatten().filter(|f| f.path().extension() == Some("pack".as_ref()))
    {
        // Unpacked, so that a loose object can be exchanged.
        let moved = folder.path().join("moved.pack");
        std::fs::copy(file.path(), &moved).unwrap();
        std::fs::remove_dir_all(&pack).unwrap();
        let mut unpack = std::process::Command::new("git");
        unpack.args(["unpack-objects", "-q"]).current_dir(&clone).stdin(std::fs::File::open(&moved).unwrap());
        assert!(unpack.status().unwrap().success());
    }
    let file = |oid: &str| clone.join(".git/objects").join(&oid[..2]).join(&oid[2..]);
    std::fs::remove_file(file(&oid)).unwrap();
    std::fs::copy(file(&other), file(&oid)).unwrap();
    let alone = RepositoryFiles::new(None, clone.clone());
    let error = alone.read(&head, "policy.yml").unwrap_err();
    assert_eq!(error.code, Code::FileUnreadable, "{error}");
    ask(&github, &clone, |files| {
        assert_eq!(files.read(&head, "policy.yml").unwrap().unwrap(), b"strict", "GitHub is asked instead");
    });
}

#[test]
fn a_person_names_a_branch_a_tag_or_a_commit() {
    let Some(github) = Github::start() else { return };
    let empty = tempfile::tempdir().unwrap();
    let first = github.head_sha().to_owned();
    let second = github.commit("release/ü 1".replace(' ', "-").as_str(), &[("a", b"a")]);
    github.git(&["tag", "v1", &first]).exits(0);
    let annotated = ["-c", "user.name=a", "-c", "user.email=a@example.org", "tag", "-a", "-m", "m"];
    github.git(&[&annotated[..], &["v2", &second]].concat()).exits(0);
    github.git(&["tag", "twice", &first]).exits(0);
    github.commit("twice", &[("b", b"b")]);
    ask(&github, empty.path(), |files| {
        let named = |name: &str| files.resolve(&Revision::Named(name.into()));
        assert_eq!(named("main").unwrap(), first);
        assert_eq!(named("v1").unwrap(), first);
        assert_eq!(named("v2").unwrap(), second, "an annotated tag is peeled");
        assert_eq!(named("release/ü-1").unwrap(), second);
        assert_eq!(named(&first).unwrap(), first);
        assert_eq!(named("refs/tags/twice").unwrap(), first);
        assert_ne!(named("refs/heads/twice").unwrap(), first);
        assert_eq!(named("twice").unwrap_err().code, Code::BadUsage, "a branch and a tag");
        assert_eq!(named("absent").unwrap_err().code, Code::FileUnreadable);
        assert_eq!(named(&"1".repeat(40)).unwrap_err().code, Code::FileUnreadable);
        for hostile in
            ["", "-rf", "a b", "a..b", "main:README.md", "main^{tree}", "a?x=1", "../pulls", "a\nb"]
        {
            assert_eq!(named(hostile).unwrap_err().code, Code::BadUsage, "{hostile:?}");
            assert_eq!(files.resolve(&branch(hostile)).unwrap_err().code, Code::BadUsage, "{hostile:?}");
            assert!(files.resolve(&Revision::Commit(hostile.into())).is_err(), "{hostile:?}");
        }
    });
    assert!(!github.requests().iter().any(|request| request.path.contains("pulls")));
}

#[test]
fn only_whole_regular_files_are_read() {
    let Some(github) = Github::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let big = vec![b'x'; 3 << 20];
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let commit = github.commit("main", &[("a/file", b"\xff\x00binary"), ("big", &big), ("lfs", pointer)]);
    // A link, and a submodule, as git's own plumbing files them.
    github.git(&["update-ref", "refs/heads/work", &commit]).exits(0);
    let link = github.commit("other", &[("target", b"../outside")]);
    let link = github.git(&["rev-parse", &format!("{link}:target")]).exits(0).stdout.trim().to_owned();
    let listing = github.git(&["ls-tree", "work"]).exits(0).stdout;
    let lines = format!("{listing}120000 blob {link}\tlink\n160000 commit {commit}\tsub\n");
    let tree = github.git_with(&["mktree", "--missing"], lines.as_bytes()).exits(0).stdout.trim().to_owned();
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit-tree", "-m", "m"];
    let commit = github.git(&[&identity[..], &[&tree]].concat()).exits(0).stdout.trim().to_owned();
    github.git(&["update-ref", "refs/heads/odd", &commit]).exits(0);
    github.checkout("odd", &folder.path().join("clone"));

    let check = |files: &RepositoryFiles<'_>| {
        assert_eq!(files.read(&commit, "a/file").unwrap().unwrap(), b"\xff\x00binary");
        assert_eq!(files.read(&commit, "big").unwrap().unwrap(), big, "more than the contents API gives out");
        assert_eq!(files.list(&commit, ".").unwrap(), ["README.md", "a/file", "big", "lfs"]);
        assert!(files.list(&commit, "absent").unwrap().is_empty());
        let why = |error: Diagnostic| {
            assert_eq!(error.code, Code::FileUnreadable);
            error.what
        };
        assert!(why(files.read(&commit, "lfs").unwrap_err()).contains("Git LFS"));
        assert!(why(files.read(&commit, "a").unwrap_err()).contains("a folder"));
        assert!(why(files.read(&commit, "link").unwrap_err()).contains("a symbolic link"));
        assert!(why(files.read(&commit, "link/x").unwrap_err()).contains("a symbolic link"));
        assert!(why(files.read(&commit, "sub").unwrap_err()).contains("a submodule"));
        assert!(why(files.list(&commit, "link").unwrap_err()).contains("a symbolic link"));
        for hostile in ["../x", "/etc/passwd", "a/../../x", "-x", ".git/config", "a//b", "", "a\0b"] {
            assert_eq!(files.read(&commit, hostile).unwrap_err().code, Code::BadUsage, "{hostile:?}");
            if !hostile.is_empty() {
                assert_eq!(files.list(&commit, hostile).unwrap_err().code, Code::BadUsage, "{hostile:?}");
            }
        }
    };
    ask(&github, folder.path(), check);
    check(&RepositoryFiles::new(None, folder.path().join("clone")));
}

#[test]
fn a_token_that_may_not_read_and_a_listing_that_is_cut_are_errors() {
    let Some(github) = Github::with(Setup { contents: Access::None, ..Setup::default() }) else { return };
    let empty = tempfile::tempdir().unwrap();
    ask(&github, empty.path(), |files| {
        let error = files.resolve(&branch("main")).unwrap_err();
        assert!(error.code == Code::PermissionRefused && error.next.contains("contents: read"), "{error}");
        github.change(|setup| (setup.contents, setup.tree_limit) = (Access::Read, 0));
        let commit = files.resolve(&branch("main")).unwrap();
        assert!(files.list(&commit, "").unwrap_err().what.contains("more files"));
        assert!(files.read(&commit, "README.md").unwrap_err().what.contains("more files"));
        github.change(|setup| setup.tree_limit = 100);
        assert!(files.read(&commit, "README.md").unwrap().is_some());
    });
}
