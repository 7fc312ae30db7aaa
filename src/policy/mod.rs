//! The policy file: `.github/evalsig.yml` becomes a [`Policy`](crate::domain::policy::Policy), and a policy becomes
//! sentences that a reviewer understands.
//!
//! `yaml` reads text into nodes that know their line, column and spelling; `fields` reads one value of one key;
//! `task` and `document` know the keys; `rules` holds what no single key can say. Nothing here opens a file.

mod difference;
mod document;
mod errors;
mod fields;
pub mod keys;
mod numbers;
mod parse;
mod problem;
mod recognised;
mod recorded_tightening;
mod rules;
mod schema;
mod second_reading;
mod shared;
mod spelling;
mod task;
mod texts;
mod tighten;
pub mod waivers;
mod words;
mod written;
mod yaml;

pub use difference::{Change, Effect, difference};
pub use parse::{parse, problems};
pub use recorded_tightening::{from_recorded, recorded};
pub use schema::{policy_schema, waivers_schema};
pub use tighten::{Tightening, decided_by_policy, tighten};
pub use words::{Meaning, TaskMeaning, words};
pub use written::written;
