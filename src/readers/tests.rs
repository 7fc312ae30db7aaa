//! What each refusal says, word for word, and the options.

use super::{Format, READERS, ReadOptions, Reading, read};
use crate::domain::{ClusterRule, Code, Diagnostic};

fn reading(text: &str, cluster: ClusterRule) -> Result<Reading, Diagnostic> {
    read(text.as_bytes(), None, &ReadOptions { cluster, ..ReadOptions::default() })
}

/// A run whose items are `items`.
fn run(items: &str) -> String {
    format!(r#"{{"run_id":"r","model_id":"m","task_id":"t","metric_name":"accuracy","items":[{items}]}}"#)
}

fn refusal(text: &str) -> String {
    reading(text, ClusterRule::FromData).expect_err("refused").within("baseline").to_string()
}

#[test]
fn every_format_has_one_reader() {
    for format in Format::ALL {
        assert_eq!(READERS.iter().filter(|reader| reader.format() == *format).count(), 1, "{format}");
    }
    assert_eq!(READERS.len(), Format::ALL.len());
}

#[test]
fn refusals_say_where_what_and_what_next() {
    let q1 = r#"{"item_id":"q1","score":1}"#;
    for (text, expected) in [
        (
            run(&format!(r#"{q1},{{"item_id":"q2","score":"n/a"}}"#)),
            "baseline: items[1].score: is \"n/a\", expected a number; write null where an item has no score [run-malformed]",
        ),
        (
            run(r#"{"score":1}"#),
            "baseline: items[0]: has no \"item_id\"; name every item, the same in both runs [run-malformed]",
        ),
        (
            run(r#"{"item_id":1.0}"#),
            "baseline: items[0].item_id: is 1.0, expected a string or an integer; name every item, the same in both runs [run-malformed]",
        ),
        (
            run(r#"{"item_id":1,"epoch":0.0}"#),
            "baseline: items[0].epoch: is 0.0, expected a whole number from 0 to 4294967295; number the repeats 0, 1, 2, ... [run-malformed]",
        ),
        (
            run(r#"{"item_id":1,"cluster_id":["a"]}"#),
            "baseline: items[0].cluster_id: is a list, expected a string, an integer or null; say --cluster none if items are independent [run-malformed]",
        ),
        (
            run(&format!(r#"{q1},{{"item_id":"q2","score":1,"score":0}}"#)),
            "baseline: items[1]: line 1, column 137: the key \"score\" stands twice in one object [run-malformed]",
        ),
        (
            run("3"),
            "baseline: items[0]: line 1, column 78: invalid type: integer `3`, expected an item as an object {item_id, score} [run-malformed]",
        ),
        (
            run(r#"{"item_id":1,"metadata":[]}"#),
            "baseline: items[0]: line 1, column 103: invalid type: sequence, expected metadata as an object or null [run-malformed]",
        ),
        (run(""), "baseline: items: is empty; a run needs at least one item [run-malformed]"),
        (
            run(&format!("{q1},{q1}")),
            "baseline: items[1]: item \"q1\" in epoch 0 stands already at items[0]; keep one row per item and epoch, or number the repeats with \"epoch\" [duplicate-item]",
        ),
        (
            run(&format!(r#"{q1},{{"item_id":"q2","score":1,"cluster_id":"c"}}"#)),
            "baseline: items[0].cluster_id: item \"q1\" carries no cluster, and 1 of 2 rows do; give every item its cluster, or say --cluster none if items are independent [cluster-incomplete]",
        ),
        (
            r#"{"run_id":"r","task_id":"t","answers":[],"metric_name":"a"}"#.into(),
            "baseline: the run has no \"model_id\", \"items\"; it has \"answers\"; a RunFrame is {run_id, model_id, task_id, metric_name, items: [{item_id, score}]} [run-malformed]",
        ),
        (
            r#"{"run_id":null}"#.into(),
            "baseline: run_id: is null, expected a string; write it in double quotes [run-malformed]",
        ),
        (
            r#"{"run_id":"a","run_id":"b"}"#.into(),
            "baseline: line 1, column 22: the key \"run_id\" stands twice in one object [run-malformed]",
        ),
        (
            r#"{"items":{}}"#.into(),
            "baseline: items: line 1, column 9: invalid type: map, expected the list of items [run-malformed]",
        ),
        (
            "{\"run_id\": \"r\",\n  \"model_id\": oops}".into(),
            "baseline: model_id: line 2, column 15: is not JSON: expected value [run-malformed]",
        ),
        (
            "{\"run_id\": \"r\",".into(),
            "baseline: line 1, column 15: the file ends in the middle of its JSON (EOF while parsing a value); the file was cut short: write it again [run-malformed]",
        ),
        (
            run(q1) + "\n" + &run(q1),
            "baseline: line 2, column 1: the file goes on after its JSON object; a run is one JSON object in a file of its own [run-malformed]",
        ),
    ] {
        assert_eq!(refusal(&text), expected);
    }
}

#[test]
fn hostile_text_is_cut_in_every_message() {
    let long = "\\u001b[31m".repeat(400);
    for text in [
        run(&format!(r#"{{"item_id":"a","score":"{long}"}}"#)),
        run(&format!(r#"{{"item_id":"{long}"}},{{"item_id":"{long}"}}"#)),
        run(&format!(r#"{{"item_id":"{long}"}},{{"item_id":"b","cluster_id":"c"}}"#)),
        run(&format!(r#""{long}""#)),
        format!(r#"{{"{long}":1}}"#),
        format!(r#"{{"items":[],"{long}":1,"{long}":}}"#),
        format!("{{{long}"),
        long,
    ] {
        let message = refusal(&text);
        assert!(message.len() < 1000, "{message}");
        assert!(!message.contains('\u{1b}'), "{message}");
    }
}

#[test]
fn options_that_the_file_does_not_fit_are_refused() {
    let text = run(r#"{"item_id":1,"score":1}"#);
    let with = |metric: Option<&str>, run_id: Option<&str>| {
        let options = ReadOptions {
            metric: metric.map(str::to_owned),
            run_id: run_id.map(str::to_owned),
            ..ReadOptions::default()
        };
        read(text.as_bytes(), None, &options).map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(with(Some("accuracy"), Some("r")), Ok(()));
    assert_eq!(
        with(Some("f1"), None),
        Err("metric_name: is \"accuracy\", and \"f1\" was asked for; ask for the one that the file holds, or give the file that holds the other [run-ambiguous]".into())
    );
    assert!(with(None, Some("other")).is_err_and(|e| e.starts_with("run_id: is \"r\"")));
}

#[test]
fn clusters_come_from_where_the_rule_says() {
    let text = run(r#"{"item_id":1,"cluster_id":7,"metadata":{"topic":"law","n":1.5}},
           {"item_id":2,"cluster_id":"b","metadata":{"topic":null,"n":1.5,"deep":{}}}"#);
    let clusters = |rule: ClusterRule| {
        reading(&text, rule)
            .map(|reading| reading.run.rows().map(|item| item.cluster.map(str::to_owned)).collect::<Vec<_>>())
    };
    let key = |key: &str| ClusterRule::Key(key.into());
    let some = |labels: [&str; 2]| Ok(labels.map(|label| Some(label.to_owned())).to_vec());
    assert_eq!(clusters(ClusterRule::FromData), some(["7", "b"]));
    assert_eq!(clusters(key("cluster_id")), some(["7", "b"]));
    assert_eq!(clusters(key("n")), some(["1.5", "1.5"]));
    assert_eq!(clusters(ClusterRule::Off), Ok(vec![None, None]));
    let error = |rule| clusters(rule).expect_err("refused").to_string();
    assert_eq!(
        error(key("topic")),
        "items[1].metadata[\"topic\"]: item \"2\" carries no cluster, and 1 of 2 rows do; give every item its cluster, or say --cluster none if items are independent [cluster-incomplete]"
    );
    assert_eq!(
        error(key("subject")),
        "items[].metadata: no item carries \"subject\"; metadata holds \"topic\", \"n\", \"deep\"; name a field that is there, or say --cluster none if items are independent [cluster-missing]"
    );
    assert_eq!(
        error(key("deep")),
        "items[1].metadata[\"deep\"]: is an object, expected one value; say --cluster none if items are independent [run-malformed]"
    );
}

#[test]
fn with_clusters_off_labels_are_not_even_read() {
    let text = run(r#"{"item_id":1,"cluster_id":["broken"]},{"item_id":2},{"item_id":3,"cluster_id":"c"}"#);
    assert!(reading(&text, ClusterRule::Off).is_ok_and(|reading| !reading.run.is_clustered()));
}

#[test]
fn bare_tokens_are_read_as_not_finite_and_said_so() {
    let text = run(
        "{\"item_id\":1,\"score\":NaN},\n{\"item_id\":2,\"score\":-Infinity},{\"item_id\":3,\"score\":null}",
    );
    let reading = reading(&text, ClusterRule::FromData).expect("read");
    assert_eq!(crate::domain::Unscored::NotFinite.as_str(), "score not finite");
    assert_eq!(reading.run.unscored().values().copied().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(
        reading.notes,
        [
            "The file is not strict JSON: it holds 2 numbers that are not finite (NaN, Infinity), first at line 1, column 99. A score that is not finite counts as unscored."
        ]
    );
    for elsewhere in ["\"run_id\":NaN", "\"items\":[{\"item_id\":NaN}]", "\"items\":NaN"] {
        assert!(refusal(&format!("{{{elsewhere}}}")).ends_with("[run-malformed]"));
    }
    let error = refusal(&run("{\"item_id\":1,\"epoch\":NaN}"));
    assert!(error.starts_with("baseline: items[0].epoch: is not finite, expected a whole number"), "{error}");
}

#[test]
fn a_score_of_one_delete_character_is_no_number() {
    for (nan, at) in [("1", 0), ("NaN", 0)] {
        let text = run(&format!("{{\"item_id\":1,\"score\":\"\u{7f}\"}},{{\"item_id\":2,\"score\":{nan}}}"));
        let error = reading(&text, ClusterRule::FromData).expect_err("refused");
        assert_eq!(error.code, Code::RunMalformed);
        assert!(error.place.starts_with(&format!("items[{at}]")), "{error}");
    }
}

#[test]
fn a_byte_order_mark_and_blanks_before_the_run_are_fine() {
    let text = format!("\u{feff} \r\n{}\n\n", run(r#"{"item_id":1,"score":1}"#));
    assert!(reading(&text, ClusterRule::FromData).is_ok());
}

#[test]
fn text_that_is_not_utf_8_is_refused_with_its_position() {
    let error = read(b"{\"run_id\":\n \"\xff\"}", None, &ReadOptions::default()).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "line 2, column 3: is not UTF-8 text; write the file as UTF-8 [run-malformed]"
    );
}

mod secrets {
    use proptest::prelude::*;

    use super::{Format, ReadOptions, read};
    use crate::domain::ClusterRule;

    /// Stands for a secret, and is like no word of ours.
    const SECRET: &str = "kV7qZx0wTn";

    /// What keys, cells and values are called in files that are no runs.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(SECRET.to_owned()),
            "[a-z_]{1,8}"
                .prop_filter("a run is something else", |word| !word.ends_with("id") && word != "items"),
            Just(format!("{SECRET}\u{fdd1}\u{fdd0}")),
            Just(format!("https://me:{SECRET}@host/x?y={SECRET}")),
            Just(format!("-----BEGIN {SECRET}-----")),
        ]
    }

    /// A value of JSON, as text.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            word().prop_map(|word| serde_json::Value::from(word).to_string()),
            Just("null".to_owned()),
            Just("NaN".to_owned()),
            Just("1e400".to_owned()),
            Just(SECRET.to_owned()),
            (0_u32..99).prop_map(|n| n.to_string()),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|list| format!("[{}]", list.join(","))),
                prop::collection::vec((word(), inner), 0..4).prop_map(|fields| object(&fields)),
            ]
        })
    }

    fn object(fields: &[(String, String)]) -> String {
        let field =
            |(key, value): &(String, String)| format!("{}:{value}", serde_json::Value::from(key.as_str()));
        format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
    }

    /// A file that is no run: JSON, lines of it, a table, lines of settings, or any of them cut.
    fn file() -> impl Strategy<Value = String> {
        let lines = prop::collection::vec(prop::collection::vec((word(), value()), 0..4), 1..4);
        let lines = lines.prop_map(|rows| rows.iter().map(|row| object(row) + "\n").collect::<String>());
        let cells = prop::collection::vec(prop::collection::vec(word(), 1..4), 1..4);
        let table = (cells, prop_oneof![Just(","), Just(";"), Just("\t"), Just("="), Just(": ")])
            .prop_map(|(rows, between)| rows.iter().map(|row| row.join(between) + "\n").collect::<String>());
        let whole = prop_oneof![value(), lines, table];
        (whole, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(text, at, cut)| {
            let end = if cut { at.index(text.len().max(1)) } else { text.len() };
            text.get(..end).unwrap_or(&text).to_owned()
        })
    }

    #[test]
    fn an_error_of_the_whole_run_waits_for_its_first_row_as_well() {
        let text = format!("id,b\n{SECRET},x\n{SECRET},1\n");
        let error = read(text.as_bytes(), None, &ReadOptions::default()).unwrap_err();
        assert_eq!(error.what, "item (not shown) in epoch 0 stands already at line 2");
        let text = text.replace("id,", "item_id,");
        let error = read(text.as_bytes(), None, &ReadOptions::default()).unwrap_err();
        assert_eq!(error.what, format!("item \"{SECRET}\" in epoch 0 stands already at line 2"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(20_000)))]
        #[test]
        fn no_error_about_a_file_that_is_no_run_shows_any_of_it(
            text in file(),
            format in prop::option::of(prop::sample::select(Format::ALL)),
            key in prop_oneof![Just(ClusterRule::FromData), Just(ClusterRule::Key("topic".into()))],
        ) {
            let options = ReadOptions { cluster: key, slice: Some("part".into()), ..ReadOptions::default() };
            let said = match read(text.as_bytes(), format, &options) {
                Ok(reading) => reading.notes.join("\n"),
                Err(error) => error.to_string(),
            };
            for part in SECRET.as_bytes().windows(4) {
                let part = std::str::from_utf8(part).unwrap();
                prop_assert!(!said.contains(part), "{:?} is quoted: {}", text, said);
            }
            prop_assert!(!said.contains(['\u{fdd0}', '\u{fdd1}']), "{}", said);
        }
    }
}
