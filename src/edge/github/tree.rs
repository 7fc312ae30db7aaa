//! The files of a commit: listed by one request, read in batches, and checked against their object ids.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::client::Client;
use super::response::ApiError;
use crate::edge::commit_files::{Entry, EntryKind};
use crate::edge::git_object::{TreeEntry, blob_oid, is_oid};
use crate::trail::FileKind;

/// Files in one GraphQL query: well below what GitHub refuses as too complex.
const BATCH: usize = 200;

/// The files of a commit by path; `None` where there are too many for one response.
pub(super) fn list(client: &Client, commit: &str) -> Result<Option<BTreeMap<String, TreeEntry>>, ApiError> {
    let Some(entries) = entries(client, commit, true)? else { return Ok(None) };
    let file = |entry: Entry| {
        let kind = match entry.kind {
            EntryKind::Folder => return None,
            EntryKind::Link => FileKind::Link,
            EntryKind::File => FileKind::Plain,
            EntryKind::Other => FileKind::Other,
        };
        Some((entry.name, TreeEntry { oid: entry.oid, kind }))
    };
    Ok(Some(entries.into_iter().filter_map(file).collect()))
}

/// The entries of a tree, or of a commit's tree, with all below it where `recursive`; `None` where there are
/// too many for one response.
pub(super) fn entries(client: &Client, oid: &str, recursive: bool) -> Result<Option<Vec<Entry>>, ApiError> {
    let query = if recursive { "?recursive=1" } else { "" };
    let response = client.get(&format!("/git/trees/{oid}{query}"))?;
    if response.get("truncated").and_then(Value::as_bool) != Some(false) {
        return Ok(None);
    }
    let Some(entries) = response.get("tree").and_then(Value::as_array) else {
        return Err(ApiError::Unconfirmed("a tree without entries".into()));
    };
    let entry = |entry: &Value| {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = match (text("type"), text("mode")) {
            ("tree", _) => EntryKind::Folder,
            ("blob", "120000") => EntryKind::Link,
            ("blob", _) => EntryKind::File,
            _ => EntryKind::Other,
        };
        if !is_oid(text("sha")) {
            return Err(ApiError::Unconfirmed("a tree entry without the name of its content".into()));
        }
        let size = entry.get("size").and_then(Value::as_u64);
        Ok(Entry { name: text("path").to_owned(), oid: text("sha").to_owned(), kind, size })
    };
    entries.iter().map(entry).collect::<Result<_, _>>().map(Some)
}

/// The contents of blobs by object id. Complete texts come in batches, all others one by one.
pub(super) fn read_blobs(client: &Client, oids: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, ApiError> {
    let mut contents = BTreeMap::new();
    for batch in oids.chunks(BATCH) {
        let wanted: Vec<String> = batch
            .iter()
            .enumerate()
            .map(|(at, oid)| {
                format!("f{at}: object(oid: \"{oid}\") {{ ... on Blob {{ isTruncated text }} }}")
            })
            .collect();
        let query = format!(
            "query Files($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {} }} }}",
            wanted.join(" ")
        );
        let response = client.query(&query, &owner_and_name(client))?;
        for (at, oid) in batch.iter().enumerate() {
            let blob = response.pointer(&format!("/data/repository/f{at}"));
            let text = blob.filter(|blob| blob.get("isTruncated").and_then(Value::as_bool) == Some(false));
            let text = text.and_then(|blob| blob.get("text")).and_then(Value::as_str).map(str::as_bytes);
            let bytes = match text.filter(|bytes| blob_oid(bytes, oid.len()) == **oid) {
                Some(bytes) => bytes.to_vec(),
                None => read_blob(client, oid)?,
            };
            contents.insert((*oid).to_owned(), bytes);
        }
    }
    Ok(contents)
}

/// The content of one blob, text or not.
pub(super) fn read_blob(client: &Client, oid: &str) -> Result<Vec<u8>, ApiError> {
    let response = client.get(&format!("/git/blobs/{oid}"))?;
    let encoded: String = response
        .get("content")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let bytes =
        STANDARD.decode(encoded).map_err(|_| ApiError::Unconfirmed("a file that is not base64".into()))?;
    if blob_oid(&bytes, oid.len()) == oid {
        Ok(bytes)
    } else {
        Err(ApiError::Unconfirmed(format!("the content of {oid} has another name")))
    }
}

/// The variables of every GraphQL query about the repository.
pub(super) fn owner_and_name(client: &Client) -> Value {
    let (owner, name) = client.repository.split_once('/').unwrap_or_default();
    json!({"owner": owner, "name": name})
}
