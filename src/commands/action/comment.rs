//! The comment on the pull request, written when the check is complete. Nothing that becomes of it fails the job.

use crate::commands::World;
use crate::commands::comment::{Kept, Marker, NewComment, PullRequests};
use crate::commands::origin::Step;
use crate::domain::{Code, Diagnostic};
use crate::present::check::Page;
use crate::present::{comment, runner};

/// What a completed check shows.
pub(super) struct Shown {
    /// The check's name.
    pub(super) name: String,
    /// Its page.
    pub(super) page: Page,
    /// Whether its first line is enough.
    pub(super) quiet: bool,
}

/// Why there is no comment without a check: the name of a check is what keeps two gates apart.
const NO_CHECK: &str = "a comment shows what a check says, and no check of this gate was completed";

/// Writes the comment, and gives the lines that the log has to say about it.
pub(super) fn keep(shown: Option<&Shown>, step: &Step, world: &World<'_>) -> Vec<String> {
    let pull_requests = step.origin.pull_requests();
    if pull_requests == PullRequests::None {
        let event = step.origin.source.event.as_deref().unwrap_or("of this job");
        return vec![runner::log(&format!("no comment: the event {event} is about no one pull request\n"))];
    }
    let Some((shown, comments)) = shown.zip(world.comments) else {
        return vec![runner::notice("No comment", NO_CHECK)];
    };
    let Some(comment) = new_comment(shown, step) else {
        return vec![runner::notice("No comment", "the commit that was judged is not known")];
    };
    match comments.keep(&pull_requests, &comment) {
        Ok(kept) if kept.is_empty() => {
            vec![runner::log("no comment: no open pull request would merge this commit of this branch\n")]
        }
        Ok(kept) => kept.iter().map(|(number, kept)| runner::log(&told(*number, kept))).collect(),
        Err(error) => vec![failed(&error)],
    }
}

fn new_comment(shown: &Shown, step: &Step) -> Option<NewComment> {
    let (source, run) = (&step.origin.source, &step.origin.run);
    let head_sha = source.head_sha.as_deref()?;
    // The number stays what it is when the repository gets another name.
    let repository = source.repository_id.as_ref().or(source.repository.as_ref())?;
    let marker =
        Marker::new(repository, &shown.name, (run.run_id.as_deref(), run.run_attempt.as_deref()), head_sha);
    let line = marker.line();
    let about = comment::About { marker: &line, check: &shown.name, commit: head_sha, quiet: shown.quiet };
    Some(NewComment { body: comment::body(&shown.page, &about), marker })
}

fn told(number: u64, kept: &Kept) -> String {
    match kept {
        Kept::Written(address) => format!("comment on pull request {number}: {address}\n"),
        Kept::Newer => {
            format!(
                "comment on pull request {number}: left as it is, a later run has judged the same commit\n"
            )
        }
        Kept::Moved => {
            format!(
                "comment on pull request {number}: left as it is, the pull request has another head by now\n"
            )
        }
    }
}

/// What GitHub refuses is somebody's decision; what it does not answer is a fault.
fn failed(error: &Diagnostic) -> String {
    match error.code {
        Code::GithubUnreachable => runner::warning("No comment", &error.to_string()),
        _ => runner::notice("No comment", &error.to_string()),
    }
}
