//! The client of GitHub's API: one request at a time, within one deadline.
//!
//! octocrab sends the requests and adds the token. Its typed calls are not used: their check runs have no
//! `external_id`, their errors take the page of a proxy for GitHub's message, and they read a body of any
//! size. A read may always be repeated; a write where GitHub says that nothing was done, otherwise only
//! after a look at the result.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::config::Config;
use super::response::{self, ApiError};
use crate::domain::Diagnostic;
use crate::edge::backoff::{Backoff, retry};
use crate::edge::error_chain::describe;
use crate::edge::errors::github as errors;

/// Shortest and longest wait for one response.
const ATTEMPT_TIMEOUT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// Delay after a rate limit without a duration, as GitHub's documentation asks for.
const DEFAULT_RATE_LIMIT: Duration = Duration::from_secs(60);
/// Most bytes of a response: a listing of 100,000 files has 7 MB, a blob at most 100 MB.
const MAX_BYTES: usize = 160 * 1024 * 1024;

/// A response whose body has not been read yet.
type Streamed = http::Response<BoxBody<bytes::Bytes, octocrab::Error>>;
/// Why there is no response.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Sends requests about one repository.
pub(super) struct Client {
    rest: Octocrab,
    graphql: Octocrab,
    graphql_address: String,
    /// owner/name.
    pub(super) repository: String,
    runtime: Handle,
    /// The limits of all requests together.
    limits: Cell<Backoff>,
}

/// Timeouts and delays in proportion to the time for the whole job.
fn limits(deadline: Duration) -> Backoff {
    let (shortest, longest) = ATTEMPT_TIMEOUT;
    Backoff::within(deadline, (deadline / 20).clamp(shortest, longest), deadline / 300)
}

impl Client {
    /// A client of the REST and the GraphQL API. `deadline` limits all requests together.
    pub(super) fn new(config: &Config, deadline: Duration, runtime: Handle) -> Result<Self, Diagnostic> {
        let limits = limits(deadline);
        let transport =
            transport(config, limits.attempt_timeout()).map_err(|error| client_not_built(&error))?;
        let octocrab = |base: &http::Uri| {
            // octocrab starts a task for its queue.
            let _guard = runtime.enter();
            Octocrab::builder()
                .base_uri(base.clone())?
                .user_access_token(config.token.clone())
                .add_header(http::HeaderName::from_static("x-github-api-version"), "2022-11-28".into())
                .build_with_reqwest(transport.clone())
        };
        Ok(Self {
            rest: octocrab(&config.api).map_err(|error| client_not_built(&error))?,
            graphql: octocrab(&config.graphql).map_err(|error| client_not_built(&error))?,
            graphql_address: config.graphql.to_string(),
            repository: config.repository.clone(),
            runtime: runtime.clone(),
            limits: Cell::new(limits),
        })
    }

    /// Reads `path` below the repository.
    pub(super) fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.retry(|| self.send(Method::GET, path, None))
    }

    /// Sends a GraphQL query.
    pub(super) fn query(&self, query: &str, variables: &Value) -> Result<Value, ApiError> {
        self.retry(|| self.send_graphql(query, variables))
    }

    /// Sends an idempotent change: to send it twice has the effect of sending it once.
    pub(super) fn send_idempotent(
        &self,
        method: &Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, ApiError> {
        self.retry(|| self.send(method.clone(), path, Some(body)))
    }

    /// Sends a change that must not be repeated blindly. It is repeated only after a rate limit, which
    /// means that nothing was done; after [`ApiError::Unconfirmed`] the caller must look at the result.
    pub(super) fn send_once(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        self.wait_for_rate_limit(|| self.send(Method::POST, path, Some(body)))
    }

    /// Sends a GraphQL mutation, under the rules of [`Client::send_once`].
    pub(super) fn mutate_once(&self, mutation: &str, variables: &Value) -> Result<Value, ApiError> {
        self.wait_for_rate_limit(|| self.send_graphql(mutation, variables))
    }

    /// Sends a change in one attempt, but for a rate limit: whoever sends it looks at the result anyway.
    pub(super) fn send_looking(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        self.wait_for_rate_limit(|| self.send(method.clone(), path, body))
    }

    /// Moves the deadline to at most this long from now: what follows is worth no longer wait.
    pub(super) fn hurry(&self, most: Duration) {
        self.limits.set(self.limits.get().at_most(most));
    }

    /// Moves the deadline so that one more request fits, though it may have passed.
    pub(super) fn extend_deadline(&self) {
        self.limits.set(self.limits.get().extended(2));
    }

    /// The client for requests that are not waited for.
    pub(super) fn rest(&self) -> Octocrab {
        self.rest.clone()
    }

    /// The delays of a new series of attempts, within the deadline.
    pub(super) fn backoff(&self) -> Backoff {
        self.limits.get()
    }

    fn retry(&self, mut attempt: impl FnMut() -> Result<Value, ApiError>) -> Result<Value, ApiError> {
        let mut backoff = self.backoff();
        retry(
            || self.wait_for_rate_limit(&mut attempt),
            |error| match error {
                ApiError::Unconfirmed(_) => backoff.next(),
                _ => None,
            },
        )
    }

    fn wait_for_rate_limit(
        &self,
        attempt: impl FnMut() -> Result<Value, ApiError>,
    ) -> Result<Value, ApiError> {
        let mut default = DEFAULT_RATE_LIMIT;
        retry(attempt, |error| match error {
            ApiError::RateLimited(given) => {
                let delay = self.limits.get().if_allowed(given.unwrap_or(default));
                default *= 2;
                delay
            }
            _ => None,
        })
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, ApiError> {
        let path = format!("/repos/{}{path}", self.repository);
        let (status, headers, bytes) = self.exchange(async {
            let response = match (method.as_str(), body) {
                ("POST", body) => self.rest._post(path, body).await?,
                ("PATCH", body) => self.rest._patch(path, body).await?,
                ("DELETE", body) => self.rest._delete(path, body).await?,
                _ => self.rest._get(path).await?,
            };
            collect(response).await
        })?;
        response::parse(status, &headers, &bytes, unix_time())
    }

    fn send_graphql(&self, query: &str, variables: &Value) -> Result<Value, ApiError> {
        // octocrab's own `graphql` drops the type of an error, which tells a moved branch from a missing
        // permission.
        let body = json!({"query": query, "variables": variables});
        let (status, headers, bytes) = self.exchange(async {
            collect(self.graphql._post(self.graphql_address.as_str(), Some(&body)).await?).await
        })?;
        let now = unix_time();
        response::parse(status, &headers, &bytes, now)
            .and_then(|body| response::parse_graphql(&headers, body, now))
    }

    fn exchange(
        &self,
        request: impl Future<Output = Result<(StatusCode, HeaderMap, Vec<u8>), Failure>>,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), ApiError> {
        let timeout = self.limits.get().next_timeout();
        let timed = async { tokio::time::timeout(timeout, request).await };
        match self.runtime.block_on(timed) {
            Ok(response) => response.map_err(|error| ApiError::Unconfirmed(describe(&*error))),
            Err(_) => Err(ApiError::Unconfirmed(format!("no answer within {:.1} s", timeout.as_secs_f64()))),
        }
    }
}

/// The HTTP client, through the proxies that the environment names (`HTTPS_PROXY`, `NO_PROXY`).
fn transport(config: &Config, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    let plain_http = [&config.api, &config.graphql].iter().any(|base| base.scheme_str() != Some("https"));
    let client = reqwest::Client::builder()
        // A redirect could send the token to any host.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeout)
        .read_timeout(timeout);
    // Requests without TLS go to loopback only, and a proxy would see the token.
    if plain_http { client.no_proxy() } else { client }.build()
}

fn client_not_built(error: &(dyn std::error::Error + 'static)) -> Diagnostic {
    errors::client_not_built(&describe(error))
}

/// A response with its whole body.
async fn collect(response: Streamed) -> Result<(StatusCode, HeaderMap, Vec<u8>), Failure> {
    let (parts, body) = response.into_parts();
    let bytes = Limited::new(body, MAX_BYTES).collect().await?;
    Ok((parts.status, parts.headers, bytes.to_bytes().to_vec()))
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
