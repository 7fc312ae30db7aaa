//! A decision as its reader sees it: one model that every renderer takes, made from the envelope alone.
//!
//! The words and numbers of a verdict are chosen here once, so a check, a terminal, a comment and a page a year later
//! cannot say different things. What the envelope does not hold, the items, may be added from both runs
//! ([`Items`]); a renderer says so where they are absent.

mod decision;
mod effect;
mod facts;
mod headline;
mod items;
mod notices;
mod part_of_items;
mod power;
mod read;
mod rules;
mod sentence;
mod since;
mod suite;
mod task;
mod unit;

pub use decision::{ChainState, DecisionView, Moment, PastDecision, TrailPlace};
pub use effect::{Asked, Effect, Region};
pub use facts::Fact;
pub use items::{ClusterChange, EpochMeans, ItemChange, Items, Outcomes};
pub use notices::{Notice, Weight};
pub use power::PowerCurve;
pub use read::{comparison, of_envelope, of_pair, of_suite};
pub use rules::{Passed, RuleRow};
pub use sentence::{Part, Sentence};
pub use since::since_last_attempt;
pub use suite::{ClaimView, FirstRunView, SuiteView};
pub use task::{InputView, TaskView};
pub use unit::Unit;
