//! Looking more than once: evidence that holds at every look, and looks planned beforehand.

mod betting_wealth;
mod e_value;
mod looks;

pub use betting_wealth::Wealth;
pub use e_value::{PairEvidence, ln_e_discordant};
pub use looks::{Evidence, ItemLooks, ItemTest, PlannedLooks, Seen};
