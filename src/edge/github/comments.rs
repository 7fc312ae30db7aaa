//! The comment on a pull request.
//!
//! Comments are listed by GraphQL, which alone says of each whether the token's own author wrote it
//! (`viewerDidAuthor`), whatever the token: a job's, an app's or a person's.

use std::time::Duration;

use http::Method;
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use super::check_runs::{RESERVED, is_plain_url};
use super::client::Client;
use super::response::ApiError;
use crate::commands::comment::{Kept, NewComment, NextStep, Progress, PullRequests};
use crate::domain::Diagnostic;
use crate::edge::errors::github as errors;

/// The permission that comments on pull requests need; `issues: write` does as well.
const PERMISSION: &str = "pull-requests: write";
/// What is tried.
const TASK: &str = "the comment cannot be written";
/// All requests about comments together: the verdict is shown already.
const MOST_TIME: Duration = Duration::from_secs(60);
/// Most pull requests of one branch that get a comment.
const MOST_PULLS: usize = 5;
/// Pages of a hundred comments that are looked through.
const MOST_PAGES: usize = 30;
/// Looks at the comments of one pull request; without other writers three are made.
const MOST_LOOKS: usize = 20;

/// The head of a pull request and a page of its comments.
const LIST: &str = "query Comments($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      comments(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId viewerDidAuthor body }
      }
    }
  }
}";

/// Creates, updates and deletes comments.
pub(super) struct PullRequestComments<'a> {
    pub(super) client: &'a Client,
}

/// Why a comment is not as it should be.
enum Failure {
    Api(ApiError),
    Other(Diagnostic),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl Failure {
    fn diagnostic(self) -> Diagnostic {
        match self {
            Self::Api(ApiError::Forbidden(message)) if message.contains("is locked") => {
                errors::locked(TASK, &message)
            }
            Self::Api(error) => error.diagnostic(TASK, PERMISSION),
            Self::Other(error) => error,
        }
    }
}

/// What one look at a pull request shows.
struct Seen {
    head_sha: String,
    /// Number and text of the comments that this token's author wrote.
    own: Vec<(u64, String)>,
    /// Whether that is all of them.
    whole: bool,
}

impl PullRequestComments<'_> {
    pub(super) fn keep(
        &self,
        pull_requests: &PullRequests,
        comment: &NewComment,
    ) -> Result<Vec<(u64, Kept)>, Diagnostic> {
        self.client.hurry(MOST_TIME);
        let numbers = match pull_requests {
            PullRequests::One(number) => vec![*number],
            PullRequests::OfBranch { repository, branch } => self
                .open_pulls(repository, branch, comment.head_sha())
                .map_err(|error| Failure::Api(error).diagnostic())?,
            PullRequests::None => Vec::new(),
        };
        let keep =
            |number: &u64| Ok((*number, self.keep_one(*number, comment).map_err(Failure::diagnostic)?));
        numbers.iter().map(keep).collect()
    }

    /// The open pull requests that would merge this branch at this commit. Asked by branch: by commit GitHub finds
    /// none of a fork's.
    fn open_pulls(&self, repository: &str, branch: &str, head_sha: &str) -> Result<Vec<u64>, ApiError> {
        let owner = repository.split('/').next().unwrap_or_default();
        let head = utf8_percent_encode(&format!("{owner}:{branch}"), RESERVED).to_string();
        let listed = self.client.get(&format!("/pulls?state=open&head={head}&per_page=100"))?;
        let text = |pull: &Value, pointer: &str| {
            pull.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        // GitHub ignores a `head` that it cannot read, and lists all.
        let wanted = |pull: &&Value| {
            text(pull, "/head/sha") == head_sha
                && text(pull, "/head/ref") == branch
                && text(pull, "/head/repo/full_name") == repository
                && text(pull, "/state") == "open"
        };
        let pulls = listed.as_array().map(Vec::as_slice).unwrap_or_default().iter();
        let numbers = pulls.filter(wanted).filter_map(|pull| pull.get("number")?.as_u64());
        Ok(numbers.take(MOST_PULLS).collect())
    }

    /// Looks, does one thing, and looks again, until there is nothing to do.
    fn keep_one(&self, number: u64, comment: &NewComment) -> Result<Kept, Failure> {
        let mut backoff = self.client.backoff();
        let (mut progress, mut address, mut updated) = (Progress::default(), String::new(), false);
        for _ in 0..MOST_LOOKS {
            let seen = self.look(number)?;
            if seen.head_sha != comment.head_sha() && !progress.written {
                return Ok(Kept::Moved);
            }
            let step = comment.next_step(&comment.among(&seen.own), &progress);
            let sent = match step {
                NextStep::Done(_) => return Ok(Kept::Written(address)),
                NextStep::Superseded => return Ok(Kept::Newer),
                NextStep::Create if !seen.whole => {
                    return Err(Failure::Other(errors::too_many_comments(TASK, number, MOST_PAGES * 100)));
                }
                NextStep::Create => self.create(number, comment).map(|created| {
                    progress.created = created.get("id").and_then(Value::as_u64);
                    Some(created)
                }),
                NextStep::Update(id) => {
                    // Done once already: another gate wrote over it, or a list lags behind.
                    if updated && !backoff.sleep() {
                        break;
                    }
                    updated = true;
                    self.change(&Method::PATCH, id, Some(&json!({"body": comment.body}))).map(Some)
                }
                NextStep::Delete(id) => self.change(&Method::DELETE, id, None).map(|_| {
                    progress.created = progress.created.filter(|own| *own != id);
                    None
                }),
            };
            match (sent, &step) {
                (Ok(Some(written)), _) => {
                    if written.get("id").and_then(Value::as_u64).is_none() {
                        return Err(Failure::Other(errors::comment_without_id()));
                    }
                    let url = written.get("html_url").and_then(Value::as_str).unwrap_or_default();
                    address = Some(url).filter(|url| is_plain_url(url)).unwrap_or_default().to_owned();
                    progress.written = true;
                }
                (Ok(None), _) => {}
                // Somebody deleted it since the look; who wanted it deleted is content.
                (Err(ApiError::NotFound(_)), NextStep::Delete(id)) => {
                    progress.created = progress.created.filter(|own| own != id);
                }
                (Err(ApiError::NotFound(_)), NextStep::Update(_)) if backoff.sleep() => {}
                // The next look tells what became of it.
                (Err(ApiError::Unconfirmed(_)), _) if backoff.sleep() => {}
                (Err(error), _) => return Err(error.into()),
            }
        }
        if progress.written {
            return Ok(Kept::Written(address));
        }
        Err(Failure::Other(errors::comment_unsettled(TASK, number)))
    }

    fn create(&self, number: u64, comment: &NewComment) -> Result<Value, ApiError> {
        self.client.send_once(&format!("/issues/{number}/comments"), &json!({"body": comment.body}))
    }

    fn change(&self, method: &Method, id: u64, body: Option<&Value>) -> Result<Value, ApiError> {
        self.client.send_looking(method, &format!("/issues/comments/{id}"), body)
    }

    fn look(&self, number: u64) -> Result<Seen, ApiError> {
        let (owner, name) = self.client.repository.split_once('/').unwrap_or_default();
        let mut seen = Seen { head_sha: String::new(), own: Vec::new(), whole: false };
        let mut after = Value::Null;
        for _ in 0..MOST_PAGES {
            let variables = json!({"owner": owner, "name": name, "number": number, "after": after});
            let listed = self.client.query(LIST, &variables)?;
            let pull = listed.pointer("/data/repository/pullRequest").filter(|pull| !pull.is_null());
            let pull = pull.ok_or_else(|| ApiError::NotFound(format!("no pull request {number}")))?;
            let text = |value: &Value, pointer: &str| {
                value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            seen.head_sha = text(pull, "/headRefOid");
            let nodes = pull.pointer("/comments/nodes").and_then(Value::as_array);
            let own = nodes
                .into_iter()
                .flatten()
                .filter(|node| node.get("viewerDidAuthor").and_then(Value::as_bool) == Some(true));
            // A number too large for GraphQL's own comes as a text.
            seen.own.extend(
                own.filter_map(|node| {
                    Some((text(node, "/fullDatabaseId").parse().ok()?, text(node, "/body")))
                }),
            );
            after = pull.pointer("/comments/pageInfo/endCursor").cloned().unwrap_or_default();
            if pull.pointer("/comments/pageInfo/hasNextPage") != Some(&Value::Bool(true)) || after.is_null() {
                seen.whole = true;
                break;
            }
        }
        Ok(seen)
    }
}
