//! `entry.json`: the place of one envelope in the chain.
//!
//! Its identity is the SHA-256 of its bytes, named by the next entry. Its last member, `checksum`,
//! is the SHA-256 of the bytes before that member, so that damage to the newest entry, which no
//! later one names yet, shows too. Every later version of the format keeps that member last and
//! computes it the same way: this version can tell a newer entry from a damaged one.
//!
//! Version 1 is the entry of a decision. Version 2 has one member more, `kind`, which is never `decision`,
//! so that each entry still has one spelling.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors;
use super::kind::EntryKind;
use crate::domain::{Diagnostic, Digest};
use crate::envelope;

/// The schema of the entry of a decision.
pub const ENTRY_SCHEMA: &str = "evalsig.entry/v1";
/// The schema of every other entry.
pub const KIND_SCHEMA: &str = "evalsig.entry/v2";
/// The newest version that this program writes.
const NEWEST: u32 = 2;

/// What the schemas of all versions begin with.
const FAMILY: &str = "evalsig.entry/v";
/// `"checksum": "` + 64 digits + `"` + LF + `}` + LF.
const TAIL: usize = 81;

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it stands for.
    pub kind: EntryKind,
    /// Position in the chain; the first is 1.
    pub index: u64,
    /// The envelope it stands for.
    pub envelope: EnvelopeRef,
    /// The entry before it; none before the first.
    pub previous: Option<Link>,
    /// When it was written: RFC 3339, UTC.
    pub written_at: String,
}

/// An envelope as an entry names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeRef {
    /// Path from the folder that holds `audit/`, with forward slashes.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Number of its bytes.
    pub size: u64,
}

/// An entry as the next one names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its position.
    pub index: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// An entry that was read, and what its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadEntry {
    /// What it says.
    pub(super) entry: Entry,
    /// Its identity.
    pub(super) sha256: Digest,
    /// Its schema, when that is newer than this version's.
    pub(super) newer: Option<String>,
}

/// Why bytes are not an entry that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EntryFault {
    /// The bytes are not those that were written.
    Damaged {
        /// What would be right.
        expected: String,
        /// What is there.
        found: String,
        /// The index it claims, if it can still be read; not to be relied upon.
        claims: Option<u64>,
    },
    /// The bytes are as they were written, by a version whose entries this one cannot follow.
    Newer(String),
}

/// The entry as it is written. The order of the members is the order in the file. Unknown members
/// are carried by here; in an entry of this version the comparison of bytes finds them.
#[derive(Serialize, Deserialize)]
struct Wire {
    schema: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    index: u64,
    envelope: WireEnvelope,
    previous: Option<WireLink>,
    written_at: String,
    checksum: String,
}

#[derive(Serialize, Deserialize)]
struct WireEnvelope {
    path: String,
    sha256: String,
    size: u64,
}

#[derive(Serialize, Deserialize)]
struct WireLink {
    index: u64,
    sha256: String,
}

impl Entry {
    /// The bytes of `entry.json`.
    ///
    /// # Errors
    /// `internal-error` if the time is not RFC 3339 in UTC or the index is 0: a bug of the caller.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        form(self.index, &self.written_at).map_err(errors::entry_malformed)?;
        let mut bytes = envelope::to_bytes(&Wire {
            schema: schema(self.kind).into(),
            kind: (self.kind != EntryKind::Decision).then(|| self.kind.to_string()),
            index: self.index,
            envelope: WireEnvelope {
                path: self.envelope.path.clone(),
                sha256: self.envelope.sha256.to_string(),
                size: self.envelope.size,
            },
            previous: self
                .previous
                .map(|link| WireLink { index: link.index, sha256: link.sha256.to_string() }),
            written_at: self.written_at.clone(),
            checksum: "0".repeat(64),
        })?;
        bytes.truncate(bytes.len().saturating_sub(TAIL));
        let checksum = Digest::of(&bytes);
        bytes.extend_from_slice(tail(&checksum.to_string()).as_bytes());
        Ok(bytes)
    }
}

/// Reads an entry and holds it to every rule that its own bytes can break.
pub(super) fn read(bytes: &[u8]) -> Result<ReadEntry, EntryFault> {
    let damaged = |expected: &str, found: String| EntryFault::Damaged {
        expected: expected.into(),
        found,
        claims: serde_json::from_slice::<Value>(bytes).ok().and_then(|v| v.get("index")?.as_u64()),
    };
    let (body, end) = bytes
        .len()
        .checked_sub(TAIL)
        .and_then(|at| bytes.split_at_checked(at))
        .ok_or_else(|| damaged("an entry", format!("{} bytes, too few for one", bytes.len())))?;
    let computed = Digest::of(body);
    let stored: Option<Digest> =
        end.get(13..77).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| hex.parse().ok());
    match stored {
        Some(stored) if tail(&stored.to_string()).as_bytes() == end && stored == computed => {}
        Some(stored) if tail(&stored.to_string()).as_bytes() == end => {
            return Err(damaged(
                &format!("bytes before the checksum with SHA-256 {stored}"),
                format!("bytes with SHA-256 {computed}"),
            ));
        }
        _ => return Err(damaged("a last member \"checksum\" and nothing after it", "another ending".into())),
    }
    let malformed =
        |why: String| damaged(&format!("an entry in the form of {ENTRY_SCHEMA} or {KIND_SCHEMA}"), why);
    let value: Value = serde_json::from_slice(bytes).map_err(|e| malformed(e.to_string()))?;
    let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default().to_owned();
    let newer = version(&schema, FAMILY).is_some_and(|v| v > NEWEST);
    if schema != ENTRY_SCHEMA && schema != KIND_SCHEMA && !newer {
        return Err(malformed(format!("schema {schema:?}")));
    }
    // From the bytes again: a value keeps only the last of two members of one name.
    let wire = serde_json::from_slice::<Wire>(bytes).map_err(|e| e.to_string());
    let entry = match wire.and_then(parse) {
        Ok(entry) => entry,
        Err(_) if newer => return Err(EntryFault::Newer(schema)),
        Err(why) => return Err(malformed(why)),
    };
    // One entry, one spelling: otherwise two files could say the same with different hashes.
    if !newer && entry.to_bytes().ok().as_deref() != Some(bytes) {
        return Err(malformed("another spelling of one".into()));
    }
    Ok(ReadEntry { entry, sha256: Digest::of(bytes), newer: newer.then_some(schema) })
}

/// The position in the chain that an entry claims; whether the chain bears it out, only verifying says.
#[must_use]
pub fn claimed_index(bytes: &[u8]) -> Option<u64> {
    match read(bytes) {
        Ok(read) => Some(read.entry.index),
        Err(EntryFault::Damaged { claims, .. }) => claims,
        Err(EntryFault::Newer(_)) => None,
    }
}

/// The schema of an entry of a kind.
fn schema(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Decision => ENTRY_SCHEMA,
        EntryKind::Plan | EntryKind::Waiver => KIND_SCHEMA,
    }
}

/// The number after `family` in a schema's name.
fn version(schema: &str, family: &str) -> Option<u32> {
    schema.strip_prefix(family)?.parse().ok()
}

fn tail(checksum: &str) -> String {
    format!("\"checksum\": \"{checksum}\"\n}}\n")
}

fn parse(wire: Wire) -> Result<Entry, String> {
    form(wire.index, &wire.written_at)?;
    let kind = wire.kind.map_or(Ok(EntryKind::Decision), |name| name.parse())?;
    let WireEnvelope { path, sha256, size } = wire.envelope;
    let envelope = EnvelopeRef { path, sha256: sha256.parse()?, size };
    let previous = match wire.previous {
        None => None,
        Some(link) => Some(Link { index: link.index, sha256: link.sha256.parse()? }),
    };
    Ok(Entry { kind, index: wire.index, envelope, previous, written_at: wire.written_at })
}

fn form(index: u64, written_at: &str) -> Result<(), String> {
    if index == 0 {
        return Err("index 0, and the first is 1".into());
    }
    if written_at.parse::<Timestamp>().is_err() || !written_at.ends_with('Z') {
        return Err(format!("written_at is {written_at:?}, expected RFC 3339 in UTC"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]
mod tests {
    use super::{
        Digest, ENTRY_SCHEMA, Entry, EntryFault, EntryKind, EnvelopeRef, KIND_SCHEMA, Link, TAIL, read,
    };

    fn entry(index: u64) -> Entry {
        Entry {
            kind: EntryKind::Decision,
            index,
            envelope: EnvelopeRef {
                path: "audit/v1/audit.json".into(),
                sha256: Digest::of(b"envelope"),
                size: 8,
            },
            previous: (index > 1).then(|| Link { index: index - 1, sha256: Digest::of(b"before") }),
            written_at: "2026-11-21T08:00:00Z".into(),
        }
    }

    /// An entry whose text was changed by someone who knows how checksums are made.
    fn forged(from: &str, to: &str) -> Vec<u8> {
        let bytes = entry(2).to_bytes().unwrap();
        let body = std::str::from_utf8(&bytes[..bytes.len() - TAIL]).unwrap().replacen(from, to, 1);
        let checksum = Digest::of(body.as_bytes());
        format!("{body}\"checksum\": \"{checksum}\"\n}}\n").into_bytes()
    }

    #[test]
    fn the_bytes_are_these() {
        let bytes = entry(2).to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (body, _) = text.split_once("\"checksum\"").unwrap();
        let expected = format!(
            "{{\n  \"schema\": \"evalsig.entry/v1\",\n  \"index\": 2,\n  \"envelope\": {{\n    \
             \"path\": \"audit/v1/audit.json\",\n    \"sha256\": \"{}\",\n    \"size\": 8\n  }},\n  \
             \"previous\": {{\n    \"index\": 1,\n    \"sha256\": \"{}\"\n  }},\n  \
             \"written_at\": \"2026-11-21T08:00:00Z\",\n  \"checksum\": \"{}\"\n}}\n",
            Digest::of(b"envelope"),
            Digest::of(b"before"),
            Digest::of(body.as_bytes()),
        );
        assert_eq!(text, expected);
        let back = read(&bytes).unwrap();
        assert_eq!((back.entry, back.sha256, back.newer), (entry(2), Digest::of(&bytes), None));
        assert!(String::from_utf8(entry(1).to_bytes().unwrap()).unwrap().contains("\"previous\": null"));
    }

    #[test]
    fn the_kind_stands_after_the_schema() {
        for (kind, name) in [(EntryKind::Plan, "plan"), (EntryKind::Waiver, "waiver")] {
            let entry = Entry { kind, ..entry(2) };
            let bytes = entry.to_bytes().unwrap();
            let start = format!(
                "{{\n  \"schema\": \"evalsig.entry/v2\",\n  \"kind\": \"{name}\",\n  \"index\": 2,\n"
            );
            assert!(bytes.starts_with(start.as_bytes()));
            let back = read(&bytes).unwrap();
            assert_eq!((back.entry, back.newer), (entry, None));
        }
    }

    #[test]
    fn one_content_has_one_spelling() {
        for (from, to) in [
            ("  \"index\"", " \"index\""),
            ("\"index\": 2", "\"index\": 2.0"),
            ("\"size\": 8", "\"size\": 8, \"more\": 1"),
            ("\"index\": 2", "\"index\": 2, \"index\": 2"),
            ("\"index\": 2", "\"index\": 0"),
            ("08:00:00Z", "08:00:00+00:00"),
            ("audit/v1", "audit\\/v1"),
            (ENTRY_SCHEMA, "evalsig.entry/v0"),
            (ENTRY_SCHEMA, "evalsig.entry/vx"),
            (ENTRY_SCHEMA, KIND_SCHEMA),
            ("entry/v1\",", "entry/v1\",\n  \"kind\": \"plan\","),
            ("entry/v1\",", "entry/v1\",\n  \"kind\": \"decision\","),
            ("entry/v1\",", "entry/v2\",\n  \"kind\": \"decision\","),
            ("entry/v1\",", "entry/v2\",\n  \"kind\": \"promotion\","),
            ("entry/v1\",", "entry/v2\",\n  \"kind\": null,"),
        ] {
            let bytes = forged(from, to);
            assert!(matches!(read(&bytes), Err(EntryFault::Damaged { .. })), "{from} -> {to}");
        }
        let upper = Digest::of(b"before").to_string();
        assert!(read(&forged(&upper, &upper.to_uppercase())).is_err());
        let mut upper = entry(2).to_bytes().unwrap();
        let at = upper.len() - TAIL;
        upper[at + 13..at + 77].make_ascii_uppercase();
        assert!(read(&upper).is_err());
    }

    #[test]
    fn a_newer_entry_is_followed_as_far_as_it_can_be() {
        let newer = read(&forged("entry/v1\",", "entry/v3\",\n  \"tree\": [1],")).unwrap();
        assert_eq!(newer.newer.as_deref(), Some("evalsig.entry/v3"));
        assert_eq!(newer.entry, entry(2));
        for (from, to) in [
            ("entry/v1\",\n  \"index\"", "entry/v3\",\n  \"position\""),
            ("entry/v1\",", "entry/v3\",\n  \"kind\": \"promotion\","),
        ] {
            assert_eq!(read(&forged(from, to)), Err(EntryFault::Newer("evalsig.entry/v3".into())));
        }
        // A damaged byte does not make an entry newer.
        let mut damaged = entry(2).to_bytes().unwrap();
        let at = damaged.windows(2).position(|w| w == b"v1").unwrap() + 1;
        damaged[at] = b'3';
        assert!(matches!(read(&damaged), Err(EntryFault::Damaged { claims: Some(2), .. })));
    }

    #[test]
    fn a_bug_of_the_caller_is_not_written() {
        assert!(entry(0).to_bytes().is_err());
        assert!(Entry { written_at: "yesterday".into(), ..entry(1) }.to_bytes().is_err());
    }
}
