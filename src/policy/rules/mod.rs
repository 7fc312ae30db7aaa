//! What no single key can say: which keys go together, and which designs can never allow anything.

mod errors;
mod one_task;
mod reach;
mod several;

pub(super) use one_task::task;
pub(super) use reach::reach;
pub(super) use several::{limits, names, suite};
