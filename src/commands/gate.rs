//! `gate`: two runs and a plan in; a verdict, its envelope and a link of the chain out.

use super::decide::{Decision, DecisionRequest};
use super::persist::{PersistedDecision, persist};
use super::targets::EnvelopeTarget;
use super::{Output, OutputFormat, View, World};
use crate::domain::Diagnostic;
use crate::present::{markdown, terminal};

/// What `gate` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRequest {
    /// The runs, the plan and the store.
    pub decision: DecisionRequest,
    /// Where the envelope goes.
    pub target: EnvelopeTarget,
}

/// Decides, then persists runs and envelope. Nothing is written when the runs cannot be judged.
///
/// # Errors
/// Those of [`DecisionRequest::load`], [`Decision::make`] and [`persist`].
pub fn gate(request: &GateRequest, world: &World<'_>) -> Result<PersistedDecision, Diagnostic> {
    let now = world.clock.now();
    let runs = request.decision.load(&now, world)?;
    let decision = Decision::make(&runs, &request.decision.plan, None, now, world)?;
    let evidence = persist(&decision, &request.target, request.decision.store.as_ref(), world)?;
    Ok(PersistedDecision { record: decision.record, evidence })
}

/// Shows the result of a gate as `view` wants it.
///
/// # Errors
/// Those of writing the JSON file that was asked for.
pub fn show(result: &PersistedDecision, view: &View, world: &World<'_>) -> Result<Output, Diagnostic> {
    let object = result.json(view.json.as_deref(), world)?;
    let PersistedDecision { record, evidence } = result;
    let stdout = match view.output {
        OutputFormat::Tty => terminal::gate(record, evidence.attempt(), view.colour),
        OutputFormat::Json => object,
        OutputFormat::Markdown => markdown::gate(record, evidence.attempt()),
    };
    let stderr = if view.quiet { String::new() } else { format!("{}\n", evidence.view().line()) };
    Ok(Output { stdout, stderr, exit: record.report.exit_code })
}
