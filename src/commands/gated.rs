//! A decision with its evidence, whether about one pair of runs or about a suite: what is shown of it, and how the
//! process ends.

use std::collections::BTreeMap;

use super::World;
use super::persist::{Evidence, PersistedDecision, PersistedSuite};
use crate::domain::Diagnostic;
use crate::envelope::exit_code;
use crate::envelope::v1::VerdictWord;
use crate::view::{self, DecisionView};

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

    /// Whether waivers turn the check green in spite of the verdict, and who waived, in the words of its `view`.
    #[must_use]
    pub fn turned_green(&self, view: &DecisionView) -> Option<String> {
        match self {
            Self::Suite(of) if of.record.waivers.turn_green() => view.suite.as_ref()?.waived.clone(),
            Self::Pair(_) | Self::Suite(_) => None,
        }
    }

    /// The decision as its readers see it: from the envelope that was kept, so that a rendering a year later is the
    /// same, and with the items, which only are at hand now.
    #[must_use]
    pub fn view(&self) -> DecisionView {
        let evidence = self.evidence();
        let attempt = evidence.attempt();
        let kept = evidence.file().and_then(|(_, bytes)| view::of_envelope(bytes).ok());
        let view = kept.unwrap_or_else(|| match self {
            Self::Pair(pair) => view::of_pair(&pair.record, attempt),
            Self::Suite(of) => view::of_suite(&of.record, attempt),
        });
        let view = view.with_items(match self {
            Self::Pair(pair) => BTreeMap::from([(String::new(), pair.items.clone())]),
            Self::Suite(of) => of.items.clone(),
        });
        DecisionView { place: evidence.place(), ..view }.noting(evidence.since_last_attempt())
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
