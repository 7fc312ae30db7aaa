//! `action`: what the container runs. The same gate, told to GitHub: a check on the commit, the trail
//! on its branch, outputs, step summary, notices and an exit code.

mod access;
mod told;

use super::World;
use super::gate::Gated;
use super::judge::judge;
use super::keep::{Decision, Keep, Stamping, StoreAt, keep, trail_line, where_kept};
use super::origin::Origin;
use super::runs::{Loaded, Runs};
use crate::domain::{Diagnostic, Exit, Plan, ReleaseId};
use crate::envelope::judged::Circumstances;
use crate::present::check;
use crate::present::{json, runner};
use access::Access;

pub use told::{ACTION_OUTPUTS, Told, failed};

/// What the action is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference.
    pub plan: Plan,
    /// The release to be decided, if any.
    pub release: Option<ReleaseId>,
    /// Where both runs go, and where `store:` names are looked up.
    pub store: Option<StoreAt>,
    /// Who is asked to stamp the entry.
    pub stamping: Option<Stamping>,
    /// A folder for the trail, instead of the branch.
    pub audit_root: Option<String>,
    /// The branch for the trail.
    pub audit_branch: String,
    /// What a trail that cannot be written does.
    pub audit: Audit,
    /// What a verdict other than ALLOW does to the job.
    pub mode: Mode,
    /// Name of the check; `None` names it after the task.
    pub check_name: Option<String>,
    /// A file that gets the JSON result.
    pub report_json: Option<String>,
}

/// What a trail that cannot be written does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audit {
    /// Fails the job: no evidence, no release.
    Required,
    /// Is said in a warning; the verdict stands.
    BestEffort,
    /// No trail is written at all.
    Off,
}

/// What a verdict other than ALLOW does to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Fails it.
    Enforce,
    /// Nothing; errors still fail it.
    Advisory,
}

/// Where the step runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What the job is about.
    pub origin: Origin,
    /// The image, where it is known.
    pub image_digest: Option<String>,
    /// Address of the server's web pages, such as `https://github.com`.
    pub server: Option<String>,
    /// A text that nobody could foresee, for the delimiter of the outputs.
    pub nonce: String,
}

/// Where an envelope goes that later steps should find outside any trail.
const LOOSE_ENVELOPE: &str = "evalsig-envelope.json";

/// Runs the gate and tells GitHub, also of failures: a failed action still has a completed check,
/// outputs, a summary and an exit code of its own.
///
/// The check is completed last, when the trail holds the envelope or has refused it.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn action(request: &ActionRequest, step: &Step, world: &World<'_>) -> Result<Told, Diagnostic> {
    // Read first: an unnamed check is called after the task. Nothing was promised to anybody yet.
    let now = world.clock.now();
    let runs = Loaded::find(&request.runs, &request.plan, request.store.as_ref(), &now, world);
    let access = match Access::gain(request, step, runs.as_ref().ok(), world) {
        Ok(access) => access,
        Err(error) => return failed(&error, &step.nonce),
    };
    let mut log = access.notices.clone();
    let decided = runs.and_then(|runs| decide(&runs, request, step, &access, now, &mut log, world));
    let mut told = match &decided {
        Ok(gated) => told::verdict(gated, request, &access, log),
        Err(error) => told::failure(error, &access, log),
    };
    if let (Some(path), Ok(gated)) = (&request.report_json, &decided) {
        let written = json::gate(gated.judged.clone(), trail_line(&gated.kept), gated.kept.stored.clone())
            .and_then(|text| world.files.write(path, text.as_bytes()));
        told.unless_failed(written);
    }
    if let Some(checks) = world.checks.filter(|_| access.check_url.is_some()) {
        let links = told::links(step, decided.as_ref().ok());
        let page = match &decided {
            Ok(gated) => {
                let envelope = gated.kept.file().map(|(_, bytes)| bytes);
                check::verdict(
                    &gated.judged,
                    gated.kept.attempt(),
                    &where_kept(&gated.kept),
                    &links,
                    envelope,
                )
            }
            Err(error) => check::failure(error, &links, run_file(error, &request.runs)),
        };
        let closed = checks.close(told.conclusion, &page);
        told.unless_failed(closed);
    }
    told.finish(&step.nonce)
}

/// Judges, and keeps the envelope; under `audit: best-effort` in a file if the trail refuses.
fn decide(
    runs: &Loaded,
    request: &ActionRequest,
    step: &Step,
    access: &Access,
    now: String,
    log: &mut Vec<String>,
    world: &World<'_>,
) -> Result<Gated, Diagnostic> {
    let judged = judge(runs, &request.plan)?;
    let circumstances = Circumstances {
        decided_at: now,
        clock: world.clock.source(),
        source: Some(step.origin.source.clone()),
        run: Some(step.origin.run.clone()),
        image_digest: step.image_digest.clone(),
        store: None,
        time_stamp: None,
    };
    let decision =
        || Decision { runs, plan: &request.plan, judged: &judged, circumstances: circumstances.clone() };
    // Whoever may not post a check may not write history either.
    let store = request.store.as_ref().filter(|_| access.may_write);
    let kept = match keep(decision(), &access.keep, store, world) {
        Err(error) if request.audit == Audit::BestEffort && error.code.exit() >= Exit::CannotCreate => {
            log.push(runner::warning("Evidence not written", &error.to_string()));
            keep(decision(), &Keep::File(LOOSE_ENVELOPE.into()), None, world)?
        }
        other => other?,
    };
    log.extend(kept.unstamped().map(|why| runner::warning("No time stamp", why)));
    Ok(Gated { judged, kept })
}

/// The run file that an error is about: a reviewer finds it marked in the pull request.
fn run_file<'a>(error: &Diagnostic, runs: &'a Runs) -> Option<&'a str> {
    let about = |path: &str| {
        error.place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    [&runs.candidate, &runs.baseline].into_iter().find(|path| about(path)).map(String::as_str)
}
