//! `createCommitOnBranch`: files onto a branch that stands where the client believes it stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Failure;
use crate::support::github::git::{Change, Person};
use crate::support::github::refs::PROTECTED;
use crate::support::github::site::{Access, NAME, OWNER, Site};

/// Commits, and names the branch and the commit.
pub(super) fn create(site: &Site, input: &Value) -> Result<(String, String), Failure> {
    let text = |pointer: &str| input.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (repository, branch) = (text("/branch/repositoryNameWithOwner"), text("/branch/branchName"));
    if !repository.eq_ignore_ascii_case(&format!("{OWNER}/{NAME}")) {
        let message = format!("Could not resolve to a Repository with the name '{repository}'.");
        return Err(("NOT_FOUND", message));
    }
    if site.setup().contents < Access::Write {
        return Err(("FORBIDDEN", "Resource not accessible by integration".into()));
    }
    let git = &site.repository;
    let head = git.head(branch);
    let head =
        head.ok_or_else(|| ("NOT_FOUND", format!("Could not resolve to a Ref with the name '{branch}'.")))?;
    let expected = text("/expectedHeadOid");
    if head != expected {
        return Err(stale_data(expected));
    }
    if site.setup().refuse_updates.iter().any(|other| other == branch) {
        return Err(("FORBIDDEN", PROTECTED.into()));
    }
    let changes = changes(site, input, &head)?;
    let tree = git.write_tree(Some(&head), &changes).map_err(|error| ("UNPROCESSABLE", error))?;
    let message = match text("/message/body") {
        "" => text("/message/headline").to_owned(),
        body => format!("{}\n\n{body}", text("/message/headline")),
    };
    let people = (&Person::bot(), &Person::web_flow());
    let commit = git.write_commit(&tree, &[&head], &message, people);
    let commit = commit.map_err(|error| ("UNPROCESSABLE", error))?;
    // Somebody may have been faster since the head was looked at.
    git.move_branch(branch, &commit, Some(&head)).map_err(|_| stale_data(expected))?;
    Ok((branch.to_owned(), commit))
}

pub(super) fn stale_data(expected: &str) -> Failure {
    let message = format!("Expected branch to point to \"{expected}\" but it did not.  Pull and try again.");
    ("STALE_DATA", message)
}

/// Additions replace what is there without a word; a deletion needs something to delete.
fn changes(site: &Site, input: &Value, head: &str) -> Result<Vec<Change>, Failure> {
    let list = |pointer: &str| match input.pointer(pointer) {
        Some(Value::Array(list)) => list.clone(),
        Some(single @ Value::Object(_)) => vec![single.clone()],
        _ => Vec::new(),
    };
    let path = |change: &Value| change["path"].as_str().unwrap_or_default().to_owned();
    let deletions: Vec<String> = list("/fileChanges/deletions").iter().map(path).collect();
    let names: Vec<String> = deletions.iter().map(|path| format!("{head}:{path}")).collect();
    let found = site.repository.objects(&names);
    if found.iter().any(|object| object.as_ref().is_none_or(|object| object.kind != "blob")) {
        let message =
            format!("A path was requested for deletion which does not exist as of commit oid `{head}`");
        return Err(("UNPROCESSABLE", message));
    }
    let mut changes: Vec<Change> = deletions.into_iter().map(|path| Change { path, to: None }).collect();
    for addition in list("/fileChanges/additions") {
        let contents = addition["contents"].as_str().unwrap_or_default();
        let bytes = STANDARD.decode(contents);
        let bytes = bytes.map_err(|error| ("UNPROCESSABLE", format!("contents is not Base64: {error}")))?;
        changes.push(Change::file(&path(&addition), site.repository.write_blob(&bytes)));
    }
    Ok(changes)
}
