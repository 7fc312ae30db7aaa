//! `doctor`: what files hold, what a pair can show, and how often a gate fires on noise.

use crate::tree;
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
        assert!((reach - planned["mde"].as_f64().unwrap()).abs() < 1e-9, "{options}: {shown}");
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
    assert!(
        said.contains("+0.0200 is out of reach: it needs ") && said.contains(" clusters like these"),
        "{said}"
    );
    let said = session.run(&format!("doctor {READING} --target-delta 0.01 --min-delta 0.02")).exits(0).stdout;
    assert!(said.contains("no number of pairs shows it"), "{said}");
}

/// A run of 20 clusters of 6 items and `epochs` epochs; each epoch shifts everything by luck of its own.
fn epochs_with_luck(session: &Session, name: &str, epochs: u32, luck: f64) {
    use evalsig::numerics::stream::{Purpose, Streams};
    let mut stream = Streams::new(8, Purpose::Simulation).replicate(name.len() as u64);
    let mut items = Vec::new();
    for epoch in 0..epochs {
        let shared = luck * stream.normal();
        for item in 0..120 {
            let score = shared + 0.2 * stream.normal();
            items.push(format!(
                "{{\"item_id\":\"q{item}\",\"epoch\":{epoch},\"score\":{score},\"cluster_id\":\"c{}\"}}",
                item / 6
            ));
        }
    }
    session.write(
        &format!("{name}.json"),
        &format!("{{\"run_id\":\"{name}\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{}]}}", items.join(",")),
    );
}

/// Splits of each item on its own answered "at most 6.6 %" here, as they answer alpha everywhere.
#[test]
fn luck_that_a_whole_epoch_shares_is_seen_by_aa() {
    if !tree::slow_tests("doctor::luck_that_a_whole_epoch_shares_is_seen_by_aa") {
        return;
    }
    let session = Session::new();
    epochs_with_luck(&session, "loud", 12, 0.05);
    let noise = &checkup(&session, "--aa loud.json", 0)["files"][0]["noise"];
    assert_eq!(
        (&noise["of"], &noise["pairs"], &noise["independent"]),
        (&"epoch".into(), &66.into(), &6.into())
    );
    assert!(noise["allow"]["share"].as_f64().unwrap() > 0.12, "{noise}");
    assert!(noise["allow"]["high"].as_f64().unwrap() > 0.4, "66 pairs of 12 epochs are 6: {noise}");
    assert!(noise.to_string().find("q0").is_none(), "no number of an item");
    // The flag may stand behind the file too, and the same seed says the same.
    assert_eq!(noise, &checkup(&session, "loud.json --aa", 0)["files"][0]["noise"]);
    let said = session.run("doctor --aa loud.json").exits(0).stdout;
    assert!(said.contains("rests on 6 independent pairs of epochs, not on 66"), "{said}");
    assert!(said.contains("not seen: luck that all epochs share"), "{said}");
}

#[test]
fn whole_runs_of_one_model_are_held_against_each_other() {
    let session = Session::new();
    for name in ["a", "bb", "ccc"] {
        epochs_with_luck(&session, name, 1, 0.0);
    }
    let found = checkup(&session, "--aa a.json bb.json ccc.json", 0);
    assert_eq!((&found["noise"]["of"], &found["noise"]["draws"]), (&"run".into(), &3.into()));
    assert_eq!(found["noise"]["independent"], 1);
    assert_eq!(found["files"].as_array().unwrap().len(), 3);
    assert_eq!(found["noise"], checkup(&session, "a.json --aa bb.json ccc.json", 0)["noise"]);
    let said = session.run("doctor --aa a.json bb.json").exits(0).stdout;
    assert!(said.contains("one independent pair of runs, which says next to nothing"), "{said}");
}

#[test]
fn aa_asks_about_the_claim_that_is_to_be_gated() {
    let session = Session::new();
    epochs_with_luck(&session, "quiet", 6, 0.0);
    let noise =
        |more: &str| checkup(&session, &format!("--aa quiet.json {more}"), 0)["files"][0]["noise"].clone();
    let (zero, margin) = (noise(""), noise("--min-delta -0.2"));
    assert_eq!((&zero["allow_is_wrong"], &margin["allow_is_wrong"]), (&true.into(), &false.into()));
    assert_eq!((&margin["allow"]["share"], &margin["reject"]["share"]), (&1.0.into(), &0.0.into()));
    assert_eq!(margin["claim"], "delta > -0.2000");
    let more = noise("--min-delta 0.2");
    assert_eq!(more["reject"]["share"], 1.0);
}

#[test]
fn without_repeats_there_is_nothing_to_split() {
    let session = Session::with_examples();
    let said = session.run("doctor runs/baseline.json --aa").exits(65).stdout;
    assert!(said.contains("[too-few-items]") && said.contains("two epochs"), "{said}");
    session.run("doctor runs/baseline-graded.json --aa --splits 0").exits(64);
    session.run("doctor --aa").exits(64);
}

/// `doctor --min-delta 1` planned an accuracy of +1.03.
#[test]
fn no_effect_is_planned_that_scores_cannot_reach() {
    let session = Session::with_examples();
    for claim in ["--min-delta 1", "--min-delta -1", "--min-delta 2", "--equivalence 1"] {
        let said = session.run(&format!("doctor {READING} {claim} --cluster none")).exits(65).stdout;
        assert!(
            said.contains("scores lie between 0 and 1") && said.contains("say 0.01 for one point"),
            "{claim}: {said}"
        );
    }
    let told = checkup(&session, &format!("{READING} --cluster none --min-delta 0.9"), 0);
    let shown = &told["pair"]["precision"];
    assert!(shown["detectable"].is_null() && shown["room"].as_f64().unwrap() < 0.9, "{shown}");
    let said = session.run(&format!("doctor {READING} --cluster none --target-delta 0.95")).exits(0).stdout;
    assert!(said.contains("+0.9500 cannot be: the baseline leaves room for"), "{said}");
}

/// Four clusters were "within reach", whatever was planned.
#[test]
fn a_pair_of_four_clusters_reaches_nothing() {
    let session = Session::new();
    let run = |name: &str, shift: f64| {
        let items: Vec<String> = (0..36)
            .map(|i| {
                format!(
                    "{{\"item_id\":\"q{i}\",\"score\":{},\"cluster_id\":\"c{}\"}}",
                    f64::from(i * i % 17) / 100.0 + shift * f64::from(i % 5),
                    i / 9
                )
            })
            .collect();
        session.write(
            &format!("{name}.json"),
            &format!("{{\"run_id\":\"{name}\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{}]}}", items.join(",")),
        );
    };
    run("base", 0.0);
    run("cand", 0.05);
    let target =
        &checkup(&session, "base.json cand.json --target-delta 0.5", 0)["pair"]["precision"]["target"];
    assert_eq!(target["reachable"], false);
    assert!(target["required_clusters"].as_u64().unwrap() >= 5, "{target}");
    let said = session.run("doctor base.json cand.json").exits(0).stdout;
    assert!(
        said.contains("no verdict exists with fewer than 5 independent clusters, and there are 4"),
        "{said}"
    );
    let told = session.run("mde --baseline base.json --candidate cand.json --one-sided").exits(0).stdout;
    assert!(told.contains("MDE = none") && told.contains("fewer than 5 independent clusters"), "{told}");
}

#[test]
fn ids_that_share_a_prefix_are_noticed() {
    let session = Session::new();
    let run = |id: &dyn Fn(usize) -> String| {
        let items: Vec<String> =
            (0..40).map(|i| format!("{{\"item_id\":\"{}\",\"score\":{}}}", id(i), i % 2)).collect();
        session.write(
            "run.json",
            &format!("{{\"run_id\":\"r\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{}]}}", items.join(",")),
        );
        session.run("doctor run.json").exits(0).stdout
    };
    let said = run(&|i| format!("passage{}/q{}", i / 8, i % 8));
    assert!(
        said.contains("40 items share 5 prefixes before their last '/'") && said.contains(".275 +- .032"),
        "{said}"
    );
    for id in
        [&(|i| format!("q-{i:03}")) as &dyn Fn(usize) -> String, &|i| format!("{i:04}/q"), &|i| i.to_string()]
    {
        assert!(!run(id).contains("prefixes"), "{}", run(id));
    }
}

/// What newcomers have: "fail when the score drops by more than two points".
#[test]
fn a_tolerance_is_told_what_it_does_and_what_to_use_instead() {
    let session = Session::with_examples();
    let line = format!("{READING} --tolerance 0.02");
    let said = session.run(&format!("doctor {line}")).exits(0).stdout;
    assert!(said.lines().skip_while(|line| !line.starts_with("rule")).all(|line| line.len() <= 80), "{said}");
    for words in
        ["nothing changed", "use instead", "--min-delta -0.02", "evalsig gate --baseline runs/baseline.json"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let rule = &checkup(&session, &line, 0)["tolerance"];
    let rows = rule["rows"].as_array().unwrap();
    assert!((rows[2]["fails"].as_f64().unwrap() - 0.5).abs() < 0.05, "a coin at the tolerance: {rule}");
    assert!(rows[2]["allows"].as_f64().unwrap() <= 0.051, "{rule}");
    assert!(rows[0]["allows"].as_f64().unwrap() > rows[1]["allows"].as_f64().unwrap());
    assert!(rows.windows(2).all(|pair| pair[0]["fails"].as_f64() <= pair[1]["fails"].as_f64()));

    let free = &checkup(&session, &format!("{line} --cluster none"), 0)["tolerance"];
    assert!(free["false_alarm"].as_f64() < rule["false_alarm"].as_f64(), "clusters are respected");
    assert!(free["gate"].to_string().contains("--cluster none"), "{free}");
}

#[test]
fn a_tolerance_on_one_run_needs_its_luck() {
    let session = Session::with_examples();
    let said = session.run("doctor runs/baseline.json --tolerance 0.02").exits(65).stdout;
    assert!(said.contains("--discordance") && said.contains("--sd-diff"), "{said}");
    // By hand: the difference of 2000 items of which a tenth change has a standard error of sqrt(.1 / 2000).
    let typed = &checkup(&session, "runs/baseline.json --tolerance 0.02 --discordance 0.1", 0)["tolerance"];
    assert!((typed["standard_error"].as_f64().unwrap() - (0.1_f64 / 2000.0).sqrt()).abs() < 1e-12, "{typed}");
    assert!((typed["false_alarm"].as_f64().unwrap() - 0.0023).abs() < 0.0006, "P(Z > 2.83): {typed}");
    let luck = &checkup(&session, "runs/baseline-graded.json --tolerance 0.005", 0)["tolerance"];
    assert!(luck["basis"].as_str().unwrap().contains("epochs"), "{luck}");
    let zero = &checkup(&session, &format!("{READING} --tolerance 0"), 0)["tolerance"];
    assert!((zero["false_alarm"].as_f64().unwrap() - 0.5).abs() < 0.03, "{zero}");
    assert!(zero["margin"].as_f64().unwrap() > 0.0 && zero["required_pairs"].is_null(), "{zero}");
    session.run(&format!("doctor {READING} --tolerance -1")).exits(64);
    session.run(&format!("doctor {READING} --discordance 0.1")).exits(64);
    let three = session.run(&format!("doctor {READING} runs/baseline.json --tolerance 0.1")).exits(65).stdout;
    assert!(three.contains("one run or at a pair"), "{three}");
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
