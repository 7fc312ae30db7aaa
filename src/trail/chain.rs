//! The links between entries.

use std::collections::BTreeMap;

use super::entry::ReadEntry;
use super::finding::{Finding, FindingKind};
use crate::domain::Digest;

/// One undamaged entry and where it lies.
pub(super) struct Node<'a> {
    pub(super) path: String,
    pub(super) read: &'a ReadEntry,
}

/// Checks the links between entries: indices 1, 2, 3 and so on, each once, each naming the bytes of
/// the one before it.
///
/// `unplaced` entries are known to exist or to have existed without being readable; as many missing
/// indices are explained by them and not reported again.
pub(super) fn check(nodes: &[Node<'_>], unplaced: u64) -> Vec<Finding> {
    let mut by_index: BTreeMap<u64, Vec<&Node<'_>>> = BTreeMap::new();
    for node in nodes {
        by_index.entry(node.read.entry.index).or_default().push(node);
    }
    let mut findings = forks(&by_index);
    findings.extend(gaps(&by_index, unplaced));
    for (index, claimants) in &by_index {
        let before = index.checked_sub(1).and_then(|i| by_index.get(&i)).map_or(&[][..], Vec::as_slice);
        findings.extend(claimants.iter().filter_map(|node| link(node, before)));
    }
    findings
}

fn forks(by_index: &BTreeMap<u64, Vec<&Node<'_>>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, claimants) in by_index {
        let named: Vec<Digest> = by_index
            .get(&index.saturating_add(1))
            .into_iter()
            .flatten()
            .filter_map(|next| next.read.entry.previous.map(|link| link.sha256))
            .collect();
        // The genuine one, if the next entry names exactly one of them, comes first.
        let mut order: Vec<&&Node<'_>> = claimants.iter().collect();
        order.sort_by_key(|node| !named.contains(&node.read.sha256));
        let Some((first, others)) = order.split_first() else { continue };
        findings.extend(others.iter().map(|node| {
            Finding::broken(FindingKind::Fork, &node.path)
                .at(*index)
                .expected(format!("one entry with index {index}"))
                .found(format!("this one and {}", first.path))
        }));
    }
    findings
}

fn gaps(by_index: &BTreeMap<u64, Vec<&Node<'_>>>, unplaced: u64) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut missing, mut expected) = (0_u64, 1_u64);
    for (index, claimants) in by_index {
        if let Some(node) = claimants.first().filter(|_| *index > expected) {
            missing = missing.saturating_add(index.saturating_sub(expected));
            findings.push(
                Finding::broken(FindingKind::IndexMissing, &node.path)
                    .at(expected)
                    .expected(format!("an entry with index {expected} before it"))
                    .found(format!("none, and this one has index {index}")),
            );
        }
        expected = index.saturating_add(1);
    }
    if missing <= unplaced { Vec::new() } else { findings }
}

fn link(node: &Node<'_>, before: &[&Node<'_>]) -> Option<Finding> {
    let index = node.read.entry.index;
    let broken = |path: &str| Finding::broken(FindingKind::LinkBroken, path).at(index);
    match node.read.entry.previous {
        None if index == 1 => None,
        Some(link) if index > 1 && link.index == index.saturating_sub(1) => {
            let first = before.first()?;
            if before.iter().any(|candidate| candidate.read.sha256 == link.sha256) {
                return None;
            }
            // The older one is named: that it was replaced is what the newer one proves.
            Some(
                broken(&first.path)
                    .at(link.index)
                    .expected(format!("SHA-256 {}, as {} says", link.sha256, node.path))
                    .found(format!("SHA-256 {}", first.read.sha256)),
            )
        }
        Some(link) => Some(
            broken(&node.path)
                .expected(match index {
                    1 => "no entry before the first".into(),
                    _ => format!("a link to entry {}", index.saturating_sub(1)),
                })
                .found(format!("a link to entry {}", link.index)),
        ),
        None => Some(
            broken(&node.path)
                .expected(format!("a link to entry {}", index.saturating_sub(1)))
                .found("none, as only the first entry may have"),
        ),
    }
}
