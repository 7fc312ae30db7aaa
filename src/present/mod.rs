//! Envelope to text. Pure, and every renderer takes the envelope itself: what is shown is what was
//! recorded.

pub mod check;
mod columns;
pub mod comment;
pub mod doctor;
pub mod evidence;
pub mod export;
pub mod history;
pub mod json;
pub mod markdown;
pub mod mde;
pub mod mirror;
pub mod plan;
pub mod policy;
pub mod run;
pub mod runner;
pub mod safe;
pub mod suite;
pub mod terminal;
pub mod verify;
pub mod watch;
mod words;
