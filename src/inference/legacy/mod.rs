//! The decision rule of Python evalsig 0.1.2, by its own numbers.

mod numpy;
mod rule_0_1;

pub use rule_0_1::{LegacyOutcome, evalsig_0_1};
