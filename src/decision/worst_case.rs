//! What the verdict would be if nothing were missing and the missing scores were as bad, or as good, as
//! scores can be.

use crate::domain::{Diagnostic, Edition, Plan, ScoreRange, Verdict};
use crate::inference::{Estimate, LegacyOutcome, Sample, evalsig_0_1, infer};
use crate::pairing::Pairs;

/// The bounds that hold whatever the missing items would have scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorstCase {
    /// The range that missing scores were set to; `None` where no range is known, and nothing is bounded.
    pub range: Option<ScoreRange>,
    /// The lowest of the lower bounds; negative infinity without a range.
    pub lower: f64,
    /// The highest of the upper bounds; positive infinity without a range.
    pub upper: f64,
    /// The largest p-value of the claim; 1 without a range.
    pub p_value: f64,
    /// The largest p-value against the claim (H0: delta >= the claim's lower null value); 1 without a range.
    pub p_against: f64,
    /// Items with something missing in the baseline.
    pub in_baseline: usize,
    /// Items with something missing in the candidate.
    pub in_candidate: usize,
}

impl WorstCase {
    fn unbounded(pairs: &Pairs, range: Option<ScoreRange>) -> Self {
        let (in_baseline, in_candidate) = pairs.gaps.counts();
        let (lower, upper) = (f64::NEG_INFINITY, f64::INFINITY);
        Self { range, lower, upper, p_value: 1.0, p_against: 1.0, in_baseline, in_candidate }
    }
}

/// Which bounds hold whatever the missing items would have scored? `None` where nothing is missing.
///
/// The test is made three times: on the pairs as observed (`estimate`), with every missing candidate score
/// at its worst and every missing baseline score at its best, and with the opposite. The lower bound is the
/// lowest of the three, the upper bound the highest. Nothing is assumed of why scores are missing, so this
/// is the only statement that a candidate cannot better by leaving items out.
///
/// # References
/// 1. Manski, C. F. (2003). *Partial Identification of Probability Distributions*, chapter 1. Springer.
///
/// H0 and sign are those of the claim: delta is candidate minus baseline, larger is better.
///
/// # Parameters
/// - `pairs`: the paired items, with what is missing of either run and the range of scores where it is known.
/// - `estimate`: the estimate of the same pairs under the same plan.
/// - `plan`: alpha, method and claim.
///
/// # Returns
/// `None` where nothing is missing; bounds at plus and minus infinity where the range of scores is not known.
///
/// # Errors
/// Those of [`infer`].
///
/// # Example
/// ```
/// use evalsig::decision::worst_case;
/// use evalsig::domain::{Claim, Plan};
/// use evalsig::inference::{Sample, infer};
/// use evalsig::pairing::pair;
/// use evalsig::readers::{ReadOptions, read};
///
/// let run = |text: &str| read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run);
/// let plan = Plan::of(Claim::above(0.0).expect("a number"));
/// // The candidate has no answer to c.
/// let (baseline, candidate) = (run("item_id,score\na,0\nb,1\nc,1\n")?, run("item_id,score\na,1\nb,1\n")?);
/// let pairs = pair(&baseline, &candidate, &plan)?;
/// let estimate = infer(&Sample::of(&pairs, plan.direction), &plan)?;
/// let case = worst_case(&pairs, &estimate, &plan)?.expect("one item is missing");
/// assert!(case.lower < estimate.lower);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn worst_case(pairs: &Pairs, estimate: &Estimate, plan: &Plan) -> Result<Option<WorstCase>, Diagnostic> {
    if pairs.gaps.is_empty() || plan.edition == Edition::First {
        return Ok(None);
    }
    let Some(range) = pairs.range.map(|known| known.range) else {
        return Ok(Some(WorstCase::unbounded(pairs, None)));
    };
    let mut case = WorstCase {
        lower: estimate.lower,
        upper: estimate.upper,
        p_value: estimate.p_value(plan),
        p_against: estimate.p_against,
        ..WorstCase::unbounded(pairs, Some(range))
    };
    for worst in [true, false] {
        let found = infer(&Sample::filled(pairs, range, plan.direction, worst), plan)?;
        case.lower = case.lower.min(found.lower);
        case.upper = case.upper.max(found.upper);
        case.p_value = case.p_value.max(found.p_value(plan));
        case.p_against = case.p_against.max(found.p_against);
    }
    Ok(Some(case))
}

/// Whether the verdict of Python evalsig 0.1.2 would be the same whatever the missing items had scored.
///
/// # Errors
/// Those of [`evalsig_0_1`].
pub(super) fn holds_whatever(
    pairs: &Pairs,
    outcome: &LegacyOutcome,
    plan: &Plan,
) -> Result<bool, Diagnostic> {
    if pairs.gaps.is_empty() || plan.edition == Edition::First || outcome.verdict == Verdict::Inconclusive {
        return Ok(true);
    }
    let Some(known) = pairs.range else { return Ok(false) };
    for worst in [true, false] {
        let sample = Sample::filled(pairs, known.range, plan.direction, worst);
        if evalsig_0_1(&sample, plan)?.verdict != outcome.verdict {
            return Ok(false);
        }
    }
    Ok(true)
}
