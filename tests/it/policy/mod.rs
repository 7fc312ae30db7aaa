//! The policy file as a user meets it.

mod mutations;

/// A policy with every key.
pub(crate) const FULL: &str = include_str!("../../fixtures/policy/full.yml");
