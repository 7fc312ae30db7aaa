//! The client of GitHub's API: one request at a time, within one deadline.
//!
//! A read may always be repeated; a write where GitHub says that nothing was done, otherwise only after a look at
//! the result.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use http::Method;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::config::Config;
use super::response::{self, ApiError};
use super::transport::{Failure, Response, Transport};
use crate::domain::Diagnostic;
use crate::edge::backoff::{Backoff, retry};
use crate::edge::error_chain::describe;

/// Shortest and longest wait for one response.
const ATTEMPT_TIMEOUT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// Delay after a rate limit without a duration, as GitHub's documentation asks for.
const DEFAULT_RATE_LIMIT: Duration = Duration::from_secs(60);

/// Sends requests about one repository.
pub(super) struct Client {
    transport: Transport,
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
        Ok(Self {
            transport: Transport::new(config, limits.attempt_timeout())?,
            repository: config.repository.clone(),
            runtime,
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

    /// What sends requests that no deadline limits.
    pub(super) fn transport(&self) -> Transport {
        self.transport.clone()
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
        let response = self.exchange(self.transport.send(method, &path, body))?;
        response::parse(response.status, &response.headers, &response.bytes, unix_time())
    }

    fn send_graphql(&self, query: &str, variables: &Value) -> Result<Value, ApiError> {
        let body = json!({"query": query, "variables": variables});
        let response = self.exchange(self.transport.send_graphql(&body))?;
        let now = unix_time();
        response::parse(response.status, &response.headers, &response.bytes, now)
            .and_then(|body| response::parse_graphql(&response.headers, body, now))
    }

    fn exchange(
        &self,
        request: impl Future<Output = Result<Response, Failure>>,
    ) -> Result<Response, ApiError> {
        let timeout = self.limits.get().next_timeout();
        let timed = async { tokio::time::timeout(timeout, request).await };
        match self.runtime.block_on(timed) {
            Ok(response) => response.map_err(|error| ApiError::Unconfirmed(describe(&*error))),
            Err(_) => Err(ApiError::Unconfirmed(format!("no answer within {:.1} s", timeout.as_secs_f64()))),
        }
    }
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
