//! Names with dots reach into objects, `--id` chooses what names the item, and a list of rows is a table.

use evalsig::domain::{ClusterRule, Code, Diagnostic, Unscored};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use serde_json::{Value, json};

use crate::support::Session;
use crate::support::runs::rows;

fn options(id: &str, metric: &str, cluster: &str) -> ReadOptions {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ReadOptions {
        id: some(id),
        metric: some(metric),
        cluster: some(cluster).map_or(ClusterRule::FromData, ClusterRule::Key),
        ..ReadOptions::default()
    }
}

fn by(text: &str, id: &str, metric: &str, cluster: &str) -> Result<Reading, Diagnostic> {
    read(text.as_bytes(), None, &options(id, metric, cluster))
}

fn row(at: u8) -> Value {
    json!({
        "sample_id": format!("run-a-{at}"), "sample": {"id": at}, "doc": {"subject": if at < 2 { "law" } else { "art" }},
        "evaluation": {"score": f64::from(at) / 4.0, "is_correct": at == 0, "why": "text"},
    })
}

fn lines() -> String {
    (0..4).map(|at| row(at).to_string() + "\n").collect()
}

fn list() -> String {
    json!((0..4).map(row).collect::<Vec<_>>()).to_string()
}

#[test]
fn names_with_dots_reach_into_objects() {
    for text in
        [lines(), list(), serde_json::to_string_pretty(&json!((0..4).map(row).collect::<Vec<_>>())).unwrap()]
    {
        let reading = by(&text, "sample.id", "evaluation.score", "doc.subject").unwrap();
        let found: Vec<_> = rows(&reading.run)
            .into_iter()
            .map(|(id, _, cluster, score)| (id, cluster.unwrap(), score.unwrap()))
            .collect();
        let expected = [("0", "law", 0.0), ("1", "law", 0.25), ("2", "art", 0.5), ("3", "art", 0.75)];
        assert_eq!(found, expected.map(|(id, cluster, score)| (id.to_owned(), cluster.to_owned(), score)));
        assert_eq!(reading.run.metadata().metric_name, "evaluation.score");
        assert_eq!(reading.format, Format::Jsonl);
        assert_eq!(by(&text, "", "evaluation.is_correct", "").unwrap().run.scores().sum::<f64>(), 1.0);
    }
}

#[test]
fn what_a_name_with_dots_could_be_is_told() {
    let refusal = |id, metric| by(&lines(), id, metric, "").unwrap_err().to_string();
    let inside = "with --metric also a number inside an object: \"evaluation.is_correct\", \"evaluation.score\", \"sample.id\"";
    let said = refusal("", "");
    assert!(said.starts_with("no column holds numbers; there are \"doc\""), "{said}");
    assert!(said.contains(inside), "{said}");
    assert!(refusal("", "evaluation.f1").contains(inside), "{}", refusal("", "evaluation.f1"));
    let said = refusal("doc.id", "evaluation.score");
    assert!(said.starts_with("line 1: nothing here is \"doc.id\", which is to name the item"), "{said}");
    let twice = "{\"id\": 1, \"a.b\": {\"c\": 1}, \"a\": {\"b.c\": 0}}\n";
    let said = by(twice, "", "a.b.c", "").unwrap_err().to_string();
    assert!(said.starts_with("line 1: two values are \"a.b.c\""), "{said}");
    let named =
        by("{\"id\": 1, \"evaluation\": {\"score\": 1}}\n{\"id\": 2}\n", "", "", "").unwrap_err().to_string();
    assert!(named.contains("inside an object: \"evaluation.score\""), "{named}");
    // A column of that very name comes first, as data frames write it.
    let flat = "id,evaluation.score\n1,0.5\n";
    assert_eq!(by(flat, "", "evaluation.score", "").unwrap().run.scores().collect::<Vec<_>>(), [0.5]);
    let beside = "{\"id\": 1, \"a.b\": 0.5, \"a\": {\"b\": 1}}\n";
    assert_eq!(by(beside, "", "a.b", "").unwrap().run.scores().collect::<Vec<_>>(), [0.5]);
}

#[test]
fn an_id_that_is_asked_for_names_the_items_and_the_usual_ones_are_no_metric() {
    // What Inspect's data frame of samples has: an id of the run's own, and that of the data set.
    let csv = "sample_id,id,epoch,score\nx9,q1,1,1\ny8,q2,1,0\n";
    let ids = |reading: Reading| rows(&reading.run).into_iter().map(|row| row.0).collect::<Vec<_>>();
    assert_eq!(ids(by(csv, "", "", "").unwrap()), ["x9", "y8"]);
    assert_eq!(ids(by(csv, "id", "", "").unwrap()), ["q1", "q2"]);
    let numbers =
        "{\"sample_id\": 7, \"id\": 1, \"score\": 1}\n{\"sample_id\": 8, \"id\": 2, \"score\": 0}\n";
    assert_eq!(ids(by(numbers, "id", "", "").unwrap()), ["1", "2"]);
    let named = "{\"name\": \"a\", \"score\": 1}\n{\"name\": \"b\", \"score\": 0}\n";
    assert_eq!(ids(by(named, "name", "", "").unwrap()), ["a", "b"]);
}

#[test]
fn every_format_with_rows_takes_an_id_and_the_others_say_that_they_name_their_items() {
    let inspect = json!({
        "version": 2, "status": "success", "eval": {"task": "t", "model": "m", "eval_id": "e"}, "plan": {},
        "results": {"total_samples": 2, "completed_samples": 2},
        "samples": (0..2).map(|at| json!({"id": at, "epoch": 1, "metadata": {"doc": {"key": format!("k{at}")}}, "scores": {"s": {"value": at}}})).collect::<Vec<_>>(),
    });
    let lm: String = (0..2)
        .map(|at| json!({"doc_id": at, "doc": {"key": format!("k{at}")}, "filter": "none", "metrics": ["acc"], "acc": at, "resps": []}).to_string() + "\n")
        .collect();
    let promptfoo = json!({"evalId": "e", "results": {"results": (0..2).map(|at| json!({
        "testIdx": at, "promptIdx": 0, "vars": {"key": format!("k{at}")}, "testCase": {}, "namedScores": {}, "success": at == 1, "score": at,
        "gradingResult": {"pass": true, "score": at, "reason": "r", "componentResults": [{"pass": true, "score": at, "assertion": {"type": "equals"}}]},
    })).collect::<Vec<_>>()}});
    for (text, id, metric) in [
        (inspect.to_string(), "doc.key", ""),
        (inspect.to_string(), "metadata.doc.key", ""),
        (lm.clone(), "doc.key", ""),
        (lm, "key", ""),
        (promptfoo.to_string(), "key", "score"),
        (promptfoo.to_string(), "vars.key", "score"),
    ] {
        let run = by(&text, id, metric, "").unwrap_or_else(|error| panic!("{id}: {error}")).run;
        assert_eq!(rows(&run).iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["k0", "k1"], "{id}");
        let error = by(&text, "nowhere", metric, "").unwrap_err().to_string();
        assert!(
            error.contains("nothing here is \"nowhere\", which is to name the item; there are"),
            "{error}"
        );
    }
    let helm = json!([{"instance_id": "a", "train_trial_index": 0, "stats": [{"name": {"name": "em", "split": "test"}, "count": 1, "mean": 1}]}]);
    let error = by(&helm.to_string(), "id", "", "").unwrap_err();
    assert_eq!(error.code, Code::BadUsage);
    assert!(error.to_string().starts_with("--id: is \"id\", and helm names its items itself"), "{error}");
    let frame = json!({"run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "a", "items": [
        {"item_id": "q", "score": 1, "metadata": {"doc": {"subject": "law"}}}]});
    let reading = by(&frame.to_string(), "sample.id", "", "doc.subject").unwrap();
    assert_eq!(
        reading.notes,
        ["The items of a RunFrame are named by item_id: --id \"sample.id\" names nothing here."]
    );
    assert_eq!(rows(&reading.run)[0].2.as_deref(), Some("law"));
    let again = by(&frame.to_string(), "", "", "metadata.doc.subject").unwrap();
    assert_eq!(rows(&again.run), rows(&reading.run));
}

#[test]
fn a_list_of_rows_is_refused_with_the_place_of_the_row() {
    for (text, expected) in [
        ("[]", "is a JSON list"),
        ("[{\"id\":1,\"s\":1},{\"id\":2,\"s\":1},3]", "[2]: invalid type: integer"),
        ("[{\"id\":1,\"s\":1},{\"s\":1}]", "[1]: no column names the item"),
        ("[{\"id\":1,\"s\":1},{\"id\":1,\"s\":0}]", "[1]: item \"1\" in epoch 0 stands already at [0]"),
        (
            "[{\"id\":1,\"s\":1},{\"item_id\":2,\"s\":1}]",
            "[1]: the item is named by \"item_id\" here and by \"id\" on [0]",
        ),
        (
            "[{\"id\":1,\"s\":1},{\"id\":2,\"s\":1}",
            "line 1, column 30: the file ends in the middle of its JSON",
        ),
        ("[{\"id\":1,\"s\":1}]x", "line 1, column 17: the file goes on after its JSON"),
    ] {
        let refusal = by(text, "", "", "").unwrap_err().to_string();
        assert!(refusal.starts_with(expected), "{text:?}\n{refusal}");
    }
    let unscored = by("[{\"id\":1,\"s\":NaN},\n {\"id\":2,\"s\":1}]", "", "", "").unwrap().run.unscored();
    assert_eq!(unscored, [(Unscored::NotFinite, 1)].into());
}

#[test]
fn a_number_written_as_text_is_named_by_its_line() {
    let text = "{\"id\":1,\"s\":1}\n{\"id\":2,\"s\":\"0.5\"}\n{\"id\":3,\"s\":0}\n{\"id\":4,\"s\":\"1\"}\n";
    let note = "line 2: \"s\" holds a number written as text, \"0.5\": it is no score. Write it as a number. 1 more row does so.";
    let reading = by(text, "", "", "").unwrap();
    assert_eq!(reading.notes, [note]);
    assert_eq!(reading.run.unscored(), [(Unscored::NotANumber, 2)].into());
    // Also where it stands before the first number.
    let first = "{\"id\":1,\"s\":\"1\"}\n{\"id\":2,\"s\":1}\n";
    assert!(by(first, "", "", "").unwrap().notes[0].starts_with("line 1: "));
    assert!(by("{\"id\":1,\"s\":\"n/a\"}\n{\"id\":2,\"s\":1}\n", "", "", "").unwrap().notes.is_empty());
    let session = Session::new();
    session.write("a.jsonl", text).write("b.jsonl", text);
    let ran = session.run("gate --baseline a.jsonl --candidate b.jsonl --min-delta 0").exits(65);
    assert!(ran.stderr.contains("line 2: \"s\" holds a number written as text"), "{}", ran.stderr);
    // Also as a task of a policy, whichever run it is.
    let policy = |baseline: &str, candidate: &str| {
        format!(
            "version: 1\ntasks:\n  - {{name: first, baseline: c.jsonl, candidate: c.jsonl, metric: s, role: no-regression, margin: 0.1, \
             margin-rationale: noise}}\n  - {{name: second, baseline: {baseline}, candidate: {candidate}, metric: s, role: \
             no-regression, margin: 0.1, margin-rationale: noise}}\n"
        )
    };
    session.write(
        "c.jsonl",
        &text
            .replace('"', "\u{1}")
            .replace("\u{1}0.5\u{1}", "0.5")
            .replace("\u{1}1\u{1}", "1")
            .replace('\u{1}', "\""),
    );
    for (baseline, candidate) in [("a.jsonl", "c.jsonl"), ("c.jsonl", "b.jsonl")] {
        session.write("evalsig.yml", &policy(baseline, candidate));
        let ran = session.run("gate --policy evalsig.yml").exits(65);
        assert!(ran.stderr.contains("task second"), "{}", ran.stderr);
        assert!(ran.stderr.contains("line 2: \"s\" holds a number written as text"), "{}", ran.stderr);
    }
}

#[test]
fn every_command_that_pairs_runs_takes_an_id() {
    let session = Session::new();
    let run = |shift: u32| -> String {
        let row = |at: u32| json!({"id": format!("{shift}-{at}"), "sample": {"id": at}, "s": (at * 7 + shift) % 11 % 2});
        (0..40).map(|at| row(at).to_string() + "\n").collect()
    };
    session.write("a.jsonl", &run(0)).write("b.jsonl", &run(3));
    let both = "--baseline a.jsonl --candidate b.jsonl --metric s";
    for command in ["mde", "watch"] {
        let unpaired = session.run(&format!("{command} {both} --output json"));
        let paired = session.run(&format!("{command} {both} --id sample.id --output json"));
        assert!(unpaired.code > 2, "{command}: {}", unpaired.stderr);
        assert!(paired.code <= 2, "{command}: {}", paired.stderr);
    }
    let refused = session.run("mde --sd-diff 0.3 --n-pairs 40 --id sample.id").exits(64);
    assert!(refused.stderr.contains("--id"), "{}", refused.stderr);
    let draft = session.run("policy init b.jsonl --metric s --id sample.id").exits(0).stdout;
    assert!(draft.contains("\n    id: sample.id\n"), "{draft}");
}

#[test]
fn a_decision_by_another_id_comes_out_again() {
    let mut session = Session::new();
    let run = |shift: u8| -> String {
        (0..40_u8)
            .map(|at| {
                json!({"sample_id": format!("{shift}-{at}"), "sample": {"id": at}, "doc": {"subject": at / 4},
                             "evaluation": {"score": f64::from((u32::from(at) * 7 + u32::from(shift)) % 11) / 10.0}})
                .to_string()
                    + "\n"
            })
            .collect()
    };
    session.write("a.jsonl", &run(0)).write("b.jsonl", &run(3));
    let flags = "--id sample.id --metric evaluation.score --cluster doc.subject";
    let ran = session.run(&format!("gate --baseline a.jsonl --candidate b.jsonl {flags} --min-delta -1 --release-id v1 --store kept --output json")).exits(0).json();
    assert_eq!(ran["plan"]["id"], "sample.id");
    assert_eq!(ran["pairing"]["pairs"], 40);
    let ran = session.run("verify --store kept").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
    let ran = session.run("verify --release-id v1 --baseline a.jsonl --candidate b.jsonl").exits(0);
    assert!(ran.stdout.contains("REPRODUCED: 1 of 1"), "{}", ran.stdout);
    // Without the id the runs have no item in common.
    session.set("NO_COLOR", "1");
    let ran = session
        .run("gate --baseline a.jsonl --candidate b.jsonl --metric evaluation.score --min-delta 0")
        .exits(65);
    assert!(ran.stderr.contains("[no-overlap]"), "{}", ran.stderr);
    session.run("doctor a.jsonl b.jsonl --id sample.id --metric evaluation.score").exits(0);
}
