//! Slices in, an [`Estimate`] out: how sure may we be of delta, the true mean improvement?
//!
//! One file a method; each implements [`Inversion`], so test and bounds are one thing. `tails` holds
//! every distribution that p-values come from, `stream` is the only file that draws random
//! numbers.
#![warn(clippy::wildcard_enum_match_arm)]

mod auto;
mod beta;
pub mod betting;
mod betting_first;
mod bootstrap;
pub mod bootstrap_t;
pub mod bounded;
pub mod cr2;
pub mod design;
pub mod effects;
pub mod equivalence;
pub mod evalue;
pub mod exact_unconditional;
mod flips;
pub mod forecast;
#[cfg(test)]
mod golden_cases;
pub mod guarded;
pub mod hall_t;
mod halves;
pub mod icc;
pub mod informative;
mod inversion;
mod lattice;
mod legacy;
mod mcnemar;
pub mod mcnemar_midp;
mod moments;
mod monotone;
mod multinomial;
pub mod multiplicity;
pub mod noise;
mod paired_t;
pub mod pilot;
mod pivots;
pub mod planning;
mod power;
mod prepare;
pub mod rare;
mod reference;
pub mod saddlepoint;
mod sample;
mod scaled;
pub mod sequential;
mod sign_flip;
pub mod stream;
pub mod tails;
mod tango;
mod tango_score;
pub mod tolerance;
mod two_valued_power;
pub mod variance_parts;
pub mod wealth;

pub use auto::choose;
pub use bootstrap::Bootstrap;
pub use inversion::Inversion;
pub use legacy::{LegacyOutcome, evalsig_0_1};
pub use mcnemar::ExactConditional;
pub use paired_t::PairedT;
pub use sample::{Sample, Unit};
pub use sign_flip::SignFlip;
pub use tango::Tango;

use crate::domain::{Alpha, Claim, Diagnostic, Edition, Method, MethodChoice, Plan, Sides};
use cr2::{ClusterRobust, Correction};
use prepare::{Prepared, instead, prepare, uses_clusters};

/// What the data say about delta under one plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The method used.
    pub method: Method,
    /// Its name in reports; `mcnemar` splits into `mcnemar_exact` and `mcnemar_chi2` as in the
    /// Python package.
    pub label: &'static str,
    /// Why this method: the row of the table that fits the data, or that it was asked for.
    pub reason: String,
    /// Item-weighted mean of the oriented differences.
    pub delta: f64,
    /// Lower bound at 1 - `Plan::alpha_each`; may be negative infinity.
    pub lower: f64,
    /// Upper bound at 1 - `Plan::alpha_each`; may be positive infinity.
    pub upper: f64,
    /// H0: delta <= the claim's lower null value (one-sided).
    pub p_claim: f64,
    /// H0: delta >= the claim's lower null value (one-sided): what a REJECT rests on.
    pub p_against: f64,
    /// H0: delta <= 0 (one-sided).
    pub p_zero: f64,
    /// H0: delta >= the margin, for an equivalence claim (one-sided): with `p_claim` the two tests of
    /// TOST.
    pub p_upper: Option<f64>,
    /// Independent units of the method used: items, or clusters.
    pub units: usize,
    /// Kish's effective number of units, n^2 / sum of squared sizes.
    pub effective_units: f64,
    /// Number of clusters where clusters are the units.
    pub clusters: Option<usize>,
    /// Standard deviation of the per-item differences (n - 1), for the advice.
    pub sd_diff: f64,
    /// Intra-cluster correlation of the differences, where the data carry clusters; not clipped, so it
    /// may be negative.
    pub icc: Option<f64>,
    /// Random resamples drawn; `None` where p is a formula or every resample was enumerated, and no
    /// seed mattered.
    pub resamples: Option<u32>,
    /// The cluster-robust t beside the method used, where clusters are the units.
    pub cross_check: Option<CrossCheck>,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
    /// Set where there are too few units for any test at this alpha: (units, units needed). Then every
    /// p is 1 and there are no bounds.
    pub too_few: Option<(usize, usize)>,
}

impl Estimate {
    /// The p-value of the claim as planned: it is at most alpha exactly where the bounds show the claim.
    ///
    /// One-sided: that of H0: delta <= `min_delta`. Two-sided: twice the smaller of both sides. Equivalence:
    /// the larger of the two one-sided tests (Schuirmann 1987), doubled where each may spend only half of
    /// alpha.
    #[must_use]
    pub fn p_value(&self, plan: &Plan) -> f64 {
        let doubled = |p: f64| (2.0 * p).min(1.0);
        match (self.p_upper, plan.sides) {
            (Some(p_upper), Sides::Two) if plan.edition >= Edition::Second => {
                doubled(self.p_claim.max(p_upper))
            }
            (Some(p_upper), _) => self.p_claim.max(p_upper),
            (None, Sides::One) => self.p_claim,
            (None, Sides::Two) => doubled(self.p_claim.min(self.p_against)),
        }
    }
}

/// CR2 with Bell and McCaffrey's degrees of freedom: fast, deterministic, and by another route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossCheck {
    /// Standard error of delta.
    pub se: f64,
    /// Satterthwaite degrees of freedom.
    pub df: f64,
    /// Lower bound at 1 - `Plan::alpha_each`.
    pub lower: f64,
    /// Upper bound at 1 - `Plan::alpha_each`.
    pub upper: f64,
}

/// What does this sample say about delta under this plan?
///
/// `auto` chooses by the shape of the data ([`Estimate::reason`] says how); a method asked for by name is
/// used as asked, and [`Estimate::notes`] say what it overlooks. The rule evalsig-0.1 has numbers of its
/// own: [`evalsig_0_1`].
///
/// # Errors
/// `method-does-not-fit` where the method asked for cannot take the data, or scores exceed 1e145;
/// `too-few-items` where it needs more items.
pub fn infer(sample: &Sample, plan: &Plan) -> Result<Estimate, Diagnostic> {
    sample.check()?;
    let (mut method, mut reason) = match plan.method {
        MethodChoice::Named(method) => (method, "asked for by name".to_owned()),
        MethodChoice::Auto => auto::choose(sample),
    };
    let mut notes = Vec::new();
    let mut prepared = prepare(method, sample, plan, &mut notes)?;
    if plan.edition == Edition::Second
        && plan.method == MethodChoice::Auto
        && let Some((test, why)) = instead(&prepared, sample, method)
    {
        notes.retain(|note| note != paired_t::NO_SPREAD);
        (prepared, method, reason) = (test, Method::Bounded, why);
    }
    let Prepared { test, label, resamples, too_few, blind: _ } = prepared;
    let by_cluster = sample.clusters.is_some() && uses_clusters(method);
    let units = if by_cluster { sample.units() } else { sample.items() };
    let differences = sample.differences();
    let icc = sample.clusters.as_ref().and_then(|c| icc::anova(&differences, c)).map(|a| a.icc);
    let (alpha, null) = (plan.alpha_each(), plan.claim.lower_null());
    let (lower, upper) = (test.lower(alpha), test.upper(alpha));
    match plan.edition {
        Edition::First => {}
        Edition::Second => notes.extend(limits(method, sample, &units, plan, (lower, upper))),
    }
    Ok(Estimate {
        method,
        label,
        reason,
        delta: test.delta(),
        lower,
        upper,
        p_claim: test.p_greater(null),
        p_against: test.p_less(null),
        p_zero: test.p_greater(0.0),
        p_upper: match plan.claim {
            Claim::Above { .. } => None,
            Claim::Within { margin } => Some(test.p_less(margin)),
        },
        units: units.len(),
        effective_units: icc::effective_units(&units),
        clusters: by_cluster.then_some(units.len()),
        sd_diff: moments::sd(&differences),
        icc,
        resamples,
        cross_check: by_cluster.then(|| cross_check(&units, alpha)).flatten(),
        notes,
        too_few,
    })
}

/// What the data cannot show, as notes: cluster sizes that matter, and losses too rare to be seen.
fn limits(
    method: Method,
    sample: &Sample,
    units: &[Unit],
    plan: &Plan,
    (lower, upper): (f64, f64),
) -> Vec<String> {
    let by_cluster = sample.clusters.is_some() && uses_clusters(method);
    let mut notes: Vec<String> = by_cluster.then(|| informative::note(units)).flatten().into_iter().collect();
    let surplus = lower - plan.claim.lower_null();
    let allowed = surplus > 0.0
        && match plan.claim {
            Claim::Above { .. } => true,
            Claim::Within { margin } => upper < margin,
        };
    // These two hold their level whatever was not seen.
    let any_law = matches!(method, Method::Betting | Method::Bounded);
    let graded = sample.two_valued.is_none() && sample.clusters.is_none();
    if allowed && graded && !any_law && surplus.is_finite() {
        notes.push(rare::note(sample.len(), surplus, plan.alpha_each(), sample.span));
    }
    notes
}

fn cross_check(units: &[Unit], alpha: Alpha) -> Option<CrossCheck> {
    let robust = ClusterRobust::new(units, Correction::Cr2);
    (units.len() >= 2 && robust.se() > 0.0).then(|| CrossCheck {
        se: robust.se(),
        df: robust.df(),
        lower: robust.lower(alpha),
        upper: robust.upper(alpha),
    })
}
