//! The words everyone uses. Values are parsed at the door: a value that exists is valid, so no room
//! further in has to ask whether a score is finite or an alpha lies between 0 and 1.

mod claim;
mod diagnostic;
mod digest;
mod interner;
mod method;
pub mod number_format;
mod numbers;
mod plan;
mod project;
mod release;
mod run;
mod text_column;
mod verdict;

pub use claim::{Claim, Direction, Sides};
pub use diagnostic::{Code, Diagnostic, Exit};
pub use digest::{Digest, Hasher};
pub use method::{Method, MethodChoice};
pub use numbers::{Alpha, Fraction, Score, ScoreRange};
pub use plan::{ClusterRule, Edition, EpochRule, Identical, MissingRule, Plan, Rule, TaskMismatch};
pub use project::ProjectId;
pub use release::ReleaseId;
pub use run::{Item, RunFrame, RunFrameBuilder, RunMetadata, Unscored};
pub use text_column::TextColumn;
pub use verdict::Verdict;
