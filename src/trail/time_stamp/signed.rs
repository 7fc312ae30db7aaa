//! Who signed a time stamp: the CMS signature (RFC 5652), and the path from the signer's certificate
//! to an authority that the user names.

use std::time::Duration;

use cms::cert::CertificateChoices;
use cms::content_info::CmsVersion;
use cms::signed_data::{SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::oid::AssociatedOid as _;
use der::oid::db::rfc5280::ID_KP_TIME_STAMPING;
use der::oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST};
use der::oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
use der::{Any, Decode as _, Encode as _, Tag, Tagged as _};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert, aws_lc_rs as algorithms,
};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};

use super::token::{TIME_STAMP_INFO, TimeStampToken, hash, plain};

/// `id-aa-signingCertificate` (RFC 2634) and `id-aa-signingCertificateV2` (RFC 5035): the hash of the
/// signer's certificate, under the signature.
const SIGNING_CERTIFICATE: [ObjectIdentifier; 2] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12"),
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47"),
];

/// Signature algorithms by the hash that they are used with; RSA and elliptic curves without a hash in
/// their name take that of the signer.
const SIGNATURES: [(&str, Option<ObjectIdentifier>); 9] = [
    ("1.2.840.113549.1.1.1", None),
    ("1.2.840.113549.1.1.11", Some(ID_SHA_256)),
    ("1.2.840.113549.1.1.12", Some(ID_SHA_384)),
    ("1.2.840.113549.1.1.13", Some(ID_SHA_512)),
    ("1.2.840.10045.2.1", None),
    ("1.2.840.10045.4.3.2", Some(ID_SHA_256)),
    ("1.2.840.10045.4.3.3", Some(ID_SHA_384)),
    ("1.2.840.10045.4.3.4", Some(ID_SHA_512)),
    ("1.3.101.112", Some(ID_SHA_512)),
];

/// Certificates that the user trusts to say what time it was: roots, or what they issued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads a PEM bundle, or one certificate in DER, as authorities publish both.
    ///
    /// # Errors
    /// Why it cannot be used, in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        use rustls_pki_types::pem::PemObject as _;
        let found: Vec<_> = if Certificate::from_der(bytes).is_ok() {
            vec![CertificateDer::from(bytes.to_vec())]
        } else {
            let found: Result<_, _> = CertificateDer::pem_slice_iter(bytes).collect();
            found.map_err(|error| format!("is no PEM file of certificates: {error}"))?
        };
        if found.is_empty() {
            return Err("holds no certificate (-----BEGIN CERTIFICATE-----)".into());
        }
        for certificate in &found {
            anchor_from_trusted_cert(certificate)
                .map_err(|error| format!("holds a certificate that cannot be used: {error}"))?;
        }
        Ok(Self(found))
    }

    /// Nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TimeStampToken {
    /// The certificate whose key signed this token, once the signature is found to be good; `None`
    /// where neither the token nor the user has that certificate.
    pub(in crate::trail) fn signer(&self, authorities: &Authorities) -> Result<Option<Certificate>, String> {
        let [signer] = self.signed.signer_infos.0.as_slice() else {
            return Err("not one signature, as a time stamp has".into());
        };
        let version = match signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
            SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
        };
        if self.signed.version != CmsVersion::V3 || signer.version != version {
            return Err("a signature of another version than RFC 5652 names".into());
        }
        let digest = &signer.digest_alg;
        if !plain(digest) || self.signed.digest_algorithms.as_slice() != [digest.clone()] {
            return Err("more than one digest algorithm, or a strange one".into());
        }
        let named = |candidate: &Certificate| is_named(&signer.sid, candidate);
        let Some(certificate) = self.embedded().into_iter().chain(trusted(authorities)).find(named) else {
            return Ok(None);
        };
        let signed = self.attributes(signer, &certificate)?;
        let encoded = certificate.to_der().map_err(|error| error.to_string())?;
        let encoded = CertificateDer::from(encoded);
        let key = EndEntityCert::try_from(&encoded).map_err(|error| format!("certificate: {error}"))?;
        let good = possible(signer)
            .into_iter()
            .any(|algorithm| key.verify_signature(algorithm, &signed, signer.signature.as_bytes()).is_ok());
        if good { Ok(Some(certificate)) } else { Err("a signature that does not hold".into()) }
    }

    /// Whether an authority stands behind the signer: a path of certificates, valid at the time that
    /// the token names, to one that the user trusts. Revocation is not looked at.
    pub(in crate::trail) fn vouched(
        &self,
        signer: &Certificate,
        authorities: &Authorities,
    ) -> Result<(), String> {
        only_for_time(signer)?;
        let encoded = signer.to_der().map_err(|error| error.to_string())?;
        let encoded = CertificateDer::from(encoded);
        let leaf = EndEntityCert::try_from(&encoded).map_err(|error| error.to_string())?;
        let anchors: Vec<_> =
            authorities.0.iter().filter_map(|trusted| anchor_from_trusted_cert(trusted).ok()).collect();
        let between: Vec<CertificateDer<'_>> = self
            .embedded()
            .iter()
            .filter_map(|certificate| certificate.to_der().ok().map(CertificateDer::from))
            .collect();
        let seconds = u64::try_from(self.time.as_second()).map_err(|_| "a time before 1970".to_owned())?;
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        // Intermediate certificates need not say what they are for; the signer's own is held above.
        let usage = KeyUsage::required_if_present(ID_KP_TIME_STAMPING.as_bytes());
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &between, time, usage, None, None)
            .map(|_| ())
            .map_err(|error| format!("signed by {}: {error}", name(signer)))
    }

    fn embedded(&self) -> Vec<Certificate> {
        let choices = self.signed.certificates.iter().flat_map(|set| set.0.iter());
        choices
            .filter_map(|choice| match choice {
                CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
                CertificateChoices::Other(_) => None,
            })
            .collect()
    }

    /// The bytes under the signature, once they are found to name this content and this signer.
    fn attributes(&self, signer: &SignerInfo, certificate: &Certificate) -> Result<Vec<u8>, String> {
        let malformed = |error: der::Error| format!("strange attributes: {error}");
        let attributes = signer.signed_attrs.as_ref().ok_or("no signed attributes")?;
        let only = |oid: &ObjectIdentifier| -> Option<&Any> {
            let mut named = attributes.iter().filter(|attribute| attribute.oid == *oid);
            match (named.next()?.values.as_slice(), named.next()) {
                ([value], None) => Some(value),
                _ => None,
            }
        };
        let of_type = only(&ID_CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
        if of_type != Some(TIME_STAMP_INFO) {
            return Err("a signature of something else".into());
        }
        let digest = only(&ID_MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
        let computed = hash(&signer.digest_alg.oid, &self.content);
        if computed.is_none() || digest.map(OctetString::into_bytes).map(|digest| digest.to_vec()) != computed
        {
            return Err("a signature of another time, or by an algorithm that is not good".into());
        }
        let encoded = certificate.to_der().map_err(malformed)?;
        let named = SIGNING_CERTIFICATE.iter().find_map(only).and_then(certificate_hash);
        let is_it = named.is_some_and(|named| {
            use sha2::Digest as _;
            let strong = [ID_SHA_256, ID_SHA_384, ID_SHA_512].iter().filter_map(|oid| hash(oid, &encoded));
            strong.chain([sha1::Sha1::digest(&encoded).to_vec()]).any(|computed| computed == named)
        });
        if !is_it {
            return Err("a signature that names another certificate, or none".into());
        }
        attributes.to_der().map_err(malformed)
    }
}

fn trusted(authorities: &Authorities) -> Vec<Certificate> {
    authorities.0.iter().filter_map(|trusted| Certificate::from_der(trusted).ok()).collect()
}

/// The hash of the first certificate that a signing-certificate attribute names, which is the signer's.
fn certificate_hash(attribute: &Any) -> Option<Vec<u8>> {
    let first: Vec<Any> = attribute.decode_as().ok()?;
    let certificates: Vec<Any> = first.first()?.decode_as().ok()?;
    let certificate: Vec<Any> = certificates.first()?.decode_as().ok()?;
    let hash = certificate.iter().find(|member| member.tag() == Tag::OctetString)?;
    Some(hash.value().to_vec())
}

fn is_named(signer: &SignerIdentifier, certificate: &Certificate) -> bool {
    let held = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            held.issuer == named.issuer && held.serial_number == named.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            held.get::<SubjectKeyIdentifier>().ok().flatten().is_some_and(|(_, key)| key == *named)
        }
    }
}

/// What the signature may have been made with: the algorithm that the signer names, for any key.
fn possible(signer: &SignerInfo) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    use algorithms as a;
    let named = signer.signature_algorithm.oid.to_string();
    let fits = SIGNATURES
        .iter()
        .any(|(oid, hash)| *oid == named && hash.is_none_or(|hash| hash == signer.digest_alg.oid));
    if !fits || !plain(&signer.signature_algorithm) {
        return Vec::new();
    }
    match signer.digest_alg.oid {
        ID_SHA_256 => vec![
            a::RSA_PKCS1_2048_8192_SHA256,
            a::ECDSA_P256_SHA256,
            a::ECDSA_P384_SHA256,
            a::ECDSA_P521_SHA256,
        ],
        ID_SHA_384 => vec![
            a::RSA_PKCS1_2048_8192_SHA384,
            a::ECDSA_P256_SHA384,
            a::ECDSA_P384_SHA384,
            a::ECDSA_P521_SHA384,
        ],
        ID_SHA_512 => vec![
            a::RSA_PKCS1_2048_8192_SHA512,
            a::ECDSA_P256_SHA512,
            a::ECDSA_P384_SHA512,
            a::ECDSA_P521_SHA512,
            a::ED25519,
        ],
        _ => Vec::new(),
    }
}

/// RFC 3161, 2.3: the certificate is for time stamps, and for nothing else, and says so critically.
fn only_for_time(certificate: &Certificate) -> Result<(), String> {
    let extensions = certificate.tbs_certificate.extensions.iter().flatten();
    let mut usages = extensions.filter(|extension| extension.extn_id == ExtendedKeyUsage::OID);
    let usage = usages.next().filter(|extension| extension.critical);
    let usage = usage.and_then(|extension| ExtendedKeyUsage::from_der(extension.extn_value.as_bytes()).ok());
    if usage.is_some_and(|usage| usage.0 == [ID_KP_TIME_STAMPING]) {
        Ok(())
    } else {
        Err(format!("signed by {}, whose certificate is not for time stamps alone", name(certificate)))
    }
}

/// Whom a certificate belongs to, as RFC 4514 writes names.
pub(in crate::trail) fn name(certificate: &Certificate) -> String {
    certificate.tbs_certificate.subject.to_string()
}
