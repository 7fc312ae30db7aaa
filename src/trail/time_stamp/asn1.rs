//! The structures of RFC 3161 that no library in reach reads whole: times with a fraction, answers
//! with a reason.

use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString};
use der::{Sequence, Tag, Tagged as _};
use jiff::Timestamp;
use x509_cert::ext::Extensions;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// What is to be stamped.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Imprint {
    pub(super) algorithm: AlgorithmIdentifierOwned,
    pub(super) digest: OctetString,
}

/// TimeStampReq, without a policy and without extensions.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Request {
    pub(super) version: u8,
    pub(super) imprint: Imprint,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    pub(super) certificates: bool,
}

/// TimeStampResp.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Response {
    pub(super) status: Status,
    #[asn1(optional = "true")]
    pub(super) token: Option<cms::content_info::ContentInfo>,
}

/// PKIStatusInfo.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Status {
    pub(super) status: u8,
    #[asn1(optional = "true")]
    pub(super) text: Option<Vec<Any>>,
    #[asn1(optional = "true")]
    pub(super) failure: Option<BitString>,
}

impl Status {
    /// What the authority says, and the numbers of what it holds against the request.
    pub(super) fn told(&self) -> String {
        let texts = self.text.iter().flatten().map(|text| String::from_utf8_lossy(text.value()).into_owned());
        let bits = self.failure.iter().flat_map(BitString::bits).enumerate();
        let failures = bits.filter(|(_, set)| *set).map(|(bit, _)| format!("failure {bit}"));
        let told: Vec<String> =
            [format!("status {}", self.status)].into_iter().chain(failures).chain(texts).collect();
        told.join(", ")
    }
}

/// TSTInfo.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct Info {
    pub(super) version: u8,
    pub(super) policy: ObjectIdentifier,
    pub(super) imprint: Imprint,
    pub(super) serial: Int,
    pub(super) time: Any,
    #[asn1(optional = "true")]
    pub(super) accuracy: Option<Vec<Any>>,
    #[asn1(default = "Default::default")]
    pub(super) ordering: bool,
    #[asn1(optional = "true")]
    pub(super) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<Extensions>,
}

impl Info {
    /// `genTime`: a GeneralizedTime in UTC, which here may have a fraction (RFC 3161, 2.4.2).
    pub(super) fn time(&self) -> Option<Timestamp> {
        let text = std::str::from_utf8(self.time.value())
            .ok()
            .filter(|_| self.time.tag() == Tag::GeneralizedTime)?;
        let (whole, fraction) = match text.strip_suffix('Z')?.split_once('.') {
            Some((whole, fraction)) => (whole, format!(".{fraction}")),
            None => (text.strip_suffix('Z')?, String::new()),
        };
        let digits = |from: usize, to: usize| whole.get(from..to);
        let all_digits = whole.len() == 14 && whole.bytes().all(|b| b.is_ascii_digit());
        let text = format!(
            "{}-{}-{}T{}:{}:{}{fraction}Z",
            digits(0, 4)?,
            digits(4, 6)?,
            digits(6, 8)?,
            digits(8, 10)?,
            digits(10, 12)?,
            digits(12, 14)?
        );
        text.parse().ok().filter(|_| all_digits)
    }
}
