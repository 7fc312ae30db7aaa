//! The keys, identities and authorities that the user trusts. They come from outside the trail: whoever
//! writes a trail could put keys of their own into it.

use super::signature::{PublicKey, Roots};
use super::time_stamp::Authorities;

/// What the user names to check signatures and time stamps with; without any they are reported as not
/// checked.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The authorities whose time stamps count.
    pub authorities: Authorities,
    /// The key that signs.
    pub key: Option<PublicKey>,
    /// Who signs without a key of their own.
    pub identity: Option<Identity>,
    /// Sigstore's own keys: for [`Trust::identity`], and for the log of signatures by a key.
    pub roots: Vec<Roots>,
}

impl Trust {
    /// Somebody is trusted to sign.
    pub(super) fn names_a_signer(&self) -> bool {
        self.key.is_some() || self.identity.is_some()
    }
}

/// The subject of a Sigstore certificate, and the identity provider that confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// A mail address, or the URL of a workflow; a `*` at the end stands for any ending.
    pub name: String,
    /// The identity provider, such as `https://token.actions.githubusercontent.com`.
    pub issuer: String,
}
