//! One file a named method, and the registry that says of each what it takes and how it is built.
//!
//! Every method implements [`Inversion`](crate::inference::Inversion), so its test and its bounds are one
//! thing. `registry` holds one row a method; `needs` what a method may ask of the data; `prepared` what it
//! is given and what it hands back. `intersection_union` and `scaled` make a test out of others.

mod betting;
mod betting_one_order;
mod bootstrap_t;
pub(crate) mod bounded;
mod cluster_mean;
pub(crate) mod cr2;
pub(crate) mod exact_unconditional;
mod hall_t;
mod intersection_union;
pub(crate) mod mcnemar;
mod mcnemar_midp;
mod needs;
pub(crate) mod paired_t;
pub(crate) mod prepared;
pub(crate) mod registry;
mod saddlepoint;
mod saddlepoint_hall_t;
mod scaled;
pub(crate) mod shifted_bootstrap;
pub(crate) mod sign_flip;
mod sign_flip_bootstrap_t;
mod tango;
pub(crate) mod tango_score;

pub use betting::Betting;
pub use bootstrap_t::BootstrapT;
pub use bounded::Bounded;
pub use cluster_mean::ClusterMean;
pub use cr2::{ClusterRobust, Correction};
pub use exact_unconditional::{ExactUnconditional, GAMMA};
pub use hall_t::HallT;
pub use intersection_union::IntersectionUnion;
pub use mcnemar::ExactConditional;
pub use mcnemar_midp::McnemarMidP;
pub use paired_t::PairedT;
pub use saddlepoint::Saddlepoint;
pub use shifted_bootstrap::Bootstrap;
pub use sign_flip::SignFlip;
pub use tango::Tango;
