//! Who answers what, and what every request must bring.

use super::site::{Access, NAME, OWNER, Setup, Site, TOKEN, seconds};
use super::wire::{Answer, Call, Reply};
use super::{checks, comments, contents, graphql, objects, pulls, refs};

const CHECKS: fn(&Setup) -> Access = |setup| setup.checks;
const CONTENTS: fn(&Setup) -> Access = |setup| setup.contents;
const PULL_REQUESTS: fn(&Setup) -> Access = |setup| setup.pull_requests;

/// The answer to a request.
pub(crate) fn answer(site: &Site, call: &Call) -> Reply {
    admit(site, call).and_then(|()| find(site, call)).unwrap_or_else(|refusal| refusal)
}

fn admit(site: &Site, call: &Call) -> Result<(), Reply> {
    if call.header("user-agent").is_none_or(str::is_empty) {
        return Err(Reply::html(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header\n",
        ));
    }
    let token = call
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token"));
    match token {
        Some((_, TOKEN)) => {}
        Some(_) => return Err(Reply::error(401, "Bad credentials", "")),
        None => return Err(Reply::error(401, "Requires authentication", "")),
    }
    if !site.spend(call) {
        return Err(over_the_limit(call, seconds() + 60));
    }
    if call.garbled {
        return Err(Reply::error(400, "Problems parsing JSON", ""));
    }
    Ok(())
}

/// The hour's requests are used up. GraphQL says so with status 200.
pub(crate) fn over_the_limit(call: &Call, reset: u64) -> Reply {
    let message = "API rate limit exceeded for installation.";
    let reply = if call.is_graphql() {
        let error = serde_json::json!({"type": "RATE_LIMITED", "message": message});
        Reply::json(200, &serde_json::json!({"errors": [error]}))
    } else {
        Reply::error(403, message, "/using-the-rest-api/rate-limits-for-the-rest-api")
    };
    reply.with("x-ratelimit-remaining", 0).with("x-ratelimit-reset", reset)
}

fn find(site: &Site, call: &Call) -> Answer {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        (method, ["repos", owner, name, rest @ ..])
            if owner.eq_ignore_ascii_case(OWNER) && name.eq_ignore_ascii_case(NAME) =>
        {
            repository(site, call, method, rest)
        }
        ("POST", ["graphql"]) => graphql::answer(site, call),
        _ => Err(Reply::not_found()),
    }
}

fn repository(site: &Site, call: &Call, method: &str, rest: &[&str]) -> Answer {
    let least = if method == "GET" { Access::Read } else { Access::Write };
    if let ["check-runs", ..] | ["commits", _, "check-runs"] = rest {
        site.need(CHECKS, least)?;
    } else if let ["git" | "contents", ..] = rest {
        site.need(CONTENTS, least)?;
    } else if let ["issues" | "pulls", ..] = rest {
        site.need(PULL_REQUESTS, least)?;
    }
    match (method, rest) {
        ("GET", ["commits", revision, "check-runs"]) => checks::list(site, call, revision),
        ("POST", ["check-runs"]) => checks::create(site, call),
        ("GET", ["check-runs", id]) => checks::get(site, id),
        ("PATCH", ["check-runs", id]) => checks::update(site, call, id),
        ("GET", ["git", "ref", "heads", branch @ ..]) => refs::get(site, call, &branch.join("/")),
        ("GET", ["git", "ref", "tags", tag @ ..]) => refs::get_tag(site, &tag.join("/")),
        ("GET", ["git", "tags", oid]) => objects::get_tag(site, oid),
        ("POST", ["git", "refs"]) => refs::create(site, call),
        ("PATCH", ["git", "refs", "heads", branch @ ..]) => refs::update(site, call, &branch.join("/")),
        ("GET", ["git", "trees", name @ ..]) => objects::get_tree(site, call, &name.join("/")),
        ("GET", ["git", "blobs", oid]) => objects::get_blob(site, oid),
        ("GET", ["git", "commits", oid]) => objects::get_commit(site, oid),
        ("POST", ["git", "blobs"]) => objects::create_blob(site, call),
        ("POST", ["git", "trees"]) => objects::create_tree(site, call),
        ("POST", ["git", "commits"]) => objects::create_commit(site, call),
        ("GET", ["contents", path @ ..]) => contents::get(site, call, &path.join("/")),
        ("GET", ["rules", "branches", ..]) => contents::rules(site),
        ("GET", ["pulls"]) => pulls::list(site, call),
        ("GET", ["pulls", number]) => pulls::get(site, number),
        ("POST", ["issues", pull, "comments"]) => comments::create(site, call, pull),
        ("PATCH", ["issues", "comments", id]) => comments::update(site, call, id),
        ("DELETE", ["issues", "comments", id]) => comments::delete(site, id),
        _ => Err(Reply::not_found()),
    }
}
