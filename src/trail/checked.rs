//! What checking one file beside an envelope can show.

use crate::domain::Feature;

/// When a time-stamping authority saw an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// The authority's time: RFC 3339, UTC.
    pub time: String,
    /// The authority; `None` where it is none that the user trusts.
    pub by: Option<String>,
}

/// The result of checking one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "signatures"), allow(dead_code, reason = "nothing is checked without it"))]
pub(super) enum SignatureCheck {
    /// Made over these bytes by the key or the identity that was named; in words.
    Valid(String),
    /// Nothing was named that it could be held to; what it can be checked with.
    Unchecked(&'static str),
    /// Not a signature of these bytes by whoever was named, and why.
    Invalid(String),
}

/// Who checks a file beside an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checker {
    /// evalsig, with this feature.
    Ours(Feature),
    /// A tool of the signer.
    Other(&'static str),
}

impl Checker {
    /// Who checks a file of this name.
    pub(super) fn of(name: &str) -> Self {
        if name.ends_with(".tsr") {
            return Self::Ours(Feature::TimeStamps);
        }
        if [".sig", ".sigstore.json", ".intoto.jsonl"].iter().any(|ending| name.ends_with(ending)) {
            return Self::Ours(Feature::Signatures);
        }
        Self::Other(match name.rsplit('.').next() {
            Some("asc") => "gpg --verify",
            Some("bundle") => "cosign verify-blob --bundle, in the version that wrote it",
            _ => "the tool that made it",
        })
    }
}
