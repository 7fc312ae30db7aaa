//! The policy and the waiver file as JSON Schemas, for editors and linters, from types that mirror what the reader
//! accepts.
//!
//! The reader does not go through these types: it needs line, column and spelling of each value. Tests hold the keys
//! together, and everything that the schema refuses is refused by the reader. The reader refuses more: which keys go
//! together, and spellings.

mod policy_file;
mod waiver_file;

use schemars::Schema;
use serde_json::{Value, json};

pub use policy_file::policy_schema;
pub use waiver_file::waivers_schema;

/// Says which keys of a mapping must stand there: types without a value are optional all the same.
fn required(schema: &mut Schema, pointer: &str, keys: &[&str]) {
    let object = match pointer {
        "" => schema.as_object_mut(),
        pointer => schema.pointer_mut(pointer).and_then(Value::as_object_mut),
    };
    let Some(object) = object else { return };
    let known = object.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let keys: Vec<&str> = keys.iter().copied().filter(|key| known.contains_key(*key)).collect();
    object.remove("required");
    if !keys.is_empty() {
        object.insert("required".into(), json!(keys));
    }
}
