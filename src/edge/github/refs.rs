//! Branches and tags: which commit they point to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::client::Client;
use super::response::ApiError;
use crate::edge::git_object::is_oid;

/// Every character but the unreserved ones of RFC 3986, and the slash between the parts of a name.
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// Most tags that stand for another tag.
const MAX_TAGS: usize = 5;

/// The commit that a branch points to; `None` where there is no such branch.
pub(super) fn branch_head(client: &Client, name: &str) -> Result<Option<String>, ApiError> {
    match object_of(client, &format!("heads/{name}"))? {
        None => Ok(None),
        Some((kind, oid)) if kind == "commit" => Ok(Some(oid)),
        Some(_) => Err(ApiError::Unconfirmed("a branch without a commit".into())),
    }
}

/// The commit that a tag stands for; `None` where there is no such tag, or it stands for no commit.
pub(super) fn tagged_commit(client: &Client, name: &str) -> Result<Option<String>, ApiError> {
    let mut object = object_of(client, &format!("tags/{name}"))?;
    for _ in 0..MAX_TAGS {
        match object {
            Some((kind, oid)) if kind == "tag" => {
                object = found(client.get(&format!("/git/tags/{oid}")))?;
            }
            Some((kind, oid)) => return Ok(Some(oid).filter(|_| kind == "commit")),
            None => break,
        }
    }
    Ok(None)
}

/// Kind and id of the object that a ref points to.
fn object_of(client: &Client, name: &str) -> Result<Option<(String, String)>, ApiError> {
    found(client.get(&format!("/git/ref/{}", utf8_percent_encode(name, RESERVED))))
}

/// The object that a response names.
fn found(response: Result<Value, ApiError>) -> Result<Option<(String, String)>, ApiError> {
    let response = match response {
        Err(ApiError::NotFound(_)) => return Ok(None),
        other => other?,
    };
    let text = |pointer: &str| response.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (kind, oid) = (text("/object/type"), text("/object/sha"));
    if is_oid(oid) {
        Ok(Some((kind.to_owned(), oid.to_owned())))
    } else {
        Err(ApiError::Unconfirmed("a ref without an object".into()))
    }
}
