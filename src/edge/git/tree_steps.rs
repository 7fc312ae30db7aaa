//! Two versions of a tree object, and which entries of the older one are not in the newer one as they were.
//!
//! The list of releases of a long trail is one tree of many entries, and each commit has its own version of it.
//! Neighbours differ in one entry, so whatever is the same at both ends is compared as bytes and never taken
//! apart: where the entries of one version begin is known from the version before it.

use std::collections::{BTreeMap, BTreeSet};

/// A tree object and where its entries begin.
#[derive(Debug)]
pub(super) struct Tree {
    bytes: Vec<u8>,
    /// The beginning of each entry, and the end of the last one.
    starts: Vec<usize>,
}

/// What an entry of a tree stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    /// Six digits, as `git diff-tree --raw` writes them.
    pub(super) mode: String,
    pub(super) oid: String,
}

impl Node {
    pub(super) fn is_tree(&self) -> bool {
        self.mode == "040000"
    }
}

/// An entry of the older version that is another one in the newer version, or absent there.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: Vec<u8>,
    pub(super) before: Node,
    pub(super) after: Option<Node>,
}

impl Tree {
    /// Takes a tree object apart. `None` where it is none.
    pub(super) fn parse(bytes: Vec<u8>, width: usize) -> Option<Self> {
        let mut starts = vec![0];
        entry_ends(&bytes, 0, bytes.len(), width, &mut starts)?;
        Some(Self { bytes, starts })
    }

    /// The same, helped by a version of which most of it is the same.
    pub(super) fn parse_beside(bytes: Vec<u8>, other: &Self, width: usize) -> Option<Self> {
        let middle = Middle::of(other, &bytes);
        let mut starts: Vec<usize> = other.starts.get(..=middle.first)?.to_vec();
        let parsed = entry_ends(&bytes, middle.start, middle.end, width, &mut starts);
        if parsed.is_none() {
            // The end of one entry that looks like the end of another.
            return Self::parse(bytes, width);
        }
        let shifted = other.starts.get(middle.last.saturating_add(1)..)?.iter();
        starts.extend(shifted.map(|start| start + bytes.len() - other.bytes.len()));
        Some(Self { bytes, starts })
    }

    /// The entry of this name.
    pub(super) fn find(&self, name: &[u8], width: usize) -> Option<Node> {
        self.entries(0, self.bytes.len(), width).find(|(found, _)| *found == name).map(|(_, node)| node)
    }

    /// Every entry.
    pub(super) fn all(&self, width: usize) -> impl Iterator<Item = (&[u8], Node)> {
        self.entries(0, self.bytes.len(), width)
    }

    /// The entries that are not in `after` as they are here, in the order of the tree.
    pub(super) fn lost_in(&self, after: &Self, width: usize) -> Vec<Step> {
        let middle = Middle::of(self, &after.bytes);
        let (Some(start), Some(end)) = (self.starts.get(middle.first), self.starts.get(middle.last)) else {
            return Vec::new();
        };
        // Where the end of the part is no beginning of an entry there, everything after its start is looked at.
        let aligned = after.starts.binary_search(&middle.end).is_ok();
        let (end, end_after) =
            if aligned { (*end, middle.end) } else { (self.bytes.len(), after.bytes.len()) };
        let mut there: BTreeMap<&[u8], BTreeSet<Node>> = BTreeMap::new();
        for (name, node) in after.entries(middle.start, end_after, width) {
            there.entry(name).or_default().insert(node);
        }
        let lost = |(name, before): (&[u8], Node)| {
            let now = there.get(name);
            let kept = now.is_some_and(|nodes| nodes.contains(&before));
            let after = now.and_then(BTreeSet::first).cloned();
            (!kept).then(|| Step { name: name.to_owned(), before, after })
        };
        self.entries(*start, end, width).filter_map(lost).collect()
    }

    /// The entries from one place to another, both the beginnings of entries.
    fn entries(&self, start: usize, end: usize, width: usize) -> impl Iterator<Item = (&[u8], Node)> {
        let mut rest = self.bytes.get(start..end).unwrap_or_default();
        std::iter::from_fn(move || {
            let (head, oid, after) = split(rest, width)?;
            rest = after;
            let blank = head.iter().position(|byte| *byte == b' ')?;
            let (mode, name) = (head.get(..blank)?, head.get(blank + 1..)?);
            let mode = format!("{:0>6}", String::from_utf8_lossy(mode));
            let oid = oid.iter().map(|byte| format!("{byte:02x}")).collect();
            Some((name, Node { mode, oid }))
        })
    }
}

/// The part in which two versions may differ.
struct Middle {
    /// The entries of the older version, by number: from the first one, before the last one.
    first: usize,
    last: usize,
    /// The bytes of the newer version.
    start: usize,
    end: usize,
}

impl Middle {
    fn of(before: &Tree, after: &[u8]) -> Self {
        let same = common_prefix(&before.bytes, after);
        let first = before.starts.partition_point(|start| *start <= same).saturating_sub(1);
        let start = before.starts.get(first).copied().unwrap_or_default();
        let (rest, rest_after) =
            (before.bytes.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
        let tail = common_suffix(rest, rest_after);
        let tail_start = before.bytes.len() - tail;
        let last = before.starts.partition_point(|start| *start < tail_start);
        let end = before.starts.get(last).copied().unwrap_or(before.bytes.len());
        Self { first, last, start, end: after.len() - (before.bytes.len() - end) }
    }
}

/// Adds the ends of the entries from `start`; `None` where the last one does not end at `end`.
fn entry_ends(bytes: &[u8], start: usize, end: usize, width: usize, ends: &mut Vec<usize>) -> Option<()> {
    let mut rest = bytes.get(start..end)?;
    while !rest.is_empty() {
        let (head, _, after) = split(rest, width)?;
        if !head.contains(&b' ') {
            return None;
        }
        rest = after;
        ends.push(end - rest.len());
    }
    Some(())
}

/// The first entry, `<mode> <name>\0<id>`, apart from what follows.
fn split(bytes: &[u8], width: usize) -> Option<(&[u8], &[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (head, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    let (oid, rest) = rest.split_at_checked(width)?;
    Some((head, oid, rest))
}

/// How many bytes are compared at once: that many cost little more than one.
const BLOCK: usize = 4096;

fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let whole = blocks.take_while(|(a, b)| a == b).count() * BLOCK;
    let rest = one.iter().skip(whole).zip(other.iter().skip(whole));
    whole + rest.take_while(|(a, b)| a == b).count()
}

fn common_suffix(one: &[u8], other: &[u8]) -> usize {
    let blocks = one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK));
    let whole = blocks.take_while(|(a, b)| a == b).count() * BLOCK;
    let rest = one.iter().rev().skip(whole).zip(other.iter().rev().skip(whole));
    whole + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use proptest::prelude::*;

    use super::{Tree, common_prefix, common_suffix};

    /// A tree object of 20-byte ids with these entries.
    fn object(entries: &[(String, u8)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, oid) in entries {
            bytes.extend(format!("100644 {name}\0").bytes());
            bytes.extend([*oid; 20]);
        }
        bytes
    }

    proptest! {
        /// What the plain definition says, whatever the entries and their ids, NUL and blank in ids included.
        #[test]
        fn what_is_lost_is_what_a_comparison_of_all_entries_finds(
            before in prop::collection::btree_map("[a-c]{1,2}", prop::sample::select(vec![0_u8, 32, 97]), 0..9),
            after in prop::collection::btree_map("[a-c]{1,2}", prop::sample::select(vec![0_u8, 32, 97]), 0..9),
        ) {
            let list = |map: &std::collections::BTreeMap<String, u8>| -> Vec<(String, u8)> {
                map.iter().map(|(name, oid)| (name.clone(), *oid)).collect()
            };
            let (old, new) = (object(&list(&before)), object(&list(&after)));
            let one = Tree::parse(old.clone(), 20).unwrap();
            for two in [Tree::parse(new.clone(), 20).unwrap(), Tree::parse_beside(new.clone(), &one, 20).unwrap()] {
                prop_assert_eq!(&two.starts, &Tree::parse(new.clone(), 20).unwrap().starts);
                let lost: Vec<String> = one
                    .lost_in(&two, 20)
                    .into_iter()
                    .map(|step| String::from_utf8(step.name).unwrap())
                    .collect();
                let expected: Vec<String> = before
                    .iter()
                    .filter(|(name, oid)| after.get(*name) != Some(oid))
                    .map(|(name, _)| name.clone())
                    .collect();
                prop_assert_eq!(lost, expected);
            }
        }
    }

    #[test]
    fn long_versions_are_compared_in_blocks() {
        let entries: Vec<(String, u8)> = (0..4000).map(|n| (format!("v{n:05}"), 7)).collect();
        let old = Tree::parse(object(&entries), 20).unwrap();
        let mut more = entries.clone();
        more.insert(2000, ("v01999b".into(), 9));
        let new = Tree::parse_beside(object(&more), &old, 20).unwrap();
        assert_eq!(new.starts, Tree::parse(object(&more), 20).unwrap().starts);
        assert!(old.lost_in(&new, 20).is_empty());
        let lost = new.lost_in(&old, 20);
        assert_eq!((lost.len(), lost.first().unwrap().name.as_slice()), (1, &b"v01999b"[..]));
        more.get_mut(3).unwrap().1 = 8;
        let changed = Tree::parse_beside(object(&more), &new, 20).unwrap();
        let lost = new.lost_in(&changed, 20);
        let step = lost.first().unwrap();
        assert_eq!((lost.len(), step.name.as_slice()), (1, &b"v00003"[..]));
        assert_eq!(step.after.as_ref().unwrap().oid, "08".repeat(20));
        assert_eq!((step.before.mode.as_str(), step.before.is_tree()), ("100644", false));
    }

    #[test]
    fn prefix_and_suffix_count_bytes() {
        let (one, other) = (vec![1_u8; 9000], vec![1_u8; 8999]);
        assert_eq!((common_prefix(&one, &other), common_suffix(&one, &other)), (8999, 8999));
        assert_eq!((common_prefix(b"abc", b"abd"), common_suffix(b"abc", b"xbc")), (2, 2));
        assert_eq!((common_prefix(b"", b"abd"), common_suffix(b"abc", b"")), (0, 0));
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        for bytes in [&b"100644 a"[..], b"100644 a\0short", b"100644a\x0012345678901234567890"] {
            assert!(Tree::parse(bytes.to_vec(), 20).is_none());
        }
    }
}
