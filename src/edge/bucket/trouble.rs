//! What a bucket's answers mean, and how they are told.
//!
//! Of an answer only its status and its one-word code are told: S3 quotes the request in an answer
//! about a wrong signature, and the request carries a session token.

use std::error::Error;

use object_store::client::HttpError;

use super::site::Site;
use crate::domain::{Code, Diagnostic};

/// Codes of answers that refuse the credentials, whatever the status they come with.
const WRONG_CREDENTIALS: [&str; 9] = [
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
/// Where machines of a cloud ask for credentials. A machine elsewhere has nobody there.
const METADATA: [&str; 3] = ["169.254.", "fd00:ec2::", "metadata.google.internal"];

/// Why a request gave no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There is something already, or another writer is at work on it.
    Exists(String),
    /// There is no such object.
    Absent,
    /// There is no such bucket.
    NoBucket,
    /// The bucket lies in another region.
    Elsewhere(String),
    /// The credentials are not taken, or there are none.
    Stranger(String),
    /// The credentials may not do this.
    Forbidden(String),
    /// The range asked for holds nothing.
    Empty,
    /// All of the object came where a range was asked for.
    Whole,
    /// Nobody knows what became of the request: no answer, or one that says to try again.
    Unknown(String),
    /// Asking again would not help.
    Final(String),
}

impl Trouble {
    /// Sorts an error of the library.
    pub(super) fn sort(error: &object_store::Error) -> Self {
        let text = whole(error);
        if text.contains("Received non-partial response") {
            return Self::Whole;
        }
        let status = status(&text);
        let busy = matches!(status, Some(429 | 500..));
        if METADATA.iter().any(|place| text.contains(place)) && !busy {
            return Self::Stranger("no credentials are set, and this machine has none to give".into());
        }
        let code = code(&text);
        let said = match (status, &code) {
            (Some(status), Some(code)) => format!("{status} {code}"),
            (Some(status), None) => status.to_string(),
            (None, _) => innermost(error),
        };
        let code = code.as_deref().unwrap_or_default();
        match (error, status) {
            _ if WRONG_CREDENTIALS.contains(&code) => Self::Stranger(said),
            (_, Some(301 | 307 | 308)) => Self::Elsewhere(said),
            _ if code == "AuthorizationHeaderMalformed" => Self::Elsewhere(said),
            (_, Some(404)) if matches!(code, "NoSuchBucket" | "ContainerNotFound") => Self::NoBucket,
            (object_store::Error::NotFound { .. }, _) => Self::Absent,
            (object_store::Error::AlreadyExists { .. }, _) | (_, Some(409 | 412)) => Self::Exists(said),
            (_, Some(401)) => Self::Stranger(said),
            (_, Some(403)) => Self::Forbidden(said),
            (_, Some(416)) => Self::Empty,
            (_, Some(408 | 429)) => Self::Unknown(said),
            (_, Some(501)) => Self::Final(said),
            (_, Some(500..)) => Self::Unknown(said),
            // S3 says so in an answer of status 200, and to a body that came too slowly.
            _ if matches!(code, "InternalError" | "SlowDown" | "RequestTimeout") => Self::Unknown(said),
            (_, None) if is_transport(error) => Self::Unknown(said),
            _ => Self::Final(said),
        }
    }

    /// Tells it.
    pub(super) fn tell(self, site: &Site, place: String, doing: Doing) -> Diagnostic {
        let cloud = site.cloud();
        let names = cloud.names();
        let tried = doing.words();
        match self {
            Self::NoBucket => Code::BadUsage
                .at(place)
                .what(format!("there is no bucket of this name at {}", site.endpoint()))
                .next("create the bucket, or correct its name, account or endpoint"),
            Self::Elsewhere(said) => Code::BadUsage
                .at(place)
                .what(format!("the bucket lies in another region ({said})"))
                .next("set AWS_REGION to the bucket's region"),
            Self::Stranger(said) => Code::StoreRefused
                .at(place)
                .what(format!("{} does not take the credentials: {said}", names.service))
                .next(format!("set {} in the environment", names.credentials)),
            Self::Forbidden(said) => Code::StoreRefused
                .at(place)
                .what(format!("the credentials may not {tried}: {said}"))
                .next(format!("allow {} on this bucket", doing.right(cloud))),
            Self::Unknown(said) => Code::StoreUnreachable
                .at(place)
                .what(format!("no answer that could be used when it was asked to {tried}: {said}"))
                .next(match doing {
                    Doing::Create => "run again: what is there is found, and nothing is written twice",
                    _ => "run again; EVALSIG_STORE_DEADLINE sets the seconds to wait",
                }),
            Self::Exists(said) | Self::Final(said) if doing == Doing::Create => Code::StoreNotWritten
                .at(place)
                .what(format!("was not created: {said}"))
                .next("check that the bucket takes writes with `If-None-Match: *` and SHA-256 checksums"),
            Self::Exists(said) | Self::Final(said) => Code::StoreUnreachable
                .at(place)
                .what(format!("the bucket did not {tried}: {said}"))
                .next("check the bucket's name, endpoint and region"),
            Self::Absent | Self::Empty | Self::Whole => Code::StoreUnreachable
                .at(place)
                .what("is listed and cannot be read: there is no such object")
                .next("see who deletes objects of this bucket"),
        }
    }
}

/// What a bucket was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// To list objects.
    List,
    /// To read an object.
    Read,
    /// To create an object.
    Create,
}

impl Doing {
    fn words(self) -> &'static str {
        match self {
            Self::List => "list objects",
            Self::Read => "read objects",
            Self::Create => "create objects",
        }
    }

    /// What whoever asks must be allowed.
    fn right(self, cloud: Cloud) -> &'static str {
        match (cloud, self) {
            // S3 says 403 instead of 404 to whoever may not list.
            (Cloud::S3, Self::Read) => "s3:GetObject and s3:ListBucket",
            (Cloud::S3, Self::List) => "s3:ListBucket",
            (Cloud::S3, Self::Create) => "s3:PutObject",
            (Cloud::Google, Self::Read) => "storage.objects.get and storage.objects.list",
            (Cloud::Google, Self::List) => "storage.objects.list",
            (Cloud::Google, Self::Create) => "storage.objects.create",
            (Cloud::Azure, Self::Read | Self::List) => "the role Storage Blob Data Reader",
            (Cloud::Azure, Self::Create) => "the role Storage Blob Data Contributor",
        }
    }
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    /// S3, or what speaks its language.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

/// What people call things there.
pub(super) struct Names {
    pub(super) service: &'static str,
    pub(super) credentials: &'static str,
}

impl Cloud {
    pub(super) fn names(self) -> Names {
        match self {
            Self::S3 => Names {
                service: "S3",
                credentials: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, where it has one)",
            },
            Self::Google => Names {
                service: "Google Cloud Storage",
                credentials: "GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS",
            },
            Self::Azure => Names {
                service: "Azure Blob Storage",
                credentials: "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or those of a service principal,",
            },
        }
    }
}

/// The error and all that caused it. It may quote an answer and is for looking into only.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// The status of an answer. The library keeps it in an error that has no public name.
fn status(text: &str) -> Option<u16> {
    text.split_once("status code: ")
        .and_then(|(_, rest)| rest.get(..3))
        .and_then(|status| status.parse().ok())
}

/// The code of an answer in XML: one short word.
fn code(text: &str) -> Option<String> {
    let (code, _) = text.split_once("<Code>")?.1.split_once("</Code>")?;
    let word = code.len() <= 60 && code.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    word.then(|| code.to_owned())
}

/// What lies at the bottom, such as `connection refused`; nothing of the request is in it.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string().chars().take(200).collect()
}

/// Whether the request found no answer, for a reason that may pass.
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
mod tests {
    use object_store::Error;

    use super::{Trouble, code, status};

    fn sorted(said: &str) -> Trouble {
        Trouble::sort(&Error::Generic { store: "S3", source: said.into() })
    }

    #[test]
    fn an_answer_is_told_by_status_and_code_only() {
        let text = "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
            <CanonicalRequest>x-amz-security-token:SECRET</CanonicalRequest></Error>";
        assert_eq!((status(text), code(text).as_deref()), (Some(403), Some("SignatureDoesNotMatch")));
        let Trouble::Stranger(said) = sorted(text) else { panic!("{text}") };
        assert_eq!(said, "403 SignatureDoesNotMatch");
    }

    #[test]
    fn a_code_that_is_no_word_is_not_told() {
        assert_eq!(code("<Code>\u{1b}[2J</Code>"), None);
        assert_eq!(code(&format!("<Code>{}</Code>", "a".repeat(100))), None);
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        let answer = |status: &str, code: &str| {
            sorted(&format!("Server returned non-2xx status code: {status}: <Code>{code}</Code>"))
        };
        assert!(matches!(answer("503 Service Unavailable", "SlowDown"), Trouble::Unknown(_)));
        assert!(matches!(answer("400 Bad Request", "RequestTimeout"), Trouble::Unknown(_)));
        assert!(matches!(answer("400 Bad Request", "InvalidRequest"), Trouble::Final(_)));
        assert!(matches!(answer("501 Not Implemented", "NotImplemented"), Trouble::Final(_)));
        assert!(matches!(answer("409 Conflict", "ConditionalRequestConflict"), Trouble::Exists(_)));
        assert!(matches!(answer("404 Not Found", "NoSuchBucket"), Trouble::NoBucket));
        assert!(matches!(answer("400 Bad Request", "ExpiredToken"), Trouble::Stranger(_)));
        assert!(matches!(answer("301 Moved Permanently", "PermanentRedirect"), Trouble::Elsewhere(_)));
    }
}
