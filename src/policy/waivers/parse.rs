//! From the text of a waiver file to its waivers.

use crate::domain::policy::{Expiry, TaskName, Waiver, WaiverSubject};
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::policy::fields::{Fields, text};
use crate::policy::problem::{Problems, Wrong, first};
use crate::policy::shared::prose;
use crate::policy::yaml::{self, Node, Scalar, Value};
use crate::policy::{document, errors, keys, recognised, second_reading};

/// Reads a waiver file. `path` is how errors name it.
///
/// # Errors
/// `bad-policy`: the first problem in the order of the file, and how many others there are.
pub fn parse(text: &str, path: &str) -> Result<Vec<Waiver>, Diagnostic> {
    problems(text, path).map_err(|found| first(found, path))
}

/// Reads a waiver file, or finds everything that is wrong with it.
///
/// # Errors
/// At least one `bad-policy`, in the order of the file.
pub fn problems(text: &str, path: &str) -> Result<Vec<Waiver>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let mut waivers = Vec::new();
    let read = yaml::read(text);
    if let Some(problem) = recognised::something_else(text, read.as_ref(), keys::WAIVER_FILE, "waivers") {
        return Err(vec![problem.diagnostic(path)]);
    }
    match read {
        Ok(root) => {
            waivers = file(&root, &mut problems);
            if problems.is_empty()
                && let Some(problem) = second_reading::differs(text, &root)
            {
                problems.push(problem);
            }
        }
        Err(problem) => problems.push(problem),
    }
    if problems.is_empty() { Ok(waivers) } else { Err(problems.diagnostics(path)) }
}

fn file(root: &Node, problems: &mut Problems) -> Vec<Waiver> {
    const WRITE: &str = "`waivers: []`, or a list of waivers";
    let Some(top) = Fields::of_file(root, "", keys::WAIVER_FILE, keys::ALL_OF_WAIVERS, problems) else {
        return Vec::new();
    };
    top.required("version", "`version: 1`", problems, document::version);
    let items = top.required("waivers", WRITE, problems, |node| match &node.value {
        Value::List(items) => Ok(items),
        _ => Err(errors::no_list(&node.found(), "a list of waivers", WRITE)),
    });
    let mut waivers: Vec<Waiver> = Vec::new();
    for (index, node) in items.into_iter().flatten().enumerate() {
        let path = format!("waivers[{index}]");
        let Some(waiver) = waiver(node, &path, problems) else { continue };
        let same = |other: &&Waiver| {
            (&other.subject, &other.task, other.candidate)
                == (&waiver.subject, &waiver.task, waiver.candidate)
        };
        match waivers.iter().position(|other| same(&other)) {
            Some(earlier) => problems.add(node.at, path, errors::same_waiver(earlier)),
            None => waivers.push(waiver),
        }
    }
    waivers
}

fn waiver(node: &Node, path: &str, problems: &mut Problems) -> Option<Waiver> {
    let fields = Fields::of_file(node, path, keys::WAIVER, keys::ALL_OF_WAIVERS, problems)?;
    let release = fields.optional(
        "release",
        problems,
        text("a release id such as v1.4.0", |text| text.parse::<ReleaseId>().map_err(str::to_owned)),
    );
    let commit = fields.optional(
        "commit",
        problems,
        text("the full hash of a commit: 40 or 64 hexadecimal digits", commit),
    );
    match (fields.has("release"), fields.has("commit")) {
        (true, true) => fields.wrong("commit", errors::two_subjects(), problems),
        (false, false) => problems.add(fields.at, path, errors::no_subject()),
        _ => {}
    }
    let task = fields.required(
        "task",
        "the name of a task of the policy",
        problems,
        text("the name of a task", |text| text.parse::<TaskName>().map_err(str::to_owned)),
    );
    let reason = fields.required("reason", "a sentence that says why", problems, prose);
    let words = |expected| text(expected, |text| Ok(text.trim().to_owned()));
    let ticket =
        fields.required("ticket", "where it was discussed", problems, words("a ticket such as REL-204"));
    let approver = fields.required("approver", "who decided", problems, words("the name of a person"));
    let candidate = fields.required(
        "candidate-sha256",
        "what `sha256sum` prints of the candidate's file",
        problems,
        text("64 hexadecimal digits", |text| {
            text.to_ascii_lowercase().parse::<Digest>().map_err(|_| "it is no SHA-256".to_owned())
        }),
    );
    let effective_until =
        fields.required("effective-until", "the last day, such as 2026-12-31", problems, expiry);
    let subject = match (release, commit) {
        (Some(release), None) => WaiverSubject::Release(release),
        (None, Some(commit)) => WaiverSubject::Commit(commit),
        _ => return None,
    };
    Some(Waiver {
        subject,
        task: task?,
        reason: reason?,
        ticket: ticket?,
        approver: approver?,
        candidate: candidate?,
        effective_until: effective_until?,
    })
}

fn commit(text: &str) -> Result<String, String> {
    let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
    if hex && matches!(text.len(), 40 | 64) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!("it has {} characters, and only a full hash names one commit for ever", text.chars().count()))
}

/// A day may stand without quotes: whatever type a parser gives it, it is that day.
fn expiry(node: &Node) -> Result<Expiry, Wrong> {
    let found = match &node.value {
        Value::Scalar(Scalar { text, .. }) => Expiry::new(text),
        Value::List(_) | Value::Map(_) => None,
    };
    found.ok_or_else(|| errors::no_time(&node.found()))
}
