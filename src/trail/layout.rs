//! Which file of a trail lies where.

use crate::domain::ReleaseId;

/// The folder of the trail inside the folder that holds it.
pub const ROOT: &str = "audit";
/// Where writers on one machine prepare what they will rename; never part of the trail.
pub const STAGING: &str = ".staging";

/// The time stamp of the entry beside it.
pub(super) const STAMP: &str = "entry.tsr";

/// The place of one envelope and its entry: a release and the attempt at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The release.
    pub release: ReleaseId,
    /// 1 for the first attempt.
    pub attempt: u32,
}

impl Slot {
    /// The folder that holds both files.
    #[must_use]
    pub fn folder(&self) -> String {
        let Self { release, attempt } = self;
        // Zeros in front keep a listing in order up to attempt 999; beyond it only the order suffers.
        if *attempt <= 1 {
            format!("{ROOT}/{release}")
        } else {
            format!("{ROOT}/{release}/attempts/{attempt:03}")
        }
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> String {
        format!("{}/audit.json", self.folder())
    }

    /// The entry beside it.
    #[must_use]
    pub fn entry(&self) -> String {
        format!("{}/entry.json", self.folder())
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
        [ROOT, release, name] => in_slot(release, Some(1), name),
        [ROOT, release, "attempts", number, name] => in_slot(release, attempt(number), name),
        _ => PathRole::Stranger("no file of a trail lies there".into()),
    }
}

fn in_slot(release: &str, attempt: Option<u32>, name: &str) -> PathRole {
    let release = match release.parse() {
        Ok(release) => release,
        Err(why) => return PathRole::Stranger(format!("the folder is not named like a release: {why}")),
    };
    let Some(attempt) = attempt else {
        return PathRole::Stranger("the folder is not named like an attempt: 002, 003 and so on".into());
    };
    let slot = Slot { release, attempt };
    match name {
        "audit.json" => PathRole::Envelope(slot),
        "entry.json" => PathRole::Entry(slot),
        _ if is_companion(name) => PathRole::Companion(slot),
        _ => PathRole::Stranger("only audit.json, entry.json, signatures and time stamps lie there".into()),
    }
}

/// The number of a later attempt, written in the one way that [`Slot::folder`] writes it.
fn attempt(name: &str) -> Option<u32> {
    name.parse().ok().filter(|n| *n >= 2 && format!("{n:03}") == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use super::{PathRole, Slot, path_role};

    #[test]
    fn every_slot_is_found_where_it_says() {
        for attempt in [1, 2, 10, 999, 1000, u32::MAX] {
            let slot = Slot { release: "v1.2".parse().unwrap(), attempt };
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
            "audit",
            "README.md",
        ] {
            assert!(matches!(path_role(path), PathRole::Stranger(_)), "{path}");
        }
    }
}
