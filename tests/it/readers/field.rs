//! Shapes of run files met in the field that were scored wrongly, or taken for whole, without a word.

use std::fs;

use evalsig::commands::Files as _;
use evalsig::domain::{ClusterRule, Code, Diagnostic, ScoreRange, Unscored};
use evalsig::edge::Disk;
use evalsig::readers::{ReadOptions, Reading, read, read_file};
use serde_json::{Value, json};

use crate::support::Session;
use crate::support::zip::{Member, archive};

fn by(bytes: &[u8], metric: &str) -> Result<Reading, Diagnostic> {
    let options =
        ReadOptions { metric: (!metric.is_empty()).then(|| metric.to_owned()), ..ReadOptions::default() };
    read(bytes, None, &options)
}

fn independent(bytes: &[u8], metric: &str) -> Reading {
    let options = ReadOptions {
        metric: (!metric.is_empty()).then(|| metric.to_owned()),
        cluster: ClusterRule::Off,
        ..ReadOptions::default()
    };
    read(bytes, None, &options).unwrap()
}

/// A promptfoo result of a test that asserts these.
fn result(at: usize, asserts: Value, graded: Value) -> Value {
    let pass = graded["pass"].clone();
    json!({
        "testIdx": at, "promptIdx": 0, "provider": {"id": "p"}, "prompt": {"raw": format!("ask {at}"), "label": "ask"},
        "vars": {"q": at.to_string()}, "testCase": {"vars": {"q": at.to_string()}, "assert": asserts},
        "success": pass, "score": graded["score"], "namedScores": graded["namedScores"], "gradingResult": graded,
        "failureReason": if pass == json!(true) { 0 } else { 1 },
    })
}

fn component(pass: bool, metric: &str, judge_failed: bool) -> Value {
    json!({
        "pass": pass, "score": u8::from(pass), "reason": "r", "metadata": {"graderError": judge_failed},
        "assertion": {"type": "llm-rubric", "value": "is kind", "metric": metric},
    })
}

fn promptfoo(results: &[Value]) -> Vec<u8> {
    json!({"evalId": "e", "results": {"version": 3, "results": results}, "config": {}})
        .to_string()
        .into_bytes()
}

#[test]
fn a_judge_that_failed_is_not_a_0_in_promptfoo() {
    let asserts = json!([{"type": "llm-rubric", "value": "is kind", "metric": "kind"}, {"type": "llm-rubric", "value": "is brief", "metric": "brief"}]);
    // The first assertion was judged, the second was not; once within a set of assertions.
    let grade = |components: Value| {
        json!({"pass": false, "score": 0.5, "reason": "r", "namedScores": {"kind": 1, "brief": 0, "both": 1},
               "componentResults": components})
    };
    let flat = grade(json!([component(true, "kind", false), component(false, "brief", true)]));
    let mut set = component(false, "brief", false);
    set["componentResults"] = json!([component(false, "", true)]);
    set["componentResults"][0]["assertion"] = json!({"type": "llm-rubric"});
    let within = grade(json!([component(true, "kind", false), set]));
    let judged = grade(json!([component(true, "kind", false), component(false, "brief", false)]));
    let file = promptfoo(&[
        result(0, asserts.clone(), flat),
        result(1, asserts.clone(), within),
        result(2, asserts, judged),
    ]);
    for metric in ["score", "success", "brief", "both"] {
        let run = by(&file, metric).unwrap().run;
        assert_eq!(run.unscored(), [(Unscored::JudgeFailed, 2)].into(), "{metric}");
    }
    assert_eq!(by(&file, "kind").unwrap().run.scores().collect::<Vec<_>>(), [1.0; 3]);
}

#[test]
fn rows_of_promptfoo_before_failure_reasons_tell_a_failed_provider_by_its_error() {
    let asserts = json!([{"type": "equals", "value": "y"}]);
    let graded = json!({"pass": false, "score": 0, "reason": "not equal", "namedScores": {},
                        "componentResults": [{"pass": false, "score": 0, "reason": "not equal", "assertion": {"type": "equals"}}]});
    let mut wrong = result(0, asserts.clone(), graded.clone());
    let mut failed = result(1, asserts, graded);
    for row in [&mut wrong, &mut failed] {
        row.as_object_mut().unwrap().remove("failureReason");
        row["error"] = json!("not equal");
    }
    failed["gradingResult"] = Value::Null;
    failed["error"] = json!("API error: 429");
    let run = by(&promptfoo(&[wrong, failed]), "score").unwrap().run;
    assert_eq!(run.unscored(), [(Unscored::Failed, 1)].into());
    assert_eq!(run.scores().collect::<Vec<_>>(), [0.0]);
    assert_eq!(run.stated_range(), Some(ScoreRange::UNIT));
}

#[test]
fn a_promptfoo_test_that_asserts_nothing_is_no_success() {
    let graded = json!({"pass": true, "score": 1, "reason": "No assertions"});
    let equals =
        json!({"pass": false, "score": 0, "reason": "r", "componentResults": [{"pass": false, "score": 0}]});
    let none = result(0, json!([]), graded);
    let file = promptfoo(&[none.clone(), result(1, json!([{"type": "equals", "value": "y"}]), equals)]);
    for metric in ["score", "success"] {
        assert_eq!(by(&file, metric).unwrap().run.unscored(), [(Unscored::NothingAsserted, 1)].into());
        let error = by(&promptfoo(std::slice::from_ref(&none)), metric).unwrap_err();
        assert!(error.what.starts_with("no test asserts anything"), "{error}");
    }
}

#[test]
fn promptfoo_tests_that_ask_the_same_and_assert_other_things_are_two_items() {
    let graded = |score: u8| json!({"pass": score == 1, "score": score, "reason": "r", "namedScores": {}, "componentResults": [{"pass": score == 1, "score": score, "reason": "r"}]});
    let one = |at: usize, value: &str, score| {
        let mut row = result(at, json!([{"type": "contains", "value": value}]), graded(score));
        row["vars"] = json!({"q": "same"});
        row
    };
    let run = by(&promptfoo(&[one(0, "a", 1), one(1, "b", 0), one(2, "a", 0)]), "score").unwrap().run;
    let found: Vec<_> = run.rows().map(|row| (row.id.to_owned(), row.epoch)).collect();
    let mut ids: Vec<_> = found.iter().map(|(id, _)| id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2, "{found:?}");
    assert_eq!(found.iter().filter(|(_, epoch)| *epoch == 1).count(), 1);
    // Who grades an assertion is not what it asserts.
    let mut regraded = one(0, "a", 1);
    regraded["testCase"]["assert"][0]["provider"] = json!("other:judge");
    let other = by(&promptfoo(&[regraded]), "score").unwrap().run;
    assert!(found.iter().any(|(id, _)| id == other.rows().next().unwrap().id));
    // A program of the user's own may answer any number.
    let row = result(0, json!([{"type": "javascript", "value": "7"}]), graded(1));
    assert_eq!(by(&promptfoo(&[row]), "score").unwrap().run.stated_range(), None);
}

fn inspect_header(samples: usize, accuracy: Option<f64>) -> Value {
    let scores = accuracy.map(|value| {
        json!([{"name": "judge", "scorer": "judge", "params": {}, "metrics": {"accuracy": {"name": "accuracy", "value": value, "params": {}}}}])
    });
    json!({
        "version": 2, "status": "success", "plan": {},
        "eval": {"eval_id": "e1", "run_id": "r1", "task": "qa", "model": "mock/m"},
        "results": {"total_samples": samples, "completed_samples": samples, "scores": scores.unwrap_or(json!([]))},
    })
}

fn sample(id: u32, score: Value) -> Value {
    json!({"id": id, "epoch": 1, "input": format!("q{id}"), "target": format!("t{id}"), "scores": {"judge": score}})
}

fn log(accuracy: Option<f64>, samples: &[Value]) -> Vec<u8> {
    let mut log = inspect_header(samples.len(), accuracy);
    log["samples"] = json!(samples);
    log.to_string().into_bytes()
}

fn eval(accuracy: Option<f64>, summaries: &[Value], samples: &[Value]) -> Vec<u8> {
    let mut members: Vec<Member> = samples
        .iter()
        .map(|sample| {
            Member::deflated(&format!("samples/{}_epoch_1.json", sample["id"]), sample.to_string().as_bytes())
        })
        .collect();
    members.push(Member::deflated("summaries.json", json!(summaries).to_string().as_bytes()));
    members.push(Member::deflated(
        "header.json",
        inspect_header(summaries.len(), accuracy).to_string().as_bytes(),
    ));
    archive(&members)
}

#[test]
fn a_judge_without_a_grade_is_not_a_wrong_answer_in_inspect() {
    let no_grade = json!({"value": "I", "explanation": "Grade not found in model output: fine, I think"});
    let samples =
        [sample(1, json!({"value": "C"})), sample(2, no_grade.clone()), sample(3, json!({"value": "I"}))];
    let reading = by(&log(Some(1.0 / 3.0), &samples), "").unwrap();
    assert_eq!(reading.run.unscored(), [(Unscored::JudgeFailed, 1)].into());
    assert_eq!(reading.run.stated_range(), Some(ScoreRange::UNIT));
    assert!(reading.notes[0].starts_with("1 of 3 answers of the judge held no grade"), "{:?}", reading.notes);
    // A person who gave the grade afterwards has judged it.
    let mut graded = no_grade;
    graded["history"] = json!([{"value": "I"}, {"value": "C"}]);
    graded["value"] = json!("C");
    let samples = [sample(1, json!({"value": "C"})), sample(2, graded)];
    let reading = by(&log(Some(0.5), &samples), "").unwrap();
    assert_eq!(reading.run.scores().collect::<Vec<_>>(), [1.0, 1.0]);
    assert!(reading.notes[0].starts_with("1 of 2 scores were edited by hand"), "{:?}", reading.notes);
}

#[test]
fn scores_of_samples_that_failed_are_counted() {
    let mut failed = sample(2, json!({"value": 0}));
    failed["error"] = json!("timeout");
    let reading = by(&log(None, &[sample(1, json!({"value": 1})), failed]), "").unwrap();
    assert_eq!(reading.run.unscored(), [].into());
    assert!(
        reading.notes[0].starts_with("1 of 2 samples failed and were scored all the same"),
        "{:?}",
        reading.notes
    );
    assert_eq!(reading.run.stated_range(), None);
}

#[test]
fn a_header_that_contradicts_the_samples_is_an_error_that_names_both() {
    let right = [sample(1, json!({"value": "C"})), sample(2, json!({"value": "C"}))];
    assert!(by(&log(Some(1.0), &right), "").is_ok());
    let error = by(&log(Some(0.0), &right), "").unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
    assert_eq!(
        (error.place.as_str(), error.what.as_str()),
        ("results.scores[\"judge\"].metrics.accuracy", "is 0, and the 2 samples of the log have a mean of 1")
    );
}

#[test]
fn summaries_that_contradict_the_samples_show_when_both_are_read() {
    let (wrong, right) = (sample(1, json!({"value": "I"})), sample(1, json!({"value": "C"})));
    let deep = ReadOptions { deep: true, ..ReadOptions::default() };
    let honest = eval(None, std::slice::from_ref(&wrong), std::slice::from_ref(&wrong));
    assert!(read(&honest, None, &deep).is_ok());
    let changed = eval(None, &[right], &[wrong]);
    assert!(by(&changed, "").is_ok());
    let error = read(&changed, None, &deep).unwrap_err();
    assert_eq!(error.place, "samples/1_epoch_1.json");
    assert_eq!(error.what, "the score \"judge\" is \"I\", and the summaries say \"C\"");

    let session = Session::new();
    fs::write(session.path("changed.eval"), &changed).unwrap();
    assert_eq!(session.run_args(&["doctor", "changed.eval"]).code, 0);
    let ran = session.run_args(&["doctor", "changed.eval", "--deep"]);
    assert_eq!(ran.code, 65, "{ran:?}");
    assert!(ran.stdout.contains("and the summaries say \"C\""), "{ran:?}");
}

#[test]
fn two_questions_under_one_id_are_not_one_that_was_run_again() {
    let mut other = sample(1, json!({"value": "I"}));
    other["target"] = json!("another answer");
    let error = by(&eval(None, &[sample(1, json!({"value": "C"})), other], &[]), "").unwrap_err();
    assert_eq!(error.code, Code::DuplicateItem);
    assert!(error.what.contains("ask different things"), "{error}");
}

#[test]
fn a_log_of_labels_is_not_one_to_leave_items_out_of() {
    let error =
        by(&log(None, &[sample(1, json!({"value": "spam"})), sample(2, json!({"value": "ham"}))]), "")
            .unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
    assert_eq!(error.what, "no sample has a number: the values are labels, such as \"spam\"");
}

/// Exit code and what was said.
fn compare(session: &Session, baseline: &[u8], candidate: &[u8], more: &[&str]) -> (i32, String) {
    fs::write(session.path("base"), baseline).unwrap();
    fs::write(session.path("cand"), candidate).unwrap();
    let ran = session.run_args(&[&["compare", "--baseline", "base", "--candidate", "cand"], more].concat());
    (ran.code, format!("{}{}", ran.stdout, ran.stderr).split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn ids_that_were_shifted_by_a_removed_row_are_not_compared() {
    let session = Session::new();
    let all: Vec<Value> =
        (1..=6).map(|id| sample(id, json!({"value": if id % 2 == 0 { "C" } else { "I" }}))).collect();
    let mut shifted = all[1..].to_vec();
    for (at, sample) in shifted.iter_mut().enumerate() {
        sample["id"] = json!(at + 1);
    }
    let (code, told) = compare(&session, &log(None, &all), &log(None, &shifted), &[]);
    assert_eq!(code, 65, "{told}");
    assert!(told.contains("item \"1\": is another item or has another target in the candidate"), "{told}");

    // Another wording of the question is worth a note, and no more.
    let mut reworded = all.clone();
    reworded[2]["input"] = json!("in other words");
    let (code, told) = compare(&session, &log(None, &all), &eval(None, &reworded, &[]), &[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("1 of 6 shared items were asked something else in the candidate"), "{told}");
    assert!(told.contains("(first: \"3\")"), "{told}");
}

#[test]
fn tables_that_carry_targets_and_prompts_are_held_to_them() {
    let session = Session::new();
    let csv = |target: &str, prompt: &str| {
        format!("id,prompt,target,score\na,p,1,0.5\nb,{prompt},{target},1\n").into_bytes()
    };
    let (code, told) = compare(&session, &csv("2", "p"), &csv("2.0", "p"), &["--metric", "score"]);
    assert_eq!(code, 0, "{told}");
    assert!(!told.contains("asked something else"), "{told}");
    let (code, told) = compare(&session, &csv("2", "p"), &csv("3", "p"), &["--metric", "score"]);
    assert_eq!(code, 65, "{told}");
    assert!(told.contains("item \"b\": is another item"), "{told}");
    let jsonl = |prompt: Value| {
        format!(
            "{}\n{}\n",
            json!({"id": "a", "prompt": "p", "s": 1}),
            json!({"id": "b", "prompt": prompt, "s": 0})
        )
        .into_bytes()
    };
    let messages = |text: &str| json!([{"role": "user", "content": text}]);
    let (code, told) = compare(&session, &jsonl(messages("x")), &jsonl(messages("y")), &[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("1 of 2 shared items were asked something else"), "{told}");
}

fn document(id: u32, metric: &str, score: Value) -> String {
    json!({"doc_id": id, "doc": {}, "target": "A", "filter": "none", "metrics": [metric], metric: score})
        .to_string()
}

#[test]
fn numbers_that_stand_for_a_failure_are_no_scores() {
    let lines = |metric: &str, scores: &[i32]| {
        let lines: Vec<_> =
            scores.iter().zip(0..).map(|(score, id)| document(id, metric, json!(score))).collect();
        lines.join("\n").into_bytes()
    };
    let error = by(&lines("bypass", &[999, 999]), "").unwrap_err();
    assert_eq!((error.code, error.place.as_str()), (Code::RunMalformed, "bypass,none"));
    assert!(error.what.contains("--predict_only"), "{error}");
    let error = by(&lines("acc", &[1, -1, 0, -1]), "").unwrap_err();
    assert_eq!((error.code, error.place.as_str()), (Code::RunMalformed, "line 2.score"));
    assert_eq!(
        error.what,
        "item \"1\" scores -1, and \"acc,none\" lies between 0 and 1; 2 of 4 rows lie outside"
    );
    assert_eq!(by(&lines("acc", &[1, 0]), "").unwrap().run.stated_range(), Some(ScoreRange::UNIT));
    assert_eq!(by(&lines("my_rating", &[1, -1]), "").unwrap().run.stated_range(), None);

    let helm = |name: &str, mean: f64| {
        json!([{"instance_id": "i", "train_trial_index": 0,
                "stats": [{"name": {"name": name, "split": "test"}, "count": 1, "mean": mean}]}])
        .to_string()
        .into_bytes()
    };
    assert_eq!(by(&helm("quasi_exact_match", -1.0), "").unwrap_err().code, Code::RunMalformed);
    assert_eq!(by(&helm("exact_match@5", 1.0), "").unwrap().run.stated_range(), Some(ScoreRange::UNIT));
    assert_eq!(by(&helm("BLEU_4", 41.0), "").unwrap().run.stated_range(), None);
}

#[test]
fn a_cut_file_of_an_older_lm_eval_shows_by_the_count_of_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let samples = folder.path().join("samples_qa_2024-05-01T00-00-00.1.jsonl");
    let open = || {
        read_file(&Disk::default().open(samples.to_str().unwrap()).unwrap(), None, &ReadOptions::default())
            .map(|file| file.reading.notes)
    };
    let results = |more: Value| {
        let mut results = json!({"results": {"qa": {"acc,none": 0.75}}, "configs": {}, "versions": {}});
        results.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fs::write(folder.path().join("results_2024-05-01T00-00-00.1.json"), results.to_string()).unwrap();
    };
    fs::write(&samples, format!("{}\n{}\n", document(0, "acc", json!(1)), document(1, "acc", json!(0))))
        .unwrap();
    results(json!({"n-samples": {"qa": {"original": 200, "effective": 100}}}));
    let error = open().unwrap_err();
    assert!(error.what.ends_with("holds 2 documents, and the results beside it count 100"), "{error}");
    results(json!({"n-samples": {"qa": {"original": 200, "effective": 2}}}));
    assert_eq!(open().unwrap(), Vec::<String>::new());
    results(json!({}));
    assert!(open().unwrap()[0].starts_with("The results beside the file do not count its documents"));
}

#[test]
fn two_filters_that_are_not_named_are_said_to_be() {
    let line = |id: u32| {
        json!({"doc_id": id, "doc": {}, "target": "A", "resps": [["x"]], "filtered_resps": ["x"], "exact_match": 1}).to_string()
    };
    let error = by([line(0), line(1), line(0), line(1)].join("\n").as_bytes(), "").unwrap_err();
    assert_eq!(error.code, Code::DuplicateItem);
    assert!(error.what.contains("the lines name no filter"), "{error}");
}

#[test]
fn json_of_no_known_kind_is_not_called_a_broken_run() {
    let error = by(br#"{"answers": [1, 2], "model": "m"}"#, "").unwrap_err();
    assert_eq!(error.code, Code::FormatUnknown);
    assert_eq!(error.what, "is a JSON object in no format that is read; it has (not shown)");
    let error = by(br#"{"run_id": "r", "model_id": "m", "answers": []}"#, "").unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
}

#[test]
fn clusters_that_a_plan_leaves_unread_are_counted() {
    let json = json!({"run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "a", "items": [
        {"item_id": 1, "score": 1, "cluster_id": "x"}, {"item_id": 2, "score": 1, "cluster_id": "x"},
        {"item_id": 3, "score": 0, "cluster_id": "y"}]});
    let mut result = result(0, json!([]), json!({"pass": true, "score": 1, "reason": "r"}));
    result["metadata"] = json!({"cluster_id": 4});
    let mut sample = sample(1, json!({"value": "C"}));
    sample["metadata"] = json!({"cluster_id": "s"});
    let line = json!({"doc_id": 1, "doc": {"cluster_id": 7}, "filter": "none", "metrics": ["acc"], "acc": 1});
    for (bytes, metric, clusters) in [
        (json.to_string().into_bytes(), "", 2),
        (b"id,group,s\n1,a,1\n2,a,0\n3,b,0\n".to_vec(), "", 2),
        (b"{\"id\":1,\"cluster\":[2],\"s\":1}\n{\"id\":2,\"cluster\":\"c\",\"s\":1}\n".to_vec(), "", 1),
        (promptfoo(&[result]), "score", 1),
        (log(None, &[sample.clone()]), "", 1),
        (eval(None, &[sample], &[]), "", 1),
        (line.to_string().into_bytes(), "", 1),
    ] {
        let run = independent(&bytes, metric).run;
        assert_eq!((run.ignored_clusters(), run.is_clustered()), (Some(clusters), false), "{metric}");
    }
    assert_eq!(by(json.to_string().as_bytes(), "").unwrap().run.ignored_clusters(), None);
    assert_eq!(independent(b"id,s\n1,1\n2,0\n", "").run.ignored_clusters(), None);
}

#[test]
fn the_reasons_of_unscored_rows_stand_in_the_envelope() {
    let session = Session::new();
    let no_grade = json!({"value": "I", "explanation": "Grade not found in model output: hm"});
    let mut base: Vec<Value> =
        (1..=12).map(|id| sample(id, json!({"value": if id % 3 == 0 { "C" } else { "I" }}))).collect();
    let cand = base.clone();
    base[4]["scores"]["judge"] = no_grade;
    base[5]["scores"] = json!({});
    base[5]["error"] = json!("timeout");
    fs::write(session.path("base"), log(None, &base)).unwrap();
    fs::write(session.path("cand"), log(None, &cand)).unwrap();
    let gate = "gate --baseline base --candidate cand --min-delta -0.1 --missing exclude --release-id v1 --store kept";
    let ran = session.run(gate);
    assert!((0..=2).contains(&ran.code), "{ran:?}");
    let envelope: Value = serde_json::from_str(&session.read("audit/v1/audit.json")).unwrap();
    assert_eq!(envelope["inputs"]["baseline"]["unscored"], 2);
    assert_eq!(envelope["inputs"]["baseline"]["unscored_by"], json!({"item failed": 1, "judge failed": 1}));
    assert_eq!(envelope["inputs"]["candidate"].get("unscored_by"), None);
    // The stored copies say the same of their rows: the decision is made again from them.
    let again = session.run("verify --store kept").exits(0);
    assert!(again.stdout.contains("REPRODUCED: 1 of 1 decision came out again"), "{}", again.stdout);
}
