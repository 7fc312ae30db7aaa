//! Fewer items for the same proof: what is drawn from a bank, what the rest is predicted by, and what people
//! corrected of a judge's scores.
//!
//! | file | holds |
//! |---|---|
//! | `bank` | a run whose every item is scored, one number an item |
//! | `draw` | which items a seed draws from a bank |
//! | `predictor` | what past runs and the baseline say of the candidate, fitted before the candidate is run |
//! | `estimator` | pairs of the drawn items, with what is known of the bank beside them |
//! | `document` | `sample.json`: what was drawn, written before the candidate is run |
//! | `gold` | labels by people, and what they say of a judge |

#![warn(clippy::wildcard_enum_match_arm)]

mod bank;
pub mod document;
mod draw;
mod errors;
mod estimator;
mod gold;
mod predictor;

pub use bank::Bank;
pub use draw::draw;
pub use estimator::{DrawnBank, drawn_pairs};
pub use gold::{Agreement, Corrected, JudgeQuality, Share, corrected};
pub use predictor::{Fit, History, predict};
