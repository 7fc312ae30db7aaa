//! `watch` as a user meets it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Session, ran};

const WATCH: &str = "watch --baseline runs/baseline.json --output json --cluster none";

fn run(session: &Session, name: &str) -> Value {
    serde_json::from_str(&session.read(&format!("runs/{name}.json"))).unwrap()
}

#[test]
fn stops_early_for_and_against_and_not_on_noise() {
    let session = Session::with_examples();
    let better = session.run(&format!("{WATCH} --candidate runs/candidate.json")).exits(0).json();
    assert_eq!((&better["evidence"], &better["process"]), (&json!("for"), &json!("discordant_pairs")));
    assert!(better["pairs_used"].as_u64() < better["pairs"].as_u64(), "{better}");
    assert!(better["p_value"]["for"].as_f64().unwrap() <= 0.05);
    let worse = session.run(&format!("{WATCH} --candidate runs/candidate-worse.json")).exits(1).json();
    assert_eq!(worse["evidence"], "against");
    // One order in twenty may cross by chance, as alpha allows; that of seed 1 does not.
    let same = session.run(&format!("{WATCH} --seed 1 --candidate runs/candidate-same.json")).exits(2).json();
    assert_eq!((&same["stopped"], &same["pairs_used"]), (&json!(false), &same["pairs"]));
    let page = session
        .run("watch --baseline runs/baseline.json --candidate runs/candidate.json --cluster none")
        .exits(0);
    assert!(
        page.stdout.contains("ALLOW-side evidence") && page.stdout.contains("not valid"),
        "{}",
        page.stdout
    );
}

#[test]
fn graded_scores_and_margins_are_bet_on() {
    let session = Session::with_examples();
    let graded =
        "watch --baseline runs/baseline-graded.json --candidate runs/candidate-graded.json --cluster none";
    let result = session.run(&format!("{graded} --min-delta -0.2 --output json")).exits(0).json();
    assert_eq!(result["process"], "betting");
    assert!(result["bounds"]["lower"].as_f64().unwrap() >= -0.2, "{result}");
    session.run(&format!("{graded} --min-delta 0.4")).exits(1);
    session.run(&format!("{graded} --bounds 0,0.3")).exits(64);
    session.run(&format!("{graded} --bounds 1,0")).exits(64);
}

#[test]
fn clusters_get_planned_looks() {
    let session = Session::with_examples();
    let line = WATCH.replace("--cluster none", "--candidate runs/candidate.json");
    let one = session.run(&line).exits(0).json();
    let four = session.run(&format!("{line} --looks 4")).json();
    assert_eq!((&one["process"], &four["looks_planned"]), (&json!("planned_looks"), &json!(4)));
    assert!(one["p_value"]["for"].as_f64() <= four["p_value"]["for"].as_f64());
    assert!(one["bounds"]["lower"].as_f64() > four["bounds"]["lower"].as_f64());
}

#[test]
fn the_seed_fixes_the_order_and_the_file_does_not() {
    let session = Session::with_examples();
    let line = format!("{WATCH} --candidate runs/candidate.json");
    let first = session.run(&line).stdout;
    assert_eq!(session.run(&line).stdout, first);
    assert_ne!(session.run(&format!("{line} --seed 1")).stdout, first);
    let mut turned = run(&session, "candidate");
    turned["items"].as_array_mut().unwrap().reverse();
    session.write("runs/candidate.json", &turned.to_string());
    assert_eq!(session.run(&line).stdout, first);
}

#[test]
fn a_growing_file_is_followed_until_there_is_evidence() {
    let session = Session::with_examples();
    let whole = session.read("runs/candidate.json");
    let mut short = run(&session, "candidate");
    short["items"].as_array_mut().unwrap().truncate(10);
    session.write("runs/candidate.json", &short.to_string());
    let line = format!("{WATCH} --candidate runs/candidate.json --follow --every 0.05 --deadline 60");
    let mut command = session.command(&line.split_whitespace().collect::<Vec<_>>());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    assert!(child.try_wait().unwrap().is_none(), "ten items are no evidence");
    // Half a file is no crash; it is read again.
    session.write("runs/candidate.json", &whole[..whole.len() / 2]);
    std::thread::sleep(Duration::from_millis(400));
    session.write("runs/candidate.json", &whole);
    let ended = ran(child.wait_with_output().unwrap()).exits(0);
    assert!(ended.stderr.contains("not readable yet"), "{}", ended.stderr);
    let result = ended.json();
    assert!(result["looks"].as_u64() >= Some(2) && result["pairs_used"].as_u64() < Some(2000), "{result}");
}

#[test]
fn following_ends_at_the_deadline_or_when_told() {
    let session = Session::with_examples();
    let line = format!("{WATCH} --seed 1 --candidate runs/candidate-same.json --follow --every 0.05");
    session.run(&format!("{line} --deadline 0.2")).exits(2);
    session.write("done", "");
    session.run(&format!("{line} --done done")).exits(2);
    let missing = line.replace("candidate-same", "nowhere");
    session.run(&format!("{missing} --deadline 0.2")).exits(65);
    session.run("watch --baseline - --candidate runs/candidate.json --follow").exits(64);
}
