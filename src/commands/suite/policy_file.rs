//! The policy file: where it was read from, what it says, and what flags tightened.

use crate::commands::World;
use crate::commands::revisions::Revision;
use crate::domain::policy::Policy;
use crate::domain::{Code, Diagnostic, Digest};
use crate::envelope::v2;
use crate::policy::{self, Tightening};

/// The file of waivers, in the folder of the policy.
pub(super) const WAIVERS: &str = "evalsig-waivers.yml";

/// Where the policy file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// On disk.
    Disk(String),
    /// In a commit of the repository.
    Commit {
        /// Path from the top of the repository.
        path: String,
        /// What leads to the commit.
        revision: Revision,
    },
}

/// A policy that was read.
pub struct LoadedPolicy {
    /// What it says, as tightened.
    pub(super) rules: Policy,
    /// As the envelope records it.
    pub(super) written: v2::Policy,
    /// The commit that it was read from.
    pub(super) at: Option<PolicyCommit>,
}

/// The commit that a policy was read from.
pub(super) struct PolicyCommit {
    /// The branch, tag or commit that led to it.
    pub(super) revision: String,
    /// Its id.
    pub(super) commit: String,
}

/// A file beside the policy.
pub(super) struct FileBeside {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) sha256: Digest,
}

impl PolicySource {
    fn path(&self) -> &str {
        match self {
            Self::Disk(path) | Self::Commit { path, .. } => path,
        }
    }
}

impl LoadedPolicy {
    /// Reads the policy.
    ///
    /// # Errors
    /// `bad-policy` where it is none; `file-unreadable`; those of reading the commit.
    pub(super) fn read(source: &PolicySource, world: &World<'_>) -> Result<Self, Diagnostic> {
        let at = match source {
            PolicySource::Disk(_) => None,
            PolicySource::Commit { revision, .. } => {
                let revisions = world.revisions.ok_or_else(|| no_repository(source))?;
                Some(PolicyCommit { revision: revision.to_string(), commit: revisions.resolve(revision)? })
            }
        };
        let bytes =
            read_at(source.path(), at.as_ref(), world)?.ok_or_else(|| no_policy(source, at.as_ref()))?;
        let text = utf8(source.path(), &bytes)?;
        let rules = policy::parse(&text, source.path())?;
        let written = v2::Policy {
            path: source.path().to_owned(),
            source_ref: at.as_ref().map(|at| at.revision.clone()),
            commit: at.as_ref().map(|at| at.commit.clone()),
            sha256: Digest::of(&bytes).to_string(),
            text,
            tightened: Vec::new(),
            overridden: Vec::new(),
            proposed_changes: Vec::new(),
            locked_plan: None,
        };
        Ok(Self { rules, written, at })
    }

    /// The same policy, tightened by what was said beside it.
    ///
    /// # Errors
    /// Those of [`policy::tighten`].
    pub(super) fn tightened(mut self, by: &Tightening) -> Result<Self, Diagnostic> {
        self.written.overridden = policy::tighten(&mut self.rules, by)?;
        self.written.tightened = policy::recorded(by);
        Ok(self)
    }

    /// What it says, as tightened.
    #[must_use]
    pub fn rules(&self) -> &Policy {
        &self.rules
    }

    /// SHA-256 of its bytes.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.written.sha256
    }

    /// The bytes of the file at this path in another commit; `None` where there is none.
    ///
    /// # Errors
    /// Those of reading the commit.
    pub fn at(&self, revision: &Revision, world: &World<'_>) -> Result<Option<Vec<u8>>, Diagnostic> {
        let Some(revisions) = world.revisions else { return Ok(None) };
        revisions.read(&revisions.resolve(revision)?, &self.written.path)
    }

    /// Notes what the commit `head` would make of the policy and of its waivers. The judgement does not depend on it,
    /// so what cannot be read is said, and is no error.
    pub fn propose(&mut self, head: Option<&str>, world: &World<'_>) {
        let (Some(head), Some(revisions), Some(at)) = (head, world.revisions, &self.at) else { return };
        let waivers = self.path_beside(WAIVERS);
        let read = |commit: &str, path: &str| revisions.read(commit, path);
        let mut changes = match read(head, &self.written.path) {
            Ok(Some(bytes)) if Digest::of(&bytes).to_string() == self.written.sha256 => Vec::new(),
            Ok(Some(bytes)) => self.changes(&bytes),
            Ok(None) => vec![format!("it removes {}", self.written.path)],
            Err(error) => vec![format!("whether it alters the policy could not be read: {error}")],
        };
        match (read(&at.commit, &waivers), read(head, &waivers)) {
            (Ok(before), Ok(after)) if before != after => {
                changes.push(format!("it alters {waivers}, and waivers count from the target branch only"));
            }
            (Ok(_), Ok(_)) => {}
            (Err(error), _) | (_, Err(error)) => {
                changes.push(format!("whether it alters {waivers} could not be read: {error}"));
            }
        }
        self.written.proposed_changes = changes;
    }

    /// What another text of the policy would change, in words.
    fn changes(&self, bytes: &[u8]) -> Vec<String> {
        let text = match utf8(&self.written.path, bytes) {
            Ok(text) => text,
            Err(error) => return vec![format!("it makes the policy unreadable: {error}")],
        };
        let before = policy::parse(&self.written.text, &self.written.path);
        match (before, policy::parse(&text, &self.written.path)) {
            (Ok(before), Ok(after)) => {
                let changes = policy::difference(&before, &after);
                if changes.is_empty() {
                    return vec!["it alters the text of the policy, and nothing that it means".into()];
                }
                changes.iter().map(|change| format!("{}: {}", change.effect, change.words)).collect()
            }
            (_, Err(error)) | (Err(error), _) => {
                vec![format!("it makes the policy one that is refused: {error}")]
            }
        }
    }

    fn path_beside(&self, name: &str) -> String {
        match self.written.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}"),
            None => name.to_owned(),
        }
    }

    /// The file of this name beside the policy, at the same commit; `None` where there is none.
    pub(super) fn beside(&self, name: &str, world: &World<'_>) -> Result<Option<FileBeside>, Diagnostic> {
        let path = self.path_beside(name);
        let Some(bytes) = read_at(&path, self.at.as_ref(), world)? else { return Ok(None) };
        let (text, sha256) = (utf8(&path, &bytes)?, Digest::of(&bytes));
        Ok(Some(FileBeside { path, text, sha256 }))
    }
}

/// A file at the commit, or on disk where there is none.
fn read_at(path: &str, at: Option<&PolicyCommit>, world: &World<'_>) -> Result<Option<Vec<u8>>, Diagnostic> {
    match (at, world.revisions) {
        (Some(at), Some(revisions)) => revisions.read(&at.commit, path),
        (Some(_), None) => Ok(None),
        (None, _) => world.files.current(path),
    }
}

fn utf8(path: &str, bytes: &[u8]) -> Result<String, Diagnostic> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| Code::BadPolicy.at(path).what(format!("is not UTF-8 text: {error}")))
}

fn no_policy(source: &PolicySource, at: Option<&PolicyCommit>) -> Diagnostic {
    let whence = at.map_or(String::new(), |at| format!(" at {} (commit {})", at.revision, at.commit));
    Code::BadPolicy
        .at(source.path())
        .what(format!("is not there{whence}"))
        .next("write one with `evalsig policy init RUN...` and merge it, or name another file")
}

fn no_repository(source: &PolicySource) -> Diagnostic {
    Code::BadUsage
        .at(source.path())
        .what("is to be read at a commit, and there is no git repository to read it from")
        .next("run in a checkout, or give the action a token")
}
