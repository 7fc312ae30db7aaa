//! Comments on pull requests. Whoever may write may change and delete those of others, too.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::accounts;
use super::site::Site;
use super::wire::{Answer, Call, Reply, now};

/// Who writes with a job's token.
pub(crate) const BOT: &str = "github-actions[bot]";

/// In characters.
const MOST_CHARACTERS: usize = 65_536;

/// The numbers of comments outgrew 32 bits long ago.
const BEFORE: u64 = 3_000_000_000;

/// A comment as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) pull: u64,
    pub(crate) author: String,
    pub(crate) body: String,
    /// How often it was changed.
    pub(crate) updates: usize,
    at: String,
}

/// All that stand, by order of creation, and how many there ever were.
#[derive(Default)]
pub(crate) struct Comments(Mutex<(Vec<Comment>, u64)>);

impl Comments {
    pub(crate) fn all(&self) -> Vec<Comment> {
        self.0.lock().unwrap().0.clone()
    }

    pub(crate) fn ever(&self) -> u64 {
        self.0.lock().unwrap().1
    }

    pub(crate) fn of(&self, pull: u64) -> Vec<Comment> {
        self.all().into_iter().filter(|comment| comment.pull == pull).collect()
    }

    pub(crate) fn add(&self, pull: u64, author: &str, body: &str) -> Comment {
        let mut guard = self.0.lock().unwrap();
        let (comments, ever) = &mut *guard;
        *ever += 1;
        let comment = Comment {
            id: BEFORE + *ever,
            pull,
            author: author.into(),
            body: body.into(),
            updates: 0,
            at: now(),
        };
        comments.push(comment.clone());
        comment
    }

    /// Takes it away; false where there is none.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut guard = self.0.lock().unwrap();
        let before = guard.0.len();
        guard.0.retain(|comment| comment.id != id);
        guard.0.len() < before
    }
}

pub(crate) fn create(site: &Site, call: &Call, pull: &str) -> Answer {
    let docs = "/issues/comments#create-an-issue-comment";
    let pull = pull.parse().ok().filter(|pull| site.setup().pulls.contains_key(pull));
    let pull = pull.ok_or_else(|| Reply::error(404, "Not Found", docs))?;
    if site.setup().locked.contains(&pull) {
        let refusal = json!({
            "message": "Unable to create comment because issue is locked.",
            "documentation_url": "https://docs.github.com/articles/locking-conversations/",
            "status": "403",
        });
        return Err(Reply::json(403, &refusal));
    }
    let comment = site.comments.add(pull, BOT, body(call, docs)?);
    let shape = shape(site, &comment);
    Ok(Reply::json(201, &shape).with("location", shape["url"].as_str().unwrap()))
}

pub(crate) fn update(site: &Site, call: &Call, id: &str) -> Answer {
    let docs = "/issues/comments#update-an-issue-comment";
    let text = body(call, docs)?.to_owned();
    let mut guard = site.comments.0.lock().unwrap();
    let comment = guard.0.iter_mut().find(|comment| comment.id.to_string() == id);
    let comment = comment.ok_or_else(|| Reply::error(404, "Not Found", docs))?;
    comment.body = text;
    comment.updates += 1;
    Ok(Reply::json(200, &shape(site, comment)))
}

pub(crate) fn delete(site: &Site, id: &str) -> Answer {
    let gone = id.parse().is_ok_and(|id| site.comments.remove(id));
    if !gone {
        return Err(Reply::error(404, "Not Found", "/issues/comments#delete-an-issue-comment"));
    }
    Ok(Reply { status: 204, headers: Vec::new(), body: Vec::new() })
}

/// The text that a request brings, if GitHub would take it.
fn body<'c>(call: &'c Call, docs: &str) -> Result<&'c str, Reply> {
    let invalid = |message: &str| Reply::error(422, &format!("Invalid request.\n\n{message}"), docs);
    let text = match call.body.get("body") {
        None | Some(Value::Null) => return Err(invalid("\"body\" wasn't supplied.")),
        Some(Value::String(text)) => text,
        Some(other) => return Err(invalid(&format!("For 'properties/body', {other} is not a string."))),
    };
    let refused = |message: &str| {
        let error =
            json!({"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message});
        let answer = json!({
            "message": "Validation Failed",
            "errors": [error],
            "documentation_url": format!("https://docs.github.com/rest{docs}"),
            "status": "422",
        });
        Reply::json(422, &answer)
    };
    if text.trim().is_empty() {
        return Err(refused("Body cannot be blank"));
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(refused("Body is too long (maximum is 65536 characters)"));
    }
    Ok(text)
}

pub(crate) fn html_url(site: &Site, comment: &Comment) -> String {
    site.page(&format!("pull/{}#issuecomment-{}", comment.pull, comment.id))
}

fn shape(site: &Site, comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "node_id": format!("IC_{}", comment.id),
        "url": site.url(&format!("issues/comments/{}", comment.id)),
        "html_url": html_url(site, comment),
        "issue_url": site.url(&format!("issues/{}", comment.pull)),
        "body": comment.body,
        "user": accounts::account(site, &comment.author, if comment.author == BOT { "Bot" } else { "User" }),
        "created_at": comment.at,
        "updated_at": comment.at,
        "author_association": "CONTRIBUTOR",
        "performed_via_github_app": (comment.author == BOT).then(|| accounts::app(site, super::APP_ID)),
    })
}
