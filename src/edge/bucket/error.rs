//! Classifies failed requests to a bucket by what can be done about them.

use std::error::Error;

use http::StatusCode;
use object_store::client::HttpError;

use super::cloud::{Cloud, Operation};
use super::http::Exchange;
use crate::domain::Diagnostic;
use crate::edge::errors::bucket as errors;
use crate::edge::redact::redacted;

/// Error codes of refused credentials; the status differs between the clouds.
const CREDENTIAL_CODES: [&str; 9] = [
    "AuthenticationFailed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidAuthenticationInfo",
    "InvalidSecurity",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];
/// Most characters of the text of a transport error.
const MAX_CHARS: usize = 200;

/// Why a request failed. The texts are a status with its code, or the text of a transport error.
#[derive(Debug)]
pub(super) enum BucketError {
    /// There is an object of this name, or another writer is creating it.
    AlreadyExists(String),
    /// There is no such object.
    NotFound,
    /// There is no such bucket.
    BucketNotFound,
    /// The bucket is in another region.
    WrongRegion(String),
    /// The credentials are missing, wrong or expired.
    Unauthenticated(String),
    /// The credentials lack a permission.
    PermissionDenied(String),
    /// The object has no byte in the requested range.
    EmptyRange,
    /// The server ignored the range and sent the whole object.
    RangeIgnored,
    /// No response, or one that asks for another attempt: the request may have succeeded.
    Unconfirmed(String),
    /// Another attempt would fail too.
    Permanent(String),
}

impl BucketError {
    /// Classifies an error of the library by the last HTTP exchange.
    pub(super) fn classify(error: &object_store::Error, exchange: &Exchange) -> Self {
        let status = exchange.status.filter(|status| !status.is_success()).map(|status| status.as_u16());
        let responded = exchange.status.is_some_and(|status| status.is_success());
        if exchange.range_requested && responded && exchange.status != Some(StatusCode::PARTIAL_CONTENT) {
            return Self::RangeIgnored;
        }
        let is_busy = matches!(status, Some(429 | 500..));
        if exchange.to_metadata_service && !is_busy && !responded {
            // Only machines of a cloud reach its metadata service.
            return Self::Unauthenticated("no credentials are set, and this machine has none to give".into());
        }
        let reason = match (status, &exchange.code) {
            (Some(status), Some(code)) => format!("{status} {code}"),
            (Some(status), None) => status.to_string(),
            (None, _) => root_cause(error),
        };
        let code = exchange.code.as_deref().unwrap_or_default();
        match (error, status) {
            _ if CREDENTIAL_CODES.contains(&code) => Self::Unauthenticated(reason),
            (_, Some(301 | 307 | 308)) => Self::WrongRegion(reason),
            _ if code == "AuthorizationHeaderMalformed" => Self::WrongRegion(reason),
            (_, Some(404)) if matches!(code, "NoSuchBucket" | "ContainerNotFound") => Self::BucketNotFound,
            (object_store::Error::NotFound { .. }, _) => Self::NotFound,
            (object_store::Error::AlreadyExists { .. }, _) | (_, Some(409 | 412)) => {
                Self::AlreadyExists(reason)
            }
            (_, Some(401)) => Self::Unauthenticated(reason),
            (_, Some(403)) => Self::PermissionDenied(reason),
            (_, Some(416)) => Self::EmptyRange,
            (_, Some(408 | 429)) => Self::Unconfirmed(reason),
            (_, Some(501)) => Self::Permanent(reason),
            (_, Some(500..)) => Self::Unconfirmed(reason),
            // S3 answers so with other statuses too, for example to a body that came too slowly.
            _ if matches!(code, "InternalError" | "SlowDown" | "RequestTimeout") => Self::Unconfirmed(reason),
            (_, None) if is_transport(error) => Self::Unconfirmed(reason),
            _ => Self::Permanent(reason),
        }
    }

    /// The error message. `url` is that of the object or folder.
    pub(super) fn diagnostic(
        self,
        url: String,
        operation: Operation,
        cloud: Cloud,
        endpoint: &str,
    ) -> Diagnostic {
        let words = operation.words();
        let creates = operation == Operation::Create;
        match self {
            Self::BucketNotFound => errors::bucket_not_found(url, endpoint),
            Self::WrongRegion(status) => errors::wrong_region(url, &status),
            Self::Unauthenticated(status) => {
                errors::credentials_refused(url, cloud.service(), &status, cloud.credential_variables())
            }
            Self::PermissionDenied(status) => {
                errors::permission_denied(url, words, &status, cloud.permission(operation))
            }
            Self::Unconfirmed(reason) if creates => errors::create_unconfirmed(url, words, &reason),
            Self::Unconfirmed(reason) => errors::read_unanswered(url, words, &reason),
            Self::AlreadyExists(status) | Self::Permanent(status) if creates => {
                errors::not_created(url, &status)
            }
            Self::AlreadyExists(status) | Self::Permanent(status) => {
                errors::operation_refused(url, words, &status)
            }
            Self::NotFound | Self::EmptyRange | Self::RangeIgnored => errors::listed_object_missing(url),
        }
    }
}

/// The text of the last source, such as `connection refused`. Outer errors quote the request.
fn root_cause(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    redacted(&last.to_string()).chars().take(MAX_CHARS).collect()
}

/// Whether a transport error kept the response from arriving.
fn is_transport(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<HttpError>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use http::StatusCode;
    use object_store::Error;

    use super::{BucketError, Exchange};

    fn classified(status: u16, code: &str) -> BucketError {
        let exchange = Exchange {
            status: Some(StatusCode::from_u16(status).unwrap()),
            code: Some(code.to_owned()),
            ..Exchange::default()
        };
        BucketError::classify(&Error::Generic { store: "S3", source: "quotes a SECRET".into() }, &exchange)
    }

    #[test]
    fn an_answer_is_told_by_status_and_code_only() {
        let BucketError::Unauthenticated(reason) = classified(403, "SignatureDoesNotMatch") else {
            panic!("not refused")
        };
        assert_eq!(reason, "403 SignatureDoesNotMatch");
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        assert!(matches!(classified(503, "SlowDown"), BucketError::Unconfirmed(_)));
        assert!(matches!(classified(400, "RequestTimeout"), BucketError::Unconfirmed(_)));
        assert!(matches!(classified(400, "InvalidRequest"), BucketError::Permanent(_)));
        assert!(matches!(classified(501, "NotImplemented"), BucketError::Permanent(_)));
        assert!(matches!(classified(409, "ConditionalRequestConflict"), BucketError::AlreadyExists(_)));
        assert!(matches!(classified(404, "NoSuchBucket"), BucketError::BucketNotFound));
        assert!(matches!(classified(400, "ExpiredToken"), BucketError::Unauthenticated(_)));
        assert!(matches!(classified(301, "PermanentRedirect"), BucketError::WrongRegion(_)));
    }
}
