//! The one examination that `verify` and `append` share: `verify` reads every envelope, `append`
//! only those it builds upon.

use std::collections::BTreeMap;

use super::chain::{self, Node};
use super::entry::ReadEntry;
use super::errors;
use super::finding::{Finding, FindingKind, Severity};
use super::kind::EntryKind;
use super::layout::Slot;
use super::listing::Listing;
use super::numbering::check_number;
use super::port::TrailFiles;
use super::slot_files::{SlotFiles, read_entry, read_envelope};
use super::told::Told;
use crate::domain::{Diagnostic, ReleaseId};

/// A trail under examination.
#[derive(Debug, Default)]
pub(super) struct Examination {
    /// Every slot that holds a file.
    pub(super) slots: BTreeMap<Slot, SlotFiles>,
    /// What was found in the chain so far, in no order.
    pub(super) findings: Vec<Finding>,
}

impl Examination {
    /// Reads every entry and follows the links between them.
    pub(super) fn of_entries(files: &dyn TrailFiles, listing: &Listing) -> Result<Self, Diagnostic> {
        Self::of_listed(files, listing, 0)
    }

    /// Reads some entries, and follows the links among them.
    pub(super) fn of_some(files: &dyn TrailFiles, listing: &Listing) -> Result<Self, Diagnostic> {
        Self::of_listed(files, listing, u64::MAX)
    }

    /// Reads the entries that are listed; so many others may be in the chain.
    fn of_listed(files: &dyn TrailFiles, listing: &Listing, others: u64) -> Result<Self, Diagnostic> {
        let mut this = Self::default();
        for slot in &listing.envelopes {
            this.slots.entry(slot.clone()).or_default().has_envelope = true;
        }
        for slot in &listing.entries {
            this.slots.entry(slot.clone()).or_default().has_entry = true;
        }
        for (slot, path) in &listing.companions {
            this.slots.entry(slot.clone()).or_default().beside.push(path.clone());
        }
        let mut unplaced = others;
        for (slot, seen) in &mut this.slots {
            if seen.has_entry {
                read_entry(files, slot, seen, &mut this.findings)?;
            } else {
                let found = Finding::broken(FindingKind::EntryMissing, slot.entry());
                this.findings.push(found.expected("an entry beside the envelope").found("no such file"));
            }
            if !seen.has_envelope {
                let named = seen.entry.as_ref().map(|read| read.entry.envelope.sha256);
                this.findings.push(
                    Finding::broken(FindingKind::EnvelopeMissing, slot.envelope())
                        .at(seen.index())
                        .expected(named.map_or("an envelope".into(), |sha256| format!("SHA-256 {sha256}")))
                        .found("no such file"),
                );
            }
            unplaced = unplaced.saturating_add(u64::from(seen.entry.is_none()));
        }
        let nodes: Vec<Node<'_>> = this
            .slots
            .iter()
            .filter_map(|(slot, seen)| Some(Node { path: slot.entry(), read: seen.entry.as_ref()? }))
            .collect();
        this.findings.extend(chain::check(&nodes, unplaced));
        Ok(this)
    }

    /// Reads the envelopes of the slots that are `wanted`.
    pub(super) fn read_envelopes(
        &mut self,
        files: &dyn TrailFiles,
        wanted: impl Fn(&Slot) -> bool,
    ) -> Result<(), Diagnostic> {
        for (slot, seen) in self.slots.iter_mut().filter(|(slot, seen)| seen.has_envelope && wanted(slot)) {
            read_envelope(files, slot, seen, &mut self.findings)?;
        }
        Ok(())
    }

    /// Reads every envelope. What was decided in each is not kept: in a long trail that is most of what there is.
    pub(super) fn read_every_envelope(&mut self, files: &dyn TrailFiles) -> Result<(), Diagnostic> {
        for (slot, seen) in self.slots.iter_mut().filter(|(_, seen)| seen.has_envelope) {
            read_envelope(files, slot, seen, &mut self.findings)?;
            if let Some(Told::Decision(facts)) = &mut seen.told {
                facts.outcome = Vec::new();
            }
        }
        Ok(())
    }

    /// Reads the envelope of one slot.
    pub(super) fn read_envelope_of(&mut self, files: &dyn TrailFiles, slot: &Slot) -> Result<(), Diagnostic> {
        match self.slots.get_mut(slot).filter(|seen| seen.has_envelope) {
            Some(seen) => read_envelope(files, slot, seen, &mut self.findings),
            None => Ok(()),
        }
    }

    /// The slots of one release, decisions first.
    pub(super) fn of_release(&self, release: &ReleaseId) -> impl Iterator<Item = (&Slot, &SlotFiles)> {
        let first = Slot { release: release.clone(), kind: EntryKind::Decision, number: 0 };
        self.slots.range(first..).take_while(move |(slot, _)| slot.release == *release)
    }

    /// Follows the attempts, plans and waivers of the releases that are `whole`: all their slots are here.
    pub(super) fn follow(&mut self, whole: impl Fn(&ReleaseId) -> bool) {
        let mut before: Option<(&Slot, &SlotFiles)> = None;
        for (slot, seen) in self.slots.iter().filter(|(slot, _)| whole(&slot.release)) {
            let alike = |earlier: &Slot| (&earlier.release, earlier.kind) == (&slot.release, slot.kind);
            let previous = before.filter(|(earlier, _)| alike(earlier));
            check_number(previous, (slot, seen), &mut self.findings);
            before = Some((slot, seen));
        }
        let slots = self.slots.iter().filter(|(slot, _)| whole(&slot.release));
        let waivers: Vec<Finding> =
            slots.filter_map(|(slot, seen)| self.waives_nothing(slot, seen)).collect();
        self.findings.extend(waivers);
    }

    /// An error for the heaviest of what was found, where it is more than a remark. Newer comes first: what looks
    /// broken to this version may be right in that one.
    pub(super) fn unbroken(&mut self) -> Result<(), Diagnostic> {
        if let Some(finding) = self.findings.iter().find(|finding| finding.kind.is_newer()) {
            return Err(errors::newer_entry(finding));
        }
        self.findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
        match self.findings.iter().find(|finding| finding.severity == Severity::Broken) {
            Some(finding) => Err(errors::broken(finding)),
            None => Ok(()),
        }
    }

    /// A finding for a waiver whose decision is not there as it names it.
    fn waives_nothing(&self, slot: &Slot, seen: &SlotFiles) -> Option<Finding> {
        let named = seen.document()?.decision.as_ref()?;
        let held = self.decision(&slot.release, &named.path, &named.sha256);
        (!held).then(|| {
            Finding::broken(FindingKind::DecisionAbsent, slot.envelope())
                .at(seen.index())
                .expected(format!("a decision {}, SHA-256 {}", named.path, named.sha256))
                .found(format!("none such of release {}", slot.release))
        })
    }

    /// Whether the release holds this decision.
    pub(super) fn decision(&self, release: &ReleaseId, path: &str, sha256: &str) -> bool {
        self.of_release(release).any(|(slot, seen)| {
            slot.kind == EntryKind::Decision
                && slot.envelope() == path
                && seen.identity().is_some_and(|identity| identity.to_string() == sha256)
        })
    }

    /// The entry with the highest index.
    pub(super) fn head(&self) -> Option<(&Slot, &ReadEntry)> {
        let entries = self.slots.iter().filter_map(|(slot, seen)| Some((slot, seen.entry.as_ref()?)));
        entries.max_by_key(|(_, read)| read.entry.index)
    }

    /// A release of another spelling that a file system without case would merge with this one.
    pub(super) fn same_but_for_case(&self, release: &ReleaseId) -> Option<&ReleaseId> {
        let mut releases = self.slots.keys().map(|slot| &slot.release);
        releases.find(|other| *other != release && other.folded() == release.folded())
    }
}
