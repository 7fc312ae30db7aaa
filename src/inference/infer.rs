//! From a sample and a plan to an estimate: choose the method, make it ready, ask it.

use crate::domain::{Alpha, Claim, Diagnostic, Edition, Method, MethodChoice, Plan};
use crate::inference::cautions::{informative_cluster_size, rule_of_three};
use crate::inference::estimate::{CrossCheck, Estimate};
use crate::inference::inversion::Inversion as _;
use crate::inference::methods::bounded;
use crate::inference::methods::cr2::{ClusterRobust, Correction};
use crate::inference::methods::prepared::{NO_SPREAD, Prepared};
use crate::inference::methods::registry::{UnitKind, prepare, unit_kind};
use crate::inference::sample::{Sample, Unit};
use crate::inference::two_phase;
use crate::inference::{icc, method_choice};
use crate::numerics::moments;

/// What does this sample say about delta under this plan?
///
/// `auto` chooses by the shape of the data ([`Estimate::reason`] says how); a method asked for by name is
/// used as asked, and [`Estimate::notes`] say what it overlooks. The rule evalsig-0.1 has numbers of its
/// own: [`crate::inference::evalsig_0_1`].
///
/// # Parameters
/// - `sample`: oriented paired scores, at least one item, all finite; positive differences are better.
/// - `plan`: claim, alpha, sides, method, resamples and seed. The same sample and plan give the same bits.
///
/// # Errors
/// `method-does-not-fit` where the method asked for cannot take the data, or scores exceed 1e145;
/// `too-few-items` where it needs more items.
///
/// # Example
/// ```
/// use evalsig::domain::{Claim, Plan};
/// use evalsig::inference::{Sample, infer};
///
/// let baseline = vec![0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.3, 0.8];
/// let candidate = vec![0.7, 0.7, 0.6, 0.8, 0.8, 0.7, 0.4, 0.9];
/// let plan = Plan::of(Claim::Above { min_delta: 0.0 });
/// let estimate = infer(&Sample::graded(baseline, candidate, None), &plan)?;
/// assert!((estimate.delta - 0.15).abs() < 1e-12);
/// assert!(estimate.lower > 0.0 && estimate.lower < estimate.delta);
/// // Test and bounds agree: the lower bound lies above 0 exactly where p <= alpha.
/// assert!(estimate.p_zero <= 0.05);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn infer(sample: &Sample, plan: &Plan) -> Result<Estimate, Diagnostic> {
    sample.check()?;
    // In two phases what is tested is what the prediction leaves.
    let residual = two_phase::residual(sample);
    let tested = residual.as_ref().unwrap_or(sample);
    let (mut method, mut reason) = match plan.method {
        MethodChoice::Named(method) => (method, "asked for by name".to_owned()),
        MethodChoice::Auto => method_choice::choose(tested),
    };
    let mut notes = Vec::new();
    let mut prepared = prepare(method, tested, plan, &mut notes)?;
    if plan.edition == Edition::Second
        && plan.method == MethodChoice::Auto
        && let Some((test, why)) = bounded::in_place_of(&prepared, tested, method)
    {
        notes.retain(|note| note != NO_SPREAD);
        (prepared, method, reason) = (test, Method::Bounded, why);
    }
    let Prepared { test, label, resamples, too_few, blind: _ } = prepared;
    if residual.is_some() {
        reason = format!("of what the prediction leaves of the candidate's scores: {reason}");
    }
    let test = two_phase::test_of_delta(sample, tested, method, plan, test)?;
    let by_cluster = tested.clusters.is_some() && unit_kind(method) == UnitKind::Cluster;
    // Let go of before the units are made: of ten million items each takes a tenth of a gigabyte.
    let (icc, sd_diff) = {
        let differences = tested.differences();
        let anova = tested.clusters.as_ref().and_then(|clusters| icc::anova(&differences, clusters));
        (anova.map(|anova| anova.icc), moments::sd(&differences))
    };
    // Items weigh the same, so nothing is asked of them one by one.
    let clusters = by_cluster.then(|| tested.units());
    let items = tested.len() as f64;
    let (alpha, null) = (plan.alpha_each(), plan.claim.lower_null());
    let (lower, upper) = (test.lower(alpha), test.upper(alpha));
    match plan.edition {
        Edition::First => {}
        Edition::Second if residual.is_some() => {}
        Edition::Second => notes.extend(limits(method, tested, clusters.as_deref(), plan, (lower, upper))),
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
        units: clusters.as_ref().map_or(tested.len(), Vec::len),
        effective_units: clusters.as_ref().map_or(items, |units| icc::effective_units(units)),
        clusters: clusters.as_ref().map(Vec::len),
        sd_diff,
        icc,
        resamples,
        cross_check: clusters
            .as_ref()
            .filter(|_| residual.is_none())
            .and_then(|units| cross_check(units, alpha)),
        notes,
        too_few,
    })
}

/// What the data cannot show, as notes: cluster sizes that matter, and losses too rare to be seen.
fn limits(
    method: Method,
    sample: &Sample,
    clusters: Option<&[Unit]>,
    plan: &Plan,
    (lower, upper): (f64, f64),
) -> Vec<String> {
    let mut notes: Vec<String> = clusters.and_then(informative_cluster_size::note).into_iter().collect();
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
        notes.push(rule_of_three::note(sample.len(), surplus, plan.alpha_each(), sample.span));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_were_never_seen_are_said_unless_the_method_holds_for_any_law() {
        let candidate = (0..40).map(|i| 0.7 + 0.005 * f64::from(i)).collect();
        let sample = Sample { span: Some(1.0), ..Sample::graded(vec![0.5; 40], candidate, None) };
        let is_said = |method: MethodChoice, min_delta: f64| {
            let plan = Plan { method, ..Plan::of(Claim::Above { min_delta }) };
            let estimate = infer(&sample, &plan).unwrap();
            assert_eq!(estimate.lower > min_delta, min_delta < 0.2, "{method:?} {min_delta}");
            estimate.notes.iter().any(|note| note.contains("cannot exclude losses"))
        };
        assert!(is_said(MethodChoice::Auto, 0.05));
        // Nothing is allowed, so there is nothing to turn.
        assert!(!is_said(MethodChoice::Auto, 0.6));
        assert!(!is_said(MethodChoice::Named(Method::Betting), 0.0));
    }
}
