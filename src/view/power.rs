//! What this many items would show, by the size of the true difference.

use super::effect::{Asked, Effect};
use crate::envelope::Record;
use crate::numerics::tails::{normal_isf, normal_sf};

/// The chance that as many items as these show the claim, by the size of the true difference: that of a normal
/// approximation through the one point which the envelope holds, the smallest difference that shows with the planned
/// chance. It is for planning; no verdict depends on it.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerCurve {
    /// True difference, in units of the score, and the chance that the claim is shown; ascending.
    pub points: Vec<(f64, f64)>,
    /// The smallest true difference that shows with the chance `power`.
    pub shows_from: f64,
    /// The chance that was planned for.
    pub power: f64,
    /// The true difference that was planned for, where one was named.
    pub planned: Option<f64>,
    /// Paired items.
    pub items: u64,
}

/// Points of the curve.
const STEPS: u32 = 40;

impl PowerCurve {
    /// The curve of a record; `None` for a claim of equivalence, and where the record plans nothing.
    pub(super) fn of(record: &Record, effect: &Effect) -> Option<Self> {
        let Asked::MoreThan(null) = effect.asked else { return None };
        let plan = &record.plan;
        let beyond = record.report.comparison.mde.filter(|mde| *mde > 0.0 && mde.is_finite())?;
        let (z_alpha, z_power) = (normal_isf(1.0 - effect.each), normal_isf(1.0 - plan.power));
        let error = beyond / (z_alpha + z_power);
        let positive = error.is_finite() && error > 0.0;
        let reach = plan.planned_delta.map_or(0.0, |planned| (planned - null) * 1.2).max(2.0 * beyond);
        let point = |step: u32| {
            let beyond = reach * f64::from(step) / f64::from(STEPS);
            (null + beyond, normal_sf(z_alpha - beyond / error))
        };
        positive.then(|| Self {
            points: (0..=STEPS).map(point).collect(),
            shows_from: null + beyond,
            power: plan.power,
            planned: plan.planned_delta,
            items: record.report.comparison.n_pairs,
        })
    }
}
