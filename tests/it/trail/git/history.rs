//! No commit may change or remove what is in the trail.

use std::fs;

use evalsig::edge::trail_dir::TrailDir;

use super::super::Decision;
use super::{BRANCH, Repo, found, git_in};

/// An envelope that is not the newest.
const OLD: &str = "audit/v1/audit.json";

fn is(kind: &str, path: &str) -> (String, String) {
    (kind.to_owned(), path.to_owned())
}

#[test]
fn a_changed_file_is_named_with_its_commit() {
    let Some(repo) = Repo::of_three() else { return };
    let before = repo.git(&["rev-parse", &format!("HEAD:{OLD}")]);
    let text = fs::read_to_string(repo.folder.join(OLD)).unwrap();
    repo.write(OLD, &text.replace("REJECT", "ALLOW"));
    let commit = repo.commit("a better verdict");
    let after = repo.git(&["rev-parse", &format!("HEAD:{OLD}")]);
    repo.append("v3", 4);

    let report = repo.report(&[BRANCH]);
    assert_eq!(report["exit_code"], 1);
    assert_eq!(report["git"]["history"], "changed");
    assert_eq!(found(&report, "broken"), [is("history-changed", OLD), is("envelope-changed", OLD)]);
    let said = repo.verify(&[BRANCH]).exits(1).stdout;
    let expected = format!(
        "broken history-changed: A commit changed a file of the trail, which may only be added to.\n  {OLD}\n    \
         expected  100644 {before}\n    found     100644 {after} in commit {commit}\n"
    );
    assert!(said.contains(&expected), "{said}");
    assert!(said.contains(&format!("Git: trail at commit {} of {BRANCH}.\n", repo.head())), "{said}");
    // The folder has the same past.
    assert_eq!(found(&repo.report(&[]), "broken"), found(&report, "broken"));
}

#[test]
fn changed_and_changed_back_is_found_and_the_first_commit_is_first() {
    let Some(repo) = Repo::of_three() else { return };
    let newer = "audit/v2/entry.json";
    let texts = [OLD, newer].map(|path| fs::read_to_string(repo.folder.join(path)).unwrap());
    repo.write(newer, "x");
    let first = repo.commit("first");
    repo.write(OLD, "x");
    repo.commit("second");
    repo.write(OLD, &texts[0]);
    repo.write(newer, &texts[1]);
    repo.commit("as if nothing had been");

    for place in [&[BRANCH][..], &[]] {
        let report = repo.report(place);
        let broken = found(&report, "broken");
        assert_eq!(broken.len(), 4, "{report:#}");
        assert_eq!(broken[..2], [is("history-changed", newer), is("history-changed", OLD)]);
        assert!(report["findings"][0]["found"].as_str().unwrap().ends_with(&first), "{report:#}");
    }
    // Nothing but the past speaks against it.
    let bare = repo.session.path("bare");
    git_in(&repo.folder, &["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert!(repo.verify_in(&bare, &[BRANCH]).exits(1).stdout.contains("history-changed"));
}

#[test]
fn a_removed_tail_is_found_without_an_anchor() {
    let Some(repo) = Repo::of_three() else { return };
    repo.remove("audit/v2/attempts");
    let commit = repo.commit("it was never tried twice");
    let said = repo.verify(&[BRANCH]).exits(1).stdout;
    assert!(said.contains("broken history-removed"), "{said}");
    assert!(said.contains(&format!("removed by commit {commit}")), "{said}");
    // The files alone are a whole trail.
    let copy = repo.session.path("../copy-of-it");
    let copy = tempfile::tempdir_in(copy.parent().unwrap().canonicalize().unwrap()).unwrap();
    git_in(&repo.folder, &["worktree", "list"]);
    super::super::spread(&super::super::gather(&repo.folder.join("audit")), &copy.path().join("audit"));
    fs::copy(repo.folder.join(".gitattributes"), copy.path().join(".gitattributes")).unwrap();
    let alone = repo.verify_in(copy.path(), &[]).exits(0).stdout;
    assert!(alone.contains("the history of these files in git") && !alone.contains("Git:"), "{alone}");

    // Even when nothing is left.
    repo.remove("audit");
    repo.commit("what trail?");
    let report = repo.report(&[BRANCH]);
    assert_eq!(report["exit_code"], 1);
    assert!(found(&report, "broken").contains(&is("history-removed", OLD)), "{report:#}");
}

#[test]
fn a_trail_rewritten_whole_is_found_by_its_commits() {
    let Some(repo) = Repo::of_three() else { return };
    repo.remove("audit");
    for (release, number) in [("v1", 3), ("v2", 2), ("v2", 6)] {
        Decision::new(release, number).append(&TrailDir::at(&repo.folder)).unwrap();
    }
    repo.commit("all hashes computed anew");
    let report = repo.report(&[BRANCH]);
    let broken = found(&report, "broken");
    assert!(broken.len() >= 5 && broken.iter().all(|(kind, _)| kind == "history-changed"), "{report:#}");
}

#[test]
fn a_merge_that_drops_or_alters_a_side_is_found() {
    for (alter, kind) in [(false, "history-removed"), (true, "history-changed")] {
        let Some(repo) = Repo::of_three() else { return };
        repo.git(&["checkout", "-qb", "other"]);
        let side = "audit/v7/audit.json";
        repo.write(side, "kept on the side\n");
        repo.commit("on the side");
        repo.git(&["checkout", "-q", BRANCH]);
        repo.write("README.md", "So that there is something to merge.\n");
        repo.commit("on the branch");
        repo.git(&[
            "merge",
            "-q",
            "--no-commit",
            "--no-ff",
            "-s",
            if alter { "ort" } else { "ours" },
            "other",
        ]);
        if alter {
            repo.write(side, "another text\n");
        }
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-qm", "a merge"]);
        let merge = repo.head();
        let report = repo.report(&[BRANCH]);
        assert_eq!(found(&report, "broken")[0], is(kind, side), "{report:#}");
        assert!(report["findings"][0]["found"].as_str().unwrap().contains(&merge), "{report:#}");
    }
}

#[test]
fn a_merge_that_keeps_both_sides_is_nothing() {
    let Some(repo) = Repo::of_three() else { return };
    repo.git(&["checkout", "-qb", "other", "HEAD~1"]);
    repo.write("docs/notes.md", "Not the trail's.\n");
    repo.commit("beside the trail");
    repo.write("docs/notes.md", "Changed.\n");
    repo.commit("beside the trail again");
    repo.git(&["checkout", "-q", BRANCH]);
    repo.git(&["merge", "-q", "-m", "both", "other"]);
    assert_eq!(repo.report(&[BRANCH])["git"]["history"], "intact");
    repo.verify(&[BRANCH]).exits(0);
}

#[test]
fn the_rule_for_git_may_gain_lines_and_leftovers_may_go() {
    let Some(repo) = Repo::of_three() else { return };
    repo.write(".gitattributes", "audit/** -text\n*.png binary\n");
    repo.write("audit/.staging/x/audit.json", "left by a writer that was killed");
    repo.commit("more rules, and what was left behind");
    repo.remove("audit/.staging");
    repo.commit("swept");
    let report = repo.report(&[BRANCH]);
    assert_eq!((report["exit_code"].as_u64(), report["git"]["history"].as_str()), (Some(0), Some("intact")));
}

#[test]
fn a_change_of_mode_or_name_is_a_change() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(repo) = Repo::of_three() else { return };
    fs::set_permissions(repo.folder.join(OLD), fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(&["config", "core.fileMode", "true"]);
    repo.commit("made executable");
    assert_eq!(found(&repo.report(&[BRANCH]), "broken"), [is("history-changed", OLD)]);

    let Some(repo) = Repo::of_three() else { return };
    repo.git(&["config", "diff.renames", "copies"]);
    repo.git(&["mv", "audit/v1", "audit/v0"]);
    repo.git(&["commit", "-qm", "renamed"]);
    assert!(found(&repo.report(&[BRANCH]), "broken").contains(&is("history-removed", OLD)));
}

/// What a repository can be told to show in place of what it holds.
#[test]
fn replaced_objects_grafts_and_the_environment_hide_nothing() {
    let Some(mut repo) = Repo::of_three() else { return };
    let good = repo.head();
    let text = fs::read_to_string(repo.folder.join(OLD)).unwrap();
    repo.write(OLD, "x");
    let bad = repo.commit("a change");
    repo.write(OLD, &text);
    let back = repo.commit("changed back");
    assert_eq!(repo.report(&[BRANCH])["git"]["history"], "changed");

    let tree = format!("{good}^{{tree}}");
    let clean = repo.git(&["commit-tree", &tree, "-p", &good, "-m", "nothing happened"]);
    repo.git(&["replace", &bad, &clean]);
    assert_eq!(repo.git(&["show", &format!("{bad}:{OLD}")]), text.trim_end(), "git itself is deceived");
    assert_eq!(repo.report(&[BRANCH])["git"]["history"], "changed");
    repo.git(&["replace", "-d", &bad]);

    repo.write(".git/info/grafts", &format!("{back} {good}\n"));
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "4", "git itself is deceived");
    assert_eq!(repo.report(&[BRANCH])["git"]["history"], "changed");
    repo.remove(".git/info/grafts");

    let elsewhere = repo.session.path("elsewhere");
    for (name, value) in [
        ("GIT_DIR", elsewhere.to_str().unwrap()),
        ("GIT_WORK_TREE", "/"),
        ("GIT_OBJECT_DIRECTORY", elsewhere.to_str().unwrap()),
        ("GIT_NAMESPACE", "other"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_TRACE", "1"),
    ] {
        repo.session.set(name, value);
    }
    let report = repo.report(&[BRANCH]);
    assert_eq!((report["git"]["history"].as_str(), report["entries"].as_u64()), (Some("changed"), Some(3)));
}

#[test]
fn a_shallow_clone_cannot_be_judged() {
    let Some(repo) = Repo::of_three() else { return };
    let origin = format!("file://{}", repo.folder.display());
    let clones = repo.session.path("clones");
    fs::create_dir(&clones).unwrap();
    git_in(&clones, &["clone", "-q", "--depth", "1", &origin, "shallow"]);
    let shallow = clones.join("shallow");
    for args in [&[BRANCH][..], &["origin/evalsig-audit"], &[]] {
        let said = repo.verify_in(&shallow, args).exits(2).stdout;
        assert!(said.starts_with("ok "), "{said}");
        assert!(said.contains("\nUNDECIDED: 3 entries") && said.contains("undecided history-cut"), "{said}");
        assert!(said.contains("git fetch --unshallow") && !said.contains("no commit ever"), "{said}");
        assert!(said.contains("- the history of these files in git"), "{said}");
        let report = repo.verify_in(&shallow, &[args, &["--output", "json"]].concat()).exits(2).json();
        assert_eq!(
            (report["result"].as_str(), report["git"]["history"].as_str()),
            (Some("undecided"), Some("cut"))
        );
    }
    // A break weighs more.
    fs::write(shallow.join(OLD), "x").unwrap();
    repo.verify_in(&shallow, &[]).exits(1);
    // Once the commits are there, the same clone can be judged.
    git_in(&shallow, &["checkout", "-q", "."]);
    git_in(&shallow, &["fetch", "-q", "--unshallow"]);
    repo.verify_in(&shallow, &[BRANCH]).exits(0);

    // What counts is the past of the trail's branch, not that of others.
    repo.git(&["checkout", "-q", "--orphan", "main"]);
    repo.git(&["rm", "-rfq", "."]);
    for text in ["1", "2"] {
        repo.write("README.md", text);
        repo.git(&["add", "README.md"]);
        repo.git(&["commit", "-qm", text]);
    }
    git_in(&clones, &["clone", "-q", "--depth", "1", "-b", "main", &origin, "mixed"]);
    let mixed = clones.join("mixed");
    git_in(&mixed, &["fetch", "-q", "--depth", "100", "origin", "evalsig-audit:evalsig-audit"]);
    assert_eq!(git_in(&mixed, &["rev-parse", "--is-shallow-repository"]), "true");
    repo.verify_in(&mixed, &[BRANCH]).exits(0);
}

#[test]
fn a_merge_that_differs_from_both_sides_is_told_once() {
    let Some(repo) = Repo::of_three() else { return };
    repo.git(&["checkout", "-qb", "other"]);
    repo.write("a.md", "one side");
    repo.commit("one side");
    repo.git(&["checkout", "-q", BRANCH]);
    repo.write("b.md", "the other");
    repo.commit("the other side");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "other"]);
    let newer = "audit/v2/audit.json";
    repo.write(OLD, "x");
    repo.write(newer, "x");
    repo.commit("a merge that does more");
    let broken = found(&repo.report(&[BRANCH]), "broken");
    assert_eq!(broken[..2], [is("history-changed", OLD), is("history-changed", newer)]);
    assert_eq!(broken.iter().filter(|(kind, _)| kind == "history-changed").count(), 2, "{broken:?}");
}

#[test]
fn what_a_partial_clone_left_out_is_not_fetched() {
    let Some(repo) = Repo::of_three() else { return };
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let origin = format!("file://{}", repo.folder.display());
    let clone = repo.session.path("clone");
    let filter = ["clone", "-q", "--bare", "--filter=blob:none", &origin, clone.to_str().unwrap()];
    git_in(&repo.folder, &filter);
    let before = git_in(&clone, &["count-objects", "-v"]);
    let ran = repo.verify_in(&clone, &[BRANCH]).exits(65);
    assert!(ran.stderr.contains("git has no object") && ran.stderr.contains("git fsck"), "{}", ran.stderr);
    assert_eq!(git_in(&clone, &["count-objects", "-v"]), before);
}
