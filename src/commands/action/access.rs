//! What the token lets the action do, found out by opening the check.

use super::request::{ActionRequest, Audit, LOOSE_ENVELOPE};
use super::threat;
use crate::commands::gate_check::{GateIdentity, Names, NewCheck, Subject};
use crate::commands::origin::Step;
use crate::commands::runs::LoadedRuns;
use crate::commands::targets::{EnvelopeTarget, TrailTarget};
use crate::commands::{Checks, OpenedCheck, World};
use crate::domain::policy::Policy;
use crate::domain::{Code, Diagnostic, Digest, ReleaseId};
use crate::present::{runner, safe};

/// The check, the place for the envelope, and what the log has to say.
pub(super) struct Access {
    /// The check, where one is open.
    pub(super) check: Option<OpenedCheck>,
    /// Where the envelope goes.
    pub(super) target: EnvelopeTarget,
    /// Whether the runs may go into a store.
    pub(super) may_store: bool,
    /// What the log has to say about it.
    pub(super) notices: Vec<String>,
    /// What the check has to say about itself, as Markdown.
    pub(super) remarks: Vec<String>,
}

impl Access {
    /// Nothing was posted, and nothing may be written.
    pub(super) fn none() -> Self {
        Self {
            check: None,
            target: EnvelopeTarget::Nowhere,
            may_store: false,
            notices: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// Opens the check.
    ///
    /// # Errors
    /// Those of [`Checks::open`], unless the job can go on without a check.
    pub(super) fn gain(
        request: &ActionRequest,
        step: &Step,
        (wanted, about): (&str, Option<&About>),
        world: &World<'_>,
    ) -> Result<Self, Diagnostic> {
        let mut access = Self { may_store: !step.origin.foreign, ..Self::none() };
        if request.release.is_none() {
            access.notices.push(runner::notice(
                "No release id",
                "the envelope is written to the workspace but belongs to no trail; set release-id to keep it in the hash-chained trail",
            ));
        }
        let Some(checks) = world.checks else {
            access.target = request.target(Reach::Workspace);
            return Ok(access);
        };
        match open(checks, wanted, request.release.as_ref(), step, about) {
            Ok(opened) => {
                access.target = request.target(if step.origin.foreign { Reach::File } else { Reach::Branch });
                access.say_name(request, step, (wanted, about), &opened);
                access.check = Some(opened);
            }
            Err(error) if error.code == Code::PermissionRefused => {
                // From a fork nothing can be written, by design. Elsewhere a release without its
                // evidence would be a hole in the trail.
                let evidence = request.release.is_some() && request.audit == Audit::Required;
                if evidence && request.audit_root.is_none() && !step.origin.read_only {
                    return Err(error);
                }
                let notice = runner::notice("Read-only mode", &read_only(&error, step));
                access.notices.push(notice);
                access.target = request.target(Reach::File);
                access.may_store = false;
            }
            Err(error) => return Err(error),
        }
        if step.origin.foreign && access.check.is_some() {
            access.notices.push(runner::notice("Judged for a fork", threat::NOT_KEPT));
        }
        Ok(access)
    }

    /// Says what branch protection should know of the check's name.
    fn say_name(
        &mut self,
        request: &ActionRequest,
        step: &Step,
        (wanted, about): (&str, Option<&About>),
        opened: &OpenedCheck,
    ) {
        let posted = &opened.name;
        if *posted != *wanted && !opened.refused {
            self.notices.push(moved(wanted, posted));
            self.remarks.push(format!(
                "Another gate of this commit and workflow run has the check {}, so this one is {}. Give each gate a `check-name` of its own.",
                safe::code(wanted),
                safe::code(posted)
            ));
        }
        let from_file = request.check_name.is_none() && about.is_none_or(|about| about.of_run_file);
        if from_file && step.origin.proposed {
            let what = "the name of this check comes from the run file, which the pull request can change: branch protection needs a name that is set, by check-name or by the policy's check.name";
            self.notices.push(runner::notice("Check named by the run file", what));
            self.remarks.push(
                "The name of this check comes from the run file, which the pull request can change: set `check-name` where the check is required."
                    .into(),
            );
        }
    }

    /// The error of a gate that found no name for its check.
    pub(super) fn refusal(&self, wanted: &str) -> Option<Diagnostic> {
        self.check.as_ref().filter(|check| check.refused).map(|_| {
            Code::BadUsage
                .at("input check-name")
                .what(format!(
                    "is {wanted:?} for several gates of this workflow run that cannot be told apart by task, model, metric, step or job, so one would overwrite what another one said"
                ))
                .next("give each its own, in a matrix for example check-name: evalsig / qa ${{ matrix.seed }}")
        })
    }

    /// `full` where a check could be written.
    pub(super) fn mode_used(&self) -> &'static str {
        if self.check.is_some() { "full" } else { "read-only" }
    }

    /// The address of the check, where one was posted.
    pub(super) fn check_url(&self) -> Option<String> {
        self.check.as_ref().map(|check| check.url.clone())
    }
}

/// Opens the check of a gate; without `runs` that of one that could not read them.
///
/// # Errors
/// Those of [`Checks::open`]; `event-unreadable` where no commit is known that could carry it.
pub(super) fn open(
    checks: &dyn Checks,
    wanted: &str,
    release: Option<&ReleaseId>,
    step: &Step,
    about: Option<&About>,
) -> Result<OpenedCheck, Diagnostic> {
    let (run, source) = (&step.origin.run, &step.origin.source);
    let head_sha = match (&source.head_sha, &source.tested_sha) {
        (Some(head), _) => Some(head.clone()),
        // The payload could not be read; then the merge commit knows its head.
        (None, Some(merge)) => checks.head_of_merge(merge)?,
        (None, None) => None,
    };
    let head_sha = head_sha.ok_or_else(|| {
        Code::EventUnreadable.at("GITHUB_SHA").what("names no commit that could carry the check")
    })?;
    let subject =
        about.map(|about| Subject { task: &about.task, model: &about.model, metric: &about.metric });
    let place = (run.job.as_deref(), step.origin.step.as_deref());
    let release = release.map(ReleaseId::as_str);
    checks.open(&NewCheck {
        names: Names::new(wanted, release, subject.map(|of| of.model), step.origin.step.as_deref()),
        head_sha,
        identity: GateIdentity::new(
            release,
            run.run_id.as_deref(),
            run.run_attempt.as_deref(),
            place,
            subject,
        ),
        // A digest: the nonce itself guards the outputs.
        instance: Digest::of(step.nonce.as_bytes()).to_string().chars().take(12).collect(),
    })
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
    /// The trail that the job builds upon, whether or not it may write there.
    pub(super) fn trail(&self, world: &World<'_>) -> Option<TrailTarget> {
        Some(match (&self.audit_root, world.checks) {
            (Some(root), _) => TrailTarget::Folder(root.clone()),
            (None, Some(_)) => {
                TrailTarget::Branch { name: self.audit_branch.clone(), copy: LOOSE_ENVELOPE.into() }
            }
            (None, None) => TrailTarget::Folder(".".into()),
        })
    }

    fn target(&self, reach: Reach) -> EnvelopeTarget {
        let loose = || EnvelopeTarget::File(LOOSE_ENVELOPE.into());
        let Some(release) = self.release.clone().filter(|_| self.audit != Audit::Off) else { return loose() };
        let trail = match (&self.audit_root, reach) {
            (Some(root), _) => TrailTarget::Folder(root.clone()),
            (None, Reach::Branch) => {
                TrailTarget::Branch { name: self.audit_branch.clone(), copy: LOOSE_ENVELOPE.into() }
            }
            (None, Reach::Workspace) => TrailTarget::Folder(".".into()),
            (None, Reach::File) => return loose(),
        };
        EnvelopeTarget::Trail { trail, release, time_stamp: self.time_stamp.clone() }
    }
}

/// What a gate is about, as far as its check has to know.
pub(super) struct About {
    task: String,
    model: String,
    metric: String,
    /// Whether that is what a run file says.
    of_run_file: bool,
}

impl About {
    /// What one pair of runs is about.
    pub(super) fn of_runs(runs: &LoadedRuns) -> Self {
        let names = runs.candidate_names();
        Self {
            task: names.task_id.clone(),
            model: names.model_id.clone(),
            metric: names.metric_name.clone(),
            of_run_file: true,
        }
    }

    /// What a policy is about: its tasks, whatever the run files say.
    pub(super) fn of_policy(rules: &Policy) -> Self {
        let names: Vec<&str> = rules.tasks.iter().map(|task| task.name.as_str()).collect();
        Self { task: names.join(","), model: String::new(), metric: "suite".into(), of_run_file: false }
    }
}

/// What the check should be called: as set, else after the task, else after the tool.
pub(super) fn wanted_name(set: Option<&str>, about: Option<&About>) -> String {
    let name = match (set, about) {
        (Some(name), _) => name.to_owned(),
        (None, Some(about)) => format!("evalsig / {}", about.task),
        (None, None) => "evalsig".into(),
    };
    Names::new(&name, None, None, None).wanted
}

/// A warning about a check that could not have its name.
pub(super) fn moved(wanted: &str, posted: &str) -> String {
    runner::warning(
        "Check under another name",
        &format!(
            "another gate of this commit and workflow run has the check {wanted:?}, so this one is {posted:?}; branch protection knows a check by its name alone: give each gate a check-name of its own"
        ),
    )
}

/// Why nothing is posted, and what would help.
pub(super) fn read_only(error: &Diagnostic, step: &Step) -> String {
    let origin = &step.origin;
    let (why, next) = match (origin.read_only, origin.foreign) {
        (true, true) => (
            "a pull request from a fork gets a token that only reads, whatever the workflow asks for",
            "to post a check on it, judge in a second workflow on workflow_run, which docs/action.md shows; or let a later step read the outputs"
                .to_owned(),
        ),
        (true, false) => (
            "Dependabot's pull requests get a token that only reads, unless the job itself asks for checks: write",
            "to post a check all the same, judge in a second workflow on workflow_run, which docs/action.md shows; or let a later step read the outputs"
                .to_owned(),
        ),
        (false, _) => ("the token may not write checks", error.next.clone()),
    };
    format!(
        "{why}: no check is posted and nothing is committed; the verdict stands in the outputs, the summary and {LOOSE_ENVELOPE}. {next}"
    )
}
