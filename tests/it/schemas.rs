//! The published schemas: what is committed is what the code generates, and it tells the truth.

use std::fs;

use evalsig::envelope;
use evalsig::policy;
use evalsig::present;
use evalsig::readers::{ReadOptions, read, runframe_schema};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::repository;

fn validator() -> Validator {
    jsonschema::validator_for(runframe_schema().as_value()).unwrap()
}

#[test]
fn the_committed_schemas_are_those_that_the_code_generates() {
    for (name, schema) in [
        ("runframe.v1", runframe_schema()),
        ("audit.v1", envelope::schema()),
        ("audit.v2", envelope::suite_schema()),
        ("verdict.v1", envelope::statement::schema()),
        ("export.v1", present::export::schema()),
        ("plan.v1", envelope::plan_lock::schema()),
        ("sample.v1", evalsig::sampling::document::schema()),
        ("waiver.v1", envelope::waiver::schema()),
        ("policy.v1", policy::policy_schema()),
        ("waivers.v1", policy::waivers_schema()),
    ] {
        let path = repository(&format!("schemas/{name}.schema.json"));
        let text = format!("{:#}\n", schema.as_value());
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{} differs: run the tests with UPDATE_SCHEMAS=1", path.display());
    }
}

#[test]
fn the_example_runs_are_valid() {
    let validator = validator();
    let mut files = 0;
    for entry in fs::read_dir(repository("examples/runs")).unwrap() {
        let path = entry.unwrap().path();
        let run: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let errors: Vec<_> = validator.iter_errors(&run).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        files += 1;
    }
    assert!(files >= 6);
}

/// Values for any field: right ones, wrong ones, edges. Integers are written without a fraction,
/// because a schema cannot tell `1.0` from `1` and the reader does.
fn any_value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(-2.25),
        json!("a"),
        json!(""),
        json!([]),
        json!({}),
        json!({"k": [1]}),
        json!([1]),
        json!(u32::MAX),
        json!(u64::from(u32::MAX) + 1),
        json!(u64::MAX),
        json!(i64::MIN),
        json!("1"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    /// One field of a valid run gets any value, or goes: schema and reader agree on the outcome.
    #[test]
    fn what_the_schema_allows_is_read_and_the_rest_is_refused(
        field in prop::sample::select(vec![
            "run_id", "model_id", "task_id", "metric_name", "config_hash", "items", "unknown",
            "0.item_id", "0.score", "0.cluster_id", "0.epoch", "0.metadata", "0.unknown", "0",
        ]),
        value in prop::option::of(any_value()),
    ) {
        let mut run = json!({
            "run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "accuracy", "config_hash": "h",
            "items": [{"item_id": "q", "score": 1, "cluster_id": "c", "epoch": 0, "metadata": {}}],
        });
        let (object, key) = match field.split_once('.') {
            Some((_, key)) => (&mut run["items"][0], key),
            None => (&mut run, field),
        };
        match value {
            Some(value) if key == "0" => object["items"][0] = value,
            Some(value) => object[key] = value,
            None if key == "0" => object["items"] = json!([]),
            None => drop(object.as_object_mut().unwrap().remove(key)),
        }
        let valid = validator().is_valid(&run);
        let reading = read(run.to_string().as_bytes(), None, &ReadOptions::default());
        prop_assert_eq!(valid, reading.is_ok(), "{}: {:?}", run, reading.err().map(|e| e.to_string()));
    }
}

/// A policy as an editor checks it: YAML as JSON, against the schema.
fn as_json(yaml: &str) -> Value {
    serde_json::to_value(serde_yaml::from_str::<serde_yaml::Value>(yaml).unwrap()).unwrap()
}

#[test]
fn the_schema_of_a_policy_has_the_keys_that_the_reader_knows() {
    let schema = policy::policy_schema();
    let keys = |pointer: &str| -> Vec<String> {
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap().as_object().unwrap();
        assert_eq!(
            schema.pointer(&format!("{pointer}/additionalProperties")),
            Some(&json!(false)),
            "{pointer}"
        );
        properties.keys().cloned().collect()
    };
    let sorted = |keys: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        keys.sort();
        keys
    };
    use policy::keys;
    assert_eq!(keys(""), sorted(keys::TOP));
    assert_eq!(keys("/$defs/Defaults"), sorted(keys::DEFAULTS));
    assert_eq!(keys("/$defs/Task"), sorted(&[keys::TASK, keys::DEFAULTS].concat()));
    for (name, known) in [
        ("Slices", keys::SLICES),
        ("Anchor", keys::ANCHOR),
        ("Suite", keys::SUITE),
        ("Limits", keys::LIMITS),
        ("Waivers", keys::WAIVERS),
        ("Check", keys::CHECK),
    ] {
        assert_eq!(keys(&format!("/$defs/{name}")), sorted(known));
    }
    let waivers = policy::waivers_schema();
    let known = waivers.pointer("/$defs/Waiver/properties").unwrap().as_object().unwrap();
    assert_eq!(known.keys().cloned().collect::<Vec<_>>(), sorted(keys::WAIVER));
}

#[test]
fn what_the_schema_of_a_policy_refuses_is_refused() {
    let schema = jsonschema::validator_for(policy::policy_schema().as_value()).unwrap();
    let full = crate::policy::FULL;
    let errors: Vec<_> = schema.iter_errors(&as_json(full)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // Every value of the full policy, replaced by others.
    let mut refused = 0;
    for (index, line) in
        full.lines().enumerate().filter(|(_, line)| line.contains(": ") && !line.starts_with('#'))
    {
        let key = line.split_once(": ").unwrap().0;
        for value in [
            "1", "-1", "0.5", "7.5", "true", "null", "text", "[]", "[0, 1]", "{}", "{a: 1}", "\"\"", "mean",
            "error",
        ] {
            let changed = format!("{key}: {value}");
            let text: Vec<&str> = full
                .lines()
                .enumerate()
                .map(|(at, line)| if at == index { changed.as_str() } else { line })
                .collect();
            let text = text.join("\n");
            if !schema.is_valid(&as_json(&text)) {
                refused += 1;
                assert!(
                    policy::parse(&text, "p.yml").is_err(),
                    "the reader takes what the schema refuses: {changed}"
                );
            }
        }
    }
    assert!(refused > 300, "{refused}");
}
