//! Hashes kept where whoever rewrites the trail cannot write.

use std::fmt;
use std::str::FromStr;

use super::entry_line::EntryLine;
use super::errors;
use super::finding::{Finding, FindingKind};
use super::port::Earlier;
use crate::domain::{Diagnostic, Digest};

/// A hash that was kept outside the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnchorHash {
    /// The SHA-256 of an entry or envelope. In a repository that names its objects by SHA-256 a
    /// commit looks the same.
    Sha256(Digest),
    /// The id of a git commit, in lower case.
    Commit(String),
}

impl FromStr for AnchorHash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self::Commit(text.to_ascii_lowercase()));
        }
        text.parse()
            .map(Self::Sha256)
            .map_err(|_| "expected 64 hexadecimal digits of a SHA-256, or the 40 of a git commit")
    }
}

impl From<Digest> for AnchorHash {
    fn from(sha256: Digest) -> Self {
        Self::Sha256(sha256)
    }
}

impl fmt::Display for AnchorHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(sha256) => write!(f, "{sha256}"),
            Self::Commit(id) => f.write_str(id),
        }
    }
}

/// What a hash kept elsewhere was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// An entry: it and everything before it stand as they stood when the hash was taken.
    Entry {
        /// Its position.
        index: u64,
        /// Its path.
        path: String,
    },
    /// An envelope: it stands as it stood, and nothing is said about its neighbours.
    Envelope {
        /// Position of its entry, where it has one.
        index: Option<u64>,
        /// Its path.
        path: String,
    },
    /// A commit that led here: every file of the trail that it held stands as it stood.
    Commit {
        /// Position of the newest entry that it held.
        index: u64,
    },
}

/// One anchor and what it matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The hash that was given.
    pub hash: AnchorHash,
    /// What has it; none breaks the trail.
    pub matched: Option<Matched>,
}

/// Looks for each anchor among entries, envelopes and earlier revisions.
pub(super) fn seek(
    given: &[AnchorHash],
    lines: &[EntryLine],
    earlier: &dyn Fn(&str) -> Result<Earlier, Diagnostic>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Anchor>, Diagnostic> {
    let anchor = |hash: &AnchorHash| {
        let matched = match among_files(hash, lines) {
            Some(matched) => Some(matched),
            None => among_revisions(hash, lines, earlier(&hash.to_string())?, findings)?,
        };
        Ok(Anchor { hash: hash.clone(), matched })
    };
    given.iter().map(anchor).collect()
}

fn among_files(hash: &AnchorHash, lines: &[EntryLine]) -> Option<Matched> {
    let AnchorHash::Sha256(sha256) = hash else { return None };
    let entry = |line: &EntryLine| Some(Matched::Entry { index: line.index?, path: line.entry_path.clone() });
    let by_entry = lines.iter().find(|line| line.entry_sha256.as_ref() == Some(sha256)).and_then(entry);
    let by_envelope = lines
        .iter()
        .find(|line| line.sha256.as_ref() == Some(sha256))
        .map(|line| Matched::Envelope { index: line.index, path: line.path.clone() });
    by_entry.or(by_envelope)
}

fn among_revisions(
    hash: &AnchorHash,
    lines: &[EntryLine],
    earlier: Earlier,
    findings: &mut Vec<Finding>,
) -> Result<Option<Matched>, Diagnostic> {
    let missing = |path: &str| Finding::broken(FindingKind::AnchorMissing, path);
    let finding = match (earlier, hash) {
        (Earlier::NoRevisions, AnchorHash::Commit(_)) => {
            return Err(errors::commit_without_repository(hash));
        }
        (Earlier::NoRevisions | Earlier::Stranger, AnchorHash::Sha256(_)) => {
            missing("").expected(format!("an entry or envelope with SHA-256 {hash}")).found("none")
        }
        (Earlier::Stranger, AnchorHash::Commit(_)) => {
            missing("").expected(format!("commit {hash} among those that led here")).found("no such commit")
        }
        (Earlier::Cut, _) => Finding::undecided(FindingKind::HistoryCut, "")
            .expected(format!("commit {hash} among those that led here"))
            .found("a shallow clone, which may have left it out"),
        (Earlier::Led { same, other }, _) => {
            let held = |line: &&EntryLine| line.entry_sha256.is_some() && same.contains(&line.entry_path);
            match (other.first(), lines.iter().filter(held).filter_map(|line| line.index).max()) {
                (None, Some(index)) => return Ok(Some(Matched::Commit { index })),
                (None, None) => missing("").expected(format!("an entry in commit {hash}")).found("none"),
                (Some(path), _) => {
                    missing(path).expected(format!("as in commit {hash}")).found("another file, or none")
                }
            }
        }
    };
    findings.push(finding);
    Ok(None)
}
