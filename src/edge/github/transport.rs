//! How requests reach GitHub's API: its addresses, the headers that every request carries, proxies, and the most
//! that is read of a response.
//!
//! `reqwest` alone, and not octocrab above it: of that its typed calls cannot be used (their check runs have no
//! `external_id`, their errors take the page of a proxy for GitHub's message, and they read a body of any size), nor
//! its retries, which send a failed POST again. What would be left is the base of an address and three headers.

use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde_json::Value;

use super::config::Config;
use crate::domain::Diagnostic;
use crate::edge::error_chain::describe;
use crate::edge::errors::github as errors;

/// The version of the REST API.
const API_VERSION: &str = "2022-11-28";
/// The program, which GitHub asks for.
const PROGRAM: &str = concat!("evalsig/", env!("CARGO_PKG_VERSION"));
/// What the REST API answers in.
const JSON: &str = "application/vnd.github+json";
/// Most bytes of a response: a listing of 100,000 files has 7 MB, a blob at most 100 MB.
const MAX_BYTES: usize = 160 * 1024 * 1024;

/// Why there is no response.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A response with its whole body.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

/// Sends one request at a time. A clone shares the connections.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    /// Without a slash at its end.
    api: String,
    graphql: String,
}

impl Transport {
    /// A client that sends the token with every request, through the proxies that the environment names
    /// (`HTTPS_PROXY`, `NO_PROXY`). `timeout` limits the wait for a connection, and for each part of a response.
    pub(super) fn new(config: &Config, timeout: Duration) -> Result<Self, Diagnostic> {
        let headers = HeaderMap::from_iter([
            (HeaderName::from_static("x-github-api-version"), HeaderValue::from_static(API_VERSION)),
            (ACCEPT, HeaderValue::from_static(JSON)),
            (USER_AGENT, HeaderValue::from_static(PROGRAM)),
            (AUTHORIZATION, config.authorization.clone()),
        ]);
        let client = reqwest::Client::builder()
            .default_headers(headers)
            // A redirect could send the token to any host.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(timeout)
            .read_timeout(timeout);
        let is_plain = |base: &Uri| base.scheme_str() != Some("https");
        // Requests without TLS go to loopback only, and a proxy would see the token.
        let client =
            if is_plain(&config.api) || is_plain(&config.graphql) { client.no_proxy() } else { client };
        Ok(Self {
            http: client.build().map_err(|error| errors::client_not_built(&describe(&error)))?,
            api: config.api.to_string().trim_end_matches('/').to_owned(),
            graphql: config.graphql.to_string(),
        })
    }

    /// Sends a request to the REST API. `path` begins with a slash.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Failure> {
        self.exchange(method, &format!("{}{path}", self.api), body).await
    }

    /// Sends a request to the GraphQL API.
    pub(super) async fn send_graphql(&self, body: &Value) -> Result<Response, Failure> {
        self.exchange(Method::POST, &self.graphql, Some(body)).await
    }

    async fn exchange(&self, method: Method, url: &str, body: Option<&Value>) -> Result<Response, Failure> {
        let request = self.http.request(method, url);
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        };
        let mut response = request.send().await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await? {
            bytes.extend_from_slice(&part);
            if bytes.len() > MAX_BYTES {
                return Err(format!("a response of more than {MAX_BYTES} bytes").into());
            }
        }
        Ok(Response { status, headers, bytes })
    }
}
