//! Inspect logs: every shape in which they come, and damage.

use evalsig::domain::{ClusterRule, Code, Diagnostic, Unscored};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::runs::{Row, not_finite, rows};
use crate::support::zip::{Member, archive, run_frame};

fn header(samples: usize, more: &Value) -> Value {
    let mut header = json!({
        "version": 2, "status": "success",
        "eval": {"eval_id": "e1", "run_id": "r1", "task": "qa", "model": "mock/m", "task_version": 0},
        "plan": {"steps": []},
        "results": {"total_samples": samples, "completed_samples": samples, "scores": []},
    });
    for (key, value) in more.as_object().unwrap() {
        header[key] = value.clone();
    }
    header
}

fn sample(id: Value, epoch: u32, scores: Value, metadata: Value) -> Value {
    json!({"id": id, "epoch": epoch, "input": "Q", "target": "A", "scores": scores, "metadata": metadata})
}

/// An archive of a finished run; `method` packs a member.
fn eval(header: &Value, samples: &[Value], method: fn(&str, &[u8]) -> Member) -> Vec<u8> {
    let mut members = vec![method("_journal/start.json", b"{}")];
    for sample in samples {
        let id = sample["id"].as_str().map_or_else(|| sample["id"].to_string(), str::to_owned);
        let name = format!("samples/{id}_epoch_{}.json", sample["epoch"]);
        members.push(method(&name, sample.to_string().as_bytes()));
    }
    members.push(method("summaries.json", json!(samples).to_string().as_bytes()));
    members.push(method("header.json", header.to_string().as_bytes()));
    archive(&members)
}

/// The same as a JSON log.
fn log(header: &Value, samples: &[Value]) -> Vec<u8> {
    let mut log = header.clone();
    log["samples"] = json!(samples);
    log.to_string().into_bytes()
}

fn zstd(name: &str, bytes: &[u8]) -> Member {
    Member::zstd(name, bytes, 64)
}

fn by(bytes: &[u8], metric: Option<&str>, cluster: ClusterRule) -> Result<Reading, Diagnostic> {
    let options = ReadOptions { metric: metric.map(str::to_owned), cluster, ..ReadOptions::default() };
    read(bytes, None, &options)
}

fn plain(bytes: &[u8]) -> Result<Reading, Diagnostic> {
    by(bytes, None, ClusterRule::FromData)
}

fn small() -> (Value, Vec<Value>) {
    let samples = vec![
        sample(json!("q/0"), 1, json!({"match": {"value": "C"}}), json!({"passage": "p0"})),
        sample(json!("q/0"), 2, json!({"match": {"value": "I"}}), json!({"passage": "p0"})),
        sample(json!(7), 1, json!({"match": {"value": 0.25}}), json!({"passage": 1})),
        sample(json!(7), 2, json!({"match": {"value": "P"}}), json!({"passage": 1})),
    ];
    (header(4, &json!({})), samples)
}

fn expected() -> Vec<Row> {
    [("q/0", 1, "p0", 1.0), ("q/0", 2, "p0", 0.0), ("7", 1, "1", 0.25), ("7", 2, "1", 0.5)]
        .map(|(id, epoch, cluster, score)| (id.into(), epoch, Some(cluster.into()), Some(score)))
        .into()
}

#[test]
fn archives_of_every_compression_and_json_logs_hold_the_same() {
    let (header, samples) = small();
    let key = || ClusterRule::Key("passage".into());
    for bytes in [
        eval(&header, &samples, Member::stored),
        eval(&header, &samples, Member::deflated),
        eval(&header, &samples, zstd),
        log(&header, &samples),
    ] {
        let reading = by(&bytes, None, key()).unwrap();
        assert_eq!(reading.format, Format::Inspect);
        assert_eq!(rows(&reading.run), expected());
        assert_eq!(reading.notes, Vec::<String>::new());
        let names = reading.run.metadata();
        assert_eq!((&*names.run_id, &*names.model_id, &*names.task_id), ("e1", "mock/m", "qa"));
        assert_eq!(names.metric_name, "match");
        assert!(!plain(&bytes).unwrap().run.is_clustered());
        assert_eq!(read(&bytes, Some(Format::Inspect), &ReadOptions::default()).unwrap().run.len(), 4);
        let error = by(&bytes, None, ClusterRule::Key("topic".into())).unwrap_err();
        assert_eq!(
            (error.code, error.what.as_str()),
            (Code::ClusterMissing, "no item carries \"topic\"; metadata holds \"passage\"",)
        );
    }
}

#[test]
fn without_summaries_the_journal_is_read_whole_or_not_at_all() {
    let (header, samples) = small();
    let part = |n: usize, samples: &[Value]| {
        zstd(&format!("_journal/summaries/{n}.json"), json!(samples).to_string().as_bytes())
    };
    let head = || zstd("header.json", header.to_string().as_bytes());
    // The tenth part comes after the ninth, whatever their names say.
    let mut members: Vec<_> = (1..=9).map(|n| part(n, &samples[..1])).collect();
    members.extend([part(10, &samples), head()]);
    let reading = plain(&archive(&members)).unwrap();
    assert_eq!(reading.run.len(), 4);
    assert_eq!(reading.notes.len(), 2, "{:?}", reading.notes);
    let error = plain(&archive(&[part(1, &samples[..2]), part(3, &samples[2..]), head()])).unwrap_err();
    assert_eq!(error.what, "part 2 of the journal is missing");
    let error = plain(&archive(&[part(1, &samples[..3]), head()])).unwrap_err();
    assert_eq!(error.what, "the log counts 4 completed samples and holds 3");
    let error = plain(&archive(&[head()])).unwrap_err();
    assert_eq!(error.what, "holds neither summaries.json nor summaries in its journal");
    let error = plain(&archive(&[zstd("_journal/start.json", b"{}"), part(1, &samples)])).unwrap_err();
    assert_eq!(error.code, Code::RunUnfinished);
    let error = plain(&archive(&[Member::stored("../../run.json", b"{}")])).unwrap_err();
    assert_eq!(error.code, Code::FormatUnknown);
}

#[test]
fn the_last_summary_of_a_sample_counts_and_no_member_stands_twice() {
    let (header, samples) = small();
    let mut scored_again = samples.clone();
    scored_again.push(sample(json!("q/0"), 1, json!({"match": {"value": "I"}}), json!({})));
    let reading = plain(&archive(&[
        zstd("header.json", header.to_string().as_bytes()),
        zstd("summaries.json", json!(scored_again).to_string().as_bytes()),
    ]))
    .unwrap();
    assert_eq!(rows(&reading.run).iter().map(|row| row.3.unwrap()).sum::<f64>(), 0.75);
    assert!(
        reading.notes[0].contains("1 summaries are of a sample and epoch that a later one is of"),
        "{:?}",
        reading.notes
    );

    let older = json!([sample(json!("old"), 1, json!({"match": {"value": 1}}), json!({}))]).to_string();
    let error = plain(&archive(&[
        zstd("summaries.json", older.as_bytes()),
        zstd("header.json", header.to_string().as_bytes()),
        zstd("summaries.json", json!(samples).to_string().as_bytes()),
    ]))
    .unwrap_err();
    assert_eq!(error.code, Code::RunMalformed);
    assert!(error.what.starts_with("has two members by one name"), "{error}");

    // A string and an integer of the same digits are two samples, and no file may merge them.
    let twins = [json!(1), json!("1")].map(|id| sample(id, 1, json!({"match": {"value": 1}}), json!({})));
    let error = plain(&archive(&[
        zstd("header.json", self::header(2, &json!({})).to_string().as_bytes()),
        zstd("summaries.json", json!(twins).to_string().as_bytes()),
    ]))
    .unwrap_err();
    assert_eq!(error.code, Code::DuplicateItem);
}

#[test]
fn a_label_that_was_thinned_away_is_read_from_the_sample() {
    let (header, whole) = small();
    let long = |n: usize| format!("{n}{}", "x".repeat(2000));
    let whole: Vec<_> = whole
        .into_iter()
        .map(|mut sample| {
            sample["metadata"]["passage"] = json!(long(usize::from(sample["id"] == 7)));
            sample
        })
        .collect();
    let mut thinned = whole.clone();
    thinned[0]["metadata"]["passage"] = json!("Key removed from summary (> 1k)");
    thinned[2]["metadata"].as_object_mut().unwrap().remove("passage");
    let build = |samples: &[(&str, &Value)]| {
        let mut members: Vec<_> =
            samples.iter().map(|(name, sample)| zstd(name, sample.to_string().as_bytes())).collect();
        members.push(zstd("summaries.json", json!(thinned).to_string().as_bytes()));
        members.push(zstd("header.json", header.to_string().as_bytes()));
        archive(&members)
    };
    let key = || ClusterRule::Key("passage".into());
    // Newer versions may write a sample in parts.
    let shell = json!({"id": 7, "epoch": 1});
    let good = build(&[
        ("samples/q/0_epoch_1.json", &whole[0]),
        ("samples/7_epoch_1/sample.json", &shell),
        ("samples/7_epoch_1/metadata.json", &whole[2]["metadata"]),
    ]);
    let run = by(&good, None, key()).unwrap().run;
    assert_eq!(run.cluster_count(), Some(2));
    assert_eq!(run.rows().next().unwrap().cluster, Some(long(0).as_str()));
    let part = build(&[("samples/q/0_epoch_1.json", &whole[0]), ("samples/7_epoch_1/sample.json", &shell)]);
    assert_eq!(by(&part, None, key()).unwrap_err().code, Code::ClusterIncomplete);
    // Another sample under that name is not this one's.
    let wrong = build(&[("samples/q/0_epoch_1.json", &whole[1]), ("samples/7_epoch_1.json", &whole[2])]);
    let error = by(&wrong, None, key()).unwrap_err().to_string();
    assert!(error.contains("was removed or cut in the summary"), "{error}");
    let none = build(&[("samples/q/0_epoch_1.json", &whole[0])]);
    assert_eq!(by(&none, None, key()).unwrap_err().code, Code::ClusterIncomplete);
}

#[test]
fn one_score_is_chosen() {
    let scores = |safe: Value| {
        json!({"graded": {"value": 0.5}, "match": {"value": "C"}, "multi": {"value": {"helpful": 1, "safe": safe}},
               "panel": {"value": [1, 0]}})
    };
    let samples = [
        sample(json!(1), 1, scores(json!(0.7)), json!({})),
        sample(json!(2), 1, scores(json!(null)), json!({})),
    ];
    let bytes = |headline: Value| {
        let results = json!({"total_samples": 2, "completed_samples": 2, "headline": headline});
        eval(&header(2, &json!({"results": results})), &samples, zstd)
    };
    let metric = |name: &str| by(&bytes(json!(null)), Some(name), ClusterRule::FromData);
    assert_eq!(
        plain(&bytes(json!(null))).unwrap_err().to_string(),
        "scores: the file holds 5 metrics: \"graded\", \"match\", \"multi/helpful\", \"multi/safe\", \"panel\"; \
         choose one with --metric [run-ambiguous]"
    );
    let read = plain(&bytes(json!({"scorer": "match", "score": "match", "metric": "accuracy"}))).unwrap();
    assert_eq!(read.run.metadata().metric_name, "match");
    assert!(read.notes[0].contains("headline"), "{:?}", read.notes);
    let read = plain(&bytes(json!({"scorer": "multi", "score": "safe", "metric": "mean"}))).unwrap();
    assert_eq!(read.run.metadata().metric_name, "multi/safe");
    assert_eq!(rows(&read.run).iter().map(|row| row.3).collect::<Vec<_>>(), [Some(0.7), None]);
    let read =
        plain(&bytes(json!({"scorer": "match", "metric": "accuracy", "reducer": "at_least_1"}))).unwrap();
    assert!(read.notes[1].contains("by \"at_least_1\""), "{:?}", read.notes);
    assert_eq!(metric("multi/helpful").unwrap().run.metadata().metric_name, "multi/helpful");
    for name in ["multi", "helpful", "accuracy"] {
        assert_eq!(metric(name).unwrap_err().code, Code::RunAmbiguous, "{name}");
    }
    let error = metric("panel").unwrap_err();
    assert!(error.what.contains("several judges"), "{error}");
    let twice = json!({"a": {"value": {"b": 1}}, "a/b": {"value": 0}});
    let error = plain(&log(&header(1, &json!({})), &[sample(json!(1), 1, twice, json!({}))])).unwrap_err();
    assert!(error.what.contains("are both called \"a/b\""), "{error}");
}

#[test]
fn what_has_no_score_is_unscored_for_a_reason() {
    let score = |value: &str| format!("{{\"s\":{{\"value\":{value}}}}}");
    let samples = [
        (score("NaN"), "null"),
        (score("-Infinity"), "null"),
        (score("\"maybe\""), "null"),
        (score("null"), "null"),
        ("{}".into(), "null"),
        ("{}".into(), "{\"message\":\"boom\"}"),
        ("null".into(), "\"boom\""),
        (score("true"), "null"),
    ];
    let samples: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(id, (scores, error))| format!(r#"{{"id":{id},"epoch":1,"scores":{scores},"error":{error}}}"#))
        .collect();
    let text = header(8, &json!({})).to_string();
    let text = format!("{},\"samples\":[{}]}}", text.strip_suffix('}').unwrap(), samples.join(","));
    let run = plain(text.as_bytes()).unwrap().run;
    assert_eq!(not_finite(&run), 2);
    assert_eq!(run.unscored()[&Unscored::NotANumber], 1);
    assert_eq!(run.unscored()[&Unscored::Missing], 2);
    assert_eq!(run.unscored()[&Unscored::Failed], 2);
    assert_eq!(rows(&run)[7].3, Some(1.0));
}

#[test]
fn a_run_that_did_not_succeed_is_refused() {
    let (_, samples) = small();
    for (more, place) in [
        (json!({"status": "error"}), "status"),
        (json!({"status": "cancelled"}), "status"),
        (json!({"status": "started"}), "status"),
        (json!({"invalidated": true}), "invalidated"),
    ] {
        let header = header(4, &more);
        for (bytes, file) in [(log(&header, &samples), ""), (eval(&header, &samples, zstd), "header.json: ")]
        {
            let error = plain(&bytes).unwrap_err();
            assert_eq!((error.code, error.place), (Code::RunUnfinished, format!("{file}{place}")));
        }
    }
    let error = plain(header(4, &json!({})).to_string().as_bytes()).unwrap_err();
    assert!(error.what.contains("header only"), "{error}");
}

#[test]
fn logs_of_2024_have_one_score() {
    let samples: Vec<_> = (0..3).map(|id| json!({"id": id, "epoch": 1, "score": {"value": "C"}})).collect();
    let header = json!({
        "version": 1, "status": "success", "eval": {"run_id": "r", "task": "t", "model": "m"},
        "results": {"scorer": {"name": "match"}, "metrics": {}},
    });
    let run = plain(&log(&header, &samples)).unwrap().run;
    assert_eq!((run.metadata().metric_name.as_str(), run.metadata().run_id.as_str()), ("match", "r"));
    assert!(rows(&run).iter().all(|row| row.3 == Some(1.0)));
}

#[test]
fn a_hostile_archive_is_refused_before_it_costs_memory() {
    // 1.2 GB from 50 kB.
    let packed = run_frame(b' ', 100).repeat(120);
    let bomb = Member { name: "header.json".into(), method: 93, packed, crc: 0, size: 1_200_000_000 };
    let error = plain(&archive(&[bomb])).unwrap_err();
    assert_eq!(error.what, "unpacks to far more than a file of its size holds");
    let mut unknown = Member::stored("header.json", b"{}");
    unknown.method = 14;
    assert_eq!(plain(&archive(&[unknown])).unwrap_err().code, Code::RunMalformed);
    let mut wrong = Member::stored("header.json", b"{}");
    wrong.crc ^= 1;
    assert_eq!(plain(&archive(&[wrong])).unwrap_err().code, Code::RunMalformed);
}

#[test]
fn a_log_that_was_cut_short_is_refused() {
    let (header, samples) = small();
    for bytes in
        [eval(&header, &samples, zstd), eval(&header, &samples, Member::deflated), log(&header, &samples)]
    {
        for end in 0..bytes.len() {
            assert_eq!(plain(&bytes[..end]).unwrap_err().code.exit().code(), 65, "{end} bytes");
        }
    }
}

/// Checksums see to it that an archive says what it said, or nothing.
#[test]
fn a_changed_bit_of_an_archive_is_refused_or_changes_nothing() {
    let (header, samples) = small();
    for method in [Member::deflated, zstd] {
        let whole = eval(&header, &samples, method);
        for bit in 0..8 * whole.len() {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            match by(&bytes, None, ClusterRule::Key("passage".into())) {
                Ok(reading) => assert_eq!(rows(&reading.run), expected(), "bit {bit}"),
                Err(error) => assert_eq!(error.code.exit().code(), 65, "bit {bit}: {error}"),
            }
        }
    }
}

proptest! {
    #[test]
    fn a_changed_byte_of_a_json_log_loses_no_sample(at: prop::sample::Index, with: u8) {
        let (header, samples) = small();
        let mut bytes = log(&header, &samples);
        *at.get_mut(&mut bytes) = with;
        match plain(&bytes) {
            Ok(reading) => prop_assert_eq!(reading.run.len(), 4),
            Err(error) => prop_assert_eq!(error.code.exit().code(), 65),
        }
    }
}
