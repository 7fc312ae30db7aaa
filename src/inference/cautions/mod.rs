//! What the data cannot show, as notes beside the numbers. Nothing here changes a number.

pub(crate) mod clusters;
pub mod informative_cluster_size;
pub mod rule_of_three;
