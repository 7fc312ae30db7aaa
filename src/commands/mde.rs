//! `mde`: the smallest effect that a design shows, or the items that an effect needs.

mod basis;
mod pilot;

use super::{Files, Output, OutputFormat};
use crate::domain::number_format::signed;
use crate::domain::{Alpha, Claim, Code, Diagnostic, Fraction, Sides};
use crate::inference::planning::{Ask, Design, Need, Never, RepeatsPlan};
use crate::present::json;
use crate::present::mde::text;
use crate::present::screen::Width;
use crate::report::mde::{MdeReport, RepeatsReport, RepeatsRow};

use basis::{Basis, Parts};

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
    /// What is to be shown.
    pub claim: Claim,
    /// Error rate.
    pub alpha: Alpha,
    /// Power.
    pub power: Fraction,
    /// One-sided or two-sided.
    pub sides: Sides,
    /// Shape of the answer.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
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

/// Answers from the power of the test that `gate` runs; says which question it answered.
///
/// # Errors
/// `bad-usage` where the target lies outside the claim: no number of items suffices then. With a pilot every
/// error about its runs, and `too-few-items` where it shows no spread.
pub fn mde(request: &MdeRequest, files: &dyn Files) -> Result<Output, Diagnostic> {
    let basis = match &request.spread {
        Spread::Known { sd_diff, icc, clustering } => known(request.n_pairs, *sd_diff, *icc, *clustering),
        Spread::Pilot(pilot) => pilot.measure(request.n_pairs, files)?,
    };
    let ask = request.ask();
    let Basis { design, sd, icc, deff, pairs, pilot, repeats, mut notes } = basis;
    let clustered = matches!(design, Design::Clustered { .. });
    let (units, least) = (design.units(pairs), design.least_units(ask.alpha));
    let target = request.target();
    let needed = target
        .map(|target| design.needed(&ask, target).map_err(|never| no_number(target, request.claim, never)))
        .transpose()?;
    let reach = if needed.is_none() { design.detectable(&ask, units) } else { None };
    if needed.is_none() && units < least {
        notes.push(format!(
            "no verdict exists at alpha {} with fewer than {least} independent {}, whatever they show",
            ask.alpha.get(),
            if clustered { "clusters" } else { "items" }
        ));
    }
    let answer = MdeReport {
        mde: reach,
        required_pairs: needed.map(|need| need.items),
        required_clusters: needed.and_then(|need| need.clusters),
        sd_diff: sd,
        n_pairs: needed.is_none().then_some(pairs),
        n_clusters: (needed.is_none() && clustered).then_some(units),
        target_delta: target,
        min_delta: request.claim.lower_null(),
        equivalence: match request.claim {
            Claim::Above { .. } => None,
            Claim::Within { margin } => Some(margin),
        },
        alpha: request.alpha.get(),
        power: request.power.get(),
        sides: if request.sides == Sides::One { "one" } else { "two" },
        icc,
        design_effect: deff,
        pilot,
        repeats: repeats.map(|parts| request.repeats(&design, &parts, pairs)),
        notes,
    };
    let stdout = if request.output == OutputFormat::Json {
        json::text(&answer)?
    } else {
        text(&answer, request.width)
    };
    Ok(Output { stdout, ..Output::default() })
}

fn known(n_pairs: Option<u64>, sd: f64, icc: f64, clustering: Clustering) -> Basis {
    let pairs = n_pairs.unwrap_or(PAIRS);
    let mean_size = match clustering {
        Clustering::None => 1.0,
        Clustering::MeanSize(m) => m,
        Clustering::Clusters(k) => (pairs as f64 / k as f64).max(1.0),
    };
    let deff = 1.0 + icc * (mean_size - 1.0);
    let design = if mean_size > 1.0 {
        Design::Clustered { sd, icc, mean_size, seen_size: mean_size }
    } else {
        Design::Graded { sd }
    };
    Basis { design, sd, icc, deff, pairs, pilot: None, repeats: None, notes: Vec::new() }
}

/// Designs that are shown beside the pilot's own.
const REPEATS: [Option<u32>; 5] = [Some(1), Some(2), Some(4), Some(8), None];

/// A doubling of repeats that lowers the items needed by less than this is not worth it.
const WORTH: f64 = 0.1;

impl MdeRequest {
    fn ask(&self) -> Ask {
        let alpha = if self.sides == Sides::One { self.alpha } else { self.alpha.halved() };
        Ask { claim: self.claim, alpha, power: self.power.get() }
    }

    /// The truth that is planned for: where equivalence is claimed and nothing said, none.
    fn target(&self) -> Option<f64> {
        self.target_delta.or(match self.claim {
            Claim::Above { .. } => None,
            Claim::Within { .. } => Some(0.0),
        })
    }

    fn repeats(&self, design: &Design, parts: &Parts, pairs: u64) -> RepeatsReport {
        let Parts { parts, plan } = parts;
        let enough = plan.enough(WORTH);
        RepeatsReport {
            omega2: parts.between,
            sigma2_baseline: parts.baseline,
            sigma2_candidate: parts.candidate,
            n_pairs: pairs,
            rows: REPEATS.iter().map(|repeats| self.row(design, plan, *repeats, pairs)).collect(),
            enough,
            saving: enough.map(|repeats| plan.saving(repeats.into())),
        }
    }

    fn row(&self, design: &Design, plan: &RepeatsPlan, repeats: Option<u32>, pairs: u64) -> RepeatsRow {
        let sd = plan.variance(repeats.map_or(f64::INFINITY, f64::from)).sqrt();
        let varies = sd > 0.0;
        // The design effect is in V already: V = sd^2 deff.
        let design = match *design {
            Design::Clustered { mean_size, seen_size, .. } => {
                Design::Clustered { sd, icc: 0.0, mean_size, seen_size }
            }
            Design::TwoValued { .. } | Design::Graded { .. } => Design::Graded { sd },
        };
        let ask = self.ask();
        let units = design.units(pairs);
        RepeatsRow {
            repeats,
            mde: if varies { design.detectable(&ask, units) } else { None },
            required_pairs: self
                .target()
                .filter(|_| varies)
                .and_then(|target| design.needed(&ask, target).ok())
                .map(|need: Need| need.items),
        }
    }
}

fn no_number(target: f64, claim: Claim, never: Never) -> Diagnostic {
    let error = Code::BadUsage.at("--target-delta");
    match (never, claim) {
        (Never::TooMany, _) => error
            .what(format!("is {}: more than a thousand million items would be needed", signed(target)))
            .next("plan for a larger improvement, or claim less"),
        (Never::OutsideTheClaim, Claim::Above { min_delta }) => error
            .what(format!(
                "is {}, which does not exceed min-delta {}: no number of items suffices",
                signed(target),
                signed(min_delta)
            ))
            .next("plan for a larger improvement, or claim less"),
        (Never::OutsideTheClaim, Claim::Within { margin }) => error
            .what(format!(
                "is {}, which does not lie within {margin} of 0: no number of items suffices",
                signed(target)
            ))
            .next("plan for a true delta inside the margin (0 unless said), or claim a wider one"),
    }
}
