//! Whether a file is a policy, or waivers, at all. Any file may be named as one, also one that keeps secrets: what is wrong
//! with a file is said in its own words only once it showed to be what it was taken for.

use super::errors;
use super::problem::{Position, Problem};
use super::spelling::nearest;
use super::yaml::{Node, Value};

/// What stands in the place of all problems of a file that is something else; `None` where it is what it was taken for.
/// `known` are the keys at the top of such a file, `main` the one that no other file has there.
pub(super) fn something_else(
    text: &str,
    read: Result<&Node, &Problem>,
    known: &[&'static str],
    main: &str,
) -> Option<Problem> {
    let (at, keys): (Position, Vec<&str>) = match read {
        // How many entries it has is all that is said of a list.
        Ok(Node { value: Value::List(_), .. }) => return None,
        Ok(Node { value: Value::Scalar(_), at }) => (*at, Vec::new()),
        Ok(Node { value: Value::Map(entries), at }) => {
            (*at, entries.iter().map(|entry| entry.key.as_str()).collect())
        }
        Err(_) if content(text).next().is_none() => return None,
        Err(problem) => (problem.at, content(text).filter_map(key).collect()),
    };
    let own = |key: &&&str| known.contains(*key) || nearest(key, known.iter().copied()).is_some();
    let count = keys.iter().filter(own).count();
    let is_one = keys.contains(&main) || count >= 2 || !keys.is_empty() && count == keys.len();
    (!is_one).then(|| Problem { at, key: String::new(), wrong: errors::something_else(known, main) })
}

/// The lines that say something.
fn content(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The key that a line gives a value to, where it stands at the top of the file.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    (!key.starts_with(char::is_whitespace)).then(|| key.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use crate::policy::{problems, waivers};

    /// Files that YAML reads, or nearly, and that hold what nobody may see.
    const OTHERS: [&str; 8] = [
        "AWS_SECRET_ACCESS_KEY=hunter2\nTOKEN=hunter2\n",
        "AWS_SECRET: hunter2\n",
        "-----BEGIN PRIVATE KEY-----\nhunter2: [\n-----END PRIVATE KEY-----\n",
        "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user: {token: hunter2}\n",
        "version: '3'\nservices:\n  db: {environment: {PASSWORD: hunter2}}\nhunter2: 1\n",
        "//registry.example/:_authToken=hunter2\n",
        "{\"type\": \"service_account\", \"private_key\": \"hunter2\"}",
        "hunter2",
    ];

    #[test]
    fn another_file_is_never_quoted() {
        for text in OTHERS {
            let mut found = problems(text, "p.yml").unwrap_err();
            found.extend(waivers::problems(text, "w.yml").unwrap_err());
            assert_eq!(found.len(), 2, "{found:?}");
            for error in found {
                let error = error.to_string();
                assert!(!error.contains("hunter2") && error.contains("at its top"), "{error}");
            }
        }
    }

    #[test]
    fn a_policy_with_mistakes_is_told_all_of_them() {
        for (text, words) in [
            ("version: 1\ntaks: []\n", "write `tasks`"),
            ("version: 1\n", "\"tasks\" is missing"),
            ("tasks: 3\n", "is 3"),
            ("version: 2\ntasks: []\n", "is 2"),
            ("version: 1\ntasks:\n- {name: a, hello: 1}\n", "\"hello\""),
            ("version: 1\ntasks: [\n", "no YAML"),
        ] {
            let found: Vec<String> =
                problems(text, "p.yml").unwrap_err().iter().map(ToString::to_string).collect();
            assert!(found.iter().any(|error| error.contains(words)), "{text}: {found:?}");
        }
    }
}
