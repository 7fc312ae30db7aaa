//! The check run on the commit under judgement.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use octocrab::Octocrab;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::client::Client;
use super::response::ApiError;
use crate::commands::Checks;
use crate::domain::Diagnostic;
use crate::edge::errors::github as errors;
use crate::present::check::{Conclusion, NewCheck, Page};

/// The permission that check runs need.
const PERMISSION: &str = "checks: write";
/// Time for the last request of a cancelled job, which is killed after a few seconds.
const LAST_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Every character but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Creates and completes check runs. At most one is open at a time.
pub(super) struct CheckRuns<'a> {
    pub(super) client: &'a Client,
    pub(super) open: Arc<OpenCheckRun>,
}

/// The check run that is open now, shared with the handler of signals, which may have to complete it.
pub(super) struct OpenCheckRun {
    rest: Octocrab,
    repository: String,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
enum State {
    /// No check run is open.
    None,
    /// The check run with this id is in progress.
    Open(u64),
    /// Its last request is on the way.
    Closing,
}

impl OpenCheckRun {
    pub(super) fn none(client: &Client) -> Self {
        Self { rest: client.rest(), repository: client.repository.clone(), state: Mutex::new(State::None) }
    }

    /// Sets the state and gives the old one.
    fn replace(&self, next: State) -> State {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *state, next)
    }

    /// Completes the open check run as a failure, in one attempt: the process is about to end.
    pub(super) async fn fail(&self, reason: &str) {
        match self.replace(State::Closing) {
            State::None => {}
            // The main thread completes it, and then ends the process.
            State::Closing => tokio::time::sleep(LAST_REQUEST_TIMEOUT).await,
            State::Open(id) => {
                let path = format!("/repos/{}/check-runs/{id}", self.repository);
                let body = json!({
                    "status": "completed",
                    "conclusion": Conclusion::Failure.as_str(),
                    "output": {"title": "no verdict", "summary": format!("{reason} Run the job again.")},
                });
                // A failure cannot be reported any more; the next attempt of this job adopts the check run.
                let _ = tokio::time::timeout(LAST_REQUEST_TIMEOUT, self.rest._patch(path, Some(&body))).await;
            }
        }
    }
}

impl Checks for CheckRuns<'_> {
    fn open(&self, check: &NewCheck) -> Result<String, Diagnostic> {
        let found = self
            .open_or_adopt(check)
            .map_err(|error| error.diagnostic("the check cannot be posted", PERMISSION))?;
        let id = found.get("id").and_then(Value::as_u64).ok_or_else(errors::check_run_without_id)?;
        self.open.replace(State::Open(id));
        Ok(found
            .get("html_url")
            .and_then(Value::as_str)
            .filter(|url| is_plain_url(url))
            .unwrap_or_default()
            .to_owned())
    }

    fn close(&self, conclusion: Conclusion, page: &Page) -> Result<(), Diagnostic> {
        let State::Open(id) = self.open.replace(State::Closing) else { return Ok(()) };
        // A check run must not stay in progress, even if the deadline has passed.
        self.client.extend_deadline();
        let path = format!("/check-runs/{id}");
        let send = |annotated: bool| {
            self.client.send_idempotent(&Method::PATCH, &path, &completed(conclusion, page, annotated))
        };
        let mut sent = send(true);
        if let (Err(ApiError::Refused { status: 422, .. }), Some(_)) = (&sent, &page.annotation) {
            // GitHub may refuse the position of the annotation; the check run is worth more.
            sent = send(false);
        }
        self.open.replace(State::None);
        sent.map(drop).map_err(|error| error.diagnostic("the check cannot be completed", PERMISSION))
    }
}

impl CheckRuns<'_> {
    /// Adopts the check run of an earlier attempt of this job, else creates one. After a lost response it
    /// looks for the check run before it creates another.
    fn open_or_adopt(&self, check: &NewCheck) -> Result<Value, ApiError> {
        let mut backoff = self.client.backoff();
        loop {
            if let Some(id) = self.find(check)? {
                return self.client.send_idempotent(
                    &Method::PATCH,
                    &format!("/check-runs/{id}"),
                    &in_progress(check),
                );
            }
            let mut body = in_progress(check);
            if let Some(body) = body.as_object_mut() {
                body.insert("head_sha".into(), check.head_sha.clone().into());
            }
            match self.client.send_once("/check-runs", &body) {
                Err(ApiError::Unconfirmed(_)) if backoff.sleep() => {}
                done => return done,
            }
        }
    }

    /// The check run with this name on this commit that the same job created: same release and workflow
    /// run, any attempt.
    fn find(&self, check: &NewCheck) -> Result<Option<u64>, ApiError> {
        let job = |id: &str| id.rsplit_once('/').map(|(job, _)| job.to_owned());
        let mine = job(&check.external_id);
        let name = utf8_percent_encode(&check.name, RESERVED);
        for page in 1..=10 {
            let path = format!(
                "/commits/{}/check-runs?check_name={name}&filter=all&per_page=100&page={page}",
                check.head_sha
            );
            let listed = self.client.get(&path)?;
            let runs = listed.get("check_runs").and_then(Value::as_array).cloned().unwrap_or_default();
            let found = runs.iter().find(|run| {
                let text = |name: &str| run.get(name).and_then(Value::as_str).unwrap_or_default();
                text("name") == check.name && job(text("external_id")) == mine
            });
            if let Some(id) = found.and_then(|run| run.get("id")).and_then(Value::as_u64) {
                return Ok(Some(id));
            }
            if runs.len() < 100 {
                break;
            }
        }
        Ok(None)
    }
}

fn in_progress(check: &NewCheck) -> Value {
    json!({
        "name": check.name,
        "external_id": check.external_id,
        "status": "in_progress",
        "output": {"title": "being judged", "summary": "The verdict follows."},
    })
}

fn completed(conclusion: Conclusion, page: &Page, annotated: bool) -> Value {
    let mut output = json!({"title": page.title, "summary": page.summary});
    if let Some(output) = output.as_object_mut() {
        if !page.text.is_empty() {
            output.insert("text".into(), page.text.clone().into());
        }
        if let Some((path, message)) = page.annotation.as_ref().filter(|_| annotated) {
            output.insert(
                "annotations".into(),
                json!([{
                    "path": path.trim_start_matches("./"), "start_line": 1, "end_line": 1,
                    "annotation_level": "failure", "title": "evalsig", "message": message,
                }]),
            );
        }
    }
    json!({"status": "completed", "conclusion": conclusion.as_str(), "output": output})
}

/// Whether a URL may become an output: no character in it has a meaning in a script or a page.
fn is_plain_url(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:?=&#%".contains(c);
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}
