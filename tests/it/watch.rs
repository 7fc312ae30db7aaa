//! `watch` as a user meets it.

use crate::tree;
use std::collections::BTreeSet;
use std::time::Duration;

use evalsig::numerics::stream::{Purpose, Stream, Streams};
use serde_json::{Value, json};

use crate::support::{Session, ran};

const WATCH: &str = "watch --baseline runs/baseline.json --output json --cluster none";

fn run(session: &Session, name: &str) -> Value {
    serde_json::from_str(&session.read(&format!("runs/{name}.json"))).unwrap()
}

#[test]
fn finds_evidence_for_and_against_and_none_in_noise() {
    let session = Session::with_examples();
    let better = session.run(&format!("{WATCH} --candidate runs/candidate.json")).exits(0).json();
    assert_eq!((&better["evidence"], &better["process"]), (&json!("for"), &json!("discordant_pairs")));
    assert_eq!(better["pairs_used"], better["pairs"], "a look takes in every pair: {better}");
    assert!(better["p_value"]["for"].as_f64().unwrap() <= 0.05);
    let worse = session.run(&format!("{WATCH} --candidate runs/candidate-worse.json")).exits(1).json();
    assert_eq!(worse["evidence"], "against");
    let same = session.run(&format!("{WATCH} --candidate runs/candidate-same.json")).exits(2).json();
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

/// Sorted by a hash of their names at every call, items that were renamed gave another answer.
#[test]
fn names_rows_and_seed_change_nothing() {
    let session = Session::with_examples();
    for (runs, flags) in [("", ""), ("-graded", "--min-delta -0.05")] {
        let [baseline, candidate] =
            ["baseline", "candidate"].map(|name| run(&session, &format!("{name}{runs}")));
        let line = format!("watch --baseline b.json --candidate c.json --output json --cluster none {flags}");
        session.write("b.json", &baseline.to_string()).write("c.json", &candidate.to_string());
        let first = session.run(&line).json();
        let mut seeded = session.run(&format!("{line} --seed 1")).json();
        seeded["seed"] = first["seed"].clone();
        assert_eq!(seeded, first);
        for (name, mut run) in [("b.json", baseline), ("c.json", candidate)] {
            let items = run["items"].as_array_mut().unwrap();
            items.reverse();
            for item in items.iter_mut() {
                let id: String = item["item_id"].as_str().unwrap().chars().rev().collect();
                item["item_id"] = json!(format!("renamed {id}"));
            }
            session.write(name, &run.to_string());
        }
        assert_eq!(session.run(&line).json(), first, "{runs}");
    }
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
    assert!(result["looks"].as_u64() >= Some(2), "{result}");
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

/// Runs that grow: (id, baseline, candidate, cluster) of every item.
type Items = Vec<(String, f64, f64, Option<String>)>;

fn write_runs(session: &Session, items: &[(String, f64, f64, Option<String>)]) {
    for (name, side) in [("b", 0), ("c", 1)] {
        let rows: Vec<Value> = items
            .iter()
            .map(|(id, b, c, cluster)| {
                let score = if side == 0 { *b } else { *c };
                match cluster {
                    Some(cluster) => json!({"item_id": id, "score": score, "cluster_id": cluster}),
                    None => json!({"item_id": id, "score": score}),
                }
            })
            .collect();
        let run =
            json!({"run_id": name, "model_id": name, "task_id": "t", "metric_name": "m", "items": rows});
        session.write(&format!("{name}.json"), &run.to_string());
    }
}

const GROWING: &str = "watch --baseline b.json --candidate c.json --output json";

fn draw(stream: &mut Stream, n: usize, mut law: impl FnMut(&mut Stream) -> (f64, f64)) -> Items {
    (0..n)
        .map(|i| {
            let (b, c) = law(stream);
            (format!("q{:x}", (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)), b, c, None)
        })
        .collect()
}

/// Scores that differ by as much as they are worth: no better, no worse.
fn equal_graded(stream: &mut Stream) -> (f64, f64) {
    (stream.unit(), stream.unit())
}

fn equal_binary(stream: &mut Stream) -> (f64, f64) {
    (f64::from(u8::from(stream.unit() < 0.5)), f64::from(u8::from(stream.unit() < 0.5)))
}

/// Fifteen calls on growing runs of equal models: .168 of them ended with evidence, as each call sorted the
/// items anew and took the best moment of that order.
#[test]
fn fifteen_calls_on_equal_models_rarely_end_with_evidence() {
    if !tree::slow_tests("watch::fifteen_calls_on_equal_models_rarely_end_with_evidence") {
        return;
    }
    for (kind, law) in [("0/1", equal_binary as fn(&mut Stream) -> (f64, f64)), ("graded", equal_graded)] {
        let (runs, mut ended) = (40_u64, [0_u64; 3]);
        for number in 0..runs {
            let session = Session::new();
            let mut stream = Streams::new(1, Purpose::Simulation).replicate(number);
            let items = draw(&mut stream, 300, law);
            let state = if number % 2 == 0 { "" } else { " --state s.json" };
            for call in 1..=15 {
                write_runs(&session, &items[..20 * call]);
                let code = session.run(&format!("{GROWING}{state}")).code;
                ended[usize::try_from(code).unwrap()] += 1;
                if code != 2 {
                    break;
                }
            }
        }
        // Both directions together: .05 plus two standard errors of 40 runs.
        println!("{kind}: {} runs ended for, {} against, of {runs}", ended[0], ended[1]);
        assert!(ended[0] + ended[1] <= 4 && ended[2] > 0, "{kind}: {ended:?}");
    }
}

#[test]
fn a_state_file_carries_a_graded_test_from_call_to_call() {
    let session = Session::new();
    let mut stream = Streams::new(2, Purpose::Simulation).replicate(0);
    let items = draw(&mut stream, 400, |s| {
        let b = 0.1 + 0.5 * s.unit();
        (b, b + 0.35 * s.unit() - 0.1)
    });
    let line = format!("{GROWING} --state s.json");
    write_runs(&session, &items[..30]);
    let first = session.run(&line).exits(2).json();
    assert_eq!((&first["looks"], &first["state"]["begun"]), (&json!(1), &json!(true)));
    assert!(first["notes"].to_string().contains("a new test"), "{first}");
    let stored = session.read("s.json");

    // The same files again: the same look, at no cost, not a byte of it anew.
    let again = session.run(&line).exits(2).json();
    assert_eq!((&again["looks"], &again["p_value"]), (&first["looks"], &first["p_value"]));
    assert!(again["notes"].to_string().contains("costs nothing"), "{again}");
    assert_eq!(session.read("s.json"), stored);

    write_runs(&session, &items[..60]);
    let second = session.run(&line).exits(2).json();
    assert_eq!((&second["looks"], &second["state"]["begun"]), (&json!(2), &json!(false)));
    let file: Value = serde_json::from_str(&session.read("s.json")).unwrap();
    assert_eq!(file["looks"][1]["previous"], first["state"]["head"], "links hold the look before");
    // Items stand in the order in which they first appeared.
    let ids = |n: usize| {
        file["items"].as_array().unwrap()[..n]
            .iter()
            .map(|i| i[0].clone())
            .map(|id| id.to_string())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        ids(30),
        items[..30].iter().map(|i| json!(i.0)).map(|id| id.to_string()).collect::<BTreeSet<_>>()
    );

    write_runs(&session, &items);
    let third = session.run(&line).exits(0).json();
    assert_eq!((&third["evidence"], &third["pairs_used"]), (&json!("for"), &json!(400)));
    // Evidence stays, whatever comes after it.
    let mut more = items.clone();
    more.extend((0..400).map(|i| (format!("late{i}"), 1.0, 0.0, None)));
    write_runs(&session, &more);
    let after = session.run(&line).exits(0).json();
    assert_eq!((&after["p_value"], &after["pairs_used"]), (&third["p_value"], &json!(400)));
    assert!(after["notes"].to_string().contains("later items change nothing"), "{after}");
}

/// The whole kind: whatever is not a run that grew under the same plan.
#[test]
fn a_state_file_refuses_what_did_more_than_grow() {
    let session = Session::new();
    let mut stream = Streams::new(3, Purpose::Simulation).replicate(0);
    let items = draw(&mut stream, 80, equal_graded);
    let line = format!("{GROWING} --state s.json");
    write_runs(&session, &items[..40]);
    session.run(&line).exits(2);
    let stored = session.read("s.json");
    let refused = |line: &str, words: &str| {
        let ran = session.run(line).exits(65);
        assert!(ran.stderr.contains("state-does-not-fit") && ran.stderr.contains(words), "{}", ran.stderr);
        assert_eq!(ran.stdout, "", "a look that is refused shows nothing");
    };

    write_runs(&session, &items[1..60]);
    refused(&line, &format!("{:?}", items[0].0));
    let mut changed = items.clone();
    changed[7].2 = 1.0 - changed[7].2;
    write_runs(&session, &changed);
    refused(&line, &changed[7].0);
    write_runs(&session, &items[..60]);
    for (flags, word) in [
        ("--alpha 0.1", "alpha 0.05"),
        ("--min-delta 0.01", "min_delta"),
        ("--seed 3", "seed"),
        ("--lower-is-better", "lower_is_better"),
        ("--bounds 0,2", "bounds"),
        ("--cluster none", "cluster"),
        ("--missing exclude", "missing"),
        ("--baseline-run b", "baseline_run"),
        ("--id item_id", "id"),
    ] {
        refused(&format!("{line} {flags}"), word);
    }
    session.write("other.json", &stored.replace("\"metric\":\"m\"", "\"metric\":\"n\""));
    refused(&line.replace("s.json", "other.json"), "damaged");
    // A run file, or any other file, is never written over.
    refused(&line.replace("s.json", "b.json"), "no state file");
    session.write("torn.json", &stored[..stored.len() / 2]);
    refused(&line.replace("s.json", "torn.json"), "no state file");
    // A number that somebody changed: the link no longer holds what it says.
    let mut edited: Value = serde_json::from_str(&stored).unwrap();
    edited["looks"][0]["answer"]["p"] = json!([0.5, 0.5]);
    session.write("edited.json", &edited.to_string());
    refused(&line.replace("s.json", "edited.json"), "damaged");
    session.write("newer.json", &stored.replace("\"version\":1", "\"version\":2"));
    refused(&line.replace("s.json", "newer.json"), "version 2");
    session.run(&line.replace("s.json", "-")).exits(64);
    assert_eq!(session.read("s.json"), stored, "what is refused writes nothing");
    session.run(&line).exits(2);
}

#[test]
fn clusters_spend_their_looks_over_all_calls() {
    let session = Session::new();
    let mut stream = Streams::new(4, Purpose::Simulation).replicate(0);
    let mut items = draw(&mut stream, 300, equal_binary);
    for (index, item) in items.iter_mut().enumerate() {
        item.3 = Some(format!("subject{}", index % 30));
    }
    let line = format!("{GROWING} --looks 2 --state s.json");
    write_runs(&session, &items[..100]);
    let alone = session.run(GROWING).json();
    assert!(alone["notes"].to_string().contains("this one look is all that alpha pays for"), "{alone}");
    let first = session.run(&line).exits(2).json();
    session.run(&line).exits(2);
    write_runs(&session, &items[..200]);
    let second = session.run(&line).exits(2).json();
    assert_eq!(
        (&first["looks"], &second["looks"], &second["looks_planned"]),
        (&json!(1), &json!(2), &json!(2))
    );
    assert!(second["p_value"]["for"].as_f64() <= first["p_value"]["for"].as_f64());
    // A third look is one that nobody planned: a better candidate changes nothing any more.
    for item in &mut items[200..] {
        (item.1, item.2) = (0.0, 1.0);
    }
    write_runs(&session, &items);
    let third = session.run(&line).exits(2).json();
    assert_eq!((&third["looks"], &third["delta"]), (&json!(2), &second["delta"]));
    assert!(third["notes"].to_string().contains("all 2 planned looks are taken"), "{third}");
    // Items may not move to another cluster; clusters may be renamed.
    for item in &mut items {
        item.3 = item.3.as_ref().map(|name| format!("the {name}"));
    }
    write_runs(&session, &items);
    session.run(&line).exits(2);
    items[0].3 = items[1].3.clone();
    write_runs(&session, &items);
    let moved = session.run(&line).exits(65);
    assert!(moved.stderr.contains("another cluster"), "{}", moved.stderr);
}

/// Of processes that look at once, each is in the chain, or is told that it is not.
#[test]
fn two_processes_do_not_overwrite_each_other() {
    let session = Session::new();
    let mut stream = Streams::new(5, Purpose::Simulation).replicate(0);
    let mut items = draw(&mut stream, 4000, equal_binary);
    for (index, item) in items.iter_mut().enumerate() {
        item.3 = Some(format!("subject{}", index % 40));
    }
    write_runs(&session, &items);
    let line = format!("{GROWING} --looks 9 --state s.json");
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = session.command(&line.split_whitespace().collect::<Vec<_>>());
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in children {
        let ended = ran(child.wait_with_output().unwrap());
        // Who came second saw the state file and the same items, or lost the race and was told so.
        assert!(ended.code == 2 || ended.stderr.contains("another process"), "{ended:?}");
        assert!(ended.code == 2 || ended.stdout.is_empty(), "{ended:?}");
    }
    let file: Value = serde_json::from_str(&session.read("s.json")).unwrap();
    assert_eq!(file["looks"].as_array().unwrap().len(), 1);
    assert_eq!(session.files(), ["b.json", "c.json", "s.json"], "nothing is left behind");
}

#[test]
fn following_keeps_its_state_too() {
    let session = Session::with_examples();
    let follow = format!("{WATCH} --candidate runs/candidate-same.json --state s.json");
    session.run(&format!("{follow} --follow --every 0.05 --deadline 0.2")).exits(2);
    let again = session.run(&follow).exits(2).json();
    assert_eq!((&again["looks"], &again["state"]["begun"]), (&json!(1), &json!(false)));
    // Without the file it is a new test, and says so.
    std::fs::remove_file(session.path("s.json")).unwrap();
    let anew = session.run(&follow).exits(2).json();
    assert!(anew["notes"].to_string().contains("knows of no look before it"), "{anew}");
}

/// What a call without a state file pays for, as it says itself.
#[test]
fn without_a_state_file_it_says_what_may_be_repeated() {
    let session = Session::with_examples();
    let items = session.run(&format!("{WATCH} --candidate runs/candidate-same.json")).exits(2).json();
    assert!(items["notes"].to_string().contains("as long as the runs only grow"), "{items}");
    let epochs =
        "watch --baseline runs/baseline-graded.json --candidate runs/candidate-graded.json --cluster none";
    let page = session.run(epochs);
    assert!(page.stdout.contains("alpha pays for this one look"), "{}", page.stdout);
    let help = session.run("watch --help").exits(0).stdout;
    for words in
        ["--state FILE carries", "pays for one look", "nor on a seed", "A new state file is a new test"]
    {
        assert!(help.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}: {help}");
    }
}

/// `--method betting` bet in one order of the items sorted by name: renaming them changed verdicts.
#[test]
fn renaming_items_changes_no_bit_of_betting() {
    let session = Session::with_examples();
    let line = "compare --baseline b.json --candidate c.json --method betting --cluster none --output json";
    let mut runs = ["baseline-graded", "candidate-graded"].map(|name| run(&session, name));
    let mut reports = Vec::new();
    for _ in 0..2 {
        session.write("b.json", &runs[0].to_string()).write("c.json", &runs[1].to_string());
        let report = session.run(line).exits(0).json()["comparison"].clone();
        let number =
            |path: &str| report.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{report}"));
        reports.push(
            ["/p_value", "/delta", "/bounds/lower", "/bounds/upper"].map(|path| number(path).to_bits()),
        );
        for run in &mut runs {
            for item in run["items"].as_array_mut().unwrap() {
                let id: String = item["item_id"].as_str().unwrap().chars().rev().collect();
                item["item_id"] = json!(format!("renamed {id}"));
            }
        }
    }
    assert_eq!(reports[0], reports[1]);
}
