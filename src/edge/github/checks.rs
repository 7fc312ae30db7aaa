//! The check run on the commit under judgement.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use octocrab::Octocrab;
use serde_json::{Value, json};

use super::caller::Caller;
use super::reply::Trouble;
use crate::commands::Checks;
use crate::domain::{Code, Diagnostic};
use crate::present::check::{Conclusion, NewCheck, Page};

/// What posting a check needs.
const PERMISSION: &str = "checks: write";
/// A cancelled job has a few seconds before it is killed.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Posts checks. At most one is open at a time.
pub(super) struct Desk<'a> {
    pub(super) caller: &'a Caller,
    pub(super) open: Arc<Open>,
}

/// The check that is open now, shared with whoever may have to close it in a hurry.
pub(super) struct Open {
    rest: Octocrab,
    repository: String,
    slot: Mutex<Slot>,
}

#[derive(Clone, Copy)]
enum Slot {
    Empty,
    /// The check with this id is in progress.
    Open(u64),
    /// It is being completed right now.
    Closing,
}

impl Open {
    pub(super) fn none(caller: &Caller) -> Self {
        Self { rest: caller.rest(), repository: caller.repository.clone(), slot: Mutex::new(Slot::Empty) }
    }

    /// Puts `next` into the slot; gives what was there.
    fn exchange(&self, next: Slot) -> Slot {
        let mut slot = self.slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *slot, next)
    }

    /// Completes the open check as a failure, in one try: the process is about to end.
    pub(super) async fn abandon(&self, reason: &str) {
        match self.exchange(Slot::Closing) {
            Slot::Empty => {}
            // The main thread is at it, and ends the process when it is done.
            Slot::Closing => tokio::time::sleep(LAST_WORDS).await,
            Slot::Open(id) => {
                let path = format!("/repos/{}/check-runs/{id}", self.repository);
                let body = json!({
                    "status": "completed",
                    "conclusion": Conclusion::Failure.as_str(),
                    "output": {"title": "no verdict", "summary": format!("{reason} Run the job again.")},
                });
                // Nobody is left to be told if it fails; the next attempt of this job takes it over.
                let _ = tokio::time::timeout(LAST_WORDS, self.rest._patch(path, Some(&body))).await;
            }
        }
    }
}

impl Checks for Desk<'_> {
    fn open(&self, check: &NewCheck) -> Result<String, Diagnostic> {
        let found = self
            .open_or_adopt(check)
            .map_err(|trouble| trouble.told("the check cannot be posted", PERMISSION))?;
        let id = found.get("id").and_then(Value::as_u64).ok_or_else(|| {
            Code::GithubRefused.at("github").what("the check was posted, and the answer names no id")
        })?;
        self.open.exchange(Slot::Open(id));
        Ok(found
            .get("html_url")
            .and_then(Value::as_str)
            .filter(|url| is_address(url))
            .unwrap_or_default()
            .to_owned())
    }

    fn close(&self, conclusion: Conclusion, page: &Page) -> Result<(), Diagnostic> {
        let Slot::Open(id) = self.open.exchange(Slot::Closing) else { return Ok(()) };
        // However long the rest took, the check is not left in progress.
        self.caller.grace();
        let path = format!("/check-runs/{id}");
        let send = |annotated: bool| {
            self.caller.repeatable(&Method::PATCH, &path, &completed(conclusion, page, annotated))
        };
        let mut sent = send(true);
        if let (Err(Trouble::Refused { status: 422, .. }), Some(_)) = (&sent, &page.annotation) {
            // A place that GitHub does not accept must not cost the whole check.
            sent = send(false);
        }
        self.open.exchange(Slot::Empty);
        sent.map(drop).map_err(|trouble| trouble.told("the check cannot be completed", PERMISSION))
    }
}

impl Desk<'_> {
    /// Takes over the check of an earlier attempt of this job, else creates one. An answer that got
    /// lost is resolved by looking before creating another.
    fn open_or_adopt(&self, check: &NewCheck) -> Result<Value, Trouble> {
        let mut tries = 0;
        loop {
            if let Some(id) = self.find(check)? {
                return self.caller.repeatable(&Method::PATCH, &format!("/check-runs/{id}"), &begun(check));
            }
            let mut body = begun(check);
            if let Some(body) = body.as_object_mut() {
                body.insert("head_sha".into(), check.head_sha.clone().into());
            }
            match self.caller.change("/check-runs", &body) {
                Err(Trouble::Unknown(said)) => {
                    if !self.caller.back_off(tries) {
                        return Err(Trouble::Unknown(said));
                    }
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    /// The check with this name on this commit that was begun by the same job: same release and run,
    /// whichever attempt.
    fn find(&self, check: &NewCheck) -> Result<Option<u64>, Trouble> {
        let job = |id: &str| id.rsplit_once('/').map(|(job, _)| job.to_owned());
        let mine = job(&check.external_id);
        let name = escape(&check.name);
        for page in 1..=10 {
            let path = format!(
                "/commits/{}/check-runs?check_name={name}&filter=all&per_page=100&page={page}",
                check.head_sha
            );
            let listed = self.caller.get(&path)?;
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

fn begun(check: &NewCheck) -> Value {
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

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn escape(text: &str) -> String {
    let byte = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// An address fit for an output: nothing in it can be anything else in a script or a page.
fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:?=&#%".contains(c);
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}
