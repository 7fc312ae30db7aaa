//! The commits that led to a trail in git: each may add files, and none may change or remove one.

use super::finding::{Finding, FindingKind};
use super::layout::{PathRole, path_role};

/// The commits that led to a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHistory {
    /// Id of the newest commit.
    pub commit: String,
    /// How that commit was named: a branch, a tag, `HEAD`.
    pub name: String,
    /// The files were read from that commit, not from a folder.
    pub is_source: bool,
    /// Older commits are missing, as in a shallow clone.
    pub cut: bool,
    /// What commits did to files that were there already, oldest first.
    pub changes: Vec<FileChange>,
}

/// What a commit did to a file that was in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Id of the commit.
    pub commit: String,
    /// Path from the folder that holds `audit/`.
    pub path: String,
    /// Mode and object in the parent.
    pub before: String,
    /// Mode and object in the commit; none where it removed the file.
    pub after: Option<String>,
}

impl FileHistory {
    /// Leaves out changes outside the trail, and adds a finding for each of the others.
    pub(super) fn check(&mut self, findings: &mut Vec<Finding>) {
        self.changes.retain(|change| path_role(&change.path) != PathRole::Staging);
        findings.extend(self.changes.iter().map(|change| {
            let (kind, found) = match &change.after {
                Some(after) => (FindingKind::HistoryChanged, format!("{after} in commit {}", change.commit)),
                None => (FindingKind::HistoryRemoved, format!("removed by commit {}", change.commit)),
            };
            Finding::broken(kind, &change.path).expected(&change.before).found(found)
        }));
        if self.cut {
            let finding = Finding::undecided(FindingKind::HistoryCut, "");
            findings.push(finding.expected("every commit since the first").found("a shallow clone"));
        }
    }

    /// No commit ever changed or removed a file of the trail.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.changes.is_empty() && !self.cut
    }
}
