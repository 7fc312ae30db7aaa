//! The keys that signatures are held to, as their files are read.

use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::DerPublicKey;

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
