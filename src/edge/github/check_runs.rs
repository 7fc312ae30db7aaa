//! The check run on the commit under judgement.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use octocrab::Octocrab;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::client::Client;
use super::response::ApiError;
use crate::commands::gate_check::{self, GateIdentity, NewCheck, Placement, PostedCheck};
use crate::commands::revisions::named_apart;
use crate::commands::{Checks, OpenedCheck};
use crate::domain::Diagnostic;
use crate::edge::errors::github as errors;
use crate::edge::git_object::is_oid;
use crate::present::check::{Conclusion, Page};

/// The permission that check runs need.
const PERMISSION: &str = "checks: write";
/// Time for the last request of a cancelled job, which is killed after a few seconds.
const LAST_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// Every character but the unreserved ones of RFC 3986.
pub(super) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Creates and completes check runs. At most one is open at a time.
pub(super) struct CheckRuns<'a> {
    pub(super) client: &'a Client,
    pub(super) open: Arc<OpenCheckRun>,
    /// What the open check run was opened as, and its name.
    pub(super) gate: &'a RefCell<Option<(NewCheck, String)>>,
}

/// The check run that is open now, shared with the handler of signals, which may have to complete it.
pub(super) struct OpenCheckRun {
    rest: Octocrab,
    repository: String,
    state: Mutex<State>,
}

#[derive(Clone)]
enum State {
    /// No check run is open.
    None,
    /// A check run is in progress.
    Open { id: u64, url: String },
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

    /// Completes the open check run as a failure, in one attempt: the process is about to end. Gives its
    /// address, where one was open.
    pub(super) async fn fail(&self, reason: &str) -> Option<String> {
        match self.replace(State::Closing) {
            State::None => None,
            // The main thread completes it, and then ends the process.
            State::Closing => {
                tokio::time::sleep(LAST_REQUEST_TIMEOUT).await;
                None
            }
            State::Open { id, url } => {
                let path = format!("/repos/{}/check-runs/{id}", self.repository);
                let body = json!({
                    "status": "completed",
                    "conclusion": Conclusion::Failure.as_str(),
                    "output": {"title": "no verdict", "summary": format!("{reason} Run the job again.")},
                });
                // A failure cannot be reported any more; the next attempt of this job adopts the check run.
                let _ = tokio::time::timeout(LAST_REQUEST_TIMEOUT, self.rest._patch(path, Some(&body))).await;
                Some(url)
            }
        }
    }
}

impl Checks for CheckRuns<'_> {
    fn open(&self, check: &NewCheck) -> Result<OpenedCheck, Diagnostic> {
        let (found, refused) = self
            .open_or_adopt(check)
            .map_err(|error| error.diagnostic("the check cannot be posted", PERMISSION))?;
        let id = found.get("id").and_then(Value::as_u64).ok_or_else(errors::check_run_without_id)?;
        let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let url = Some(text("html_url")).filter(|url| is_plain_url(url)).unwrap_or_default();
        self.open.replace(State::Open { id, url: url.clone() });
        self.gate.replace(Some((check.clone(), text("name"))));
        Ok(OpenedCheck { url, name: text("name"), refused })
    }

    fn close(&self, conclusion: Conclusion, page: &Page) -> Result<Option<String>, Diagnostic> {
        let Some((check, name)) = self.gate.take() else { return Ok(None) };
        // Closed from here on: a signal must not complete it under a name that may be another gate's.
        let State::Open { id, .. } = self.open.replace(State::Closing) else { return Ok(None) };
        self.client.extend_deadline();
        // Where GitHub does not answer, the check run is still better completed than left in progress.
        let (id, name) = self.settle(&check, id, &name).unwrap_or((id, name));
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
        sent.map_err(|error| error.diagnostic("the check cannot be completed", PERMISSION))?;
        Ok(Some(name))
    }

    fn head_of_merge(&self, commit: &str) -> Result<Option<String>, Diagnostic> {
        let found = self
            .client
            .get(&format!("/git/commits/{commit}"))
            .map_err(|error| error.diagnostic("the merge commit cannot be read", "contents: read"))?;
        // The base first, then the head.
        let parents = found.get("parents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let [_, head] = parents else { return Ok(None) };
        Ok(head.get("sha").and_then(Value::as_str).filter(|sha| is_oid(sha)).map(str::to_owned))
    }
}

impl CheckRuns<'_> {
    /// Adopts the check run that an earlier attempt of this gate left, else creates one. After a lost response
    /// it looks for the check run before it creates another. True: no name was free for it.
    fn open_or_adopt(&self, check: &NewCheck) -> Result<(Value, bool), ApiError> {
        let mut backoff = self.client.backoff();
        let mut refused = false;
        loop {
            let name = match self.place(check, refused)? {
                Placement::Adopt(id, name) => {
                    let body = in_progress(check, &name);
                    let path = format!("/check-runs/{id}");
                    return Ok((self.client.send_idempotent(&Method::PATCH, &path, &body)?, refused));
                }
                Placement::Create(name) => name,
                Placement::Refuse => {
                    refused = true;
                    name_of_its_own(check)
                }
            };
            match self.create(check, &name) {
                Err(ApiError::Unconfirmed(_)) if backoff.sleep() => {}
                done => return Ok((done?, refused)),
            }
        }
    }

    fn create(&self, check: &NewCheck, name: &str) -> Result<Value, ApiError> {
        let mut body = in_progress(check, name);
        if let Some(body) = body.as_object_mut() {
            body.insert("head_sha".into(), check.head_sha.clone().into());
        }
        self.client.send_once("/check-runs", &body)
    }

    /// Where the check run goes. `refused`: it may stand under a name of its own already.
    fn place(&self, check: &NewCheck, refused: bool) -> Result<Placement, ApiError> {
        let mut posted = if refused { self.posted(check, &name_of_its_own(check))? } else { Vec::new() };
        let mut looked_up = Vec::new();
        let mut look_up = |name: &String, posted: &mut Vec<PostedCheck>| {
            posted.extend(self.posted(check, name)?);
            looked_up.push(name.clone());
            Ok(looked_up.clone())
        };
        let mut known = look_up(&check.names.wanted, &mut posted)?;
        if !check.identity.is_first_attempt() {
            // An earlier attempt may have left something under each of them.
            for name in check.names.all().skip(1) {
                known = look_up(name, &mut posted)?;
            }
        }
        loop {
            match gate_check::place(check, &posted) {
                Placement::Create(name) if !known.contains(&name) => known = look_up(&name, &mut posted)?,
                placed => return Ok(placed),
            }
        }
    }

    /// Moves the open check run away from a name that another gate has: two gates that began at once both found
    /// it free. Gives the number and name to complete.
    fn settle(&self, check: &NewCheck, mut id: u64, name: &str) -> Result<(u64, String), ApiError> {
        let mut name = name.to_owned();
        let mut posted = Vec::new();
        loop {
            posted.extend(self.posted(check, &name)?);
            let lost = gate_check::taken_over(check, id, &posted);
            if !lost && !gate_check::contested(check, id, &name, &posted) {
                return Ok((id, name));
            }
            posted.retain(|other: &PostedCheck| other.id != id || lost);
            name = gate_check::free_name(check, &posted).unwrap_or_else(|| name_of_its_own(check));
            if lost {
                let made = self.create(check, &name)?;
                id = made.get("id").and_then(Value::as_u64).unwrap_or(id);
            } else {
                let path = format!("/check-runs/{id}");
                self.client.send_idempotent(&Method::PATCH, &path, &json!({"name": name}))?;
            }
            if name == name_of_its_own(check) {
                return Ok((id, name));
            }
        }
    }

    /// The check runs of this name on the commit that gates of ours created.
    fn posted(&self, check: &NewCheck, name: &str) -> Result<Vec<PostedCheck>, ApiError> {
        let mut posted = Vec::new();
        let encoded = utf8_percent_encode(name, RESERVED);
        for page in 1..=10 {
            let path = format!(
                "/commits/{}/check-runs?check_name={encoded}&filter=all&per_page=100&page={page}",
                check.head_sha
            );
            let listed = self.client.get(&path)?;
            let runs = listed.get("check_runs").and_then(Value::as_array).cloned().unwrap_or_default();
            posted.extend(runs.iter().filter_map(read).filter(|found| found.name == name));
            if runs.len() < 100 {
                break;
            }
        }
        Ok(posted)
    }
}

/// A check run that a gate of ours created.
fn read(run: &Value) -> Option<PostedCheck> {
    let text = |pointer: &str| run.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let completed = text("/status") == "completed";
    let instance = text("/output/summary").strip_prefix(IN_PROGRESS).filter(|_| !completed);
    Some(PostedCheck {
        id: run.get("id")?.as_u64()?,
        name: text("/name").to_owned(),
        identity: GateIdentity::read(text("/external_id"))?,
        open_by: instance.map(|rest| rest.trim_end_matches('.').to_owned()),
        completed,
    })
}

/// A name that no other gate can have.
fn name_of_its_own(check: &NewCheck) -> String {
    named_apart(&check.names.wanted, &format!("({})", check.instance))
}

/// What the summary of a check run in progress begins with; the word that only its process knows follows.
const IN_PROGRESS: &str = "The verdict follows. Process ";

fn in_progress(check: &NewCheck, name: &str) -> Value {
    json!({
        "name": name,
        "external_id": check.identity.external_id(),
        "status": "in_progress",
        "output": {"title": "being judged", "summary": format!("{IN_PROGRESS}{}.", check.instance)},
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
pub(super) fn is_plain_url(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:?=&#%".contains(c);
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}
