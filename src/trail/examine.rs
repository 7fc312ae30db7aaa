//! The one examination that `verify` and `append` share: `verify` reads every envelope, `append`
//! only those it builds upon.

use std::collections::BTreeMap;

use super::chain::{self, Node};
use super::entry::ReadEntry;
use super::finding::{Finding, FindingKind};
use super::kind::EntryKind;
use super::layout::Slot;
use super::listing::Listing;
use super::numbering::check_number;
use super::port::TrailFiles;
use super::slot_files::{SlotFiles, read_entry, read_envelope};
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
        let mut unplaced = 0_u64;
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

    /// Reads the envelopes of the slots that are `wanted`, and follows the attempts, plans and waivers of each
    /// release.
    pub(super) fn read_envelopes(
        &mut self,
        files: &dyn TrailFiles,
        wanted: impl Fn(&Slot) -> bool,
    ) -> Result<(), Diagnostic> {
        for (slot, seen) in self.slots.iter_mut().filter(|(slot, seen)| seen.has_envelope && wanted(slot)) {
            read_envelope(files, slot, seen, &mut self.findings)?;
        }
        let mut before: Option<(&Slot, &SlotFiles)> = None;
        for (slot, seen) in &self.slots {
            let alike = |earlier: &Slot| (&earlier.release, earlier.kind) == (&slot.release, slot.kind);
            let previous = before.filter(|(earlier, _)| alike(earlier));
            check_number(previous, (slot, seen), &mut self.findings);
            before = Some((slot, seen));
        }
        let waivers = self.slots.iter().filter_map(|(slot, seen)| self.waives_nothing(slot, seen));
        let waivers: Vec<Finding> = waivers.collect();
        self.findings.extend(waivers);
        Ok(())
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
        self.slots.iter().any(|(slot, seen)| {
            slot.kind == EntryKind::Decision
                && slot.release == *release
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
