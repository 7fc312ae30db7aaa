//! `doctor`: what files hold, what a pair can show, and how often a gate fires on noise.

use serde_json::Value;

use crate::support::Session;

const READING: &str = "runs/baseline.json runs/candidate.json";

fn checkup(session: &Session, line: &str, code: i32) -> Value {
    session.run(&format!("doctor {line} --output json")).exits(code).json()
}

#[test]
fn what_a_pair_can_show_is_what_mde_plans() {
    let session = Session::with_examples();
    for options in ["", "--min-delta -0.01", "--alpha 0.01 --power 0.9", "--cluster none"] {
        let found = checkup(&session, &format!("{READING} {options} --target-delta 0.03"), 0);
        let pilot = "--one-sided --baseline runs/baseline.json --candidate runs/candidate.json --output json";
        let planned = session.run(&format!("mde {pilot} {options}")).exits(0).json();
        let needed = session.run(&format!("mde {pilot} {options} --target-delta 0.03")).exits(0).json();
        let shown = &found["pair"]["precision"];
        let reach = shown["detectable"].as_f64().unwrap() - shown["min_delta"].as_f64().unwrap();
        assert!((reach - planned["mde"].as_f64().unwrap()).abs() < 1e-12, "{options}: {shown}");
        assert_eq!(shown["target"]["required_pairs"], needed["required_pairs"], "{options}");
        let enough = needed["required_pairs"].as_u64().unwrap() <= 2000;
        assert_eq!(shown["target"]["reachable"], Value::Bool(enough), "{options}");
        // Half of the time a bound lies further out: the bound of this very pair is near by.
        let report = session.run(&format!("compare --one-sided --baseline runs/baseline.json --candidate runs/candidate.json --output json {}", options.replace("--min-delta -0.01", ""))).exits(0).json();
        let interval = &report["comparison"];
        let seen = interval["delta"].as_f64().unwrap() - interval["bounds"]["lower"].as_f64().unwrap();
        let expected = shown["bound_distance"].as_f64().unwrap();
        assert!((seen / expected - 1.0).abs() < 0.1, "{options}: {seen} for {expected}");
    }
}

#[test]
fn an_effect_out_of_reach_is_told_with_what_it_needs() {
    let session = Session::with_examples();
    let said = session.run(&format!("doctor {READING} --target-delta 0.02")).exits(0).stdout;
    assert!(said.contains("+0.0200 is out of reach: it needs 3,287 pairs"), "{said}");
    let said = session.run(&format!("doctor {READING} --target-delta 0.01 --min-delta 0.02")).exits(0).stdout;
    assert!(said.contains("no number of pairs shows it"), "{said}");
}

#[test]
fn noise_rarely_fires_the_gate_and_the_same_seed_says_the_same() {
    let session = Session::with_examples();
    let line = "runs/baseline-graded.json --aa --splits 300";
    let found = checkup(&session, line, 0);
    let noise = &found["files"][0]["noise"];
    assert_eq!((noise["splits"].as_u64(), noise["alpha"].as_f64()), (Some(300), Some(0.05)));
    for side in ["allow", "reject"] {
        let (share, most) =
            (noise[side].as_f64().unwrap(), noise[format!("{side}_at_most")].as_f64().unwrap());
        // .05 and three standard errors of a share of 300; and the gate is alive.
        assert!(share > 0.0 && share < 0.088 && most > share && most < 0.13, "{side}: {noise}");
    }
    assert_eq!(found, checkup(&session, line, 0));
    assert_ne!(
        found["files"][0]["noise"],
        checkup(&session, &format!("{line} --seed 1"), 0)["files"][0]["noise"]
    );
}

#[test]
fn without_repeats_there_is_nothing_to_split() {
    let session = Session::with_examples();
    let said = session.run("doctor runs/baseline.json --aa").exits(65).stdout;
    assert!(said.contains("[too-few-items]") && said.contains("two epochs"), "{said}");
    session.run("doctor runs/baseline-graded.json --aa --splits 3").exits(64);
}

#[test]
fn a_bad_file_does_not_hide_the_others() {
    let session = Session::with_examples();
    session.write("bad.json", "{\"run_id\":\"r\",\"items\":[");
    let found = checkup(&session, "bad.json runs/candidate.json absent.json", 65);
    let ok: Vec<_> =
        found["files"].as_array().unwrap().iter().map(|file| file["ok"].as_bool().unwrap()).collect();
    assert_eq!(ok, [false, true, false]);
    assert_eq!(found["files"][1]["run"]["items"], 2000);
    assert!(found["pair"].is_null());
}

#[test]
fn too_few_clusters_and_pairs_that_do_not_vary_are_told() {
    let session = Session::with_examples();
    for (name, scores) in [("a", [0, 1, 1, 0, 1, 0]), ("b", [1, 1, 0, 0, 1, 1])] {
        let items: Vec<String> = (0..6)
            .map(|i| format!("{{\"item_id\":\"{i}\",\"score\":{},\"cluster_id\":\"c{}\"}}", scores[i], i / 2))
            .collect();
        session.write(
            &format!("{name}.json"),
            &format!("{{\"run_id\":\"{name}\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{}]}}", items.join(",")),
        );
    }
    let notes = |line: &str| checkup(&session, line, 0)["pair"]["notes"].to_string();
    assert!(notes("a.json b.json").contains("3 independent units are too few"), "{}", notes("a.json b.json"));
    assert!(notes("a.json a.json").contains("what the pair can show cannot be told"));
}

#[test]
fn the_tool_its_version_and_all_metrics_are_named() {
    let session = Session::new();
    let log = crate::tree::root().join("tests/golden/inspect/scorers.eval");
    let found = checkup(&session, &log.display().to_string(), 65);
    let run = &found["files"][0]["run"];
    assert_eq!((run["format"].as_str(), run["version"].as_str()), (Some("inspect"), Some("0.3.285")));
    let metrics: Vec<_> = run["metrics"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(metrics.len() > 1 && metrics.contains(&run["metric"].as_str().unwrap()), "{metrics:?}");
}
