//! Wrong verdicts that real files and missing data caused, each as the session in which a user met it.

use crate::tree;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::Session;

/// A RunFrame file of (id, score) with facts that the case needs beside.
fn write(session: &Session, name: &str, scores: impl IntoIterator<Item = (usize, f64)>, more: Value) {
    let items: Vec<Value> = scores
        .into_iter()
        .map(|(id, score)| json!({"item_id": format!("q{id:04}"), "score": score}))
        .collect();
    let mut run = json!({
        "run_id": name, "model_id": "m", "task_id": "reading", "metric_name": "accuracy", "items": items
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        run[key] = value.clone();
    }
    session.write(name, &run.to_string());
}

/// 1000 items of 0/1 scores: 50 broken, 10 fixed.
fn baseline(id: usize) -> f64 {
    f64::from(u8::from(id < 50 || (60..760).contains(&id)))
}

fn candidate(id: usize) -> f64 {
    f64::from(u8::from((50..760).contains(&id)))
}

fn pair_of_files(session: &Session, keep: impl Fn(usize) -> bool, scale: impl Fn(f64) -> f64) {
    write(session, "base.json", (0..1000).map(|id| (id, scale(baseline(id)))), json!({}));
    write(
        session,
        "cand.json",
        (0..1000).filter(|id| keep(*id)).map(|id| (id, scale(candidate(id)))),
        json!({}),
    );
}

const GATE: &str = "gate --baseline base.json --candidate cand.json --output json";

#[test]
fn a_candidate_that_leaves_out_what_it_breaks_is_not_allowed() {
    let session = Session::new();
    pair_of_files(&session, |id| id >= 49, |s| s);
    let result = session.run(&format!("{GATE} --min-delta -0.01")).exits(2).json();
    let comparison = &result["report"]["comparison"];
    assert!(comparison["bounds"]["lower"].as_f64().unwrap() > -0.01, "as observed it would be allowed");
    let worst = comparison["worst_case"]["lower"].as_f64().unwrap();
    assert_eq!(result["pairing"]["missing"]["candidate"], json!({"item not in the run": 49}));
    assert_eq!(result["pairing"]["score_range"]["hi"], 1.0);
    assert_eq!(comparison["significant"], false, "one statement, everywhere");

    // What the missing items really scored is the worst that they can.
    pair_of_files(&session, |_| true, |s| s);
    let whole = session.run(&format!("{GATE} --min-delta -0.01")).exits(1).json();
    assert_eq!(whole["report"]["comparison"]["bounds"]["lower"].as_f64().unwrap(), worst);
    assert_eq!(whole["report"]["comparison"]["worst_case"], Value::Null);
    assert_eq!(whole["pairing"]["missing"], json!({"baseline": {}, "candidate": {}}));
}

#[test]
fn a_verdict_that_holds_whatever_is_missing_stands() {
    let session = Session::new();
    pair_of_files(&session, |id| id != 3, |s| s);
    let shown = session.run(&format!("{GATE} --min-delta -0.2")).exits(0).json();
    assert!(shown["report"]["finding"].as_str().unwrap().contains("1 item in the candidate"));
    session.run(&format!("{GATE} --min-delta 0.2")).exits(1);
    // The rule of Python evalsig 0.1.2 is held to it as well.
    session.run(&format!("{GATE} --min-delta 0.1 --rule evalsig-0.1")).exits(1);
    pair_of_files(&session, |id| id >= 49, |s| s);
    session.run(&format!("{GATE} --min-delta 0 --rule evalsig-0.1")).exits(2);
}

#[test]
fn without_a_range_anything_missing_leaves_the_verdict_open() {
    let session = Session::new();
    let graded = |score: f64, id: usize| 0.3 + 0.4 * score + 0.001 * (id % 7) as f64;
    write(&session, "base.json", (0..300).map(|id| (id, graded(0.0, id))), json!({}));
    write(&session, "cand.json", (1..300).map(|id| (id, graded(1.0, id + id % 3))), json!({}));
    let open = session.run(&format!("{GATE} --min-delta 0")).exits(2).json();
    assert!(open["report"]["suggestion"].as_str().unwrap().contains("--score-range"), "{open}");
    assert_eq!(open["report"]["comparison"]["worst_case"]["lower"], Value::Null);
    let named = session.run(&format!("{GATE} --min-delta 0 --score-range 0,1")).exits(0).json();
    assert_eq!(named["plan"]["score_range"], json!([0.0, 1.0]));
    // Scores that the named range does not hold are an error, not a wider range.
    let error = session.run(&format!("{GATE} --min-delta 0 --score-range 0,0.5")).exits(65);
    assert!(error.stderr.contains("score-out-of-range"), "{}", error.stderr);
}

#[test]
fn an_epoch_that_failed_and_was_left_out_counts() {
    let session = Session::new();
    let run = |name: &str, drop: bool| {
        let mut items = Vec::new();
        for id in 0..60 {
            for epoch in 0..4 {
                let score = f64::from(u8::from((id * 7 + epoch * 3) % 5 < 3));
                if !(drop && score == 0.0 && epoch < 2) {
                    items.push(json!({"item_id": format!("q{id}"), "epoch": epoch, "score": score}));
                }
            }
        }
        write(&session, name, [], json!({"items": items}));
    };
    run("base.json", false);
    run("cand.json", true);
    let result = session.run(&format!("{GATE} --min-delta 0")).exits(2).json();
    assert!(result["report"]["comparison"]["bounds"]["lower"].as_f64().unwrap() > 0.0);
    assert!(result["pairing"]["missing"]["candidate"]["epoch not in the run"].as_u64().unwrap() > 20);
}

#[test]
fn any_coding_of_right_and_wrong_gets_the_exact_test_in_its_own_units() {
    let session = Session::new();
    let ask = |scale: fn(f64) -> f64, margin: f64| {
        pair_of_files(&session, |_| true, scale);
        let result = session.run(&format!("{GATE} --min-delta {margin}"));
        result.json()["report"]["comparison"].clone()
    };
    let unit = ask(|s| s, -0.05);
    for (scale, factor) in
        [((|s| 100.0 * s) as fn(f64) -> f64, 100.0), (|s| 1.0 + s, 1.0), (|s| 2.0 * s - 1.0, 2.0)]
    {
        let coded = ask(scale, -0.05 * factor);
        assert_eq!(coded["method"], "exact_unconditional");
        for side in ["lower", "upper"] {
            let (a, b) = (coded["bounds"][side].as_f64().unwrap(), unit["bounds"][side].as_f64().unwrap());
            assert!((a - factor * b).abs() < 1e-9 * factor, "{side} {a} {b}");
        }
        let (p, q) = (coded["p_value"].as_f64().unwrap(), unit["p_value"].as_f64().unwrap());
        assert!((p - q).abs() < 1e-8, "{p} {q}");
    }
}

#[test]
fn a_run_in_percent_is_not_compared_with_one_in_shares() {
    let session = Session::new();
    write(&session, "base.json", (0..50).map(|id| (id, 0.5 + 0.01 * (id % 40) as f64)), json!({}));
    write(&session, "cand.json", (0..50).map(|id| (id, 30.0 + (id % 40) as f64)), json!({}));
    let error = session.run(&format!("{GATE} --min-delta 0")).exits(65);
    assert!(error.stderr.contains("0.5 and 0.89") && error.stderr.contains("30 and 69"), "{}", error.stderr);
    session.run(&format!("{GATE} --min-delta 0 --score-range 0,100")).exits(0);
}

#[test]
fn claims_that_say_nothing_are_refused_with_the_number_to_write() {
    let session = Session::new();
    pair_of_files(&session, |_| true, |s| s);
    for claim in ["--min-delta -1.01", "--min-delta -1", "--min-delta 1", "--equivalence 2"] {
        let error = session.run(&format!("{GATE} {claim}")).exits(64);
        assert!(error.stderr.contains("say 0.01 for one point"), "{claim}: {}", error.stderr);
    }
    for (claim, says) in [
        ("--min-delta 1%", "0.01 for one point"),
        ("", "--min-delta -0.01 \"not worse"),
        ("--min-delta 0 --alpha 0.999", "below 0.5"),
        ("--min-delta 0 --alpha 0.5", "below 0.5"),
    ] {
        let error = session.run(&format!("{GATE} {claim}")).exits(64);
        let text = error.stderr.replace("one half or more", "below 0.5");
        assert!(text.contains(says), "{claim}: {text}");
    }
    let warned = session.run("gate --baseline base.json --candidate cand.json --min-delta 0 --alpha 0.3");
    let lines: Vec<&str> = warned.stdout.lines().take(7).collect();
    assert!(lines.iter().any(|line| line.contains("warning") && line.contains("alpha is 0.3")), "{lines:?}");
}

#[test]
fn another_task_is_refused_unless_it_is_allowed_by_name() {
    let session = Session::new();
    pair_of_files(&session, |_| true, |s| s);
    write(&session, "cand.json", (0..1000).map(|id| (id, candidate(id))), json!({"task_id": "writing"}));
    let error = session.run(&format!("{GATE} --min-delta -0.1")).exits(65);
    assert!(error.stderr.contains("--task-mismatch allow"), "{}", error.stderr);
    let allowed = session.run(&format!("{GATE} --min-delta -0.1 --task-mismatch allow")).exits(0).json();
    assert_eq!(allowed["plan"]["task_mismatch"], "allow");
    assert!(allowed["report"]["comparison"]["warnings"][0].as_str().unwrap().contains("different tasks"));
}

#[test]
fn what_may_turn_a_verdict_around_is_said_before_the_numbers() {
    let session = Session::new();
    let named = |name: &str, score: fn(usize) -> f64, hash: &str| {
        let facts = json!({"metric_name": "toxicity_rate", "config_hash": hash});
        write(&session, name, (0..1000).map(|id| (id, score(id))), facts);
    };
    named("base.json", baseline, "a");
    named("cand.json", candidate, "b");
    let shown = session.run("gate --baseline base.json --candidate cand.json --min-delta 0").stdout;
    let head: String = shown.lines().take(14).collect();
    assert!(head.contains("--lower-is-better") && head.contains("configuration hashes"), "{shown}");
    let said =
        session.run("gate --baseline base.json --candidate cand.json --min-delta 0 --lower-is-better=false");
    assert!(
        !said.stdout.contains("called \"toxicity_rate\""),
        "who says so need not hear it: {}",
        said.stdout
    );
}

#[test]
fn equivalence_tested_two_sided_says_one_thing() {
    if !tree::slow_tests("verdicts::equivalence_tested_two_sided_says_one_thing") {
        return;
    }
    let session = Session::new();
    let mut seen = BTreeMap::new();
    for margin in 20..80 {
        pair_of_files(&session, |_| true, |s| s);
        let result = session.run(&format!("{GATE} --equivalence 0.0{margin} --two-sided")).json();
        let significant = result["report"]["comparison"]["significant"] == true;
        assert_eq!(significant, result["verdict"] == "ALLOW", "{result}");
        *seen.entry(significant).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 2, "both answers were met: {seen:?}");
}

/// One table with two metrics: safety is worse, style is better.
fn two_metrics(session: &Session) {
    for (name, worse) in [("base.csv", false), ("cand.csv", true)] {
        let mut text = String::from("id,safety,style\n");
        for id in 0..300 {
            let changed = worse && id % 4 == 0;
            let _ = writeln!(text, "{id},{},{}", u8::from(!changed), u8::from(changed));
        }
        session.write(name, &text);
    }
}

#[test]
fn a_decision_is_never_answered_with_the_record_of_another() {
    let session = Session::new();
    two_metrics(&session);
    let gate = "gate --baseline base.csv --candidate cand.csv --min-delta -0.05 --release-id v1";
    session.run(&format!("{gate} --metric safety")).exits(1);
    let other = session.run(&format!("{gate} --metric style")).exits(64);
    assert!(other.stderr.contains("\"safety\"") && other.stderr.contains("\"style\""), "{}", other.stderr);
    session.run(&format!("{gate}-style --metric style")).exits(0);
    // The same again is answered with its own record.
    let again = session.run(&format!("{gate} --metric safety")).exits(1);
    assert!(again.stderr.contains("decided under the same plan before"), "{}", again.stderr);
    session.run("verify").exits(0);
    session.run("verify --baseline base.csv --candidate cand.csv").exits(0);
}

#[test]
fn each_candidate_of_one_file_is_an_attempt_of_its_own() {
    let session = Session::new();
    let row = |run: &str, id: usize, score: f64| {
        json!({"run_id": run, "model_id": run, "task_id": "t", "metric_name": "m", "item_id": format!("q{id}"), "score": score})
            .to_string()
    };
    let rows = |run: &str, bad: usize| -> Vec<String> {
        (0..300).map(|id| row(run, id, f64::from(u8::from(id >= bad)))).collect()
    };
    session.write("base.jsonl", &rows("b", 20).join("\n"));
    session.write("cand.jsonl", &[rows("c1", 120), rows("c2", 0)].concat().join("\n"));
    let gate = "gate --baseline base.jsonl --candidate cand.jsonl --min-delta 0 --release-id v1 --metric m";
    session.run(&format!("{gate} --candidate-run c1")).exits(1);
    let second = session.run(&format!("{gate} --candidate-run c2 --output json")).exits(0).json();
    assert_eq!((&second["attempt"], &second["any_allow_at_most"]), (&json!(2), &json!(0.1)));
    let shown = session.run(&format!("{gate} --candidate-run c2")).exits(0);
    assert!(shown.stdout.contains("2 at this release") && shown.stdout.contains("10 %"), "{}", shown.stdout);
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/attempts/002/audit.json")).unwrap();
    assert_eq!(envelope["any_allow_at_most"], 0.1);
    session.run("verify").exits(0);
}

/// Whatever changes a report changes the fingerprint: equal fingerprints have equal reports.
#[test]
fn the_fingerprint_holds_everything_that_can_change_a_report() {
    if !tree::slow_tests("verdicts::the_fingerprint_holds_everything_that_can_change_a_report") {
        return;
    }
    let session = Session::new();
    two_metrics(&session);
    let rows = |worse: bool| -> String {
        let row = |id: usize| {
            let changed = worse && id.is_multiple_of(3);
            json!({"id": id, "safety": u8::from(!changed), "style": u8::from(changed), "passage": id / 10,
                "from-data": id / 5, "none": id / 3, "group": id / 30})
            .to_string()
        };
        (0..300).map(row).collect::<Vec<_>>().join("\n")
    };
    session.write("base.jsonl", &rows(false));
    session.write("cand.jsonl", &rows(true));
    let mut reports: BTreeMap<String, String> = BTreeMap::new();
    let mut distinct = std::collections::BTreeSet::new();
    for files in ["--baseline base.csv --candidate cand.csv", "--baseline base.jsonl --candidate cand.jsonl"]
    {
        for metric in ["safety", "style"] {
            for cluster in
                ["", "--cluster none", "--cluster passage", "--cluster from-data", "--cluster group"]
            {
                for more in [
                    "",
                    "--epochs first",
                    "--task-mismatch allow",
                    "--identical allow",
                    "--seed 1",
                    "--score-range 0,1",
                    "--score-range 0,2",
                    "--lower-is-better",
                    "--lower-is-better=false",
                ] {
                    let line = format!(
                        "gate {files} --metric {metric} {cluster} {more} --min-delta -0.1 --resamples 100 --envelope e.json"
                    );
                    let ran = session.run(&line.split_whitespace().collect::<Vec<_>>().join(" "));
                    if !session.has("e.json") {
                        assert!(ran.stderr.contains('['), "{line}: {}", ran.stderr);
                        continue;
                    }
                    let bytes = std::fs::read(session.path("e.json")).unwrap();
                    std::fs::remove_file(session.path("e.json")).unwrap();
                    let facts = evalsig::envelope::read(&bytes).unwrap();
                    let report = format!("{:?}", facts.outcome);
                    distinct.insert(report.clone());
                    let before =
                        reports.entry(facts.fingerprint.to_string()).or_insert_with(|| report.clone());
                    assert_eq!(*before, report, "{line}");
                }
            }
        }
    }
    assert!(distinct.len() > 10, "the grid changes reports: {}", distinct.len());
}

#[test]
fn a_cluster_key_called_from_data_verifies() {
    let session = Session::new();
    let item = |id: usize, score: f64| json!({"item_id": format!("q{id}"), "score": score, "metadata": {"from-data": format!("c{}", id / 10), "none": format!("n{}", id / 20)}});
    for (name, run) in [("base.json", baseline as fn(usize) -> f64), ("cand.json", candidate)] {
        let items: Vec<Value> = (0..1000).map(|id| item(id, run(id))).collect();
        write(&session, name, [], json!({"items": items}));
    }
    let kept =
        session.run(&format!("{GATE} --min-delta -0.2 --cluster from-data --release-id v1")).exits(0).json();
    assert_eq!(
        (&kept["plan"]["cluster_rule"], &kept["report"]["comparison"]["n_clusters"]),
        (&json!("key"), &json!(100))
    );
    let plain = session.run(&format!("{GATE} --min-delta -0.2 --release-id v1")).exits(0).json();
    assert_eq!(plain["trail"]["attempt"], 2, "the default rule is another plan");
    let report = session.run("verify --baseline base.json --candidate cand.json").exits(0);
    assert!(report.stdout.contains("REPRODUCED: 2 of 2"), "{}", report.stdout);
    assert!(!report.stdout.contains("the runs behind"), "{}", report.stdout);
}

#[test]
fn a_candidate_that_changes_nothing_may_be_allowed_by_name() {
    let session = Session::with_examples();
    let same =
        "gate --baseline runs/baseline-graded.json --candidate runs/baseline-graded.json --output json";
    let named = session.run(&format!("{same} --min-delta -0.001 --identical allow")).exits(0).json();
    assert_eq!(named["plan"]["identical"], "allow");
    assert!(named["report"]["finding"].as_str().unwrap().contains("identical: allow"));
    session.run(&format!("{same} --min-delta 0 --identical allow")).exits(2);
    session.run(&format!("{same} --min-delta -0.001")).exits(2);
}

#[test]
fn runs_that_were_checked_are_not_said_to_be_unchecked() {
    let session = Session::with_examples();
    let gate =
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --release-id v1";
    session.run(gate).exits(0);
    let found =
        session.run("verify --baseline runs/baseline.json --candidate runs/candidate-worse.json").exits(1);
    assert!(
        found.stdout.contains("input-differs") && !found.stdout.contains("the runs behind"),
        "{}",
        found.stdout
    );
}
