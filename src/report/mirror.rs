//! What `store mirror` reports: the receipt of the objects in a mirror.

use serde::Serialize;

/// Schema of the receipt.
pub const SCHEMA: &str = "evalsig.mirror/v1";

/// What lies in a mirror, each object compared with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirrorReceipt {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The mirror as it was named.
    pub to: String,
    /// Every object of the mirror.
    pub objects: Vec<MirroredObject>,
    /// Objects that were created now; the others were there with the same bytes.
    pub created: u64,
    /// Bytes of all objects.
    pub bytes: u64,
    /// The trail as it was read back from the mirror.
    pub trail: MirroredTrail,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// One object of a mirror.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirroredObject {
    /// Its path below the mirror's root.
    pub path: String,
    /// SHA-256 of its bytes, as they were read back.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
    /// The version that holds them, where the mirror counts versions: what retention protects.
    pub version: Option<String>,
    /// Their entity tag.
    pub etag: Option<String>,
    /// Whether it was created now.
    pub created: bool,
}

/// What verifying the mirrored trail found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirroredTrail {
    /// `intact`, `broken` or `undecided`.
    pub result: &'static str,
    /// Entries of the trail.
    pub entries: usize,
    /// Position of the newest entry.
    pub head_index: Option<u64>,
    /// Its SHA-256: with it the trail can be anchored.
    pub head_sha256: Option<String>,
}
