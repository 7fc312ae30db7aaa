//! What people call a trail, and what happens where it cannot be read.

use std::fs;

use evalsig::edge::trail_dir::TrailDir;

use super::super::Decision;
use super::{BRANCH, Repo, found, git_in};

#[test]
fn branches_tags_commits_and_head_name_a_trail() {
    let Some(repo) = Repo::of_three() else { return };
    let head = repo.head();
    repo.git(&["tag", "-a", "-m", "kept", "audited"]);
    let clone = repo.session.path("clone");
    git_in(&repo.folder, &["clone", "-q", "--bare", ".", clone.to_str().unwrap()]);
    git_in(&clone, &["update-ref", "refs/remotes/origin/evalsig-audit", &head]);
    git_in(&clone, &["update-ref", "refs/heads/--all", &head]);
    // A folder of the bare repository in which nothing is called like a ref.
    let inside = clone.join("info");
    for name in [BRANCH, "HEAD", &head, &head[..10], "audited", "origin/evalsig-audit", "refs/heads/--all"] {
        for name in [name.to_owned(), format!("git:{name}")] {
            let said = repo.verify_in(&inside, &[&name]).exits(0).stdout;
            let bare = name.strip_prefix("git:").unwrap_or(&name);
            assert!(said.contains(&format!("Git: trail at commit {head} of {bare};")), "{name}: {said}");
        }
    }
    let before = repo.verify_in(&inside, &["HEAD~1", "--output", "json"]).exits(0).json();
    assert_eq!(before["entries"], 2);
}

#[test]
fn a_path_wins_over_a_branch_and_git_says_which_is_meant() {
    let Some(repo) = Repo::of_three() else { return };
    fs::create_dir(repo.folder.join(BRANCH)).unwrap();
    Decision::new("v8", 8).append(&TrailDir::at(repo.folder.join(BRANCH))).unwrap();
    assert_eq!(repo.report(&[BRANCH])["entries"], 1);
    assert_eq!(repo.report(&["git:evalsig-audit"])["entries"], 3);
}

#[test]
fn a_name_that_git_could_take_for_something_else_is_refused() {
    let Some(repo) = Repo::of_three() else { return };
    for name in [
        "git:",
        "git:-x",
        "git:--all",
        "git:a b",
        "git:a\nb",
        "git:a\u{1b}[31m",
        "git::/entry",
        "git:HEAD:../x",
    ] {
        let ran = repo.verify(&["--", name]).exits(64);
        assert!(ran.stderr.contains("[bad-usage]") && ran.stdout.is_empty(), "{name:?}: {}", ran.stderr);
    }
    // Words of git that mean no one commit.
    for name in
        ["git:nowhere", "git:^HEAD", "git:HEAD..HEAD", "git:HEAD^{tree}", "git:HEAD@{9 days ago}", "git:*"]
    {
        let ran = repo.verify(&[name]);
        assert!(
            [64, 65].contains(&ran.code) && ran.stdout.is_empty(),
            "{name:?}: {} {}",
            ran.code,
            ran.stdout
        );
    }
    let ran = repo.verify(&["git:nowhere"]).exits(65);
    assert!(ran.stderr.contains("no branch, tag or commit of that name"), "{}", ran.stderr);
    // Without the prefix such a name is that of a folder which is not there.
    for name in ["nowhere", "-x", "a b", "^HEAD", "HEAD..HEAD", "no/where", "a:../b"] {
        assert!(repo.verify(&["--", name]).exits(2).stdout.contains("no-trail"), "{name}");
    }
    // A tag in front of a branch.
    repo.git(&["tag", BRANCH, "HEAD~1"]);
    for name in [BRANCH, "git:evalsig-audit"] {
        let ran = repo.verify(&[name]).exits(64);
        assert!(
            ran.stderr.contains("more than one thing") && ran.stderr.contains("refs/heads/"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(repo.report(&["refs/heads/evalsig-audit"])["entries"], 3);
    assert_eq!(repo.report(&["refs/tags/evalsig-audit"])["entries"], 2);
    // A branch without a trail.
    repo.git(&["checkout", "-q", "--orphan", "main"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.commit("nothing");
    assert_eq!(found(&repo.report(&["main"]), "undecided")[0].0, "nothing-to-verify");
}

#[test]
fn a_trail_may_lie_in_a_folder_of_the_repository() {
    let Some(repo) = Repo::new() else { return };
    let folder = "services/larger model";
    fs::create_dir_all(repo.folder.join(folder)).unwrap();
    repo.write("audit/v1/audit.json", "of another trail");
    for number in [1, 2] {
        Decision::new("v1", number).append(&TrailDir::at(repo.folder.join(folder))).unwrap();
        repo.write("README.md", &number.to_string());
        // The other trail is broken: that is not this one's.
        repo.write("audit/v1/audit.json", &number.to_string());
        repo.commit("an entry");
    }
    let named = format!("git:HEAD:{folder}");
    let inside = repo.folder.join(folder);
    let said = repo.verify(&[folder]).exits(0).stdout;
    assert!(
        said.contains(&format!("Git: work tree of commit {} of HEAD; no commit ever", repo.head())),
        "{said}"
    );
    for said in [
        repo.verify_in(&inside, &[]).exits(0).stdout,
        repo.verify_in(&inside, &["audit"]).exits(0).stdout,
        repo.verify_in(&inside.join("audit"), &["."]).exits(0).stdout,
    ] {
        assert!(said.contains("no commit ever changed"), "{said}");
    }
    assert_eq!(repo.report(&[&named])["entries"], 2);
    assert_eq!(repo.report(&[&format!("{named}/")])["git"]["history"], "intact");
    assert_eq!(repo.verify_in(&inside, &[&named]).exits(0).stdout, repo.verify(&[&named]).stdout);

    repo.write("services/larger model/audit/v1/audit.json", "x");
    repo.commit("a change");
    for place in [folder, named.as_str()] {
        let report = repo.report(&[place]);
        assert_eq!(found(&report, "broken")[0], ("history-changed".into(), "audit/v1/audit.json".into()));
    }
}

#[test]
fn what_was_not_committed_has_no_past() {
    let Some(repo) = Repo::new() else { return };
    let root = TrailDir::at(&repo.folder);
    Decision::new("v1", 1).append(&root).unwrap();
    let said = repo.verify(&[]).exits(0).stdout;
    assert!(!said.contains("Git:") && said.contains("- the history of these files in git"), "{said}");
    repo.write("README.md", "x");
    repo.git(&["add", "README.md"]);
    repo.git(&["commit", "-qm", "not the trail"]);
    assert_eq!(repo.verify(&[]).exits(0).stdout, said);
    assert!(repo.report(&[]).get("git").is_none());
    repo.commit("the trail");
    assert!(repo.verify(&[]).exits(0).stdout.contains("no commit ever changed"));
    // Just extended.
    Decision::new("v2", 2).append(&root).unwrap();
    assert_eq!(repo.report(&[])["entries"], 2);
    repo.verify(&[]).exits(0);
}

#[test]
fn where_git_or_the_repository_is_missing_it_is_said_when_asked_for() {
    let Some(mut repo) = Repo::of_three() else { return };
    let outside = tempfile::tempdir().unwrap();
    let ran = repo.verify_in(outside.path(), &["git:HEAD"]).exits(65);
    assert!(ran.stderr.contains("is in no git repository"), "{}", ran.stderr);
    repo.verify_in(outside.path(), &["HEAD"]).exits(2);

    let with = repo.verify(&[]).exits(0).stdout;
    repo.session.set("PATH", outside.path().to_str().unwrap());
    let ran = repo.verify(&["git:HEAD"]).exits(65);
    assert!(ran.stderr.contains("no `git` program") && ran.stderr.contains("install git"), "{}", ran.stderr);
    let without = repo.verify(&[]).exits(0).stdout;
    assert!(with.contains("Git:") && !without.contains("Git:"), "{without}");
    repo.verify(&["HEAD"]).exits(2);
}

#[test]
fn a_repository_of_somebody_else_is_not_opened() {
    let Some(mut repo) = Repo::of_three() else { return };
    repo.session.set("GIT_CONFIG_GLOBAL", "/dev/null").set("GIT_CONFIG_NOSYSTEM", "1");
    let given_away =
        ["", ".git"].map(|path| std::os::unix::fs::chown(repo.folder.join(path), Some(65534), None));
    if given_away.iter().any(Result::is_err) {
        crate::tree::skipped_in_ci_too("only root can give a repository away");
        return;
    }
    for name in ["git:HEAD", "HEAD"] {
        let ran = repo.verify(&[name]).exits(65);
        assert!(ran.stderr.contains("safe.directory"), "{}", ran.stderr);
    }
    assert!(repo.verify(&[]).exits(0).stdout.contains("- the history of these files in git"));
    repo.session.set("GIT_CONFIG_COUNT", "1");
    repo.session.set("GIT_CONFIG_KEY_0", "safe.directory").set("GIT_CONFIG_VALUE_0", "*");
    repo.verify(&["HEAD"]).exits(0);
}
