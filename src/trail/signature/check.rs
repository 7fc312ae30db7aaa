//! Checks one signature file against the signed bytes and the signer that the user trusts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sigstore_verify::crypto::{KeyAlgorithm, SigningScheme, verify_signature};
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::{Bundle, DerPublicKey, DsseEnvelope, SignatureBytes, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier};

use super::keys::Roots;
use crate::domain::Digest;
use crate::trail::checked::{Checker, SignatureCheck};
use crate::trail::trust::{Identity, Trust};

/// What a signed statement is (in-toto Statement v1 in a DSSE envelope).
const STATEMENT: &str = "application/vnd.in-toto+json";

const NEEDS_KEY: SignatureCheck = SignatureCheck::Unchecked("--key, or cosign verify-blob --key");

/// Judges the file called `name` with these bytes, as a signature over `signed`.
pub(in crate::trail) fn judge(name: &str, bytes: &[u8], signed: &[u8], trust: &Trust) -> SignatureCheck {
    match Checker::of(name) {
        Checker::Other(tool) => SignatureCheck::Unchecked(tool),
        Checker::Ours(_) if name.ends_with(".sig") => detached(bytes, signed, trust),
        Checker::Ours(_) => bundles(bytes, signed, trust),
    }
}

/// `openssl dgst -sign`, or the base64 of the same that older signers write.
fn detached(bytes: &[u8], signed: &[u8], trust: &Trust) -> SignatureCheck {
    let Some(key) = &trust.key else { return SignatureCheck::Unchecked("--key, or openssl dgst -verify") };
    let text = std::str::from_utf8(bytes).ok();
    let decoded = text.and_then(|text| STANDARD.decode(text.trim()).ok());
    let mut both = [Some(bytes.to_vec()), decoded].into_iter().flatten();
    if both.any(|signature| made_by(&key.0, signed, &SignatureBytes::new(signature))) {
        SignatureCheck::Valid("the key".into())
    } else {
        SignatureCheck::Invalid("a signature that the key did not make over this file".into())
    }
}

fn made_by(key: &DerPublicKey, signed: &[u8], signature: &SignatureBytes) -> bool {
    schemes(key).into_iter().any(|scheme| verify_signature(key, signed, signature, scheme).is_ok())
}

/// Every way in which a key of this kind signs.
fn schemes(key: &DerPublicKey) -> Vec<SigningScheme> {
    use SigningScheme as S;
    match KeyAlgorithm::from_spki(key) {
        Ok(KeyAlgorithm::EcdsaP256) => vec![S::EcdsaP256Sha256, S::EcdsaP256Sha384],
        Ok(KeyAlgorithm::EcdsaP384) => vec![S::EcdsaP384Sha384, S::EcdsaP384Sha256],
        Ok(KeyAlgorithm::Ed25519) => vec![S::Ed25519],
        Ok(KeyAlgorithm::Rsa) => vec![
            S::RsaPkcs1Sha256,
            S::RsaPkcs1Sha384,
            S::RsaPkcs1Sha512,
            S::RsaPssSha256,
            S::RsaPssSha384,
            S::RsaPssSha512,
        ],
        _ => Vec::new(),
    }
}

/// Sigstore bundles, or signed statements without a bundle around them (DSSE): one, or one a line.
fn bundles(bytes: &[u8], signed: &[u8], trust: &Trust) -> SignatureCheck {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return SignatureCheck::Invalid("no Sigstore bundle".into());
    };
    let texts: Vec<&str> = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => vec![text],
        Err(_) => text.lines().filter(|line| !line.trim().is_empty()).collect(),
    };
    let mut by = SignatureCheck::Invalid("no Sigstore bundle".into());
    for text in texts {
        by = match (Bundle::from_json(text), serde_json::from_str::<DsseEnvelope>(text)) {
            (Ok(bundle), _) => bundle_by(&bundle, signed, trust),
            (Err(_), Ok(envelope)) => match &trust.key {
                Some(key) => statement_by_key(&envelope, signed, &key.0),
                None => NEEDS_KEY,
            },
            (Err(error), Err(_)) => SignatureCheck::Invalid(format!("no Sigstore bundle: {error}")),
        };
        if matches!(by, SignatureCheck::Invalid(_)) {
            break;
        }
    }
    by
}

fn bundle_by(bundle: &Bundle, signed: &[u8], trust: &Trust) -> SignatureCheck {
    match (bundle.signing_certificate(), &trust.key, &trust.identity) {
        (None, Some(key), _) => by_key(bundle, signed, &key.0, &trust.roots),
        (None, None, _) => NEEDS_KEY,
        (Some(_), _, Some(identity)) => by_identity(bundle, signed, identity, &trust.roots),
        (Some(_), _, None) => SignatureCheck::Unchecked(
            "--identity, --issuer and --trusted-root, or cosign verify-blob, gh attestation verify",
        ),
    }
}

/// Without a trusted root neither the log nor the authorities that saw the signature can be looked at,
/// and a signer without a network has none: the key alone decides then.
fn by_key(bundle: &Bundle, signed: &[u8], key: &DerPublicKey, roots: &[Roots]) -> SignatureCheck {
    let material = &bundle.verification_material;
    let stamps = &material.timestamp_verification_data.rfc3161_timestamps;
    if roots.is_empty() || material.tlog_entries.is_empty() && stamps.is_empty() {
        return by_key_alone(bundle, signed, key);
    }
    let policy = PublicKeyVerificationPolicy::new(key.clone());
    match first_good(roots, |root| verify(root, bundle, signed, &policy)) {
        Ok(_) => SignatureCheck::Valid("the key".into()),
        Err(why) => SignatureCheck::Invalid(why),
    }
}

fn by_key_alone(bundle: &Bundle, signed: &[u8], key: &DerPublicKey) -> SignatureCheck {
    let wrong = |why: &str| SignatureCheck::Invalid(why.into());
    let message = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => return statement_by_key(envelope, signed, key),
        SignatureContent::MessageSignature(message) => message,
        _ => return wrong("a signature of an unknown kind"),
    };
    let named = message.message_digest.as_ref().map(|named| named.digest.as_bytes());
    if named.is_some_and(|named| named != Digest::of(signed).as_bytes()) {
        return wrong("a signature of another file");
    }
    if !made_by(key, signed, &message.signature) {
        return wrong("a signature that the key did not make over this file");
    }
    SignatureCheck::Valid("the key".into())
}

/// A statement that names this file among its subjects, signed by the key.
fn statement_by_key(envelope: &DsseEnvelope, signed: &[u8], key: &DerPublicKey) -> SignatureCheck {
    let statement: Value = serde_json::from_slice(envelope.payload.as_bytes()).unwrap_or_default();
    let sha256 = Digest::of(signed).to_string();
    let mut subjects = statement.get("subject").and_then(Value::as_array).into_iter().flatten();
    let named = |subject: &Value| subject.pointer("/digest/sha256").and_then(Value::as_str) == Some(&sha256);
    if !subjects.any(named) {
        return SignatureCheck::Invalid("a statement about other files".into());
    }
    if envelope.payload_type != STATEMENT || !made_by(key, &envelope.pae(), &envelope.signature.sig) {
        return SignatureCheck::Invalid("a statement that the key did not sign".into());
    }
    SignatureCheck::Valid("the key".into())
}

fn by_identity(bundle: &Bundle, signed: &[u8], identity: &Identity, roots: &[Roots]) -> SignatureCheck {
    let policy = VerificationPolicy::any_identity().require_issuer(identity.issuer.as_str());
    match first_good(roots, |root| verify(root, bundle, signed, &policy)) {
        Err(why) => SignatureCheck::Invalid(why),
        Ok(result) => match result.identity().map(|name| name.as_str().to_owned()) {
            Some(name) if is_meant(identity, &name) => SignatureCheck::Valid(name),
            Some(name) => SignatureCheck::Invalid(format!("a signature by {name}")),
            None => SignatureCheck::Invalid("a signature by nobody".into()),
        },
    }
}

/// Whether a certificate's name is the one that was meant.
fn is_meant(identity: &Identity, name: &str) -> bool {
    match identity.name.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == identity.name,
    }
}

fn verify(
    root: &TrustedRoot,
    bundle: &Bundle,
    signed: &[u8],
    policy: &impl sigstore_verify::Policy,
) -> Result<VerificationResult, String> {
    let verifier = Verifier::new(root).map_err(|error| format!("trusted root: {error}"))?;
    verifier.verify(signed, bundle, policy).map_err(|error| error.to_string())
}

/// The first root under which it is good; else why it is not under the last.
fn first_good<T>(roots: &[Roots], verify: impl Fn(&TrustedRoot) -> Result<T, String>) -> Result<T, String> {
    let mut last = Err("no trusted root was given".to_owned());
    for root in roots {
        last = verify(&root.0);
        if last.is_ok() {
            break;
        }
    }
    last
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the test reads files that cosign wrote")]
mod tests {
    use std::path::Path;

    use sigstore_verify::trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT as PRODUCTION;

    use super::{SignatureCheck, judge};
    use crate::trail::signature::{PublicKey, Roots};
    use crate::trail::trust::{Identity, Trust};

    /// A file that cosign wrote or signed.
    fn read(name: &str) -> Vec<u8> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cosign");
        std::fs::read(folder.join(name)).unwrap()
    }

    #[test]
    fn what_cosign_3_signed_without_a_key_is_held_to_its_identity() {
        let bundle = read("cosign-v3-blob.sigstore.json");
        let signed = read("cosign-v3-blob.txt");
        let roots = Roots::from_json(PRODUCTION.as_bytes()).unwrap();
        let trust = |name: &str, issuer: &str| Trust {
            identity: Some(Identity { name: name.into(), issuer: issuer.into() }),
            roots: roots.clone(),
            ..Trust::default()
        };
        let (name, issuer) = ("w.vollprecht@gmail.com", "https://github.com/login/oauth");
        let by = |trust: &Trust, signed: &[u8]| judge("audit.sigstore.json", &bundle, signed, trust);
        for fits in [name, "w.vollprecht@*", "*"] {
            assert_eq!(by(&trust(fits, issuer), &signed), SignatureCheck::Valid(name.into()));
        }
        assert!(matches!(by(&Trust::default(), &signed), SignatureCheck::Unchecked(_)));
        for (name, issuer) in [("somebody@else", issuer), ("*@else", issuer), (name, "https://elsewhere")] {
            assert!(
                matches!(by(&trust(name, issuer), &signed), SignatureCheck::Invalid(_)),
                "{name} {issuer}"
            );
        }
        assert!(matches!(by(&trust(name, issuer), b"other bytes"), SignatureCheck::Invalid(_)));
        let rootless = Trust { roots: Vec::new(), ..trust(name, issuer) };
        assert!(matches!(by(&rootless, &signed), SignatureCheck::Invalid(_)));
        // Two trusted roots, as `gh attestation trusted-root` writes them.
        let root: serde_json::Value = serde_json::from_str(PRODUCTION).unwrap();
        let lines = format!("{root}\n{root}\n");
        assert_eq!(Roots::from_json(lines.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn what_cosign_signed_with_a_key_is_held_to_the_key_and_to_the_log() {
        let (bundle, signed) = (read("bundle.sigstore.json"), read("artifact.txt"));
        let key = PublicKey::from_pem(&read("key.pub")).unwrap();
        let trust = Trust { key: Some(key), ..Trust::default() };
        let by =
            |trust: &Trust, bundle: &[u8], signed: &[u8]| judge("a.sigstore.json", bundle, signed, trust);
        assert_eq!(by(&trust, &bundle, &signed), SignatureCheck::Valid("the key".into()));
        assert!(matches!(by(&trust, &bundle, b"other bytes"), SignatureCheck::Invalid(_)));
        let logged = Trust { roots: Roots::from_json(PRODUCTION.as_bytes()).unwrap(), ..trust.clone() };
        assert_eq!(by(&logged, &bundle, &signed), SignatureCheck::Valid("the key".into()));
        // A log that is not the one that saw it.
        const NOBODY: &[u8] =
            br#"{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#;
        let strange = Trust { roots: Roots::from_json(NOBODY).unwrap(), ..trust.clone() };
        assert!(matches!(by(&strange, &bundle, &signed), SignatureCheck::Invalid(_)));
        let flipped =
            String::from_utf8(bundle).unwrap().replacen("\"signature\":\"M", "\"signature\":\"N", 1);
        assert!(matches!(by(&trust, flipped.as_bytes(), &signed), SignatureCheck::Invalid(_)));
    }
}
