//! What GitHub refuses before it looks at any data: fields, arguments and types it does not know, and
//! variables that are undeclared, unused or of the wrong type.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::parse::{Argument, Field, Kind, Operation, Place, Selection};
use super::schema;
use crate::support::github::git::is_oid;

/// Every error in an operation.
pub(crate) fn errors(operation: &Operation) -> Vec<Value> {
    let (root, word) = match operation.kind {
        Kind::Query => ("Query", "query"),
        Kind::Mutation => ("Mutation", "mutation"),
    };
    let start = operation.name.as_ref().map_or(word.to_owned(), |name| format!("{word} {name}"));
    let mut check = Check { operation, used: BTreeSet::new(), path: vec![start], errors: Vec::new() };
    check.selections(root, &operation.selections);
    for variable in &operation.variables {
        if !check.used.contains(&variable.name) {
            let start = check.path[0].clone();
            let message = format!("Variable ${} is declared by {start} but not used", variable.name);
            check.add(variable.at, "variableNotUsed", &message, json!({"variableName": variable.name}));
        }
    }
    check.errors
}

struct Check<'a> {
    operation: &'a Operation,
    used: BTreeSet<String>,
    path: Vec<String>,
    errors: Vec<Value>,
}

impl Check<'_> {
    fn add(&mut self, (line, column): Place, code: &str, message: &str, mut details: Value) {
        details["code"] = code.into();
        self.errors.push(json!({
            "path": self.path,
            "extensions": details,
            "locations": [{"line": line, "column": column}],
            "message": message,
        }));
    }

    fn selections(&mut self, on: &str, selections: &[Selection]) {
        let mut seen: Vec<&Field> = Vec::new();
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    let same =
                        |other: &&&Field| (&other.name, &other.arguments) == (&field.name, &field.arguments);
                    let rivals = seen.iter().filter(|other| other.key() == field.key());
                    if rivals.clone().count() > rivals.filter(same).count() {
                        let key = field.key();
                        let message = format!("Field '{key}' has a field conflict");
                        self.add(field.at, "fieldConflict", &message, json!({"fieldName": key}));
                    }
                    seen.push(field);
                    self.path.push(field.key().to_owned());
                    self.field(on, field);
                    self.path.pop();
                }
                Selection::Inline { on: inner, selections, at } => {
                    let inner = inner.as_deref().unwrap_or(on);
                    self.path.push(format!("... on {inner}"));
                    if !schema::is_object(inner) {
                        let message = format!("No such type {inner}, so it can't be a fragment condition");
                        self.add(*at, "undefinedType", &message, json!({"typeName": inner}));
                    } else if schema::overlap(on, inner) {
                        self.selections(inner, selections);
                    } else {
                        let message = format!("Fragment on {inner} can't be spread inside {on}");
                        self.add(*at, "cannotSpreadFragment", &message, json!({"typeName": inner}));
                    }
                    self.path.pop();
                }
            }
        }
    }

    fn field(&mut self, on: &str, field: &Field) {
        let name = &field.name;
        let Some((arguments, kind)) = schema::field(on, name) else {
            let details = json!({"typeName": on, "fieldName": name});
            let message = format!("Field '{name}' doesn't exist on type '{on}'");
            return self.add(field.at, "undefinedField", &message, details);
        };
        for (argument, given) in &field.arguments {
            let Some((_, wanted)) = arguments.iter().find(|(known, _)| known == argument) else {
                let details = json!({"name": name, "typeName": "Field", "argumentName": argument});
                let message = format!("Field '{name}' doesn't accept argument '{argument}'");
                self.add(field.at, "argumentNotAccepted", &message, details);
                continue;
            };
            self.argument(field.at, argument, given, wanted);
        }
        let given = |wanted: &str| field.arguments.iter().any(|(name, _)| name == wanted);
        let missing = arguments.iter().filter(|(name, kind)| kind.ends_with('!') && !given(name));
        let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let details = json!({"className": "Field", "name": name, "arguments": missing.join(", ")});
            let message = format!("Field '{name}' is missing required arguments: {}", missing.join(", "));
            self.add(field.at, "missingRequiredArguments", &message, details);
        }
        let inner = schema::named(kind);
        if schema::is_object(inner) == field.selections.is_empty() {
            let message = if field.selections.is_empty() {
                format!("Field must have selections (field '{name}' returns {inner} but has no selections.)")
            } else {
                format!("Selections can't be made on scalars (field '{name}' returns {inner})")
            };
            return self.add(field.at, "selectionMismatch", &message, json!({"nodeName": name}));
        }
        self.selections(inner, &field.selections);
    }

    fn argument(&mut self, at: Place, argument: &str, given: &Argument, wanted: &str) {
        let members = schema::input(schema::named(wanted));
        match given {
            Argument::Variable(name) => {
                self.used.insert(name.clone());
                let declared = self.operation.variables.iter().find(|variable| variable.name == *name);
                let Some(declared) = declared else {
                    let message = format!("Variable ${name} is used by {} but not declared", self.path[0]);
                    return self.add(at, "variableNotDefined", &message, json!({"variableName": name}));
                };
                if !fits(&declared.kind, wanted, declared.default.is_some()) {
                    let kind = declared.kind.clone();
                    let message = format!(
                        "Type mismatch on variable ${name} and argument {argument} ({kind} / {wanted})"
                    );
                    let details = json!({"variableName": name, "typeName": kind, "argumentName": argument});
                    self.add(at, "variableMismatch", &message, details);
                }
            }
            Argument::Object(given) => {
                for (name, value) in given {
                    let kind = members.into_iter().flatten().find(|(known, _)| known == name);
                    match kind {
                        Some((_, kind)) => self.argument(at, name, value, kind),
                        None => {
                            let on = schema::named(wanted);
                            let message = format!("InputObject '{on}' doesn't accept argument '{name}'");
                            self.add(at, "argumentNotAccepted", &message, json!({"argumentName": name}));
                        }
                    }
                }
            }
            Argument::List(list) => {
                let inner = wanted.trim_end_matches('!').trim_start_matches('[').trim_end_matches(']');
                for value in list {
                    self.argument(at, argument, value, inner);
                }
            }
            Argument::Literal(_) => {}
        }
    }
}

/// Whether a variable of one type may stand where another is wanted.
fn fits(declared: &str, wanted: &str, has_default: bool) -> bool {
    declared == wanted
        || declared.strip_suffix('!') == Some(wanted)
        || (has_default && wanted.strip_suffix('!') == Some(declared))
}

/// The values of the variables, or what is wrong with them.
pub(crate) fn variables(operation: &Operation, given: &Value) -> Result<Map<String, Value>, Value> {
    let mut values = Map::new();
    for variable in &operation.variables {
        let value = given.get(&variable.name).or(variable.default.as_ref()).cloned().unwrap_or_default();
        let name = format!("Variable ${} of type {}", variable.name, variable.kind);
        conforms(&name, &variable.kind, &value, variable.at)?;
        values.insert(variable.name.clone(), value);
    }
    Ok(values)
}

/// Refuses a value that is not of a type.
pub(crate) fn conforms(name: &str, kind: &str, value: &Value, (line, column): Place) -> Result<(), Value> {
    let mut problems = Vec::new();
    find_problems(kind, value, &mut Vec::new(), &mut problems);
    if problems.is_empty() {
        return Ok(());
    }
    let say = |(path, why): &(Vec<String>, String)| {
        if path.is_empty() { format!("({why})") } else { format!("for {} ({why})", path.join(".")) }
    };
    let said: Vec<String> = problems.iter().map(say).collect();
    let listed: Vec<Value> =
        problems.iter().map(|(path, why)| json!({"path": path, "explanation": why})).collect();
    Err(json!({
        "extensions": {"value": value, "problems": listed},
        "locations": [{"line": line, "column": column}],
        "message": format!("{name} was provided invalid value {}", said.join(", ")),
    }))
}

fn find_problems(
    kind: &str,
    value: &Value,
    path: &mut Vec<String>,
    problems: &mut Vec<(Vec<String>, String)>,
) {
    let (inner, required) = kind.strip_suffix('!').map_or((kind, false), |inner| (inner, true));
    if value.is_null() {
        if required {
            problems.push((path.clone(), "Expected value to not be null".into()));
        }
        return;
    }
    if let Some(inner) = inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        let single = std::slice::from_ref(value);
        for (index, value) in value.as_array().map_or(single, Vec::as_slice).iter().enumerate() {
            path.push(index.to_string());
            find_problems(inner, value, path, problems);
            path.pop();
        }
        return;
    }
    if let (Some(members), Some(object)) = (schema::input(inner), value.as_object()) {
        for name in object.keys().filter(|name| !members.iter().any(|(known, _)| known == name)) {
            path.push(name.clone());
            problems.push((path.clone(), format!("Field is not defined on {inner}")));
            path.pop();
        }
        for (name, kind) in members {
            path.push((*name).to_owned());
            find_problems(kind, object.get(*name).unwrap_or(&Value::Null), path, problems);
            path.pop();
        }
        return;
    }
    let text = value.as_str();
    let good = match inner {
        "String" | "Base64String" => text.is_some(),
        "ID" => text.is_some() || value.is_i64(),
        "GitObjectID" => text.is_some_and(is_oid),
        "Boolean" => value.is_boolean(),
        "Int" => value.is_i64(),
        _ => false,
    };
    if !good {
        problems.push((path.clone(), format!("Could not coerce value {value} to {inner}")));
    }
}
