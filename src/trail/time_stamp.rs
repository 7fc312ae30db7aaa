//! Time stamps (RFC 3161): an authority's signed word that some bytes existed at its time.
//!
//! What is stamped is the entry, so one token holds the envelope and everything before it. A token
//! says "not later than", never "made at": who rewrites a trail can have the new one stamped, but
//! not in the past.

mod asn1;
mod signed;

use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::{Int, ObjectIdentifier, OctetString};
use der::oid::db::rfc5911::ID_SIGNED_DATA;
use der::oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierOwned;

pub use signed::Authorities;
pub(super) use signed::name;

use asn1::{Imprint, Info, Request, Response};

/// `id-ct-TSTInfo` (RFC 3161): what is signed is a time.
const TIME_STAMP_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// What an authority is asked over HTTP: `application/timestamp-query`.
pub const QUERY_TYPE: &str = "application/timestamp-query";

/// The bytes of a request to stamp `bytes`, by their SHA-256. `nonce` ties the answer to it.
///
/// # Errors
/// What keeps it from being written: none that is known.
pub fn request(bytes: &[u8], nonce: u64) -> Result<Vec<u8>, String> {
    let request = || {
        Request {
            version: 1,
            imprint: Imprint {
                algorithm: AlgorithmIdentifierOwned { oid: ID_SHA_256, parameters: Some(der::Any::null()) },
                digest: OctetString::new(Sha256::digest(bytes).to_vec())?,
            },
            nonce: Some(nonce_of(nonce)?),
            certificates: true,
        }
        .to_der()
    };
    request().map_err(|error| error.to_string())
}

/// Holds an authority's answer to what it was asked. It may be kept once this passes: whether the
/// authority is to be believed is for whoever verifies.
///
/// # Errors
/// What is wrong with it, in words; they may quote the authority.
pub fn granted(answer: &[u8], bytes: &[u8], nonce: u64) -> Result<(), String> {
    let response = Response::from_der(answer).map_err(|error| format!("no time stamp: {error}"))?;
    if response.status.status != 0 || response.token.is_none() {
        return Err(format!("refused: {}", response.status.told()));
    }
    let token = TimeStampToken::read(answer)?;
    let asked = nonce_of(nonce).map_err(|error| error.to_string())?;
    if token.info.nonce.as_ref() != Some(&asked) {
        return Err("a time stamp for another request: the nonce differs".into());
    }
    if !token.is_of(bytes) {
        return Err("a time stamp of other bytes than those that were sent".into());
    }
    match token.signer(&Authorities::default()) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("a time stamp without the certificate that was asked for".into()),
        Err(why) => Err(why),
    }
}

/// A nonce as an INTEGER that is never negative.
fn nonce_of(nonce: u64) -> der::Result<Int> {
    let bytes = nonce.to_be_bytes();
    let shortest = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let mut digits = bytes.get(shortest..).unwrap_or(&bytes).to_vec();
    if digits.first().is_some_and(|byte| byte & 0x80 != 0) {
        digits.insert(0, 0);
    }
    Int::new(&digits)
}

/// A time stamp that was read. Nothing is believed yet.
pub(super) struct TimeStampToken {
    /// When the authority saw the bytes.
    pub(super) time: Timestamp,
    info: Info,
    /// The bytes of `info`, which are what is signed.
    content: Vec<u8>,
    signed: SignedData,
}

impl TimeStampToken {
    /// Reads an answer of an authority as it came (`openssl ts -reply`), or the token in it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
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
    pub(super) fn is_of(&self, bytes: &[u8]) -> bool {
        let Imprint { algorithm, digest } = &self.info.imprint;
        plain(algorithm) && hash(&algorithm.oid, bytes).is_some_and(|hash| hash == digest.as_bytes())
    }
}

/// The hash of `bytes` by the algorithm of this name, where it is one that is still good.
fn hash(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    match *algorithm {
        ID_SHA_256 => Some(Sha256::digest(bytes).to_vec()),
        ID_SHA_384 => Some(Sha384::digest(bytes).to_vec()),
        ID_SHA_512 => Some(Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}

/// An algorithm without parameters: none, or NULL.
fn plain(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.parameters.as_ref().is_none_or(|parameters| *parameters == der::Any::null())
}
