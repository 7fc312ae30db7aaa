//! What an item took in time, tokens and money: metrics of which less is better, beside the scores.

use super::named_enum::named_enum;

named_enum! {
    /// What an item took. The names mean the same in every format.
    pub enum Usage {
        LatencyMs = "latency_ms", "Milliseconds that the item took.";
        InputTokens = "input_tokens", "Tokens that the model was given.";
        OutputTokens = "output_tokens", "Tokens that the model answered.";
        TotalTokens = "total_tokens", "Tokens of both, as the tool counts them.";
        Cost = "cost", "What the item cost, in the currency of the tool.";
    }
}

/// The names that tools themselves give such metrics.
const OF_TOOLS: [&str; 12] = [
    "working_time",
    "total_time",
    "latencyMs",
    "tokenUsage.prompt",
    "tokenUsage.completion",
    "tokenUsage.total",
    "inference_runtime",
    "inference_denoised_runtime",
    "inference_idealized_runtime",
    "num_prompt_tokens",
    "num_completion_tokens",
    "num_output_tokens",
];

impl Usage {
    /// Whether a metric of this name tells what items took, under a name of ours or of a tool.
    #[must_use]
    pub fn is_name(metric: &str) -> bool {
        // HELM names the split behind the metric.
        let metric = metric.split_once(',').map_or(metric, |(metric, _)| metric);
        Self::from_name(metric).is_some() || OF_TOOLS.contains(&metric)
    }
}
