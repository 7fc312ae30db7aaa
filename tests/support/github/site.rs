//! What all requests share: the repository, the checks, the settings, the limits and the books.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;

use super::checks::Checks;
use super::comments::Comments;
use super::faults::Faults;
use super::git::Repository;
use super::record::Book;
use super::wire::{Call, Reply};

pub(crate) const OWNER: &str = "org";
pub(crate) const NAME: &str = "app";
pub(crate) const REPOSITORY_ID: u64 = 4_242;
pub(crate) const TOKEN: &str = "token-of-the-stand-in";

/// What the job's token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Access {
    None,
    Read,
    Write,
}

/// How the repository is set up. Tests may change it while the server runs.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// Paths as of GitHub Enterprise Server: `/api/v3` and `/api/graphql`. Read once, at the start.
    pub(crate) enterprise: bool,
    pub(crate) checks: Access,
    pub(crate) contents: Access,
    /// Also their comments.
    pub(crate) pull_requests: Access,
    /// Most entries of a tree's listing; over it the listing is cut and says so.
    pub(crate) tree_limit: usize,
    /// Requests allowed in an hour, REST and GraphQL each.
    pub(crate) rate_limit: u64,
    /// What `GET /rules/branches/{branch}` lists, whatever the branch.
    pub(crate) rules: Vec<Value>,
    /// Branches that a ruleset lets nobody update.
    pub(crate) refuse_updates: Vec<String>,
    /// Branches that a ruleset lets nobody create.
    pub(crate) refuse_creations: Vec<String>,
    /// What `GET /pulls/{n}` answers.
    pub(crate) pulls: BTreeMap<u64, Value>,
    /// Pull requests whose conversation is locked.
    pub(crate) locked: Vec<u64>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            enterprise: false,
            checks: Access::Write,
            contents: Access::Write,
            pull_requests: Access::Write,
            tree_limit: 100_000,
            rate_limit: 15_000,
            rules: Vec::new(),
            refuse_updates: Vec::new(),
            refuse_creations: Vec::new(),
            pulls: BTreeMap::new(),
            locked: Vec::new(),
        }
    }
}

pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    pub(crate) enterprise: bool,
    pub(crate) repository: Repository,
    pub(crate) checks: Checks,
    pub(crate) comments: Comments,
    pub(crate) book: Book,
    pub(crate) faults: Faults,
    /// Panics of our own, which no test may take for an answer of GitHub.
    pub(crate) defects: AtomicU64,
    setup: Mutex<Setup>,
    /// Requests used up: REST, GraphQL.
    used: [AtomicU64; 2],
    /// When the hour ends, in seconds since 1970.
    reset: u64,
}

impl Site {
    pub(crate) fn new(address: SocketAddr, setup: Setup, repository: Repository) -> Self {
        Self {
            address,
            enterprise: setup.enterprise,
            repository,
            checks: Checks::default(),
            comments: Comments::default(),
            book: Book::new(),
            faults: Faults::default(),
            defects: AtomicU64::new(0),
            setup: Mutex::new(setup),
            used: [AtomicU64::new(0), AtomicU64::new(0)],
            reset: seconds() + 3_600,
        }
    }

    pub(crate) fn setup(&self) -> MutexGuard<'_, Setup> {
        self.setup.lock().unwrap()
    }

    /// Path of REST's root and of GraphQL.
    pub(crate) fn paths(&self) -> (&'static str, &'static str) {
        if self.enterprise { ("/api/v3", "/api/graphql") } else { ("", "/graphql") }
    }

    /// Address of the web pages.
    pub(crate) fn server_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn api_url(&self) -> String {
        format!("http://{}{}", self.address, self.paths().0)
    }

    pub(crate) fn graphql_url(&self) -> String {
        format!("http://{}{}", self.address, self.paths().1)
    }

    /// Address of something below the repository.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/repos/{OWNER}/{NAME}/{path}", self.api_url())
    }

    /// Address of a page of the repository.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}/{OWNER}/{NAME}/{path}", self.server_url())
    }

    /// Refuses a token that may not do this.
    pub(crate) fn need(&self, what: fn(&Setup) -> Access, least: Access) -> Result<(), Reply> {
        if what(&self.setup()) >= least { Ok(()) } else { Err(Reply::forbidden()) }
    }

    /// Counts a request; false where the hour's are used up.
    pub(crate) fn spend(&self, call: &Call) -> bool {
        self.counter(call).fetch_add(1, Ordering::Relaxed) < self.setup().rate_limit
    }

    /// Adds the headers that every answer has, except those of the machines that stand before GitHub.
    pub(crate) fn dress(&self, call: &Call, number: u64, mut reply: Reply) -> Reply {
        if reply.is_html() {
            return reply;
        }
        let limit = self.setup().rate_limit;
        let used = self.counter(call).load(Ordering::Relaxed).min(limit);
        let mut add = |name, value: String| {
            if !reply.has(name) {
                reply.headers.push((name, value));
            }
        };
        add("x-ratelimit-limit", limit.to_string());
        add("x-ratelimit-remaining", (limit - used).to_string());
        add("x-ratelimit-used", used.to_string());
        add("x-ratelimit-reset", self.reset.to_string());
        add("x-ratelimit-resource", if call.is_graphql() { "graphql" } else { "core" }.into());
        add("x-github-request-id", format!("C0DE:{:04X}:{number:X}", self.address.port()));
        reply
    }

    fn counter(&self, call: &Call) -> &AtomicU64 {
        &self.used[usize::from(call.is_graphql())]
    }
}

/// Seconds since 1970.
pub(crate) fn seconds() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap()
}
