//! The one call: pair, infer, bound what is missing, decide.

use super::answers::without_new_items;
use super::judgement::{Basis, Decision, EffectSizes, Gold, Judgement};
use super::outlook::outlook;
use super::rule::{decide, reproduce};
use super::warnings::warnings;
use super::worst_case::{holds_whatever, worst_case};
use crate::domain::{Diagnostic, Identical, Plan, Rule, RunFrame, Score};
use crate::inference::planning::Forecast;
use crate::inference::{self, Sample, effect_sizes as effects, icc};
use crate::pairing::{Pairs, pair};
use crate::sampling::{Corrected, DrawnBank, corrected, drawn_pairs};

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
    conclude(pair(baseline, candidate, plan)?, baseline, candidate, plan)
}

/// May the candidate ship, which was scored on items that were drawn from a bank on which the baseline is scored?
///
/// H0 and sign are those of [`judge`]; delta is the mean over the bank, or over the population that the bank is a sample
/// of, as the plan says.
///
/// # Parameters
/// - `drawn`: the bank, the items that were drawn from it, and what is predicted of the candidate on each item.
/// - `candidate`: the run that wants to replace the baseline; what it holds beyond the drawn items is not looked at.
/// - `plan`: as for [`judge`]; its rule is `interval`.
///
/// # Errors
/// Those of [`judge`]; `method-does-not-fit` where the method makes no claim about a bank.
///
/// # Notes
/// P(ALLOW | claim false) <= alpha holds over the draw, whatever the predictions are worth, as long as they were fixed
/// before the candidate was run.
///
/// # Example
/// ```
/// use evalsig::decision::judge_drawn;
/// use evalsig::domain::{About, Claim, Draw, DrawnUnit, EpochRule, Plan, Sampling};
/// use evalsig::readers::{ReadOptions, read};
/// use evalsig::sampling::{Bank, DrawnBank};
///
/// let run = |right: u32, items: u32| {
///     let rows = (0..items).map(|i| format!("q{i},{}\n", u8::from(i % 10 < right)));
///     let text = format!("item_id,score\n{}", rows.collect::<String>());
///     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
/// };
/// let (base, cand) = (run(6, 400)?, run(7, 400)?);
/// let bank = Bank::of(&base, EpochRule::Mean)?;
/// let draw = Draw { unit: DrawnUnit::Items, count: 100, seed: 7, strata: None };
/// let sampling = Sampling { about: About::Bank, bank: bank.digest(), draw, predictor: None };
/// let drawn = DrawnBank::new(bank, &sampling, &[])?;
/// let plan = Plan::of(Claim::above(-0.05).expect("a number"));
/// let judgement = judge_drawn(&drawn, &cand, &plan)?;
/// assert_eq!(judgement.pairs.counts.pairs, 100);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn judge_drawn(
    drawn: &DrawnBank<'_>,
    candidate: &RunFrame,
    plan: &Plan,
) -> Result<Judgement, Diagnostic> {
    conclude(drawn_pairs(drawn, candidate, plan)?, drawn.bank().run(), candidate, plan)
}

/// May the candidate ship, by a judge whose scores people corrected on a random part of the items?
///
/// H0 and sign are those of [`judge`]; delta is the true mean difference of what people would say of every item.
///
/// # Parameters
/// - `baseline`, `candidate`: both runs, scored by the judge.
/// - `labels`: people's scores of a random part of the items, of the baseline's and of the candidate's answers.
/// - `plan`: as for [`judge`]; its rule is `interval`.
///
/// # Errors
/// Those of [`judge`] and of [`corrected`].
///
/// # Example
/// ```
/// use evalsig::decision::judge_corrected;
/// use evalsig::domain::{Claim, Lambda, Plan};
/// use evalsig::readers::{ReadOptions, read};
///
/// let run = |right: u32, items: u32| {
///     let rows = (0..items).map(|i| format!("q{i},{}\n", u8::from(i % 10 < right)));
///     let text = format!("item_id,score\n{}", rows.collect::<String>());
///     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
/// };
/// // The judge calls seven of ten answers of the candidate right, people only six.
/// let (baseline, candidate) = (run(6, 200)?, run(7, 200)?);
/// let labels = (run(6, 60)?, run(6, 60)?);
/// let plan = Plan { gold: Some(Lambda::CrossFitted), ..Plan::of(Claim::above(-0.05).expect("a number")) };
/// let judgement = judge_corrected(&baseline, &candidate, [&labels.0, &labels.1], &plan)?;
/// assert_eq!(judgement.gold.expect("there are labels").judge.labelled, 60);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn judge_corrected(
    baseline: &RunFrame,
    candidate: &RunFrame,
    labels: [&RunFrame; 2],
    plan: &Plan,
) -> Result<Judgement, Diagnostic> {
    let judged = pair(baseline, candidate, plan)?;
    let Corrected { pairs, judge } = corrected(&judged, labels, plan)?;
    let (uncorrected, without) = judge_pairs(&judged, plan, false)?;
    let (basis, decision) = judge_pairs(&pairs, plan, false)?;
    let warnings = warnings(baseline, candidate, plan, &judged);
    let effect_sizes = effect_sizes(&Sample::of(&judged, plan.direction));
    let gold = Some(Gold { judge, uncorrected: (uncorrected, without.verdict) });
    Ok(Judgement { plan: plan.clone(), pairs: judged, basis, decision, effect_sizes, warnings, gold })
}

/// The judgement on pairs of two runs.
fn conclude(
    pairs: Pairs,
    baseline: &RunFrame,
    candidate: &RunFrame,
    plan: &Plan,
) -> Result<Judgement, Diagnostic> {
    let sample = Sample::of(&pairs, plan.direction);
    let warnings = warnings(baseline, candidate, plan, &pairs);
    let (basis, decision) = match plan.rule {
        Rule::Interval => {
            // Equal means may hide that every answer changed, so the scores are compared one by one.
            let unchanged = plan.identical == Identical::Allow
                && pairs.gaps.is_empty()
                && same_scores(baseline, candidate);
            let answers = |forecast: &Forecast| {
                without_new_items(forecast, [baseline, candidate], &pairs, &sample, plan)
            };
            judge_sample(&pairs, &sample, plan, unchanged, answers)?
        }
        Rule::Evalsig01 => by_evalsig_0_1(plan, &pairs, &sample)?,
    };
    let effect_sizes = effect_sizes(&sample);
    Ok(Judgement { plan: plan.clone(), pairs, basis, decision, effect_sizes, warnings, gold: None })
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
    judge_sample(pairs, &Sample::of(pairs, plan.direction), plan, unchanged, |_| None)
}

/// The same, with the sample that the pairs are. Ten million items are not turned into two of them.
fn judge_sample(
    pairs: &Pairs,
    sample: &Sample,
    plan: &Plan,
    unchanged: bool,
    answers: impl FnOnce(&Forecast) -> Option<String>,
) -> Result<(Basis, Decision), Diagnostic> {
    let estimate = inference::infer(sample, plan)?;
    let worst_case = worst_case(pairs, &estimate, plan)?;
    let outlook = outlook(plan, sample, &estimate, answers);
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
