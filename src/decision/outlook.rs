//! What another run of this design would show: a matter of planning, from the spread of this one.

use super::judgement::Outlook;
use super::wording;
use crate::domain::Plan;
use crate::inference::methods::bounded;
use crate::inference::planning::Forecast;
use crate::inference::{Estimate, Sample, two_phase};

/// The outlook of one design; it enters the advice, never the verdict.
///
/// `answers`: what more answers to the same items would do, by the forecast; not asked of a drawn sample.
pub(super) fn outlook(
    plan: &Plan,
    sample: &Sample,
    estimate: &Estimate,
    answers: impl FnOnce(&Forecast) -> Option<String>,
) -> Outlook {
    let as_paired = two_phase::as_if_paired(sample);
    if let Some(forecast) = Forecast::of(as_paired.as_ref().unwrap_or(sample), plan) {
        let other = match plan.sampling {
            Some(_) => Some("evalsig plan design says which design costs least".to_owned()),
            None => answers(&forecast),
        };
        let advice = other.into_iter().fold(forecast.sentence(), |first, other| format!("{first}; {other}"));
        return Outlook { mde: forecast.reach, advice };
    }
    let same = sample.baseline == sample.candidate;
    let null = plan.claim.lower_null();
    let needed = sample.span.and_then(|span| bounded::units_needed(null, span, plan.alpha_each().get()));
    Outlook { mde: None, advice: wording::without_spread(plan, estimate.units as u64, same, needed) }
}
