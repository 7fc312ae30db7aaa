//! The report's sentences. They say the claim, the bounds, what was shown and what was not.

use super::{Needed, Outlook, WorstCase};
use crate::domain::words;
use crate::domain::words::{count, p_value, percent, signed};
use crate::domain::{Claim, Plan, Sides, Verdict};
use crate::inference::{Estimate, LegacyOutcome};
use crate::pairing::Counts;

/// The claim, as a sentence about the candidate.
pub(super) fn claim(claim: Claim) -> String {
    match claim {
        Claim::Above { min_delta } if min_delta > 0.0 => {
            format!("the candidate is better than the baseline by more than {}", unsigned(min_delta))
        }
        Claim::Above { min_delta } if min_delta < 0.0 => {
            format!("the candidate is not worse than the baseline by {} or more", unsigned(-min_delta))
        }
        Claim::Above { .. } => "the candidate is better than the baseline".into(),
        Claim::Within { margin } => {
            format!("candidate and baseline differ by less than {} in either direction", unsigned(margin))
        }
    }
}

/// What was shown, what was not, and by which bound.
pub(super) fn finding(plan: &Plan, estimate: &Estimate, verdict: Verdict) -> String {
    let (lower, upper) = (signed(estimate.lower), signed(estimate.upper));
    let level = confidence(plan);
    match verdict {
        Verdict::Allow => match plan.claim {
            Claim::Above { min_delta } => format!(
                "Shown: delta lies above {lower} ({level} bound); the claim needs it above {}.",
                signed(min_delta)
            ),
            Claim::Within { .. } => {
                format!("Shown: delta lies between {lower} and {upper} ({level} bounds), inside the margin.")
            }
        },
        Verdict::Reject => format!(
            "Refuted: delta lies {} ({level} bound); the claim needs it {}. {}",
            if refuted_from_above(plan.claim, estimate) { format!("above {lower}") } else { format!("below {upper}") },
            needs(plan.claim),
            against(estimate),
        ),
        Verdict::Inconclusive => format!(
            "Not shown and not refuted: delta lies between {lower} and {upper} ({level} bounds), and the claim needs \
             it {}. {}",
            needs(plan.claim),
            toward(estimate),
        )
        .trim_end()
        .into(),
    }
}

fn needs(claim: Claim) -> String {
    match claim {
        Claim::Above { min_delta } => format!("above {}", signed(min_delta)),
        Claim::Within { margin } => format!("between {} and {}", signed(-margin), signed(margin)),
    }
}

fn refuted_from_above(claim: Claim, estimate: &Estimate) -> bool {
    matches!(claim, Claim::Within { margin } if estimate.lower > margin)
}

fn against(estimate: &Estimate) -> &'static str {
    if estimate.upper < 0.0 {
        "The candidate is shown worse than the baseline."
    } else if estimate.lower > 0.0 {
        "The candidate is shown better than the baseline, but not as the claim requires."
    } else {
        "The candidate falls short of the claim; whether it is worse than the baseline is not shown."
    }
}

fn toward(estimate: &Estimate) -> &'static str {
    if estimate.lower > 0.0 {
        "The candidate is shown better than the baseline, but not by the margin claimed."
    } else if estimate.upper < 0.0 {
        "The candidate is shown worse than the baseline, but not beyond the margin allowed."
    } else {
        ""
    }
}

/// What the rule of Python evalsig 0.1.2 looked at, and what it lets through.
pub(super) fn reproduced(plan: &Plan, outcome: &LegacyOutcome) -> String {
    format!(
        "By the rule of Python evalsig 0.1.2: p {} against alpha {}, observed delta {} against min-delta {}. That \
         rule passes about half of the candidates whose true improvement sits exactly at min-delta.",
        p_value(outcome.p_value),
        plan.alpha.get(),
        signed(outcome.delta),
        signed(plan.claim.lower_null()),
    )
}

/// Too little of the larger run is paired.
pub(super) fn low_coverage(plan: &Plan, counts: &Counts) -> String {
    format!(
        "Not decided: only {} of the larger run's items are scored in both runs, below the {} required \
         ({} paired, {} only in the baseline, {} only in the candidate).",
        percent(counts.coverage),
        percent(plan.min_coverage.get()),
        count(counts.pairs as u64),
        count(counts.only_baseline as u64),
        count(counts.only_candidate as u64),
    )
}

/// The finding where scores are missing: what is missing, the bounds as observed, and those that hold
/// whatever the missing scores are.
pub(super) fn with_missing(plan: &Plan, estimate: &Estimate, case: &WorstCase, verdict: Verdict) -> String {
    let level = confidence(plan);
    let bounds = |lower, upper| format!("between {} and {}", signed(lower), signed(upper));
    let lacking = format!(
        "{} in the baseline and {} in the candidate lack a score",
        items(case.in_baseline),
        items(case.in_candidate)
    );
    let observed = bounds(estimate.lower, estimate.upper);
    let whatever = match case.range {
        None => "how far scores can go is not known, so nothing can be said with them".to_owned(),
        Some(range) => format!(
            "whatever they would have scored from {} to {}, it lies {}",
            range.lo(),
            range.hi(),
            bounds(case.lower, case.upper)
        ),
    };
    let claim = needs(plan.claim);
    let what = match verdict {
        Verdict::Allow => "Shown",
        Verdict::Reject => "Refuted",
        Verdict::Inconclusive => "Not decided",
    };
    format!(
        "{what}: {lacking}. As observed, delta lies {observed}; {whatever} ({level} bounds). The claim needs it {claim}."
    )
}

fn items(count: usize) -> String {
    format!("{} item{}", words::count(count as u64), if count == 1 { "" } else { "s" })
}

/// What to do about missing scores.
pub(super) const SCORE_THEM: &str = "score the missing items in both runs, or leave them out of both";

/// What would help where missing scores leave the verdict open.
pub(super) fn score_them(case: &WorstCase, observed: Verdict) -> String {
    let range = if case.range.is_none() {
        "; or name how far scores can go with --score-range LO,HI, so that a verdict can hold whatever they are"
    } else if observed == Verdict::Inconclusive {
        "; the pairs as observed decide nothing either"
    } else {
        ""
    };
    format!("score the missing items{range}")
}

/// A candidate that changes nothing, allowed by the plan's name for it.
pub(super) fn unchanged(plan: &Plan, counts: &Counts, estimate: &Estimate) -> String {
    format!(
        "Allowed by the plan (identical: allow): all {} paired scores are the same in both runs. The data alone bound \
         delta between {} and {} ({} bounds).",
        count(counts.pairs as u64),
        signed(estimate.lower),
        signed(estimate.upper),
        confidence(plan),
    )
}

/// What would help another time. It says what the verdict did not use.
pub(super) fn suggestion(plan: &Plan, counts: &Counts, outlook: &Outlook) -> String {
    let power = percent(plan.power.get());
    match (outlook.needed, outlook.mde) {
        (Needed::NoNumber, _) => {
            "no number of items suffices: the improvement planned for is not above the claim's \
                                  value; claim less, or expect more of the candidate"
                .into()
        }
        (Needed::Items(total), _) => {
            let more = total.saturating_sub(counts.pairs as u64);
            if more == 0 {
                format!(
                    "the items at hand already gave {power} power at the improvement planned for: take the planned \
                     improvement for too large, or the candidate for one that does not reach it"
                )
            } else {
                format!(
                    "about {} more items (in all about {}) give {power} power at the improvement planned for",
                    count(more),
                    count(total)
                )
            }
        }
        (Needed::Unknown, Some(mde)) => format!(
            "with these {} items a true improvement of {} or more is shown with {power} power; name the improvement you \
             expect with planned-delta to learn how many items it needs",
            count(counts.pairs as u64),
            signed(plan.claim.lower_null() + mde),
        ),
        (Needed::Unknown, None) => "the differences have no spread to plan with; collect more items".into(),
    }
}

fn confidence(plan: &Plan) -> String {
    match plan.sides {
        Sides::One => format!("one-sided {}", percent(1.0 - plan.alpha.get())),
        Sides::Two => format!("two-sided {}", percent(1.0 - plan.alpha.get())),
    }
}

fn unsigned(value: f64) -> String {
    signed(value).trim_start_matches('+').to_owned()
}
