//! Branches over REST. Moving one is a compare-and-swap against the head that the check of the
//! fast-forward saw.

use serde_json::{Value, json};

use super::git::is_oid;
use super::site::Site;
use super::wire::{Answer, Call, Reply};

const GET: &str = "/git/refs#get-a-reference";
const CREATE: &str = "/git/refs#create-a-reference";
const UPDATE: &str = "/git/refs#update-a-reference";

/// What a ruleset says to an update.
pub(crate) const PROTECTED: &str =
    "Repository rule violations found\n\nCannot update this protected ref.\n\n";

pub(crate) fn get(site: &Site, call: &Call, branch: &str) -> Answer {
    let head = site.repository.commit_of(&format!("refs/heads/{branch}"), call.stale);
    let head = head.ok_or_else(|| Reply::error(404, "Not Found", GET))?;
    Ok(Reply::json(200, &shape(site, branch, &head)))
}

/// A tag points to a commit, or, where it is annotated, to an object of its own.
pub(crate) fn get_tag(site: &Site, tag: &str) -> Answer {
    let refuse = || Reply::error(404, "Not Found", GET);
    let name = format!("refs/tags/{tag}");
    let oid = site.repository.resolve(&name).ok_or_else(refuse)?;
    let kind = site.repository.object(&oid).ok_or_else(refuse)?.kind.clone();
    let object = json!({"sha": oid, "type": kind, "url": site.url(&format!("git/{kind}s/{oid}"))});
    let (node_id, url) = (format!("REF_{name}"), site.url(&format!("git/{name}")));
    Ok(Reply::json(200, &json!({"ref": name, "node_id": node_id, "url": url, "object": object})))
}

pub(crate) fn create(site: &Site, call: &Call) -> Answer {
    let refuse = |message: &str| Reply::error(422, message, CREATE);
    let name = call.text("ref").ok_or_else(|| refuse("Invalid request.\n\n\"ref\" wasn't supplied."))?;
    let sha = call.text("sha").ok_or_else(|| refuse("Invalid request.\n\n\"sha\" wasn't supplied."))?;
    let branch = name.strip_prefix("refs/heads/");
    let branch = branch
        .ok_or_else(|| refuse("Reference name must start with 'refs/' and have at least two slashes."))?;
    commit_for(site, sha).map_err(refuse)?;
    if site.setup().refuse_creations.iter().any(|other| other == branch) {
        return Err(refuse("Reference update failed"));
    }
    if site.repository.move_branch(branch, sha, None).is_err() {
        let exists = site.repository.head(branch).is_some();
        let message = if exists { "Reference already exists" } else { "Reference name is not valid" };
        return Err(refuse(message));
    }
    let url = site.url(&format!("git/{name}"));
    Ok(Reply::json(201, &shape(site, branch, sha)).with("location", url))
}

pub(crate) fn update(site: &Site, call: &Call, branch: &str) -> Answer {
    let refuse = |message: &str| Reply::error(422, message, UPDATE);
    let sha = call.text("sha").ok_or_else(|| refuse("Invalid request.\n\n\"sha\" wasn't supplied."))?;
    let force = call.body.get("force").and_then(Value::as_bool).unwrap_or(false);
    commit_for(site, sha).map_err(refuse)?;
    loop {
        let head = site.repository.head(branch).ok_or_else(|| refuse("Reference does not exist"))?;
        if site.setup().refuse_updates.iter().any(|other| other == branch) {
            return Err(refuse(PROTECTED));
        }
        if !force && !site.repository.is_fast_forward(&head, sha) {
            return Err(refuse("Update is not a fast forward"));
        }
        if site.repository.move_branch(branch, sha, Some(&head)).is_ok() {
            return Ok(Reply::json(200, &shape(site, branch, sha)));
        }
        assert_ne!(site.repository.head(branch).as_ref(), Some(&head), "{branch} cannot be moved");
    }
}

fn commit_for(site: &Site, sha: &str) -> Result<(), &'static str> {
    if !is_oid(sha) {
        return Err("The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
    }
    if site.repository.is(sha, "commit") { Ok(()) } else { Err("Object does not exist") }
}

fn shape(site: &Site, branch: &str, sha: &str) -> Value {
    json!({
        "ref": format!("refs/heads/{branch}"),
        "node_id": format!("REF_{branch}"),
        "url": site.url(&format!("git/refs/heads/{branch}")),
        "object": {"sha": sha, "type": "commit", "url": site.url(&format!("git/commits/{sha}"))},
    })
}
