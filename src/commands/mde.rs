//! `mde`: the smallest effect that a design shows, or the items that an effect needs.

use serde::Serialize;

use super::{Outcome, Output};
use crate::domain::words::{count, percent, signed};
use crate::domain::{Alpha, Code, Diagnostic, Fraction, Sides};
use crate::inference::planning;
use crate::present::json;

/// A design.
#[derive(Clone, Debug, PartialEq)]
pub struct MdeRequest {
    /// Standard deviation of the per-item difference.
    pub sd_diff: f64,
    /// Paired items.
    pub n_pairs: u64,
    /// True improvement to plan for; then the items it needs are the answer.
    pub target_delta: Option<f64>,
    /// Value that delta must exceed.
    pub min_delta: f64,
    /// Error rate.
    pub alpha: Alpha,
    /// Power.
    pub power: Fraction,
    /// One-sided or two-sided.
    pub sides: Sides,
    /// Intra-cluster correlation of the differences.
    pub icc: f64,
    /// How items are clustered.
    pub clustering: Clustering,
    /// Shape of the answer.
    pub output: Output,
}

/// How items are clustered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clustering {
    /// Not at all.
    None,
    /// In clusters of this mean size.
    MeanSize(f64),
    /// In this many clusters.
    Clusters(u64),
}

#[derive(Serialize)]
struct Answer {
    mde: Option<f64>,
    required_pairs: Option<u64>,
    sd_diff: f64,
    n_pairs: Option<u64>,
    target_delta: Option<f64>,
    min_delta: f64,
    alpha: f64,
    power: f64,
    sides: &'static str,
    icc: f64,
    design_effect: f64,
}

/// Answers from the normal approximation; says which question it answered.
///
/// # Errors
/// `bad-usage` where the target does not exceed the value that it must exceed: no number of items
/// suffices then.
pub fn mde(request: &MdeRequest) -> Result<Outcome, Diagnostic> {
    let MdeRequest { sd_diff, n_pairs, min_delta, alpha, power, sides, icc, .. } = *request;
    let mean_size = match request.clustering {
        Clustering::None => 1.0,
        Clustering::MeanSize(m) => m,
        Clustering::Clusters(k) => n_pairs as f64 / k as f64,
    };
    let deff = 1.0 + icc * (mean_size - 1.0).max(0.0);
    let mut answer = Answer {
        mde: None,
        required_pairs: None,
        sd_diff,
        n_pairs: None,
        target_delta: request.target_delta,
        min_delta,
        alpha: alpha.get(),
        power: power.get(),
        sides: if sides == Sides::One { "one" } else { "two" },
        icc,
        design_effect: deff,
    };
    match request.target_delta {
        Some(target) => {
            let needed = planning::required_n(target, min_delta, sd_diff, deff, alpha, power.get(), sides);
            answer.required_pairs = Some(needed.ok_or_else(|| no_number(target, min_delta))?);
        }
        None => {
            answer.n_pairs = Some(n_pairs);
            answer.mde = Some(planning::mde(sd_diff, n_pairs as f64, deff, alpha, power.get(), sides));
        }
    }
    let stdout = if request.output == Output::Json { json::text(&answer)? } else { page(&answer) };
    Ok(Outcome { stdout, ..Outcome::default() })
}

fn no_number(target: f64, min_delta: f64) -> Diagnostic {
    Code::BadUsage
        .at("--target-delta")
        .what(format!(
            "is {}, which does not exceed min-delta {}: no number of items suffices",
            signed(target),
            signed(min_delta)
        ))
        .next("plan for a larger improvement, or claim less")
}

fn page(answer: &Answer) -> String {
    let mut text = match (answer.mde, answer.required_pairs) {
        (Some(mde), _) => {
            let beyond = if answer.min_delta == 0.0 {
                String::new()
            } else {
                format!(" beyond min-delta {}", signed(answer.min_delta))
            };
            format!("MDE = {mde:.4}{beyond} with {} paired items\n", count(answer.n_pairs.unwrap_or(0)))
        }
        (None, needed) => format!(
            "required N = {} paired items to show delta > {} when the true improvement is {}\n",
            count(needed.unwrap_or(0)),
            signed(answer.min_delta),
            signed(answer.target_delta.unwrap_or(0.0))
        ),
    };
    text.push_str(&format!(
        "  {}-sided alpha {}, power {}, sd of the differences {}\n",
        answer.sides,
        answer.alpha,
        percent(answer.power),
        answer.sd_diff
    ));
    if answer.design_effect > 1.0 {
        text.push_str(&format!("  design effect {:.3} (icc {})\n", answer.design_effect, answer.icc));
    }
    text
}
