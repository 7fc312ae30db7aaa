//! A part of the items scored in full, all of them in part: the difference estimator of two-phase sampling.
//!
//! ```text
//! delta = mean over the sample of (c - f)  +  mean over the first phase of (f - b)
//! ```
//!
//! b and c are the scores of baseline and candidate, f is what is predicted of c before it is seen. In a gate on a
//! sample of a bank the first phase is the bank; where people corrected a judge it is all that the judge scored, and
//! f - b the judge's difference times a factor. What is tested is c - f on the sample, by the methods that test
//! c - b elsewhere; the rest moves their null and narrows or widens their spread.
//!
//! | file | holds |
//! |---|---|
//! | `phase` | the first phase, oriented |
//! | `design` | what is tested, and how its spread becomes that of delta |
//! | `adjusted` | a test of c - f as a test of delta |
//! | `null_variance` | the spread that right and wrong answers have under the null: a guard |
//! | `worst_mass` | the rarest error that the null needs: a guard |
//! | `betting_without_replacement` | the finite-sample guarantee |

mod adjusted;
mod betting_without_replacement;
mod design;
mod null_variance;
pub(crate) mod phase;
mod worst_mass;

pub use adjusted::Adjusted;
pub use betting_without_replacement::BettingWithoutReplacement;
pub(crate) use design::{as_if_paired, residual, test_of_delta};
pub use null_variance::NullVariance;
pub use phase::{Guard, TwoPhase};
pub use worst_mass::WorstMass;
