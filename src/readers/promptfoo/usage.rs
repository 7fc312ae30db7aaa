//! What a test took: time, tokens and money, as promptfoo counts them beside its scores.

use super::super::tree::{Node, Projection};
use super::super::usage;
use crate::domain::{Score, Unscored, Usage};

const TOKENS: Projection<'static> = Projection::Fields(&[
    ("prompt", Projection::All),
    ("completion", Projection::All),
    ("total", Projection::All),
]);
/// What is read of a result.
pub(super) const RESPONSE: Projection<'static> =
    Projection::Fields(&[("cached", Projection::All), ("cost", Projection::All), ("tokenUsage", TOKENS)]);
pub(super) const TOKEN_USAGE: Projection<'static> = TOKENS;

/// The names that promptfoo gives them, and ours.
const NAMES: [(&str, Usage); 9] = [
    ("latency_ms", Usage::LatencyMs),
    ("input_tokens", Usage::InputTokens),
    ("output_tokens", Usage::OutputTokens),
    ("total_tokens", Usage::TotalTokens),
    ("cost", Usage::Cost),
    ("latencyMs", Usage::LatencyMs),
    ("tokenUsage.prompt", Usage::InputTokens),
    ("tokenUsage.completion", Usage::OutputTokens),
    ("tokenUsage.total", Usage::TotalTokens),
];

/// What one test took, as far as it is known.
pub(super) struct RowUsage {
    latency: Option<f64>,
    input: Option<f64>,
    output: Option<f64>,
    total: Option<f64>,
    cost: Option<f64>,
    /// Whether the answer came from the cache: what that took says nothing of the model.
    pub(super) cached: bool,
}

impl RowUsage {
    pub(super) fn of(node: &Node) -> Self {
        let response = node.get("response");
        let of_response = |name: &str| response.and_then(|response| response.get(name));
        let tokens = [of_response("tokenUsage"), node.get("tokenUsage")];
        // Every count is 0 where a provider reports none.
        let tokens =
            tokens.into_iter().flatten().find(|tokens| tokens.get("total").and_then(number) > Some(0.0));
        let count = |name: &str| tokens.and_then(|tokens| tokens.get(name)).and_then(number);
        let input = count("prompt").filter(|count| *count > 0.0);
        // promptfoo writes 0 for a cost that the provider does not know.
        let own = of_response("cost").and_then(number);
        let cost = node.get("cost").and_then(number).filter(|cost| *cost != 0.0 || own.is_some());
        Self {
            latency: node.get("latencyMs").and_then(number),
            output: count("completion").filter(|_| input.is_some()),
            input,
            total: count("total"),
            cost,
            cached: of_response("cached").map(Node::scalar) == Some(super::super::scalar::Scalar::Bool(true)),
        }
    }

    /// What the test took; `None` where the name is none of these metrics.
    pub(super) fn score(&self, metric: &str) -> Option<Result<Score, Unscored>> {
        let (_, of) = NAMES.iter().find(|(name, _)| *name == metric)?;
        Some(usage::figure(self.number(*of)))
    }

    fn number(&self, of: Usage) -> Option<f64> {
        let found = match of {
            Usage::LatencyMs => self.latency,
            Usage::InputTokens => self.input,
            Usage::OutputTokens => self.output,
            Usage::TotalTokens => self.total,
            Usage::Cost => self.cost,
        };
        found.filter(|_| !self.cached)
    }

    /// The metrics of which there is a figure.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &'static str> {
        NAMES.iter().filter(|(_, of)| self.number(*of).is_some()).map(|(name, _)| *name)
    }
}

fn number(node: &Node) -> Option<f64> {
    node.scalar().score().ok()?.ok().map(Score::get)
}
