//! The HTTP client below `object_store`, which records the status of each response: the library puts it
//! into errors of a private type, whose English text would be the only other source.

use std::cell::RefCell;

use async_trait::async_trait;
use http::StatusCode;
use http::header::{LOCATION, RANGE};
use object_store::client::{HttpError, HttpRequest, HttpResponse, HttpService};

/// Beginnings and names of the hosts where the machines of a cloud ask for credentials.
const METADATA_HOSTS: [&str; 3] = ["169.254.", "fd00:ec2::", "metadata.google.internal"];
/// Longest error code that is kept.
const MAX_CODE: usize = 60;

tokio::task_local! {
    static LAST: RefCell<Exchange>;
}

/// The last HTTP request of an operation and its response.
#[derive(Clone, Debug, Default)]
pub(super) struct Exchange {
    /// It was sent to the metadata service of a cloud.
    pub(super) to_metadata_service: bool,
    /// It asked for a range of the object.
    pub(super) range_requested: bool,
    /// The status; `None` where no whole response came.
    pub(super) status: Option<StatusCode>,
    /// The code in the body of an error response, such as `NoSuchBucket`.
    pub(super) code: Option<String>,
}

/// Runs an operation of the library, and gives the last exchange beside its result.
pub(super) async fn recorded<T>(operation: impl Future<Output = T>) -> (T, Exchange) {
    LAST.scope(RefCell::default(), async {
        let result = operation.await;
        (result, LAST.with(RefCell::take))
    })
    .await
}

/// Sends requests through `reqwest` and records them for [`recorded`].
#[derive(Debug)]
pub(super) struct RecordingClient(pub(super) reqwest::Client);

#[async_trait]
impl HttpService for RecordingClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let host = request.uri().host().unwrap_or_default();
        let exchange = Exchange {
            to_metadata_service: METADATA_HOSTS.iter().any(|metadata| host.contains(metadata)),
            range_requested: request.headers().contains_key(RANGE),
            ..Exchange::default()
        };
        record(exchange.clone());
        let response = self.0.call(request).await?;
        let status = response.status();
        if status.is_success() {
            record(Exchange { status: Some(status), ..exchange });
            return Ok(response);
        }
        if status.is_redirection() {
            // The library reports a redirect without a target by words that name the region, and no status.
            let status = response.headers().contains_key(LOCATION).then_some(status);
            record(Exchange { status, ..exchange });
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = body.bytes().await?;
        // The library takes an error response that is not text for a broken connection.
        if let Ok(text) = std::str::from_utf8(&body) {
            record(Exchange { status: Some(status), code: error_code(text), ..exchange });
        }
        Ok(HttpResponse::from_parts(parts, body.into()))
    }
}

fn record(exchange: Exchange) {
    // Outside of `recorded` nobody asks for it.
    let _ = LAST.try_with(|last| last.replace(exchange));
}

/// The code of an error response in XML, if it is one word. Nothing else of a body is kept: S3 quotes the
/// request after a wrong signature, and the request contains a session token.
fn error_code(body: &str) -> Option<String> {
    let (code, _) = body.split_once("<Code>")?.1.split_once("</Code>")?;
    let is_word =
        code.len() <= MAX_CODE && code.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
    is_word.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::error_code;

    #[test]
    fn an_answer_is_told_by_status_and_code_only() {
        let body = "<Error><Code>SignatureDoesNotMatch</Code>\
            <CanonicalRequest>x-amz-security-token:SECRET</CanonicalRequest></Error>";
        assert_eq!(error_code(body).as_deref(), Some("SignatureDoesNotMatch"));
    }

    #[test]
    fn a_code_that_is_no_word_is_not_told() {
        assert_eq!(error_code("<Code>\u{1b}[2J</Code>"), None);
        assert_eq!(error_code(&format!("<Code>{}</Code>", "a".repeat(100))), None);
    }
}
