//! Which file of a trail lies where.

use super::kind::EntryKind;
use crate::domain::ReleaseId;

/// The folder of the trail inside the folder that holds it.
pub const ROOT: &str = "audit";
/// Where writers on one machine prepare what they will rename; never part of the trail.
pub const STAGING: &str = ".staging";

/// The time stamp of the entry beside it.
pub(super) const STAMP: &str = "entry.tsr";
/// The entry beside its envelope.
pub(super) const ENTRY: &str = "entry.json";

/// The place of one envelope and its entry: a release, a kind, and a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The release.
    pub release: ReleaseId,
    /// What lies there.
    pub kind: EntryKind,
    /// Which attempt at the release, which of its plans or waivers: 1 for the first.
    pub number: u32,
}

impl Slot {
    /// The folder that holds both files.
    #[must_use]
    pub fn folder(&self) -> String {
        let Self { release, kind, number } = self;
        // Zeros in front keep a listing in order up to number 999; beyond it only the order suffers. Plans
        // and waivers lie outside the folder of their release: the first decision creates that folder in one
        // step, which it could not if it were there already.
        match kind.shelf() {
            Some(shelf) => format!("{ROOT}/{shelf}/{release}/{number:03}"),
            None if *number <= 1 => format!("{ROOT}/{release}"),
            None => format!("{ROOT}/{release}/attempts/{number:03}"),
        }
    }

    /// The envelope: what the entry stands for, a decision, a plan or a waiver.
    #[must_use]
    pub fn envelope(&self) -> String {
        format!("{}/{}", self.folder(), self.kind.file_name())
    }

    /// The place in words: `attempt 2 of release v1.4.0`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {} of release {}", self.kind.counted(), self.number, self.release)
    }

    /// The entry beside it.
    #[must_use]
    pub fn entry(&self) -> String {
        format!("{}/{ENTRY}", self.folder())
    }

    /// The time stamp of the entry, where one was asked for.
    #[must_use]
    pub fn stamp(&self) -> String {
        format!("{}/{STAMP}", self.folder())
    }
}

/// What a path is to the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PathRole {
    /// An envelope.
    Envelope(Slot),
    /// An entry.
    Entry(Slot),
    /// A signature, certificate or time stamp beside an envelope.
    Companion(Slot),
    /// `.gitattributes` beside `audit/`; may be the user's own.
    OuterAttributes,
    /// `audit/.gitattributes`; always the trail's own.
    InnerAttributes,
    /// What a writer prepares, or left behind when it was killed.
    Staging,
    /// Nothing that belongs to a trail, and why.
    Stranger(String),
}

/// Endings of the files that signers and time-stamping authorities leave beside an envelope.
const COMPANIONS: [&str; 9] = [
    ".sigstore.json",
    ".sig",
    ".pem",
    ".crt",
    ".tsr",
    ".asc",
    ".bundle",
    ".intoto.jsonl",
    "trusted_root.json",
];

/// The folder of a file, without a slash at its end.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file of this name may lie beside an envelope.
#[must_use]
pub fn is_companion(name: &str) -> bool {
    COMPANIONS.iter().any(|ending| name.ends_with(ending))
}

/// What `path` is to the trail.
pub(super) fn path_role(path: &str) -> PathRole {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [".gitattributes"] => PathRole::OuterAttributes,
        [ROOT, ".gitattributes"] => PathRole::InnerAttributes,
        [ROOT, STAGING, ..] => PathRole::Staging,
        [ROOT, release, name] => in_slot(EntryKind::Decision, release, Some(1), name),
        [ROOT, release, "attempts", text, name] => {
            in_slot(EntryKind::Decision, release, number(text, 2), name)
        }
        [ROOT, shelf, release, text, name] => {
            match EntryKind::ALL.iter().find(|kind| kind.shelf() == Some(shelf)) {
                Some(kind) => in_slot(*kind, release, number(text, 1), name),
                None => PathRole::Stranger("no file of a trail lies there".into()),
            }
        }
        _ => PathRole::Stranger("no file of a trail lies there".into()),
    }
}

fn in_slot(kind: EntryKind, release: &str, number: Option<u32>, name: &str) -> PathRole {
    let release = match release.parse() {
        Ok(release) => release,
        Err(why) => return PathRole::Stranger(format!("the folder is not named like a release: {why}")),
    };
    let Some(number) = number else {
        let first = if kind == EntryKind::Decision { "002, 003" } else { "001, 002" };
        let what = kind.counted();
        return PathRole::Stranger(format!("the folder is not named like {what}s are: {first} and so on"));
    };
    let slot = Slot { release, kind, number };
    match name {
        _ if name == kind.file_name() => PathRole::Envelope(slot),
        ENTRY => PathRole::Entry(slot),
        _ if is_companion(name) => PathRole::Companion(slot),
        _ => {
            let file = kind.file_name();
            PathRole::Stranger(format!("only {file}, entry.json, signatures and time stamps lie there"))
        }
    }
}

/// The number that names a folder, from `first` on, written in the one way that [`Slot::folder`] writes it.
fn number(name: &str, first: u32) -> Option<u32> {
    name.parse().ok().filter(|n| *n >= first && format!("{n:03}") == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use super::{EntryKind, PathRole, Slot, path_role};

    #[test]
    fn every_slot_is_found_where_it_says() {
        for (kind, number) in EntryKind::ALL
            .iter()
            .flat_map(|kind| [1, 2, 10, 999, 1000, u32::MAX].map(|number| (*kind, number)))
        {
            let slot = Slot { release: "v1.2".parse().unwrap(), kind, number };
            assert_eq!(path_role(&slot.envelope()), PathRole::Envelope(slot.clone()));
            assert_eq!(path_role(&slot.entry()), PathRole::Entry(slot.clone()));
            assert_eq!(
                path_role(&format!("{}/audit.sigstore.json", slot.folder())),
                PathRole::Companion(slot)
            );
        }
    }

    #[test]
    fn a_slot_has_one_spelling() {
        for path in [
            "audit/v1/attempts/001/audit.json",
            "audit/v1/attempts/2/audit.json",
            "audit/v1/attempts/0002/audit.json",
            "audit/v1/attempts/+02/audit.json",
            "audit/v1/attempts/audit.json",
            "audit/v1/Audit.json",
            "audit/.hidden/audit.json",
            "audit//audit.json",
            "audit/v1/x/audit.json",
            "audit/audit.json",
            "audit/v1/plan.json",
            "audit/_plans/v1/plan.json",
            "audit/_plans/v1/1/plan.json",
            "audit/_plans/v1/000/plan.json",
            "audit/_plans/v1/001/audit.json",
            "audit/_plans/v1/001/waiver.json",
            "audit/_plans/v1/001/002/plan.json",
            "audit/_plans/.v1/001/plan.json",
            "audit/_waivers/v1/001/plan.json",
            "audit/_notes/v1/001/entry.json",
            "audit/_plans/entry.json",
            "audit",
            "README.md",
        ] {
            assert!(matches!(path_role(path), PathRole::Stranger(_)), "{path}");
        }
    }
}
