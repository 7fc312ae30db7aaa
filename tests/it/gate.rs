//! `gate` and `compare` as a user meets them.

use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::support::{Session, assert_valid_envelope, ran, tool};

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_example_is_allowed_and_leaves_a_trail() {
    let session = Session::with_examples();
    let result = session.run(&format!("{GATE} --release-id v1.0.0 --output json")).exits(0).json();
    assert_eq!(result["verdict"], "ALLOW");
    let text = session.read("audit/v1.0.0/audit.json");
    assert_valid_envelope(&text);
    let envelope: serde_json::Value = serde_json::from_str(&text).unwrap();
    for member in ["verdict", "exit_code", "report", "plan", "inputs", "pairing", "effect_sizes"] {
        assert_eq!(result[member], envelope[member], "{member}");
    }
    assert_eq!(result["trail"]["path"], "audit/v1.0.0/audit.json");
    assert_eq!(result["trail"]["sha256"], sha256(&text));
    assert_eq!(result["trail"]["entry_sha256"], sha256(&session.read("audit/v1.0.0/entry.json")));
    assert_eq!(envelope["inputs"]["baseline"]["sha256"], sha256(&session.read("runs/baseline.json")));
    session.run("verify").exits(0);
}

#[test]
fn a_worse_candidate_is_rejected_and_noise_decides_nothing() {
    let session = Session::with_examples();
    session
        .run("gate --baseline runs/baseline.json --candidate runs/candidate-worse.json --min-delta 0")
        .exits(1);
    session
        .run("gate --baseline runs/baseline.json --candidate runs/candidate-same.json --min-delta 0.01")
        .exits(2);
    session
        .run("gate --baseline runs/candidate.json --candidate runs/baseline.json --min-delta 0.01")
        .exits(1);
    assert!(!session.has("audit"), "no release id, no trail");
}

#[test]
fn the_same_release_twice_writes_once_and_other_data_is_a_second_attempt() {
    let session = Session::with_examples();
    let keep = "--release-id v1 --output json";
    let first = session.run(&format!("{GATE} {keep}")).exits(0).json();
    let before = session.files();
    let again = session.run(&format!("{GATE} {keep}")).exits(0);
    assert_eq!(again.json()["trail"], first["trail"]);
    assert_eq!(session.files(), before);
    let other = GATE.replace("candidate.json", "candidate-worse.json");
    session.run(&format!("{other} {keep}")).exits(1);
    let second: serde_json::Value =
        serde_json::from_str(&session.read("audit/v1/attempts/002/audit.json")).unwrap();
    assert_eq!(second["attempt"], 2);
    assert_eq!(second["supersedes"]["path"], "audit/v1/audit.json");
    assert_eq!(second["supersedes"]["sha256"], first["trail"]["sha256"]);
    session.run("verify").exits(0);
}

#[test]
fn thirty_two_gates_at_once_make_one_chain_of_thirty_two() {
    let session = Session::with_examples();
    let children: Vec<_> = (0..32)
        .map(|i| {
            let line = format!("{GATE} --release-id r{i} --seed {i} --quiet");
            session.command(&line.split_whitespace().collect::<Vec<_>>()).spawn().unwrap()
        })
        .collect();
    for child in children {
        ran(child.wait_with_output().unwrap()).exits(0);
    }
    let report = session.run("verify --output json").exits(0).json();
    let mut indices: Vec<u64> = (0..32)
        .map(|i| {
            let entry: serde_json::Value =
                serde_json::from_str(&session.read(&format!("audit/r{i}/entry.json"))).unwrap();
            entry["index"].as_u64().unwrap()
        })
        .collect();
    indices.sort_unstable();
    assert_eq!(indices, (1..=32).collect::<Vec<_>>(), "{report}");
}

#[test]
fn threads_do_not_change_a_byte_of_the_report() {
    let reports: Vec<String> = ["1", "2", "7"]
        .iter()
        .map(|threads| {
            let mut session = Session::with_examples();
            session.set("RAYON_NUM_THREADS", threads);
            let clustered = session.run(&format!("{GATE} --output json")).exits(0).json();
            let graded = session
                .run("gate --baseline runs/baseline-graded.json --candidate runs/candidate-graded.json --min-delta 0 --cluster none --output json")
                .json();
            let bootstrap = session.run(&format!("{GATE} --method cluster_bootstrap --output json")).json();
            [clustered, graded, bootstrap].map(|result| result["report"].to_string()).concat()
        })
        .collect();
    assert!(reports.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn an_envelope_is_strict_json_for_python_and_jq() {
    let session = Session::with_examples();
    session.run(&format!("{GATE} --release-id v1")).exits(0);
    let envelope = session.path("audit/v1/audit.json");
    if let Some(mut jq) = tool("jq", &["--version"]) {
        let output = jq.args(["-r", ".verdict"]).arg(&envelope).output().unwrap();
        assert_eq!(ran(output).exits(0).stdout, "ALLOW\n");
    }
    if let Some(mut python) = tool("python3", &["--version"]) {
        // parse_constant is called for NaN and the infinities, which strict JSON does not have.
        let script = "import json, sys\ndef no(word): raise ValueError(word)\n\
                      print(json.load(open(sys.argv[1]), parse_constant=no)['report']['comparison']['ci'][1])";
        let output = python.args(["-c", script]).arg(&envelope).output().unwrap();
        assert_eq!(ran(output).exits(0).stdout, "None\n");
    }
    if let Some(mut sum) = tool("sha256sum", &["--version"]) {
        let output = ran(sum.arg(&envelope).output().unwrap()).exits(0);
        let entry: serde_json::Value = serde_json::from_str(&session.read("audit/v1/entry.json")).unwrap();
        assert_eq!(output.stdout.split(' ').next(), entry["envelope"]["sha256"].as_str());
    }
}

#[test]
fn clusters_in_the_data_are_used_unless_told_otherwise() {
    let session = Session::with_examples();
    let units =
        |extra: &str| session.run(&format!("{GATE} {extra} --output json")).json()["plan"]["units"].clone();
    assert_eq!(units(""), "clusters");
    assert_eq!(units("--cluster"), "clusters");
    assert_eq!(units("--cluster cluster_id"), "clusters");
    assert_eq!(units("--cluster none"), "items");
}

#[test]
fn compare_has_numbers_and_no_verdict() {
    let session = Session::with_examples();
    let line = "compare --baseline runs/baseline.json --candidate runs/candidate.json";
    let result = session.run(&format!("{line} --output json")).exits(0).json();
    assert!(result.get("verdict").is_none() && result.get("report").is_none());
    let comparison = &result["comparison"];
    assert!(comparison["ci"][0].is_f64() && comparison["ci"][1].is_f64(), "two-sided: {comparison}");
    for output in ["tty", "markdown"] {
        let text = session.run(&format!("{line} --output {output}")).exits(0).stdout;
        assert!(!text.contains("ALLOW") && !text.contains("REJECT"), "{text}");
    }
}

#[test]
fn standard_input_serves_as_one_run() {
    let session = Session::with_examples();
    let mut command: Command = session.command(
        &"gate --baseline - --candidate runs/candidate.json --min-delta 0.01 --output json"
            .split(' ')
            .collect::<Vec<_>>(),
    );
    command.stdin(std::fs::File::open(session.path("runs/baseline.json")).unwrap());
    let result = ran(command.output().unwrap()).exits(0).json();
    assert_eq!(result["inputs"]["baseline"]["path"], "-");
    session.run("gate --baseline - --candidate - --min-delta 0").exits(64);
}

#[test]
fn lower_is_better_turns_the_sign() {
    let session = Session::with_examples();
    let delta = |extra: &str| {
        session.run(&format!("{GATE} {extra} --output json")).json()["report"]["comparison"]["delta"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(delta("").to_bits(), (-delta("--lower-is-better")).to_bits());
    session.run(&format!("{GATE} --lower-is-better")).exits(1);
}

#[test]
fn bad_input_has_its_own_exit_code_and_writes_nothing() {
    let session = Session::with_examples();
    let run = |name: &str, items: &str| {
        session.write(
            name,
            &format!(
                r#"{{"run_id":"r","model_id":"m","task_id":"reading","metric_name":"accuracy","items":[{items}]}}"#
            ),
        );
    };
    run("twice.json", r#"{"item_id":"a","score":1},{"item_id":"a","score":0}"#);
    run("nan.json", r#"{"item_id":"a","score":NaN}"#);
    run("text.json", r#"{"item_id":"a","score":"n/a"}"#);
    run("half.json", r#"{"item_id":"a","score":1,"cluster_id":"x"},{"item_id":"b","score":1}"#);
    run("other.json", r#"{"item_id":"elsewhere","score":1}"#);
    run("empty.json", "");
    session.write("torn.json", r#"{"run_id":"r","items":[{"item_id":"a","sc"#);
    session.write("blank.json", "");
    let before = session.files();
    for (file, words) in [
        ("twice.json", "\"a\""),
        ("nan.json", "items[0].score"),
        ("text.json", "n/a"),
        ("half.json", "\"b\""),
        ("other.json", "no item is scored in both runs"),
        ("empty.json", "items"),
        ("torn.json", "torn.json"),
        ("blank.json", "blank.json"),
        ("absent.json", "absent.json"),
        ("runs", "folder"),
    ] {
        let line =
            format!("gate --baseline runs/baseline.json --candidate {file} --min-delta 0 --release-id v1");
        let refused = session.run(&line).exits(65);
        assert!(refused.stdout.is_empty(), "{file}: {}", refused.stdout);
        assert!(refused.stderr.contains(words), "{file}: {}", refused.stderr);
    }
    for flags in [
        "--alpha 0",
        "--alpha 1",
        "--alpha nan",
        "--alpha 5%",
        "--power 1.5",
        "--resamples 0",
        "--seed -1",
        "--epochs some",
        "--missing maybe",
        "--min-coverage 2",
        "--method anova",
        "--format excel",
        "--min-delta inf",
        "--rule mine",
        "--release-id ../up",
        "--release-id .",
        "--no-such-flag",
        "--equivalence 0",
    ] {
        let refused = session.run(&format!("{GATE} --release-id v1 {flags}"));
        assert_eq!(refused.code, 64, "{flags}: {}", refused.stderr);
    }
    session
        .run("gate --baseline runs/baseline.json --candidate runs/candidate.json --release-id v1")
        .exits(64);
    session.run("").exits(64);
    assert_eq!(session.files(), before, "nothing was written");
}

#[test]
fn a_candidate_that_drops_items_is_not_allowed() {
    let session = Session::with_examples();
    let mut run: serde_json::Value = serde_json::from_str(&session.read("runs/candidate.json")).unwrap();
    run["items"].as_array_mut().unwrap().retain(|item| item["score"] == 1);
    session.write("dropped.json", &run.to_string());
    let line = "gate --baseline runs/baseline.json --candidate dropped.json --min-delta 0 --cluster none --output json";
    let result = session.run(line).exits(2).json();
    assert!(result["report"]["finding"].as_str().unwrap().contains("scored in both runs"));
}

#[test]
fn an_unwritable_trail_is_its_own_failure() {
    let session = Session::with_examples();
    session.write("audit", "a file where the folder should be");
    let refused = session.run(&format!("{GATE} --release-id v1")).exits(73);
    assert!(refused.stderr.contains("audit"), "{}", refused.stderr);
}

#[test]
fn evalsig_0_1_is_reproduced_on_request() {
    let session = Session::with_examples();
    let result = session.run(&format!("{GATE} --rule evalsig-0.1 --output json")).json();
    assert_eq!(result["plan"]["rule"], "evalsig-0.1");
    assert!(result["report"]["comparison"]["bounds"].is_null());
    assert!(result["report"]["finding"].as_str().unwrap().contains("about half"));
}
