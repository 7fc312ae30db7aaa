//! `gate`: runs and a plan, or a policy, in; a verdict, its envelope and a link of the chain out.

use super::decide::{Decision, DecisionRequest};
use super::gated::Gated;
use super::persist::{PersistedDecision, PersistedSuite, persist, persist_suite};
use super::report::write_page;
use super::suite::{SuiteDecision, SuiteRequest};
use super::targets::EnvelopeTarget;
use super::{Output, OutputFormat, View, World};
use crate::domain::Diagnostic;
use crate::present::decision::{junit, markdown, terminal};

/// What `gate` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRequest {
    /// What is to be decided.
    pub subject: GateSubject,
    /// Where the envelope goes.
    pub target: EnvelopeTarget,
}

/// What is to be decided.
#[derive(Clone, Debug, PartialEq)]
pub enum GateSubject {
    /// One pair of runs under a plan.
    Pair(Box<DecisionRequest>),
    /// The tasks of a policy.
    Suite(Box<SuiteRequest>),
}

/// Decides, then persists runs and envelope. Nothing is written when the runs cannot be judged.
///
/// # Errors
/// Those of reading the runs, of [`Decision::make`] or [`SuiteDecision::make`], and of [`persist`].
pub fn gate(request: &GateRequest, world: &World<'_>) -> Result<Gated, Diagnostic> {
    let now = world.clock.now();
    match &request.subject {
        GateSubject::Pair(asked) => {
            let runs = asked.load(&now, world)?;
            let decision = Decision::make(&runs, (&asked.plan, asked.named), None, now, world)?;
            let evidence = persist(&decision, &request.target, asked.store.as_ref(), world)?;
            Ok(Gated::Pair(Box::new(PersistedDecision {
                record: decision.record,
                items: decision.items,
                evidence,
            })))
        }
        GateSubject::Suite(asked) => {
            let policy = asked.policy(world)?;
            let mut decision = SuiteDecision::make(asked, &policy, None, now, world)?;
            let evidence = persist_suite(&mut decision, &request.target, asked.store.as_ref(), world)?;
            Ok(Gated::Suite(Box::new(PersistedSuite {
                record: decision.record,
                items: decision.items,
                evidence,
            })))
        }
    }
}

/// Shows the result of a gate as `view` wants it.
///
/// # Errors
/// Those of writing the JSON file that was asked for.
pub fn show(result: &Gated, view: &View, world: &World<'_>) -> Result<Output, Diagnostic> {
    let object = result.json(view.json.as_deref(), world)?;
    let seen = result.view();
    let stdout = match view.output {
        OutputFormat::Json => object,
        OutputFormat::Tty => terminal::decision(&seen, view.screen),
        OutputFormat::Markdown => markdown::decision(&seen, "", usize::MAX),
        OutputFormat::Junit => junit::decision(&seen)?,
    };
    let mut stderr = format!("{}\n", result.evidence().view().line());
    if let Some(path) = &view.html {
        stderr.push_str(&write_page(&seen, path, None, world.files)?);
    }
    let stderr = if view.quiet { String::new() } else { stderr };
    Ok(Output { stdout, stderr, exit: result.exit_code() })
}
