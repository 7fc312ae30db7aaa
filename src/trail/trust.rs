//! The keys, identities and authorities that the user trusts. They come from outside the trail: whoever
//! writes a trail could put keys of their own into it.

use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::DerPublicKey;

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

/// A public key.
#[derive(Clone, Debug)]
pub struct PublicKey(pub(super) DerPublicKey);

impl PublicKey {
    /// Reads a PEM file as `openssl pkey -pubout` and `cosign generate-key-pair` write it.
    ///
    /// # Errors
    /// Why it cannot be used, in words.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        let pem = std::str::from_utf8(pem).map_err(|_| "is no PEM file".to_owned())?;
        let key = DerPublicKey::from_pem(pem)
            .map_err(|_| "holds no public key (-----BEGIN PUBLIC KEY-----)".to_owned())?;
        sigstore_verify::crypto::KeyAlgorithm::from_spki(&key)
            .map_err(|error| format!("holds a key of a kind that cannot be checked: {error}"))?;
        Ok(Self(key))
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

impl Identity {
    /// Whether a certificate's name is the one that was meant.
    pub(super) fn is(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        }
    }
}

/// The keys and certificates of one Sigstore instance: a `trusted_root.json`.
#[derive(Clone, Debug)]
pub struct Roots(pub(super) TrustedRoot);

impl Roots {
    /// Reads a trusted root, or several in JSON Lines, as `gh attestation trusted-root` writes them.
    ///
    /// # Errors
    /// Why it cannot be used, in words.
    pub fn from_json(json: &[u8]) -> Result<Vec<Self>, String> {
        let text = std::str::from_utf8(json).map_err(|_| "is no JSON".to_owned())?;
        let read = |text: &str| TrustedRoot::from_json(text).map(Self).map_err(|error| error.to_string());
        match read(text) {
            Ok(root) => Ok(vec![root]),
            Err(why) => {
                let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
                if lines.len() < 2 {
                    return Err(format!("is no trusted root of Sigstore: {why}"));
                }
                lines.into_iter().map(read).collect()
            }
        }
    }
}
