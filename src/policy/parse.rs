//! From the text of a policy to its values.

use super::problem::{Problems, first};
use super::{document, keys, recognised, second_reading, yaml};
use crate::domain::Diagnostic;
use crate::domain::policy::Policy;

/// Reads a policy. `path` is how errors name the file.
///
/// # Errors
/// `bad-policy`: the first problem in the order of the file, with line, column, key, what was found and what to
/// write, and how many others there are. [`problems`] gives them all.
pub fn parse(text: &str, path: &str) -> Result<Policy, Diagnostic> {
    problems(text, path).map_err(|found| first(found, path))
}

/// Reads a policy, or finds everything that is wrong with it, in the order of the file.
///
/// # Errors
/// At least one `bad-policy`. A file that is no YAML has one, since nothing can be said of the rest.
pub fn problems(text: &str, path: &str) -> Result<Policy, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let read = yaml::read(text);
    if let Some(problem) = recognised::something_else(text, read.as_ref(), keys::TOP, "tasks") {
        return Err(vec![problem.diagnostic(path)]);
    }
    let policy = match read {
        Ok(root) => {
            let policy = document::policy(&root, &mut problems);
            if let Some(problem) = policy.as_ref().and_then(|_| second_reading::differs(text, &root)) {
                problems.push(problem);
            }
            policy
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    match policy {
        Some(policy) if problems.is_empty() => Ok(policy),
        _ => Err(problems.diagnostics(path)),
    }
}
