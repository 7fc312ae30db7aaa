//! `action`: what the container runs. The same gate, told to a runner: outputs, step summary,
//! notices and an exit code.

use super::gate::{GateRequest, Gated, Kept, gate};
use super::{Outcome, World};
use crate::domain::{Diagnostic, Exit};
use crate::envelope::v1;
use crate::present::{json, markdown, runner, terminal};

/// What the action is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRequest {
    /// The gate to run.
    pub gate: GateRequest,
    /// Whether a release id was given.
    pub released: bool,
    /// What a trail that cannot be written does.
    pub audit: Audit,
    /// What a verdict other than ALLOW does to the job.
    pub mode: Mode,
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
    /// About which source, from the runner's environment.
    pub source: v1::Source,
    /// In which workflow run.
    pub run: v1::Run,
    /// The image, where it is known.
    pub image_digest: Option<String>,
    /// A text that nobody could foresee, for the delimiter of the outputs.
    pub nonce: String,
}

/// Names of the outputs, as `action.yml` declares them.
pub const ACTION_OUTPUTS: &[&str] = &[
    "verdict",
    "exit-code",
    "delta",
    "ci-low",
    "ci-high",
    "p-value",
    "mde",
    "method",
    "n-pairs",
    "n-clusters",
    "envelope-path",
    "envelope-sha256",
    "entry-index",
    "entry-sha256",
    "mode-used",
    "fixed",
    "broken",
];

/// What the runner gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Text to append to the file behind `GITHUB_OUTPUT`.
    pub outputs: String,
    /// Markdown to append to the file behind `GITHUB_STEP_SUMMARY`.
    pub summary: String,
    /// The log and the exit code.
    pub outcome: Outcome,
}

/// Runs the gate and tells the runner, also of failures: a failed action still has outputs, a
/// summary and an exit code of its own.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn action(request: &ActionRequest, step: &Step, world: &World<'_>) -> Result<Told, Diagnostic> {
    let mut log = Vec::new();
    if !request.released {
        log.push(runner::notice(
            "No release id",
            "the envelope is written to the workspace but belongs to no trail; set release-id to keep it in the hash-chained trail",
        ));
    }
    match attempt(request, step, world, &mut log) {
        Ok(gated) => tell(&gated, request, step, log, world),
        Err(error) => failed(&error, step),
    }
}

/// The gate itself; under `audit: best-effort` once more without a trail if the trail refused.
fn attempt(
    request: &ActionRequest,
    step: &Step,
    world: &World<'_>,
    log: &mut Vec<String>,
) -> Result<Gated, Diagnostic> {
    let origin = || Some((step.source.clone(), step.run.clone()));
    let first = gate(&request.gate, origin(), step.image_digest.clone(), world);
    match first {
        Err(error) if request.audit == Audit::BestEffort && error.code.exit() == Exit::CannotCreate => {
            log.push(runner::warning("Trail not written", &error.to_string()));
            let without = GateRequest { keep: super::gate::Keep::Nowhere, ..request.gate.clone() };
            gate(&without, origin(), step.image_digest.clone(), world)
        }
        other => other,
    }
}

fn tell(
    gated: &Gated,
    request: &ActionRequest,
    step: &Step,
    mut log: Vec<String>,
    world: &World<'_>,
) -> Result<Told, Diagnostic> {
    if let Some(path) = &request.report_json {
        world.files.write(
            path,
            json::gate(gated.judged.clone(), super::gate::trail_line(&gated.kept))?.as_bytes(),
        )?;
    }
    let report = &gated.judged.report;
    let place = super::gate::where_kept(&gated.kept);
    log.push(runner::log(&terminal::gate(&gated.judged, terminal::Colour::Off)));
    log.push(runner::log(&format!("{place}\n")));
    if report.verdict != v1::VerdictWord::Allow {
        log.push(match request.mode {
            Mode::Enforce => runner::error("evalsig", &report.finding),
            Mode::Advisory => runner::warning("evalsig (advisory)", &report.finding),
        });
    }
    let exit = if request.mode == Mode::Advisory { 0 } else { report.exit_code };
    Ok(Told {
        outputs: runner::outputs(&values(gated, request), &step.nonce)?,
        summary: format!("{}\n{}\n", markdown::gate(&gated.judged), markdown::kept(&place)),
        outcome: Outcome { stdout: log.concat(), stderr: String::new(), exit },
    })
}

/// Tells the runner of a failure to reach a verdict.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn failed(error: &Diagnostic, step: &Step) -> Result<Told, Diagnostic> {
    let exit = error.code.exit().code();
    let values = vec![("exit-code", exit.to_string()), ("mode-used", MODE_USED.to_owned())];
    Ok(Told {
        outputs: runner::outputs(&values, &step.nonce)?,
        summary: markdown::error(error),
        outcome: Outcome {
            stdout: runner::error("evalsig", &error.to_string()),
            stderr: String::new(),
            exit,
        },
    })
}

/// No check is posted and nothing is pushed yet: what a read-only token would allow.
const MODE_USED: &str = "read-only";

/// Outputs are words of ours, numbers, hashes and paths; never free text.
fn values(gated: &Gated, request: &ActionRequest) -> Vec<(&'static str, String)> {
    let report = &gated.judged.report;
    let c = &report.comparison;
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    let mut values = vec![
        ("verdict", report.verdict.as_str().to_owned()),
        ("exit-code", report.exit_code.to_string()),
        ("delta", c.delta.to_string()),
        ("ci-low", number(c.ci.0)),
        ("ci-high", number(c.ci.1)),
        ("p-value", c.p_value.to_string()),
        ("mde", number(c.mde)),
        ("method", c.method.clone()),
        ("n-pairs", c.n_pairs.to_string()),
        ("n-clusters", c.n_clusters.map_or(String::new(), |k| k.to_string())),
        ("mode-used", MODE_USED.to_owned()),
        ("fixed", gated.judged.changed.fixed.to_string()),
        ("broken", gated.judged.changed.broken.to_string()),
    ];
    if let Some((path, sha256)) = gated.kept.file(&request.gate.keep) {
        values.push(("envelope-path", path));
        values.push(("envelope-sha256", sha256));
    }
    if let Kept::Trail(appended) = &gated.kept {
        let at = appended.receipt();
        values.push(("entry-index", at.index.to_string()));
        values.push(("entry-sha256", at.entry_sha256.to_string()));
    }
    values
}
