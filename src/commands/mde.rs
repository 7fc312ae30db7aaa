//! `mde`: the smallest effect that a design shows, or the items that an effect needs.

mod pilot;

use super::{Files, Outcome, Output};
use crate::domain::words::signed;
use crate::domain::{Alpha, Code, Diagnostic, Fraction, Sides};
use crate::inference::planning;
use crate::inference::variance_parts::RepeatsPlan;
use crate::present::json;
use crate::present::mde::{self as shown, Answer};

pub use pilot::Pilot;

/// A design.
#[derive(Clone, Debug, PartialEq)]
pub struct MdeRequest {
    /// How widely differences spread.
    pub spread: Spread,
    /// Paired items; `None`: as many as the pilot has, or 1000.
    pub n_pairs: Option<u64>,
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
    /// Shape of the answer.
    pub output: Output,
}

/// How widely the per-item differences spread, and how alike they are in clusters.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// As typed.
    Known {
        /// Standard deviation of the per-item difference.
        sd_diff: f64,
        /// Intra-cluster correlation of the differences.
        icc: f64,
        /// How items are clustered.
        clustering: Clustering,
    },
    /// As two runs show it.
    Pilot(Box<Pilot>),
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

/// Pairs that are planned with where neither a number nor a pilot was given.
const PAIRS: u64 = 1000;

/// What a design is reckoned with.
struct Basis {
    sd: f64,
    icc: f64,
    deff: f64,
    pairs: u64,
    pilot: Option<shown::Pilot>,
    repeats: Option<pilot::Parts>,
    notes: Vec<String>,
}

/// Answers from the normal approximation; says which question it answered.
///
/// # Errors
/// `bad-usage` where the target does not exceed the value that it must exceed: no number of items
/// suffices then. With a pilot every error about its runs, and `too-few-items` where it shows no spread.
pub fn mde(request: &MdeRequest, files: &dyn Files) -> Result<Outcome, Diagnostic> {
    let basis = match &request.spread {
        Spread::Known { sd_diff, icc, clustering } => known(request.n_pairs, *sd_diff, *icc, *clustering),
        Spread::Pilot(pilot) => pilot.measure(request.n_pairs, files)?,
    };
    let MdeRequest { target_delta, min_delta, .. } = *request;
    let Basis { sd, icc, deff, pairs, pilot, repeats, notes } = basis;
    let required = target_delta
        .map(|target| request.required(target, sd, deff).ok_or_else(|| no_number(target, min_delta)));
    let answer = Answer {
        mde: required.is_none().then(|| request.detectable(sd, pairs, deff)),
        required_pairs: required.transpose()?,
        sd_diff: sd,
        n_pairs: target_delta.is_none().then_some(pairs),
        target_delta,
        min_delta,
        alpha: request.alpha.get(),
        power: request.power.get(),
        sides: if request.sides == Sides::One { "one" } else { "two" },
        icc,
        design_effect: deff,
        pilot,
        repeats: repeats.map(|parts| request.repeats(&parts, pairs)),
        notes,
    };
    let stdout = if request.output == Output::Json { json::text(&answer)? } else { shown::text(&answer) };
    Ok(Outcome { stdout, ..Outcome::default() })
}

fn known(n_pairs: Option<u64>, sd: f64, icc: f64, clustering: Clustering) -> Basis {
    let pairs = n_pairs.unwrap_or(PAIRS);
    let mean_size = match clustering {
        Clustering::None => 1.0,
        Clustering::MeanSize(m) => m,
        Clustering::Clusters(k) => pairs as f64 / k as f64,
    };
    let deff = 1.0 + icc * (mean_size - 1.0).max(0.0);
    Basis { sd, icc, deff, pairs, pilot: None, repeats: None, notes: Vec::new() }
}

/// Designs that are shown beside the pilot's own.
const REPEATS: [Option<u32>; 5] = [Some(1), Some(2), Some(4), Some(8), None];

/// A doubling of repeats that lowers the items needed by less than this is not worth it.
const WORTH: f64 = 0.1;

impl MdeRequest {
    fn detectable(&self, sd: f64, pairs: u64, deff: f64) -> f64 {
        planning::mde(sd, pairs as f64, deff, self.alpha, self.power.get(), self.sides)
    }

    fn required(&self, target: f64, sd: f64, deff: f64) -> Option<u64> {
        planning::required_n(target, self.min_delta, sd, deff, self.alpha, self.power.get(), self.sides)
    }

    fn repeats(&self, parts: &pilot::Parts, pairs: u64) -> shown::Repeats {
        let pilot::Parts { parts, plan } = parts;
        let enough = plan.enough(WORTH);
        shown::Repeats {
            omega2: parts.between,
            sigma2_baseline: parts.baseline,
            sigma2_candidate: parts.candidate,
            n_pairs: pairs,
            rows: REPEATS.iter().map(|repeats| self.row(plan, *repeats, pairs)).collect(),
            enough,
            saving: enough.map(|repeats| plan.saving(repeats.into())),
        }
    }

    fn row(&self, plan: &RepeatsPlan, repeats: Option<u32>, pairs: u64) -> shown::Row {
        // The design effect is in V already: V = sd^2 deff.
        let sd = plan.variance(repeats.map_or(f64::INFINITY, f64::from)).sqrt();
        let varies = sd > 0.0;
        shown::Row {
            repeats,
            mde: varies.then(|| self.detectable(sd, pairs, 1.0)),
            // No test works on one pair.
            required_pairs: self
                .target_delta
                .filter(|_| varies)
                .and_then(|target| self.required(target, sd, 1.0))
                .map(|needed| needed.max(2)),
        }
    }
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
