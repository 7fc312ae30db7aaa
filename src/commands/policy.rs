//! `policy check` and `policy init`: what a policy file means, and a first one from existing runs.

mod check;
mod draft;
mod power;
mod request;
mod stored_pair;

pub use check::check;
pub use draft::init;
pub use request::{PolicyCheckRequest, PolicyInitRequest};
