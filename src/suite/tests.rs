//! The rule over claims whose p-values are written by hand.

use super::claim::{ClaimKind, ClaimResult, Held};
use super::evidence::Evidence;
use super::judge::judge_suite;
use super::judgement::TaskRuns;
use super::rule::{Outcome, decide};
use crate::domain::policy::Policy;
use crate::domain::{Alpha, Item, RunFrame, RunFrameBuilder, RunMetadata, Score, Verdict};
use crate::inference::multiplicity::holm;
use crate::numerics::stream::{Purpose, Streams};
use crate::policy;

/// Tasks a to e: two of role improve, two guarded, one that is only reported.
fn policy_with(rest: &str) -> Policy {
    let task = |name: &str, role: &str, more: &str| {
        format!("  - {{name: {name}, baseline: b.csv, candidate: c.csv, role: {role}{more}}}\n")
    };
    let margin = ", margin: 0.1, margin-rationale: noise";
    let text = [
        "version: 1\ntasks:\n".to_owned(),
        task("a", "improve", margin),
        task("b", "improve", ""),
        task("c", "no-regression", margin),
        task("d", "no-regression", margin),
        task("e", "report-only", ""),
        rest.to_owned(),
    ]
    .concat();
    policy::parse(&text, "evalsig.yml").unwrap()
}

fn one_item() -> RunFrame {
    let mut rows = RunFrameBuilder::default();
    rows.push(Item { id: "q", epoch: 0, cluster: None, score: Ok(Score::new(1.0).unwrap()) });
    rows.finish(RunMetadata::default()).unwrap()
}

/// A claim with p for and p against it; shown by itself where the first is at most .05.
fn claim(policy: &Policy, task: usize, kind: ClaimKind, p_value: f64, p_against: f64) -> ClaimResult {
    let evidence = Evidence {
        delta: 0.0,
        lower: -0.01,
        upper: 0.01,
        p_value,
        p_against,
        pairs: 100,
        shown: p_value <= 0.05,
        obstacle: None,
    };
    ClaimResult::new(Some(&policy.tasks[task].name), kind, None, 0.0, evidence)
}

fn pooled(p_value: f64, p_against: f64) -> ClaimResult {
    let policy = policy_with("");
    let own = claim(&policy, 0, ClaimKind::Superiority, p_value, p_against);
    ClaimResult { task: None, label: Some("pooled".into()), ..own }
}

/// Decides with every task compared, those named without a baseline or with one that is too old.
fn decided(policy: &Policy, claims: &mut [ClaimResult], first: &[usize], stale: &[usize]) -> Outcome {
    let run = one_item();
    let runs: Vec<TaskRuns<'_>> = policy
        .tasks
        .iter()
        .enumerate()
        .map(|(place, task)| TaskRuns {
            task,
            baseline: (!first.contains(&place)).then_some(&run),
            candidate: &run,
            anchor: None,
            stale: stale.contains(&place),
        })
        .collect();
    decide(policy, &runs, claims, Alpha::USUAL)
}

fn names(outcome: &Outcome) -> Vec<&str> {
    outcome.blocking.iter().map(|name| name.as_str()).collect()
}

/// Superiority of a and b, the margins of a, c and d.
fn usual(policy: &Policy, p: [f64; 5], against: [f64; 5]) -> Vec<ClaimResult> {
    let (better, guard) = (ClaimKind::Superiority, ClaimKind::NonInferiority);
    [(0, better), (1, better), (0, guard), (2, guard), (3, guard)]
        .into_iter()
        .zip(p.into_iter().zip(against))
        .map(|((task, kind), (p, against))| claim(policy, task, kind, p, against))
        .collect()
}

const GOOD: [f64; 5] = [0.01, 0.2, 0.01, 0.02, 0.05];
const CALM: [f64; 5] = [0.9; 5];

#[test]
fn margins_pay_nothing_and_the_choice_of_an_improvement_pays_by_holm() {
    let policy = policy_with("");
    // Three margins at .01, .02 and .05 hold as they are; .01 of two is .02.
    let mut claims = usual(&policy, GOOD, CALM);
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Allow, vec![]));
    assert_eq!([claims[0].p_adjusted, claims[1].p_adjusted], [0.02, 0.2]);
    assert_eq!(
        [0, 1, 2, 3, 4].map(|n: usize| claims[n].held == Held::Shown),
        [true, false, true, true, true]
    );
    // .03 of two is .06: none is chosen.
    let mut claims = usual(&policy, [0.03, 0.2, 0.01, 0.02, 0.05], CALM);
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Inconclusive, vec!["a", "b"]));
    // One margin just above alpha is open, whatever else is shown.
    let mut claims = usual(&policy, [0.01, 0.2, 0.01, 0.0501, 0.05], CALM);
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Inconclusive, vec!["c"]));
}

/// Values of statsmodels 0.14 (`multipletests(..., method='holm')`).
#[test]
fn holm_is_that_of_statsmodels() {
    let found = holm(&[0.004, 0.03, 0.012, 0.0001, 0.5]);
    for (found, wanted) in found.iter().zip([0.016, 0.06, 0.036, 0.0005, 0.5]) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }
}

/// The refuted claims are those of Holm's procedure as he states it: in ascending order, until one fails.
#[test]
fn refuted_are_those_that_fall_step_by_step() {
    let policy = policy_with("suite: {rule: regress-none}\n");
    let guards = [ClaimKind::NonInferiority, ClaimKind::Slice, ClaimKind::Anchor, ClaimKind::Budget];
    let streams = Streams::new(11, Purpose::Simulation);
    let mut rejected = 0;
    for replicate in 0..500 {
        let mut stream = streams.replicate(replicate);
        let many = 1 + stream.below(12) as usize;
        // Small ones are frequent, so that steps matter.
        let p: Vec<f64> = (0..many).map(|_| stream.unit().powi(4)).collect();
        let mut claims: Vec<ClaimResult> =
            p.iter().enumerate().map(|(n, p)| claim(&policy, n % 4, guards[n % 4], 0.01, *p)).collect();
        let outcome = decided(&policy, &mut claims, &[], &[]);
        let mut order: Vec<usize> = (0..many).collect();
        order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
        let steps = order.iter().enumerate().take_while(|(step, n)| p[**n] <= 0.05 / (many - step) as f64);
        let mut wanted = vec![false; many];
        steps.for_each(|(_, n)| wanted[*n] = true);
        let found: Vec<bool> = claims.iter().map(|claim| claim.held == Held::Refuted).collect();
        assert_eq!(found, wanted, "{p:?}");
        let any = wanted.contains(&true);
        rejected += usize::from(any);
        assert_eq!(outcome.verdict, if any { Verdict::Reject } else { Verdict::Allow });
    }
    assert!((100..450).contains(&rejected), "{rejected} of 500");
}

#[test]
fn reject_beats_everything_and_names_the_refuted_tasks_in_the_order_of_the_policy() {
    let policy = policy_with("");
    // d and a are refuted at .001 of four claims: margins of a, c, d, and "none improves".
    let mut claims = usual(&policy, GOOD, [0.9, 0.9, 0.001, 0.9, 0.001]);
    claims.reverse();
    let outcome = decided(&policy, &mut claims, &[1], &[2]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Reject, vec!["a", "d"]));
    assert!(outcome.finding.starts_with("Refuted: "), "{}", outcome.finding);
    // .02 of four is .08.
    let mut claims = usual(&policy, GOOD, [0.9, 0.9, 0.9, 0.9, 0.02]);
    assert_eq!(decided(&policy, &mut claims, &[], &[]).verdict, Verdict::Allow);
    assert_eq!(claims[4].p_against_adjusted, 0.08);
}

/// "Some task improves" is refuted only where each is: its p is the largest.
#[test]
fn that_none_improves_takes_all_of_them() {
    let policy = policy_with("");
    let mut claims = usual(&policy, [1.0, 1.0, 0.01, 0.01, 0.01], [0.0001, 0.2, 0.9, 0.9, 0.9]);
    assert_eq!(decided(&policy, &mut claims, &[], &[]).verdict, Verdict::Inconclusive);
    assert_eq!(claims[0].p_against_adjusted, 0.8);
    let mut claims = usual(&policy, [1.0, 1.0, 0.01, 0.01, 0.01], [0.0001, 0.002, 0.9, 0.9, 0.9]);
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Reject, vec!["a", "b"]));
    assert_eq!([claims[0].p_against_adjusted, claims[1].p_against_adjusted], [0.008; 2]);
}

#[test]
fn a_first_run_or_an_old_baseline_keeps_from_allow() {
    let policy = policy_with("");
    let verdict = |first: &[usize], stale: &[usize]| {
        let mut claims = usual(&policy, GOOD, CALM);
        claims.retain(|claim| !first.iter().any(|n| claim.task.as_ref() == Some(&policy.tasks[*n].name)));
        let outcome = decided(&policy, &mut claims, first, stale);
        (outcome.verdict, outcome.blocking.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(verdict(&[3], &[]), (Verdict::Inconclusive, vec!["d".to_owned()]));
    assert_eq!(verdict(&[], &[2]), (Verdict::Inconclusive, vec!["c".to_owned()]));
    assert_eq!(verdict(&[3], &[2]), (Verdict::Inconclusive, vec!["c".to_owned(), "d".to_owned()]));
    // What is only reported may be old.
    assert_eq!(verdict(&[], &[4]).0, Verdict::Allow);
}

/// An obstacle shows nothing, not even where p is small.
#[test]
fn an_obstacle_keeps_a_claim_open() {
    let policy = policy_with("");
    let mut claims = usual(&policy, GOOD, CALM);
    for place in [0, 3] {
        let nothing = Evidence::nothing(0.1, 100, "only 3 independent units, and 5 are needed".into());
        claims[place].evidence = nothing;
    }
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!((outcome.verdict, names(&outcome)), (Verdict::Inconclusive, vec!["a", "b", "c"]));
    assert!(outcome.suggestion.is_some_and(|text| text.contains("only 3 independent units")));
}

#[test]
fn a_claim_that_decides_nothing_neither_blocks_nor_rejects() {
    let policy = policy_with("");
    let mut claims = usual(&policy, GOOD, CALM);
    let small = claim(&policy, 2, ClaimKind::Slice, 1.0, 1e-9);
    claims.push(ClaimResult { decides: false, ..small });
    let outcome = decided(&policy, &mut claims, &[], &[]);
    assert_eq!(outcome.verdict, Verdict::Allow);
    assert_eq!(claims[0].p_adjusted, 0.02);
}

/// The pooled endpoint first, and its tasks only behind it.
#[test]
fn the_pooled_endpoint_is_a_gate() {
    let policy = policy_with("suite: {rule: pooled}\n");
    let with = |p: f64, against: f64, guard: f64| {
        let mut claims = usual(&policy, [0.01, 0.2, 0.01, guard, 0.05], CALM);
        claims.push(pooled(p, against));
        let outcome = decided(&policy, &mut claims, &[], &[]);
        let of_task = claims[0].held;
        (outcome.verdict, of_task, outcome.blocking.len())
    };
    assert_eq!(with(0.04, 0.9, 0.01), (Verdict::Allow, Held::Shown, 0));
    // Closed: a is not called better though .02 is below alpha; a to d make up the endpoint.
    assert_eq!(with(0.06, 0.9, 0.01), (Verdict::Inconclusive, Held::Open, 4));
    assert_eq!(with(0.04, 0.9, 0.06), (Verdict::Inconclusive, Held::Shown, 1));
    assert_eq!(with(0.99, 0.001, 0.01).0, Verdict::Reject);
}

/// Without an improvement asked for, none is looked for.
#[test]
fn regress_none_asks_for_margins_only() {
    let policy = policy_with("suite: {rule: regress-none}\n");
    let mut claims = usual(&policy, [1.0, 1.0, 0.01, 0.01, 0.01], [1e-9, 1e-9, 0.9, 0.9, 0.9]);
    assert_eq!(decided(&policy, &mut claims, &[], &[]).verdict, Verdict::Allow);
    assert_eq!(decided(&policy, &mut [], &[], &[]).verdict, Verdict::Inconclusive);
}

#[test]
fn a_candidate_that_changes_nothing_passes_only_where_the_policy_says_so() {
    let run = one_item();
    let judged = |identical: &str| {
        let text = format!(
            "version: 1\ndefaults: {{identical: {identical}}}\ntasks:\n  - {{name: a, baseline: b.csv, candidate: c.csv, role: \
             no-regression, margin: 0.1, margin-rationale: noise}}\n"
        );
        let policy = policy::parse(&text, "evalsig.yml").unwrap();
        let task = &policy.tasks[0];
        let runs = [TaskRuns { task, baseline: Some(&run), candidate: &run, anchor: None, stale: false }];
        let suite = judge_suite(&policy, &runs).unwrap();
        (suite.verdict, suite.claims[0].evidence.shown)
    };
    // One item shows nothing by itself.
    assert_eq!(judged("judge"), (Verdict::Inconclusive, false));
    assert_eq!(judged("allow"), (Verdict::Allow, true));
}
