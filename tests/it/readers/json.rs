//! RunFrame JSON: round trips, damage, and every way a file may be spelt.

use evalsig::domain::{Code, RunMetadata};
use evalsig::readers::{ReadOptions, read};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::runs::{Row, rows, text, valid_rows};

fn names() -> impl Strategy<Value = RunMetadata> {
    (text(), text(), text(), text(), prop::option::of("[ -~]{1,8}")).prop_map(
        |(run_id, model_id, task_id, metric_name, config_hash)| RunMetadata {
            run_id,
            model_id,
            task_id,
            metric_name,
            config_hash,
            judge: None,
        },
    )
}

/// One of the many spellings of a run: optional fields left out or null, more fields than known.
fn spell(names: &RunMetadata, rows: &[Row], style: u8) -> Value {
    let bit = |n: u8| style & (1 << n) != 0;
    let items = rows.iter().map(|(id, epoch, cluster, score)| {
        let mut item = serde_json::Map::new();
        let id = match id.parse::<u64>() {
            Ok(n) if bit(0) && n.to_string() == *id => json!(n),
            _ => json!(id),
        };
        item.insert("item_id".into(), id);
        match score {
            None if bit(1) => {}
            Some(x) if *x == 1.0 && bit(2) => drop(item.insert("score".into(), json!(true))),
            Some(x) if *x == 0.0 && bit(2) => drop(item.insert("score".into(), json!(0))),
            score => drop(item.insert("score".into(), json!(score))),
        }
        if *epoch != 0 || bit(3) {
            item.insert("epoch".into(), json!(epoch));
        }
        if cluster.is_some() || bit(4) {
            item.insert("cluster_id".into(), json!(cluster));
        }
        if bit(5) {
            item.insert("metadata".into(), json!({"score": "x", "deep": [[{"a": [null]}]]}));
            item.insert("another".into(), json!({"item_id": 3}));
        }
        Value::Object(item)
    });
    let items: Vec<_> = items.collect();
    json!({
        "run_id": names.run_id, "model_id": names.model_id, "task_id": names.task_id,
        "metric_name": names.metric_name, "config_hash": names.config_hash, "items": items,
        "about": ["items", {"items": []}],
    })
}

fn file(names: &RunMetadata, rows: &[Row], style: u8) -> Vec<u8> {
    let value = spell(names, rows, style);
    let text =
        if style & 64 == 0 { value.to_string() } else { serde_json::to_string_pretty(&value).unwrap() };
    // Characters outside ASCII as escapes, as Python writes them.
    let escaped = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>()
    };
    let escape = style & 128 != 0;
    text.chars()
        .map(|c| if escape && !c.is_ascii() { escaped(c) } else { c.to_string() })
        .collect::<String>()
        .into_bytes()
}

/// The rows by way of a JSON tree: slow, and nothing of the reader in it.
fn oracle(bytes: &[u8]) -> Option<Vec<Row>> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let label = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(n) if n.is_u64() || n.is_i64() => Some(n.to_string()),
        _ => None,
    };
    let row = |item: &Value| {
        let score = match item.get("score") {
            Some(Value::Bool(yes)) => Some(f64::from(u8::from(*yes))),
            other => other.and_then(Value::as_f64),
        };
        let epoch = item.get("epoch").and_then(Value::as_u64).unwrap_or(0);
        Some((label(item.get("item_id")?)?, epoch as u32, item.get("cluster_id").and_then(label), score))
    };
    value.get("items")?.as_array()?.iter().map(row).collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read(names in names(), expected in valid_rows(20), style: u8) {
        let reading = read(&file(&names, &expected, style), None, &ReadOptions::default()).unwrap();
        prop_assert_eq!(reading.run.metadata(), &names);
        prop_assert_eq!(rows(&reading.run), expected);
        prop_assert!(reading.notes.is_empty());
    }

    #[test]
    fn a_file_that_was_cut_short_is_refused(names in names(), expected in valid_rows(4), style: u8) {
        let bytes = file(&names, &expected, style);
        for end in 0..bytes.len() {
            prop_assert!(read(&bytes[..end], None, &ReadOptions::default()).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn a_changed_byte_changes_what_it_says_or_is_refused(
        names in names(), expected in valid_rows(4), style: u8, at: prop::sample::Index, with: u8,
    ) {
        let mut bytes = file(&names, &expected, style);
        *at.get_mut(&mut bytes) = with;
        if let Ok(reading) = read(&bytes, None, &ReadOptions::default()) {
            prop_assert!(reading.notes.is_empty());
            prop_assert_eq!(Some(rows(&reading.run)), oracle(&bytes));
        }
    }

    #[test]
    fn trailing_bytes_are_refused(names in names(), expected in valid_rows(4), style: u8, tail in "[ \n]{0,3}[^ \n\r\t]") {
        let mut bytes = file(&names, &expected, style);
        bytes.extend_from_slice(tail.as_bytes());
        prop_assert!(read(&bytes, None, &ReadOptions::default()).is_err());
    }

    #[test]
    fn bare_tokens_are_unscored_and_nothing_else_changes(
        names in names(), expected in valid_rows(12), style: u8, token in "NaN|-?Infinity|-?1e999",
    ) {
        let style = style & !(1 << 1);
        let text = String::from_utf8(file(&names, &expected, style)).unwrap();
        let text = text.replace("\"score\":null", &format!("\"score\":{token}"))
            .replace("\"score\": null", &format!("\"score\": {token}"));
        let unscored = expected.iter().filter(|row| row.3.is_none()).count();
        let sentinel = expected.iter().any(|row| row.0 == "\u{7f}" || row.2.as_deref() == Some("\u{7f}"))
            || [&names.run_id, &names.model_id, &names.task_id, &names.metric_name].contains(&&"\u{7f}".to_owned());
        prop_assume!(!sentinel);
        let reading = read(text.as_bytes(), None, &ReadOptions::default()).unwrap();
        prop_assert_eq!(reading.run.metadata(), &names);
        prop_assert_eq!(crate::support::runs::not_finite(&reading.run), unscored);
        prop_assert_eq!(reading.notes.len(), usize::from(unscored > 0));
        prop_assert_eq!(rows(&reading.run), expected);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut framed = b"{".to_vec();
        framed.extend_from_slice(&bytes);
        let _ = read(&bytes, None, &ReadOptions::default());
        let _ = read(&framed, None, &ReadOptions::default());
    }
}

#[test]
fn nesting_never_costs_the_stack() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(300_000), close.repeat(300_000));
    let lists = deep("[", "]");
    let objects = deep("{\"a\":", "}").replace(":}", ":1}");
    let head = r#"{"run_id":"r","model_id":"m","task_id":"t","metric_name":"a""#;
    for nested in [&lists, &objects] {
        let ok = format!(
            r#"{head},"x":{nested},"items":[{{"item_id":1,"score":1,"y":{nested},"metadata":{{"z":{nested}}}}}]}}"#
        );
        read(ok.as_bytes(), None, &ReadOptions::default()).unwrap();
        for broken in [
            format!(r#"{head},"items":{nested}}}"#),
            format!(r#"{head},"items":[{nested}]}}"#),
            format!(r#"{head},"items":[{{"item_id":1,"score":{nested}}}]}}"#),
            format!(r#"{head},"items":[{{"item_id":1,"score":NaN,"metadata":{nested}}}]}}"#),
            format!(r#"{head},"run_id":{nested}}}"#),
            nested.clone(),
        ] {
            if !broken.contains("\"metadata\":{") {
                read(broken.as_bytes(), None, &ReadOptions::default()).unwrap_err();
            }
        }
    }
    let unclosed = format!(r#"{head},"x":{}"#, "[".repeat(1_000_000));
    assert_eq!(
        read(unclosed.as_bytes(), None, &ReadOptions::default()).unwrap_err().code,
        Code::RunMalformed
    );
}
