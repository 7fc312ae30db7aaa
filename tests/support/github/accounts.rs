//! Accounts and apps as GitHub describes them.

use serde_json::{Value, json};

use super::checks::APP_ID;
use super::site::Site;

/// An account: name, id and a dozen addresses.
pub(crate) fn account(site: &Site, login: &str, kind: &str) -> Value {
    let mut account = json!({
        "login": login, "id": 1, "node_id": "O_1", "type": kind, "site_admin": false,
        "gravatar_id": "", "avatar_url": site.page("avatar"), "html_url": site.page(""),
    });
    for name in [
        "url",
        "events_url",
        "followers_url",
        "following_url",
        "gists_url",
        "organizations_url",
        "received_events_url",
        "repos_url",
        "starred_url",
        "subscriptions_url",
    ] {
        account[name] = site.url(name).into();
    }
    account
}

/// An app: the one of the job's token, or another one.
pub(crate) fn app(site: &Site, id: u64) -> Value {
    let login = if id == APP_ID { "github" } else { "somebody-else" };
    let slug = if id == APP_ID { "github-actions" } else { "another-app" };
    json!({
        "id": id,
        "slug": slug,
        "node_id": format!("A_{id}"),
        "owner": account(site, login, "Organization"),
        "name": slug,
        "description": "",
        "external_url": site.page(""),
        "html_url": site.page(""),
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2018-07-30T09:30:17Z",
        "permissions": {"checks": "write", "contents": "write", "metadata": "read"},
        "events": [],
    })
}
