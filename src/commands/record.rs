//! Appending a document to a trail: what decisions, plans and waivers have in common, and the appending of plans
//! and waivers.

use super::World;
use super::targets::{TimeStampPolicy, TrailTarget};
use crate::domain::{Code, Diagnostic, ReleaseId};
use crate::report::evidence::EvidenceView;
use crate::trail::{self, Appended, EntryKind, EntryLocation, NewDocument, Port};

/// Asks an authority for the time stamp of an entry, under a policy. Without one nothing is asked.
pub(super) struct Stamping<'a> {
    policy: Option<&'a TimeStampPolicy>,
    world: &'a World<'a>,
    /// Why there is no time stamp although one was asked for.
    pub(super) failed: Option<String>,
}

impl<'a> Stamping<'a> {
    pub(super) fn new(policy: Option<&'a TimeStampPolicy>, world: &'a World<'a>) -> Self {
        Self { policy, world, failed: None }
    }

    /// The authority's answer about the bytes of an entry.
    pub(super) fn ask(&mut self, entry: &[u8]) -> Result<Option<Vec<u8>>, Diagnostic> {
        let Some(asked) = self.policy else { return Ok(None) };
        // After a lost race only the last answer counts.
        self.failed = None;
        match self.world.time_stamps.ask(&asked.url, entry) {
            Err(error) if !asked.required => {
                self.failed = Some(error.to_string());
                Ok(None)
            }
            answer => answer.map(Some),
        }
    }

    /// Where a time stamp is required, one lies beside what was recorded before, too.
    pub(super) fn holds(&self, appended: &Appended) -> Result<(), Diagnostic> {
        match (appended, self.policy) {
            (Appended::Exists(at), Some(TimeStampPolicy { required: true, .. })) if !at.stamped => {
                Err(Code::TrailNotWritten
                    .at(&at.path)
                    .what("was recorded before without a time stamp, and one is required now")
                    .next("use another release id, or --timestamp best-effort"))
            }
            _ => Ok(()),
        }
    }
}

/// Where a file of a trail can be read from the current directory: in the folder of the trail, or as a copy of
/// these bytes where the trail is on a branch. With the branch and the commit that hold it.
pub(super) fn within_reach(
    trail: &TrailTarget,
    in_trail: &str,
    bytes: &[u8],
    port: &dyn Port,
    world: &World<'_>,
) -> Result<(String, Option<(String, String)>), Diagnostic> {
    Ok(match trail {
        TrailTarget::Folder(root) if root == "." => (in_trail.to_owned(), None),
        TrailTarget::Folder(root) => (format!("{}/{in_trail}", root.trim_end_matches('/')), None),
        TrailTarget::Branch { name, copy } => {
            world.files.write(copy, bytes)?;
            (copy.clone(), port.revision().map(|commit| (name.clone(), commit)))
        }
    })
}

/// Where a plan or a waiver goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentTarget {
    /// The trail.
    pub trail: TrailTarget,
    /// The release.
    pub release: ReleaseId,
    /// Who is asked to stamp the entry.
    pub time_stamp: Option<TimeStampPolicy>,
}

/// A plan or a waiver in its trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDocument {
    /// Its place.
    pub appended: Appended,
    /// Its bytes as they stand there.
    pub bytes: Vec<u8>,
    /// A file with these bytes, from the current directory.
    pub path: String,
    /// The branch and the commit that hold it, where the trail is on a branch.
    pub commit: Option<(String, String)>,
    /// Why the authority that was asked gave no time stamp.
    pub unstamped: Option<String>,
}

/// Appends a plan or a waiver, unless it stands there already.
///
/// # Errors
/// Those of [`trail::append_document`] and of the place.
pub fn record(
    kind: EntryKind,
    target: &DocumentTarget,
    bytes: &[u8],
    written_at: &str,
    world: &World<'_>,
) -> Result<RecordedDocument, Diagnostic> {
    let port = world.trails.open(&target.trail)?;
    let mut stamping = Stamping::new(target.time_stamp.as_ref(), world);
    let mut draft = NewDocument {
        release: &target.release,
        kind,
        bytes,
        stamp: &mut |entry| stamping.ask(entry),
        written_at,
    };
    let appended = trail::append_document(&*port, &mut draft)?;
    stamping.holds(&appended)?;
    // Read back rather than remembered: what is shown is what the trail holds.
    let in_trail = &appended.location().path;
    let bytes = port.read(in_trail)?;
    let (path, commit) = within_reach(&target.trail, in_trail, &bytes, &*port, world)?;
    Ok(RecordedDocument { bytes, path, commit, unstamped: stamping.failed, appended })
}

impl RecordedDocument {
    /// Where it stands, for people.
    #[must_use]
    pub fn view(&self) -> EvidenceView {
        let facts = entry_facts(self.appended.location(), self.unstamped.as_ref(), self.commit.as_ref());
        let said = match self.appended {
            Appended::Exists(_) => "recorded before, so nothing was written",
            Appended::Written(_) => "appended to the trail",
        };
        EvidenceView { said, facts }
    }
}

/// Where an entry and what it stands for are, and who stamped it, for people. `commit`: the branch and the commit that
/// hold it.
pub(super) fn entry_facts(
    at: &EntryLocation,
    unstamped: Option<&String>,
    commit: Option<&(String, String)>,
) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("", at.path.clone()),
        ("sha256 ", at.sha256.to_string()),
        ("entry ", at.index.to_string()),
        ("entry sha256 ", at.entry_sha256.to_string()),
    ];
    facts.extend(at.stamp().map(|path| ("time stamp ", path)));
    facts.extend(unstamped.map(|why| ("no time stamp: ", why.clone())));
    if let Some((branch, commit)) = commit {
        facts.push(("branch ", branch.clone()));
        facts.push(("commit ", commit.clone()));
    }
    facts
}
