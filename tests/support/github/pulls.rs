//! Pull requests: one by number, and those of a branch.

use serde_json::{Value, json};

use super::accounts;
use super::site::{NAME, OWNER, Site};
use super::wire::{Answer, Call, Reply};

pub(crate) fn get(site: &Site, number: &str) -> Answer {
    let pull = number.parse().ok().and_then(|number: u64| site.setup().pulls.get(&number).cloned());
    pull.map(|pull| Reply::json(200, &pull))
        .ok_or_else(|| Reply::error(404, "Not Found", "/pulls/pulls#get-a-pull-request"))
}

pub(crate) fn list(site: &Site, call: &Call) -> Answer {
    let state = call.query.get("state").map_or("open", String::as_str);
    // Without a colon it is no `user:branch`, and is ignored.
    let head = call.query.get("head").filter(|head| head.contains(':'));
    let size = call.number("per_page").unwrap_or(30).clamp(1, 100);
    let page = call.number("page").unwrap_or(1).max(1);
    let setup = site.setup();
    let newest_first = setup.pulls.values().rev();
    let found = newest_first.filter(|pull| {
        (state == "all" || pull["state"] == state) && head.is_none_or(|head| pull["head"]["label"] == **head)
    });
    let shown: Vec<Value> = found.skip((page - 1) * size).take(size).cloned().collect();
    Ok(Reply::json(200, &shown.into()))
}

/// An open pull request to `main` that would merge this commit of this branch.
pub(crate) fn open(site: &Site, number: u64, head_sha: &str, branch: &str, repository: &str) -> Value {
    let link = |path: &str| json!({"href": site.url(path)});
    let side = |repository: &str, branch: &str, sha: &str| {
        let owner = repository.split('/').next().unwrap();
        json!({
            "label": format!("{owner}:{branch}"),
            "ref": branch,
            "sha": sha,
            "user": accounts::account(site, owner, "Organization"),
            "repo": repository_of(site, repository),
        })
    };
    let mut pull = json!({
        "id": 1_000 + number,
        "node_id": format!("PR_{number}"),
        "number": number,
        "state": "open",
        "locked": false,
        "title": "A new model",
        "body": null,
        "user": accounts::account(site, "ada", "User"),
        "labels": [],
        "assignee": null,
        "milestone": null,
        "auto_merge": null,
        "author_association": "CONTRIBUTOR",
        "closed_at": null,
        "merged_at": null,
        "merge_commit_sha": null,
        "created_at": "2026-01-05T09:30:17Z",
        "updated_at": "2026-01-05T09:30:17Z",
        "head": side(repository, branch, head_sha),
        "base": side(&format!("{OWNER}/{NAME}"), "main", &"2".repeat(40)),
        "_links": {},
    });
    for name in
        ["comments", "commits", "statuses", "html", "issue", "review_comments", "review_comment", "self"]
    {
        pull["_links"][name] = link(&format!("pulls/{number}/{name}"));
    }
    for name in [
        "url",
        "html_url",
        "diff_url",
        "patch_url",
        "issue_url",
        "comments_url",
        "commits_url",
        "statuses_url",
        "review_comment_url",
        "review_comments_url",
    ] {
        pull[name] = site.url(&format!("pulls/{number}/{name}")).into();
    }
    pull
}

/// A repository as others mention it.
fn repository_of(site: &Site, full_name: &str) -> Value {
    let (owner, name) = full_name.split_once('/').unwrap();
    let mut repository = json!({
        "id": 1, "node_id": "R_1", "name": name, "full_name": full_name, "license": null, "forks": 0,
        "owner": accounts::account(site, owner, "Organization"), "private": false, "description": null,
        "fork": owner != OWNER, "mirror_url": null, "homepage": null, "language": null,
        "default_branch": "main", "pushed_at": null, "created_at": null, "updated_at": null,
    });
    for name in
        ["has_issues", "has_projects", "has_wiki", "has_pages", "has_downloads", "archived", "disabled"]
    {
        repository[name] = false.into();
    }
    for name in [
        "forks_count",
        "stargazers_count",
        "watchers_count",
        "size",
        "open_issues_count",
        "open_issues",
        "watchers",
    ] {
        repository[name] = 0.into();
    }
    for name in [
        "html",
        "archive",
        "assignees",
        "blobs",
        "branches",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
        "contributors",
        "deployments",
        "downloads",
        "events",
        "forks",
        "git_commits",
        "git_refs",
        "git_tags",
        "git",
        "issue_comment",
        "issue_events",
        "issues",
        "keys",
        "labels",
        "languages",
        "merges",
        "milestones",
        "notifications",
        "pulls",
        "releases",
        "ssh",
        "stargazers",
        "statuses",
        "subscribers",
        "subscription",
        "tags",
        "teams",
        "trees",
        "clone",
        "hooks",
        "svn",
    ] {
        repository[format!("{name}_url")] = site.url(name).into();
    }
    repository["url"] = site.url("").into();
    repository
}
