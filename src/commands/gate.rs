//! `gate`: two runs and a plan in; a verdict, its envelope and a link of the chain out.

use super::judge::judge;
use super::runs::{Loaded, Runs};
use super::{Outcome, Output, View, World};
use crate::domain::{Diagnostic, Digest, Plan, ReleaseId};
use crate::envelope;
use crate::envelope::judged::{Circumstances, Judged};
use crate::present::{self, json, markdown, terminal};
use crate::trail::{self, Appended};

/// What `gate` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference.
    pub plan: Plan,
    /// Where the envelope goes.
    pub keep: Keep,
}

/// Where the envelope goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nowhere: the verdict is all that is wanted.
    Nowhere,
    /// Into a file outside any trail.
    File(String),
    /// Into a trail.
    Trail {
        /// Which one.
        place: Place,
        /// The release decided.
        release: ReleaseId,
    },
}

/// Which trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one under `audit/` of this folder.
    Folder(String),
    /// The one under `audit/` of a branch on GitHub.
    Branch {
        /// The branch.
        name: String,
        /// A file that gets the envelope's bytes too: later steps cannot reach into the branch.
        copy: String,
    },
}

/// Where the envelope went.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// Nowhere.
    Nowhere,
    /// Into this file.
    File {
        /// Its path.
        path: String,
        /// The envelope as it was written.
        bytes: Vec<u8>,
    },
    /// Into a trail, where it may have stood already.
    Trail {
        /// Its place in the trail.
        appended: Appended,
        /// The envelope as it stands there.
        bytes: Vec<u8>,
        /// A file with these bytes, from the current directory.
        path: String,
        /// The branch and the commit that hold it, where the trail is on a branch.
        commit: Option<(String, String)>,
    },
}

impl Kept {
    /// The file that later steps can read, and the envelope's bytes.
    #[must_use]
    pub fn file(&self) -> Option<(&str, &[u8])> {
        match self {
            Self::Nowhere => None,
            Self::File { path, bytes } | Self::Trail { path, bytes, .. } => Some((path, bytes)),
        }
    }
}

/// A verdict and where its envelope went.
#[derive(Clone, Debug, PartialEq)]
pub struct Gated {
    /// The judgement.
    pub judged: Judged,
    /// Its place.
    pub kept: Kept,
}

/// Decides, then keeps the envelope. Nothing is written when the runs cannot be judged.
///
/// # Errors
/// Those of [`Loaded::read`], [`judge`] and [`keep`].
pub fn gate(request: &GateRequest, world: &World<'_>) -> Result<Gated, Diagnostic> {
    let runs = Loaded::read(&request.runs, &request.plan, world.files)?;
    let judged = judge(&runs, &request.plan)?;
    let circumstances = Circumstances {
        decided_at: world.clock.now(),
        clock: world.clock.source(),
        source: None,
        run: None,
        image_digest: None,
    };
    let kept = keep(&judged, &request.keep, &circumstances, world)?;
    Ok(Gated { judged, kept })
}

/// Puts the envelope where it belongs.
///
/// # Errors
/// Those of the file or the trail; then nothing was kept.
pub fn keep(
    judged: &Judged,
    keep: &Keep,
    circumstances: &Circumstances,
    world: &World<'_>,
) -> Result<Kept, Diagnostic> {
    match keep {
        Keep::Nowhere => Ok(Kept::Nowhere),
        Keep::File(path) => {
            let bytes = envelope::to_bytes(&judged.envelope(None, circumstances))?;
            world.files.write(path, &bytes)?;
            Ok(Kept::File { path: path.clone(), bytes })
        }
        Keep::Trail { place, release } => append(judged, place, release, circumstances, world),
    }
}

fn append(
    judged: &Judged,
    place: &Place,
    release: &ReleaseId,
    circumstances: &Circumstances,
    world: &World<'_>,
) -> Result<Kept, Diagnostic> {
    let render = |attempt, supersedes| {
        envelope::to_bytes(&judged.envelope(Some((release.as_str(), attempt, supersedes)), circumstances))
    };
    let fingerprint = envelope::read(&render(1, None)?)?.fingerprint;
    let port = world.trails.open(place)?;
    let appended = trail::append(
        &*port,
        release,
        &fingerprint,
        &mut |place| render(place.attempt, place.supersedes.clone()),
        &circumstances.decided_at,
    )?;
    // Read back rather than remembered: what is shown and attached is what the trail holds.
    let in_trail = &appended.receipt().path;
    let bytes = port.read(in_trail)?;
    let (path, commit) = match place {
        Place::Folder(root) if root == "." => (in_trail.clone(), None),
        Place::Folder(root) => (format!("{}/{in_trail}", root.trim_end_matches('/')), None),
        Place::Branch { name, copy } => {
            world.files.write(copy, &bytes)?;
            (copy.clone(), port.revision().map(|commit| (name.clone(), commit)))
        }
    };
    Ok(Kept::Trail { appended, bytes, path, commit })
}

/// Tells the outcome of a gate as `view` wants it.
///
/// # Errors
/// Those of writing the JSON file that was asked for.
pub fn tell(gated: &Gated, view: &View, world: &World<'_>) -> Result<Outcome, Diagnostic> {
    let object = json::gate(gated.judged.clone(), trail_line(&gated.kept))?;
    if let Some(path) = &view.json {
        world.files.write(path, object.as_bytes())?;
    }
    let stdout = match view.output {
        Output::Tty => terminal::gate(&gated.judged, view.colour),
        Output::Json => object,
        Output::Markdown => markdown::gate(&gated.judged),
    };
    let stderr = if view.quiet { String::new() } else { format!("{}\n", where_kept(&gated.kept).line()) };
    Ok(Outcome { stdout, stderr, exit: gated.judged.report.exit_code })
}

/// Where the trail holds the envelope, for the JSON result.
pub(super) fn trail_line(kept: &Kept) -> Option<json::TrailLine> {
    let Kept::Trail { appended, .. } = kept else { return None };
    let at = appended.receipt();
    Some(json::TrailLine {
        path: at.path.clone(),
        sha256: at.sha256.to_string(),
        entry_index: at.index,
        entry_sha256: at.entry_sha256.to_string(),
    })
}

/// Where the envelope went, for people.
pub(super) fn where_kept(kept: &Kept) -> present::kept::Kept {
    let (appended, commit) = match kept {
        Kept::Nowhere => {
            return present::kept::Kept {
                said: "no envelope was kept: name a release with --release-id, or a file with --envelope",
                facts: Vec::new(),
            };
        }
        Kept::File { path, bytes } => {
            return present::kept::Kept {
                said: "written to a file outside any trail",
                facts: vec![("", path.clone()), ("sha256 ", Digest::of(bytes).to_string())],
            };
        }
        Kept::Trail { appended, commit, .. } => (appended, commit),
    };
    let at = appended.receipt();
    let mut facts = vec![
        ("", at.path.clone()),
        ("sha256 ", at.sha256.to_string()),
        ("entry ", at.index.to_string()),
        ("entry sha256 ", at.entry_sha256.to_string()),
    ];
    if let Some((branch, commit)) = commit {
        facts.push(("branch ", branch.clone()));
        facts.push(("commit ", commit.clone()));
    }
    let said = match appended {
        Appended::Exists(_) => {
            "the same inputs were decided under the same plan before, so nothing was written"
        }
        Appended::Written(_) => "envelope appended to the trail",
    };
    present::kept::Kept { said, facts }
}
