//! The past of a trail, where the place that holds it keeps one: in git, every commit may add files
//! and none may touch those that are there.

use super::finding::{Finding, Kind};
use super::layout::{Place, place};

/// The commits that led to a trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Id of the newest commit.
    pub commit: String,
    /// How that commit was named: a branch, a tag, `HEAD`.
    pub name: String,
    /// The files were read from that commit, not from a folder.
    pub is_source: bool,
    /// Older commits are missing, as in a shallow clone.
    pub cut: bool,
    /// What commits did to files that were there already, oldest first.
    pub changes: Vec<Change>,
}

/// What a commit did to a file that was in its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Id of the commit.
    pub commit: String,
    /// Path from the folder that holds `audit/`.
    pub path: String,
    /// Mode and object in the parent.
    pub before: String,
    /// Mode and object in the commit; none where it removed the file.
    pub after: Option<String>,
}

impl History {
    /// Leaves out what is not part of the trail and says what speaks against the rest.
    pub(super) fn check(&mut self, findings: &mut Vec<Finding>) {
        self.changes.retain(|change| place(&change.path) != Place::Staging);
        findings.extend(self.changes.iter().map(|change| {
            let (kind, found) = match &change.after {
                Some(after) => (Kind::HistoryChanged, format!("{after} in commit {}", change.commit)),
                None => (Kind::HistoryRemoved, format!("removed by commit {}", change.commit)),
            };
            Finding::broken(kind, &change.path).expected(&change.before).found(found)
        }));
        if self.cut {
            let finding = Finding::undecided(Kind::HistoryCut, "");
            findings.push(finding.expected("every commit since the first").found("a shallow clone"));
        }
    }

    /// No commit ever changed or removed a file of the trail.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.changes.is_empty() && !self.cut
    }
}
