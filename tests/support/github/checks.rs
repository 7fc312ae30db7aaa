//! Check runs. They live in memory: git knows nothing of them.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::accounts;
use super::check_rules;
use super::site::Site;
use super::wire::{Answer, Call, Reply, now};

/// The app that a job's token belongs to.
pub(crate) const APP_ID: u64 = 15_368;

/// A check run as it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct CheckRun {
    pub(crate) id: u64,
    pub(crate) app_id: u64,
    pub(crate) name: String,
    pub(crate) head_sha: String,
    pub(crate) external_id: String,
    pub(crate) status: String,
    pub(crate) conclusion: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) text: Option<String>,
    /// Of all requests, in order.
    pub(crate) annotations: Vec<Value>,
    pub(crate) started_at: String,
    pub(crate) completed_at: Option<String>,
    /// How often it was updated after its creation.
    pub(crate) updates: usize,
}

/// All of them, by order of creation. An id is the place in it, counted from 1.
#[derive(Default)]
pub(crate) struct Checks(Mutex<Vec<CheckRun>>);

impl Checks {
    pub(crate) fn all(&self) -> Vec<CheckRun> {
        self.0.lock().unwrap().clone()
    }

    /// Adds a run and gives it its id.
    pub(crate) fn add(&self, mut run: CheckRun) -> CheckRun {
        let mut runs = self.0.lock().unwrap();
        run.id = runs.len() as u64 + 1;
        runs.push(run.clone());
        run
    }
}

pub(crate) fn create(site: &Site, call: &Call) -> Answer {
    check_rules::shape(&call.body, &["name", "head_sha"], "create")?;
    let head_sha = commit(site, call.text("head_sha").unwrap(), "create-a-check-run")?;
    check_rules::bytes(&call.body, "create")?;
    let mut run = CheckRun {
        app_id: APP_ID,
        head_sha,
        status: "queued".into(),
        started_at: now(),
        ..CheckRun::default()
    };
    apply(&mut run, &call.body);
    let run = site.checks.add(run);
    let url = site.url(&format!("check-runs/{}", run.id));
    Ok(Reply::json(201, &shape(site, &run)).with("location", url))
}

pub(crate) fn update(site: &Site, call: &Call, id: &str) -> Answer {
    let mut runs = site.checks.0.lock().unwrap();
    let run = id.parse::<usize>().ok().and_then(|id| runs.get_mut(id.checked_sub(1)?));
    let run = run.ok_or_else(|| Reply::error(404, "Not Found", "/checks/runs#update-a-check-run"))?;
    if run.app_id != APP_ID {
        let message = format!(
            "Invalid app_id `{APP_ID}` - check run can only be modified by the GitHub App that created it."
        );
        return Err(Reply::error(403, &message, "/checks/runs#update-a-check-run"));
    }
    check_rules::shape(&call.body, &[], "update")?;
    check_rules::bytes(&call.body, "update")?;
    apply(run, &call.body);
    run.updates += 1;
    Ok(Reply::json(200, &shape(site, run)))
}

pub(crate) fn get(site: &Site, id: &str) -> Answer {
    let runs = site.checks.all();
    let run = runs.iter().find(|run| run.id.to_string() == id);
    run.map(|run| Reply::json(200, &shape(site, run)))
        .ok_or_else(|| Reply::error(404, "Not Found", "/checks/runs#get-a-check-run"))
}

pub(crate) fn list(site: &Site, call: &Call, revision: &str) -> Answer {
    let sha = commit(site, revision, "list-check-runs-for-a-git-reference")?;
    let asked = |name: &str, value: &str| call.query.get(name).is_none_or(|wanted| wanted == value);
    let mut runs = site.checks.all();
    runs.retain(|run| {
        run.head_sha == sha
            && asked("check_name", &run.name)
            && asked("status", &run.status)
            && asked("app_id", &run.app_id.to_string())
    });
    runs.reverse();
    if call.query.get("filter").map_or("latest", String::as_str) == "latest" {
        let mut seen = Vec::new();
        runs.retain(|run| {
            let key = (run.app_id, run.name.clone());
            !seen.contains(&key) && {
                seen.push(key);
                true
            }
        });
    }
    let size = call.number("per_page").unwrap_or(30).clamp(1, 100);
    let page = call.number("page").unwrap_or(1).max(1);
    let shown: Vec<Value> =
        runs.iter().skip((page - 1) * size).take(size).map(|run| shape(site, run)).collect();
    let reply = Reply::json(200, &json!({"total_count": runs.len(), "check_runs": shown}));
    if page * size >= runs.len() {
        return Ok(reply);
    }
    let mut query = call.query.clone();
    query.insert("page".into(), (page + 1).to_string());
    let query: Vec<_> =
        query.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "%20"))).collect();
    let next = site.url(&format!("commits/{revision}/check-runs?{}", query.join("&")));
    Ok(reply.with("link", format!("<{next}>; rel=\"next\"")))
}

fn commit(site: &Site, revision: &str, docs: &str) -> Result<String, Reply> {
    site.repository.commit_of(revision, false).ok_or_else(|| {
        Reply::error(422, &format!("No commit found for SHA: {revision}"), &format!("/checks/runs#{docs}"))
    })
}

/// Takes over what a request says; what it does not mention stays.
fn apply(run: &mut CheckRun, body: &Value) {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let put = |field: &mut String, name: &str| {
        if let Some(value) = text(body, name) {
            *field = value;
        }
    };
    put(&mut run.name, "name");
    put(&mut run.external_id, "external_id");
    put(&mut run.started_at, "started_at");
    if let Some(status) = text(body, "status") {
        if status != "completed" {
            (run.conclusion, run.completed_at) = (None, None);
        }
        run.status = status;
    }
    if let Some(conclusion) = text(body, "conclusion") {
        run.status = "completed".into();
        run.conclusion = Some(conclusion);
        run.completed_at = Some(text(body, "completed_at").unwrap_or_else(now));
    }
    let Some(output) = body.get("output") else { return };
    run.title = text(output, "title").or_else(|| run.title.take());
    run.summary = text(output, "summary").or_else(|| run.summary.take());
    run.text = text(output, "text").or_else(|| run.text.take());
    let annotations = output.get("annotations").and_then(Value::as_array);
    run.annotations.extend(annotations.into_iter().flatten().cloned());
}

/// A run in the shape of the API. A job's token cannot choose `details_url`: it leads to the run's page.
fn shape(site: &Site, run: &CheckRun) -> Value {
    let url = site.url(&format!("check-runs/{}", run.id));
    let page = site.page(&format!("runs/{}", run.id));
    json!({
        "id": run.id,
        "name": run.name,
        "node_id": format!("CR_{}", run.id),
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": page,
        "details_url": page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": run.annotations.len(),
            "annotations_url": format!("{url}/annotations"),
        },
        "check_suite": {"id": run.app_id},
        "app": accounts::app(site, run.app_id),
        "pull_requests": [],
    })
}
