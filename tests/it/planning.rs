//! Planning from the command line: a spread that was typed, or two runs that show it.

use std::fmt::Write as _;

use evalsig::numerics::stream::{Purpose, Streams};

use crate::support::Session;

const READING: &str = "--baseline runs/baseline.json --candidate runs/candidate.json";
const SUMMARIES: &str = "--baseline runs/baseline-graded.json --candidate runs/candidate-graded.json";

/// A pair of runs of `items` items: every item differs by its own true difference (variance `between`,
/// mean `gain`), every repeat by luck of variance `luck`.
fn write_runs(session: &Session, items: usize, repeats: u32, gain: f64, between: f64, luck: f64) {
    let mut stream = Streams::new(20_260_104, Purpose::Simulation).replicate(u64::from(repeats));
    let mut rows = [String::new(), String::new()];
    for item in 0..items {
        let level = stream.normal();
        let truth = [level, level + gain + between.sqrt() * stream.normal()];
        for (side, mean) in rows.iter_mut().zip(truth) {
            for epoch in 0..repeats {
                let score = mean + luck.sqrt() * stream.normal();
                let comma = if side.is_empty() { "" } else { "," };
                write!(side, "{comma}{{\"item_id\":\"q{item:05}\",\"epoch\":{epoch},\"score\":{score}}}")
                    .unwrap();
            }
        }
    }
    for (name, rows) in ["base", "cand"].iter().zip(rows) {
        session.write(
            &format!("{name}.json"),
            &format!(
                "{{\"run_id\":\"{name}\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{rows}]}}"
            ),
        );
    }
}

const MADE: &str = "--baseline base.json --candidate cand.json";

fn near(got: &serde_json::Value, wanted: f64, relative: f64) {
    let got = got.as_f64().expect("a number");
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{got} for {wanted}");
}

#[test]
fn a_pilot_plans_as_compare_advises() {
    let session = Session::with_examples();
    for runs in [READING, SUMMARIES, &format!("{READING} --cluster none")] {
        let advised = session.run(&format!("compare {runs} --output json")).exits(0).json();
        let planned = session.run(&format!("mde {runs} --output json")).exits(0).json();
        // What compare advises by; both are far from the floor here.
        near(&planned["mde"], advised["comparison"]["mde"].as_f64().unwrap(), 0.05);
        assert_eq!(planned["n_pairs"], advised["pairing"]["pairs"], "as many items as the pilot has");
        assert_eq!(planned["pilot"]["pairs"], advised["pairing"]["pairs"]);
        assert_eq!(planned["pilot"]["clusters"]["icc"], advised["effect_sizes"]["icc"]);
    }
}

#[test]
fn a_pilot_says_what_typing_its_numbers_says() {
    let session = Session::with_examples();
    let pilot =
        session.run(&format!("mde {SUMMARIES} --n-pairs 3000 --one-sided --output json")).exits(0).json();
    let sd = pilot["sd_diff"].as_f64().unwrap();
    let typed =
        session.run(&format!("mde --sd-diff {sd} --n-pairs 3000 --one-sided --output json")).exits(0).json();
    assert_eq!(pilot["mde"], typed["mde"]);

    let target = "--target-delta 0.02 --min-delta -0.01 --one-sided --output json";
    let pilot = session.run(&format!("mde {SUMMARIES} {target}")).exits(0).json();
    let typed = session.run(&format!("mde --sd-diff {sd} {target}")).exits(0).json();
    assert_eq!(pilot["required_pairs"], typed["required_pairs"]);
    assert!(typed["pilot"].is_null() && typed["repeats"].is_null());
}

#[test]
fn clusters_of_the_pilot_make_the_plan_dearer_and_are_named() {
    let session = Session::with_examples();
    let told = session.run(&format!("mde {READING} --target-delta 0.05")).exits(0).stdout;
    insta::assert_snapshot!("pilot_clusters", told);

    let json = |more: &str| {
        session.run(&format!("mde {READING} --target-delta 0.05 {more} --output json")).exits(0).json()
    };
    let (clustered, free) = (json(""), json("--cluster none"));
    let (deff, clusters) = (clustered["design_effect"].as_f64().unwrap(), &clustered["pilot"]["clusters"]);
    let expected = 1.0 + clusters["icc"].as_f64().unwrap() * (clusters["seen_size"].as_f64().unwrap() - 1.0);
    near(&clustered["design_effect"], expected, 1e-12);
    near(&clustered["required_pairs"], free["required_pairs"].as_f64().unwrap() * deff, 0.05);
    assert!(clustered["required_clusters"].as_u64().unwrap() > 1 && free["required_clusters"].is_null());
    assert_eq!((&free["design_effect"], &free["pilot"]["clusters"]), (&1.0.into(), &serde_json::Value::Null));
}

/// Items may be all that there are: INCONCLUSIVE says what more answers to them would do.
#[test]
fn a_gate_says_what_more_answers_to_its_items_would_show() {
    let gate = format!("gate {MADE} --min-delta 0 --planned-delta 0.1");
    let advised = |session: &Session| {
        let said = session.run(&gate).exits(2).stdout;
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let session = Session::new();
    write_runs(&session, 200, 2, 0.02, 0.01, 1.0);
    let first = advised(&session);
    assert!(first.contains("more items") && first.contains("without new items, "), "{first}");
    let times = first.split_once("without new items, ").unwrap().1.split(' ').next().unwrap();
    let times: u32 = times.parse().unwrap();
    // Three times the items were needed, and next to nothing differs between them.
    assert!((5..=9).contains(&times), "{first}");
    assert!(first.contains(&format!("({} answers more)", thousands(400 * (times - 2)))), "{first}");
    // Luck is next to nothing, or unknown: more items it is.
    for (repeats, between, luck) in [(2, 1.0, 0.01), (1, 0.01, 1.0)] {
        write_runs(&session, 200, repeats, 0.02, between, luck);
        let said = advised(&session);
        assert!(said.contains("more items") && !said.contains("without new items"), "{said}");
    }
}

fn thousands(number: u32) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}

#[test]
fn repeats_are_planned_where_the_pilot_has_several() {
    let session = Session::with_examples();
    insta::assert_snapshot!(
        "pilot_epochs",
        session.run(&format!("mde {SUMMARIES} --one-sided")).exits(0).stdout
    );
    let told = session.run(&format!("mde {SUMMARIES} --target-delta 0.02 --one-sided")).exits(0).stdout;
    insta::assert_snapshot!("pilot_epochs_target", told);

    // The shipped runs are made with uniform shifts of -8..8 hundredths and luck of -15..15: variances
    // (17^2 - 1) / 12 and (31^2 - 1) / 12.
    let found = session.run(&format!("mde {SUMMARIES} --output json")).exits(0).json();
    near(&found["repeats"]["omega2"], 0.0024, 0.25);
    near(&found["repeats"]["sigma2_baseline"], 0.0080, 0.05);
    near(&found["repeats"]["sigma2_candidate"], 0.0080, 0.05);
}

/// omega^2 .01 and sigma^2 .04 a side, so V(K) = .01 + .08 / K: doubling saves .44, .4, .33, .25, .17, .1
/// and .056 of the items from K = 1, 2, 4, 8, 16, 32, 64 on. Estimates from 4000 items lie within 10 %.
#[test]
fn the_parts_of_the_variance_are_found_again() {
    let session = Session::new();
    write_runs(&session, 4000, 3, 0.05, 0.01, 0.04);
    let line = format!("mde {MADE} --target-delta 0.01 --one-sided --output json");
    let told = session.run(&line).exits(0).json();
    let repeats = &told["repeats"];
    near(&repeats["omega2"], 0.01, 0.1);
    near(&repeats["sigma2_baseline"], 0.04, 0.05);
    near(&repeats["sigma2_candidate"], 0.04, 0.05);
    // (z.05 + z.20)^2 = 6.1826.
    for (row, repeats, variance) in
        [(0, Some(1), 0.09), (1, Some(2), 0.05), (2, Some(4), 0.03), (3, Some(8), 0.02), (4, None, 0.01)]
    {
        let row = &told["repeats"]["rows"][row];
        assert_eq!(row["repeats"], serde_json::json!(repeats));
        near(&row["required_pairs"], 6.1826 * variance / 0.0001, 0.1);
        near(&row["mde"], (6.1826 * variance / 4000.0_f64).sqrt(), 0.05);
    }
    assert!([32, 64].map(serde_json::Value::from).contains(&repeats["enough"]), "{repeats}");
    assert!(repeats["saving"].as_f64().unwrap() < 0.1);
}

/// A pilot with 3 repeats foretells what a later run with 8 shows.
#[test]
fn a_later_run_with_more_repeats_is_as_foretold() {
    let session = Session::new();
    write_runs(&session, 1500, 3, 0.0, 0.01, 0.04);
    let foretold = session.run(&format!("mde {MADE} --output json")).exits(0).json();
    write_runs(&session, 1500, 8, 0.0, 0.01, 0.04);
    let seen = session.run(&format!("mde {MADE} --output json")).exits(0).json();
    near(&foretold["repeats"]["rows"][3]["mde"], seen["mde"].as_f64().unwrap(), 0.08);
}

#[test]
fn nothing_but_luck_is_said_and_not_planned_below_zero() {
    let session = Session::new();
    // Repeats 2 apart, items at most 0.2.
    let run = |name: &str, shift: f64| {
        let items: Vec<String> = (0..40)
            .map(|item| {
                let low = if item % 2 == 0 { 0.0 } else { shift };
                format!(
                    "{{\"item_id\":\"q{item}\",\"score\":{low},\"epoch\":0}},{{\"item_id\":\"q{item}\",\"score\":{},\"epoch\":1}}",
                    low + 2.0
                )
            })
            .collect();
        session.write(
            &format!("{name}.json"),
            &format!(
                "{{\"run_id\":\"{name}\",\"model_id\":\"m\",\"task_id\":\"t\",\"metric_name\":\"s\",\"items\":[{}]}}",
                items.join(",")
            ),
        );
    };
    run("base", 0.0);
    run("cand", 0.2);
    let line = format!("mde {MADE} --target-delta 0.05");
    let told = session.run(&format!("{line} --output json")).exits(0).json();
    assert!(told["repeats"]["omega2"].as_f64().unwrap() < 0.0, "{told}");
    assert!(told["repeats"]["rows"][4]["required_pairs"].is_null() && told["repeats"]["enough"].is_null());
    let page = session.run(&line).exits(0).stdout;
    assert!(page.contains("sd 0.0000 between items") && page.contains("counts as 0"), "{page}");
    assert!(page.contains("every doubling halves the items needed"), "{page}");
}

#[test]
fn one_epoch_an_item_cannot_be_split_and_says_so() {
    let session = Session::with_examples();
    let page = |line: &str| session.run(&format!("mde {line}")).exits(0).stdout;
    assert!(page(READING).contains("cannot be estimated: every paired item has one epoch;"));
    assert!(page(&format!("{SUMMARIES} --epochs first")).contains("--epochs first leaves one an item"));

    write_runs(&session, 40, 1, 0.0, 0.01, 0.04);
    let single = session.read("base.json");
    write_runs(&session, 40, 2, 0.0, 0.01, 0.04);
    session.write("base.json", &single);
    assert!(page(MADE).contains("every paired item has one epoch in the baseline"));
}

#[test]
fn the_runs_are_read_as_compare_reads_them() {
    let session = Session::with_examples();
    let up = session.run(&format!("mde {SUMMARIES} --output json")).exits(0).stdout;
    let down = session.run(&format!("mde {SUMMARIES} --lower-is-better --output json")).exits(0).stdout;
    assert_eq!(up, down, "the sign of a difference has no part in its spread");

    let other = session.run(&format!("mde {READING} --metric f1")).exits(65);
    assert!(other.stderr.contains("runs/baseline.json"), "{}", other.stderr);
    session.run(&format!("mde {READING} --cluster subject")).exits(65);
    session.run(&format!("mde {READING} --format parquet")).exits(65);

    let unscored =
        session.read("runs/candidate-graded.json").replacen("\"score\": 0.", "\"score\": null, \"x\": 0.", 1);
    session.write("runs/candidate-graded.json", &unscored);
    session.run(&format!("mde {SUMMARIES}")).exits(65);
    session.run(&format!("mde {SUMMARIES} --missing exclude")).exits(0);
}

#[test]
fn a_pilot_without_spread_is_no_pilot() {
    let session = Session::with_examples();
    let told = session.run("mde --baseline runs/baseline.json --candidate runs/baseline.json").exits(65);
    assert!(told.stderr.contains("says nothing about their spread"), "{}", told.stderr);

    let one = session.read("runs/baseline.json");
    for name in ["baseline", "candidate"] {
        let text = session.read(&format!("runs/{name}.json"));
        let joined =
            text.split("\"cluster_id\": \"p").collect::<Vec<_>>().join("\"cluster_id\": \"p\", \"was\": \"");
        session.write(&format!("runs/{name}.json"), &joined);
    }
    assert_ne!(one, session.read("runs/baseline.json"));
    let told = session.run(&format!("mde {READING}")).exits(65);
    assert!(told.stderr.contains("all in one cluster"), "{}", told.stderr);
    session.run(&format!("mde {READING} --cluster none")).exits(0);
}

#[test]
fn a_spread_is_typed_or_shown_and_the_error_names_both() {
    let session = Session::with_examples();
    for (line, names) in [
        (format!("mde --sd-diff 0.3 {READING}"), ["--sd-diff", "--baseline"]),
        ("mde --sd-diff 0.3 --candidate runs/candidate.json".into(), ["--sd-diff", "--candidate"]),
        ("mde --n-pairs 100".into(), ["--sd-diff", "--baseline"]),
        ("mde --baseline runs/baseline.json".into(), ["--baseline", "--candidate"]),
        ("mde --candidate runs/candidate.json".into(), ["--candidate", "--baseline"]),
        ("mde --sd-diff 0.3 --epochs first".into(), ["--epochs", "--sd-diff"]),
        ("mde --sd-diff 0.3 --cluster none".into(), ["--cluster", "--baseline"]),
        (format!("mde {READING} --icc 0.1"), ["--icc", "--baseline"]),
        (format!("mde {READING} --cluster-size 8"), ["--cluster-size", "--candidate"]),
        ("mde --baseline - --candidate -".into(), ["--candidate", "--baseline"]),
    ] {
        let told = session.run(&line).exits(64);
        assert!(names.iter().all(|name| told.stderr.contains(name)), "{line}:\n{}", told.stderr);
        assert!(told.stdout.is_empty() && told.stderr.contains("[bad-usage]"), "{}", told.stderr);
    }
}

/// Equivalence was planned by the formula of one side: .64 where .80 was promised.
#[test]
fn equivalence_is_planned_on_both_sides() {
    let session = Session::with_examples();
    let needed = |line: &str| {
        session.run(&format!("mde --sd-diff 0.35 --one-sided {line} --output json")).exits(0).json()
            ["required_pairs"]
            .as_u64()
            .unwrap()
    };
    // (z.05 + z.10)^2 (.35 / .02)^2 = 2623; one side alone 1893.
    let both = needed("--equivalence 0.02");
    assert!((2600..2660).contains(&both), "{both}");
    let one = needed("--min-delta -0.02 --target-delta 0");
    assert!((1890..1915).contains(&one), "{one}");
    // Off the middle the near end decides: (z.05 + z.20)^2 (.35 / .01)^2 = 7574.
    assert!((7560..7620).contains(&needed("--equivalence 0.02 --target-delta 0.01")));
    let said = session.run("mde --sd-diff 0.35 --one-sided --equivalence 0.02").exits(0).stdout;
    assert!(said.contains("within 0.02 on both sides when it is 0 in truth"), "{said}");
    session.run("mde --sd-diff 0.35 --equivalence 0.02 --target-delta 0.02").exits(64);
    session.run("mde --sd-diff 0.35 --equivalence 0.02 --min-delta 0.1").exits(64);
}

/// "1 pair", "36 pairs" from 4 clusters: no verdict exists there.
#[test]
fn designs_that_can_never_be_allowed_are_not_planned() {
    let session = Session::new();
    let json = |line: &str| session.run(&format!("mde --one-sided {line} --output json")).exits(0).json();
    let large = json("--sd-diff 0.01 --target-delta 5");
    assert_eq!(large["required_pairs"], 5);
    let clustered = json("--sd-diff 0.3 --icc 0.5 --cluster-size 9 --target-delta 5");
    assert_eq!((&clustered["required_clusters"], &clustered["required_pairs"]), (&5.into(), &45.into()));
    let few = json("--sd-diff 0.3 --icc 0.5 --n-clusters 4 --n-pairs 400");
    assert!(few["mde"].is_null() && few["notes"].to_string().contains("fewer than 5"), "{few}");
    assert_eq!(json("--sd-diff 0.3 --n-pairs 4")["mde"], serde_json::Value::Null);
    // Student's t and the tests that must both refute ask for more than the normal does.
    let nine = json("--sd-diff 0.35 --n-pairs 9")["mde"].as_f64().unwrap();
    assert!(nine > 1.15 * 2.4865 * 0.35 / 3.0, "{nine}");
}

#[test]
fn hostile_names_do_not_reach_the_log() {
    let session = Session::with_examples();
    let text = session.read("runs/candidate.json");
    session.write("runs/::error::x.json", &text);
    let text = text.replace("\"reading\"", "\"::error::\\u001b[31m\"");
    session.write("runs/candidate.json", &text);
    let told = session.run(&format!("mde {READING}")).exits(65).stderr;
    assert!(told.contains("runs-differ") && !told.contains('\u{1b}'), "{told}");
    let told =
        session.run("mde --baseline runs/baseline.json --candidate runs/::error::x.json").exits(0).stdout;
    assert!(!told.lines().any(|line| line.trim_start().starts_with("::")), "{told}");
}
