//! What was meant. Every text becomes a value that is valid, or an error that names the flag; after
//! this nothing changes meaning.

mod again;
mod compare;
mod convert;
mod doctor;
mod export;
mod gate;
mod mde;
mod plan;
mod policy;
mod report;
mod shared;
mod statement;
mod store;
mod values;
mod verify;
mod watch;

pub(super) use compare::compare;
pub(super) use convert::convert;
pub(super) use doctor::doctor;
pub(super) use export::export;
pub(super) use gate::gate;
pub(super) use mde::mde;
pub(super) use plan::{plan_design, plan_lock, plan_sample};
pub(super) use policy::{policy_check, policy_init};
pub(super) use report::report;
pub use shared::Terminal;
pub(super) use shared::view;
pub(super) use statement::statement;
pub(super) use store::{get, history, mirror};
pub(super) use verify::verify;
pub(super) use watch::watch;
