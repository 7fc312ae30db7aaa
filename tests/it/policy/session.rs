//! `policy check` from the command line.

use super::FULL;
use crate::support::Session;

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";

/// One task of the example runs, with what is given beside it.
fn one_task(role: &str, more: &str) -> String {
    format!(
        "version: 1\ntasks:\n  - name: t\n    task-id: TASK\n    role: {role}\n    candidate: c.json\n    baseline: b.json\n{more}"
    )
}

#[test]
fn a_good_policy_is_said_in_words() {
    let session = Session::new();
    session.write("evalsig.yml", FULL);
    let said = session.run("policy check evalsig.yml").exits(0);
    insta::assert_snapshot!(said.stdout);
    let json = session.run("policy check evalsig.yml --output json").exits(0).json();
    assert_eq!(json["meaning"]["tasks"].as_array().unwrap().len(), 4);
    assert_eq!(json["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn every_problem_is_listed_with_its_place() {
    let session = Session::new();
    session.write(
        "evalsig.yml",
        &FULL.replace("alpha: 0.05", "alpha: 5%").replace("by: category", "bye: category"),
    );
    let said = session.run("policy check evalsig.yml").exits(64);
    assert_eq!(said.stdout, "");
    assert!(said.stderr.contains("evalsig.yml:12:10: defaults.alpha: is 5%"), "{}", said.stderr);
    assert!(said.stderr.contains("write 0.05"), "{}", said.stderr);
    assert!(said.stderr.contains("tasks[0].slices.bye"), "{}", said.stderr);
    let json = session.run("policy check evalsig.yml --output json").exits(64).json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 2);
    assert!(json["problems"][1]["next"].as_str().unwrap().contains("write `by`"));
}

#[test]
fn what_cannot_be_read_says_so() {
    let session = Session::new();
    let said = session.run("policy check nowhere.yml").exits(65);
    assert!(said.stderr.contains("nowhere.yml"), "{}", said.stderr);
    std::fs::write(session.path("latin.yml"), b"version: 1 # f\xfcr").unwrap();
    let said = session.run("policy check latin.yml").exits(64);
    assert!(said.stderr.contains("not UTF-8"), "{}", said.stderr);
}

#[test]
fn a_task_that_may_fall_without_limit_is_said_loudly() {
    let session = Session::new();
    let two = "version: 1\ndefaults: {baseline: b}\ntasks:\n  - {name: up, role: improve, candidate: a}\n  - {name: down, role: \
               improve, candidate: c}\n";
    session.write("p.yml", two);
    let said = session.run("policy check p.yml").exits(0).stdout;
    assert!(said.contains("NOT GUARDED"), "{said}");
    assert!(
        said.contains("down: NO MARGIN. It may fall without limit while another task of role improve rises"),
        "{said}"
    );
    assert!(said.contains("any number of times"), "{said}");
}

#[test]
fn a_store_shows_what_the_claims_can_show() {
    let session = Session::with_examples();
    session.run(&format!("{GATE} --store runs-store --output json")).exits(0);
    let task = session.run("history --root runs-store --output json").exits(0).json()[0]["task_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let write = |role: &str, more: &str| session.write("p.yml", &one_task(role, more).replace("TASK", &task));
    write("no-regression", "    margin: 0.02\n    margin-rationale: why\n");
    let json = session.run("policy check p.yml --store runs-store --output json").exits(0).json();
    let claim = &json["power"][0];
    assert_eq!(claim["claim"], "margin");
    assert_eq!(claim["null"], -0.02);
    let power = claim["power"].as_f64().unwrap();
    assert!(power > 0.0 && power <= 1.0, "{claim}");
    assert_eq!(json["whole"].as_f64().unwrap(), power, "one claim is the whole");
    // The same by the planner of mde.
    let mde = "mde --baseline runs/baseline.json --candidate runs/candidate.json --min-delta=-0.02 --target-delta=0 --one-sided";
    let planned = session.run(&format!("{mde} --output json")).exits(0).json();
    assert_eq!(claim["needed"], planned["required_pairs"]);
    let said = session.run("policy check p.yml --store runs-store").exits(0).stdout;
    assert!(said.contains("t: not worse by 0.0200 or more is shown with a probability of"), "{said}");
    // Without runs of the task nothing is made up.
    session.write("p.yml", &one_task("improve", ""));
    let said = session.run("policy check p.yml --store runs-store").exits(0).stdout;
    assert!(said.contains("t: what it can show is not known: the store holds no run of TASK"), "{said}");
}

#[test]
fn a_design_that_can_never_allow_is_refused() {
    let session = Session::new();
    let refused = |text: &str, what: &str| {
        session.write("p.yml", text);
        let said = session.run("policy check p.yml").exits(64).stderr;
        assert!(said.contains(what), "{said}");
    };
    refused(&one_task("improve", "    score-range: [0, 1]\n    min-delta: 1\n"), "nothing is ever allowed");
    refused(&one_task("improve", "    method: mcnemar_midp\n    min-delta: 0.01\n"), "mcnemar_midp");
    refused(
        &one_task("improve", "    method: paired_bootstrap\n    resamples: 100\n    alpha: 0.005\n"),
        "resamples: 200",
    );
    refused(&one_task("improve", "    slices: {by: k, min-items: 3, margin: 0.03}\n"), "min-items: 5");
    refused(
        &one_task(
            "no-regression",
            "    margin: 0.02\n    margin-rationale: why\nsuite: {rule: improve-one-regress-none}\n",
        ),
        "nothing is ever allowed",
    );
    // And what would allow everything.
    refused(&one_task("improve", "suite: {rule: regress-none}\n"), "every candidate would be allowed");
    refused(&one_task("report-only", ""), "every candidate would be allowed");
    refused(
        &one_task("no-regression", "    margin: 2\n    margin-rationale: why\n    score-range: [0, 1]\n"),
        "holds whatever the candidate does",
    );
}

#[test]
fn units_too_few_for_any_verdict_are_refused_with_the_runs() {
    let session = Session::new();
    for (name, shift) in [("base", 0.0), ("cand", 0.125)] {
        let rows: Vec<String> = (0..12)
            .map(|i| {
                format!(
                    r#"{{"item_id":"q{i}","cluster_id":"c{}","score":{}}}"#,
                    i % 3,
                    f64::from(i) / 16.0 + shift * f64::from(i % 5)
                )
            })
            .collect();
        let run = format!(
            r#"{{"run_id":"{name}","model_id":"m","task_id":"TASK","metric_name":"s","items":[{}]}}"#,
            rows.join(",")
        );
        session.write(&format!("{name}.json"), &run);
    }
    session.run("gate --baseline base.json --candidate cand.json --min-delta 0 --store st").exits(2);
    session.write("p.yml", &one_task("no-regression", "    margin: 0.02\n    margin-rationale: why\n"));
    let said = session.run("policy check p.yml --store st").exits(64).stderr;
    assert!(
        said.contains("p.yml: t: can never be allowed") && said.contains("3 independent units"),
        "{said}"
    );
}
