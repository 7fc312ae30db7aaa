//! Gates on a part of the items: a sample of a bank, several runs of the baseline.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::bank::{Law, Past, Scores};
use crate::support::Session;
use evalsig::numerics::stream::{Purpose, Stream, Streams};

pub(crate) fn stream(number: u64) -> Stream {
    Streams::new(18, Purpose::Simulation).replicate(number)
}

const LAW: Law = Law { items: 1500, level: 0.7, models: 6, past: Past::Good, graded: false, cluster: 1 };

pub(crate) fn id(at: usize) -> String {
    format!("q{at:05}")
}

/// A run file of these items, each in the cluster of its tens where clusters are wanted.
fn run(model: &str, items: impl IntoIterator<Item = (String, f64)>, clusters: bool) -> String {
    let items: Vec<Value> = items
        .into_iter()
        .map(|(id, score)| {
            let mut item = json!({"item_id": id, "score": score});
            if clusters {
                item["cluster_id"] = json!(id.get(..5));
            }
            item
        })
        .collect();
    let names = json!({
        "run_id": format!("{model}-run"), "model_id": model, "task_id": "quiz", "metric_name": "accuracy", "items": items,
    });
    names.to_string()
}

pub(crate) fn whole(model: &str, scores: &[f64]) -> String {
    run(model, scores.iter().enumerate().map(|(at, score)| (id(at), *score)), false)
}

/// A store that holds the past, and a bank.
fn with_past() -> (Session, Scores) {
    let session = Session::new();
    let scores = LAW.scores(&mut stream(0));
    session.write("base.json", &whole("base", &scores.baseline));
    for (model, past) in scores.past.iter().enumerate() {
        session.write(&format!("past{model}.json"), &whole(&format!("past{model}"), past));
    }
    for model in 1..scores.past.len() {
        let line = format!(
            "gate --baseline past{}.json --candidate past{model}.json --min-delta -0.9 --store kept",
            model - 1
        );
        session.run(&line).exits(0);
    }
    (session, scores)
}

/// The ids that a sample lists.
fn drawn(session: &Session, sample: &str) -> Vec<String> {
    let sample: Value = serde_json::from_str(&session.read(sample)).unwrap();
    sample["items"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

fn part(session: &Session, file: &str, sample: &str, scores: &[f64]) {
    let ids = drawn(session, sample);
    let of = |id: &String| scores[id[1..].parse::<usize>().unwrap()];
    session.write(file, &run("cand", ids.iter().map(|id| (id.clone(), of(id))), false));
}

const SAMPLE: &str = "plan sample --bank base.json --items 300 --seed 7 --out sample.json";

#[test]
fn a_candidate_is_gated_on_a_sample_and_the_decision_comes_out_again() {
    let (session, scores) = with_past();
    let ran = session.run(&format!("{SAMPLE} --store kept")).exits(0);
    assert!(ran.stdout.contains("SAMPLE of 300 items of the 1,500 of the bank"), "{}", ran.stdout);
    assert!(ran.stdout.contains("6 past models"), "{}", ran.stdout);
    part(&session, "part.json", "sample.json", &scores.candidate);
    let gate = "gate --bank base.json --sample sample.json --candidate part.json --min-delta -0.06";
    let ran = session.run(&format!("{gate} --release-id v1 --store kept --output json"));
    let verdict = ran.code;
    assert!((0..=2).contains(&verdict), "{}", ran.stderr);
    let ran = ran.json();
    let truth = scores.candidate.iter().zip(&scores.baseline).map(|(c, b)| c - b).sum::<f64>() / 1500.0;
    let numbers = &ran["report"]["comparison"];
    let bound = |name: &str| numbers["bounds"][name].as_f64().unwrap();
    assert!(bound("lower") < truth && truth < bound("upper"), "{truth}: {numbers}");
    assert_eq!(ran["plan"]["sampling"]["about"], "bank");
    assert_eq!(ran["plan"]["sampling"]["predictor"]["runs"].as_array().unwrap().len(), 6);
    // Narrower than pairs of as many items without the rest of the bank.
    let paired: BTreeSet<String> = drawn(&session, "sample.json").into_iter().collect();
    let own = scores.baseline.iter().enumerate().map(|(at, score)| (id(at), *score));
    session.write("paired.json", &run("base", own.filter(|(id, _)| paired.contains(id)), false));
    let plain = "gate --baseline paired.json --candidate part.json --min-delta -0.06 --output json";
    let plain = session.run(plain).json();
    let width = |ran: &Value| {
        let bounds = &ran["report"]["comparison"]["bounds"];
        bounds["upper"].as_f64().unwrap() - bounds["lower"].as_f64().unwrap()
    };
    assert!(width(&ran) < 0.85 * width(&plain), "{} {}", width(&ran), width(&plain));

    // A year later, from the store alone; and from files.
    let ran = session.run("verify --store kept").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1 decision came out again"), "{}", ran.stdout);
    let files = "verify --baseline base.json --candidate part.json";
    let ran = session.run(&format!("{files} --sample sample.json")).exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
    session.run(files).exits(2);
    session.run("report v1 --store kept --html page.html").exits(0);
    // The same gate again adds nothing.
    session.run(&format!("{gate} --release-id v1 --store kept")).exits(verdict);
    assert!(!session.has("audit/v1/2"), "{:?}", session.files());

    // All of it goes along in an export, past runs too.
    session.run("export all --store kept --out packed").exits(0);
    let ran = session.run("verify packed --store packed/runs").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
}

#[test]
fn designs_are_compared_by_what_they_cost() {
    let (session, _) = with_past();
    let design = "plan design --bank base.json --store kept --min-delta -0.05 --planned-delta 0.02";
    let found = session.run(&format!("{design} --output json")).exits(0).json();
    let rows = found["rows"].as_array().unwrap();
    let items = |name: &str| {
        let row = rows.iter().find(|row| row["design"].as_str().unwrap().contains(name)).unwrap();
        row["items"].as_u64().unwrap()
    };
    assert_eq!(items("every item"), 1500);
    let (plain, predicted) = (items("without past runs"), items("predicted by"));
    assert!(predicted < plain && plain < 1500, "{found}");
    let costs: Vec<f64> = rows.iter().map(|row| row["cost"].as_f64().unwrap()).collect();
    assert!(costs.is_sorted(), "{found}");
    let said = session.run(&format!("{design} --cost-item 0.02 --cost-judge 0.01")).exits(0).stdout;
    assert!(said.contains("costs") && said.contains("what repeats would save is not known"), "{said}");

    // With two answers to each item the bank says how much of the spread is luck.
    let (scores, mut luck) = (LAW.scores(&mut stream(0)).baseline, stream(1));
    let answers = |epoch: u32, luck: &mut Stream| -> Vec<Value> {
        let answer = |(at, score): (usize, &f64)| {
            let score = if luck.unit() < 0.15 { 1.0 - score } else { *score };
            json!({"item_id": id(at), "epoch": epoch, "score": score})
        };
        scores.iter().enumerate().map(answer).collect()
    };
    let items = [answers(0, &mut luck), answers(1, &mut luck)].concat();
    let names = json!({
        "run_id": "twice", "model_id": "base", "task_id": "quiz", "metric_name": "accuracy", "items": items,
    });
    session.write("twice.json", &names.to_string());
    let twice = session.run(&format!("{} --output json", design.replace("base.json", "twice.json")));
    let twice = twice.exits(0).json();
    let of = |name: &str| {
        let rows = twice["rows"].as_array().unwrap();
        rows.iter().find(|row| row["design"].as_str().unwrap().contains(name)).unwrap().clone()
    };
    let (once, four) = (of("without past runs"), of("answered 4 times by the candidate"));
    assert!(four["items"].as_u64() < once["items"].as_u64(), "{twice}");
    assert_eq!(four["answers"].as_u64().unwrap(), 4 * four["items"].as_u64().unwrap(), "{twice}");
    session.run("plan design --bank base.json --min-delta 0 --planned-delta 0.02").exits(65);
    session.run("plan design --bank base.json --store kept --min-delta 0.02 --planned-delta 0.01").exits(64);
}

#[test]
fn a_sample_is_what_its_seed_draws_or_it_is_refused() {
    let (session, scores) = with_past();
    session.run(SAMPLE).exits(0);
    let once = session.read("sample.json");
    session.run(SAMPLE).exits(0);
    assert_eq!(once, session.read("sample.json"), "the same bank and seed draw the same items");
    part(&session, "part.json", "sample.json", &scores.candidate);
    let gate = |sample: &str| {
        session
            .run(&format!("gate --bank base.json --sample {sample} --candidate part.json --min-delta -0.06"))
    };
    let sound: Value = serde_json::from_str(&once).unwrap();
    let edited = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut sample = sound.clone();
        change(&mut sample);
        session.write(name, &sample.to_string());
        let ran = gate(name).exits(65);
        assert!(
            ran.stderr.contains(name) || ran.stderr.contains("--sample") || ran.stderr.contains("--bank"),
            "{}",
            ran.stderr
        );
        ran.stderr
    };
    let said = edited("fewer.json", &|sample| drop(sample["items"].as_array_mut().unwrap().pop()));
    assert!(said.contains("are not what seed 7 draws"), "{said}");
    let said = edited("other.json", &|sample| sample["draw"]["seed"] = json!("8"));
    assert!(said.contains("are not what seed 8 draws"), "{said}");
    let said = edited("bank.json", &|sample| sample["bank"]["content_sha256"] = json!("0".repeat(64)));
    assert!(said.contains("not the bank that the sample was drawn from"), "{said}");
    edited("newer.json", &|sample| sample["schema"] = json!("evalsig.sample/v2"));
    edited("history.json", &|sample| sample["history_mean"] = json!([0.5]));
    edited("unit.json", &|sample| sample["draw"]["unit"] = json!("pages"));
    session.write("no.json", "{\"schema\"");
    gate("no.json").exits(65);
    // A bank of which something is not scored stands for nothing.
    let holes = run("base", (0..50).map(|at| (id(at), 1.0)), false).replacen("1.0", "null", 1);
    session.write("holes.json", &holes);
    let ran = session.run("plan sample --bank holes.json --items 10 --seed 1 --out x.json").exits(65);
    assert!(ran.stderr.contains("1 of 50 items are not scored in full"), "{}", ran.stderr);
    session.run("plan sample --bank base.json --items 1501 --seed 1 --out x.json").exits(65);
    session.run("plan sample --bank base.json --items 0 --seed 1 --out x.json").exits(64);
    assert!(!session.has("x.json"));
}

#[test]
fn what_the_candidate_lacks_counts_at_its_worst_and_what_it_has_beyond_is_not_looked_at() {
    let (session, scores) = with_past();
    session.run(SAMPLE).exits(0);
    let ids = drawn(&session, "sample.json");
    let of = |id: &String| scores.candidate[id[1..].parse::<usize>().unwrap()];
    let numbers = |file: &str| {
        let line = format!(
            "gate --bank base.json --sample sample.json --candidate {file} --min-delta -0.2 --output json"
        );
        session.run(&line).json()
    };
    part(&session, "part.json", "sample.json", &scores.candidate);
    let all = numbers("part.json");
    // Nine wrong answers are left out: no gain.
    let mut dropped = 0;
    let kept: Vec<(String, f64)> = ids
        .iter()
        .map(|id| (id.clone(), of(id)))
        .filter(|(_, score)| {
            dropped += usize::from(*score == 0.0 && dropped < 9);
            *score == 1.0 || dropped >= 9
        })
        .collect();
    session.write("fewer.json", &run("cand", kept, false));
    let fewer = numbers("fewer.json");
    let worst = fewer["report"]["comparison"]["worst_case"]["lower"].as_f64().unwrap();
    let whole = all["report"]["comparison"]["bounds"]["lower"].as_f64().unwrap();
    assert!(worst <= whole + 1e-9, "{worst} {whole}");
    // The whole run of the candidate says the same as its answers to the sample, with a note.
    session.write("whole.json", &self::whole("cand", &scores.candidate));
    let more = numbers("whole.json");
    assert_eq!(more["report"]["comparison"]["bounds"], all["report"]["comparison"]["bounds"]);
    assert!(more["report"]["comparison"]["notes"].to_string().contains("1200 item(s) beyond the sample"));
    // None of them at all.
    session.write("none.json", &run("cand", [("z".to_owned(), 1.0)], false));
    session.run("gate --bank base.json --sample sample.json --candidate none.json --min-delta 0").exits(65);
}

#[test]
fn clusters_strata_and_the_population() {
    let session = Session::new();
    let scores = Law { cluster: 10, ..LAW }.scores(&mut stream(3));
    let items =
        |scores: &[f64]| scores.iter().enumerate().map(|(at, score)| (id(at), *score)).collect::<Vec<_>>();
    session.write("base.json", &run("base", items(&scores.baseline), true));
    let ran = session
        .run("plan sample --bank base.json --clusters --items 400 --seed 3 --out sample.json")
        .exits(0);
    assert!(ran.stdout.contains("400 items in 40 of 150 clusters"), "{}", ran.stdout);
    let ids: BTreeSet<String> = drawn(&session, "sample.json").into_iter().collect();
    let answered = items(&scores.candidate).into_iter().filter(|(id, _)| ids.contains(id));
    session.write("part.json", &run("cand", answered, true));
    let gate = |more: &str| {
        let line = format!(
            "gate --bank base.json --sample sample.json --candidate part.json --min-delta -0.1 --output json {more}"
        );
        session.run(&line)
    };
    let bank = gate("").json();
    assert_eq!(bank["plan"]["units"], "clusters");
    let population = gate("--about population").json();
    let width = |ran: &Value| {
        let bounds = &ran["report"]["comparison"]["bounds"];
        bounds["upper"].as_f64().unwrap() - bounds["lower"].as_f64().unwrap()
    };
    assert!(width(&population) > 1.02 * width(&bank), "{} {}", width(&population), width(&bank));
    // Single items of a bank of clusters say nothing of a population of clusters.
    session.run("plan sample --bank base.json --items 400 --seed 3 --out items.json").exits(0);
    part(&session, "items-part.json", "items.json", &scores.candidate);
    let line = "gate --bank base.json --sample items.json --candidate items-part.json --min-delta -0.1";
    let ran = session.run(&format!("{line} --about population")).exits(64);
    assert!(ran.stderr.contains("--clusters"), "{}", ran.stderr);
    assert!((0..=2).contains(&session.run(line).code));
    // Every item drawn: the mean over the bank is known.
    session.run("plan sample --bank base.json --items 1500 --seed 3 --out all.json").exits(0);
    session.write("all-part.json", &whole("cand", &scores.candidate));
    let line =
        "gate --bank base.json --sample all.json --candidate all-part.json --min-delta -0.1 --output json";
    let known = session.run(line).json();
    assert!(width(&known).abs() < 1e-12, "{}", width(&known));
    // Betting holds for any numbers within the range, and pays for it.
    let bets = gate("--method betting");
    assert_eq!(bets.code, 64, "{}", bets.stderr);
    let line = "gate --bank base.json --sample items.json --candidate items-part.json --min-delta -0.3 --output json";
    let (auto, bets) = (session.run(line).json(), session.run(&format!("{line} --method betting")).json());
    assert!(width(&bets) > width(&auto), "{} {}", width(&bets), width(&auto));
    // By strata.
    let rows: String =
        scores.baseline.iter().enumerate().fold("id,accuracy,subject\n".into(), |mut all, (at, score)| {
            let _ = writeln!(all, "{},{score},s{}", id(at), at % 3);
            all
        });
    session.write("strata.csv", &rows);
    session
        .run("plan sample --bank strata.csv --strata subject --items 300 --seed 3 --out strata.json")
        .exits(0);
    part(&session, "strata-part.json", "strata.json", &scores.candidate);
    let line = "gate --bank strata.csv --sample strata.json --candidate strata-part.json --min-delta -0.1 --output json";
    let by_strata = session.run(line);
    assert!((0..=2).contains(&by_strata.code), "{}", by_strata.stderr);
}

#[test]
fn several_runs_of_the_baseline_are_averaged() {
    let session = Session::new();
    let mut stream = stream(5);
    let skill: Vec<f64> = (0..400).map(|_| stream.unit()).collect();
    let mut once = |gain: f64| -> Vec<f64> {
        skill.iter().map(|p| f64::from(u8::from(stream.unit() < p + gain))).collect()
    };
    for number in 0..5 {
        let text = whole("base", &once(0.0)).replace("base-run", &format!("base-run-{number}"));
        session.write(&format!("base{number}.json"), &text);
    }
    session.write("cand.json", &whole("cand", &once(0.02)));
    let gate = |baselines: usize| {
        let named: String = (0..baselines).fold(String::new(), |mut all, number| {
            let _ = write!(all, "--baseline base{number}.json ");
            all
        });
        format!("gate {named}--candidate cand.json --min-delta -0.05")
    };
    let width = |ran: &Value| {
        let bounds = &ran["report"]["comparison"]["bounds"];
        bounds["upper"].as_f64().unwrap() - bounds["lower"].as_f64().unwrap()
    };
    let (one, five) = (
        session.run(&format!("{} --output json", gate(1))).json(),
        session.run(&format!("{} --output json", gate(5))).json(),
    );
    assert!(width(&five) < 0.9 * width(&one), "{} {}", width(&five), width(&one));
    assert_eq!(five["inputs"]["repeats"].as_array().unwrap().len(), 4);
    let code = session.run(&format!("{} --release-id v1 --store kept", gate(3))).code;
    assert!((0..=2).contains(&code));
    let ran = session.run("verify --store kept").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
    let files = "--baseline base0.json --baseline base1.json --baseline base2.json --candidate cand.json";
    session.run(&format!("verify {files}")).exits(0);
    session.run("verify --baseline base0.json --candidate cand.json").exits(2);
    // Of a store, by number: the run that was allowed last and the newest others of its model.
    for number in 1..4 {
        let line = format!("--baseline base{}.json --candidate base{number}.json", number - 1);
        session
            .run(&format!(
                "gate {line} --min-delta -0.9 --store other --audit-root more --release-id s{number}"
            ))
            .exits(0);
    }
    let counted = |count: &str| {
        format!(
            "gate --baseline store:latest-allowed:{count} --candidate cand.json --min-delta -0.9 --store other"
        )
    };
    let ran = session.run(&format!("{} --audit-root more --release-id s9", counted("3"))).exits(0);
    assert!(ran.stdout.contains("ALLOW"), "{}", ran.stdout);
    let envelope: Value = serde_json::from_str(&session.read("more/audit/s9/audit.json")).unwrap();
    let named = |input: &Value| input["run_id"].as_str().unwrap().to_owned();
    let inputs = &envelope["inputs"];
    assert_eq!(named(&inputs["baseline"]), "base-run-3");
    let further: Vec<String> = inputs["repeats"].as_array().unwrap().iter().map(named).collect();
    assert_eq!(further, ["base-run-2", "base-run-1"]);
    let ran = session.run("verify more --store other").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 4 of 4"), "{}", ran.stdout);
    assert!(session.run(&counted("9")).exits(65).stderr.contains("holds 4 different runs"));
    // A candidate is one run, and no name of it is counted.
    let ran = session
        .run("gate --baseline base0.json --candidate store:latest-allowed:0 --min-delta 0 --store other")
        .exits(65);
    assert!(ran.stderr.contains("latest-allowed:0") && !ran.stderr.contains("--baseline"), "{}", ran.stderr);
    assert!(session.run(&counted("0")).exits(64).stderr.contains("a number from 1 to 100"));
    // Another model, the same run twice.
    let line = "gate --baseline base0.json --baseline cand.json --candidate cand.json --min-delta 0";
    assert!(session.run(line).exits(65).stderr.contains("run of model"));
    let line = "gate --baseline base0.json --baseline base0.json --candidate cand.json --min-delta 0";
    assert!(session.run(line).exits(65).stderr.contains("named twice"));
}
