//! What a method needs of the data before it can be made ready, and the error where it is not there.

use crate::domain::{Code, Diagnostic};
use crate::inference::methods::prepared::{Counts, Request};
use crate::inference::sample::Sample;

/// What a method needs of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// One item.
    OneItem,
    /// Two items, whatever their scores: the method estimates a spread.
    TwoItems,
    /// Scores of 0 or 1 (or two others) in one epoch.
    TwoScores,
    /// Scores between 0 and 1.
    UnitInterval,
    /// A known range of the scores.
    Range,
    /// Clusters.
    Clusters,
}

impl Needs {
    /// Whether the sample has it.
    ///
    /// # Errors
    /// `method-does-not-fit` where the method cannot take the data; `too-few-items` where it needs more of
    /// them.
    pub(crate) fn check(self, request: &Request<'_>) -> Result<(), Diagnostic> {
        let (sample, label) = (request.sample, request.label());
        match self {
            Self::OneItem => Ok(()),
            Self::TwoItems => two_items(sample.len(), label),
            Self::TwoScores => counts(request).map(|_| ()),
            Self::UnitInterval => unit_interval(sample),
            Self::Range => sample.span.map(|_| ()).ok_or_else(no_range),
            Self::Clusters => clusters(sample, label),
        }
    }
}

fn two_items(items: usize, method: &str) -> Result<(), Diagnostic> {
    if items >= 2 {
        return Ok(());
    }
    Err(Code::TooFewItems
        .at("items")
        .what(format!("{items} paired item, and {method} needs at least 2"))
        .next("pair more items"))
}

/// The counts of a sample, or why a test of 0/1 scores does not fit it.
///
/// # Errors
/// `method-does-not-fit` unless every score is 0 or 1 and every item has one epoch.
pub(crate) fn counts(request: &Request<'_>) -> Result<Counts, Diagnostic> {
    let found = request.sample.discordance();
    found.map(|(broken, fixed, items)| Counts { broken, fixed, items }).ok_or_else(|| {
        Code::MethodDoesNotFit
            .at("--method")
            .what(format!("{} tests scores of 0 or 1 in one epoch, and this run has others", request.label()))
            .next("use --method auto, or sign_flip")
    })
}

/// How far a difference can go is known where scores lie between 0 and 1.
fn unit_interval(sample: &Sample) -> Result<(), Diagnostic> {
    let scores = || sample.baseline.iter().chain(&sample.candidate);
    // Orientation may have turned every sign.
    if scores().all(|s| (0.0..=1.0).contains(s)) || scores().all(|s| (-1.0..=0.0).contains(s)) {
        return Ok(());
    }
    Err(Code::MethodDoesNotFit
        .at("--method")
        .what("betting needs scores between 0 and 1, and this run has others")
        .next("scale the scores to 0..1, or use --method auto"))
}

/// The error where the range of the scores is not known.
pub(crate) fn no_range() -> Diagnostic {
    Code::MethodDoesNotFit
        .at("--method")
        .what("bounded needs to know the range of the scores, and nothing states it")
        .next("name it with --score-range, or use --method auto")
}

fn clusters(sample: &Sample, label: &str) -> Result<(), Diagnostic> {
    if sample.clusters.is_some() {
        return Ok(());
    }
    Err(Code::MethodDoesNotFit
        .at("--method")
        .what(format!("{label} works on clusters, and this run carries none"))
        .next("use --method auto, or name the clusters with --cluster"))
}
