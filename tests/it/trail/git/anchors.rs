//! The id of a commit, kept elsewhere.

use std::fs;

use evalsig::edge::trail_dir::TrailDir;

use super::super::Decision;
use super::{BRANCH, Repo, Session, found};

#[test]
fn a_commit_that_led_here_holds_what_it_held() {
    let Some(repo) = Repo::of_three() else { return };
    let second = repo.git(&["rev-parse", "HEAD~1"]);
    let said = repo.verify(&[BRANCH, "--anchor", &second.to_uppercase(), "--require-anchor"]).exits(0).stdout;
    let expected = format!(
        "ANCHORED: {second} is a commit that led here; the entries up to 2 stand as they stood in it.\nEntries after 2 are not anchored"
    );
    assert!(said.contains(&expected) && !said.contains("NOT ANCHORED"), "{said}");
    let report = repo.report(&[BRANCH, "--anchor", &repo.head(), "--anchor", &second]);
    assert_eq!((report["anchored"].as_bool(), report["anchored_to"].as_u64()), (Some(true), Some(3)));
    assert_eq!(
        report["anchors"][1],
        serde_json::json!({"commit": second, "matched": "commit", "index": 2, "path": null})
    );
    // HEAD counts for a folder of its work tree.
    assert_eq!(repo.report(&["--anchor", &second])["anchored_to"], 2);
}

#[test]
fn a_tail_that_was_pushed_away_shows_only_against_an_anchor() {
    let Some(repo) = Repo::of_three() else { return };
    let anchor = repo.head();
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.verify(&[BRANCH]).exits(0);
    for place in [&[BRANCH][..], &[]] {
        let ran = repo.verify(&[place, &["--anchor", &anchor]].concat()).exits(1);
        assert!(
            ran.stdout.contains("NOT FOUND") && ran.stdout.contains("broken anchor-missing"),
            "{}",
            ran.stdout
        );
    }
    // Nor if the branch went on, or git has forgotten the commit.
    repo.append("v2", 9);
    repo.verify(&[BRANCH]).exits(0);
    repo.verify(&[BRANCH, "--anchor", &anchor]).exits(1);
    repo.verify(&[BRANCH, "--anchor", &"7".repeat(40)]).exits(1);
    // A branch may be called like a commit.
    repo.git(&["update-ref", &format!("refs/heads/{}", "7".repeat(40)), "HEAD"]);
    repo.verify(&[BRANCH, "--anchor", &"7".repeat(40)]).exits(1);
}

#[test]
fn a_commit_does_not_vouch_for_a_folder_that_is_not_what_it_held() {
    let Some(repo) = Repo::of_three() else { return };
    let anchor = repo.head();
    repo.remove("audit");
    for (release, number) in [("v1", 3), ("v2", 2), ("v2", 6)] {
        Decision::new(release, number).append(&TrailDir::at(&repo.folder)).unwrap();
    }
    // A whole chain, and no commit saw it.
    repo.verify(&[]).exits(0);
    let report = repo.report(&["--anchor", &anchor]);
    assert_eq!((report["exit_code"].as_u64(), report["anchored"].as_bool()), (Some(1), Some(false)));
    assert_eq!(found(&report, "broken"), [("anchor-missing".into(), "audit/v1/audit.json".into())]);
    // The branch is as it was.
    repo.verify(&[BRANCH, "--anchor", &anchor, "--require-anchor"]).exits(0);
}

#[test]
fn a_commit_from_before_the_trail_holds_nothing() {
    let Some(repo) = Repo::new() else { return };
    repo.write("README.md", "x");
    let before = repo.commit("before");
    repo.append("v1", 1);
    let report = repo.report(&[BRANCH, "--anchor", &before]);
    assert_eq!((report["exit_code"].as_u64(), report["anchored"].as_bool()), (Some(1), Some(false)));
    assert!(
        report["findings"][0]["expected"].as_str().unwrap().starts_with("an entry in commit"),
        "{report:#}"
    );
}

#[test]
fn a_shallow_clone_does_not_know_older_commits() {
    let Some(repo) = Repo::of_three() else { return };
    let first = repo.git(&["rev-parse", "HEAD~2"]);
    let clone = repo.session.path("clone");
    let origin = format!("file://{}", repo.folder.display());
    super::git_in(&repo.folder, &["clone", "-q", "--depth", "2", &origin, clone.to_str().unwrap()]);
    let said = repo.verify_in(&clone, &[BRANCH, "--anchor", &first]).exits(2).stdout;
    assert!(said.contains("undecided history-cut") && !said.contains("anchor-missing"), "{said}");
    repo.verify_in(&clone, &[BRANCH, "--anchor", &repo.head()]).exits(2);
}

#[test]
fn without_git_the_id_of_a_commit_is_bad_usage() {
    let session = Session::new();
    Decision::new("v1", 1).append(&TrailDir::at(session.path(""))).unwrap();
    let commit = "7".repeat(40);
    for place in [".", "audit/v1/audit.json"] {
        let ran = session.run(&format!("verify {place} --anchor {commit}")).exits(64);
        assert!(ran.stderr.contains("id of a git commit") && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    let ran = session.run(&format!("verify --anchor {}", "7".repeat(41))).exits(64);
    assert!(ran.stderr.contains("64 hexadecimal digits of a SHA-256, or the 40"), "{}", ran.stderr);
    fs::remove_dir_all(session.path("audit")).unwrap();
    session.run(&format!("verify --anchor {commit}")).exits(2);
}

#[test]
fn a_repository_may_name_its_objects_by_sha_256() {
    let Some(repo) = Repo::with(Session::new(), &["--object-format=sha256"]) else { return };
    let first = repo.append("v1", 1);
    repo.append("v2", 2);
    assert_eq!(first.len(), 64);
    let report = repo.report(&[BRANCH, "--anchor", &first]);
    assert_eq!((report["exit_code"].as_u64(), report["anchored_to"].as_u64()), (Some(0), Some(1)));
    assert_eq!(report["anchors"][0]["matched"], "commit");
    let entry = report["lines"][1]["entry_sha256"].as_str().unwrap();
    assert_eq!(repo.report(&[BRANCH, "--anchor", entry])["anchored_to"], 2);
    repo.verify(&[BRANCH, "--anchor", &"7".repeat(64)]).exits(1);
}
