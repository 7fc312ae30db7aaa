//! Every integration test, in one binary: each further one would link the whole library again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a test touches the world, reports by printing and fails by panicking"
)]

#[path = "../../examples/calibrate/bank.rs"]
mod bank;
#[path = "../support/mod.rs"]
mod support;

mod action;
mod bucket;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod confined;
#[cfg(unix)]
mod container;
mod contract;
mod convert;
mod dependencies;
#[cfg(unix)]
mod descriptors;
mod docs;
mod docstrings;
mod doctor;
mod export;
#[cfg(target_os = "linux")]
mod faults;
mod files;
#[cfg(unix)]
mod flood;
mod fuzz;
mod gate;
mod github;
mod github_comments;
mod github_identity;
mod github_races;
mod github_scale;
mod golden;
mod history;
mod judges;
mod layers;
#[cfg(target_os = "linux")]
mod lost_output;
mod numerics;
mod page;
mod parity;
mod plan_lock;
mod planning;
mod policy;
mod readers;
mod recipes;
mod replay;
mod report;
mod revisions;
mod sampled;
mod schemas;
#[cfg(unix)]
mod secrets;
mod selftest;
#[cfg(unix)]
mod setup;
mod shell;
mod shown;
mod simulation;
mod simulation_suites;
mod stand_in;
mod statement;
mod store;
mod suite;
mod terminal;
mod trail;
mod tree;
mod verdicts;
mod verify_gate;
#[cfg(unix)]
mod walks;
mod watch;
