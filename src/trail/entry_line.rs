//! One entry of a verified trail, as the report lists it.

use std::collections::BTreeMap;

use super::attestation::{Attestations, Signed};
use super::checked::Stamped;
use super::examine::Examination;
use super::kind::EntryKind;
use super::layout::Slot;
use crate::domain::Digest;
use crate::envelope::v1::VerdictWord;

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryLine {
    /// Its position; that of a damaged entry is what it claims, when it can still be read.
    pub index: Option<u64>,
    /// What it stands for, from the folder.
    pub kind: EntryKind,
    /// The release, from the folder.
    pub release: String,
    /// Which attempt, plan or waiver, from the folder.
    pub number: u32,
    /// The envelope's path.
    pub path: String,
    /// The entry's path.
    pub entry_path: String,
    /// The verdict; none where the envelope is of another kind, or not the one that was written.
    pub verdict: Option<VerdictWord>,
    /// When it was decided, locked or recorded; none where the envelope is not the one that was written.
    pub decided_at: Option<String>,
    /// SHA-256 of the envelope's bytes.
    pub sha256: Option<Digest>,
    /// SHA-256 of the entry's bytes, where they are those that were written.
    pub entry_sha256: Option<Digest>,
    /// When a time-stamping authority saw the entry.
    pub stamped: Option<Stamped>,
    /// The signatures beside it that are not wrong.
    pub signed: Vec<Signed>,
    /// Everything that lies beside it: signatures, time stamps, certificates.
    pub beside: Vec<String>,
    /// Nothing was found against either file.
    pub ok: bool,
    /// The decision was made again from its runs, with whatever result.
    pub made_again: bool,
    /// The decision was made again, with the same result.
    pub reproduced: bool,
}

impl EntryLine {
    /// It is the line of a decision.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        self.kind == EntryKind::Decision
    }
}

/// The lines of all entries in the order of the chain; those without an index come last.
pub(super) fn lines(trail: &Examination, mut vouched: BTreeMap<Slot, Attestations>) -> Vec<EntryLine> {
    let mut lines: Vec<EntryLine> = trail
        .slots
        .iter()
        .map(|(slot, seen)| (slot, seen, vouched.remove(slot).unwrap_or_default()))
        .map(|(slot, seen, vouched)| EntryLine {
            index: seen.index().or(seen.claims),
            kind: slot.kind,
            release: slot.release.to_string(),
            number: slot.number,
            path: slot.envelope(),
            entry_path: slot.entry(),
            verdict: seen.facts().map(|facts| facts.verdict),
            decided_at: seen.told.as_ref().map(|told| told.at().to_owned()),
            sha256: seen.sha256,
            entry_sha256: seen.entry.as_ref().map(|read| read.sha256),
            stamped: vouched.stamped,
            signed: vouched.signed,
            beside: seen.beside.clone(),
            ok: true,
            made_again: false,
            reproduced: false,
        })
        .collect();
    // What has no place in the chain comes last.
    lines.sort_by_key(|line| (line.index.is_none(), line.index));
    lines
}

/// The newest entry that an authority saw which the user trusts.
pub(super) fn stamped_to(lines: &[EntryLine]) -> Option<(u64, Stamped)> {
    let stamped = lines
        .iter()
        .filter_map(|line| Some((line.index?, line.stamped.clone().filter(|stamped| stamped.by.is_some())?)));
    stamped.max_by_key(|(index, _)| *index)
}
