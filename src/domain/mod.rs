//! The words everyone uses. Values are parsed at the door: a value that exists is valid, so no room
//! further in has to ask whether a score is finite or an alpha lies between 0 and 1.

mod claim;
mod diagnostic;
mod digest;
mod errors;
mod feature;
mod interner;
mod judge;
mod method;
mod named_enum;
pub mod number_format;
mod numbers;
mod plan;
pub mod policy;
mod project;
pub mod quotation;
mod release;
mod rules;
mod run;
mod run_builder;
mod run_parts;
mod sampling;
mod text_column;
mod unscored;
mod usage;
mod verdict;

pub use claim::{Claim, Direction, Sides};
pub use diagnostic::{Code, Diagnostic, Exit};
pub use digest::{Digest, Hasher};
pub use feature::Feature;
pub use judge::Judge;
pub use method::{Method, MethodChoice};
pub(crate) use named_enum::named_enum;
pub use numbers::{Alpha, Fraction, Score, ScoreRange};
pub use plan::Plan;
pub use project::ProjectId;
pub use release::ReleaseId;
pub use rules::{ClusterRule, Edition, EpochRule, Identical, MissingRule, Rule, TaskMismatch};
pub use run::{Item, RunFrame, RunMetadata};
pub use run_builder::RunFrameBuilder;
pub use sampling::{About, Draw, DrawnUnit, Lambda, PastRun, Predictor, Sampling};
pub use text_column::TextColumn;
pub use unscored::Unscored;
pub use usage::Usage;
pub use verdict::Verdict;

/// Tests that take long run in full where `EVALSIG_SLOW_TESTS` is set, as it is each week; `tests/it/tree.rs` has the
/// same switch for the others.
#[cfg(test)]
pub(crate) mod slow_tests {
    /// Whether the long ones run.
    #[allow(clippy::disallowed_methods)]
    pub(crate) fn enabled() -> bool {
        std::env::var_os("EVALSIG_SLOW_TESTS").is_some()
    }

    /// This many cases of a property; a tenth of them where the long tests do not run.
    pub(crate) fn cases(all: u32) -> u32 {
        if enabled() { all } else { all.div_ceil(10) }
    }
}
