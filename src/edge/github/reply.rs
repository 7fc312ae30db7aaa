//! What GitHub answered, sorted by what can be done about it.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::domain::{Code, Diagnostic};

/// A request that did not succeed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// Too many requests: nothing was done, and nothing will be for this long, if GitHub says how long.
    Limited(Option<Duration>),
    /// No answer, or one from something that is not the API: whether it was done is not known.
    Unknown(String),
    /// The token may not.
    Forbidden(String),
    /// Not there, or not to be seen with this token.
    Absent(String),
    /// A rule of the repository forbids it.
    Rules(String),
    /// The branch has moved.
    Stale(String),
    /// Any other refusal.
    Refused {
        /// The status.
        status: u16,
        /// GitHub's words, with the link to its documentation.
        message: String,
    },
}

/// GitHub's words are cut here: they go into one line of a log.
const WORDS: usize = 500;

impl Trouble {
    /// Reads an answer. A status of success with a body that is not JSON came from a proxy.
    pub(super) fn sort(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: u64,
    ) -> Result<Value, Self> {
        let parsed = serde_json::from_slice::<Value>(body);
        if status.is_success() {
            return parsed.map_err(|_| Self::Unknown(format!("status {status} without JSON")));
        }
        let said = parsed.ok().map(|body| words(&body)).unwrap_or_default();
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            return Err(Self::Unknown(format!("status {status} {said}").trim_end().to_owned()));
        }
        let lower = said.to_lowercase();
        let wait = wait(headers, now);
        let limited = status == StatusCode::TOO_MANY_REQUESTS
            || status == StatusCode::FORBIDDEN && (wait.is_some() || lower.contains("rate limit"));
        Err(match status {
            _ if limited => Self::Limited(wait),
            _ if is_rules(&lower) => Self::Rules(said),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::Forbidden(said),
            StatusCode::NOT_FOUND => Self::Absent(said),
            StatusCode::CONFLICT => Self::Stale(said),
            StatusCode::UNPROCESSABLE_ENTITY
                if lower.contains("already exists") || lower.contains("not a fast forward") =>
            {
                Self::Stale(said)
            }
            status => Self::Refused { status: status.as_u16(), message: said },
        })
    }

    /// Reads the errors of a GraphQL answer, which come with status 200.
    pub(super) fn sort_graphql(headers: &HeaderMap, body: Value, now: u64) -> Result<Value, Self> {
        let Some(error) = body.get("errors").and_then(Value::as_array).and_then(|errors| errors.first())
        else {
            return Ok(body);
        };
        let kind = error.get("type").and_then(Value::as_str).unwrap_or_default();
        let said = cut(error.get("message").and_then(Value::as_str).unwrap_or_default());
        let lower = said.to_lowercase();
        Err(match kind {
            "RATE_LIMITED" | "RATE_LIMIT" => Self::Limited(wait(headers, now)),
            "STALE_DATA" => Self::Stale(said),
            // The type of a moved branch is not documented; its words have been the same for years.
            _ if lower.contains("expected branch to point to") => Self::Stale(said),
            _ if is_rules(&lower) => Self::Rules(said),
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => Self::Forbidden(said),
            _ if lower.contains("not accessible by integration") => Self::Forbidden(said),
            "NOT_FOUND" => Self::Absent(said),
            // "Something went wrong while executing your query": a timeout inside GitHub.
            _ if lower.contains("something went wrong") => Self::Unknown(said),
            _ => Self::Refused { status: 200, message: said },
        })
    }

    /// The trouble as an error of ours. `doing` is what was tried, `permission` what it needs.
    pub(super) fn told(self, doing: &str, permission: &str) -> Diagnostic {
        match self {
            Self::Forbidden(said) => Code::PermissionRefused
                .at("github")
                .what(format!("{doing}: {said}"))
                .next(permission_lines(permission)),
            Self::Absent(said) => Code::PermissionRefused
                .at("github")
                .what(format!("{doing}: {said} (GitHub also says so of what a token may not see)"))
                .next(permission_lines(permission)),
            Self::Rules(said) => Code::PushRefused
                .at("github")
                .what(format!("{doing}: {said}"))
                .next("let the workflow's app bypass the rule, or name a branch outside it in audit-branch"),
            Self::Limited(_) => unreachable(doing, "the rate limit does not end within the deadline"),
            Self::Unknown(said) => unreachable(doing, &said),
            Self::Stale(said) => {
                Code::GithubRefused.at("github").what(format!("{doing}: {said}")).next("run the job again")
            }
            Self::Refused { status, message } => Code::GithubRefused
                .at("github")
                .what(format!("{doing}: status {status}, {message}"))
                .next("if the words do not say what to change, please report them"),
        }
    }
}

fn unreachable(doing: &str, what: &str) -> Diagnostic {
    Code::GithubUnreachable
        .at("github")
        .what(format!("{doing}: {what}"))
        .next("run the job again; where GitHub is slow, raise deadline")
}

/// The lines that a workflow needs.
fn permission_lines(permission: &str) -> String {
    format!(
        "add to the job:  permissions: {{ checks: write, contents: write }}  (this step needs {permission})"
    )
}

fn is_rules(lower: &str) -> bool {
    lower.contains("rule violation")
        || lower.contains("reference update failed")
        || lower.contains("protected branch")
        || lower.contains("protected ref")
}

/// The message of an error, the fields it complains of, and the link.
fn words(body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut said = text("message").to_owned();
    if let Some(errors) = body.get("errors").filter(|errors| !errors.is_null()) {
        said.push_str(&format!(" {errors}"));
    }
    if !text("documentation_url").is_empty() {
        said.push_str(&format!(" (see {})", text("documentation_url")));
    }
    cut(&said)
}

fn cut(text: &str) -> String {
    text.chars().take(WORDS).collect()
}

/// How long GitHub asks to wait: `retry-after`, else until the limit is reset if it is used up.
fn wait(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    (number("x-ratelimit-remaining") == Some(0))
        .then(|| number("x-ratelimit-reset"))
        .flatten()
        // A second more: clocks differ.
        .map(|reset| Duration::from_secs(reset.saturating_sub(now).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::Trouble;

    fn sort(status: u16, headers: &[(&'static str, &str)], body: &str) -> Trouble {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Trouble::sort(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), 1000).unwrap_err()
    }

    #[test]
    fn answers_are_sorted_by_what_can_be_done() {
        let refused =
            r#"{"message": "Resource not accessible by integration", "documentation_url": "https://docs"}"#;
        assert_eq!(
            sort(403, &[("x-ratelimit-remaining", "99")], refused),
            Trouble::Forbidden("Resource not accessible by integration (see https://docs)".into())
        );
        let limit = r#"{"message": "API rate limit exceeded"}"#;
        assert_eq!(
            sort(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")], limit),
            Trouble::Limited(Some(Duration::from_secs(31)))
        );
        assert_eq!(sort(429, &[("retry-after", "7")], ""), Trouble::Limited(Some(Duration::from_secs(7))));
        assert_eq!(
            sort(403, &[], r#"{"message": "You have exceeded a secondary rate limit"}"#),
            Trouble::Limited(None)
        );
        assert!(matches!(sort(502, &[], "<html>"), Trouble::Unknown(_)));
        assert!(matches!(sort(404, &[], "{}"), Trouble::Absent(_)));
        assert!(matches!(sort(422, &[], r#"{"message": "Reference already exists"}"#), Trouble::Stale(_)));
        assert!(matches!(
            sort(
                422,
                &[],
                r#"{"message": "Repository rule violations found\n\nCannot update this protected ref."}"#
            ),
            Trouble::Rules(_)
        ));
        assert!(matches!(
            sort(422, &[], r#"{"message": "Validation Failed"}"#),
            Trouble::Refused { status: 422, .. }
        ));
        assert!(Trouble::sort(StatusCode::OK, &HeaderMap::new(), b"<html>", 0).is_err());
    }

    #[test]
    fn errors_of_graphql_come_with_status_200() {
        let sort = |kind: &str, message: &str| {
            let body = json!({"data": null, "errors": [{"type": kind, "message": message}]});
            Trouble::sort_graphql(&HeaderMap::new(), body, 0).unwrap_err()
        };
        assert!(matches!(sort("STALE_DATA", ""), Trouble::Stale(_)));
        assert!(matches!(sort("", "Expected branch to point to \"x\" but it did not."), Trouble::Stale(_)));
        assert!(matches!(sort("FORBIDDEN", "Resource not accessible by integration"), Trouble::Forbidden(_)));
        assert!(matches!(sort("RATE_LIMITED", ""), Trouble::Limited(None)));
        assert!(matches!(sort("", "Something went wrong while executing your query."), Trouble::Unknown(_)));
        assert!(Trouble::sort_graphql(&HeaderMap::new(), json!({"data": {}}), 0).is_ok());
    }
}
