//! The run store as its users meet it: gate keeps both runs, history finds them, Python and DuckDB
//! read them, and nothing that was kept is ever lost.

mod engines;
mod many;
mod place;
mod races;

use serde_json::Value;

use crate::support::{Ran, Session, assert_valid_envelope};

const GATE: &str =
    "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --store kept";

/// A run of eight items; `right` says how many of them are answered.
pub(crate) fn small(run_id: &str, right: usize) -> String {
    let items: Vec<Value> = (0..8)
        .map(|n| serde_json::json!({"item_id": format!("q{n}"), "score": f64::from(u8::from(n < right))}))
        .collect();
    serde_json::json!({
        "run_id": run_id, "model_id": "m", "task_id": "reading", "metric_name": "accuracy", "items": items,
    })
    .to_string()
}

/// A session with small runs: `b.json` is the baseline.
pub(crate) fn session(runs: &[(&str, usize)]) -> Session {
    let session = Session::new();
    for (run_id, right) in runs {
        session.write(&format!("{run_id}.json"), &small(run_id, *right));
    }
    session
}

/// The history as JSON.
#[track_caller]
pub(crate) fn history(session: &Session, flags: &str) -> Vec<Value> {
    let ran = session.run(&format!("history --output json {flags}")).exits(0);
    ran.json().as_array().unwrap().clone()
}

fn words<'v>(lines: &'v [Value], key: &str) -> Vec<&'v str> {
    lines.iter().map(|line| line[key].as_str().unwrap_or("-")).collect()
}

#[track_caller]
fn gate(session: &Session, baseline: &str, candidate: &str, more: &str) -> Ran {
    session
        .run(&format!("gate --baseline {baseline} --candidate {candidate} --min-delta 0 --store kept {more}"))
}

#[test]
fn a_gate_keeps_both_runs_and_its_envelope_names_them() {
    let session = Session::with_examples();
    let ran = session.run(&format!("{GATE} --release-id v1")).exits(0);
    assert!(ran.stderr.contains("store kept, baseline default/year="), "{}", ran.stderr);
    let envelope = session.read("audit/v1/audit.json");
    assert_valid_envelope(&envelope);
    let envelope: Value = serde_json::from_str(&envelope).unwrap();
    let month = envelope["decided_at"].as_str().unwrap();
    let folder = format!("default/year={}/month={}", &month[..4], &month[5..7]);
    for run in ["baseline", "candidate"] {
        let stored = &envelope["store"][run];
        assert_eq!(stored["path"], format!("{folder}/run_id={run}.parquet"));
        let bytes = std::fs::read(session.path(&format!("kept/{folder}/run_id={run}.parquet"))).unwrap();
        assert_eq!(stored["sha256"], evalsig::domain::Digest::of(&bytes).to_string());
    }
    let lines = history(&session, "--root kept");
    assert_eq!(words(&lines, "run_id"), ["baseline", "candidate"]);
    assert_eq!(words(&lines, "verdict"), ["-", "ALLOW"]);
    assert_eq!(words(&lines, "parent_run_id"), ["-", "baseline"]);
    assert_eq!(lines[1]["delta"], envelope["report"]["comparison"]["delta"]);
    let copy = &lines[1]["envelopes"][0];
    assert_eq!(session.read(copy["path"].as_str().unwrap()), session.read("audit/v1/audit.json"));

    // The same again: nothing is written, anywhere.
    let before = session.files();
    session.run(&format!("{GATE} --release-id v1")).exits(0);
    assert_eq!(session.files(), before);
}

#[test]
fn the_stored_runs_give_the_same_verdict_to_the_last_bit() {
    let session = Session::with_examples();
    let whole = |name: &str, epochs: usize| -> String {
        let items: Vec<Value> = (0..60)
            .flat_map(|n: usize| (0..epochs).map(move |epoch| (n, epoch)))
            .map(|(n, epoch)| {
                let score = ((n * 7 + epoch * 3 + name.len()) % 5) as f64 / 4.0;
                // Some have no score, each in its own way.
                let score = match (n, epoch) {
                    (3, 0) => Value::Null,
                    (9, _) => Value::from("NaN"),
                    _ => Value::from(score),
                };
                serde_json::json!({"item_id": n, "epoch": epoch, "score": score,
                    "metadata": {"passage": format!("p{}", n / 4), "other": 1}})
            })
            .collect();
        let run = serde_json::json!({"run_id": name, "model_id": "m", "task_id": "t", "metric_name": "a", "items": items});
        run.to_string().replace("\"NaN\"", "NaN")
    };
    session.write("one.json", &whole("one", 3)).write("three.json", &whole("three", 3));
    let plan = "--min-delta -0.05 --cluster passage --missing exclude --min-coverage 0.5 --output json -q";
    let first = session.run(&format!("gate --baseline one.json --candidate three.json --store kept {plan}"));
    let again =
        session.run(&format!("gate --baseline store:one --candidate store:three --store kept {plan}"));
    let (mut first, mut again) = (first.json(), again.json());
    for result in [&mut first, &mut again] {
        // How a file had to be read is another matter.
        let notes = result["report"]["comparison"]["notes"].as_array_mut().unwrap();
        notes.retain(|note| !note.as_str().unwrap().contains("not strict JSON"));
    }
    assert_eq!(first["inputs"]["baseline"]["unscored"], 4);
    assert_eq!(first["inputs"]["baseline"]["clusters"], 15);
    for part in ["verdict", "report", "plan", "pairing", "effect_sizes", "changed"] {
        assert_eq!(first[part], again[part], "{part}");
    }
    assert_eq!(again["inputs"]["baseline"]["sha256"], first["store"]["baseline"]["sha256"]);
    assert_eq!(again["inputs"]["candidate"]["resolved"]["asked"], "store:three");

    // As RunFrame JSON too, and the field that the clusters came from is still there.
    session.run("store get one --root kept --out one-again.json").exits(0);
    session.run("store get three --root kept --out three-again.json").exits(0);
    let json =
        session.run(&format!("gate --baseline one-again.json --candidate three-again.json {plan}")).json();
    assert_eq!(json["report"]["comparison"]["delta"], first["report"]["comparison"]["delta"]);
    assert_eq!(json["report"]["comparison"]["bounds"], first["report"]["comparison"]["bounds"]);
    session.run("store get one --root kept --format parquet --out one.parquet").exits(0);
    let stored = first["store"]["baseline"]["path"].as_str().unwrap();
    let bytes = |path: &str| std::fs::read(session.path(path)).unwrap();
    assert_eq!(bytes("one.parquet"), bytes(&format!("kept/{stored}")));
    let error = session.run("store get nobody --root kept").exits(65).stderr;
    assert!(error.contains("holds no run \"nobody\"") && error.contains("[run-not-found]"), "{error}");
}

#[test]
fn another_run_of_the_same_name_is_kept_beside_the_first() {
    let session = session(&[("b", 3), ("c", 4)]);
    gate(&session, "b.json", "c.json", "").exits(2);
    session.write("c.json", &small("c", 6));
    gate(&session, "b.json", "c.json", "").exits(2);
    let lines = history(&session, "--root kept");
    assert_eq!(words(&lines, "run_id").iter().filter(|run| **run == "c").count(), 2);
    let error = session.run("store get c --root kept").exits(65).stderr;
    assert!(error.contains("2 different runs called \"c\": run_id=c") && error.contains("[run-ambiguous]"));
    let second = lines.iter().find(|line| line["delta"] == 0.375).unwrap()["path"].as_str().unwrap();
    let name = second.rsplit('/').next().unwrap().trim_end_matches(".parquet");
    let run = session.run(&format!("store get {name} --root kept")).exits(0).json();
    assert_eq!(run["items"].as_array().unwrap().iter().filter(|item| item["score"] == 1.0).count(), 6);
    let first = session.run("store get run_id=c --root kept").exits(0).json();
    assert_ne!(first, run);

    // Another decision about the same candidate is another fact, and neither is lost.
    gate(&session, "b.json", "c.json", "--alpha 0.2").exits(0);
    let lines = history(&session, "--root kept");
    assert_eq!(words(&lines, "verdict").len(), 4);
    assert_eq!(words(&history(&session, "--root kept --verdict allow"), "run_id"), ["c"]);
}

#[test]
fn no_run_id_leaves_the_store() {
    let hostile =
        ["../../../out", "/etc/passwd", "a/b", "..", "\u{1b}[31mred", "é\n", "con", &"x".repeat(400)];
    let session = session(&[("b", 3)]);
    for (n, run_id) in hostile.iter().enumerate() {
        session.write("c.json", &small(run_id, 3 + n % 4));
        gate(&session, "b.json", "c.json", "").exits(2);
    }
    let files = session.files();
    let outside: Vec<_> =
        files.iter().filter(|path| !path.starts_with("kept/default/") && !path.ends_with(".json")).collect();
    assert!(outside.is_empty(), "{outside:?}");
    assert!(files.iter().all(|path| path.is_ascii()));
    assert!(files.iter().any(|path| path.ends_with("/run_id=..%2F..%2F..%2Fout.parquet")), "{files:?}");
    let lines = history(&session, "--root kept");
    let found: std::collections::BTreeSet<_> = words(&lines, "run_id").into_iter().collect();
    assert!(hostile.iter().all(|run_id| found.contains(run_id)), "{found:?}");
    let table = session.run("history --root kept --color always").exits(0).stdout;
    assert!(!table.contains("\u{1b}[31mred") && table.lines().count() == hostile.len() + 6, "{table}");
    session.run("history --root kept --project ../kept").exits(64);
}

#[test]
fn the_newest_allowed_run_is_found_and_never_the_candidate_itself() {
    let mut session = session(&[("b", 0), ("c", 7), ("d", 8), ("e", 8)]);
    let error = gate(&session, "store:latest-allowed", "c.json", "").exits(65).stderr;
    assert!(error.contains("holds no allowed run of task \"reading\""), "{error}");
    let error = session.run("gate --baseline store:b --candidate c.json --min-delta 0").exits(64).stderr;
    assert!(error.contains("--baseline: names a run of a store, and no store was named"), "{error}");

    gate(&session, "b.json", "c.json", "--release-id v1").exits(0);
    let ran = gate(&session, "store:latest-allowed", "d.json", "--release-id v2 --output json").exits(2);
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "c");
    let ran =
        gate(&session, "store:latest-allowed", "d.json", "--min-delta=-0.9 --release-id v3 --output json");
    assert!(ran.code != 0, "--min-delta twice: {}", ran.stderr);

    // Decided again, the allowed candidate meets the baseline that it met before.
    gate(&session, "b.json", "d.json", "--release-id v4").exits(0);
    let ran = gate(&session, "store:latest-allowed", "d.json", "--release-id v5 --output json");
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "c");

    // The index is not asked what was allowed: whoever can edit it could choose the baseline.
    let manifest = session.read("kept/default/manifest.json");
    gate(&session, "b.json", "store:b", "").exits(2);
    let edited = session.read("kept/default/manifest.json").replace("INCONCLUSIVE", "ALLOW");
    session.write("kept/default/manifest.json", &edited);
    let ran = gate(&session, "store:latest-allowed", "e.json", "--output json");
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "d");
    let rebuilt = session.run("history --root kept --rebuild").exits(0);
    assert!(
        rebuilt.stderr.contains("the index said something else of this run than its file"),
        "{}",
        rebuilt.stderr
    );
    assert!(!session.read("kept/default/manifest.json").contains(&edited) && manifest.len() > 100);

    // A decision whose envelope never arrived does not count.
    for path in
        session.files().iter().filter(|path| path.contains("/_envelopes/") && path.contains("run_id=d"))
    {
        std::fs::remove_file(session.path(path)).unwrap();
    }
    let ran = gate(&session, "store:latest-allowed", "e.json", "--output json");
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "c");
    session.set("NO_COLOR", "1");
}

#[test]
fn a_stored_run_that_was_changed_is_refused_and_stored_again() {
    let session = session(&[("b", 3), ("c", 6)]);
    gate(&session, "b.json", "c.json", "").exits(2);
    let stored = history(&session, "--root kept")[0]["path"].as_str().unwrap().to_owned();
    let whole = std::fs::read(session.path(&stored)).unwrap();
    let pages = whole.windows(11).position(|window| window == b"evalsig.run").unwrap();
    let mut refused = 0;
    for at in (4..pages).step_by(13) {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        std::fs::write(session.path(&stored), changed).unwrap();
        let ran = session.run("store get b --root kept");
        if ran.code == 0 {
            // What is derived from the rows, such as their least and largest, is not what was stored.
            std::fs::write(session.path(&stored), &whole).unwrap();
            assert_eq!(ran.stdout, session.run("store get b --root kept").exits(0).stdout, "byte {at}");
        } else {
            refused += 1;
            assert!(ran.exits(65).stderr.contains("[run-malformed]"));
        }
    }
    assert!(refused > 10, "{refused}");
    let last = whole.iter().map(|byte| !byte).collect::<Vec<_>>();
    std::fs::write(session.path(&stored), last).unwrap();
    gate(&session, "b.json", "c.json", "--alpha 0.04").exits(2);
    let lines = history(&session, "--root kept");
    let again = lines.iter().find(|line| line["run_id"] == "b" && line["path"] != stored.as_str());
    assert!(again.is_some(), "{lines:?}");
    let error = session.run("store get run_id=b --root kept").exits(65).stderr;
    assert!(error.contains("/run_id=b.parquet: does not end as a Parquet file does"), "{error}");
}

#[test]
fn an_old_baseline_is_warned_about() {
    let session = session(&[("b", 3), ("c", 6)]);
    place::store_at(&session.path("kept"), &small("b", 3), "2020-02-29T12:00:00Z");
    // What the index says of its age does not count.
    let manifest = session.read("kept/default/manifest.json");
    session.write("kept/default/manifest.json", &manifest.replace("2020-02-29", "2026-02-28"));
    let ran = gate(&session, "store:b", "c.json", "--max-baseline-age 30 --output json");
    let found = ran.json();
    let resolved = &found["inputs"]["baseline"]["resolved"];
    assert_eq!((&resolved["asked"], &resolved["max_age_days"]), (&Value::from("store:b"), &Value::from(30)));
    assert!(resolved["age_days"].as_u64().unwrap() > 1500, "{resolved}");
    let notes = found["report"]["comparison"]["notes"].to_string();
    assert!(
        notes.contains("baseline: store:b was stored") && notes.contains("longer ago than the 30 days"),
        "{notes}"
    );
    let young = gate(&session, "store:b", "c.json", "--max-baseline-age 100000 --output json");
    assert!(!young.json()["report"]["comparison"]["notes"].to_string().contains("longer ago"));
    gate(&session, "store:b", "c.json", "--max-baseline-age soon").exits(64);
}

#[test]
fn history_filters_by_whole_days_and_speaks_four_languages() {
    let session = Session::new();
    session.write("kept/p/manifest.json", MANIFEST);
    let first = |flags: &str| -> Vec<String> {
        let lines = history(&session, &format!("--root kept --project p {flags}"));
        words(&lines, "run_id").into_iter().map(str::to_owned).collect()
    };
    assert_eq!(first(""), ["a", "b", "c"]);
    assert_eq!(first("--since 2026-06-30"), ["b", "c"]);
    assert_eq!(first("--until 2026-06-30"), ["a", "b"], "the last day belongs to it whole");
    assert_eq!(first("--since 2026-06-30 --until 2026-06-30"), ["b"]);
    assert_eq!(first("--model m2 --task t --metric acc"), ["b"]);
    assert_eq!(first("--verdict reject"), ["b"]);
    assert_eq!(first("--model-id m1 --metric-name acc"), ["a"]);
    let ran = session.run("history --root kept --project p").exits(0);
    insta::assert_snapshot!("history_table", ran.stdout);
    assert_eq!(ran.stderr.matches("its file is gone").count(), 3, "{}", ran.stderr);
    let run = |shape: &str| {
        session.run(&format!("history --root kept --project p --output {shape}")).exits(0).stdout
    };
    insta::assert_snapshot!("history_csv", run("csv"));
    insta::assert_snapshot!("history_jsonl", run("jsonl"));
    assert_eq!(run("jsonl").lines().count(), 3);
    let colour = session.run("history --root kept --project p --color always").exits(0).stdout;
    assert!(colour.contains("\u{1b}[1m\u{1b}[31mREJECT\u{1b}[0m"), "{colour:?}");
    for wrong in ["--since yesterday", "--until 2026-02-30", "--verdict maybe"] {
        session.run(&format!("history --root kept {wrong}")).exits(64);
    }
    assert_eq!(session.run("history --root kept --project p --model other").exits(0).stdout, "no run fits\n");
    session.run("history").exits(64);
}

const MANIFEST: &str = r#"{"project_id": "p", "version": 1, "runs": [
  {"run_id": "c", "model_id": "m1", "task_id": "t", "metric_name": "f1", "ts": "2026-07-01T00:00:00+00:00",
   "path": "year=2026/month=07/run_id=c.parquet", "n_items": 3, "config_hash": "", "delta": null, "p_value": null,
   "verdict": null, "parent_run_id": null},
  {"run_id": "a", "model_id": "m1", "task_id": "t", "metric_name": "acc", "ts": "2026-01-15T09:30:00+00:00",
   "path": "year=2026/month=01/run_id=a.parquet", "n_items": 3, "config_hash": "x,\"y\"", "delta": null,
   "p_value": null, "verdict": null, "parent_run_id": null},
  {"run_id": "b", "model_id": "m2", "task_id": "t", "metric_name": "acc", "ts": "2026-06-30T23:59:59.999999+00:00",
   "path": "year=2026/month=06/run_id=b.parquet", "n_items": 3, "config_hash": "", "delta": -0.0125, "p_value": 0.25,
   "verdict": "REJECT", "parent_run_id": "a"}]}"#;

#[test]
fn envelopes_of_a_trail_and_runs_are_found_together() {
    let session = session(&[("b", 0), ("c", 7), ("d", 8)]);
    gate(&session, "b.json", "c.json", "--release-id v1").exits(0);
    session.run("gate --baseline b.json --candidate d.json --min-delta 0 --release-id v2").exits(0);
    session.run("gate --baseline b.json --candidate d.json --min-delta 0.1 --release-id v2").exits(0);
    let lines = history(&session, "--root kept --trail .");
    assert_eq!(words(&lines, "run_id").len(), 4, "b and c are stored, d was decided twice without a store");
    let of = |run: &str| lines.iter().filter(|line| line["run_id"] == run).collect::<Vec<_>>();
    let c = of("c")[0];
    assert_eq!(
        (&c["envelopes"][0]["release_id"], &c["envelopes"][0]["path"]),
        (&"v1".into(), &"./audit/v1/audit.json".into())
    );
    assert_eq!(c["envelopes"].as_array().unwrap().len(), 1, "the copy in the store is the same envelope");
    assert!(of("d").iter().all(|line| line["path"].is_null() && line["present"] == false));
    assert_eq!(of("d")[1]["envelopes"][0]["attempt"], 2);
    let alone = session.run("history --trail . --verdict allow").exits(0).stdout;
    assert!(alone.contains("v2 #2") && alone.lines().count() == 8, "{alone}");
    session.run("history --trail nowhere").exits(65);

    let Some(git) = crate::support::tool("git", &["--version"]) else { return };
    let git = |args: &[&str]| {
        let config = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        let mut command = std::process::Command::new(git.get_program());
        let done = command.args(config).args(args).current_dir(session.path(".")).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "audit", ".gitattributes"]);
    git(&["commit", "--quiet", "-m", "evidence"]);
    std::fs::rename(session.path("audit"), session.path("elsewhere")).unwrap();
    let mut command = session.command(&["history", "--root", "kept", "--trail", "main", "--output", "json"]);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let ran = crate::support::ran(command.output().unwrap()).exits(0);
    let found = ran.json().to_string();
    assert!(
        found.contains("\"main:audit/v1/audit.json\"") && found.contains("\"release_id\":\"v2\""),
        "{found}"
    );
}

#[test]
fn history_says_which_projects_there_are_and_fails_where_there_is_nothing() {
    let session = session(&[("b", 0), ("c", 7)]);
    gate(&session, "b.json", "c.json", "--release-id v1").exits(0);
    let kept = history(&session, "--root kept");
    assert!(!kept.is_empty());
    session
        .run("gate --baseline b.json --candidate c.json --min-delta 0 --store kept --project mmlu")
        .exits(0);
    let wrong = session.run("history --root kept --project mmlo").exits(64);
    assert!(
        wrong.stderr.contains("is mmlo") && wrong.stderr.contains("name one that it has: "),
        "{}",
        wrong.stderr
    );
    assert!(wrong.stderr.contains("mmlu") && wrong.stderr.contains("[bad-usage]"), "{}", wrong.stderr);
    assert!(wrong.stdout.is_empty());
    // A project that is there may have no run that fits.
    let none = session.run("history --root kept --project mmlu --model other").exits(0);
    assert_eq!(none.stdout, "no run fits\n");
    for nothing in ["--root nowhere", "--trail nowhere", "--root kept --project mmlu --trail nowhere"] {
        let failed = session.run(&format!("history {nothing}")).exits(65);
        assert!(failed.stderr.contains("[file-unreadable]") && failed.stdout.is_empty(), "{}", failed.stderr);
    }
    std::fs::create_dir_all(session.path("empty/audit")).unwrap();
    session.run("history --trail empty").exits(65);
}

#[test]
fn decisions_of_one_second_stand_in_the_order_of_the_trail() {
    let session = session(&[("b", 0), ("c", 7)]);
    // Names that a sort by path would turn round.
    let releases = ["z", "m", "a", "k"];
    for release in releases {
        gate(&session, "b.json", "c.json", &format!("--release-id {release}")).exits(0);
    }
    let lines = history(&session, "--trail .");
    let found: Vec<&str> =
        lines.iter().map(|line| line["envelopes"][0]["release_id"].as_str().unwrap()).collect();
    assert_eq!(found, releases);
}
