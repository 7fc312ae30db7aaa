//! Verifies one envelope outside its trail.

use std::collections::BTreeMap;

use serde_json::Value;

use super::anchor;
use super::attestation::{self, Attestations, AttestedFiles};
use super::entry::{self, EntryFault};
use super::entry_line::{EntryLine, stamped_to};
use super::errors;
use super::finding::{Finding, FindingKind};
use super::kind::EntryKind;
use super::layout::{PathRole, STAMP, path_role};
use super::port::Earlier;
use super::slot_files::unconverted;
use super::told::{Told, kind_of_schema, told};
use super::trust::Trust;
use super::verify::{Question, Subject, Verification, finish};
use crate::domain::{Diagnostic, Digest, ReleaseId};

/// An envelope that was taken out of its trail.
#[derive(Clone, Copy, Debug)]
pub struct DetachedEnvelope<'a> {
    /// What the report calls the file; where it lay in its trail is what its entry says.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Those of the `entry.json` beside it.
    pub entry: Option<&'a [u8]>,
    /// Signatures and time stamps that lie beside it: name and bytes.
    pub beside: &'a [(String, Vec<u8>)],
}

/// Verifies one envelope, with the entry, the signatures and the time stamps beside it when there are any.
///
/// # Errors
/// `envelope-unreadable` where the bytes are no envelope, or contradict themselves.
pub fn verify_detached(alone: DetachedEnvelope<'_>, question: &Question) -> Result<Verification, Diagnostic> {
    let DetachedEnvelope { path, bytes, entry: entry_bytes, .. } = alone;
    let mut findings = Vec::new();
    let kind = kind(alone);
    let known = told(kind, bytes, path, None, &mut findings);
    // With an entry beside it, even bytes that are no envelope can be held to what they should be.
    if let Some(finding) =
        findings.first().filter(|f| f.kind == FindingKind::EnvelopeUnreadable && entry_bytes.is_none())
    {
        return Err(errors::not_an_envelope(path, finding));
    }
    let mut line = EntryLine {
        index: None,
        kind,
        release: known.as_ref().and_then(Told::release_id).map_or_else(String::new, ReleaseId::to_string),
        number: known.as_ref().and_then(Told::number).unwrap_or(1),
        path: path.to_owned(),
        entry_path: match path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/entry.json"),
            None => "entry.json".into(),
        },
        verdict: known.as_ref().and_then(Told::decision).map(|facts| facts.verdict),
        decided_at: known.as_ref().map(|told| told.at().to_owned()),
        sha256: Some(Digest::of(bytes)),
        entry_sha256: None,
        stamped: None,
        signed: Vec::new(),
        beside: Vec::new(),
        ok: true,
        made_again: false,
        reproduced: false,
    };
    if let Some(entry_bytes) = entry_bytes {
        hold_to_entry(bytes, entry_bytes, &mut line, &mut findings);
    }
    let required = known.as_ref().is_some_and(Told::stamp_required);
    let signed = vouch(alone, required, &question.trust, &mut line, &mut findings);
    if question.release_id.as_ref().is_some_and(|id| id.as_str() != line.release) {
        let finding = Finding::undecided(FindingKind::ReleaseAbsent, path);
        findings.push(finding.expected("an envelope of the release asked for").found(&line.release));
    }
    let lines = vec![line];
    let no_revisions = |_: &str| Ok(Earlier::NoRevisions);
    let anchors = anchor::seek(&question.anchors, &lines, &no_revisions, &mut findings)?;
    let stamped_to = stamped_to(&lines);
    let matched = anchors.iter().any(|anchor| anchor.matched.is_some());
    if entry_bytes.is_none() && !matched && !signed {
        findings.push(
            Finding::undecided(FindingKind::LoneEnvelope, path)
                .expected("its entry.json beside it, a signature by whom you trust, or an anchor")
                .found("neither"),
        );
    }
    let mut answer = Verification {
        subject: Subject::Envelope,
        lines,
        entries: 1,
        kinds: BTreeMap::from([(kind, 1)]),
        releases: 1,
        head: None,
        history: None,
        anchors,
        stamped_to,
        findings,
    };
    finish(&mut answer, question.require_anchor);
    Ok(answer)
}

/// Checks the signatures and time stamps beside the envelope, as far as the two files are those that were
/// written. True where a signer whom the user trusts signed one of them.
fn vouch(
    alone: DetachedEnvelope<'_>,
    required: bool,
    trust: &Trust,
    line: &mut EntryLine,
    findings: &mut Vec<Finding>,
) -> bool {
    let DetachedEnvelope { bytes, entry: entry_bytes, beside, .. } = alone;
    let folder = line.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let has = |name: &str| beside.iter().any(|(other, _)| other == name);
    // Without its entry an envelope was taken out on purpose, and what lay beside it with the rest.
    if entry_bytes.is_some() && required && !has(STAMP) {
        findings.push(attestation::missing(format!("{folder}{STAMP}"), line.index));
    }
    let read = entry_bytes.and_then(|bytes| entry::read(bytes).ok());
    let about = AttestedFiles {
        index: line.index,
        entry: entry_bytes.filter(|_| read.is_some()),
        written_at: read.as_ref().map(|read| read.entry.written_at.as_str()),
        // Bytes that its entry does not name prove nothing about the release.
        envelope: Some(bytes).filter(|_| read.is_none() || line.decided_at.is_some()),
    };
    let mut vouched = Attestations::default();
    for (name, bytes) in beside {
        attestation::judge(&format!("{folder}{name}"), bytes, about, trust, &mut vouched, findings);
    }
    vouched.lacking([line.entry_path.clone(), line.path.clone()], line.index, trust, findings);
    let signed = vouched.is_signed();
    (line.stamped, line.signed) = (vouched.stamped, vouched.signed);
    line.beside = beside.iter().map(|(name, _)| format!("{folder}{name}")).collect();
    signed
}

/// What the envelope is: what its entry says, else the kind that has such a schema.
fn kind(alone: DetachedEnvelope<'_>) -> EntryKind {
    let by_entry = alone.entry.and_then(|bytes| entry::read(bytes).ok()).map(|read| read.entry.kind);
    by_entry.unwrap_or_else(|| {
        let value: Option<Value> = serde_json::from_slice(alone.bytes).ok();
        let schema = value.as_ref().and_then(|v| v.get("schema")?.as_str()).unwrap_or_default();
        kind_of_schema(schema)
    })
}

/// Compares the envelope with what its entry says of it.
fn hold_to_entry(bytes: &[u8], entry_bytes: &[u8], line: &mut EntryLine, findings: &mut Vec<Finding>) {
    let beside = line.entry_path.clone();
    let read = match entry::read(entry_bytes) {
        Ok(read) => read,
        Err(EntryFault::Newer(schema)) => {
            findings.push(Finding::undecided(FindingKind::NewerUnreadable, beside).found(schema));
            return;
        }
        Err(EntryFault::Damaged { expected, found, .. }) => {
            let kind = match unconverted(entry_bytes).map(|lf| entry::read(&lf)) {
                Some(Ok(_)) => FindingKind::LineEndings,
                _ => FindingKind::EntryDamaged,
            };
            findings.push(Finding::broken(kind, beside).expected(expected).found(found));
            return;
        }
    };
    let index = read.entry.index;
    if let Some(schema) = &read.newer {
        findings.push(Finding::note(FindingKind::Newer, &beside).at(index).found(schema));
    }
    line.index = Some(index);
    line.entry_sha256 = Some(read.sha256);
    let named = &read.entry.envelope;
    let found = Digest::of(bytes);
    if found != named.sha256 {
        // The content of other bytes than those recorded is not reported.
        (line.verdict, line.decided_at) = (None, None);
        findings.retain(|finding| finding.kind != FindingKind::EnvelopeUnreadable);
        let converted = unconverted(bytes).is_some_and(|lf| Digest::of(&lf) == named.sha256);
        let kind = if converted { FindingKind::LineEndings } else { FindingKind::EnvelopeChanged };
        findings.push(
            Finding::broken(kind, &line.path)
                .at(index)
                .expected(format!("SHA-256 {}, {} bytes", named.sha256, named.size))
                .found(format!("SHA-256 {found}, {} bytes", bytes.len())),
        );
    } else if u64::try_from(bytes.len()) != Ok(named.size) {
        findings.push(
            Finding::broken(FindingKind::EntryDamaged, &beside)
                .at(index)
                .expected(format!("an envelope of {} bytes", bytes.len()))
                .found(format!("a size of {}", named.size)),
        );
    }
    let agrees = match path_role(&named.path) {
        PathRole::Envelope(slot) if slot.kind != EntryKind::Decision => {
            // Plans and waivers do not know their number.
            line.number = slot.number;
            slot.kind == line.kind && slot.release.as_str() == line.release
        }
        PathRole::Envelope(slot) => {
            (slot.kind, slot.release.as_str(), slot.number) == (line.kind, line.release.as_str(), line.number)
        }
        _ => false,
    };
    // An envelope of a newer version may not say where it stands.
    if !agrees && line.decided_at.is_some() {
        findings.push(
            Finding::broken(FindingKind::EnvelopeMisplaced, &line.path)
                .at(index)
                .expected(format!("an envelope for {}", named.path))
                .found(format!("release {:?}, {} {}", line.release, line.kind.counted(), line.number)),
        );
    }
}
