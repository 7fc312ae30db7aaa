//! A pull request and the comments on it, a hundred at a time at most.

use serde_json::{Value, json};

use super::Failure;
use crate::support::github::comments::{BOT, Comment, html_url};
use crate::support::github::site::{Access, Site};

/// A pull request as a query finds it.
pub(super) struct Conversation {
    pub(super) number: u64,
    pub(super) head_sha: String,
    comments: Vec<Comment>,
}

/// A page of its comments.
#[derive(Clone)]
pub(super) struct Listed {
    pub(super) comments: Vec<Comment>,
    pub(super) total: usize,
    pub(super) more: bool,
    pub(super) end: Option<String>,
}

impl Conversation {
    /// A list that lags behind does not show the newest comment.
    pub(super) fn find(site: &Site, number: u64, stale: bool) -> Result<Self, Failure> {
        if site.setup().pull_requests < Access::Read {
            return Err(("FORBIDDEN", "Resource not accessible by integration".into()));
        }
        let pull = site.setup().pulls.get(&number).cloned();
        let message = format!("Could not resolve to a PullRequest with the number of {number}.");
        let pull = pull.ok_or(("NOT_FOUND", message))?;
        let mut comments = site.comments.of(number);
        if stale {
            comments.pop();
        }
        let head_sha = pull["head"]["sha"].as_str().unwrap().to_owned();
        Ok(Self { number, head_sha, comments })
    }

    pub(super) fn page(&self, first: Option<u64>, after: &str) -> Result<Listed, Failure> {
        let Some(first) = first.filter(|first| (1..=100).contains(first)) else {
            let message = "Requesting records on the `comments` connection needs `first`, from 1 to 100.";
            return Err(("ARGUMENT_LIMIT", message.into()));
        };
        let skip = after.strip_prefix("cursor:").map_or(0, |at| at.parse().unwrap());
        let rest = &self.comments[skip..];
        let shown = rest.len().min(usize::try_from(first).unwrap());
        Ok(Listed {
            comments: rest[..shown].to_vec(),
            total: self.comments.len(),
            more: shown < rest.len(),
            end: (shown > 0).then(|| format!("cursor:{}", skip + shown)),
        })
    }
}

pub(super) fn comment_field(site: &Site, comment: &Comment, name: &str) -> Value {
    match name {
        "id" => json!(format!("IC_{}", comment.id)),
        "fullDatabaseId" => json!(comment.id.to_string()),
        "viewerDidAuthor" => json!(comment.author == BOT),
        "url" => json!(html_url(site, comment)),
        _ => json!(comment.body),
    }
}
