//! A request from its arrival to what the client gets to see of it, faults included.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::faults::Kind;
use super::site::{Site, seconds};
use super::wire::{Call, Reply};
use super::{graphql, route};

/// What a client gets to see.
pub(crate) enum Outcome {
    Reply(Reply),
    /// Nothing, on a connection that stays open.
    Silence,
    /// The end of the connection, in order.
    Close,
    /// The end of the connection, by force.
    Reset,
}

pub(crate) async fn handle(site: Arc<Site>, mut call: Call) -> Outcome {
    let fault = site.faults.strike(&call);
    let number = site.book.open(&call, fault.as_ref().map(|kind| format!("{kind:?}")));
    call.stale = matches!(fault, Some(Kind::StaleRead));
    let outcome = match &fault {
        Some(kind) => suffer(&site, &call, kind).await,
        None => Outcome::Reply(effect(&site, &call).await),
    };
    let outcome = match outcome {
        Outcome::Reply(reply) => Outcome::Reply(site.dress(&call, number, reply)),
        other => other,
    };
    let reply = match &outcome {
        Outcome::Reply(reply) => Some(reply),
        _ => None,
    };
    site.book.close(number, reply);
    outcome
}

/// Does what was asked. In a thread where waiting for git holds nobody up.
async fn effect(site: &Arc<Site>, call: &Call) -> Reply {
    let call = call.clone();
    blocking(site, move |site| route::answer(site, &call)).await
}

async fn blocking(site: &Arc<Site>, work: impl FnOnce(&Site) -> Reply + Send + 'static) -> Reply {
    let own = Arc::clone(site);
    tokio::task::spawn_blocking(move || work(&own)).await.unwrap_or_else(|defect| {
        site.defects.fetch_add(1, Ordering::SeqCst);
        Reply::error(500, &format!("the stand-in itself failed: {defect}"), "")
    })
}

async fn suffer(site: &Arc<Site>, call: &Call, kind: &Kind) -> Outcome {
    let reply = match kind {
        Kind::TimeoutBefore => return Outcome::Silence,
        Kind::Reset => return Outcome::Reset,
        Kind::TimeoutAfter | Kind::LostResponse | Kind::StatusAfter(_) | Kind::GarbageAfter => {
            effect(site, call).await;
            match kind {
                Kind::TimeoutAfter => return Outcome::Silence,
                Kind::LostResponse => return Outcome::Close,
                Kind::StatusAfter(status) => page(*status),
                _ => garbage(),
            }
        }
        Kind::StaleRead => effect(site, call).await,
        Kind::Slow(milliseconds) => {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
            effect(site, call).await
        }
        Kind::MoveBranch(mover) => {
            let (mover, call) = (mover.clone(), call.clone());
            let work = move |site: &Site| {
                if call.is_write() {
                    mover.commit(&site.repository);
                    return route::answer(site, &call);
                }
                let reply = route::answer(site, &call);
                mover.commit(&site.repository);
                reply
            };
            blocking(site, work).await
        }
        Kind::Status(status) => page(*status),
        Kind::Garbage => garbage(),
        Kind::PrimaryLimit(wait) => route::over_the_limit(call, seconds() + wait),
        Kind::SecondaryLimit(status, wait) => too_fast(*status).with("retry-after", wait),
        Kind::Echo(status) => echo(call, *status),
        Kind::Conflict => Reply::error(409, "Conflict", ""),
        Kind::Stale422 => Reply::error(422, "Update is not a fast forward", "/git/refs#update-a-reference"),
        Kind::StaleData => graphql::stale(call),
        Kind::Forbidden if call.is_graphql() => {
            graphql::refuse(call, ("FORBIDDEN", "Resource not accessible by integration".into()))
        }
        Kind::Forbidden => Reply::forbidden(),
        Kind::NotFound if call.is_graphql() => {
            let message = "Could not resolve to a Repository with the name 'org/app'.";
            graphql::refuse(call, ("NOT_FOUND", message.into()))
        }
        Kind::NotFound => Reply::not_found(),
    };
    Outcome::Reply(reply)
}

/// What stands before GitHub answers in HTML.
fn page(status: u16) -> Reply {
    let body =
        format!("<html>\n<head><title>Unicorn! &middot; GitHub</title></head>\n<h1>{status}</h1>\n</html>\n");
    Reply::html(status, &body)
}

/// An error of something that logs requests into its answers.
fn echo(call: &Call, status: u16) -> Reply {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    let header = call.header("authorization").unwrap_or_default();
    let token = header.split_once(' ').map_or(header, |(_, token)| token);
    let basic = ["x-access-token:", "user:", "x:"].map(|user| STANDARD.encode(format!("{user}{token}")));
    let message = format!(
        "refused: Authorization: {header}; {token}; Basic {}; https://x-access-token:{token}@github.com/; {}",
        basic[0],
        token.to_uppercase()
    );
    let errors =
        serde_json::json!([{"type": "FORBIDDEN", "message": message, "path": basic[1], "url": basic[2]}]);
    if call.is_graphql() && status == 403 {
        return Reply::json(200, &serde_json::json!({"data": null, "errors": errors}));
    }
    let body = serde_json::json!({
        "message": message,
        "errors": [{"header": URL_SAFE.encode(header), "value": STANDARD.encode(token)}],
        "documentation_url": format!("https://docs.example/?access_token={token}"),
    });
    Reply::json(status, &body)
}

fn garbage() -> Reply {
    let mut reply = Reply::json(200, &serde_json::Value::Null);
    reply.body = b"{\"data\":{\"crea".to_vec();
    reply
}

fn too_fast(status: u16) -> Reply {
    let message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    let docs = "/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";
    Reply::error(status, message, docs)
}
