//! `gate`: two runs and a plan in; a verdict, its envelope and a link of the chain out.

use super::judge::judge;
use super::keep::{Decision, Keep, Kept, StoreAt, keep, trail_line, where_kept};
use super::runs::{Loaded, Runs};
use super::{Outcome, Output, View, World};
use crate::domain::{Diagnostic, Plan};
use crate::envelope::judged::{Circumstances, Judged};
use crate::present::{json, markdown, terminal};

/// What `gate` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference.
    pub plan: Plan,
    /// Where the envelope goes.
    pub keep: Keep,
    /// Where both runs go, and where `store:` names are looked up.
    pub store: Option<StoreAt>,
}

/// A verdict and where its envelope went.
#[derive(Clone, Debug, PartialEq)]
pub struct Gated {
    /// The judgement.
    pub judged: Judged,
    /// Its place.
    pub kept: Kept,
}

/// Decides, then keeps runs and envelope. Nothing is written when the runs cannot be judged.
///
/// # Errors
/// Those of [`Loaded::find`], [`judge`] and [`keep`].
pub fn gate(request: &GateRequest, world: &World<'_>) -> Result<Gated, Diagnostic> {
    let now = world.clock.now();
    let runs = Loaded::find(&request.runs, &request.plan, request.store.as_ref(), &now, world)?;
    let judged = judge(&runs, &request.plan)?;
    let circumstances = Circumstances {
        decided_at: now,
        clock: world.clock.source(),
        source: None,
        run: None,
        image_digest: None,
        store: None,
        time_stamp: None,
    };
    let decision = Decision { runs: &runs, plan: &request.plan, judged: &judged, circumstances };
    let kept = keep(decision, &request.keep, request.store.as_ref(), world)?;
    Ok(Gated { judged, kept })
}

/// Tells the outcome of a gate as `view` wants it.
///
/// # Errors
/// Those of writing the JSON file that was asked for.
pub fn tell(gated: &Gated, view: &View, world: &World<'_>) -> Result<Outcome, Diagnostic> {
    let object = json::gate(gated.judged.clone(), trail_line(&gated.kept), gated.kept.stored.clone())?;
    if let Some(path) = &view.json {
        world.files.write(path, object.as_bytes())?;
    }
    let stdout = match view.output {
        Output::Tty => terminal::gate(&gated.judged, gated.kept.attempt(), view.colour),
        Output::Json => object,
        Output::Markdown => markdown::gate(&gated.judged, gated.kept.attempt()),
    };
    let stderr = if view.quiet { String::new() } else { format!("{}\n", where_kept(&gated.kept).line()) };
    Ok(Outcome { stdout, stderr, exit: gated.judged.report.exit_code })
}
