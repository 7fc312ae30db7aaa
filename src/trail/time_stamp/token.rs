//! Reading a time stamp: the token, and the time and the hash that it holds.

use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::Decode as _;
use der::asn1::{ObjectIdentifier, OctetString};
use der::oid::db::rfc5911::ID_SIGNED_DATA;
use der::oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::asn1::{Imprint, Info, Response};

/// `id-ct-TSTInfo` (RFC 3161): what is signed is a time.
pub(super) const TIME_STAMP_INFO: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// A time stamp that was read. Nothing is believed yet.
pub(in crate::trail) struct TimeStampToken {
    /// When the authority saw the bytes.
    pub(in crate::trail) time: Timestamp,
    pub(super) info: Info,
    /// The bytes of `info`, which are what is signed.
    pub(super) content: Vec<u8>,
    pub(super) signed: SignedData,
}

impl TimeStampToken {
    /// Reads an answer of an authority as it came (`openssl ts -reply`), or the token in it.
    pub(in crate::trail) fn read(bytes: &[u8]) -> Result<Self, String> {
        let malformed = |error: der::Error| format!("no time stamp: {error}");
        let token = match Response::from_der(bytes) {
            Ok(Response { status, token: Some(token) }) if status.status == 0 => token,
            Ok(Response { status, .. }) => return Err(format!("no time stamp, but {}", status.told())),
            Err(_) => ContentInfo::from_der(bytes).map_err(malformed)?,
        };
        if token.content_type != ID_SIGNED_DATA {
            return Err("no signed time stamp".into());
        }
        let signed: SignedData = token.content.decode_as().map_err(malformed)?;
        let content = &signed.encap_content_info;
        let content = match &content.econtent {
            Some(inner) if content.econtent_type == TIME_STAMP_INFO => {
                inner.decode_as::<OctetString>().map_err(malformed)?.into_bytes()
            }
            _ => return Err("a signature, and no time stamp in it".into()),
        };
        let info = Info::from_der(&content).map_err(malformed)?;
        let time = info.time().filter(|_| info.version == 1).ok_or("a time stamp without a time")?;
        Ok(Self { time, info, content: content.to_vec(), signed })
    }

    /// Whether these are the bytes that were stamped.
    pub(in crate::trail) fn is_of(&self, bytes: &[u8]) -> bool {
        let Imprint { algorithm, digest } = &self.info.imprint;
        plain(algorithm) && hash(&algorithm.oid, bytes).is_some_and(|hash| hash == digest.as_bytes())
    }
}

/// The hash of `bytes` by the algorithm of this name, where it is one that is still good.
pub(super) fn hash(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    match *algorithm {
        ID_SHA_256 => Some(Sha256::digest(bytes).to_vec()),
        ID_SHA_384 => Some(Sha384::digest(bytes).to_vec()),
        ID_SHA_512 => Some(Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}

/// An algorithm without parameters: none, or NULL.
pub(super) fn plain(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.parameters.as_ref().is_none_or(|parameters| *parameters == der::Any::null())
}
