//! The same text by another parser of YAML, held against the first reading value by value.
//!
//! Whoever reviews a policy sees it through an editor, a linter or a script, and each brings its own parser. What two
//! independent ones read differently is refused, so that what was reviewed is what decides.

use serde_yaml::Value as Other;

use super::errors;
use super::numbers::is_json_number;
use super::problem::Problem;
use super::yaml::{Node, Scalar, Value, inner};

/// The first place that the other parser reads differently.
pub(super) fn differs(text: &str, root: &Node) -> Option<Problem> {
    match serde_yaml::from_str::<Other>(text) {
        Ok(other) => compare(root, &other, ""),
        Err(error) => {
            let wrong = errors::read_differently("a policy", &format!("an error ({error})"));
            Some(Problem { at: root.at, key: String::new(), wrong })
        }
    }
}

fn compare(node: &Node, other: &Other, key: &str) -> Option<Problem> {
    let differs = || {
        let theirs = serde_yaml::to_string(other).unwrap_or_default();
        let wrong = errors::read_differently(&node.found(), theirs.trim_end());
        Some(Problem { at: node.at, key: key.to_owned(), wrong })
    };
    match (&node.value, other) {
        (Value::Map(entries), Other::Mapping(others)) if entries.len() == others.len() => entries
            .iter()
            .zip(others)
            .find_map(|(entry, (name, other))| match name.as_str() == Some(entry.key.as_str()) {
                true => compare(&entry.node, other, &inner(key, &entry.key)),
                false => differs(),
            }),
        (Value::List(items), Other::Sequence(others)) if items.len() == others.len() => items
            .iter()
            .zip(others)
            .enumerate()
            .find_map(|(index, (item, other))| compare(item, other, &format!("{key}[{index}]"))),
        (Value::Scalar(scalar), other) if same(scalar, other) => None,
        _ => differs(),
    }
}

fn same(scalar: &Scalar, other: &Other) -> bool {
    match other {
        // What was taken for a number or a truth value is none in quotes.
        Other::String(text) => {
            let typed = is_json_number(text) || text == "true" || text == "false";
            *text == scalar.text && !(scalar.plain && typed)
        }
        Other::Bool(truth) => scalar.plain && scalar.text == truth.to_string(),
        Other::Number(number) => {
            let whole = || scalar.text.parse().is_ok_and(|n: u64| number.as_u64() == Some(n));
            scalar.plain && (whole() || scalar.text.parse::<f64>().ok() == number.as_f64())
        }
        Other::Null | Other::Sequence(_) | Other::Mapping(_) | Other::Tagged(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::differs;
    use crate::policy::yaml;

    #[test]
    fn what_two_parsers_read_the_same_passes() {
        let text = "a: 1\nb: [0.05, -1e3, 18446744073709551615]\nc: {d: true, e: \"x\\ty\", f: off}\ng: >\n  two\n  lines\n";
        assert_eq!(differs(text, &yaml::read(text).unwrap()), None);
    }

    #[test]
    fn what_they_read_differently_is_named() {
        let root = yaml::read("a: 1\nb: {c: 2}\n").unwrap();
        let problem = differs("a: 1\nb: {c: 3}\n", &root).unwrap();
        assert_eq!((problem.at.line, problem.key.as_str()), (2, "b.c"));
        for text in ["a: 1\n", "a: '1'\nb: {c: 2}", "b: {c: 2}\na: 1\n", "[", "a: 1\nb: [2]"] {
            assert!(differs(text, &root).is_some(), "{text}");
        }
    }
}
