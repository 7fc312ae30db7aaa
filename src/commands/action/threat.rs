//! What the action refuses to do, because the workflow would let a stranger speak for the repository.

use super::request::{ActionRequest, Audit};
use crate::commands::origin::Origin;
use crate::domain::{Code, Diagnostic};

/// What is not done for the run files of a fork, though the token could.
pub(super) const NOT_KEPT: &str = "the run files come from a fork: the check is posted, and neither the trail nor the store takes them, so that nothing a stranger made becomes evidence or the next baseline";

/// Refuses a job whose token would turn what a stranger wrote into a success or into evidence.
///
/// # Errors
/// `bad-usage` for `pull_request_target` with the head of a fork, and for an audit branch that holds code.
pub(super) fn refuse(request: &ActionRequest, origin: &Origin) -> Result<(), Diagnostic> {
    let source = &origin.source;
    if source.event.as_deref() == Some("pull_request_target") && origin.foreign {
        return Err(Code::BadUsage
            .at("pull_request_target")
            .what("runs with the token of this repository, and the head is a fork's: whoever opened the pull request could post a success, commit evidence and, where its code is checked out, take the token")
            .next("judge on pull_request, which reads only, or in a second workflow on workflow_run that takes the run files as data; docs/action.md shows both"));
    }
    let committed = request.release.is_some() && request.audit != Audit::Off && request.audit_root.is_none();
    let branches = &origin.branches;
    let own_head = branches.head.as_ref().filter(|_| branches.head_repository == source.repository);
    for (branch, role) in [
        (branches.default.as_ref(), "the default branch"),
        (branches.base.as_ref(), "the branch that the pull request goes to"),
        (own_head, "the branch that is judged"),
    ] {
        if committed && branch == Some(&request.audit_branch) {
            return Err(Code::BadUsage
                .at("input audit-branch")
                .what(format!(
                    "is {:?}, {role}: the trail has a branch that holds nothing else",
                    request.audit_branch
                ))
                .next("leave it out, or name a branch of its own such as evalsig-audit"));
        }
    }
    Ok(())
}
