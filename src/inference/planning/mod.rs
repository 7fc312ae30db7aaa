//! Before the data: how many items, what effect, what power. None of this enters a verdict.
//!
//! [`Design`] is the entry point: it answers for the test that `auto` runs. `sample_size` holds the formulas
//! of large samples; `pilot` and `variance_components` say what a pilot shows; `aa_test` measures how often a
//! gate speaks where nothing changed; `drop_threshold` judges the rule that most teams have.

mod aa_test;
mod ask;
mod binary_power;
mod drop_threshold;
mod forecast;
mod normal_power;
mod pilot;
mod sample_size;
mod study_design;
mod variance_components;

pub use aa_test::{Noise, noise};
pub use ask::{Ask, MOST_ITEMS, Need, Never};
pub use drop_threshold::{fires, found};
pub use forecast::Forecast;
pub use pilot::{Clusters, Spread, spread};
pub use sample_size::{mde, power_for_delta, power_t, required_n, required_n_t};
pub use study_design::Design;
pub use variance_components::{RepeatsPlan, VarianceComponents, variance_components};
