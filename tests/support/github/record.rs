//! The books: every request and what became of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::wire::{Call, Reply};

/// A folder named here receives every request as a file, for whoever compares them with GitHub's own
/// description of its API.
const FOLDER: &str = "EVALSIG_RECORD";

/// What of a request's head is kept.
const HEADERS: &[&str] =
    &["accept", "authorization", "content-type", "if-none-match", "user-agent", "x-github-api-version"];

/// A request that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// By order of arrival, from 1.
    pub(crate) number: u64,
    pub(crate) method: String,
    /// Path and query below the base of the API.
    pub(crate) path: String,
    /// The ones worth comparing; of `authorization` only the scheme.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
    /// What was sent back; nothing where the connection fell silent, or is still open.
    pub(crate) status: Option<u16>,
    /// The answer, where it was JSON.
    pub(crate) answer: Value,
    /// The fault that was applied.
    pub(crate) fault: Option<String>,
}

pub(crate) struct Book {
    server: u64,
    folder: Option<PathBuf>,
    requests: Mutex<Vec<Request>>,
}

impl Book {
    pub(crate) fn new() -> Self {
        static SERVERS: AtomicU64 = AtomicU64::new(1);
        Self {
            server: SERVERS.fetch_add(1, Ordering::Relaxed),
            folder: std::env::var_os(FOLDER).filter(|name| !name.is_empty()).map(PathBuf::from),
            requests: Mutex::default(),
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Enters a request and the fault that meets it, and numbers it.
    pub(crate) fn open(&self, call: &Call, fault: Option<String>) -> u64 {
        let kept = call.headers.iter().filter(|(name, _)| HEADERS.contains(&name.as_str()));
        let redact = |(name, value): (&String, &String)| {
            let scheme = value.split(' ').next().unwrap_or_default();
            let shown = if name == "authorization" { scheme } else { value };
            (name.clone(), shown.to_owned())
        };
        let mut requests = self.requests.lock().unwrap();
        let number = requests.len() as u64 + 1;
        requests.push(Request {
            number,
            method: call.method.clone(),
            path: call.target.clone(),
            headers: kept.map(redact).collect(),
            body: call.body.clone(),
            status: None,
            answer: Value::Null,
            fault,
        });
        number
    }

    /// Enters what became of it, before the client can know.
    pub(crate) fn close(&self, number: u64, reply: Option<&Reply>) {
        let mut requests = self.requests.lock().unwrap();
        let request = requests.iter_mut().find(|request| request.number == number).unwrap();
        request.status = reply.map(|reply| reply.status);
        request.answer = reply.and_then(|reply| serde_json::from_slice(&reply.body).ok()).unwrap_or_default();
        let Some(folder) = &self.folder else { return };
        let name = format!("{:08}-{:04}-{number:05}.json", std::process::id(), self.server);
        let content = json!({
            "number": request.number,
            "method": request.method,
            "path": request.path,
            "headers": request.headers,
            "body": request.body,
            "status": request.status,
            "answer": request.answer,
            "fault": request.fault,
        });
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(name), content.to_string()).unwrap();
    }
}
