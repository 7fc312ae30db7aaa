//! Formats are known by content, and what is not read is named.

use evalsig::readers::{Format, ReadOptions, read};

fn refusal(bytes: &[u8]) -> String {
    read(bytes, None, &ReadOptions::default()).unwrap_err().within("run").to_string()
}

#[test]
fn files_of_other_tools_are_named() {
    for (text, name) in [
        (
            r#"{"version": 2, "status": "success", "eval": {"task": "qa"}, "plan": {}, "samples": [{"score": NaN}]}"#,
            "an Inspect log",
        ),
        (
            "{\"doc_id\": 0, \"doc\": {}, \"acc\": NaN}\n{\"doc_id\": 1, \"doc\": {}, \"acc\": 1.0}\n",
            "samples of lm-evaluation-harness",
        ),
        (r#"{"results": {}, "configs": {}, "versions": {}}"#, "results of lm-evaluation-harness"),
        (
            r#"[{"instance_id": "id1", "train_trial_index": 0, "stats": []}]"#,
            "HELM's per_instance_stats.json",
        ),
        (r#"{"adapter_spec": {}, "request_states": []}"#, "HELM's scenario_state.json"),
        (r#"{"evalId": "e", "results": {"results": []}, "config": {}}"#, "output of promptfoo"),
        ("{\"promptIdx\": 0, \"gradingResult\": null}\n{\"promptIdx\": 1}\n", "output of promptfoo"),
        // Cut short, yet recognisable.
        (r#"{"version": 2, "eval": {}, "plan": {}, "samp"#, "an Inspect log"),
    ] {
        let refusal = refusal(text.as_bytes());
        assert!(refusal.starts_with(&format!("run: looks like {name}")), "{refusal}");
        assert!(refusal.ends_with("[format-unknown]"), "{refusal}");
    }
}

#[test]
fn containers_and_other_bytes_are_named() {
    for (bytes, what) in [
        (b"".as_slice(), "is empty"),
        (b" \r\n\t", "is empty"),
        (b"\xef\xbb\xbf\n", "is empty"),
        (b"\x1f\x8b\x08\x00", "is compressed with gzip"),
        (b"\x28\xb5\x2f\xfd\x00", "is compressed with zstd"),
        (b"PK\x03\x04\x14\x00", "is a zip archive"),
        (b"\xff\xfe{\x00", "is text in UTF-16"),
        (b"PARE", "is an encrypted Parquet file"),
        (b"[1, 2]", "is a JSON list"),
        (b"id,score\nq1,1\n", "is in no format that is read; it starts with \"id,score\\nq1,1\\n\""),
        (b"\x1b[2J\x00\xff", "is in no format that is read; it starts with \"\\u{1b}[2J\\0"),
    ] {
        let refusal = refusal(bytes);
        assert!(refusal.starts_with(&format!("run: {what}")), "{refusal}");
        assert!(refusal.ends_with("[format-unknown]"), "{refusal}");
    }
}

#[test]
fn a_named_format_is_held_against_the_content() {
    let json = br#" {"run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{"item_id":1,"score":1}]}"#;
    let options = ReadOptions::default();
    assert_eq!(read(json, Some(Format::RunFrame), &options).unwrap().format, Format::RunFrame);
    assert_eq!(read(json, None, &options).unwrap().format, Format::RunFrame);
    let error = read(json, Some(Format::Parquet), &options).unwrap_err().to_string();
    assert_eq!(
        error,
        "is not parquet: it looks like runframe; say --format runframe, or leave --format out [format-unknown]"
    );
    let error = read(b"PAR1", Some(Format::RunFrame), &options).unwrap_err().to_string();
    assert!(error.starts_with("is not runframe: it looks like parquet"), "{error}");
}
