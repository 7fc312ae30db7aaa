//! The waiver file, `.github/evalsig-waivers.yml`: which waivers it holds, and which of them hold here and now.

mod apply;
mod parse;

pub use apply::{Idle, SOON_DAYS, Waived, apply};
pub use parse::{parse, problems};
