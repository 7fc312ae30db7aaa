//! `action`: what the container runs. The same gate, told to GitHub: a check on the commit, the trail
//! on its branch, outputs, step summary, notices and an exit code.

use super::gate::{Gated, Keep, Kept, Place, keep, trail_line, where_kept};
use super::judge::judge;
use super::origin::Origin;
use super::runs::{Loaded, Runs};
use super::{Outcome, World};
use crate::domain::{Code, Diagnostic, Digest, Exit, Plan, ReleaseId};
use crate::envelope::judged::Circumstances;
use crate::envelope::v1::VerdictWord;
use crate::present::check::{self, Conclusion, Links, NewCheck};
use crate::present::{json, markdown, runner, safe, terminal};

/// What the action is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRequest {
    /// The two runs.
    pub runs: Runs,
    /// What fixes the inference.
    pub plan: Plan,
    /// The release to be decided, if any.
    pub release: Option<ReleaseId>,
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
    "audit-commit",
    "check-url",
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
    let runs = Loaded::read(&request.runs, &request.plan, world.files);
    let access = match Access::gain(request, step, runs.as_ref().ok(), world) {
        Ok(access) => access,
        Err(error) => return failed(&error, &step.nonce),
    };
    let mut log = access.notices.clone();
    let decided = runs.and_then(|runs| decide(&runs, request, step, &access, &mut log, world));
    let mut told = match &decided {
        Ok(gated) => verdict(gated, request, &access, log),
        Err(error) => failure(error, &access, log),
    };
    if let (Some(path), Ok(gated)) = (&request.report_json, &decided) {
        let written = json::gate(gated.judged.clone(), trail_line(&gated.kept))
            .and_then(|text| world.files.write(path, text.as_bytes()));
        told.unless_failed(written);
    }
    if let Some(checks) = world.checks.filter(|_| access.check_url.is_some()) {
        let links = links(step, decided.as_ref().ok());
        let page = match &decided {
            Ok(gated) => {
                let envelope = gated.kept.file().map(|(_, bytes)| bytes);
                check::verdict(&gated.judged, &where_kept(&gated.kept), &links, envelope)
            }
            Err(error) => check::failure(error, &links, run_file(error, &request.runs)),
        };
        let closed = checks.close(told.conclusion, &page);
        told.unless_failed(closed);
    }
    told.finish(&step.nonce)
}

/// What the token lets the action do, found out by opening the check.
struct Access {
    /// The check, where one is open.
    check_url: Option<String>,
    /// Where the envelope goes.
    keep: Keep,
    /// What the log has to say about it.
    notices: Vec<String>,
}

impl Access {
    fn gain(
        request: &ActionRequest,
        step: &Step,
        runs: Option<&Loaded>,
        world: &World<'_>,
    ) -> Result<Self, Diagnostic> {
        let mut notices = Vec::new();
        if request.release.is_none() {
            notices.push(runner::notice(
                "No release id",
                "the envelope is written to the workspace but belongs to no trail; set release-id to keep it in the hash-chained trail",
            ));
        }
        let Some(checks) = world.checks else {
            return Ok(Self { check_url: None, keep: request.keep(Reach::Workspace), notices });
        };
        let head_sha = step.origin.source.head_sha.clone().ok_or_else(|| {
            Code::EventUnreadable.at("GITHUB_SHA").what("is not set, so no commit can carry the check")
        })?;
        let check = NewCheck {
            name: request.check_name(runs.map(Loaded::task)),
            head_sha,
            external_id: step.origin.external_id(request.release.as_ref().map(ReleaseId::as_str)),
        };
        match checks.open(&check) {
            Ok(url) => Ok(Self { check_url: Some(url), keep: request.keep(Reach::Branch), notices }),
            Err(error) if error.code == Code::PermissionRefused => {
                // From a fork nothing can be written, by design. Elsewhere a release without its
                // evidence would be a hole in the trail.
                let evidence = request.release.is_some() && request.audit == Audit::Required;
                if evidence && request.audit_root.is_none() && !step.origin.read_only {
                    return Err(error);
                }
                notices.push(runner::notice("Read-only mode", &read_only(&error, step.origin.read_only)));
                Ok(Self { check_url: None, keep: request.keep(Reach::File), notices })
            }
            Err(error) => Err(error),
        }
    }

    /// `full` where a check could be written.
    fn mode_used(&self) -> &'static str {
        if self.check_url.is_some() { "full" } else { "read-only" }
    }
}

/// How far the action reaches for a trail that was given no folder.
#[derive(Clone, Copy)]
enum Reach {
    /// The branch on GitHub.
    Branch,
    /// A trail in the workspace: there is no token.
    Workspace,
    /// One file: the token may not write.
    File,
}

impl ActionRequest {
    fn keep(&self, reach: Reach) -> Keep {
        let loose = || Keep::File(LOOSE_ENVELOPE.into());
        let Some(release) = self.release.clone().filter(|_| self.audit != Audit::Off) else { return loose() };
        let place = match (&self.audit_root, reach) {
            (Some(root), _) => Place::Folder(root.clone()),
            (None, Reach::Branch) => {
                Place::Branch { name: self.audit_branch.clone(), copy: LOOSE_ENVELOPE.into() }
            }
            (None, Reach::Workspace) => Place::Folder(".".into()),
            (None, Reach::File) => return loose(),
        };
        Keep::Trail { place, release }
    }

    fn check_name(&self, task: Option<&str>) -> String {
        let name = match (&self.check_name, task) {
            (Some(name), _) => name.clone(),
            (None, Some(task)) => format!("evalsig / {task}"),
            (None, None) => "evalsig".into(),
        };
        safe::line(&name).chars().take(100).collect()
    }
}

fn read_only(error: &Diagnostic, expected: bool) -> String {
    let why = if expected {
        "a pull request from a fork or from Dependabot gets a token that only reads"
    } else {
        "the token may not write checks"
    };
    format!(
        "{why}: no check is posted and nothing is committed; the verdict stands in the outputs, the summary and {LOOSE_ENVELOPE}. {}",
        error.next
    )
}

/// Judges, and keeps the envelope; under `audit: best-effort` in a file if the trail refuses.
fn decide(
    runs: &Loaded,
    request: &ActionRequest,
    step: &Step,
    access: &Access,
    log: &mut Vec<String>,
    world: &World<'_>,
) -> Result<Gated, Diagnostic> {
    let judged = judge(runs, &request.plan)?;
    let circumstances = Circumstances {
        decided_at: world.clock.now(),
        clock: world.clock.source(),
        source: Some(step.origin.source.clone()),
        run: Some(step.origin.run.clone()),
        image_digest: step.image_digest.clone(),
    };
    let kept = match keep(&judged, &access.keep, &circumstances, world) {
        Err(error) if request.audit == Audit::BestEffort && error.code.exit() >= Exit::CannotCreate => {
            log.push(runner::warning("Trail not written", &error.to_string()));
            keep(&judged, &Keep::File(LOOSE_ENVELOPE.into()), &circumstances, world)?
        }
        other => other?,
    };
    Ok(Gated { judged, kept })
}

/// What the runner and the check will be told, until nothing can change it any more.
struct Draft {
    values: Vec<(&'static str, String)>,
    summary: String,
    log: Vec<String>,
    /// What the output `exit-code` says: the verdict's or the error's code.
    code: u8,
    /// How the process ends: advisory mode turns verdicts into 0.
    exit: u8,
    conclusion: Conclusion,
}

impl Draft {
    /// Turns what came before into a failure, unless it is one already.
    fn unless_failed(&mut self, result: Result<(), Diagnostic>) {
        if let Err(error) = result {
            self.log.push(runner::error("evalsig", &error.to_string()));
            if self.code <= 2 {
                (self.code, self.exit) = (error.code.exit().code(), error.code.exit().code());
            }
            self.conclusion = Conclusion::Failure;
        }
    }

    fn finish(mut self, nonce: &str) -> Result<Told, Diagnostic> {
        self.values.push(("exit-code", self.code.to_string()));
        Ok(Told {
            outputs: runner::outputs(&self.values, nonce)?,
            summary: self.summary,
            outcome: Outcome { stdout: self.log.concat(), stderr: String::new(), exit: self.exit },
        })
    }
}

fn verdict(gated: &Gated, request: &ActionRequest, access: &Access, mut log: Vec<String>) -> Draft {
    let report = &gated.judged.report;
    let place = where_kept(&gated.kept);
    log.push(runner::log(&terminal::gate(&gated.judged, terminal::Colour::Off)));
    log.push(runner::log(&format!("{}\n", place.line())));
    let allowed = report.verdict == VerdictWord::Allow;
    if !allowed {
        log.push(match request.mode {
            Mode::Enforce => runner::error("evalsig", &report.finding),
            Mode::Advisory => runner::warning("evalsig (advisory)", &report.finding),
        });
    }
    Draft {
        values: values(gated, access),
        summary: format!("{}\n{}\n", markdown::gate(&gated.judged), place.markdown()),
        log,
        code: report.exit_code,
        exit: if request.mode == Mode::Advisory { 0 } else { report.exit_code },
        conclusion: match (allowed, request.mode) {
            (true, _) => Conclusion::Success,
            (false, Mode::Advisory) => Conclusion::Neutral,
            (false, Mode::Enforce) => Conclusion::Failure,
        },
    }
}

/// A failure to reach a verdict, or to record it.
fn failure(error: &Diagnostic, access: &Access, mut log: Vec<String>) -> Draft {
    log.push(runner::error("evalsig", &error.to_string()));
    let mut values = vec![("mode-used", access.mode_used().to_owned())];
    values.extend(access.check_url.clone().map(|url| ("check-url", url)));
    let exit = error.code.exit().code();
    Draft { values, summary: markdown::error(error), log, code: exit, exit, conclusion: Conclusion::Failure }
}

/// Tells the runner of a failure before there was a check.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn failed(error: &Diagnostic, nonce: &str) -> Result<Told, Diagnostic> {
    let nothing = Access { check_url: None, keep: Keep::Nowhere, notices: Vec::new() };
    failure(error, &nothing, Vec::new()).finish(nonce)
}

/// The run file that an error is about: a reviewer finds it marked in the pull request.
fn run_file<'a>(error: &Diagnostic, runs: &'a Runs) -> Option<&'a str> {
    let about = |path: &str| {
        error.place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    [&runs.candidate, &runs.baseline].into_iter().find(|path| about(path)).map(String::as_str)
}

fn links(step: &Step, gated: Option<&Gated>) -> Links {
    let (Some(server), Some(repository)) = (&step.server, &step.origin.source.repository) else {
        return Links::default();
    };
    let run = &step.origin.run;
    let attempt = run.run_attempt.as_ref().map_or(String::new(), |n| format!("/attempts/{n}"));
    let committed = gated.and_then(|gated| match &gated.kept {
        Kept::Trail { appended, commit: Some((_, commit)), .. } => Some((&appended.receipt().path, commit)),
        _ => None,
    });
    Links {
        run: run.run_id.as_ref().map(|id| format!("{server}/{repository}/actions/runs/{id}{attempt}")),
        envelope: committed.map(|(path, commit)| format!("{server}/{repository}/blob/{commit}/{path}")),
    }
}

/// Outputs are words of ours, numbers, hashes, paths and addresses of ours; never free text.
fn values(gated: &Gated, access: &Access) -> Vec<(&'static str, String)> {
    let report = &gated.judged.report;
    let c = &report.comparison;
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    let mut values = vec![
        ("verdict", report.verdict.as_str().to_owned()),
        ("delta", c.delta.to_string()),
        ("ci-low", number(c.ci.0)),
        ("ci-high", number(c.ci.1)),
        ("p-value", c.p_value.to_string()),
        ("mde", number(c.mde)),
        ("method", c.method.clone()),
        ("n-pairs", c.n_pairs.to_string()),
        ("n-clusters", c.n_clusters.map_or(String::new(), |k| k.to_string())),
        ("mode-used", access.mode_used().to_owned()),
        ("fixed", gated.judged.changed.fixed.to_string()),
        ("broken", gated.judged.changed.broken.to_string()),
    ];
    values.extend(access.check_url.clone().map(|url| ("check-url", url)));
    if let Some((path, bytes)) = gated.kept.file() {
        values.push(("envelope-path", path.to_owned()));
        values.push(("envelope-sha256", Digest::of(bytes).to_string()));
    }
    if let Kept::Trail { appended, commit, .. } = &gated.kept {
        let at = appended.receipt();
        values.push(("entry-index", at.index.to_string()));
        values.push(("entry-sha256", at.entry_sha256.to_string()));
        values.extend(commit.clone().map(|(_, commit)| ("audit-commit", commit)));
    }
    values
}
