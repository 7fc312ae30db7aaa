//! A decision with its evidence, whether about one pair of runs or about a suite: what is shown of it, and how the
//! process ends.

use super::World;
use super::persist::{Evidence, PersistedDecision, PersistedSuite};
use crate::domain::Diagnostic;
use crate::envelope::exit_code;
use crate::envelope::v1::VerdictWord;
use crate::present::check::{self, Links, Page};
use crate::present::terminal::Colour;
use crate::present::{markdown, suite, terminal};

/// A decision of `gate` or the action, with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum Gated {
    /// About one pair of runs.
    Pair(Box<PersistedDecision>),
    /// About a suite.
    Suite(Box<PersistedSuite>),
}

impl Gated {
    /// Where runs and envelope stand.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        match self {
            Self::Pair(pair) => &pair.evidence,
            Self::Suite(suite) => &suite.evidence,
        }
    }

    /// The verdict of this attempt.
    #[must_use]
    pub fn verdict(&self) -> VerdictWord {
        match self {
            Self::Pair(pair) => pair.record.report.verdict,
            Self::Suite(suite) => suite.verdict(),
        }
    }

    /// How the process exits with it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        exit_code(self.verdict())
    }

    /// Whether waivers turn the check green in spite of the verdict, and who waived.
    #[must_use]
    pub fn turned_green(&self) -> Option<String> {
        match self {
            Self::Pair(_) => None,
            Self::Suite(of) => suite::waived(&of.record).filter(|_| of.record.waivers.turn_green()),
        }
    }

    /// Whether a reader misses nothing who reads the first line alone: ALLOW at the first attempt, with everything
    /// scored and nothing to be warned of.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let quiet = match self {
            Self::Pair(pair) => pair.record.is_quiet(),
            Self::Suite(suite) => !suite::has_remarks(&suite.record),
        };
        quiet && self.verdict() == VerdictWord::Allow && self.evidence().attempt().unwrap_or(1) <= 1
    }

    /// What was shown and what was not, in words.
    #[must_use]
    pub fn finding(&self) -> String {
        match self {
            Self::Pair(pair) => pair.record.report.finding.clone(),
            Self::Suite(of) => suite::finding(&of.record, of.attempt()),
        }
    }

    /// The decision for a terminal.
    #[must_use]
    pub fn terminal(&self, colour: Colour) -> String {
        let attempt = self.evidence().attempt();
        match self {
            Self::Pair(pair) => terminal::gate(&pair.record, attempt, colour),
            Self::Suite(of) => suite::terminal(&of.record, attempt, colour),
        }
    }

    /// The decision as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let attempt = self.evidence().attempt();
        match self {
            Self::Pair(pair) => markdown::gate(&pair.record, attempt),
            Self::Suite(of) => suite::markdown(&of.record, attempt),
        }
    }

    /// The decision as the page of a check.
    #[must_use]
    pub(in crate::commands) fn page(&self, links: &Links) -> Page {
        let evidence = self.evidence();
        let (attempt, view) = (evidence.attempt(), evidence.view());
        let envelope = evidence.file().map(|(_, bytes)| bytes);
        match self {
            Self::Pair(pair) => check::verdict(&pair.record, attempt, &view, links, envelope),
            Self::Suite(of) => check::suite(&of.record, attempt, &view, links, envelope),
        }
    }

    /// The decision as one JSON object, also written to the file at `path` where one was asked for.
    ///
    /// # Errors
    /// `output-not-written`; `internal-error` for a number that is not finite.
    pub(in crate::commands) fn json(
        &self,
        path: Option<&str>,
        world: &World<'_>,
    ) -> Result<String, Diagnostic> {
        match self {
            Self::Pair(pair) => pair.json(path, world),
            Self::Suite(suite) => suite.json(path, world),
        }
    }
}
