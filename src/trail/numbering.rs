//! Checks the attempts, plans and waivers of a release against the one before each.

use super::finding::{Finding, FindingKind};
use super::layout::Slot;
use super::slot_files::SlotFiles;
use crate::envelope::Facts;

/// Checks the number and the index of an envelope against the one of its kind before it in its release, and
/// what an attempt supersedes.
pub(super) fn check_number(
    before: Option<(&Slot, &SlotFiles)>,
    this: (&Slot, &SlotFiles),
    findings: &mut Vec<Finding>,
) {
    let (slot, seen) = this;
    let number = before.map_or(1, |(earlier, _)| earlier.number.saturating_add(1));
    if slot.number != number {
        let missing = Slot { number, ..slot.clone() };
        findings.push(
            Finding::broken(FindingKind::AttemptMissing, missing.envelope())
                .at(seen.index())
                .expected(missing.words())
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
    if let Some(facts) = seen.facts() {
        check_supersedes(before, this, facts, findings);
    }
}

fn check_supersedes(
    before: Option<(&Slot, &SlotFiles)>,
    (slot, seen): (&Slot, &SlotFiles),
    facts: &Facts,
    findings: &mut Vec<Finding>,
) {
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
    let Some(number) = slot.number.checked_sub(1).filter(|n| *n > 0) else {
        if facts.supersedes.is_some() {
            findings.push(wrong("nothing before the first attempt".into()));
        }
        return;
    };
    let path = Slot { number, ..slot.clone() }.envelope();
    let known =
        before.filter(|(earlier, _)| earlier.number == number).and_then(|(_, other)| other.identity());
    let agrees = facts.supersedes.as_ref().is_some_and(|named| {
        named.path == path && known.is_none_or(|sha256| named.sha256 == sha256.to_string())
    });
    if !agrees {
        let sha256 = known.map(|sha256| format!(", SHA-256 {sha256}")).unwrap_or_default();
        findings.push(wrong(format!("{path}{sha256}")));
    }
}
