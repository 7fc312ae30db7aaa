//! The answer of `evalsig verify` for programs.

use serde::Serialize;

use super::unchecked;
use crate::domain::{Code, Diagnostic, Digest};
use crate::envelope::v1::VerdictWord;
use crate::trail::{Anchor, AnchorHash, FileHistory, Matched, Severity, Subject, Verification};

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    result: &'static str,
    exit_code: u8,
    subject: &'static str,
    entries: usize,
    releases: usize,
    head: Option<Head>,
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<Git<'a>>,
    anchored: bool,
    anchored_to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stamped_to: Option<StampedTo<'a>>,
    anchors: Vec<JsonAnchor<'a>>,
    lines: Vec<JsonLine<'a>>,
    findings: Vec<JsonFinding<'a>>,
    not_checked: Vec<String>,
}

#[derive(Serialize)]
struct Head {
    index: u64,
    sha256: String,
}

/// The newest entry that a trusted authority saw.
#[derive(Serialize)]
struct StampedTo<'a> {
    index: u64,
    time: &'a str,
    by: Option<&'a str>,
}

/// `by` is null where whom to believe was not given.
#[derive(Serialize)]
struct TimeStamp<'a> {
    time: &'a str,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct Signature<'a> {
    path: &'a str,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct Git<'a> {
    commit: &'a str,
    r#ref: &'a str,
    /// `commit`, or `work-tree`: where the files were read.
    read_from: &'static str,
    history: &'static str,
}

#[derive(Serialize)]
struct JsonAnchor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    matched: Option<&'static str>,
    index: Option<u64>,
    path: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonLine<'a> {
    index: Option<u64>,
    kind: &'static str,
    release_id: &'a str,
    /// Of a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// Of a plan or waiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    verdict: Option<VerdictWord>,
    decided_at: Option<&'a str>,
    path: &'a str,
    sha256: Option<String>,
    entry_path: &'a str,
    entry_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_stamp: Option<TimeStamp<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature<'a>>,
    ok: bool,
    /// Left out where the decision was not made again, or not with this result.
    #[serde(skip_serializing_if = "Option::is_none")]
    reproduced: Option<bool>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    kind: &'static str,
    weight: &'static str,
    path: Option<&'a str>,
    index: Option<u64>,
    about: &'static str,
    expected: &'a str,
    found: &'a str,
    next: &'static str,
}

/// The report for programs: one JSON object, `evalsig.verify/v1`.
///
/// # Errors
/// `internal-error` if it cannot be written as JSON.
pub fn json(answer: &Verification) -> Result<String, Diagnostic> {
    let hex = |sha256: Option<Digest>| sha256.map(|sha256| sha256.to_string());
    let report = Report {
        schema: "evalsig.verify/v1",
        result: match answer.severity() {
            Severity::Note => "intact",
            Severity::Broken => "broken",
            Severity::Undecided => "undecided",
        },
        exit_code: answer.exit_code(),
        subject: match answer.subject {
            Subject::Trail => "trail",
            Subject::Envelope => "envelope",
        },
        entries: answer.entries,
        releases: answer.releases,
        head: answer.head.map(|(index, sha256)| Head { index, sha256: sha256.to_string() }),
        git: answer.history.as_ref().map(git),
        anchored: answer.anchored(),
        anchored_to: answer.anchored_to(),
        stamped_to: answer.stamped_to.as_ref().map(|(index, stamped)| StampedTo {
            index: *index,
            time: &stamped.time,
            by: stamped.by.as_deref(),
        }),
        anchors: answer.anchors.iter().map(json_anchor).collect(),
        lines: answer
            .lines
            .iter()
            .map(|entry| JsonLine {
                index: entry.index,
                release_id: &entry.release,
                kind: entry.kind.as_str(),
                attempt: entry.is_decision().then_some(entry.number),
                number: (!entry.is_decision()).then_some(entry.number),
                verdict: entry.verdict,
                decided_at: entry.decided_at.as_deref(),
                path: &entry.path,
                sha256: hex(entry.sha256),
                entry_path: &entry.entry_path,
                entry_sha256: hex(entry.entry_sha256),
                time_stamp: entry
                    .stamped
                    .as_ref()
                    .map(|stamped| TimeStamp { time: &stamped.time, by: stamped.by.as_deref() }),
                signatures: entry
                    .signed
                    .iter()
                    .map(|signed| Signature { path: &signed.path, by: signed.by.as_deref() })
                    .collect(),
                ok: entry.ok,
                reproduced: entry.reproduced.then_some(true),
            })
            .collect(),
        findings: answer
            .findings
            .iter()
            .map(|finding| JsonFinding {
                kind: finding.kind.as_str(),
                weight: finding.severity.as_str(),
                path: (!finding.path.is_empty()).then_some(finding.path.as_str()),
                index: finding.index,
                about: finding.kind.about(),
                expected: &finding.expected,
                found: &finding.found,
                next: finding.kind.next(),
            })
            .collect(),
        not_checked: unchecked(answer),
    };
    let mut text = serde_json::to_string_pretty(&report)
        .map_err(|error| Code::Bug.at("verify").what(format!("cannot be written as JSON: {error}")))?;
    text.push('\n');
    Ok(text)
}

fn git(history: &FileHistory) -> Git<'_> {
    Git {
        commit: &history.commit,
        r#ref: &history.name,
        read_from: if history.is_source { "commit" } else { "work-tree" },
        history: match (history.changes.is_empty(), history.cut) {
            (false, _) => "changed",
            (true, true) => "cut",
            (true, false) => "intact",
        },
    }
}

fn json_anchor(anchor: &Anchor) -> JsonAnchor<'_> {
    let (matched, index, path) = match &anchor.matched {
        None => (None, None, None),
        Some(Matched::Entry { index, path }) => (Some("entry"), Some(*index), Some(path.as_str())),
        Some(Matched::Envelope { index, path }) => (Some("envelope"), *index, Some(path.as_str())),
        Some(Matched::Commit { index }) => (Some("commit"), Some(*index), None),
    };
    let (sha256, commit) = match &anchor.hash {
        AnchorHash::Sha256(sha256) => (Some(sha256.to_string()), None),
        AnchorHash::Commit(id) => (None, Some(id.as_str())),
    };
    JsonAnchor { sha256, commit, matched, index, path }
}
