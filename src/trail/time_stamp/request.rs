//! What an authority is asked, and whether its answer fits the question.

use der::asn1::{Int, OctetString};
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Decode as _, Encode as _};
use sha2::{Digest as _, Sha256};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::asn1::{Imprint, Request, Response};
use super::signed::Authorities;
use super::token::TimeStampToken;

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
