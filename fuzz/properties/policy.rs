//! Policies and waivers: YAML that a pull request may change.

use evalsig::domain::{Code, Diagnostic};
use evalsig::policy::{self, difference, words};

use super::readers::refused_well;

/// Every problem of a file has its place; a policy that is read means something, differs from itself in nothing, and
/// each of its tasks is told.
pub fn policy(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match policy::problems(&text, "evalsig.yml") {
        Err(found) => well(&found),
        Ok(read) => {
            assert_eq!(policy::parse(&text, "evalsig.yml").as_ref(), Ok(&read));
            assert_eq!(difference(&read, &read), []);
            let meaning = words(&read);
            assert_eq!(meaning.tasks.len(), read.tasks.len());
            assert!(!meaning.allow.is_empty());
            let mut names: Vec<_> = read.tasks.iter().map(|task| task.name.clone()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), read.tasks.len(), "a task stands twice");
        }
    }
}

/// Waivers: the same, and each has an end that a calendar knows.
pub fn waivers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match policy::waivers::problems(&text, "evalsig-waivers.yml") {
        Err(found) => well(&found),
        Ok(read) => {
            for now in ["2026-11-27T00:00:00Z", "9999-12-31T23:59:59Z", "no time"] {
                let waived = policy::waivers::apply(&read, None, None, &[], now);
                drop(format!("{waived:?}"));
            }
        }
    }
}

fn well(found: &[Diagnostic]) {
    assert!(!found.is_empty());
    for error in found {
        refused_well(error);
        assert_eq!(error.code, Code::BadPolicy);
        assert!(error.to_string().len() < 4096, "{} bytes", error.to_string().len());
    }
}
