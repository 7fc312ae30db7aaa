//! Reads the two files of one slot.

use super::entry::{self, EntryFault, EnvelopeRef, ReadEntry};
use super::finding::{Finding, FindingKind};
use super::layout::Slot;
use super::port::TrailFiles;
use super::told::{Told, told};
use crate::domain::{Diagnostic, Digest, ReleaseId};
use crate::envelope::{DocumentFacts, Facts};

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
    pub(super) told: Option<Told>,
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

    /// What the envelope says of a decision.
    pub(super) fn facts(&self) -> Option<&Facts> {
        self.told.as_ref()?.decision()
    }

    /// What the envelope says of a plan or a waiver.
    pub(super) fn document(&self) -> Option<&DocumentFacts> {
        self.told.as_ref()?.document()
    }

    /// The identity that the envelope should have: what its entry says, else what its bytes say.
    pub(super) fn identity(&self) -> Option<Digest> {
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
            let kind = read.entry.kind;
            if read.entry.envelope.path != slot.envelope() || kind != slot.kind {
                seen.misplaced = true;
                findings.push(
                    Finding::broken(FindingKind::EntryMisplaced, path)
                        .at(index)
                        .expected(format!("an entry of kind {} for {}", slot.kind, slot.envelope()))
                        .found(format!("one of kind {kind} for {}", read.entry.envelope.path)),
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
    seen.told = told(slot.kind, &bytes, &path, index, findings);
    if let Some(told) = &seen.told
        && (told.release_id() != Some(&slot.release) || told.number().is_some_and(|n| n != slot.number))
    {
        let release = told.release_id().map_or("no release", ReleaseId::as_str);
        let number = |number: Option<u32>| number.map_or(String::new(), |n| format!(", attempt {n}"));
        findings.push(
            Finding::broken(FindingKind::EnvelopeMisplaced, path)
                .at(index)
                .expected(format!("release {}{}", slot.release, number(told.number().map(|_| slot.number))))
                .found(format!("{release}{}", number(told.number()))),
        );
    }
    if !seen.beside.is_empty() && seen.told.is_some() && !converted {
        seen.covered.envelope = Some(bytes);
    }
    Ok(())
}
