//! Plans and waivers in every place that holds a trail, and in what is made of one.

use std::fs;
use std::process::Command;
use std::time::Duration;

use evalsig::commands::Trails as _;
use evalsig::commands::targets::TrailTarget;
use evalsig::domain::Digest;
use evalsig::edge::trail_dir::TrailDir;
use evalsig::edge::{GitHub, TrailDirs};
use evalsig::trail::time_stamp::Authorities;
use evalsig::trail::{EntryKind, FindingKind, PublicKey, Question, Trust, verify};

use crate::support::authority::Authority;
use crate::support::github::Github;
use crate::support::{Session, tool};
use crate::trail::documents::{self, append_plan, named, plan, required, waiver};
use crate::trail::{Decision, Files, MemoryTrail, ask, breaks, gather, of_all_kinds, spread};

/// A session whose folder holds the trail of all kinds.
fn session() -> Session {
    let session = Session::new();
    spread(&of_all_kinds(), &session.path("."));
    session
}

#[test]
fn a_mirror_holds_them_and_verifies() {
    let session = session();
    let told = session.run("store mirror --to mirror --audit-root .").exits(0);
    assert!(told.stdout.contains("8 entries"), "{}", told.stdout);
    let mut mirrored = gather(&session.path("mirror"));
    mirrored.retain(|path, _| path.starts_with("audit/") || path == ".gitattributes");
    assert_eq!(mirrored, of_all_kinds());
    session.run("verify mirror").exits(0);
    // What was added since goes there too, and nothing else does.
    append_plan(&TrailDir::at(session.path(".")), &plan("v3", 3)).unwrap();
    session.run("store mirror --to mirror --audit-root .").exits(0);
    assert!(session.has("mirror/audit/_plans/v3/001/plan.json"));
    let path = session.path("mirror/audit/_waivers/v1.1.0/001/waiver.json");
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let told = session.run("store mirror --to mirror --audit-root .").exits(73);
    assert!(told.stderr.contains("waiver.json"), "{}", told.stderr);
}

#[test]
fn git_shows_a_plan_that_was_changed_or_removed() {
    if tool("git", &["--version"]).is_none() {
        return;
    }
    let session = session();
    let git = |line: &str| session.git(line);
    git("init -q -b main");
    git("add .");
    git("commit -q -m trail");
    for place in [".", "git:main"] {
        let told = session.run(&format!("verify {place}")).exits(0).stdout;
        assert!(told.contains("INTACT: 8 entries (2 plans, 1 waiver among them) of 4 releases"), "{told}");
        assert!(told.contains("no commit ever changed or removed a file of it"), "{told}");
    }
    let path = "audit/_plans/v2.0.0/001/plan.json";
    let before = session.read(path);
    session.write(path, &before.replacen("0.01", "0.02", 1));
    git("commit -q -am loosen");
    let told = session.run("verify git:main").exits(1).stdout;
    assert!(told.contains("broken history-changed") && told.contains(path), "{told}");
    // Put back as it was, the commits still tell.
    session.write(path, &before);
    git("commit -q -am restore");
    let told = session.run("verify").exits(1).stdout;
    assert!(told.contains("broken history-changed") && !told.contains("envelope-changed"), "{told}");
    git("rm -rq audit/_plans/v2.0.0");
    git("commit -q -m tidy");
    let told = session.run("verify").exits(1).stdout;
    assert!(told.contains("broken history-removed"), "{told}");
}

#[test]
fn a_branch_on_github_takes_them() {
    let Some(github) = Github::start() else { return };
    let environment = github.environment();
    let variable = |name: &str| environment.iter().find(|(known, _)| known == name).map(|(_, v)| v.clone());
    let connected =
        GitHub::connect(Some(github.token().into()), variable, Duration::from_secs(60)).unwrap().unwrap();
    let branch = TrailTarget::Branch { name: "evalsig-audit".into(), copy: "unused".into() };
    let trails = connected.trails(TrailDirs::default());
    let port = trails.open(&branch).unwrap();
    append_plan(&*port, &plan("v1", 1)).unwrap();
    let decision = Decision::new("v1", 1).append(&*port).unwrap();
    documents::append_waiver(&*port, &waiver("v1", named(&decision), 1)).unwrap();
    append_plan(&*port, &plan("v2", 2)).unwrap();
    // Another job finds what stands there.
    let again = trails.open(&branch).unwrap();
    assert!(matches!(append_plan(&*again, &plan("v1", 1)), Ok(evalsig::trail::Appended::Exists(_))));
    assert_eq!(evalsig::trail::records(&*again, None).unwrap().len(), 4);
    github.fsck();
    let log = github.log("evalsig-audit");
    assert_eq!(log.len(), 4, "one commit an entry");
    assert!(log.iter().any(|commit| commit.message.starts_with("Add entry 1: audit/_plans/v1/001")));
    let auditor = Session::new();
    github.checkout("evalsig-audit", &auditor.path("clone"));
    let report = auditor.run("verify clone --output json").exits(0).json();
    assert_eq!(report["entries"], 4);
}

#[test]
fn an_export_shows_the_plans_and_waivers_of_its_range() {
    let session = session();
    let told = session.run("export all --out evidence").exits(0);
    assert!(told.stdout.contains("5 decisions, 2 plans, 1 waiver"), "{}", told.stdout);
    let verified = session.run("verify evidence").exits(0);
    assert!(verified.stdout.contains("8 entries"), "{}", verified.stdout);
    let index: serde_json::Value = serde_json::from_str(&session.read("evidence/export.json")).unwrap();
    let documents = index["documents"].as_array().unwrap();
    let told: Vec<_> = documents
        .iter()
        .map(|one| {
            (one["index"].as_u64().unwrap(), one["kind"].as_str().unwrap(), one["number"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(told, [(1, "plan", 1), (7, "waiver", 1), (8, "plan", 1)]);
    for document in documents {
        let path = document["envelope"]["path"].as_str().unwrap();
        let sha256 = Digest::of(&fs::read(session.path(&format!("evidence/{path}"))).unwrap()).to_string();
        assert_eq!(document["envelope"]["sha256"], sha256);
    }
    assert!(session.has("evidence/schemas/plan.v1.schema.json"));
    assert!(session.has("evidence/schemas/waiver.v1.schema.json"));
    let page = session.read("evidence/index.html");
    assert!(page.contains("waived by head of risk until 2026-12-24T00:00:00Z"), "{page}");
    let readme = session.read("evidence/README.txt");
    assert!(readme.contains("audit/_plans/") && readme.contains(".documents[]"), "{readme}");
    // Its own commands find every envelope, of whatever kind.
    if tool("jq", &["--version"]).is_some() {
        let command =
            readme.split("2. Each envelope").nth(1).unwrap().split("3. The entries").next().unwrap();
        let command = command.split_once(":\n").unwrap().1;
        let done = Command::new("sh").args(["-c", command]).current_dir(session.path("evidence")).output();
        let said = String::from_utf8(done.unwrap().stdout).unwrap();
        assert_eq!(said.lines().filter(|line| line.ends_with(": OK")).count(), 8, "{said}");
    }
    // A part of it: the plan alone, with the chain before it.
    session.run("export 1 --out first").exits(0);
    assert!(
        session.has("first/audit/_plans/v1.0.0/001/entry.json")
            && !session.has("first/audit/v1.0.0/audit.json")
    );
    session.run("verify first").exits(0);
    // Without any, an export says nothing of them.
    session.run("export 2 --out second").exits(0);
    let index: serde_json::Value = serde_json::from_str(&session.read("second/export.json")).unwrap();
    assert_eq!(index.get("documents"), None);
    let schema = fs::read_to_string(crate::support::repository("schemas/export.v1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for folder in ["evidence", "first", "second"] {
        let index = serde_json::from_str(&session.read(&format!("{folder}/export.json"))).unwrap();
        let errors: Vec<_> = validator.iter_errors(&index).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{folder}: {errors:#?}");
    }
}

#[test]
fn a_history_lists_decisions_alone() {
    let session = session();
    let told = session.run("history --trail . --output csv").exits(0);
    assert_eq!(told.stdout.lines().count(), 6, "{}", told.stdout);
    assert!(told.stderr.is_empty(), "{}", told.stderr);
}

#[test]
fn time_stamps_and_signatures_beside_them_are_checked() {
    let Some(authority) = Authority::new("tsa", "ec:P-256", "sha256") else { return };
    authority.openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out sign.key");
    authority.openssl("pkey -in sign.key -pubout -out sign.pub");
    let trail = MemoryTrail::default();
    let mut locked = plan("v1", 1);
    locked.time_stamp = required();
    let bytes = evalsig::envelope::to_bytes(&locked).unwrap();
    let mut stamp = |entry: &[u8]| Ok(Some(authority.stamp(entry)));
    let done =
        documents::append(&trail, "v1", EntryKind::Plan, &bytes, &locked.locked_at, &mut stamp).unwrap();
    assert_eq!(done.location().stamp().as_deref(), Some("audit/_plans/v1/001/entry.tsr"));
    fs::write(authority.path("to-sign"), &bytes).unwrap();
    authority.openssl("dgst -sha256 -sign sign.key -out signature to-sign");
    let signature = fs::read(authority.path("signature")).unwrap();
    let mut files = trail.files.into_inner();
    files.insert("audit/_plans/v1/001/plan.json.sig".into(), signature);

    let trust = Trust {
        authorities: Authorities::read(&fs::read(authority.root()).unwrap()).unwrap(),
        key: Some(PublicKey::from_pem(&fs::read(authority.path("sign.pub")).unwrap()).unwrap()),
        ..Trust::default()
    };
    let question = Question { trust, ..Question::default() };
    let judged = |files: &Files| verify(&MemoryTrail::of(files.clone()), &question).unwrap();
    let answer = judged(&files);
    assert_eq!((answer.exit_code(), answer.anchored_to()), (0, Some(1)), "{:?}", answer.findings);
    assert_eq!(answer.lines[0].signed[0].by.as_deref(), Some("the key"));

    let mut removed = files.clone();
    removed.remove("audit/_plans/v1/001/entry.tsr");
    assert_eq!(
        breaks(&ask(&removed)),
        [(FindingKind::TimeStampMissing, "audit/_plans/v1/001/entry.tsr".into())]
    );
    let mut forged = files.clone();
    forged.get_mut("audit/_plans/v1/001/plan.json.sig").unwrap()[20] ^= 1;
    let path = "audit/_plans/v1/001/plan.json.sig".to_owned();
    assert_eq!(breaks(&judged(&forged)), [(FindingKind::SignatureWrong, path)]);
}
