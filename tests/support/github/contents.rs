//! Files by path, and the rules of a branch.

use serde_json::{Value, json};

use super::objects::wrapped;
use super::site::Site;
use super::wire::{Answer, Call, Reply};

/// Over it the answer names the file and leaves its content out.
const MOST_BYTES: usize = 1_048_576;

/// Entries of a folder's listing; what is over them is left out in silence.
const MOST_ENTRIES: usize = 1_000;

pub(crate) fn get(site: &Site, call: &Call, path: &str) -> Answer {
    let refuse = || Reply::error(404, "Not Found", "/repos/contents#get-repository-content");
    let revision = call.query.get("ref").map_or("main", String::as_str);
    let commit = site.repository.commit_of(revision, call.stale);
    let commit = commit.ok_or_else(|| {
        Reply::error(404, &format!("No commit found for the ref {revision}"), "/repos/contents")
    })?;
    let path = path.trim_matches('/');
    let object = site.repository.object(&format!("{commit}:{path}")).ok_or_else(refuse)?;
    if object.kind == "blob" {
        let fits = object.bytes.len() <= MOST_BYTES;
        let mut body = describe(site, revision, path, ("file", &object.oid), object.bytes.len());
        body["content"] = if fits { wrapped(&object.bytes) } else { String::new() }.into();
        body["encoding"] = if fits { "base64" } else { "none" }.into();
        return Ok(Reply::json(200, &body));
    }
    let entries = site.repository.tree(&object.oid, false).into_iter().take(MOST_ENTRIES).map(|entry| {
        let full = if path.is_empty() { entry.path.clone() } else { format!("{path}/{}", entry.path) };
        let kind = if entry.kind == "tree" { "dir" } else { "file" };
        let size = usize::try_from(entry.size.unwrap_or(0)).unwrap();
        describe(site, revision, &full, (kind, &entry.oid), size)
    });
    Ok(Reply::json(200, &entries.collect()))
}

fn describe(site: &Site, revision: &str, path: &str, (kind, oid): (&str, &str), size: usize) -> Value {
    let name = path.rsplit('/').next().unwrap_or(path);
    let url = site.url(&format!("contents/{path}?ref={revision}"));
    let (plural, page) = if kind == "dir" { ("trees", "tree") } else { ("blobs", "blob") };
    let git = site.url(&format!("git/{plural}/{oid}"));
    let html = site.page(&format!("{page}/{revision}/{path}"));
    let raw = (kind == "file").then(|| site.page(&format!("raw/{revision}/{path}")));
    json!({
        "type": kind, "name": name, "path": path, "sha": oid, "size": size,
        "url": url, "git_url": git, "html_url": html, "download_url": raw,
        "_links": {"self": url, "git": git, "html": html},
    })
}

pub(crate) fn rules(site: &Site) -> Answer {
    Ok(Reply::json(200, &Value::Array(site.setup().rules.clone())))
}
