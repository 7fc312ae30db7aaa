//! The report's sentences. They say the claim, the bounds, what was shown and what was not.

use super::worst_case::WorstCase;
use crate::domain::number_format;
use crate::domain::number_format::{count, p_value, percent, signed};
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
    format!("{} item{}", number_format::count(count as u64), if count == 1 { "" } else { "s" })
}

/// What to do about missing scores.
pub(super) const SCORE_THEM: &str =
    "score the missing items; where scores have known ends, name them with --score-range LO,HI";

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

/// What would help where all differences are the same, so that there is no spread to plan with. `same`: they
/// are all 0; `needed`: how many units without a difference show the claim, where the range of scores is
/// known.
pub(super) fn without_spread(plan: &Plan, units: u64, same: bool, needed: Option<u64>) -> String {
    match needed {
        _ if !same => "all differences are the same, so nothing says how far others would scatter: check that the scores \
                       are what was meant"
            .into(),
        _ if !plan.claim.holds_at(0.0) => "every score is the same in both runs, and no number of such items shows an \
                                          improvement: claim that the candidate is not worse (--min-delta below 0), or \
                                          choose items on which the two differ"
            .into(),
        Some(needed) if needed > units => format!(
            "every score is the same in both runs: about {} independent units of one size without a difference would show \
             the claim, and there are {}; or let the plan allow what changes nothing (--identical allow)",
            count(needed),
            count(units)
        ),
        Some(_) => "every score is the same in both runs, and the units differ too much in size to show the claim: more \
                    units are needed, or a plan that allows what changes nothing (--identical allow)"
            .into(),
        None => "every score is the same in both runs: name how far scores can go with --score-range LO,HI, so that equal \
                 scores can show the claim, or let the plan allow what changes nothing (--identical allow)"
            .into(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::rule::locate;
    use crate::inference::{Sample, infer};

    /// The finding about 60 items, of which the candidate broke and fixed so many.
    fn found(claim: Claim, broken: usize, fixed: usize) -> String {
        let right = |among: std::ops::Range<usize>| -> Vec<f64> {
            (0..60).map(|i| f64::from(u8::from(among.contains(&i)))).collect()
        };
        let (before, after) = (right(0..broken), right(broken..broken + fixed));
        let sample = Sample { two_valued: Some(1.0), span: Some(1.0), ..Sample::graded(before, after, None) };
        let plan = Plan::of(claim);
        let estimate = infer(&sample, &plan).unwrap();
        finding(&plan, &estimate, locate(claim, estimate.lower, estimate.upper))
    }

    #[test]
    fn a_claim_is_named_by_its_sign() {
        let said = |min_delta| claim(Claim::Above { min_delta });
        assert_eq!(said(0.0), "the candidate is better than the baseline");
        assert_eq!(said(0.01), "the candidate is better than the baseline by more than 0.0100");
        assert_eq!(said(-0.01), "the candidate is not worse than the baseline by 0.0100 or more");
        let within = claim(Claim::Within { margin: 0.02 });
        assert_eq!(within, "candidate and baseline differ by less than 0.0200 in either direction");
    }

    #[test]
    fn a_finding_says_what_is_shown_and_what_is_not() {
        let above = |min_delta| Claim::Above { min_delta };
        let within = |margin| Claim::Within { margin };
        let cases = [
            (above(0.0), 0, 30, "Shown: delta lies above ", "the claim needs it above "),
            (within(0.3), 3, 3, "Shown: delta lies between ", "inside the margin."),
            (above(0.0), 30, 0, "Refuted: delta lies below ", "is shown worse than the baseline."),
            (
                above(0.9),
                0,
                30,
                "Refuted: delta lies below ",
                "shown better than the baseline, but not as the claim requires.",
            ),
            (
                above(0.5),
                3,
                3,
                "Refuted: delta lies below ",
                "whether it is worse than the baseline is not shown.",
            ),
            (
                within(0.1),
                0,
                30,
                "Refuted: delta lies above ",
                "shown better than the baseline, but not as the claim requires.",
            ),
            (
                above(0.45),
                0,
                30,
                "Not shown and not refuted: ",
                "shown better than the baseline, but not by the margin claimed.",
            ),
            (
                above(-0.45),
                30,
                0,
                "Not shown and not refuted: ",
                "shown worse than the baseline, but not beyond the margin allowed.",
            ),
            (above(0.0), 3, 3, "Not shown and not refuted: ", "the claim needs it above "),
        ];
        for (claim, broken, fixed, begins, ends) in cases {
            let said = found(claim, broken, fixed);
            assert!(said.starts_with(begins) && said.contains(ends), "{claim:?} {broken} {fixed}: {said}");
        }
    }
}
