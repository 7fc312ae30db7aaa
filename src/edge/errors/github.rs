//! Messages about GitHub. `task` says what was tried.

use crate::domain::{Code, Diagnostic};

/// The place that these messages name.
const GITHUB: &str = "github";

/// The repository in the environment is no `owner/name`.
pub(in crate::edge) fn malformed_repository(repository: &str) -> Diagnostic {
    Code::BadUsage
        .at("GITHUB_REPOSITORY")
        .what(format!("is {repository:?}, expected owner/name"))
        .next("run the action in a workflow, or without a github-token")
}

/// The token has characters that cannot stand in a header.
pub(in crate::edge) fn malformed_token() -> Diagnostic {
    Code::BadUsage.at("input github-token").what("holds characters that no token has")
}

/// The address of an API in `variable` is malformed or must not get a token.
pub(in crate::edge) fn address_refused(variable: &str, address: &str, reason: &str) -> Diagnostic {
    Code::BadUsage
        .at(variable)
        .what(format!("is {address:?}, {reason}"))
        .next("use the https address of GitHub's API")
}

/// The HTTP client cannot be built.
pub(in crate::edge) fn client_not_built(reason: &str) -> Diagnostic {
    Code::GithubUnreachable.at(GITHUB).what(format!("no connection can be set up: {reason}"))
}

/// The token lacks a permission.
pub(in crate::edge) fn forbidden(task: &str, message: &str, permission: &str) -> Diagnostic {
    Code::PermissionRefused.at(GITHUB).what(format!("{task}: {message}")).next(permission_lines(permission))
}

/// Status 404, with which GitHub also hides what a token may not read.
pub(in crate::edge) fn not_found(task: &str, message: &str, permission: &str) -> Diagnostic {
    Code::PermissionRefused
        .at(GITHUB)
        .what(format!("{task}: {message} (GitHub also says so of what a token may not see)"))
        .next(permission_lines(permission))
}

/// The lines that the workflow needs.
fn permission_lines(permission: &str) -> String {
    // Asked for only where a comment is.
    let more = if permission.starts_with("pull-requests") { ", pull-requests: write" } else { "" };
    format!(
        "add to the job:  permissions: {{ checks: write, contents: write{more} }}  (this step needs {permission})"
    )
}

/// The conversation of a pull request is locked.
pub(in crate::edge) fn locked(task: &str, message: &str) -> Diagnostic {
    Code::GithubRefused
        .at(GITHUB)
        .what(format!("{task}: {message}"))
        .next("unlock the conversation, or read the check")
}

/// A pull request has so many comments that ours could not be looked for.
pub(in crate::edge) fn too_many_comments(task: &str, number: u64, most: usize) -> Diagnostic {
    Code::GithubRefused
        .at(GITHUB)
        .what(format!("{task}: pull request {number} has more than {most} comments, and none of the first is this gate's"))
        .next("read the check")
}

/// Comments kept changing while one was written.
pub(in crate::edge) fn comment_unsettled(task: &str, number: u64) -> Diagnostic {
    Code::GithubUnreachable
        .at(GITHUB)
        .what(format!("{task}: the comments of pull request {number} did not come to rest"))
        .next("run the job again")
}

/// GitHub created a comment and its response has no id.
pub(in crate::edge) fn comment_without_id() -> Diagnostic {
    Code::GithubRefused.at(GITHUB).what("the comment was posted, and the answer names no id")
}

/// A ruleset or branch protection forbids the change.
pub(in crate::edge) fn rule_violation(task: &str, message: &str) -> Diagnostic {
    Code::PushRefused
        .at(GITHUB)
        .what(format!("{task}: {message}"))
        .next("let the workflow's app bypass the rule, or name a branch outside it in audit-branch")
}

/// The rate limit holds until after the deadline.
pub(in crate::edge) fn rate_limited(task: &str) -> Diagnostic {
    unconfirmed(task, "the rate limit does not end within the deadline")
}

/// No usable response before the deadline.
pub(in crate::edge) fn unconfirmed(task: &str, reason: &str) -> Diagnostic {
    Code::GithubUnreachable
        .at(GITHUB)
        .what(format!("{task}: {reason}"))
        .next("run the job again; where GitHub is slow, raise deadline")
}

/// The branch moved, or the ref exists already.
pub(in crate::edge) fn conflict(task: &str, message: &str) -> Diagnostic {
    Code::GithubRefused.at(GITHUB).what(format!("{task}: {message}")).next("run the job again")
}

/// Any other error response.
pub(in crate::edge) fn refused(task: &str, status: u16, message: &str) -> Diagnostic {
    Code::GithubRefused
        .at(GITHUB)
        .what(format!("{task}: status {status}, {message}"))
        .next("if the words do not say what to change, please report them")
}

/// GitHub created a check run and its response has no id.
pub(in crate::edge) fn check_run_without_id() -> Diagnostic {
    Code::GithubRefused.at(GITHUB).what("the check was posted, and the answer names no id")
}

/// The tree of the branch is truncated in the response.
pub(in crate::edge) fn too_many_files(branch: &str) -> Diagnostic {
    Code::TrailNotWritten
        .at(format!("branch {branch}"))
        .what("holds more files than GitHub lists at once (100,000)")
        .next("begin a new trail: name another audit-branch")
}

/// The branch that should hold the trail holds other files too.
pub(in crate::edge) fn branch_of_code(branch: &str, path: &str) -> Diagnostic {
    Code::BadUsage
        .at("input audit-branch")
        .what(format!("is {branch:?}, a branch that holds code, such as {path:?}"))
        .next("name a branch of its own, such as evalsig-audit: it is begun where it does not exist; what a branch of code holds of a trail stays there")
}

/// The branch has no such file.
pub(in crate::edge) fn not_on_branch(path: &str, branch: &str) -> Diagnostic {
    Code::FileUnreadable.at(path).what(format!("is not on branch {branch}"))
}

/// A new commit contains other bytes than were sent.
pub(in crate::edge) fn commit_differs(path: &str, commit: &str) -> Diagnostic {
    Code::TrailNotWritten
        .at(path)
        .what(format!("is not in commit {commit} as it was written"))
        .next("look at the branch; run the job again to append once more")
}

/// A file to be added is on the branch already.
pub(in crate::edge) fn would_replace(path: &str) -> Diagnostic {
    Code::Bug.at(path).what("is in the trail already and must not be replaced")
}
