//! One request at a time, within one deadline.
//!
//! octocrab carries the requests and the token. Repeating is decided here, because only we know what
//! may be repeated: reading may, always; writing may where GitHub said that nothing was done, and
//! otherwise only after a look at what is there.

use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, Method, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::super::why::full;
use super::reply::Trouble;
use super::site::Site;
use crate::domain::{Code, Diagnostic};
use crate::edge::chance::random_fraction;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Wait after a limit that does not say how long: what GitHub's documentation asks for.
const UNSAID: Duration = Duration::from_secs(60);
/// Bytes of an answer that are read: a listing of 100,000 files has 7 MB, a blob at most 100 MB.
const LARGEST: usize = 160 * 1024 * 1024;

/// An answer whose body is still on its way.
type Streamed = http::Response<BoxBody<bytes::Bytes, octocrab::Error>>;
/// Why there is no answer.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Asks GitHub.
pub(super) struct Caller {
    rest: Octocrab,
    graphql: Octocrab,
    graphql_address: String,
    /// owner/name.
    pub(super) repository: String,
    runtime: Handle,
    pace: Cell<Pace>,
}

/// How long things may take, all in proportion to the whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    end: Instant,
    /// For one answer.
    patience: Duration,
    /// The first back-off; each further one may be twice as long.
    base: Duration,
}

impl Pace {
    /// Lets the wait end later by `more`.
    pub(super) fn longer(self, more: Duration) -> Self {
        Self { end: self.end.max(Instant::now()) + more, ..self }
    }

    /// Within `whole` from now.
    pub(super) fn within(whole: Duration) -> Self {
        Self {
            end: Instant::now() + whole,
            patience: (whole / 20).clamp(Duration::from_millis(500), PATIENCE),
            base: whole / 300,
        }
    }

    /// Whether this long a wait ends before the deadline.
    fn allows(&self, wait: Duration) -> bool {
        Instant::now() + wait < self.end
    }

    /// A wait before try `tries` + 1: anything up to twice the last one, so that writers who collided
    /// spread out (full jitter, as in AWS's "Exponential Backoff And Jitter").
    fn backoff(&self, tries: u32) -> Duration {
        let longest = self.base.saturating_mul(1 << tries.min(7));
        longest.mul_f64(random_fraction())
    }
}

impl Caller {
    /// A client for the two APIs of a site.
    pub(super) fn new(site: &Site, pace: Pace, runtime: Handle) -> Result<Self, Diagnostic> {
        let carrier = carrier(site, pace).map_err(|error| unready(&error))?;
        let client = |base: &http::Uri| {
            // octocrab starts a task for its queue.
            let _inside = runtime.enter();
            Octocrab::builder()
                .base_uri(base.clone())?
                .user_access_token(site.token.clone())
                .add_header(http::HeaderName::from_static("x-github-api-version"), "2022-11-28".into())
                .build_with_reqwest(carrier.clone())
        };
        Ok(Self {
            rest: client(&site.api).map_err(|error| unready(&error))?,
            graphql: client(&site.graphql).map_err(|error| unready(&error))?,
            graphql_address: site.graphql.to_string(),
            repository: site.repository.clone(),
            runtime: runtime.clone(),
            pace: Cell::new(pace),
        })
    }

    /// Reads `path` below the repository, as often as it takes.
    pub(super) fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.patiently(|| self.once(Method::GET, path, None))
    }

    /// Asks GraphQL a question, as often as it takes.
    pub(super) fn query(&self, query: &str, variables: &Value) -> Result<Value, Trouble> {
        self.patiently(|| self.graphql_once(query, variables))
    }

    /// Changes something by a request that may be repeated: sending it twice does what sending it
    /// once does.
    pub(super) fn repeatable(&self, method: &Method, path: &str, body: &Value) -> Result<Value, Trouble> {
        self.patiently(|| self.once(method.clone(), path, Some(body)))
    }

    /// Changes something by a request that must not be repeated blindly. Only where GitHub said that
    /// it did nothing is it sent again; [`Trouble::Unknown`] asks the caller to look first.
    pub(super) fn change(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        self.through_limits(|| self.once(Method::POST, path, Some(body)))
    }

    /// A mutation, on the same terms as [`Caller::change`].
    pub(super) fn mutate(&self, mutation: &str, variables: &Value) -> Result<Value, Trouble> {
        self.through_limits(|| self.graphql_once(mutation, variables))
    }

    /// One request more, though the deadline may have passed: what was begun must be ended.
    pub(super) fn grace(&self) {
        let pace = self.pace.get();
        self.pace.set(pace.longer(pace.patience * 2));
    }

    /// Carries requests without waiting for them, for whoever may not wait.
    pub(super) fn rest(&self) -> Octocrab {
        self.rest.clone()
    }

    /// Waits before try `tries` + 1; `false` if the deadline comes first.
    pub(super) fn back_off(&self, tries: u32) -> bool {
        let wait = self.pace.get().backoff(tries);
        let allowed = self.pace.get().allows(wait);
        if allowed {
            std::thread::sleep(wait);
        }
        allowed
    }

    fn patiently(&self, mut ask: impl FnMut() -> Result<Value, Trouble>) -> Result<Value, Trouble> {
        let mut tries = 0;
        loop {
            match self.through_limits(&mut ask) {
                Err(Trouble::Unknown(said)) => {
                    if !self.back_off(tries) {
                        return Err(Trouble::Unknown(said));
                    }
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    fn through_limits(&self, mut ask: impl FnMut() -> Result<Value, Trouble>) -> Result<Value, Trouble> {
        let mut unsaid = UNSAID;
        loop {
            match ask() {
                Err(Trouble::Limited(said)) => {
                    let wait = said.unwrap_or(unsaid);
                    if !self.pace.get().allows(wait) {
                        return Err(Trouble::Limited(said));
                    }
                    std::thread::sleep(wait);
                    unsaid *= 2;
                }
                other => return other,
            }
        }
    }

    fn once(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        let path = format!("/repos/{}{path}", self.repository);
        let (status, headers, bytes) = self.exchange(async {
            let answer = match (method.as_str(), body) {
                ("POST", body) => self.rest._post(path, body).await?,
                ("PATCH", body) => self.rest._patch(path, body).await?,
                _ => self.rest._get(path).await?,
            };
            taken(answer).await
        })?;
        Trouble::sort(status, &headers, &bytes, unix_time())
    }

    fn graphql_once(&self, query: &str, variables: &Value) -> Result<Value, Trouble> {
        // octocrab's own `graphql` drops the type of an error, and the type is what tells a moved
        // branch from a forbidden one.
        let body = json!({"query": query, "variables": variables});
        let (status, headers, bytes) = self.exchange(async {
            taken(self.graphql._post(self.graphql_address.as_str(), Some(&body)).await?).await
        })?;
        let now = unix_time();
        Trouble::sort(status, &headers, &bytes, now)
            .and_then(|body| Trouble::sort_graphql(&headers, body, now))
    }

    fn exchange(
        &self,
        request: impl Future<Output = Result<(StatusCode, HeaderMap, Vec<u8>), Failure>>,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), Trouble> {
        let pace = self.pace.get();
        let patience = pace.patience.min(pace.end.saturating_duration_since(Instant::now()));
        let timed = async { tokio::time::timeout(patience, request).await };
        match self.runtime.block_on(timed) {
            Ok(answer) => answer.map_err(|error| Trouble::Unknown(full(&*error))),
            Err(_) => Err(Trouble::Unknown(format!("no answer within {:.1} s", patience.as_secs_f64()))),
        }
    }
}

/// What carries the requests, through the proxies that the environment names (`HTTPS_PROXY`, `NO_PROXY`).
fn carrier(site: &Site, pace: Pace) -> reqwest::Result<reqwest::Client> {
    let plain = [&site.api, &site.graphql].iter().any(|base| base.scheme_str() != Some("https"));
    let carrier = reqwest::Client::builder()
        // A redirect would carry the token to wherever an answer says: nobody follows one.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(pace.patience)
        .read_timeout(pace.patience);
    // Only loopback may be spoken to in the clear, and a proxy would see the token.
    if plain { carrier.no_proxy() } else { carrier }.build()
}

fn unready(error: &(dyn std::error::Error + 'static)) -> Diagnostic {
    Code::GithubUnreachable.at("github").what(format!("no connection can be set up: {}", full(error)))
}

/// An answer with its whole body.
async fn taken(answer: Streamed) -> Result<(StatusCode, HeaderMap, Vec<u8>), Failure> {
    let (parts, body) = answer.into_parts();
    let bytes = Limited::new(body, LARGEST).collect().await?;
    Ok((parts.status, parts.headers, bytes.to_bytes().to_vec()))
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
