//! `action`: what the container runs. The same gate, told to GitHub: a check on the commit, the trail
//! on its branch, outputs, step summary, notices and an exit code.

mod access;
mod comment;
mod request;
mod step_output;
mod threat;
mod under_policy;

use super::World;
use super::decide::{Decision, DecisionRequest};
use super::gated::Gated;
use super::origin::Step;
use super::persist::{Evidence, PersistedDecision, PersistedSuite, persist, persist_suite};
use super::report::write_page;
use super::runs::{LoadedRuns, RunInputs};
use super::suite::SuiteDecision;
use super::targets::EnvelopeTarget;
use crate::domain::policy::CommentMode;
use crate::domain::{Code, Diagnostic, Exit};
use crate::present::check;
use crate::present::runner;
use access::{About, Access};
use request::LOOSE_ENVELOPE;
use under_policy::UnderPolicy;

pub use request::{ActionRequest, ActionSubject, Audit, Mode};
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
    let now = world.clock.now();
    match &request.subject {
        ActionSubject::Pair(asked) => {
            // Read first: an unnamed check is called after the task. Nothing was promised to anybody yet.
            let runs = asked.load(&now, world);
            let about = runs.as_ref().ok().map(About::of_runs);
            let wanted = access::wanted_name(request.check_name.as_deref(), about.as_ref());
            let judge = |access: &Access, log: &mut Vec<String>| {
                runs.and_then(|runs| decide_pair(asked, &runs, (request, step), access, (now, log), world))
            };
            let told = Told { about: about.as_ref(), comment: request.comment, inputs: Some(&asked.runs) };
            tell(request, step, world, (&wanted, told), judge)
        }
        ActionSubject::Suite { asked, policy_ref } => {
            let policy = match under_policy::read(asked, *policy_ref, request, step, world) {
                Ok(policy) => policy,
                Err((error, name)) => {
                    let name = name.or_else(|| request.check_name.clone());
                    return refused(&error, name.as_deref(), step, world);
                }
            };
            let about = About::of_policy(policy.loaded.rules());
            // Either may ask for a comment: it decides nothing.
            let comment = request.comment.max(policy.loaded.rules().check.comment);
            let judge = |access: &Access, log: &mut Vec<String>| {
                decide_suite(&policy, (request, step), access, (now, log), world)
            };
            let told = Told { about: Some(&about), comment, inputs: None };
            tell(request, step, world, (&policy.check_name, told), judge)
        }
    }
}

/// What the job tells beside its verdict.
struct Told<'a> {
    /// What the gate is about, as far as that is known.
    about: Option<&'a About>,
    /// Whether a comment is to stand on the pull request.
    comment: CommentMode,
    /// The run files, where there is one pair of them.
    inputs: Option<&'a RunInputs>,
}

/// Opens the check, has the decision made, and tells the runner, the reviewer and the check of it.
fn tell(
    request: &ActionRequest,
    step: &Step,
    world: &World<'_>,
    (wanted, told): (&str, Told<'_>),
    judge: impl FnOnce(&Access, &mut Vec<String>) -> Result<Gated, Diagnostic>,
) -> Result<StepOutput, Diagnostic> {
    let access = match Access::gain(request, step, (wanted, told.about), world) {
        Ok(access) => access,
        Err(error) => return failed(&error, None, &step.nonce),
    };
    let mut log = access.notices.clone();
    let result = match access.refusal(wanted) {
        Some(error) => Err(error),
        None => judge(&access, &mut log),
    };
    let decided = result.as_ref().map(|decided| (decided, step_output::view(decided, request, step)));
    let mut output = match &decided {
        Ok((decided, seen)) => step_output::verdict(decided, seen, request.mode, &access, log),
        Err(error) => step_output::failure(error, &access, log),
    };
    if let (Some(path), Ok(decided)) = (&request.report_json, &result) {
        output.unless_failed(decided.json(Some(path), world).map(drop));
    }
    if let (Some(path), Ok((_, seen))) = (&request.report, &decided) {
        match write_page(seen, path, step.server.as_deref(), world.files) {
            Ok(said) => {
                output.say(runner::log(&said));
                output.give("report-path", path.clone());
            }
            Err(error) => output.unless_failed(Err(error)),
        }
    }
    let mut shown = None;
    if let Some((checks, open)) = world.checks.zip(access.check.as_ref()) {
        let links = step_output::links(step, result.as_ref().ok(), request.report.as_ref(), &access);
        let page = match &decided {
            Ok((decided, seen)) => {
                let envelope = decided.evidence().file().map(|(_, bytes)| bytes);
                check::decision(seen, &decided.evidence().view(), &links, envelope)
            }
            Err(error) => check::failure(error, &links, told.inputs.and_then(|runs| run_file(error, runs))),
        };
        let closed = checks.close(output.conclusion, &page);
        if let Ok(Some(name)) = closed.as_ref().map(|name| name.as_ref().filter(|name| **name != open.name)) {
            output.say(access::moved(&open.name, name));
        }
        let name = closed.as_ref().ok().cloned().flatten();
        let quiet = links.remarks.is_empty() && decided.as_ref().is_ok_and(|(_, seen)| seen.is_quiet());
        shown = name.filter(|_| !open.refused).map(|name| comment::Shown { name, page, quiet });
        output.unless_failed(closed.map(drop));
    }
    if told.comment == CommentMode::Sticky {
        // The check says it all: whatever becomes of the comment changes neither verdict nor conclusion.
        comment::keep(shown.as_ref(), step, world).into_iter().for_each(|line| output.say(line));
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
        let page = check::failure(error, &step_output::links(step, None, None, &access), None);
        output.unless_failed(checks.close(output.conclusion, &page).map(drop));
    }
    output.finish(&step.nonce)
}

/// Decides about one pair of runs, and persists the envelope.
fn decide_pair(
    asked: &DecisionRequest,
    runs: &LoadedRuns,
    (request, step): (&ActionRequest, &Step),
    access: &Access,
    (now, log): (String, &mut Vec<String>),
    world: &World<'_>,
) -> Result<Gated, Diagnostic> {
    let decision = Decision::make(runs, (&asked.plan, asked.named), Some(step), now, world)?;
    let evidence = keep(request, access, log, &mut |target, may_store| {
        persist(&decision, target, asked.store.as_ref().filter(|_| may_store), world)
    })?;
    Ok(Gated::Pair(Box::new(PersistedDecision { record: decision.record, items: decision.items, evidence })))
}

/// Decides about the tasks of a policy, and persists the envelope.
fn decide_suite(
    policy: &UnderPolicy,
    (request, step): (&ActionRequest, &Step),
    access: &Access,
    (now, log): (String, &mut Vec<String>),
    world: &World<'_>,
) -> Result<Gated, Diagnostic> {
    let mut decision = SuiteDecision::make(&policy.asked, &policy.loaded, Some(step), now, world)?;
    let evidence = keep(request, access, log, &mut |target, may_store| {
        persist_suite(&mut decision, target, policy.asked.store.as_ref().filter(|_| may_store), world)
    })?;
    Ok(Gated::Suite(Box::new(PersistedSuite { record: decision.record, items: decision.items, evidence })))
}

/// Persists a decision; under `audit: best-effort` in a file if the trail refuses.
fn keep(
    request: &ActionRequest,
    access: &Access,
    log: &mut Vec<String>,
    persist: &mut dyn FnMut(&EnvelopeTarget, bool) -> Result<Evidence, Diagnostic>,
) -> Result<Evidence, Diagnostic> {
    // Whoever may not post a check may not write history either, and a stranger's runs become nobody's.
    let evidence = match persist(&access.target, access.may_store) {
        Err(error) if request.audit == Audit::BestEffort && error.code.exit() >= Exit::CannotCreate => {
            log.push(runner::warning("Evidence not written", &error.to_string()));
            persist(&EnvelopeTarget::File(LOOSE_ENVELOPE.into()), false)?
        }
        other => other?,
    };
    log.extend(evidence.unstamped().map(|why| runner::warning("No time stamp", why)));
    Ok(evidence)
}

/// The run file that an error is about: a reviewer finds it marked in the pull request.
fn run_file<'a>(error: &Diagnostic, runs: &'a RunInputs) -> Option<&'a str> {
    let about = |path: &str| {
        error.place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    [&runs.candidate, &runs.baseline].into_iter().find(|path| about(path)).map(String::as_str)
}
