//! The reasons for which an item has no score.

use super::named_enum::named_enum;

named_enum! {
    /// Why an item carries no score. It is counted and named, never scored 0.
    pub enum Unscored {
        /// The score is absent or null.
        Missing = "score missing";
        /// The score is NaN or infinite.
        NotFinite = "score not finite";
        /// The score is a text or another value that stands for no number.
        NotANumber = "score not a number";
        /// The item failed before it was scored, as its log says.
        Failed = "item failed";
        /// The judge failed or gave no grade: the score that its tool wrote for that says nothing of the item.
        JudgeFailed = "judge failed";
        /// The test asserts nothing, so whatever its tool wrote is no measurement.
        NothingAsserted = "nothing asserted";
    }
}
