//! The policy file as a user meets it.

mod changes;
mod init;
mod mutations;
mod session;
mod waivers;

/// A policy with every key.
pub(crate) const FULL: &str = include_str!("../../fixtures/policy/full.yml");
