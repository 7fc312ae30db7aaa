//! Files of a commit: listed once, read in batches, and held to the names that git gives them.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::caller::Caller;
use super::reply::Trouble;
use crate::trail::FileKind;

/// Files asked for in one question: well below what GitHub refuses as too complex.
const BATCH: usize = 200;

/// One file of a tree.
#[derive(Clone, Debug)]
pub(super) struct Object {
    /// The name that git gives to its content.
    pub(super) oid: String,
    /// What it is.
    pub(super) kind: FileKind,
}

/// The files of a tree by path, or `None` where there are too many for one answer.
pub(super) fn list(caller: &Caller, commit: &str) -> Result<Option<BTreeMap<String, Object>>, Trouble> {
    let reply = caller.get(&format!("/git/trees/{commit}?recursive=1"))?;
    if reply.get("truncated").and_then(Value::as_bool) != Some(false) {
        return Ok(None);
    }
    let Some(entries) = reply.get("tree").and_then(Value::as_array) else {
        return Err(Trouble::Unknown("a tree without entries".into()));
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = match (text("type"), text("mode")) {
            ("tree", _) => continue,
            ("blob", "120000") => FileKind::Link,
            ("blob", _) => FileKind::Plain,
            _ => FileKind::Other,
        };
        if !is_oid(text("sha")) {
            return Err(Trouble::Unknown("a tree entry without the name of its content".into()));
        }
        files.insert(text("path").to_owned(), Object { oid: text("sha").to_owned(), kind });
    }
    Ok(Some(files))
}

/// The contents of these objects. What is text and complete comes in batches, the rest one by one.
pub(super) fn read(caller: &Caller, oids: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, Trouble> {
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
        let reply = caller.query(&query, &owner_and_name(caller))?;
        for (at, oid) in batch.iter().enumerate() {
            let blob = reply.pointer(&format!("/data/repository/f{at}"));
            let text = blob.filter(|blob| blob.get("isTruncated").and_then(Value::as_bool) == Some(false));
            let text = text.and_then(|blob| blob.get("text")).and_then(Value::as_str).map(str::as_bytes);
            let bytes = match text.filter(|bytes| oid_of(bytes, oid.len()) == **oid) {
                Some(bytes) => bytes.to_vec(),
                None => alone(caller, oid)?,
            };
            contents.insert((*oid).to_owned(), bytes);
        }
    }
    Ok(contents)
}

/// The content of one object, whatever it is.
fn alone(caller: &Caller, oid: &str) -> Result<Vec<u8>, Trouble> {
    let reply = caller.get(&format!("/git/blobs/{oid}"))?;
    let encoded: String = reply
        .get("content")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD.decode(encoded).map_err(|_| Trouble::Unknown("a file that is not base64".into()))?;
    if oid_of(&bytes, oid.len()) == oid {
        Ok(bytes)
    } else {
        Err(Trouble::Unknown(format!("the content of {oid} has another name")))
    }
}

/// The variables that every question about the repository takes.
pub(super) fn owner_and_name(caller: &Caller) -> Value {
    let (owner, name) = caller.repository.split_once('/').unwrap_or_default();
    json!({"owner": owner, "name": name})
}

/// The name that git gives to a file's content: SHA-1 here, SHA-256 where names have 64 digits.
pub(super) fn oid_of(bytes: &[u8], digits: usize) -> String {
    let head = format!("blob {}\0", bytes.len());
    let hex = |digest: &[u8]| digest.iter().map(|b| format!("{b:02x}")).collect();
    if digits == 64 {
        hex(&sha2::Sha256::new().chain_update(head).chain_update(bytes).finalize())
    } else {
        hex(&Sha1::new().chain_update(head).chain_update(bytes).finalize())
    }
}

/// Whether a text can be the name of an object.
pub(super) fn is_oid(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::oid_of;

    #[test]
    fn contents_have_the_names_that_git_gives_them() {
        // printf 'hello\n' | git hash-object --stdin, in repositories of both kinds.
        assert_eq!(oid_of(b"hello\n", 40), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(
            oid_of(b"hello\n", 64),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"
        );
    }
}
