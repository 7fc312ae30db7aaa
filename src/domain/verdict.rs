//! The three answers.

use super::named_enum::named_enum;

named_enum! {
    /// May the candidate ship? In the order of the exit codes.
    pub enum Verdict {
        /// The claim was shown.
        Allow = "ALLOW";
        /// The opposite of the claim was shown.
        Reject = "REJECT";
        /// Neither was shown: too little evidence is its own answer, never a pass.
        Inconclusive = "INCONCLUSIVE";
    }
}

impl Verdict {
    /// 0, 1 or 2. An exit code of 1 or 2 therefore always means that a valid verdict exists.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Reject => 1,
            Self::Inconclusive => 2,
        }
    }
}
