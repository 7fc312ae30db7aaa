//! Sorts the files of a trail by the role that their path has.

use std::collections::BTreeSet;

use super::finding::{Finding, FindingKind};
use super::layout::{PathRole, Slot, path_role};
use super::port::{FileKind, Listed};

/// Files of a trail, sorted by what they are to the trail.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Slots with an envelope.
    pub(super) envelopes: BTreeSet<Slot>,
    /// Slots with an entry.
    pub(super) entries: BTreeSet<Slot>,
    /// `.gitattributes` beside `audit/`.
    pub(super) outer: Option<FileKind>,
    /// `audit/.gitattributes`.
    pub(super) inner: Option<FileKind>,
    /// Signatures and time stamps that lie beside something.
    pub(super) companions: Vec<(Slot, String)>,
    /// What does not touch the chain: strange files, leftovers.
    pub(super) aside: Vec<Finding>,
}

impl Listing {
    pub(super) fn of(files: &[Listed]) -> Self {
        let mut this = Self::default();
        let mut companions = Vec::new();
        for file in files {
            let path = &file.path;
            match (path_role(path), file.kind) {
                (PathRole::OuterAttributes, kind) => this.outer = Some(kind),
                (PathRole::Staging, _) => this.aside.push(Finding::note(FindingKind::Leftover, path)),
                (PathRole::InnerAttributes, FileKind::Plain) => this.inner = Some(FileKind::Plain),
                (place, kind @ (FileKind::Link | FileKind::Other)) => {
                    if place == PathRole::InnerAttributes {
                        this.inner = Some(kind);
                    }
                    let what = if kind == FileKind::Link { "a symbolic link" } else { "a special file" };
                    let finding = Finding::broken(FindingKind::NotAFile, path);
                    this.aside.push(finding.expected("a plain file").found(what));
                }
                (PathRole::Envelope(slot), FileKind::Plain) => {
                    this.envelopes.insert(slot);
                }
                (PathRole::Entry(slot), FileKind::Plain) => {
                    this.entries.insert(slot);
                }
                (PathRole::Companion(slot), FileKind::Plain) => companions.push((slot, path)),
                (PathRole::Stranger(why), FileKind::Plain) => this.aside.push(
                    Finding::broken(FindingKind::UnexpectedFile, path).expected("no such file").found(why),
                ),
            }
        }
        for (slot, path) in companions {
            if this.envelopes.contains(&slot) || this.entries.contains(&slot) {
                this.companions.push((slot, path.clone()));
            } else {
                // What cutting the tail by hand leaves behind.
                let finding = Finding::broken(FindingKind::UnexpectedFile, path);
                this.aside.push(finding.expected("an envelope beside it").found("none"));
            }
        }
        this
    }
}
