//! What a sample took: time from the log's own clocks, tokens and money from its account of the model.

use super::super::tree::{Node, Projection};
use super::super::usage;
use super::header::Header;
use super::sample::EvalSample;
use crate::domain::{Score, Unscored, Usage};

/// What is read of a sample.
pub(super) const FIELDS: [(&str, Projection<'static>); 3] = [
    ("working_time", Projection::All),
    ("total_time", Projection::All),
    (
        "model_usage",
        Projection::Values(&Projection::Fields(&[
            ("input_tokens", Projection::All),
            ("input_tokens_cache_read", Projection::All),
            ("input_tokens_cache_write", Projection::All),
            ("output_tokens", Projection::All),
            ("total_tokens", Projection::All),
            ("total_cost", Projection::All),
        ])),
    ),
];
/// The log's own names, in seconds.
const WORKING_TIME: &str = "working_time";
const TOTAL_TIME: &str = "total_time";

/// Whose tokens count, and what the samples say at all.
pub(super) struct SampleUsage<'n> {
    /// The model under evaluation, where any sample counts its tokens; else those of every model count.
    model: Option<&'n str>,
    /// Whether the log counts tokens of other models as well.
    others: bool,
    /// The metrics of which at least one sample has a figure.
    offered: Vec<&'static str>,
}

impl<'n> SampleUsage<'n> {
    /// `taken` are the names of scores: one that is called as a metric of ours keeps its name.
    pub(super) fn of(header: &Header<'n>, samples: &[EvalSample<'_>], taken: impl Fn(&str) -> bool) -> Self {
        let model =
            header.model().filter(|model| samples.iter().any(|sample| by_model(sample, model).is_some()));
        let others = samples.iter().flat_map(models).any(|(name, _)| Some(name) != model);
        let mut found = Self { model, others, offered: Vec::new() };
        let names = Usage::ALL.iter().map(|usage| usage.as_str()).chain([WORKING_TIME, TOTAL_TIME]);
        found.offered = names
            .filter(|name| !taken(name) && samples.iter().any(|sample| found.number(sample, name).is_some()))
            .collect();
        found
    }

    /// The metrics that can be chosen.
    pub(super) fn offered(&self) -> &[&'static str] {
        &self.offered
    }

    /// What a sample took, or why that is not known. One that failed did not do its work: that it failed soon
    /// is no speed.
    pub(super) fn score(&self, sample: &EvalSample<'_>, metric: &str) -> Result<Score, Unscored> {
        if sample.failed() {
            return Err(Unscored::Failed);
        }
        usage::figure(self.number(sample, metric))
    }

    /// What to tell of whose tokens these are.
    pub(super) fn note(&self, metric: &str) -> Option<String> {
        let of_model = !matches!(metric, WORKING_TIME | TOTAL_TIME | "latency_ms");
        match self.model {
            Some(model) if of_model && self.others => Some(format!(
                "Tokens and cost are those of {}, the model under evaluation; other models of the log are left out.",
                super::super::quote::quote(model)
            )),
            None if of_model => Some(
                "The log counts no tokens under the name of the model under evaluation: those of all its models \
                 are added up."
                    .into(),
            ),
            _ => None,
        }
    }

    fn number(&self, sample: &EvalSample<'_>, metric: &str) -> Option<f64> {
        match metric {
            WORKING_TIME | TOTAL_TIME => number(sample.record.get(metric)?),
            name => match Usage::from_name(name)? {
                Usage::LatencyMs => number(sample.record.get(WORKING_TIME)?).map(usage::milliseconds),
                Usage::InputTokens => self.sum(sample, |usage| {
                    let part = |name: &str| usage.get(name).and_then(number);
                    // Inspect leaves out of the first what the provider had in its cache.
                    let cached = ["input_tokens_cache_read", "input_tokens_cache_write"].map(part);
                    Some(counted(usage, "input_tokens")? + cached.into_iter().flatten().sum::<f64>())
                }),
                Usage::OutputTokens => self.sum(sample, |usage| counted(usage, "output_tokens")),
                Usage::TotalTokens => self.sum(sample, |usage| counted(usage, "total_tokens")),
                Usage::Cost => self.sum(sample, |usage| usage.get("total_cost").and_then(number)),
            },
        }
    }

    /// The sum over the models that count; `None` where one of them does not say.
    fn sum(&self, sample: &EvalSample<'_>, figure: impl Fn(&Node) -> Option<f64>) -> Option<f64> {
        if let Some(model) = self.model {
            return figure(by_model(sample, model)?);
        }
        let mut figures = models(sample).map(|(_, usage)| figure(usage)).peekable();
        figures.peek()?;
        figures.sum()
    }
}

fn models<'s>(sample: &'s EvalSample<'_>) -> impl Iterator<Item = (&'s str, &'s Node)> {
    sample.record.get("model_usage").into_iter().flat_map(Node::fields)
}

fn by_model<'s>(sample: &'s EvalSample<'_>, model: &str) -> Option<&'s Node> {
    models(sample).find(|(name, _)| *name == model).map(|(_, usage)| usage)
}

/// A count of tokens, where there are any: every count of a provider that reports none is 0.
fn counted(usage: &Node, name: &str) -> Option<f64> {
    number(usage.get("total_tokens")?).filter(|total| *total > 0.0)?;
    number(usage.get(name)?)
}

fn number(node: &Node) -> Option<f64> {
    node.scalar().score().ok()?.ok().map(Score::get)
}
