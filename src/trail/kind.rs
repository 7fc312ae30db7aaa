//! What an entry of the chain stands for.

use crate::domain::named_enum;

named_enum! {
    /// What an entry of the chain stands for.
    pub enum EntryKind {
        Decision = "decision", "A verdict about a candidate.";
        Plan = "plan", "A plan that was locked before the runs existed.";
        Waiver = "waiver", "A decision by a person that stands beside a verdict.";
    }
}

impl EntryKind {
    /// The file that the entry stands for, in the folder of both.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Decision => "audit.json",
            Self::Plan => "plan.json",
            Self::Waiver => "waiver.json",
        }
    }

    /// The kind whose entries stand for a file of this name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.file_name() == name)
    }

    /// The folder of the trail that holds the folders of all releases. No release can have its name.
    pub(super) fn shelf(self) -> Option<&'static str> {
        match self {
            Self::Decision => None,
            Self::Plan => Some("_plans"),
            Self::Waiver => Some("_waivers"),
        }
    }

    /// What its number counts.
    #[must_use]
    pub fn counted(self) -> &'static str {
        match self {
            Self::Decision => "attempt",
            Self::Plan | Self::Waiver => self.as_str(),
        }
    }
}
