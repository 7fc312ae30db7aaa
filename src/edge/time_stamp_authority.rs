//! Requests to a time-stamping authority (RFC 3161, section 3.4, over HTTP). Only a digest is sent.

use std::time::Duration;

use tokio::runtime::Builder;

use super::backoff::retry;
use super::entropy::random_u64;
use super::error_chain::describe;
use super::errors::{runtime_not_started, time_stamp_refused, time_stamp_request_not_built};
use super::redact::redacted;
use crate::commands::TimeStamps;
use crate::domain::Diagnostic;
use crate::trail::time_stamp;

/// Longest wait for one response.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
/// Delays before the second and the third attempt.
const DELAYS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// Redirects that are followed. The response is checked against the request, whichever host sends it.
const MAX_REDIRECTS: usize = 3;
/// Most bytes of a response that are read; a token with its certificates has some kB.
const MAX_BYTES: usize = 256 * 1024;

/// Authorities on the network, through the proxies that the environment names.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTimeStampAuthority;

/// Why an attempt gave no time stamp.
enum AttemptError {
    /// Another attempt may succeed.
    Transient(String),
    /// Another attempt would fail too.
    Permanent(String),
}

impl TimeStamps for HttpTimeStampAuthority {
    fn ask(&self, url: &str, bytes: &[u8]) -> Result<Vec<u8>, Diagnostic> {
        let nonce = random_u64();
        let query = time_stamp::request(bytes, nonce).map_err(time_stamp_request_not_built)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| runtime_not_started(&error))?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::limited(MAX_REDIRECTS))
            .timeout(ATTEMPT_TIMEOUT)
            .build()
            .map_err(|error| {
                time_stamp_refused(&redacted(url), &format!("cannot be asked: {}", describe(&error)))
            })?;
        let attempt = || {
            let token = runtime.block_on(send(&client, url, query.clone()))?;
            time_stamp::granted(&token, bytes, nonce).map_err(AttemptError::Permanent)?;
            Ok(token)
        };
        let mut delays = DELAYS.into_iter();
        retry(attempt, |error| match error {
            AttemptError::Transient(_) => delays.next(),
            AttemptError::Permanent(_) => None,
        })
        .map_err(|error| match error {
            AttemptError::Transient(reason) | AttemptError::Permanent(reason) => {
                time_stamp_refused(&redacted(url), &redacted(&reason))
            }
        })
    }
}

/// Sends one request and reads the body of the response.
async fn send(client: &reqwest::Client, url: &str, query: Vec<u8>) -> Result<Vec<u8>, AttemptError> {
    let transient =
        |error: reqwest::Error| AttemptError::Transient(format!("gave no answer: {}", describe(&error)));
    let request = client.post(url).header("content-type", time_stamp::QUERY_TYPE).body(query);
    let mut response = request.send().await.map_err(transient)?;
    let status = response.status();
    if !status.is_success() {
        let what = format!("answered {status}");
        let is_transient = status.is_server_error() || status == reqwest::StatusCode::TOO_MANY_REQUESTS;
        return Err(if is_transient { AttemptError::Transient(what) } else { AttemptError::Permanent(what) });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(transient)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_BYTES {
            return Err(AttemptError::Permanent(format!("answered with more than {MAX_BYTES} bytes")));
        }
    }
    Ok(bytes)
}
