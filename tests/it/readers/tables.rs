//! JSON Lines and CSV: which columns are read, and every way in which a table can be crooked.

use evalsig::domain::{ClusterRule, Code, Diagnostic, Unscored};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use proptest::prelude::*;
use serde_json::json;

use crate::support::runs::{Row, rows, valid_rows};

fn by(text: &str, metric: Option<&str>, cluster: ClusterRule) -> Result<Reading, Diagnostic> {
    let options = ReadOptions { metric: metric.map(str::to_owned), cluster, ..ReadOptions::default() };
    read(text.as_bytes(), None, &options)
}

fn plain(text: &str) -> Result<Reading, Diagnostic> {
    by(text, None, ClusterRule::FromData)
}

fn refusal(text: &str) -> String {
    plain(text).unwrap_err().to_string()
}

fn scores(text: &str) -> Vec<(String, Option<f64>)> {
    let reading = plain(text).unwrap();
    rows(&reading.run).into_iter().map(|(id, _, _, score)| (id, score)).collect()
}

fn expected(pairs: &[(&str, f64)]) -> Vec<(String, Option<f64>)> {
    pairs.iter().map(|(id, score)| ((*id).to_owned(), Some(*score))).collect()
}

#[test]
fn the_smallest_tables_are_read() {
    let q = expected(&[("1", 1.0), ("2", 0.5)]);
    for (text, format) in [
        ("{\"id\":1,\"score\":1}\n{\"id\":2,\"score\":0.5}", Format::Jsonl),
        ("\u{feff}{\"item_id\":\"1\",\"acc\":true}\r\n\r\n  {\"acc\":0.5,\"item_id\":2}\r\n", Format::Jsonl),
        ("id,score\n1,1\n2,0.5\n", Format::Csv),
        ("\u{feff}\"id\",\"score\"\r\n\"1\",\"1\"\r\n\r\n2,0.5\r\n", Format::Csv),
        ("id;score\n1;1.0\n2;.5\n", Format::Csv),
        ("question, yes;sample_id\tscore\nwho, what;1\t1\nsay \"hi\";2\t5e-1\n", Format::Csv),
        (",doc_id,correct\n0,1,True\n1,2,0.5\n", Format::Csv),
    ] {
        let text = text.replace("question, yes;", "").replace("who, what;", "").replace("say \"hi\";", "");
        let reading = plain(&text).unwrap();
        assert_eq!(reading.format, format, "{text}");
        assert_eq!(scores(&text), q, "{text}");
        let names = reading.run.metadata();
        assert_eq!([&names.run_id, &names.model_id, &names.task_id], ["unknown"; 3]);
    }
    assert_eq!(scores("{\"doc_id\":0,\"score\":1}"), expected(&[("0", 1.0)]));
}

#[test]
fn a_name_in_the_file_is_kept_and_several_runs_are_refused() {
    let row = |run: &str, model: &str, item: u8, score: u8| {
        json!({"run_id": run, "model_id": model, "task_id": "t", "metric_name": "acc", "item_id": item, "score": score, "epoch": 0, "tokens": 7})
            .to_string() + "\n"
    };
    let one = row("a", "m", 1, 1) + &row("a", "m", 2, 0);
    let names = plain(&one).unwrap().run.metadata().clone();
    assert_eq!([names.run_id, names.model_id, names.task_id, names.metric_name], ["a", "m", "t", "acc"]);
    let two = one.clone() + &row("b", "m", 1, 1);
    assert_eq!(
        refusal(&two),
        "run_id: the file holds 2 runs: \"a\", \"b\"; choose one with --baseline-run or --candidate-run (doctor: --run-id) [run-ambiguous]"
    );
    let options = ReadOptions { run_id: Some("b".into()), ..ReadOptions::default() };
    assert_eq!(read(two.as_bytes(), None, &options).unwrap().run.len(), 1);
    assert!(refusal(&(one + &row("a", "n", 3, 1))).starts_with("model_id: rows of one run name both"));
}

#[test]
fn the_metric_is_the_only_column_of_numbers_or_a_choice() {
    let text = "id,prompt,score,f1,latency\nq1,Say it.,,0.5,12\nq2,No.,1,n/a,30\n";
    assert_eq!(
        refusal(text),
        "columns: the file holds 3 metrics: \"score\", \"f1\", \"latency\"; choose one with --metric [run-ambiguous]"
    );
    let run = by(text, Some("f1"), ClusterRule::FromData).unwrap().run;
    assert_eq!(run.metadata().metric_name, "f1");
    assert_eq!(run.unscored(), [(Unscored::NotANumber, 1)].into());
    let error = |metric| by(text, Some(metric), ClusterRule::FromData).unwrap_err().to_string();
    assert!(
        error("acc").starts_with("columns: no metric is \"acc\"; the file holds \"score\""),
        "{}",
        error("acc")
    );
    assert!(error("prompt").starts_with("no row has a number in \"prompt\""));
    assert!(
        refusal("item_id,answer\n1,yes\n")
            .starts_with("no column holds numbers; there are \"item_id\", \"answer\"")
    );
}

#[test]
fn what_is_no_number_is_unscored_with_its_reason_wherever_it_stands() {
    let jsonl = "{\"id\":1,\"s\":\"n/a\"}\n{\"id\":2}\n{\"id\":3,\"s\":null}\n{\"id\":4,\"s\":\"0.5\",\"x\":\"NaN\"}\n\
                 {\"id\":5,\"s\":NaN}\n{\"id\":6,\"s\":1}\n{\"id\":7,\"s\":[1]}\n{\"id\":8,\"s\":1e999}\n{\"id\":9,\"s\":-Infinity,\"x\":[NaN]}\n";
    let unscored = [(Unscored::Missing, 2), (Unscored::NotFinite, 3), (Unscored::NotANumber, 3)].into();
    let run = plain(jsonl).unwrap().run;
    assert_eq!(run.unscored(), unscored);
    assert_eq!(by(jsonl, Some("s"), ClusterRule::FromData).unwrap().run, run);
    let csv = "id,s\n1,n/a\n2,\n3,NA\n4,half\n5,nan\n6,1\n7,[1]\n8,1e999\n9,-inf\n";
    assert_eq!(plain(csv).unwrap().run.unscored(), unscored);
    let texts = |reading: Reading| -> Vec<bool> {
        reading.run.rows().map(|row| row.score == Err(Unscored::NotANumber)).collect()
    };
    assert_eq!(texts(plain(jsonl).unwrap()), texts(plain(csv).unwrap()));
}

#[test]
fn clusters_are_found_where_they_stand() {
    let text = "{\"id\":1,\"s\":1,\"group\":7,\"metadata\":{\"topic\":\"law\"},\"flag\":true}\n\
                {\"id\":2,\"s\":1,\"group\":\"b\",\"metadata\":{\"topic\":\"art\"},\"flag\":false}\n";
    let labels = |rule| {
        by(text, Some("s"), rule)
            .map(|reading| reading.run.rows().map(|row| row.cluster.map(str::to_owned)).collect::<Vec<_>>())
    };
    let some = |labels: [&str; 2]| Ok(labels.map(|label| Some(label.to_owned())).to_vec());
    let key = |key: &str| ClusterRule::Key(key.into());
    assert_eq!(labels(ClusterRule::FromData), some(["7", "b"]));
    assert_eq!(labels(key("topic")), some(["law", "art"]));
    assert_eq!(labels(key("flag")), some(["true", "false"]));
    assert_eq!(labels(ClusterRule::Off), Ok(vec![None, None]));
    let error = labels(key("subject")).unwrap_err();
    assert_eq!(error.code, Code::ClusterMissing);
    assert!(error.what.contains("there are \"topic\", \"id\""), "{error}");
    assert_eq!(
        refusal("id,cluster,s\n1,a,1\n\n2,,1\n"),
        "line 4: item \"2\" carries no cluster, and 1 of 2 rows do; give every item its cluster, or say --cluster none if items are independent [cluster-incomplete]"
    );
}

#[test]
fn epochs_are_counted_and_duplicates_named_by_their_lines() {
    let run = plain("id,epoch,s\n007,1,1\n007,2,0\n7,1,1\n").unwrap().run;
    assert_eq!(
        run.rows().map(|row| (row.id, row.epoch)).collect::<Vec<_>>(),
        [("007", 1), ("007", 2), ("7", 1)]
    );
    assert_eq!(
        refusal("id,note,s\r\n1,\"a\r\nb\",1\r\n\r\n2,,0\r\n1,,1\r\n"),
        "line 6: item \"1\" in epoch 0 stands already at line 2; keep one row per item and epoch, or number the repeats with \"epoch\" [duplicate-item]"
    );
    assert!(
        refusal("id,epoch,s\n1,first,1\n")
            .starts_with("line 2: epoch: is \"first\", expected a whole number")
    );
    assert!(refusal("{\"id\":1,\"s\":1,\"epoch\":0.5}\n").starts_with("line 1: epoch: is 0.5, expected"));
}

#[test]
fn every_crooked_row_is_refused_with_its_line() {
    for (text, expected) in [
        ("id,s\n1,1\n2,0,5\n", "line 3: has 3 cells, and the first line names 2 columns"),
        ("id,s\n1,1\n2\n", "line 3: has 1 cells, and the first line names 2 columns"),
        ("id,s,s\n1,1,1\n", "line 1: the column \"s\" stands twice"),
        ("id,s\n,1\n", "line 2: id: is null, expected a string or an integer"),
        ("id,s\n", "has no rows"),
        ("id;s\n1;0,5\n2;1\n", "line 2: s: is \"0,5\": is that a decimal comma?"),
        ("id,s\n1,\"1,000\"\n2,3\n", "line 2: s: is \"1,000\": is that a decimal comma?"),
        ("id,s\n1,1\n2,0.5", "line 3: the file ends in the middle of this row"),
        ("id,s\n1,1\n2,\"0.5\n3,1\n", "line 3: the file ends in the middle of this row"),
        ("id,s\n\"q1,1\n\"q2\",0\n", "line 2: a cell goes on after its closing quotation mark"),
        ("question,s\nwho,1\n", "line 2: no column names the item; there are (not shown)"),
        ("id,answer\n1,yes\n", "no column holds numbers; there are (not shown)"),
        ("id,s,Grader Reason\n1,1,ok\n", "line 1: looks like promptfoo's table"),
        (
            "{\"id\":1,\"s\":1}\n{\"id\":2,\"s\":",
            "line 2, column 12: the line ends in the middle of its JSON",
        ),
        ("{\"id\":1,\"s\":1}\n{\"id\":2,\"s\":1}x\n", "line 2, column 15: "),
        (
            "{\"id\":1,\"s\":1}\n[2,1]\n",
            "line 2, column 1: invalid type: sequence, expected a row as an object",
        ),
        ("{\"id\":1,\"s\":1}\n\n{\"s\":1}\n", "line 3: no column names the item"),
        ("{\"id\":1,\"s\":1}\n{\"id\":2,\"s\":1,\"s\":0}\n", "line 2: the column \"s\" stands twice"),
        (
            "{\"id\":1,\"s\":1}\n{\"item_id\":2,\"s\":1}\n",
            "line 2: the item is named by \"item_id\" here and by \"id\" on line 1",
        ),
        ("{\"id\":1,\"s\":1}\n{\"id\":1.5,\"s\":1}\n", "line 2: id: is 1.5, expected a string or an integer"),
        ("{\"id\":1,\"s\":1}\n{\"id\":2,\"s\":nan}\n", "line 2, column 14: is not JSON"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.starts_with(expected), "{text:?}\n{refusal}");
    }
    let error = read(b"id,s\n1,1\n\xff,1\n", None, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with("line 3: is not UTF-8 text"), "{error}");
    let error = read(b"{\"id\":1,\"s\":1}\n{\"id\":\"\xff\"}", None, &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().starts_with("line 2, column 8: is not UTF-8 text"), "{error}");
}

#[test]
fn a_line_that_tells_the_separator_is_no_row() {
    let q = expected(&[("a,b", 1.0), ("2", 0.5)]);
    for text in [
        "sep=;\nid;score\na,b;1\n2;0.5\n",
        "\u{feff}SEP=;\r\nid;score\r\na,b;1\r\n2;0.5\r\n",
        "\"sep=;\"\nid;score\na,b;1\n2;0.5\n",
        "sep=\t\nid\tscore\na,b\t1\n2\t0.5\n",
    ] {
        assert_eq!(scores(text), q, "{text:?}");
    }
    assert!(
        refusal("sep=;\nid;s\n1;1\n2\n").starts_with("line 4: has 1 cells"),
        "{}",
        refusal("sep=;\nid;s\n1;1\n2\n")
    );
}

#[test]
fn a_column_of_decimal_commas_is_named_with_its_first_cell() {
    let text = "sep=;\nid;note;score\n1;a;0,5\n2;b;0,75\n";
    let said = "line 3: score: is \"0,5\": is that a decimal comma?";
    assert!(refusal(text).starts_with(said), "{}", refusal(text));
    let asked = by(text, Some("score"), ClusterRule::FromData).unwrap_err().to_string();
    assert!(asked.starts_with(said) && asked.contains("decimal point"), "{asked}");
    // A column that is not asked for may be written as people like it.
    let beside = "id;price;score\n1;0,5;1\n2;0,75;0\n";
    assert_eq!(scores(beside), expected(&[("1", 1.0), ("2", 0.0)]));
}

#[test]
fn a_run_object_is_not_taken_for_a_line() {
    let run = r#"{"id":"x","run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{"item_id":1,"score":1}]}"#;
    assert_eq!(plain(run).unwrap().format, Format::RunFrame);
    assert_eq!(plain("{\n\"id\": 1,\n\"score\": 1\n}").unwrap_err().code, Code::FormatUnknown);
}

#[test]
fn a_hostile_table_is_refused_or_read_and_nothing_grows() {
    let deep = |depth| format!("{{\"id\":1,\"s\":1,\"x\":{}{}}}\n", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(scores(&deep(1_000_000)), expected(&[("1", 1.0)]));
    let metadata = deep(1_000).replace("\"x\"", "\"metadata\"");
    assert!(by(&metadata, None, ClusterRule::Key("topic".into())).is_err());

    let names =
        |from: usize| (from..from + 6000).map(|i| format!("\"c{i}\":\"\"")).collect::<Vec<_>>().join(",");
    let row = |id, from| format!("{{\"id\":{id},\"s\":1,{}}}\n", names(from));
    assert!(plain(&(row(1, 0) + &row(2, 3000).replace("\"s\":1,", "") + &row(3, 1))).is_ok());
    let error = refusal(&(row(1, 0) + &row(2, 6000)));
    assert!(error.starts_with("line 2: the rows so far have 10000 columns"), "{error}");
    let header: Vec<String> = (0..20_000).map(|i| format!("c{i}")).collect();
    let wide = format!("id,{}\n1,{}\n", header.join(","), vec!["1"; header.len()].join(","));
    assert!(refusal(&wide).starts_with("line 2: the rows so far have 10000 columns"));
}

/// The rows of a valid run as a table in one of several styles.
fn table(rows: &[Row], csv: bool) -> String {
    let clustered = rows.iter().any(|row| row.2.is_some());
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = String::new();
    if csv {
        out += if clustered { "group,item_id,epoch,score\r\n" } else { "item_id,epoch,score\r\n" };
    }
    for (id, epoch, cluster, score) in rows {
        if csv {
            let cluster = cluster.iter().map(|label| quoted(label) + ",").collect::<String>();
            let score = score.map(|score| format!("{score:?}")).unwrap_or_default();
            out += &format!("{cluster}{},{epoch},{score}\r\n", quoted(id));
        } else {
            let mut row = json!({"item_id": id, "epoch": epoch, "score": score});
            if let Some(cluster) = cluster {
                row["group"] = json!(cluster);
            }
            out += &(row.to_string() + "\n");
        }
    }
    out
}

/// Rows that a table can hold: a cell without text is no name, and one number must be there.
fn table_rows() -> impl Strategy<Value = Vec<Row>> {
    valid_rows(12).prop_map(|mut rows| {
        rows.iter_mut().for_each(|(id, _, cluster, _)| {
            *id = format!("q{id}");
            cluster.iter_mut().for_each(|label| label.insert(0, 'c'));
        });
        rows[0].3.get_or_insert(0.5);
        rows
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(expected in table_rows(), csv in any::<bool>()) {
        let reading = plain(&table(&expected, csv)).unwrap();
        prop_assert_eq!(rows(&reading.run), expected);
    }

    /// A cut at the end of a row leaves a shorter file that is whole: that it was longer, nothing tells.
    #[test]
    fn a_file_that_was_cut_within_a_row_is_refused(
        expected in table_rows(), csv in any::<bool>(), at in any::<prop::sample::Index>(),
    ) {
        let whole = table(&expected, csv).into_bytes();
        let cut = &whole[..at.index(whole.len())];
        if let Ok(reading) = read(cut, None, &ReadOptions::default()) {
            let read = rows(&reading.run);
            prop_assert_eq!(&read[..], &expected[..read.len()]);
            let rest = table(&expected[..read.len()], csv);
            prop_assert!(rest.trim_end().as_bytes() == cut.trim_ascii_end(), "{:?}", String::from_utf8_lossy(cut));
        }
    }

    #[test]
    fn a_flipped_bit_never_loses_a_row(
        expected in table_rows(), csv in any::<bool>(), at in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let mut bytes = table(&expected, csv).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(reading) = read(&bytes, None, &ReadOptions::default()) {
            prop_assert_eq!(reading.run.len(), expected.len());
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\{\\}\\[\\]:,;\"\r\n\t idscore0-9.e-]{0,120}") {
        let _ = read(&bytes, None, &ReadOptions::default());
        for format in [Format::Csv, Format::Jsonl] {
            let _ = read(text.as_bytes(), Some(format), &ReadOptions::default());
            let _ = read(format!("id,s\n{text}").as_bytes(), Some(format), &ReadOptions::default());
        }
    }
}
