//! The one call: pair, infer, bound what is missing, decide.

use super::judgement::{Basis, Decision, EffectSizes, Judgement};
use super::outlook::outlook;
use super::rule::{decide, reproduce};
use super::warnings::warnings;
use super::worst_case::{holds_whatever, worst_case};
use crate::domain::{Diagnostic, Identical, Plan, Rule, RunFrame, Score};
use crate::inference::{self, Sample, effect_sizes as effects, icc};
use crate::pairing::{Pairs, pair};

/// May the candidate ship over the baseline under this plan?
///
/// H0 (one-sided): delta <= the claim's value, where delta is the true mean of candidate minus baseline
/// over the items, oriented so that larger is better. ALLOW refutes H0 at the plan's alpha, REJECT refutes
/// its opposite, INCONCLUSIVE refutes neither. An equivalence claim has two such null hypotheses, and ALLOW
/// refutes both (Schuirmann 1987).
///
/// # Parameters
/// - `baseline`: the run in use; at least one scored item.
/// - `candidate`: the run that wants to replace it, by the same metric. Its items are matched with the
///   baseline's by id.
/// - `plan`: claim, alpha in (0, 0.5), method, seed and the rules for epochs, clusters and missing items.
///
/// # Returns
/// The [`Judgement`]: the same bits for the same two runs and plan, on any machine and on any number of
/// threads.
///
/// # Errors
/// Every error about the two runs together (`runs-differ`, `unscored-items`, `cluster-conflict`,
/// `no-overlap`, `score-out-of-range`, `claim-is-empty`); `method-does-not-fit` and `too-few-items` where the method asked for
/// cannot take the data.
///
/// # Notes
/// P(ALLOW | claim false) <= alpha and P(REJECT | claim true) <= alpha, as far as the method holds its level
/// (docs/calibration.md). Items missing in either run count at their worst, see [`worst_case`].
///
/// # References
/// 1. Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for
///    assessing the equivalence of average bioavailability. *J. Pharmacokinet. Biopharm.* 15, 657-680.
///
/// # Example
/// ```
/// use evalsig::decision::judge;
/// use evalsig::domain::{Claim, Plan, Verdict};
/// use evalsig::readers::{ReadOptions, read};
///
/// // 60 of 100 items right before; the same and 15 more now.
/// let run = |right: usize| {
///     let item = |i| format!(r#"{{"item_id": "{i}", "score": {}}}"#, u8::from(i < right));
///     let items: Vec<String> = (0..100).map(item).collect();
///     let text = format!(
///         r#"{{"run_id": "run-{right}", "model_id": "m", "task_id": "t", "metric_name": "acc", "items": [{}]}}"#,
///         items.join(", ")
///     );
///     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
/// };
/// let plan = Plan::of(Claim::above(0.0).expect("a number"));
/// let judgement = judge(&run(60)?, &run(75)?, &plan)?;
/// assert_eq!(judgement.decision.verdict, Verdict::Allow);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn judge(baseline: &RunFrame, candidate: &RunFrame, plan: &Plan) -> Result<Judgement, Diagnostic> {
    let pairs = pair(baseline, candidate, plan)?;
    let sample = Sample::of(&pairs, plan.direction);
    let warnings = warnings(baseline, candidate, plan, &pairs);
    let (basis, decision) = match plan.rule {
        Rule::Interval => {
            // Equal means may hide that every answer changed, so the scores are compared one by one.
            let unchanged = plan.identical == Identical::Allow
                && pairs.gaps.is_empty()
                && same_scores(baseline, candidate);
            judge_sample(&pairs, &sample, plan, unchanged)?
        }
        Rule::Evalsig01 => by_evalsig_0_1(plan, &pairs, &sample)?,
    };
    let effect_sizes = effect_sizes(&sample);
    Ok(Judgement { plan: plan.clone(), pairs, basis, decision, effect_sizes, warnings })
}

/// Whether two runs hold the same scores, epoch by epoch.
pub(crate) fn same_scores(baseline: &RunFrame, candidate: &RunFrame) -> bool {
    fn scores(run: &RunFrame) -> impl Iterator<Item = (&str, u32, Option<Score>)> {
        run.sorted().map(|row| (row.id, row.epoch, row.score.ok()))
    }
    scores(baseline).eq(scores(candidate))
}

/// Do these pairs show the plan's claim, or its opposite? What [`judge`] asks of all pairs of two runs, a suite asks
/// of parts of them too.
///
/// H0 and sign are those of [`judge`].
///
/// # Parameters
/// - `pairs`: the paired items, with what is missing of either run.
/// - `plan`: claim, alpha and method; its rule is `interval`.
/// - `unchanged`: nothing is missing, and every score of the candidate is the baseline's. Only a plan that allows
///   what changes nothing looks at it.
///
/// # Returns
/// The numbers, and the verdict with its reasons.
///
/// # Errors
/// Those of [`infer`](crate::inference::infer).
///
/// # Example
/// ```
/// use evalsig::decision::judge_pairs;
/// use evalsig::domain::{Claim, Plan, Verdict};
/// use evalsig::pairing::pair;
/// use evalsig::readers::{ReadOptions, read};
///
/// let run = |text: &str| read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run);
/// let plan = Plan::of(Claim::above(0.0).expect("a number"));
/// let pairs = pair(&run("item_id,score\na,0\nb,1\nc,1\n")?, &run("item_id,score\na,1\nb,1\nc,1\n")?, &plan)?;
/// let (_, decision) = judge_pairs(&pairs, &plan, false)?;
/// // One item that became right is too little to show anything.
/// assert_eq!(decision.verdict, Verdict::Inconclusive);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn judge_pairs(pairs: &Pairs, plan: &Plan, unchanged: bool) -> Result<(Basis, Decision), Diagnostic> {
    judge_sample(pairs, &Sample::of(pairs, plan.direction), plan, unchanged)
}

/// The same, with the sample that the pairs are. Ten million items are not turned into two of them.
fn judge_sample(
    pairs: &Pairs,
    sample: &Sample,
    plan: &Plan,
    unchanged: bool,
) -> Result<(Basis, Decision), Diagnostic> {
    let estimate = inference::infer(sample, plan)?;
    let worst_case = worst_case(pairs, &estimate, plan)?;
    let outlook = outlook(plan, sample, &estimate);
    let decision = decide(plan, &pairs.counts, &estimate, worst_case.as_ref(), &outlook, unchanged);
    Ok((Basis::Interval { estimate, worst_case, outlook }, decision))
}

/// As Python evalsig 0.1.2 does.
fn by_evalsig_0_1(plan: &Plan, pairs: &Pairs, sample: &Sample) -> Result<(Basis, Decision), Diagnostic> {
    let outcome = inference::evalsig_0_1(sample, plan)?;
    let holds = holds_whatever(pairs, &outcome, plan)?;
    let decision = reproduce(plan, &pairs.counts, &outcome, holds);
    Ok((Basis::Evalsig01(outcome), decision))
}

fn effect_sizes(sample: &Sample) -> EffectSizes {
    let finite = |value: f64| value.is_finite().then_some(value);
    let by_cluster = sample.clusters.is_some();
    // Before the differences are listed: both at once would be the most that a gate of ten million items holds.
    let cliffs_delta = effects::cliffs_delta(&sample.baseline, &sample.candidate);
    let effective_units =
        if by_cluster { icc::effective_units(&sample.units()) } else { sample.len() as f64 };
    let differences = sample.differences();
    let anova = sample.clusters.as_deref().and_then(|clusters| icc::anova(&differences, clusters));
    EffectSizes {
        cohens_d_paired: effects::cohens_d_paired(&differences),
        cliffs_delta,
        fixed_per_broken: effects::fix_odds(&differences).odds.and_then(finite),
        icc: anova.map(|anova| anova.icc),
        effective_units: finite(effective_units),
    }
}
