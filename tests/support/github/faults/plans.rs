//! Plans by name, so that one test can go through all of them.

use super::{Fault, Kind, Match, Mover, Plan};

/// The branch of the audit trail.
const BRANCH: &str = "evalsig-audit";

const CREATE_CHECK: Match = Match::Rest("POST", "check-runs");
const UPDATE_CHECK: Match = Match::Rest("PATCH", "check-runs/*");
const ANY_CHECK: [Match; 2] = [CREATE_CHECK, UPDATE_CHECK];
const LIST_CHECKS: Match = Match::Rest("GET", "commits/*/check-runs");
const READ_REF: Match = Match::Rest("GET", "git/ref/*");
const CREATE_REF: Match = Match::Rest("POST", "git/refs");
const MOVE_REF: Match = Match::Rest("PATCH", "git/refs/*");
const CREATE_TREE: Match = Match::Rest("POST", "git/trees");
const CREATE_COMMIT: Match = Match::Rest("POST", "git/commits");

type Named = (&'static str, Plan);

/// Every plan.
pub(crate) fn all() -> Vec<Named> {
    let mut plans = transient();
    plans.extend(lasting());
    plans
}

/// What passes: a patient client gets its work done.
pub(crate) fn transient() -> Vec<Named> {
    let once = |kind: Kind, on: Match| Plan::from(vec![Fault::new(kind).on(on)]);
    let thrice = |kind: Kind, on: Match| Plan::from(vec![Fault::new(kind).on(on).times(1..=3)]);
    let now_and_then = |kind: Kind, on: Match| Plan::from(vec![Fault::new(kind).on(on).chance(0.3)]);
    let mover = || Kind::MoveBranch(Mover::unrelated(BRANCH));
    vec![
        ("commit: 500", once(Kind::Status(500), Match::Mutation)),
        ("commit: 502 three times", thrice(Kind::Status(502), Match::Mutation)),
        ("commit: 502 although done", once(Kind::StatusAfter(502), Match::Mutation)),
        ("commit: 504 although done", once(Kind::StatusAfter(504), Match::Mutation)),
        ("commit: timeout", once(Kind::TimeoutBefore, Match::Mutation)),
        ("commit: timeout although done", once(Kind::TimeoutAfter, Match::Mutation)),
        ("commit: response lost", once(Kind::LostResponse, Match::Mutation)),
        ("commit: reset", once(Kind::Reset, Match::Mutation)),
        ("commit: garbage", once(Kind::Garbage, Match::Mutation)),
        ("commit: garbage although done", once(Kind::GarbageAfter, Match::Mutation)),
        ("commit: stale", once(Kind::StaleData, Match::Mutation)),
        ("commit: stale three times", thrice(Kind::StaleData, Match::Mutation)),
        ("commit: slow", once(Kind::Slow(400), Match::Mutation)),
        ("commit: hour used up", once(Kind::PrimaryLimit(2), Match::Mutation)),
        ("commit: too fast, 403", once(Kind::SecondaryLimit(403, 1), Match::Mutation)),
        ("commit: too fast, 429", once(Kind::SecondaryLimit(429, 1), Match::Mutation)),
        ("commit: another writer is faster", once(mover(), Match::Mutation)),
        ("commit: another writer is faster three times", thrice(mover(), Match::Mutation)),
        ("read: 500", once(Kind::Status(500), Match::Reads)),
        ("read: 503 three times", thrice(Kind::Status(503), Match::Reads)),
        ("read: timeout", once(Kind::TimeoutBefore, Match::Reads)),
        ("read: response lost", once(Kind::LostResponse, Match::Reads)),
        ("read: reset", once(Kind::Reset, Match::Reads)),
        ("read: garbage", once(Kind::Garbage, Match::Reads)),
        ("read: slow", once(Kind::Slow(400), Match::Reads)),
        ("read: hour used up", once(Kind::PrimaryLimit(2), Match::Reads)),
        ("read: too fast", once(Kind::SecondaryLimit(403, 1), Match::Reads)),
        ("read: stale, once in a while", now_and_then(Kind::StaleRead, Match::Reads)),
        ("read: stale, the first three", thrice(Kind::StaleRead, Match::Reads)),
        ("read: the branch moves after each of three", thrice(mover(), Match::Reads)),
        ("branch: not there yet", once(Kind::NotFound, READ_REF)),
        ("branch: somebody else creates it", once(mover(), CREATE_REF)),
        ("branch: created, response lost", once(Kind::LostResponse, CREATE_REF)),
        ("branch: created, 502", once(Kind::StatusAfter(502), CREATE_REF)),
        ("branch: 502", once(Kind::Status(502), CREATE_REF)),
        ("branch: moved, response lost", once(Kind::LostResponse, MOVE_REF)),
        ("branch: not a fast forward", once(Kind::Stale422, MOVE_REF)),
        ("tree: 502", once(Kind::Status(502), CREATE_TREE)),
        ("tree: conflict", once(Kind::Conflict, CREATE_TREE)),
        ("commit object: response lost", once(Kind::LostResponse, CREATE_COMMIT)),
        ("check: creation 502", once(Kind::Status(502), CREATE_CHECK)),
        ("check: created, response lost", once(Kind::LostResponse, CREATE_CHECK)),
        ("check: created, timeout", once(Kind::TimeoutAfter, CREATE_CHECK)),
        ("check: creation too fast", once(Kind::SecondaryLimit(429, 1), CREATE_CHECK)),
        ("check: completion 503", once(Kind::Status(503), UPDATE_CHECK)),
        ("check: completed, response lost", once(Kind::LostResponse, UPDATE_CHECK)),
        ("check: completion reset", once(Kind::Reset, UPDATE_CHECK)),
        ("check: list is garbage", once(Kind::Garbage, LIST_CHECKS)),
        ("flicker: any request 502", now_and_then(Kind::Status(502), Match::Any)),
        ("flicker: writes lose their response", now_and_then(Kind::LostResponse, Match::Writes)),
        (
            "flicker: a bit of everything",
            vec![
                Fault::new(Kind::StaleRead).on(Match::Reads).chance(0.2),
                Fault::new(Kind::StatusAfter(502)).on(Match::Writes).chance(0.1),
                Fault::new(mover()).on(Match::Mutation).chance(0.2),
                Fault::new(Kind::Reset).chance(0.1),
                Fault::new(Kind::SecondaryLimit(403, 1)).chance(0.05),
            ]
            .into(),
        ),
    ]
}

/// What stays: a client has to give up, in time and in order.
pub(crate) fn lasting() -> Vec<Named> {
    let always = |kind: Kind, on: Match| Plan::from(vec![Fault::new(kind).on(on).always()]);
    let both =
        |kind: Kind| -> Plan { ANY_CHECK.map(|on| Fault::new(kind.clone()).on(on).always()).to_vec().into() };
    let mover = Kind::MoveBranch(Mover::unrelated(BRANCH));
    vec![
        ("for good: checks forbidden", both(Kind::Forbidden)),
        ("for good: checks down", both(Kind::Status(503))),
        ("for good: commits forbidden", always(Kind::Forbidden, Match::Mutation)),
        ("for good: all writes forbidden", always(Kind::Forbidden, Match::Writes)),
        ("for good: commits stale", always(Kind::StaleData, Match::Mutation)),
        ("for good: another writer is faster", always(mover, Match::Mutation)),
        ("for good: commits lose their response", always(Kind::LostResponse, Match::Mutation)),
        ("for good: commits time out", always(Kind::TimeoutBefore, Match::Mutation)),
        ("for good: not found", always(Kind::NotFound, Match::Any)),
        ("for good: hour used up", always(Kind::PrimaryLimit(3_600), Match::Any)),
        ("for good: too fast", always(Kind::SecondaryLimit(403, 60), Match::Writes)),
        ("for good: garbage", always(Kind::Garbage, Match::Any)),
        ("for good: down", always(Kind::Status(503), Match::Any)),
        ("for good: reset", always(Kind::Reset, Match::Any)),
    ]
}
