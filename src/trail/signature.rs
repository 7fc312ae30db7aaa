//! Signatures beside an envelope: by a key, or by an identity that Sigstore's certificates confirm.

mod check;
mod keys;

pub(super) use check::judge;
pub use keys::{PublicKey, Roots};
