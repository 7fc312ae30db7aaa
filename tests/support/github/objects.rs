//! Trees, blobs and commits over REST.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::git::{Change, Entry, Person, is_oid};
use super::site::Site;
use super::wire::{Answer, Call, Reply, now};

const TREE: &str = "/git/trees#create-a-tree";
const COMMIT: &str = "/git/commits#create-a-commit";

pub(crate) fn get_tree(site: &Site, call: &Call, name: &str) -> Answer {
    let refuse = || Reply::error(404, "Not Found", "/git/trees#get-a-tree");
    let oid = if is_oid(name) {
        name.to_owned()
    } else {
        site.repository.commit_of(name, call.stale).ok_or_else(refuse)?
    };
    site.repository.resolve(&format!("{oid}^{{tree}}")).ok_or_else(refuse)?;
    // The mere presence of the parameter counts: `recursive=0` recurses too.
    let entries = site.repository.tree(&oid, call.query.contains_key("recursive"));
    Ok(Reply::json(200, &tree(site, &oid, &entries)))
}

/// The first of a tree's entries that are too many.
fn tree(site: &Site, oid: &str, entries: &[Entry]) -> Value {
    let limit = site.setup().tree_limit;
    let listed: Vec<Value> = entries.iter().take(limit).map(|entry| line(site, entry)).collect();
    json!({
        "sha": oid,
        "url": site.url(&format!("git/trees/{oid}")),
        "tree": listed,
        "truncated": entries.len() > limit,
    })
}

fn line(site: &Site, entry: &Entry) -> Value {
    let mut line = json!({
        "path": entry.path,
        "mode": entry.mode,
        "type": entry.kind,
        "sha": entry.oid,
        "url": site.url(&format!("git/{}s/{}", entry.kind, entry.oid)),
    });
    if let Some(size) = entry.size {
        line["size"] = size.into();
    }
    line
}

pub(crate) fn get_tag(site: &Site, oid: &str) -> Answer {
    let object = is_oid(oid).then(|| site.repository.object(oid)).flatten();
    let object = object.filter(|object| object.kind == "tag");
    let object = object.ok_or_else(|| Reply::error(404, "Not Found", "/git/tags#get-a-tag"))?;
    let text = String::from_utf8_lossy(&object.bytes).into_owned();
    let of = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let (sha, kind) = (of("object "), of("type "));
    let message = text.split_once("\n\n").map_or("", |(_, message)| message);
    Ok(Reply::json(
        200,
        &json!({
            "node_id": format!("TA_{oid}"),
            "sha": oid,
            "url": site.url(&format!("git/tags/{oid}")),
            "tag": of("tag "),
            "message": message,
            "tagger": signature(of("tagger ")),
            "object": {"sha": sha, "type": kind, "url": site.url(&format!("git/{kind}s/{sha}"))},
        }),
    ))
}

pub(crate) fn get_blob(site: &Site, oid: &str) -> Answer {
    let object = is_oid(oid).then(|| site.repository.object(oid)).flatten();
    let object = object.filter(|object| object.kind == "blob");
    let object = object.ok_or_else(|| Reply::error(404, "Not Found", "/git/blobs#get-a-blob"))?;
    let body = json!({
        "sha": oid,
        "node_id": format!("B_{oid}"),
        "size": object.bytes.len(),
        "url": site.url(&format!("git/blobs/{oid}")),
        "content": wrapped(&object.bytes),
        "encoding": "base64",
    });
    Ok(Reply::json(200, &body))
}

/// Base64 in lines of 60 characters, each of them ended, as GitHub writes it.
pub(crate) fn wrapped(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    text.as_bytes().chunks(60).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect()
}

pub(crate) fn get_commit(site: &Site, oid: &str) -> Answer {
    let body = commit(site, oid);
    body.map(|body| Reply::json(200, &body))
        .ok_or_else(|| Reply::error(404, "Not Found", "/git/commits#get-a-commit-object"))
}

pub(crate) fn create_blob(site: &Site, call: &Call) -> Answer {
    let refuse = |message: &str| Reply::error(422, message, "/git/blobs#create-a-blob");
    let content =
        call.text("content").ok_or_else(|| refuse("Invalid request.\n\n\"content\" wasn't supplied."))?;
    let bytes = match call.text("encoding").unwrap_or("utf-8") {
        "utf-8" => content.as_bytes().to_vec(),
        "base64" => {
            let joined: String = content.split_ascii_whitespace().collect();
            STANDARD.decode(joined).map_err(|_| refuse("content is not valid Base64"))?
        }
        _ => return Err(refuse("encoding must be one of: utf-8, base64")),
    };
    let oid = site.repository.write_blob(&bytes);
    let url = site.url(&format!("git/blobs/{oid}"));
    Ok(Reply::json(201, &json!({"sha": oid, "url": url})).with("location", &url))
}

pub(crate) fn create_tree(site: &Site, call: &Call) -> Answer {
    let refuse = |message: &str| Reply::error(422, message, TREE);
    let entries = call.body.get("tree").and_then(Value::as_array);
    let entries = entries.ok_or_else(|| refuse("Invalid request.\n\n\"tree\" wasn't supplied."))?;
    let base = match call.text("base_tree") {
        Some(base) if is_oid(base) => {
            let tree = site.repository.resolve(&format!("{base}^{{tree}}"));
            Some(tree.ok_or_else(|| refuse("base_tree is not a valid tree oid"))?)
        }
        Some(_) => return Err(refuse("base_tree is not a valid tree oid")),
        None => None,
    };
    let old = base.as_ref().map(|base| site.repository.tree(base, true)).unwrap_or_default();
    let mut changes = Vec::new();
    for entry in entries {
        changes.extend(changes_of(site, entry, &old).map_err(|message| refuse(&message))?);
    }
    let oid = site.repository.write_tree(base.as_deref(), &changes);
    let oid = oid.map_err(|_| refuse("tree.path contains a malformed path component"))?;
    let entries = site.repository.tree(&oid, false);
    if entries.is_empty() {
        return Err(refuse("Invalid tree info"));
    }
    Ok(Reply::json(201, &tree(site, &oid, &entries)))
}

/// What one entry of the request does to the tree that holds `old`.
fn changes_of(site: &Site, entry: &Value, old: &[Entry]) -> Result<Vec<Change>, String> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let path = text("path").ok_or("Invalid request.\n\n\"path\" wasn't supplied.")?;
    let below = |other: &str| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
    if entry.get("sha").is_some_and(Value::is_null) {
        let gone = old.iter().filter(|entry| entry.kind != "tree");
        let gone = gone.filter(|entry| entry.path == path || below(&entry.path));
        let gone: Vec<_> = gone.map(|entry| Change { path: entry.path.clone(), to: None }).collect();
        return if gone.is_empty() { Err("GitRPC::BadObjectState".into()) } else { Ok(gone) };
    }
    let mode = text("mode").ok_or("Must supply a valid tree.mode")?;
    let oid = match (text("content"), text("sha")) {
        (Some(_), Some(_)) => return Err("Must supply either tree.sha or tree.content, but not both".into()),
        (Some(content), None) => site.repository.write_blob(content.as_bytes()),
        (None, Some(sha)) if site.repository.is(sha, "blob") => sha.to_owned(),
        (None, Some(sha)) => return Err(format!("tree.sha {sha} is not a valid blob")),
        (None, None) => return Err("Must supply tree.sha or tree.content".into()),
    };
    if !["100644", "100755", "120000"].contains(&mode) {
        return Err(format!("the stand-in takes files and links only, not mode {mode}"));
    }
    Ok(vec![Change { path: path.into(), to: Some((mode.into(), oid)) }])
}

pub(crate) fn create_commit(site: &Site, call: &Call) -> Answer {
    let refuse = |message: &str| Reply::error(422, message, COMMIT);
    let message =
        call.text("message").ok_or_else(|| refuse("Invalid request.\n\n\"message\" wasn't supplied."))?;
    let tree = call.text("tree").filter(|tree| site.repository.is(tree, "tree"));
    let tree = tree.ok_or_else(|| refuse("Tree SHA does not exist"))?;
    let parents = call.body.get("parents").and_then(Value::as_array).cloned().unwrap_or_default();
    let parents: Vec<&str> = parents.iter().filter_map(Value::as_str).collect();
    if !parents.iter().all(|parent| site.repository.is(parent, "commit")) {
        return Err(refuse("Parent SHA does not exist or is not a commit object"));
    }
    let given = |name: &str| person(call.body.get(name).filter(|person| !person.is_null()));
    let author = given("author").map_err(|message| refuse(&message))?;
    let committer = given("committer").map_err(|message| refuse(&message))?;
    let committer = committer.or_else(|| author.clone()).unwrap_or_else(Person::web_flow);
    let author = author.unwrap_or_else(Person::bot);
    let oid = site.repository.write_commit(tree, &parents, message, (&author, &committer));
    let oid = oid.map_err(|error| refuse(&error))?;
    let url = site.url(&format!("git/commits/{oid}"));
    let body = commit(site, &oid).unwrap();
    Ok(Reply::json(201, &body).with("location", url))
}

fn person(given: Option<&Value>) -> Result<Option<Person>, String> {
    let Some(given) = given else { return Ok(None) };
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(name), Some(email)) = (text("name"), text("email")) else {
        return Err("Invalid request.\n\n\"name\", \"email\" weren't supplied.".into());
    };
    Ok(Some(Person { name, email, date: text("date").unwrap_or_else(now) }))
}

/// A commit in the shape of the API.
pub(crate) fn commit(site: &Site, oid: &str) -> Option<Value> {
    let object = is_oid(oid).then(|| site.repository.object(oid)).flatten();
    let object = object.filter(|object| object.kind == "commit")?;
    let text = String::from_utf8_lossy(&object.bytes).into_owned();
    let (headers, message) = text.split_once("\n\n")?;
    let all = |name: &str| -> Vec<String> {
        headers.lines().filter_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().into()).collect()
    };
    let tree = all("tree ").pop()?;
    let parent = |sha: &String| {
        json!({
            "sha": sha,
            "url": site.url(&format!("git/commits/{sha}")),
            "html_url": site.page(&format!("commit/{sha}")),
        })
    };
    let committer = all("committer ").pop()?;
    // GitHub signs what it commits itself, which it does where nobody else was named.
    let signed = committer.starts_with("GitHub <noreply@github.com>");
    let reason = if signed { "valid" } else { "unsigned" };
    Some(json!({
        "sha": oid,
        "node_id": format!("C_{oid}"),
        "url": site.url(&format!("git/commits/{oid}")),
        "html_url": site.page(&format!("commit/{oid}")),
        "author": signature(&all("author ").pop()?),
        "committer": signature(&committer),
        "tree": {"sha": tree, "url": site.url(&format!("git/trees/{tree}"))},
        "message": message.strip_suffix('\n').unwrap_or(message),
        "parents": all("parent ").iter().map(parent).collect::<Vec<_>>(),
        "verification":
            {"verified": signed, "reason": reason, "signature": null, "payload": null, "verified_at": null},
    }))
}

/// `<name> <<email>> <seconds> <zone>`
fn signature(line: &str) -> Value {
    let (name, rest) = line.split_once(" <").unwrap();
    let (email, rest) = rest.split_once("> ").unwrap();
    let seconds = rest.split(' ').next().unwrap().parse().unwrap();
    let date = jiff::Timestamp::from_second(seconds).unwrap();
    json!({"name": name, "email": email, "date": date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()})
}
