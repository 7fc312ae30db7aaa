//! Reads the two files of one slot, and checks an attempt against the one before it.

use serde_json::Value;

use super::entry::{self, EntryFault, EnvelopeRef, ReadEntry};
use super::finding::{Finding, FindingKind};
use super::layout::Slot;
use super::port::TrailFiles;
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{self, Facts, Version, v1};

/// The two files of one slot, as far as they were read.
#[derive(Debug, Default)]
pub(super) struct SlotFiles {
    /// `entry.json` is listed.
    pub(super) has_entry: bool,
    /// `audit.json` is listed.
    pub(super) has_envelope: bool,
    /// The entry, when its bytes are those that were written.
    pub(super) entry: Option<ReadEntry>,
    /// The entry stands for another envelope than the one beside it.
    pub(super) misplaced: bool,
    /// The index in a damaged entry; for display only.
    pub(super) claims: Option<u64>,
    /// SHA-256 of the envelope's bytes, once read.
    pub(super) sha256: Option<Digest>,
    /// What the envelope says, once read and found to be the one that was written.
    pub(super) facts: Option<Facts>,
    /// Signatures and time stamps that lie beside it.
    pub(super) beside: Vec<String>,
    /// The bytes of both files, kept only where they are those that were written and a signature or time
    /// stamp lies beside them: its check needs them.
    pub(super) covered: CoveredBytes,
}

/// The bytes that the signatures and time stamps of a slot cover.
#[derive(Debug, Default)]
pub(super) struct CoveredBytes {
    pub(super) entry: Option<Vec<u8>>,
    pub(super) envelope: Option<Vec<u8>>,
}

impl SlotFiles {
    pub(super) fn index(&self) -> Option<u64> {
        self.entry.as_ref().map(|read| read.entry.index)
    }

    /// The path, digest and size of the envelope, from its entry.
    fn named(&self) -> Option<&EnvelopeRef> {
        self.entry.as_ref().map(|read| &read.entry.envelope).filter(|_| !self.misplaced)
    }

    /// The identity that the envelope should have: what its entry says, else what its bytes say.
    fn identity(&self) -> Option<Digest> {
        self.named().map(|envelope| envelope.sha256).or(self.sha256)
    }
}

/// The bytes with CR LF turned back into LF, if there is any.
pub(super) fn unconverted(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lf = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if !(byte == b'\r' && rest.peek() == Some(&b'\n')) {
            lf.push(byte);
        }
    }
    (lf.len() < bytes.len()).then_some(lf)
}

fn line_endings(path: String, index: Option<u64>) -> Finding {
    Finding::broken(FindingKind::LineEndings, path).at(index).expected("LF").found("CR LF")
}

pub(super) fn read_entry(
    files: &dyn TrailFiles,
    slot: &Slot,
    seen: &mut SlotFiles,
    findings: &mut Vec<Finding>,
) -> Result<(), Diagnostic> {
    let path = slot.entry();
    let bytes = files.read(&path)?;
    let mut result = entry::read(&bytes);
    if matches!(result, Err(EntryFault::Damaged { .. }))
        && let Some(Ok(read)) = unconverted(&bytes).map(|lf| entry::read(&lf))
    {
        findings.push(line_endings(path.clone(), Some(read.entry.index)));
        result = Ok(read);
    }
    match result {
        Ok(read) => {
            let index = read.entry.index;
            if let Some(schema) = &read.newer {
                findings.push(Finding::note(FindingKind::Newer, &path).at(index).found(schema));
            }
            if read.entry.envelope.path != slot.envelope() {
                seen.misplaced = true;
                findings.push(
                    Finding::broken(FindingKind::EntryMisplaced, path)
                        .at(index)
                        .expected(format!("an entry for {}", slot.envelope()))
                        .found(format!("one for {}", read.entry.envelope.path)),
                );
            }
            if !seen.beside.is_empty() && Digest::of(&bytes) == read.sha256 {
                seen.covered.entry = Some(bytes);
            }
            seen.entry = Some(read);
        }
        Err(EntryFault::Newer(schema)) => {
            findings.push(Finding::undecided(FindingKind::NewerUnreadable, path).found(schema));
        }
        Err(EntryFault::Damaged { expected, found, claims }) => {
            seen.claims = claims;
            findings.push(Finding::broken(FindingKind::EntryDamaged, path).expected(expected).found(found));
        }
    }
    Ok(())
}

pub(super) fn read_envelope(
    files: &dyn TrailFiles,
    slot: &Slot,
    seen: &mut SlotFiles,
    findings: &mut Vec<Finding>,
) -> Result<(), Diagnostic> {
    let path = slot.envelope();
    let mut bytes = files.read(&path)?;
    let mut sha256 = Digest::of(&bytes);
    let mut converted = false;
    let index = seen.index();
    if let Some(named) = seen.named().cloned() {
        if sha256 != named.sha256
            && let Some(lf) = unconverted(&bytes)
            && Digest::of(&lf) == named.sha256
        {
            findings.push(line_endings(path.clone(), index));
            (sha256, converted) = (named.sha256, true);
            bytes = lf;
        }
        if sha256 != named.sha256 {
            seen.sha256 = Some(sha256);
            findings.push(
                Finding::broken(FindingKind::EnvelopeChanged, path)
                    .at(index)
                    .expected(format!("SHA-256 {}, {} bytes", named.sha256, named.size))
                    .found(format!("SHA-256 {sha256}, {} bytes", bytes.len())),
            );
            return Ok(());
        }
        if u64::try_from(bytes.len()) != Ok(named.size) {
            findings.push(
                Finding::broken(FindingKind::EntryDamaged, slot.entry())
                    .at(index)
                    .expected(format!("an envelope of {} bytes", bytes.len()))
                    .found(format!("a size of {}", named.size)),
            );
        }
    }
    seen.sha256 = Some(sha256);
    seen.facts = facts(&bytes, &path, index, findings);
    if let Some(facts) = &seen.facts
        && (facts.release_id.as_ref() != Some(&slot.release) || facts.attempt != slot.attempt)
    {
        let release = facts.release_id.as_ref().map_or("no release", ReleaseId::as_str);
        findings.push(
            Finding::broken(FindingKind::EnvelopeMisplaced, path)
                .at(index)
                .expected(format!("release {}, attempt {}", slot.release, slot.attempt))
                .found(format!("{release}, attempt {}", facts.attempt)),
        );
    }
    if !seen.beside.is_empty() && seen.facts.is_some() && !converted {
        seen.covered.envelope = Some(bytes);
    }
    Ok(())
}

/// What an envelope says, with a note or a finding where this version cannot tell.
pub(super) fn facts(
    bytes: &[u8],
    path: &str,
    index: Option<u64>,
    findings: &mut Vec<Finding>,
) -> Option<Facts> {
    let unreadable = |why: String| {
        Finding::broken(FindingKind::EnvelopeUnreadable, path)
            .at(index)
            .expected(format!("an envelope in the form of {}", v1::SCHEMA))
            .found(why)
    };
    let note = |schema: &str| Finding::note(FindingKind::Newer, path).at(index).found(schema);
    match envelope::read(bytes) {
        Ok(facts) => {
            match envelope::version_of(&facts.schema) {
                Version::Known => {}
                Version::Newer => findings.push(note(&facts.schema)),
                Version::Unknown => {
                    findings.push(unreadable(format!("schema {:?}", facts.schema)));
                    return None;
                }
            }
            Some(facts)
        }
        Err(error) => {
            let value: Option<Value> = serde_json::from_slice(bytes).ok();
            let schema = value.as_ref().and_then(|v| v.get("schema")?.as_str()).unwrap_or_default();
            findings.push(match envelope::version_of(schema) {
                Version::Newer => note(schema),
                Version::Known | Version::Unknown => unreadable(error.what),
            });
            None
        }
    }
}

/// Checks the number, the index and `supersedes` of an attempt against the one before it in its release.
pub(super) fn check_attempt(
    before: Option<(&Slot, &SlotFiles)>,
    this: (&Slot, &SlotFiles),
    findings: &mut Vec<Finding>,
) {
    let (slot, seen) = this;
    let number = before.map_or(1, |(earlier, _)| earlier.attempt.saturating_add(1));
    if slot.attempt != number {
        let missing = Slot { release: slot.release.clone(), attempt: number };
        findings.push(
            Finding::broken(FindingKind::AttemptMissing, missing.envelope())
                .at(seen.index())
                .expected(format!("attempt {number} of release {}", slot.release))
                .found(format!("none, and {} follows", slot.envelope())),
        );
    }
    if let Some((earlier, other)) = before
        && let (Some(first), Some(second)) = (other.index(), seen.index())
        && second < first
    {
        findings.push(
            Finding::broken(FindingKind::AttemptsOutOfOrder, slot.entry())
                .at(second)
                .expected(format!("an index above {first}, that of {}", earlier.entry()))
                .found(format!("index {second}")),
        );
    }
    let Some(facts) = &seen.facts else { return };
    let wrong = |expected: String| {
        let found = facts
            .supersedes
            .as_ref()
            .map_or("nothing".into(), |r| format!("{}, SHA-256 {}", r.path, r.sha256));
        Finding::broken(FindingKind::SupersedesWrong, slot.envelope())
            .at(seen.index())
            .expected(expected)
            .found(found)
    };
    let Some(attempt) = slot.attempt.checked_sub(1).filter(|n| *n > 0) else {
        if facts.supersedes.is_some() {
            findings.push(wrong("nothing before the first attempt".into()));
        }
        return;
    };
    let path = Slot { release: slot.release.clone(), attempt }.envelope();
    let known =
        before.filter(|(earlier, _)| earlier.attempt == attempt).and_then(|(_, other)| other.identity());
    let agrees = facts.supersedes.as_ref().is_some_and(|named| {
        named.path == path && known.is_none_or(|sha256| named.sha256 == sha256.to_string())
    });
    if !agrees {
        let sha256 = known.map(|sha256| format!(", SHA-256 {sha256}")).unwrap_or_default();
        findings.push(wrong(format!("{path}{sha256}")));
    }
}
