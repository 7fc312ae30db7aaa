//! What the token lets the action do, found out by opening the check.

use super::request::{ActionRequest, Audit, LOOSE_ENVELOPE};
use crate::commands::World;
use crate::commands::origin::Step;
use crate::commands::runs::LoadedRuns;
use crate::commands::targets::{EnvelopeTarget, TrailTarget};
use crate::domain::{Code, Diagnostic, ReleaseId};
use crate::present::check::NewCheck;
use crate::present::{runner, safe};

/// The check, the place for the envelope, and what the log has to say.
pub(super) struct Access {
    /// The check, where one is open.
    pub(super) check_url: Option<String>,
    /// Where the envelope goes.
    pub(super) target: EnvelopeTarget,
    /// Whether the job may leave anything behind outside its workspace.
    pub(super) may_write: bool,
    /// What the log has to say about it.
    pub(super) notices: Vec<String>,
}

impl Access {
    /// Opens the check.
    ///
    /// # Errors
    /// Those of [`crate::commands::Checks::open`], unless the job can go on without a check.
    pub(super) fn gain(
        request: &ActionRequest,
        step: &Step,
        runs: Option<&LoadedRuns>,
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
            return Ok(Self {
                check_url: None,
                target: request.target(Reach::Workspace),
                may_write: true,
                notices,
            });
        };
        let head_sha = step.origin.source.head_sha.clone().ok_or_else(|| {
            Code::EventUnreadable.at("GITHUB_SHA").what("is not set, so no commit can carry the check")
        })?;
        let check = NewCheck {
            name: request.check_name(runs.map(LoadedRuns::task)),
            head_sha,
            external_id: step.origin.external_id(request.release.as_ref().map(ReleaseId::as_str)),
        };
        match checks.open(&check) {
            Ok(url) => Ok(Self {
                check_url: Some(url),
                target: request.target(Reach::Branch),
                may_write: true,
                notices,
            }),
            Err(error) if error.code == Code::PermissionRefused => {
                // From a fork nothing can be written, by design. Elsewhere a release without its
                // evidence would be a hole in the trail.
                let evidence = request.release.is_some() && request.audit == Audit::Required;
                if evidence && request.audit_root.is_none() && !step.origin.read_only {
                    return Err(error);
                }
                notices.push(runner::notice("Read-only mode", &read_only(&error, step.origin.read_only)));
                Ok(Self { check_url: None, target: request.target(Reach::File), may_write: false, notices })
            }
            Err(error) => Err(error),
        }
    }

    /// `full` where a check could be written.
    pub(super) fn mode_used(&self) -> &'static str {
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
