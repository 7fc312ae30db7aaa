//! The one integration binary.

mod contract;
mod golden;
mod parity;
mod simulation;
mod support;
