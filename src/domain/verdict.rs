//! The three answers.

use std::fmt;

/// May the candidate ship?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The claim was shown.
    Allow,
    /// The opposite of the claim was shown.
    Reject,
    /// Neither was shown: too little evidence is its own answer, never a pass.
    Inconclusive,
}

impl Verdict {
    /// All verdicts, in the order of their exit codes.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Reject, Self::Inconclusive];

    /// The word that every output uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Reject => "REJECT",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }

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

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
