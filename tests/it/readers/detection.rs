//! Formats are known by content, and what is not read is named.

use evalsig::readers::{Format, ReadOptions, read};

fn refusal(bytes: &[u8]) -> String {
    read(bytes, None, &ReadOptions::default()).unwrap_err().within("run").to_string()
}

#[test]
fn files_of_other_tools_are_named() {
    for (text, name) in [
        (r#"{"results": {}, "configs": {}, "versions": {}}"#, "results of lm-evaluation-harness"),
        (r#"{"adapter_spec": {}, "request_states": []}"#, "HELM's scenario_state.json"),
        // Cut short, yet recognisable.
        (r#"{"htmls": [], "score": 0.5, "convos": [["#, "results of OpenAI's simple-evals"),
        (r#"{"schema_version": "0.2.2", "evaluation_results": []}"#, "results of Every Eval Ever"),
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
        (b"\x28\xb5\x2f\xfd\x00", "is compressed with zstd"),
        (b"PK\x05\x06\x00\x00", "is an empty zip archive"),
        (b"\xff\xfe{\x00", "is text in UTF-16"),
        (b"PARE", "is an encrypted Parquet file"),
        (b"ARROW1\x00\x00", "is an Arrow file"),
        (b"[1, 2]", "is a JSON list"),
        (b"name: qa\nscore: 1\n", "is in no format that is read: 18 bytes of text that begin with a letter"),
        (
            b"Well, this is\nno table.\n",
            "is in no format that is read: 24 bytes of text that begin with a letter",
        ),
        (
            b"\x1b[2J\x00\xff",
            "is in no format that is read: 6 bytes that are no text and begin with a control character",
        ),
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
