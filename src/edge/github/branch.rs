//! A trail on a branch.
//!
//! The branch holds nothing but the trail. An entry joins it as one commit whose parent is exactly
//! the commit whose tree was judged: GitHub's `createCommitOnBranch` compares the head and moves it
//! in one step. It replaces files silently, so the paths are looked for in that very tree first. An
//! answer that got lost is never guessed about: it counts as a conflict, the trail is read again, and
//! the next pass finds what stands there.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use super::caller::Caller;
use super::objects::{self, Object, is_oid, oid_of, owner_and_name};
use super::reply::Trouble;
use crate::domain::{Code, Diagnostic};
use crate::trail::{
    Addition, FileKind, Listed, MAX_FILE, NewFile, Outcome, Port, ROOT, Snapshot, Token, TrailFiles,
};

/// What committing needs.
const PERMISSION: &str = "contents: write";
/// Times that another writer may be first. Each costs four requests, and a job's token has 1,000 an hour.
const TRIES: u32 = 8;
/// Looks at a new commit until GitHub shows it: its replicas may be some seconds behind.
const LOOKS: u32 = 5;

/// The trail on one branch of one repository.
pub(super) struct Branch<'a> {
    caller: &'a Caller,
    name: String,
    seen: RefCell<Seen>,
}

/// What is known of the branch. Contents are kept by the names that git gives them, so a pass after
/// a lost race reads what is new and nothing else.
#[derive(Default)]
struct Seen {
    head: Option<String>,
    files: BTreeMap<String, Object>,
    contents: BTreeMap<String, Vec<u8>>,
    lost: u32,
}

impl<'a> Branch<'a> {
    pub(super) fn new(caller: &'a Caller, name: &str) -> Self {
        Self { caller, name: name.to_owned(), seen: RefCell::default() }
    }

    /// The commit that the branch points to; `None` where there is no such branch.
    fn head(&self) -> Result<Option<String>, Trouble> {
        let reply = match self.caller.get(&format!("/git/ref/heads/{}", self.name)) {
            Err(Trouble::Absent(_)) => return Ok(None),
            other => other?,
        };
        let sha = reply.pointer("/object/sha").and_then(Value::as_str).unwrap_or_default();
        if is_oid(sha) {
            Ok(Some(sha.to_owned()))
        } else {
            Err(Trouble::Unknown("a branch without a commit".into()))
        }
    }

    /// Reads the objects that are not known yet.
    fn fetch<'b>(&self, oids: impl Iterator<Item = &'b str>) -> Result<(), Diagnostic> {
        let known = self.seen.borrow();
        let mut wanted: Vec<&str> = oids.filter(|oid| !known.contents.contains_key(*oid)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        drop(known);
        let read = objects::read(self.caller, &wanted).map_err(|trouble| self.unread(trouble))?;
        self.seen.borrow_mut().contents.extend(read);
        Ok(())
    }

    fn unread(&self, trouble: Trouble) -> Diagnostic {
        trouble.told(&format!("branch {} cannot be read", self.name), "contents: read")
    }

    /// A refusal, with the rules that the branch is under where they are the reason.
    fn refused(&self, trouble: Trouble) -> Diagnostic {
        let rules = matches!(trouble, Trouble::Rules(_));
        let mut error = trouble.told(&format!("branch {} cannot be extended", self.name), PERMISSION);
        if rules && let Ok(reply) = self.caller.get(&format!("/rules/branches/{}", self.name)) {
            let types = reply.as_array().map(|rules| {
                let kinds: Vec<_> = rules.iter().filter_map(|rule| rule.get("type")?.as_str()).collect();
                kinds.join(", ")
            });
            error.what.push_str(&format!("; rules on this branch: {}", types.unwrap_or_default()));
        }
        error
    }

    /// Somebody else was first, or nobody knows: once more after a pause, while there is time.
    fn lost(&self, why: String) -> Result<Outcome, Diagnostic> {
        let tries = {
            let mut seen = self.seen.borrow_mut();
            seen.lost += 1;
            seen.lost
        };
        if tries < TRIES && self.caller.back_off(tries) {
            return Ok(Outcome::Conflict);
        }
        Err(Trouble::Unknown(format!("{tries} tries, the last one: {why}"))
            .told(&format!("branch {} cannot be extended", self.name), PERMISSION))
    }

    /// One commit on top of `head`, and the branch moved to it; nothing if the head is another one.
    fn commit(&self, head: &str, addition: &Addition) -> Result<String, Trouble> {
        const MUTATION: &str = "mutation Append($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }";
        let files: Vec<Value> = addition
            .files
            .iter()
            .map(|file| json!({"path": file.path, "contents": STANDARD.encode(&file.bytes)}))
            .collect();
        let (headline, body) = message(addition);
        let input = json!({"input": {
            "branch": {"repositoryNameWithOwner": self.caller.repository, "branchName": self.name},
            "expectedHeadOid": head,
            "message": {"headline": headline, "body": body},
            "fileChanges": {"additions": files},
        }});
        let reply = self.caller.mutate(MUTATION, &input)?;
        oid(&reply, "/data/createCommitOnBranch/commit/oid")
    }

    /// The first commit of the branch, which has no parent: the branch holds the trail and nothing of
    /// the repository's history.
    fn begin(&self, addition: &Addition) -> Result<String, Trouble> {
        let entries =
            addition.files.iter().map(|file| self.tree_entry(file)).collect::<Result<Vec<_>, _>>()?;
        let post = |path: &str, body: Value| self.caller.repeatable(&Method::POST, path, &body);
        // Objects have the names of their contents: creating one twice is creating it once.
        let tree = oid(&post("/git/trees", json!({"tree": entries}))?, "/sha")?;
        let (headline, body) = message(addition);
        let message = format!("{headline}\n\n{body}");
        let commit = json!({"message": message, "tree": tree, "parents": []});
        let commit = oid(&post("/git/commits", commit)?, "/sha")?;
        let reference = json!({"ref": format!("refs/heads/{}", self.name), "sha": commit});
        self.caller.change("/git/refs", &reference)?;
        Ok(commit)
    }

    fn tree_entry(&self, file: &NewFile) -> Result<Value, Trouble> {
        let mut entry = json!({"path": file.path, "mode": "100644", "type": "blob"});
        let (member, value) = match std::str::from_utf8(&file.bytes) {
            Ok(text) => ("content", text.to_owned()),
            Err(_) => {
                let blob = json!({"content": STANDARD.encode(&file.bytes), "encoding": "base64"});
                ("sha", oid(&self.caller.repeatable(&Method::POST, "/git/blobs", &blob)?, "/sha")?)
            }
        };
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(member.into(), value.into());
        }
        Ok(entry)
    }

    /// Holds the new commit to the files that it was asked to have.
    fn read_back(&self, commit: &str, addition: &Addition) -> Result<(), Diagnostic> {
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
        let mut different = None;
        for look in 0..LOOKS {
            let reply = self
                .caller
                .query(&query, &owner_and_name(self.caller))
                .map_err(|trouble| self.unread(trouble))?;
            different = addition.files.iter().enumerate().find_map(|(at, file)| {
                let found = reply.pointer(&format!("/data/repository/f{at}/oid")).and_then(Value::as_str);
                (found != Some(oid_of(&file.bytes, commit.len()).as_str())).then_some(&file.path)
            });
            if different.is_none() || !self.caller.back_off(look) {
                break;
            }
        }
        match different {
            None => Ok(()),
            Some(path) => Err(Code::TrailNotWritten
                .at(path)
                .what(format!("is not in commit {commit} as it was written"))
                .next("look at the branch; run the job again to append once more")),
        }
    }
}

impl TrailFiles for Branch<'_> {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let head = self.head().map_err(|trouble| self.unread(trouble))?;
        let files = match &head {
            None => BTreeMap::new(),
            Some(commit) => objects::list(self.caller, commit)
                .map_err(|trouble| self.unread(trouble))?
                .ok_or_else(|| {
                    Code::TrailNotWritten
                        .at(format!("branch {}", self.name))
                        .what("holds more files than GitHub lists at once (100,000)")
                        .next("begin a new trail: name another audit-branch")
                })?,
        };
        let entry = |path: &&String| path.ends_with("/entry.json") && path.starts_with(ROOT);
        self.fetch(files.iter().filter(|(path, _)| entry(path)).filter_map(|(_, file)| plain(file)))?;
        let listed = files
            .iter()
            .filter(|(path, _)| path.starts_with("audit/") || *path == ROOT || *path == ".gitattributes")
            .map(|(path, file)| Listed { path: path.clone(), kind: file.kind })
            .collect();
        let token = Token(head.clone().unwrap_or_default());
        let mut seen = self.seen.borrow_mut();
        (seen.head, seen.files) = (head, files);
        Ok(Snapshot { token, files: listed })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let absent = || Code::FileUnreadable.at(path).what(format!("is not on branch {}", self.name));
        let oid = self.seen.borrow().files.get(path).map(|file| file.oid.clone()).ok_or_else(absent)?;
        if !self.seen.borrow().contents.contains_key(&oid) {
            // Who asks for one file of a release asks for the others next.
            let files = self.seen.borrow().files.clone();
            let release = path.split('/').take(2).collect::<Vec<_>>().join("/");
            let beside = |path: &str| path.ends_with(".json") && path.starts_with(&format!("{release}/"));
            let wanted = files.iter().filter(|(path, _)| beside(path)).filter_map(|(_, file)| plain(file));
            self.fetch(wanted.chain([oid.as_str()]))?;
        }
        let mut bytes = self.seen.borrow().contents.get(&oid).cloned().ok_or_else(absent)?;
        bytes.truncate(MAX_FILE.saturating_add(1));
        Ok(bytes)
    }
}

impl Port for Branch<'_> {
    fn append(&self, token: &Token, addition: &Addition) -> Result<Outcome, Diagnostic> {
        {
            let seen = self.seen.borrow();
            if seen.head.as_deref().unwrap_or_default() != token.0 {
                return Ok(Outcome::Conflict);
            }
            if let Some(file) = addition.files.iter().find(|file| seen.files.contains_key(&file.path)) {
                return Err(Code::Bug
                    .at(&file.path)
                    .what("is in the trail already and must not be replaced"));
            }
        }
        let made = match token.0.as_str() {
            "" => self.begin(addition),
            head => self.commit(head, addition),
        };
        let commit = match made {
            Ok(commit) => commit,
            Err(Trouble::Stale(why) | Trouble::Unknown(why)) => return self.lost(why),
            // A branch that was deleted since: the next pass begins it anew.
            Err(Trouble::Absent(why)) if !token.0.is_empty() => return self.lost(why),
            Err(trouble) => return Err(self.refused(trouble)),
        };
        self.read_back(&commit, addition)?;
        let mut seen = self.seen.borrow_mut();
        for file in &addition.files {
            let oid = oid_of(&file.bytes, commit.len());
            seen.contents.insert(oid.clone(), file.bytes.clone());
            seen.files.insert(file.path.clone(), Object { oid, kind: FileKind::Plain });
        }
        seen.head = Some(commit);
        Ok(Outcome::Done)
    }

    fn revision(&self) -> Option<String> {
        self.seen.borrow().head.clone()
    }
}

fn plain(file: &Object) -> Option<&str> {
    (file.kind == FileKind::Plain).then_some(file.oid.as_str())
}

/// What `git log` says of an entry. Author and committer are left to GitHub, which then signs.
fn message(addition: &Addition) -> (String, String) {
    let headline = format!("Add entry {}: {}", addition.index, addition.folder);
    let body =
        format!("Appended by evalsig {}. Verify with: evalsig verify audit", env!("CARGO_PKG_VERSION"));
    (headline, body)
}

fn oid(reply: &Value, pointer: &str) -> Result<String, Trouble> {
    let found = reply.pointer(pointer).and_then(Value::as_str).filter(|oid| is_oid(oid));
    // It was done, but what was made cannot be told: look again.
    found.map(str::to_owned).ok_or_else(|| Trouble::Unknown("an answer without the object's name".into()))
}
