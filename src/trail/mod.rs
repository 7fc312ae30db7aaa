//! The append-only, hash-chained log of envelopes.
//!
//! ```text
//! .gitattributes                                audit/** -text
//! audit/<release-id>/audit.json                 the envelope of attempt 1, never touched again
//! audit/<release-id>/entry.json                 its place in the chain
//! audit/<release-id>/entry.tsr                     a time stamp of the entry, where one was asked for
//! audit/<release-id>/attempts/002/audit.json    the next attempt at the same release
//! audit/<release-id>/attempts/002/entry.json
//! audit/_plans/<release-id>/001/plan.json          a plan that was locked, with an entry.json beside it
//! audit/_waivers/<release-id>/001/waiver.json      a decision by a person, likewise
//! ```
//!
//! An entry names its envelope by SHA-256, and the entry before it by SHA-256; the head is the
//! highest index, so no file of the trail is ever written twice. Everything here is a function of
//! bytes: [`append()`] and [`verify()`] reach files through a [`Port`], and both judge them by the
//! same examination. `docs/trail.md` describes the format for someone without this program.

mod anchor;
mod append;
mod append_document;
mod attestation;
mod attributes;
mod chain;
mod checked;
mod detached;
mod entry;
mod entry_line;
mod errors;
mod examine;
mod finding;
mod glance;
mod history;
mod kind;
mod layout;
mod listing;
mod numbering;
mod pass;
mod port;
mod records;
#[cfg(feature = "signatures")]
mod signature;
#[cfg(not(feature = "signatures"))]
#[path = "not_built/signature.rs"]
mod signature;
mod slot_files;
#[cfg(feature = "timestamps")]
pub mod time_stamp;
#[cfg(not(feature = "timestamps"))]
#[path = "not_built/time_stamp.rs"]
pub mod time_stamp;
mod told;
mod trust;
mod verify;

pub use anchor::{Anchor, AnchorHash, Matched};
pub use append::{NewEntry, Placement, append};
pub use append_document::{NewDocument, append_document};
pub use attestation::Signed;
pub use checked::Stamped;
pub use detached::{DetachedEnvelope, verify_detached};
pub use entry::{ENTRY_SCHEMA, Entry, EnvelopeRef, KIND_SCHEMA, Link, claimed_index};
pub use entry_line::EntryLine;
pub use finding::{Finding, FindingKind, Severity};
pub use glance::READ_WHOLE_BELOW;
pub use history::{FileChange, FileHistory};
pub use kind::EntryKind;
pub use layout::{ROOT, STAGING, Slot, is_companion};
pub use pass::{Appended, EntryLocation, StampWith};
pub use port::{
    Addition, AppendOutcome, Earlier, FileKind, Glance, HeadToken, Listed, MAX_FILE, NewFile, Port, Snapshot,
    TrailFiles, settled,
};
pub use records::{AllowedCandidate, AllowedTask, RecordedEntry, latest_allowed, records};
pub use signature::{PublicKey, Roots};
pub use trust::{Identity, Trust};
pub use verify::{Question, Subject, Verification, verify};
