//! What resampling methods stand on: lists, counts and order statistics of resampled means.

pub(crate) mod lattice;
pub(crate) mod meet_in_the_middle;
pub(crate) mod pivots;
pub(crate) mod reference_distribution;
pub(crate) mod sign_flips;
