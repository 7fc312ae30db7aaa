//! `signature` in a build without the feature `signatures`: no key can be read, so nobody is ever trusted to sign.

use crate::domain::Feature;
use crate::trail::checked::{Checker, SignatureCheck};
use crate::trail::trust::Trust;

/// A public key, of which this build reads none.
#[derive(Clone, Debug)]
pub enum PublicKey {}

impl PublicKey {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// Always: the feature is not there.
    pub fn from_pem(_: &[u8]) -> Result<Self, String> {
        Err(Feature::Signatures.is_missing())
    }
}

/// The keys and certificates of one Sigstore instance, of which this build reads none.
#[derive(Clone, Debug)]
pub enum Roots {}

impl Roots {
    /// Reads a trusted root.
    ///
    /// # Errors
    /// Always: the feature is not there.
    pub fn from_json(_: &[u8]) -> Result<Vec<Self>, String> {
        Err(Feature::Signatures.is_missing())
    }
}

/// Who could check the file called `name`.
pub(super) fn judge(name: &str, _: &[u8], _: &[u8], _: &Trust) -> SignatureCheck {
    SignatureCheck::Unchecked(match Checker::of(name) {
        Checker::Ours(_) => "an evalsig that has the feature for it",
        Checker::Other(tool) => tool,
    })
}
