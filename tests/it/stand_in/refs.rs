//! Branches: created once, moved by compare-and-swap.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::start;

#[test]
fn a_branch_is_created_once_and_moves_forward_only() {
    let Some((github, client)) = start() else { return };
    let first = github.head_sha();
    client.get("git/ref/heads/evalsig-audit").refuses(404, "Not Found");
    let body = json!({"ref": "refs/heads/evalsig-audit", "sha": first});
    let created = client.post("git/refs", &body).is(201);
    assert_eq!((created.at("/ref"), created.at("/object/sha")), ("refs/heads/evalsig-audit", first));
    client.post("git/refs", &body).refuses(422, "Reference already exists");
    assert_eq!(client.get("git/ref/heads/evalsig-audit").is(200).json, created.json);

    let second = github.commit("evalsig-audit", &[("a", b"a")]);
    let stranger = github.commit("stranger", &[("b", b"b")]);
    let update = |sha: &str, force: bool| {
        client.patch("git/refs/heads/evalsig-audit", &json!({"sha": sha, "force": force}))
    };
    update(&stranger, false).refuses(422, "Update is not a fast forward");
    update(first, false).refuses(422, "Update is not a fast forward");
    assert_eq!(github.head("evalsig-audit").unwrap(), second);
    assert_eq!(update(&second, false).is(200).at("/object/sha"), second);
    assert_eq!(update(&stranger, true).is(200).at("/object/type"), "commit");
    update(&"1".repeat(40), false).refuses(422, "Object does not exist");
    update("abc", false).refuses(422, "exactly 40 characters");
    client.patch("git/refs/heads/absent", &json!({"sha": second})).refuses(422, "Reference does not exist");
    client
        .post("git/refs", &json!({"ref": "heads/x", "sha": second}))
        .refuses(422, "must start with 'refs/'");
    client.post("git/refs", &json!({"ref": "refs/heads/a..b", "sha": second})).refuses(422, "not valid");
    client.post("git/refs", &json!({"ref": "refs/heads/with/slash", "sha": second})).is(201);
    assert_eq!(client.get("git/ref/heads/with/slash").is(200).at("/object/sha"), second);
    github.fsck();
}

#[test]
fn a_ruleset_stands_in_the_way() {
    let Some((github, client)) = start() else { return };
    let head = github.commit("evalsig-audit", &[("a", b"a")]);
    github.change(|setup| {
        setup.refuse_updates.push("evalsig-audit".into());
        setup.refuse_creations.push("other".into());
    });
    let words = "Repository rule violations found\n\nCannot update this protected ref.";
    client.patch("git/refs/heads/evalsig-audit", &json!({"sha": head})).refuses(422, words);
    let body = json!({"ref": "refs/heads/other", "sha": head});
    client.post("git/refs", &body).refuses(422, "Reference update failed");
    assert_eq!(github.head("other"), None);
}

#[test]
fn of_sixteen_writers_one_wins_each_round() {
    let Some((github, client)) = start() else { return };
    let tree = client.get(&format!("git/commits/{}", github.head_sha())).is(200).at("/tree/sha").to_owned();
    let (writers, rounds) = (16, 3);
    let together = Barrier::new(writers);
    let won: Vec<AtomicUsize> = (0..rounds).map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (together, won, tree, client) = (&together, &won, &tree, &client);
            scope.spawn(move || {
                for (round, won) in won.iter().enumerate() {
                    together.wait();
                    let head = client.get("git/ref/heads/main").is(200).at("/object/sha").to_owned();
                    let message = format!("round {round}, writer {writer}");
                    let body = json!({"message": message, "tree": tree, "parents": [head]});
                    let commit = client.post("git/commits", &body).is(201).at("/sha").to_owned();
                    together.wait();
                    let answer = client.patch("git/refs/heads/main", &json!({"sha": commit}));
                    if answer.status == 200 {
                        won.fetch_add(1, Ordering::SeqCst);
                    } else {
                        answer.refuses(422, "Update is not a fast forward");
                    }
                }
            });
        }
    });
    assert!(won.iter().all(|won| won.load(Ordering::SeqCst) == 1), "{won:?}");
    assert_eq!(github.log("main").len(), 1 + rounds);
    github.fsck();
}

#[test]
fn a_checkout_holds_the_bytes_that_were_committed() {
    let Some((github, _client)) = start() else { return };
    github
        .commit("evalsig-audit", &[(".gitattributes", b"* text=auto\n"), ("audit/v1/audit.json", b"{\r\n}")]);
    let folder = tempfile::tempdir().unwrap();
    github.checkout("evalsig-audit", &folder.path().join("trail"));
    assert_eq!(std::fs::read(folder.path().join("trail/audit/v1/audit.json")).unwrap(), b"{\r\n}");
    assert_eq!(github.files("evalsig-audit"), [".gitattributes", "audit/v1/audit.json"]);
    assert!(github.log("absent").is_empty() && github.files("absent").is_empty());
}
