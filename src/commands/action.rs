//! `action`: what the container runs. The same gate, told to GitHub: a check on the commit, the trail
//! on its branch, outputs, step summary, notices and an exit code.

mod access;
mod request;
mod step_output;
mod threat;

use super::World;
use super::decide::Decision;
use super::origin::Step;
use super::persist::{PersistedDecision, persist};
use super::runs::{LoadedRuns, RunInputs};
use super::targets::EnvelopeTarget;
use crate::domain::{Code, Diagnostic, Exit};
use crate::present::check;
use crate::present::runner;
use access::Access;
use request::LOOSE_ENVELOPE;

pub use request::{ActionRequest, Audit, Mode};
pub use step_output::{ACTION_OUTPUTS, StepOutput, failed};

/// Runs the gate and tells GitHub, also of failures: a failed action still has a completed check,
/// outputs, a summary and an exit code of its own.
///
/// The check is completed last, when the trail holds the envelope or has refused it.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn action(request: &ActionRequest, step: &Step, world: &World<'_>) -> Result<StepOutput, Diagnostic> {
    if let Err(error) = threat::refuse(request, &step.origin) {
        return refused(&error, request.check_name.as_deref(), step, world);
    }
    // Read first: an unnamed check is called after the task. Nothing was promised to anybody yet.
    let now = world.clock.now();
    let runs = request.decision.load(&now, world);
    let access = match Access::gain(request, step, runs.as_ref().ok(), world) {
        Ok(access) => access,
        Err(error) => return failed(&error, None, &step.nonce),
    };
    let wanted = access::wanted_name(request.check_name.as_deref(), runs.as_ref().ok().map(LoadedRuns::task));
    let mut log = access.notices.clone();
    let result = match access.refusal(&wanted) {
        Some(error) => Err(error),
        None => runs.and_then(|runs| decide(&runs, request, step, &access, now, &mut log, world)),
    };
    let mut output = match &result {
        Ok(decided) => step_output::verdict(decided, request, &access, log),
        Err(error) => step_output::failure(error, &access, log),
    };
    if let (Some(path), Ok(decided)) = (&request.report_json, &result) {
        output.unless_failed(decided.json(Some(path), world).map(drop));
    }
    if let Some((checks, open)) = world.checks.zip(access.check.as_ref()) {
        let links = step_output::links(step, result.as_ref().ok(), &access);
        let page = match &result {
            Ok(PersistedDecision { record, evidence }) => {
                let envelope = evidence.file().map(|(_, bytes)| bytes);
                check::verdict(record, evidence.attempt(), &evidence.view(), &links, envelope)
            }
            Err(error) => check::failure(error, &links, run_file(error, &request.decision.runs)),
        };
        let closed = checks.close(output.conclusion, &page);
        if let Ok(Some(name)) = closed.as_ref().map(|name| name.as_ref().filter(|name| **name != open.name)) {
            output.say(access::moved(&open.name, name));
        }
        output.unless_failed(closed.map(drop));
    }
    output.finish(&step.nonce)
}

/// Tells GitHub of a failure that came before any run was read: inputs or an event that cannot be used. The
/// check is completed as a failure where the token may, so that a required one does not wait for ever.
/// `check_name` is its name, where one is set.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn refused(
    error: &Diagnostic,
    check_name: Option<&str>,
    step: &Step,
    world: &World<'_>,
) -> Result<StepOutput, Diagnostic> {
    let Some(checks) = world.checks else { return failed(error, None, &step.nonce) };
    let wanted = access::wanted_name(check_name, None);
    let mut access = Access::none();
    match access::open(checks, &wanted, None, step, None) {
        Ok(opened) => access.check = Some(opened),
        Err(why) if why.code == Code::PermissionRefused => {
            access.notices.push(runner::notice("Read-only mode", &access::read_only(&why, step)));
        }
        Err(why) => access.notices.push(runner::warning("No check posted", &why.to_string())),
    }
    let mut output = step_output::failure(error, &access, access.notices.clone());
    if access.check.is_some() {
        let page = check::failure(error, &step_output::links(step, None, &access), None);
        output.unless_failed(checks.close(output.conclusion, &page).map(drop));
    }
    output.finish(&step.nonce)
}

/// Decides, and persists the envelope; under `audit: best-effort` in a file if the trail refuses.
fn decide(
    runs: &LoadedRuns,
    request: &ActionRequest,
    step: &Step,
    access: &Access,
    now: String,
    log: &mut Vec<String>,
    world: &World<'_>,
) -> Result<PersistedDecision, Diagnostic> {
    let decision = Decision::make(runs, &request.decision.plan, Some(step), now, world)?;
    // Whoever may not post a check may not write history either, and a stranger's runs become nobody's.
    let store = request.decision.store.as_ref().filter(|_| access.may_store);
    let evidence = match persist(&decision, &access.target, store, world) {
        Err(error) if request.audit == Audit::BestEffort && error.code.exit() >= Exit::CannotCreate => {
            log.push(runner::warning("Evidence not written", &error.to_string()));
            persist(&decision, &EnvelopeTarget::File(LOOSE_ENVELOPE.into()), None, world)?
        }
        other => other?,
    };
    log.extend(evidence.unstamped().map(|why| runner::warning("No time stamp", why)));
    Ok(PersistedDecision { record: decision.record, evidence })
}

/// The run file that an error is about: a reviewer finds it marked in the pull request.
fn run_file<'a>(error: &Diagnostic, runs: &'a RunInputs) -> Option<&'a str> {
    let about = |path: &str| {
        error.place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    [&runs.candidate, &runs.baseline].into_iter().find(|path| about(path)).map(String::as_str)
}
