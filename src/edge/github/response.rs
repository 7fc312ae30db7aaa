//! Parses the responses of GitHub's API, and classifies its errors by what can be done about them.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::domain::Diagnostic;
use crate::edge::errors::github as errors;
use crate::edge::redact::redacted;

/// Most characters of a message that are kept.
const MAX_CHARS: usize = 500;

/// Why a request failed. The texts are GitHub's messages.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ApiError {
    /// Too many requests: nothing was done. Holds how long the limit lasts, if GitHub says so.
    RateLimited(Option<Duration>),
    /// No response, or one from something that is not the API: the request may have succeeded.
    Unconfirmed(String),
    /// The token lacks a permission.
    Forbidden(String),
    /// Not there, or hidden from this token.
    NotFound(String),
    /// A ruleset or branch protection forbids the change.
    RuleViolation(String),
    /// The branch has moved, or the ref exists already.
    Conflict(String),
    /// Any other error response.
    Refused {
        /// The status.
        status: u16,
        /// GitHub's message, with the link to its documentation.
        message: String,
    },
}

/// Parses a REST response. A success whose body is not JSON came from a proxy.
pub(super) fn parse(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: u64,
) -> Result<Value, ApiError> {
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let parsed = serde_json::from_slice::<Value>(body);
    if status.is_success() {
        return parsed.map_err(|_| ApiError::Unconfirmed(format!("status {status} without JSON")));
    }
    let message = parsed.ok().map(|body| error_message(&body)).unwrap_or_default();
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(ApiError::Unconfirmed(format!("status {status} {message}").trim_end().to_owned()));
    }
    let lower = message.to_lowercase();
    let limit = rate_limit(headers, now);
    let is_limited = status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::FORBIDDEN && (limit.is_some() || lower.contains("rate limit"));
    Err(match status {
        _ if is_limited => ApiError::RateLimited(limit),
        _ if is_rule_violation(&lower) => ApiError::RuleViolation(message),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ApiError::Forbidden(message),
        StatusCode::NOT_FOUND => ApiError::NotFound(message),
        StatusCode::CONFLICT => ApiError::Conflict(message),
        StatusCode::UNPROCESSABLE_ENTITY
            if lower.contains("already exists") || lower.contains("not a fast forward") =>
        {
            ApiError::Conflict(message)
        }
        status => ApiError::Refused { status: status.as_u16(), message },
    })
}

/// Parses the body of a GraphQL response, whose errors come with status 200.
pub(super) fn parse_graphql(headers: &HeaderMap, body: Value, now: u64) -> Result<Value, ApiError> {
    let Some(error) = body.get("errors").and_then(Value::as_array).and_then(|errors| errors.first()) else {
        return Ok(body);
    };
    let kind = error.get("type").and_then(Value::as_str).unwrap_or_default();
    let message = cut(error.get("message").and_then(Value::as_str).unwrap_or_default());
    let lower = message.to_lowercase();
    Err(match kind {
        "RATE_LIMITED" | "RATE_LIMIT" => ApiError::RateLimited(rate_limit(headers, now)),
        "STALE_DATA" => ApiError::Conflict(message),
        // The type of a moved branch is not documented; its message has been the same for years.
        _ if lower.contains("expected branch to point to") => ApiError::Conflict(message),
        _ if is_rule_violation(&lower) => ApiError::RuleViolation(message),
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => ApiError::Forbidden(message),
        _ if lower.contains("not accessible by integration") => ApiError::Forbidden(message),
        "NOT_FOUND" => ApiError::NotFound(message),
        // "Something went wrong while executing your query": a timeout inside GitHub.
        _ if lower.contains("something went wrong") => ApiError::Unconfirmed(message),
        _ => ApiError::Refused { status: 200, message },
    })
}

impl ApiError {
    /// The error message. `task` says what was tried, `permission` what it needs.
    pub(super) fn diagnostic(self, task: &str, permission: &str) -> Diagnostic {
        match self {
            Self::Forbidden(message) => errors::forbidden(task, &message, permission),
            Self::NotFound(message) => errors::not_found(task, &message, permission),
            Self::RuleViolation(message) => errors::rule_violation(task, &message),
            Self::RateLimited(_) => errors::rate_limited(task),
            Self::Unconfirmed(reason) => errors::unconfirmed(task, &reason),
            Self::Conflict(message) => errors::conflict(task, &message),
            Self::Refused { status, message } => errors::refused(task, status, &message),
        }
    }
}

/// Whether a message in lower case names a ruleset or branch protection.
fn is_rule_violation(lower: &str) -> bool {
    lower.contains("rule violation")
        || lower.contains("reference update failed")
        || lower.contains("protected branch")
        || lower.contains("protected ref")
}

/// The message of an error, the fields that it is about, and the link to the documentation.
fn error_message(body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut message = text("message").to_owned();
    if let Some(errors) = body.get("errors").filter(|errors| !errors.is_null()) {
        message.push_str(&format!(" {errors}"));
    }
    if !text("documentation_url").is_empty() {
        message.push_str(&format!(" (see {})", text("documentation_url")));
    }
    cut(&message)
}

/// A text of GitHub's, without the secrets that it may echo, and then cut: half a secret is one.
fn cut(text: &str) -> String {
    redacted(text).chars().take(MAX_CHARS).collect()
}

/// How long a rate limit lasts: `retry-after`, else the time to the reset of a limit that is used up.
fn rate_limit(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    (number("x-ratelimit-remaining") == Some(0))
        .then(|| number("x-ratelimit-reset"))
        .flatten()
        // One second more, because clocks differ.
        .map(|reset| Duration::from_secs(reset.saturating_sub(now).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    use super::{ApiError, parse, parse_graphql};

    fn error(status: u16, headers: &[(&'static str, &str)], body: &str) -> ApiError {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        parse(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), 1000).unwrap_err()
    }

    #[test]
    fn answers_are_sorted_by_what_can_be_done() {
        let refused =
            r#"{"message": "Resource not accessible by integration", "documentation_url": "https://docs"}"#;
        assert_eq!(
            error(403, &[("x-ratelimit-remaining", "99")], refused),
            ApiError::Forbidden("Resource not accessible by integration (see https://docs)".into())
        );
        let limit = r#"{"message": "API rate limit exceeded"}"#;
        assert_eq!(
            error(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")], limit),
            ApiError::RateLimited(Some(Duration::from_secs(31)))
        );
        assert_eq!(
            error(429, &[("retry-after", "7")], ""),
            ApiError::RateLimited(Some(Duration::from_secs(7)))
        );
        assert_eq!(
            error(403, &[], r#"{"message": "You have exceeded a secondary rate limit"}"#),
            ApiError::RateLimited(None)
        );
        assert!(matches!(error(502, &[], "<html>"), ApiError::Unconfirmed(_)));
        assert!(matches!(error(404, &[], "{}"), ApiError::NotFound(_)));
        assert!(matches!(
            error(422, &[], r#"{"message": "Reference already exists"}"#),
            ApiError::Conflict(_)
        ));
        assert!(matches!(
            error(
                422,
                &[],
                r#"{"message": "Repository rule violations found\n\nCannot update this protected ref."}"#
            ),
            ApiError::RuleViolation(_)
        ));
        assert!(matches!(
            error(422, &[], r#"{"message": "Validation Failed"}"#),
            ApiError::Refused { status: 422, .. }
        ));
        assert!(parse(StatusCode::OK, &HeaderMap::new(), b"<html>", 0).is_err());
    }

    #[test]
    fn errors_of_graphql_come_with_status_200() {
        let error = |kind: &str, message: &str| {
            let body = json!({"data": null, "errors": [{"type": kind, "message": message}]});
            parse_graphql(&HeaderMap::new(), body, 0).unwrap_err()
        };
        assert!(matches!(error("STALE_DATA", ""), ApiError::Conflict(_)));
        assert!(matches!(
            error("", "Expected branch to point to \"x\" but it did not."),
            ApiError::Conflict(_)
        ));
        assert!(matches!(
            error("FORBIDDEN", "Resource not accessible by integration"),
            ApiError::Forbidden(_)
        ));
        assert!(matches!(error("RATE_LIMITED", ""), ApiError::RateLimited(None)));
        assert!(matches!(
            error("", "Something went wrong while executing your query."),
            ApiError::Unconfirmed(_)
        ));
        assert!(parse_graphql(&HeaderMap::new(), json!({"data": {}}), 0).is_ok());
    }
}
