//! The rule: where the bounds lie relative to the claim is the verdict.

use super::judgement::{Decision, Outlook};
use super::wording;
use super::worst_case::WorstCase;
use crate::domain::{Claim, Identical, Plan, Verdict};
use crate::inference::{Estimate, LegacyOutcome};
use crate::pairing::Counts;

/// Where do the bounds lie relative to the claim, whatever the missing items would have scored?
///
/// `unchanged`: nothing is missing, and every score of the candidate is the baseline's.
pub(super) fn decide(
    plan: &Plan,
    counts: &Counts,
    estimate: &Estimate,
    worst_case: Option<&WorstCase>,
    outlook: &Outlook,
    unchanged: bool,
) -> Decision {
    if let Some(decision) = too_little_paired(plan, counts) {
        return decision;
    }
    let claim = wording::claim(plan.claim);
    if unchanged && plan.identical == Identical::Allow && plan.claim.holds_at(0.0) {
        return Decision {
            verdict: Verdict::Allow,
            claim,
            finding: wording::unchanged(plan, counts, estimate),
            suggestion: None,
        };
    }
    if let Some((units, needed)) = estimate.too_few {
        return Decision {
            verdict: Verdict::Inconclusive,
            claim,
            finding: format!(
                "Not decided: only {units} independent {}; at alpha {} no test can decide with fewer than {needed}.",
                if estimate.clusters.is_some() { "clusters" } else { "items" },
                plan.alpha_each().get(),
            ),
            suggestion: Some(format!(
                "collect at least {needed} independent units; more items in the same clusters do not help"
            )),
        };
    }
    let observed = locate(plan.claim, estimate.lower, estimate.upper);
    let Some(case) = worst_case else {
        return Decision {
            verdict: observed,
            claim,
            finding: wording::finding(plan, estimate, observed),
            suggestion: (observed == Verdict::Inconclusive).then(|| outlook.advice.clone()),
        };
    };
    let verdict = locate(plan.claim, case.lower, case.upper);
    Decision {
        verdict,
        claim,
        finding: wording::with_missing(plan, estimate, case, verdict),
        suggestion: (verdict == Verdict::Inconclusive).then(|| wording::score_them(case, observed)),
    }
}

/// The rule itself, on numbers alone.
pub(super) fn locate(claim: Claim, lower: f64, upper: f64) -> Verdict {
    let (shown, refuted) = match claim {
        Claim::Above { min_delta } => (lower > min_delta, upper < min_delta),
        Claim::Within { margin } => (-margin < lower && upper < margin, upper < -margin || lower > margin),
    };
    match (shown, refuted) {
        (true, _) => Verdict::Allow,
        (false, true) => Verdict::Reject,
        (false, false) => Verdict::Inconclusive,
    }
}

/// The verdict of Python evalsig 0.1.2, reproduced, with what that rule does said beside it. Only what is
/// missing is not left to that rule: a candidate that drops what it fails is never allowed. `holds`: the
/// verdict is the same whatever the missing items would have scored.
pub(super) fn reproduce(plan: &Plan, counts: &Counts, outcome: &LegacyOutcome, holds: bool) -> Decision {
    if let Some(decision) = too_little_paired(plan, counts) {
        return decision;
    }
    if !holds {
        return Decision {
            verdict: Verdict::Inconclusive,
            claim: wording::claim(plan.claim),
            finding: format!(
                "Not decided: scores are missing, and with them the verdict could be another one than {}. {}",
                outcome.verdict.as_str(),
                wording::reproduced(plan, outcome)
            ),
            suggestion: Some(wording::SCORE_THEM.into()),
        };
    }
    Decision {
        verdict: outcome.verdict,
        claim: wording::claim(plan.claim),
        finding: wording::reproduced(plan, outcome),
        suggestion: outcome.suggestion.clone(),
    }
}

fn too_little_paired(plan: &Plan, counts: &Counts) -> Option<Decision> {
    (counts.coverage < plan.min_coverage.get()).then(|| Decision {
        verdict: Verdict::Inconclusive,
        claim: wording::claim(plan.claim),
        finding: wording::low_coverage(plan, counts),
        suggestion: Some(
            "score the same items in both runs; a lower min-coverage helps only where the verdict holds whatever the rest would have scored".into(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{Claim, Verdict, locate};

    #[test]
    fn the_verdict_is_where_the_bounds_lie() {
        let above = Claim::above(0.01).unwrap();
        assert_eq!(locate(above, 0.011, 0.03), Verdict::Allow);
        assert_eq!(locate(above, 0.01, 0.03), Verdict::Inconclusive, "a bound at the value shows nothing");
        assert_eq!(locate(above, -0.02, 0.0099), Verdict::Reject);
        assert_eq!(locate(above, f64::NEG_INFINITY, f64::INFINITY), Verdict::Inconclusive);
        let within = Claim::within(0.02).unwrap();
        assert_eq!(locate(within, -0.019, 0.019), Verdict::Allow);
        assert_eq!(locate(within, -0.02, 0.019), Verdict::Inconclusive);
        assert_eq!(locate(within, -0.05, -0.021), Verdict::Reject);
        assert_eq!(locate(within, 0.021, 0.05), Verdict::Reject);
    }

    #[test]
    fn bounds_that_are_not_numbers_never_allow() {
        let claim = Claim::above(0.0).unwrap();
        assert_eq!(locate(claim, f64::NAN, f64::NAN), Verdict::Inconclusive);
    }
}
