//! Two runs and a plan in, a [`Judgement`] out: the one call that every command makes.
//!
//! ```text
//! ALLOW         lower bound > the claim's value
//! REJECT        upper bound < the claim's value
//! INCONCLUSIVE  otherwise, and wherever too little was paired or too few units are independent
//! ```
//!
//! So P(ALLOW | claim false) <= alpha and P(REJECT | claim true) <= alpha for every true delta.
//! Power, MDE and the observed effect never enter the verdict; they go into the advice.
//!
//! | file | holds |
//! |---|---|
//! | `judgement` | what a judgement consists of: pairs, basis, decision |
//! | `warnings` | what may make the verdict mean something else than its reader thinks |
//! | `outlook` | what another run of the same design would show |
//! | `wording` | the sentences of claim, finding and suggestion |
//! | `worst_case` | the bounds that hold whatever the missing items would have scored |
//! | `rule` | where the bounds lie relative to the claim is the verdict |
//! | `judge` | the call: pair, infer, bound, decide |

#![warn(clippy::wildcard_enum_match_arm)]

mod answers;
mod judge;
mod judgement;
mod outlook;
mod rule;
mod warnings;
mod wording;
mod worst_case;

pub(crate) use judge::same_scores;
pub use judge::{judge, judge_corrected, judge_drawn, judge_pairs};
pub use judgement::{Basis, Decision, EffectSizes, Gold, Judgement, Outlook};
pub use worst_case::{WorstCase, worst_case};
