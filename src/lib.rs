//! Decides whether a candidate model may ship over its baseline, and leaves evidence of the decision.
//!
//! The rooms stand in the order in which data flows through them. **A module names only modules
//! above it**; `tests/it/layers.rs` fails on an arrow that runs back.
//!
//! ```text
//! domain      the words everyone uses; a value that exists is valid
//! readers     bytes of a run file -> RunFrame
//! policy      text of a policy file -> Policy, and what it means in words
//! pairing     two RunFrames -> paired items and what was left out
//! numerics    tails of distributions, sums, random numbers
//! sampling    what is drawn from a bank, and by what the rest is predicted
//! inference   paired differences + plan -> Estimate (delta, bounds, p-values)
//! decision    two RunFrames + plan -> Judgement: the verdict with its reasons
//! suite       the runs of several tasks + policy -> SuiteJudgement: one verdict over all claims
//! envelope    everything above -> the bytes that are hashed and kept
//! view        a decision as its reader sees it, made from the envelope alone
//! report      what a command found, for every renderer
//! trail       the append-only, hash-chained log of envelopes, over a port
//! store       both runs of every decision as Parquet, and their history, over a port
//! present     envelope -> text for people
//! commands    one file a subcommand, told over small traits
//! cli         what was typed or arrived as INPUT_* -> a resolved request
//! edge        the only effects: files, clock, environment, entropy
//! ```
//!
//! Everything outside `edge` is a function of its arguments: the clock, the seed and the bytes
//! are handed in. That is what makes a verdict the same bits on every machine.

pub mod domain;
pub mod readers;

pub mod policy;

pub mod pairing;

pub mod numerics;

pub mod sampling;

pub mod inference;

pub mod decision;

pub mod suite;

pub mod envelope;

pub mod view;

pub mod report;

pub mod trail;

pub mod store;

pub mod present;

pub mod commands;

pub mod cli;

pub mod edge;
