//! The call: every task by itself, then the rule over all claims.

use super::claim::{ClaimKind, ClaimResult};
use super::judgement::{SuiteJudgement, TaskJudgement, TaskRuns};
use super::pooled::{self, Stratum};
use super::rule::{self, Outcome};
use super::task;
use crate::domain::policy::{Policy, Role, SuiteRule, TaskPolicy};
use crate::domain::{Alpha, Diagnostic, Plan};

/// May the candidate ship, by what the policy asks of all tasks together?
///
/// Each claim has H0: delta <= its value, where delta is the true mean of candidate minus baseline, oriented so that
/// larger is better. ALLOW needs every margin, slice, anchor and budget shown at alpha (an intersection-union test:
/// the probability of a wrong ALLOW is at most alpha whichever of them is false), and what the suite's rule asks for
/// beside: one task of role `improve` superior with Holm over those tasks, or the pooled endpoint superior. REJECT
/// needs one claim refuted with Holm over all claims.
///
/// # Parameters
/// - `policy`: tasks, rule and limits. Each attempt is judged at [`Limits::alpha_of_attempt`].
/// - `runs`: the runs of each task, in the order of the policy.
///
/// # Returns
/// The [`SuiteJudgement`]: the same bits for the same runs and policy.
///
/// # Errors
/// Those of [`judge`](crate::decision::judge), with the task as the place.
///
/// # Notes
/// A wrong ALLOW has probability at most alpha where one task sits at its margin or where nothing improves
/// (docs/suites.md has what was measured). Claims of few clusters cannot reach the small p-values that Holm asks
/// for over many claims; they stay open.
///
/// # References
/// 1. Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling. *Technometrics* 24, 295-300.
/// 2. Holm, S. (1979). A simple sequentially rejective multiple test procedure. *Scand. J. Statist.* 6, 65-70.
///
/// [`Limits::alpha_of_attempt`]: crate::domain::policy::Limits::alpha_of_attempt
///
/// # Example
/// ```
/// use evalsig::domain::Verdict;
/// use evalsig::policy;
/// use evalsig::readers::{ReadOptions, read};
/// use evalsig::suite::{TaskRuns, judge_suite};
///
/// let policy = policy::parse(
///     r#"
/// version: 1
/// tasks:
///   - {name: a, baseline: base.csv, candidate: cand.csv, role: no-regression, margin: 0.1, margin-rationale: noise}
/// "#,
///     "evalsig.yml",
/// )?;
/// let run = |wrong: usize| {
///     let rows: String = (0..200).map(|i| format!("{i},{}\n", u8::from(i >= wrong))).collect();
///     read(format!("item_id,score\n{rows}").as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
/// };
/// let (baseline, candidate) = (run(20)?, run(21)?);
/// let runs = TaskRuns {
///     task: &policy.tasks[0],
///     baseline: Some(&baseline),
///     candidate: &candidate,
///     anchor: None,
///     stale: false,
/// };
/// let suite = judge_suite(&policy, &[runs])?;
/// assert_eq!(suite.verdict, Verdict::Allow);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn judge_suite(policy: &Policy, runs: &[TaskRuns<'_>]) -> Result<SuiteJudgement, Diagnostic> {
    let mut tasks = Vec::new();
    let mut claims = Vec::new();
    for runs in runs {
        let name = &runs.task.name;
        let Some(baseline) = runs.baseline else {
            tasks.push(TaskJudgement { name: name.clone(), judgement: None });
            continue;
        };
        let (judgement, found) = task::claims(runs, baseline, attempt_plan(policy, runs.task))
            .map_err(|error| error.within(&format!("task {name}")))?;
        claims.extend(found);
        tasks.push(TaskJudgement { name: name.clone(), judgement: Some(judgement) });
    }
    let alpha = runs
        .iter()
        .filter(|runs| runs.task.role != Role::ReportOnly)
        .map(|runs| attempt_plan(policy, runs.task).alpha)
        .min_by(|a, b| a.get().total_cmp(&b.get()))
        .unwrap_or(Alpha::USUAL);
    if policy.suite.rule == SuiteRule::Pooled {
        claims.extend(pooled_claim(policy, runs, &tasks, alpha)?);
    }
    let Outcome { verdict, blocking, finding, suggestion } = rule::decide(policy, runs, &mut claims, alpha);
    Ok(SuiteJudgement { tasks, claims, alpha, verdict, blocking, finding, suggestion })
}

/// The plan of a task, with what one attempt may spend.
fn attempt_plan(policy: &Policy, task: &TaskPolicy) -> Plan {
    Plan { alpha: policy.limits.alpha_of_attempt(task.plan.alpha), ..task.plan.clone() }
}

/// The claim about the pooled endpoint; none where a task of it has no baseline yet.
fn pooled_claim(
    policy: &Policy,
    runs: &[TaskRuns<'_>],
    tasks: &[TaskJudgement],
    alpha: Alpha,
) -> Result<Option<ClaimResult>, Diagnostic> {
    let pooled = runs.iter().zip(tasks).filter(|(runs, _)| runs.task.is_pooled());
    let strata: Option<Vec<Stratum<'_>>> = pooled
        .map(|(_, task)| {
            task.judgement.as_ref().map(|found| Stratum { pairs: &found.pairs, plan: &found.plan })
        })
        .collect();
    let Some(strata) = strata.filter(|strata| !strata.is_empty()) else { return Ok(None) };
    let Some(first) = strata.first() else { return Ok(None) };
    let plan = Plan { alpha, ..first.plan.clone() };
    let evidence = pooled::evidence(&strata, policy.suite.weights, policy.suite.min_delta, &plan)
        .map_err(|error| error.within("pooled endpoint"))?;
    let label = Some("pooled".to_owned());
    Ok(Some(ClaimResult::new(None, ClaimKind::Superiority, label, policy.suite.min_delta, evidence)))
}
