//! `gate`: two runs and a plan in; a verdict, its envelope and a link of the chain out.

use super::judge::{Runs, judge};
use super::{Outcome, Output, View, World};
use crate::domain::{Diagnostic, Digest, Plan, ReleaseId};
use crate::envelope;
use crate::envelope::judged::{Circumstances, Judged};
use crate::envelope::v1::{self, FileRef};
use crate::present::{json, markdown, terminal};
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
    /// Into the trail under `root`/audit.
    Trail {
        /// The folder that holds `audit/`.
        root: String,
        /// The release decided.
        release: ReleaseId,
    },
}

/// Where the envelope went.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// Nowhere.
    Nowhere,
    /// Into this file.
    File(FileRef),
    /// Into a trail, where it may have stood already.
    Trail(Appended),
}

impl Kept {
    /// The envelope's path from the current directory, and its SHA-256.
    #[must_use]
    pub fn file(&self, keep: &Keep) -> Option<(String, String)> {
        match (self, keep) {
            (Self::Nowhere, _) => None,
            (Self::File(file), _) => Some((file.path.clone(), file.sha256.clone())),
            (Self::Trail(appended), Keep::Trail { root, .. }) if root != "." => {
                let at = appended.receipt();
                Some((format!("{}/{}", root.trim_end_matches('/'), at.path), at.sha256.to_string()))
            }
            (Self::Trail(appended), _) => {
                Some((appended.receipt().path.clone(), appended.receipt().sha256.to_string()))
            }
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
/// Those of [`judge`], and those of the file or trail that should keep the envelope.
pub fn gate(
    request: &GateRequest,
    run: Option<(v1::Source, v1::Run)>,
    image_digest: Option<String>,
    world: &World<'_>,
) -> Result<Gated, Diagnostic> {
    let judged = judge(&request.runs, &request.plan, world.files)?;
    let (source, run) = run.unzip();
    let circumstances = Circumstances {
        decided_at: world.clock.now(),
        clock: world.clock.source(),
        source,
        run,
        image_digest,
    };
    let kept = match &request.keep {
        Keep::Nowhere => Kept::Nowhere,
        Keep::File(path) => {
            let bytes = envelope::to_bytes(&judged.envelope(None, &circumstances))?;
            world.files.write(path, &bytes)?;
            Kept::File(FileRef { path: path.clone(), sha256: Digest::of(&bytes).to_string() })
        }
        Keep::Trail { root, release } => Kept::Trail(append(&judged, root, release, &circumstances, world)?),
    };
    Ok(Gated { judged, kept })
}

fn append(
    judged: &Judged,
    root: &str,
    release: &ReleaseId,
    circumstances: &Circumstances,
    world: &World<'_>,
) -> Result<Appended, Diagnostic> {
    let render = |attempt, supersedes| {
        envelope::to_bytes(&judged.envelope(Some((release.as_str(), attempt, supersedes)), circumstances))
    };
    let fingerprint = envelope::read(&render(1, None)?)?.fingerprint;
    let port = world.trails.open(root);
    trail::append(
        &*port,
        release,
        &fingerprint,
        &mut |place| render(place.attempt, place.supersedes.clone()),
        &circumstances.decided_at,
    )
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
    let stderr = if view.quiet { String::new() } else { terminal::kept(&where_kept(&gated.kept)) };
    Ok(Outcome { stdout, stderr, exit: gated.judged.report.exit_code })
}

pub(super) fn trail_line(kept: &Kept) -> Option<json::TrailLine> {
    let Kept::Trail(appended) = kept else { return None };
    let at = appended.receipt();
    Some(json::TrailLine {
        path: at.path.clone(),
        sha256: at.sha256.to_string(),
        entry_index: at.index,
        entry_sha256: at.entry_sha256.to_string(),
    })
}

pub(super) fn where_kept(kept: &Kept) -> String {
    match kept {
        Kept::Nowhere => {
            "no envelope was kept: name a release with --release-id, or a file with --envelope".into()
        }
        Kept::File(file) => format!("envelope written to {} (sha256 {})", file.path, file.sha256),
        Kept::Trail(Appended::Exists(at)) => format!(
            "the same inputs were decided under the same plan before; nothing was written: {} (sha256 {}, entry {})",
            at.path, at.sha256, at.index
        ),
        Kept::Trail(Appended::Written(at)) => {
            format!(
                "envelope appended: {} (sha256 {}, entry {} {})",
                at.path, at.sha256, at.index, at.entry_sha256
            )
        }
    }
}
