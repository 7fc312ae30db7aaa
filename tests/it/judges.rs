//! Scores of a judge: people's labels that correct it, and runs of two judges.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::sampled::{id, stream, whole};
use crate::support::Session;
use evalsig::numerics::stream::Stream;

/// A judge of this sensitivity and specificity.
fn judged(truth: &[f64], (sensitivity, specificity): (f64, f64), stream: &mut Stream) -> Vec<f64> {
    let right = |score: &f64| if *score == 1.0 { sensitivity } else { specificity };
    truth.iter().map(|score| if stream.unit() < right(score) { *score } else { 1.0 - score }).collect()
}

#[test]
fn labels_of_people_correct_a_judge() {
    let session = Session::new();
    let mut stream = stream(9);
    let right = |share: f64, stream: &mut Stream| -> Vec<f64> {
        (0..2000).map(|_| f64::from(u8::from(stream.unit() < share))).collect()
    };
    let (baseline, candidate) = (right(0.8, &mut stream), right(0.72, &mut stream));
    // The judge likes the candidate: it calls 30 % of its wrong answers right.
    let by_judge =
        [judged(&baseline, (0.95, 0.95), &mut stream), judged(&candidate, (0.99, 0.7), &mut stream)];
    session.write("base.json", &whole("base", &by_judge[0]));
    session.write("cand.json", &whole("cand", &by_judge[1]));
    let mut labels = "item_id,run,label,judge\n".to_owned();
    for at in (0..2000).step_by(6) {
        let _ = writeln!(
            labels,
            "{0},baseline,{1},gpt-judge\n{0},candidate,{2},gpt-judge",
            id(at),
            baseline[at],
            candidate[at]
        );
    }
    session.write("labels.csv", &labels);
    let gate = "gate --baseline base.json --candidate cand.json --min-delta -0.05";
    assert_eq!(session.run(gate).code, 0, "the judge alone lets it pass");
    let ran = session.run(&format!("{gate} --gold labels.csv --output json"));
    assert_ne!(ran.code, 0, "people do not");
    let ran = ran.json();
    let judge = &ran["report"]["judge"];
    assert_eq!((&judge["labelled"], &judge["judged"]), (&json!(334), &json!(2000)));
    assert_eq!(judge["uncorrected"]["verdict"], "ALLOW");
    let specificity = &judge["candidate"]["specificity"];
    let (low, high) = (specificity["lower"].as_f64().unwrap(), specificity["upper"].as_f64().unwrap());
    assert!(low < 0.7 && 0.7 < high, "{specificity}");
    let bounds = &ran["report"]["comparison"]["bounds"];
    assert!(
        bounds["lower"].as_f64().unwrap() < -0.08 && bounds["upper"].as_f64().unwrap() > -0.08,
        "{bounds}"
    );
    let ran = session.run(&format!("{gate} --gold labels.csv --release-id v1 --store kept"));
    assert!(ran.stdout.contains("labelled"), "{}", ran.stdout);
    let ran = session.run("verify --store kept --gold labels.csv").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
    session.run("verify --store kept").exits(2);
    session.write("other.csv", &labels.replacen(",1,", ",0,", 1));
    session.run("verify --store kept --gold other.csv").exits(1);
    // How many labels the claim needs, by those that there are.
    let plan = "doctor base.json cand.json --gold labels.csv --min-delta -0.05 --target-delta 0";
    let facts = session.run(&format!("{plan} --output json")).exits(0).json();
    let pair = &facts["pair"];
    assert_eq!((&pair["labels"]["labelled"], &pair["labels"]["judged"]), (&json!(334), &json!(2000)));
    let needed = pair["precision"]["target"]["required_pairs"].as_u64().unwrap();
    assert!((200..1500).contains(&needed), "{facts}");
    let ran = session.run(plan).exits(0);
    assert!(ran.stdout.contains("334 of 2,000 judged items are labelled"), "{}", ran.stdout);
    session.run("doctor base.json --gold labels.csv").exits(65);
    for (text, said) in [
        ("item_id,label\nq00000,1\n", "no column is called run"),
        ("item_id,run,label\nq00000,third,1\n", "line 2: run is"),
        ("item_id,run,label\nq00000,baseline,good\n", "line 2: label is"),
        ("item_id,run,label\nq00000,baseline,1\nq00000,baseline,1\n", "q00000"),
        ("item_id,run,label\nq00000,baseline,1\n", "no label of the candidate"),
        ("item_id,run,label,judge\nq00000,baseline,1,a\nq00000,candidate,1,b\n", "labels correct one judge"),
        ("item_id,run,label\nzz,baseline,1\nzz,candidate,1\n", "did not score it"),
        ("item_id,run,label\nq00000,baseline,1\nq00000,candidate,1\n", "1 items are labelled"),
    ] {
        session.write("bad.csv", text);
        let ran = session.run(&format!("{gate} --gold bad.csv")).exits(65);
        assert!(ran.stderr.contains(said), "{text}: {}", ran.stderr);
    }
}

/// A test run of DeepEval whose metric a model judged.
fn test_run(judge: Option<&str>, right: usize) -> String {
    let case = |at: usize| {
        let mut metric = json!({"name": "Polite", "score": f64::from(u8::from(at < right))});
        if let Some(judge) = judge {
            metric["evaluationModel"] = json!(judge);
        }
        json!({"name": format!("case {at}"), "input": format!("question {at}"), "success": at < right, "metricsData": [metric]})
    };
    let cases: Vec<Value> = (0..40).map(case).collect();
    json!({"testCases": cases, "identifier": format!("{judge:?} {right}")}).to_string()
}

#[test]
fn runs_of_two_judges_are_two_measurements() {
    let session = Session::new();
    session.write("base.json", &test_run(Some("grader-1"), 20));
    session.write("same.json", &test_run(Some("grader-1"), 38));
    session.write("other.json", &test_run(Some("grader-2"), 38));
    session.write("silent.json", &test_run(None, 38));
    let gate = |candidate: &str| {
        format!("gate --baseline base.json --candidate {candidate} --metric Polite --min-delta 0")
    };
    session.run(&format!("{} --release-id v1 --store kept", gate("same.json"))).exits(0);
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    assert_eq!(envelope["inputs"]["candidate"]["judge"]["model"], "grader-1");

    let refused = |line: &str| {
        let ran = session.run(line).exits(65);
        for said in ["grader-2", "grader-1", "score both runs with one judge"] {
            assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
        }
    };
    refused(&gate("other.json"));
    refused("compare --baseline base.json --candidate other.json --metric Polite");
    // The store keeps the judge.
    refused(
        "gate --baseline store:latest-allowed --candidate other.json --metric Polite --min-delta 0 --store kept",
    );
    // A file that names no judge contradicts none.
    session.run(&gate("silent.json")).exits(0);

    let mut labels = "item_id,run,label,judge\n".to_owned();
    for at in 0..40 {
        let _ = writeln!(labels, "case {at},baseline,0,grader-9\ncase {at},candidate,1,grader-9");
    }
    session.write("labels.csv", &labels);
    let ran = session.run(&format!("{} --gold labels.csv", gate("same.json"))).exits(65);
    assert!(ran.stderr.contains("correct the judge") && ran.stderr.contains("grader-1"), "{}", ran.stderr);
    session.write("labels.csv", &labels.replace("grader-9", "grader-1"));
    session.run(&format!("{} --gold labels.csv", gate("same.json"))).exits(0);
    let ran = session.run("doctor base.json --metric Polite").exits(0);
    assert!(ran.stdout.contains("judge") && ran.stdout.contains("grader-1"), "{}", ran.stdout);
}

/// What was converted is judged by whoever judged the log.
#[test]
fn a_converted_run_names_its_judge() {
    let session = Session::new();
    session.write("base.json", &test_run(Some("grader-1"), 20));
    session.write("other.json", &test_run(Some("grader-2"), 38));
    for run in ["base", "other"] {
        session
            .run(&format!("convert {run}.json --metric Polite --to runframe --out {run}.runframe.json"))
            .exits(0);
    }
    let run: Value = serde_json::from_str(&session.read("base.runframe.json")).unwrap();
    assert_eq!(run["judge_model"], "grader-1");
    let ran = session
        .run("gate --baseline base.runframe.json --candidate other.runframe.json --min-delta 0")
        .exits(65);
    assert!(ran.stderr.contains("grader-1") && ran.stderr.contains("grader-2"), "{}", ran.stderr);
    let prompt = "ab".repeat(32);
    for (fields, code, said) in [
        (json!({"judge_model": "grader-1", "judge_prompt_sha256": prompt}), 0, prompt.get(..12).unwrap()),
        (json!({"judge_model": null, "judge_prompt_sha256": null}), 0, ""),
        (json!({"judge_prompt_sha256": prompt}), 65, "no \"judge_model\""),
        (json!({"judge_model": "grader-1", "judge_prompt_sha256": "abc"}), 65, "64 hexadecimal digits"),
        (json!({"judge_model": 4.5}), 65, "judge_model"),
    ] {
        let mut own = run.clone();
        own.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        if fields["judge_model"].is_null() && fields["judge_prompt_sha256"].is_string() {
            own.as_object_mut().unwrap().remove("judge_model");
        }
        session.write("own.json", &own.to_string());
        let ran = session.run("doctor own.json").exits(code);
        assert!(
            format!("{}{}", ran.stdout, ran.stderr).contains(said),
            "{fields}: {}{}",
            ran.stdout,
            ran.stderr
        );
    }
}
