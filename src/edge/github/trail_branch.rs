//! A trail on a branch.
//!
//! The branch contains only the trail. An entry is added as one commit whose parent is exactly the
//! commit whose tree was verified: GitHub's `createCommitOnBranch` compares the head and moves it in one
//! step. It replaces files silently, so the paths are looked up in that tree first. A lost response
//! counts as a conflict: the trail is read again, and the next pass finds what is there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use super::client::Client;
use super::refs;
use super::response::ApiError;
use super::tree::{self, owner_and_name};
use crate::domain::{Diagnostic, ReleaseId};
use crate::edge::errors::github as errors;
use crate::edge::git_object::{TreeEntry, blob_oid, is_oid};
use crate::trail::{
    Addition, AppendOutcome, FileKind, Glance, HeadToken, Listed, MAX_FILE, NewFile, Port, READ_WHOLE_BELOW,
    ROOT, Snapshot, TrailFiles,
};

/// The permission that commits need.
const WRITE_PERMISSION: &str = "contents: write";
/// What the message of each commit begins with: then the index, a colon and the folder of the entry.
const HEADLINE: &str = "Add entry ";
const ATTRIBUTES: &str = ".gitattributes";
/// Most conflicts with other writers. Each costs four requests, and the token of a job has 1,000 per hour.
const MAX_CONFLICTS: u32 = 8;
/// Most reads of a new commit until GitHub shows it: its replicas may be some seconds behind.
const MAX_READS: u32 = 5;

/// The trail on one branch of one repository.
pub(super) struct TrailBranch<'a> {
    client: &'a Client,
    name: String,
    cache: RefCell<Cache>,
}

/// What was read from the branch. Contents are kept by object id, so a pass after a conflict reads only
/// what is new.
#[derive(Default)]
struct Cache {
    head: Option<String>,
    files: BTreeMap<String, TreeEntry>,
    contents: BTreeMap<String, Vec<u8>>,
    conflicts: u32,
    /// Head and files are of a moment ago, and nobody has built upon them.
    looked: bool,
}

impl<'a> TrailBranch<'a> {
    pub(super) fn new(client: &'a Client, name: &str) -> Self {
        Self { client, name: name.to_owned(), cache: RefCell::default() }
    }

    /// The commit that the branch points to; `None` where there is no such branch.
    fn head(&self) -> Result<Option<String>, ApiError> {
        refs::branch_head(self.client, &self.name)
    }

    /// Reads the head and lists the files of its commit.
    fn look(&self) -> Result<(), Diagnostic> {
        let head = self.head().map_err(|error| self.unreadable(error))?;
        let files = match &head {
            None => BTreeMap::new(),
            Some(commit) => tree::list(self.client, commit)
                .map_err(|error| self.unreadable(error))?
                .ok_or_else(|| errors::too_many_files(&self.name))?,
        };
        // Whoever reviews code does not look for evidence in it, and its branch may be reset or merged.
        // A single word at the top, such as LICENSE, is no code: it alone must not stop a trail that goes on.
        let of_code = |path: &str| !is_of_trail(path) && path.contains(['/', '.']);
        if let Some(path) = files.keys().find(|path| of_code(path)) {
            return Err(errors::branch_of_code(&self.name, path));
        }
        let mut cache = self.cache.borrow_mut();
        (cache.head, cache.files, cache.looked) = (head, files, false);
        Ok(())
    }

    fn token(&self) -> HeadToken {
        HeadToken(self.cache.borrow().head.clone().unwrap_or_default())
    }

    /// The entry that the newest commit says it adds. Whoever made it, it is only where to look first.
    fn newest(&self) -> Result<Option<String>, Diagnostic> {
        let Some(head) = self.cache.borrow().head.clone() else { return Ok(None) };
        let commit =
            self.client.get(&format!("/git/commits/{head}")).map_err(|error| self.unreadable(error))?;
        let message = commit.get("message").and_then(Value::as_str).unwrap_or_default();
        let headline = message.lines().next().and_then(|line| line.strip_prefix(HEADLINE));
        let folder = headline.and_then(|headline| headline.split_once(": ")).map(|(_, folder)| folder.trim());
        Ok(folder.map(|folder| format!("{folder}/entry.json")))
    }

    /// Reads the blobs that are not in the cache.
    fn fetch<'b>(&self, oids: impl Iterator<Item = &'b str>) -> Result<(), Diagnostic> {
        let known = self.cache.borrow();
        let mut wanted: Vec<&str> = oids.filter(|oid| !known.contents.contains_key(*oid)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        drop(known);
        let read = tree::read_blobs(self.client, &wanted).map_err(|error| self.unreadable(error))?;
        self.cache.borrow_mut().contents.extend(read);
        Ok(())
    }

    fn unreadable(&self, error: ApiError) -> Diagnostic {
        error.diagnostic(&format!("branch {} cannot be read", self.name), "contents: read")
    }

    fn not_extended(&self, error: ApiError) -> Diagnostic {
        error.diagnostic(&format!("branch {} cannot be extended", self.name), WRITE_PERMISSION)
    }

    /// The error for a change that GitHub refuses, with the rules of the branch where they are the reason.
    fn refused(&self, error: ApiError) -> Diagnostic {
        let rules = matches!(error, ApiError::RuleViolation(_));
        let mut error = self.not_extended(error);
        if rules && let Ok(response) = self.client.get(&format!("/rules/branches/{}", self.name)) {
            let types = response.as_array().map(|rules| {
                let kinds: Vec<_> = rules.iter().filter_map(|rule| rule.get("type")?.as_str()).collect();
                kinds.join(", ")
            });
            error.what.push_str(&format!("; rules on this branch: {}", types.unwrap_or_default()));
        }
        error
    }

    /// After a conflict or a lost response: waits for the next attempt, or ends with an error.
    fn conflict(&self, reason: String) -> Result<AppendOutcome, Diagnostic> {
        let conflicts = {
            let mut cache = self.cache.borrow_mut();
            cache.conflicts += 1;
            cache.conflicts
        };
        if conflicts < MAX_CONFLICTS && self.client.backoff().after(conflicts).sleep() {
            return Ok(AppendOutcome::Conflict);
        }
        Err(self.not_extended(ApiError::Unconfirmed(format!("{conflicts} tries, the last one: {reason}"))))
    }

    /// Adds one commit on top of `head` and moves the branch to it, if `head` is still its head.
    fn append_commit(&self, head: &str, addition: &Addition) -> Result<String, ApiError> {
        const MUTATION: &str = "mutation Append($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }";
        let files: Vec<Value> = addition
            .files
            .iter()
            .map(|file| json!({"path": file.path, "contents": STANDARD.encode(&file.bytes)}))
            .collect();
        let (headline, body) = message(addition);
        let input = json!({"input": {
            "branch": {"repositoryNameWithOwner": self.client.repository, "branchName": self.name},
            "expectedHeadOid": head,
            "message": {"headline": headline, "body": body},
            "fileChanges": {"additions": files},
        }});
        let response = self.client.mutate_once(MUTATION, &input)?;
        oid(&response, "/data/createCommitOnBranch/commit/oid")
    }

    /// Creates the branch with its first commit, which has no parent: the branch has nothing of the
    /// history of the repository.
    fn create_branch(&self, addition: &Addition) -> Result<String, ApiError> {
        let entries =
            addition.files.iter().map(|file| self.tree_entry(file)).collect::<Result<Vec<_>, _>>()?;
        let post = |path: &str, body: Value| self.client.send_idempotent(&Method::POST, path, &body);
        // The id of an object is a digest of its content, so creating one twice is harmless.
        let tree = oid(&post("/git/trees", json!({"tree": entries}))?, "/sha")?;
        let (headline, body) = message(addition);
        let message = format!("{headline}\n\n{body}");
        let commit = json!({"message": message, "tree": tree, "parents": []});
        let commit = oid(&post("/git/commits", commit)?, "/sha")?;
        let reference = json!({"ref": format!("refs/heads/{}", self.name), "sha": commit});
        self.client.send_once("/git/refs", &reference)?;
        Ok(commit)
    }

    fn tree_entry(&self, file: &NewFile) -> Result<Value, ApiError> {
        let mut entry = json!({"path": file.path, "mode": "100644", "type": "blob"});
        let (member, value) = match std::str::from_utf8(&file.bytes) {
            Ok(text) => ("content", text.to_owned()),
            Err(_) => {
                let blob = json!({"content": STANDARD.encode(&file.bytes), "encoding": "base64"});
                ("sha", oid(&self.client.send_idempotent(&Method::POST, "/git/blobs", &blob)?, "/sha")?)
            }
        };
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(member.into(), value.into());
        }
        Ok(entry)
    }

    /// Checks that the new commit contains the files that were sent.
    fn check_commit(&self, commit: &str, addition: &Addition) -> Result<(), Diagnostic> {
        let wanted: Vec<String> = addition
            .files
            .iter()
            .enumerate()
            .map(|(at, file)| {
                format!("f{at}: object(expression: {}) {{ oid }}", json!(format!("{commit}:{}", file.path)))
            })
            .collect();
        let query = format!(
            "query Check($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {} }} }}",
            wanted.join(" ")
        );
        let mut backoff = self.client.backoff();
        let mut different = None;
        for _ in 0..MAX_READS {
            let response = self
                .client
                .query(&query, &owner_and_name(self.client))
                .map_err(|error| self.unreadable(error))?;
            different = addition.files.iter().enumerate().find_map(|(at, file)| {
                let found = response.pointer(&format!("/data/repository/f{at}/oid")).and_then(Value::as_str);
                (found != Some(blob_oid(&file.bytes, commit.len()).as_str())).then_some(&file.path)
            });
            if different.is_none() || !backoff.sleep() {
                break;
            }
        }
        match different {
            None => Ok(()),
            Some(path) => Err(errors::commit_differs(path, commit)),
        }
    }
}

impl TrailFiles for TrailBranch<'_> {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        if !std::mem::take(&mut self.cache.borrow_mut().looked) {
            self.look()?;
        }
        let files = self.cache.borrow().files.clone();
        self.fetch(
            files.iter().filter(|(path, _)| is_entry(path)).filter_map(|(_, file)| regular_oid(file)),
        )?;
        Ok(Snapshot { token: self.token(), files: listed(&files) })
    }

    fn glance(&self, release: &ReleaseId) -> Result<Option<Glance>, Diagnostic> {
        self.look()?;
        let files = self.cache.borrow().files.clone();
        let entries = u64::try_from(files.keys().filter(|path| is_entry(path)).count()).unwrap_or(u64::MAX);
        let newest = if entries < READ_WHOLE_BELOW { None } else { self.newest()? };
        let Some(newest) = newest.filter(|path| files.contains_key(path)) else {
            self.cache.borrow_mut().looked = true;
            return Ok(None);
        };
        // All that will be read, in one request.
        let wanted = files.iter().filter(|(path, _)| {
            path.ends_with(ATTRIBUTES)
                || path.ends_with(".json")
                    && (is_of_release(path, release) || folder(path) == folder(&newest))
        });
        self.fetch(wanted.filter_map(|(_, file)| regular_oid(file)))?;
        let of_trail = files.keys().filter_map(|path| path.strip_prefix("audit/"));
        let of_shelf = |path: &str| match path.split_once('/') {
            Some((shelf, rest)) if shelf.starts_with('_') => rest.split('/').next().map(str::to_owned),
            found => found.map(|(release, _)| release.to_owned()),
        };
        let releases = of_trail.filter_map(of_shelf).collect();
        let files = listed(&files);
        Ok(Some(Glance { token: self.token(), entries, newest: vec![newest], releases, files }))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let absent = || errors::not_on_branch(path, &self.name);
        let oid = self.cache.borrow().files.get(path).map(|file| file.oid.clone()).ok_or_else(absent)?;
        if !self.cache.borrow().contents.contains_key(&oid) {
            // The other files of the release are needed next.
            let files = self.cache.borrow().files.clone();
            // Plans and waivers of a release have a folder each.
            let depth = if path.starts_with("audit/_") { 3 } else { 2 };
            let release = path.split('/').take(depth).collect::<Vec<_>>().join("/");
            let beside = |path: &str| path.ends_with(".json") && path.starts_with(&format!("{release}/"));
            let wanted =
                files.iter().filter(|(path, _)| beside(path)).filter_map(|(_, file)| regular_oid(file));
            self.fetch(wanted.chain([oid.as_str()]))?;
        }
        let mut bytes = self.cache.borrow().contents.get(&oid).cloned().ok_or_else(absent)?;
        bytes.truncate(MAX_FILE.saturating_add(1));
        Ok(bytes)
    }
}

impl Port for TrailBranch<'_> {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        {
            let cache = self.cache.borrow();
            if cache.head.as_deref().unwrap_or_default() != token.0 {
                return Ok(AppendOutcome::Conflict);
            }
            if let Some(file) = addition.files.iter().find(|file| cache.files.contains_key(&file.path)) {
                return Err(errors::would_replace(&file.path));
            }
        }
        let result = match token.0.as_str() {
            "" => self.create_branch(addition),
            head => self.append_commit(head, addition),
        };
        let commit = match result {
            Ok(commit) => commit,
            Err(ApiError::Conflict(reason) | ApiError::Unconfirmed(reason)) => return self.conflict(reason),
            // The branch was deleted since: the next pass creates it again.
            Err(ApiError::NotFound(reason)) if !token.0.is_empty() => return self.conflict(reason),
            Err(error) => return Err(self.refused(error)),
        };
        self.check_commit(&commit, addition)?;
        let mut cache = self.cache.borrow_mut();
        for file in &addition.files {
            let oid = blob_oid(&file.bytes, commit.len());
            cache.contents.insert(oid.clone(), file.bytes.clone());
            cache.files.insert(file.path.clone(), TreeEntry { oid, kind: FileKind::Plain });
        }
        cache.head = Some(commit);
        Ok(AppendOutcome::Done)
    }

    fn revision(&self) -> Option<String> {
        self.cache.borrow().head.clone()
    }
}

fn is_of_trail(path: &str) -> bool {
    path.starts_with("audit/") || path == ROOT || path == ATTRIBUTES
}

fn is_entry(path: &str) -> bool {
    path.ends_with("/entry.json") && path.starts_with(ROOT)
}

/// Whether a file lies in a folder that may hold slots of a release.
fn is_of_release(path: &str, release: &ReleaseId) -> bool {
    let below = path.strip_prefix("audit/").unwrap_or_default();
    let below = ["_plans/", "_waivers/"].iter().find_map(|shelf| below.strip_prefix(shelf)).unwrap_or(below);
    below.strip_prefix(release.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The files of the trail among all of the branch.
fn listed(files: &BTreeMap<String, TreeEntry>) -> Vec<Listed> {
    let of_trail = files.iter().filter(|(path, _)| is_of_trail(path));
    of_trail.map(|(path, file)| Listed { path: path.clone(), kind: file.kind }).collect()
}

fn regular_oid(file: &TreeEntry) -> Option<&str> {
    (file.kind == FileKind::Plain).then_some(file.oid.as_str())
}

/// Headline and body of the commit. Author and committer are left to GitHub, which then signs it.
fn message(addition: &Addition) -> (String, String) {
    let headline = format!("{HEADLINE}{}: {}", addition.index, addition.folder);
    let body =
        format!("Appended by evalsig {}. Verify with: evalsig verify audit", env!("CARGO_PKG_VERSION"));
    (headline, body)
}

/// The object id at a pointer of a response.
fn oid(response: &Value, pointer: &str) -> Result<String, ApiError> {
    let found = response.pointer(pointer).and_then(Value::as_str).filter(|oid| is_oid(oid));
    // The request succeeded, and its result is unknown: look again.
    found
        .map(str::to_owned)
        .ok_or_else(|| ApiError::Unconfirmed("an answer without the object's name".into()))
}
