//! The one integration binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking and reports by printing"
)]

mod contract;
mod golden;
mod parity;
mod simulation;
mod support;
mod timing;
