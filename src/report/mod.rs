//! What every renderer takes: values that say what a command found, and nothing of how it looks.
//!
//! The record of a gate is [`crate::envelope::Record`]; `verify` and `history` report what the rooms `trail` and
//! `store` found. `present` turns each of them into text, pages and JSON.

pub mod design;
pub mod doctor;
pub mod evidence;
pub mod export;
pub mod mde;
pub mod mirror;
pub mod policy;
pub mod watch;
