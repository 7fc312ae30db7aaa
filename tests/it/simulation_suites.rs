//! Suites over generated runs: what must be the same, and how often a suite answers wrongly. The same designs, with more
//! runs, make the table of docs/suites.md (`examples/suites.rs`).

use evalsig::decision::{Basis, judge};
use evalsig::domain::policy::Policy;
use evalsig::domain::{Claim, Plan, RunFrame, Verdict};
use evalsig::numerics::stream::{Purpose, Stream, Streams};
use evalsig::readers::{ReadOptions, read};
use evalsig::suite::{ClaimKind, Held, SuiteJudgement, judge_suite};

use crate::tree;
use cells::{Wanted, cells, task_runs};
use data::{Kind, Task, policy_of, ten};

#[path = "../../examples/suites/cells.rs"]
mod cells;
#[path = "../../examples/suites/data.rs"]
mod data;

const RESAMPLES: u32 = 199;

fn stream(number: u64) -> Stream {
    Streams::new(5, Purpose::Simulation).replicate(number)
}

fn judged(policy: &Policy, runs: &[(RunFrame, RunFrame)]) -> SuiteJudgement {
    judge_suite(policy, &task_runs(policy, runs, None)).unwrap()
}

fn drawn(tasks: &[Task], number: u64) -> Vec<(RunFrame, RunFrame)> {
    let mut stream = stream(number);
    tasks.iter().map(|task| task.draw(&mut stream)).collect()
}

/// Small tasks of three kinds, some near their margins; which verdict comes hangs on the draw.
fn mixed() -> Vec<Task> {
    let kinds = [Kind::ZeroOne(0.2), Kind::Graded(0.2), Kind::Clustered(0.2, 0.1), Kind::Graded(0.1)];
    let task = |n: usize, role, delta| Task::new(role, kinds[n], 60 + 20 * n, delta, 0.08);
    vec![
        task(0, "improve", 0.1),
        task(1, "improve", 0.05),
        task(2, "no-regression", 0.0),
        Task { lower_is_better: true, ..task(3, "no-regression", -0.02) },
    ]
}

/// Every rate is as it must be, within four standard errors: of some thirty rates of 100 runs, one beyond three is no
/// surprise. The table of docs/suites.md rests on more runs.
#[test]
fn wrong_answers_are_rare() {
    if !tree::slow_tests("simulation_suites::wrong_answers_are_rare") {
        return;
    }
    let runs = 100_u64;
    for (number, cell) in (0_u64..).zip(cells(RESAMPLES)) {
        let streams = Streams::new(77 + number, Purpose::Simulation);
        let runs = ((runs as f64 * cell.share) as u64).max(20);
        let found: Vec<Vec<bool>> =
            (0..runs).map(|run| (cell.trial)(&mut streams.replicate(run), run)).collect();
        for (place, (counted, wanted)) in cell.counted.iter().enumerate() {
            let rate = found.iter().filter(|run| run[place]).count() as f64 / runs as f64;
            let error = |wanted: f64| 4.0 * (wanted * (1.0 - wanted) / runs as f64).sqrt();
            let holds = match *wanted {
                Wanted::AtMost(most) => rate <= most + error(most),
                Wanted::AtLeast(least) => rate >= least - error(least),
                Wanted::Anything => rate > 0.0,
            };
            println!("{}: {}: {counted} {rate:.3}", cell.group, cell.truth);
            assert!(holds, "{}: {counted} {rate} of {runs}", cell.truth);
        }
    }
}

/// A subject that falls by .43 while the others rise is found, and named.
#[test]
fn a_subject_that_fell_does_not_vanish_in_the_mean() {
    let task = Task::new("no-regression", Kind::ZeroOne(0.45), 1000, 0.0, 0.3)
        .with(", slices: {by: subject, min-items: 200, margin: 0.1}");
    let tasks = [Task { deltas: vec![0.12, 0.12, 0.12, -0.43, 0.12], ..task }];
    let policy = policy_of(&tasks, RESAMPLES, "");
    for number in 0..5 {
        let suite = judged(&policy, &drawn(&tasks, number));
        assert_eq!(suite.verdict, Verdict::Reject);
        // Of the whole task, whose mean rises, the margin is shown.
        assert_eq!((suite.claims[0].kind, suite.claims[0].held), (ClaimKind::NonInferiority, Held::Shown));
        let refuted: Vec<&str> = suite
            .claims
            .iter()
            .filter(|claim| claim.held == Held::Refuted)
            .filter_map(|claim| claim.label.as_deref())
            .collect();
        assert_eq!(refuted, ["subject 3"]);
        assert!(suite.finding.contains("slice \"subject 3\""), "{}", suite.finding);
    }
}

/// A subgroup below min-items is reported only; leaving items out makes none small.
#[test]
fn dropping_items_does_not_make_a_subgroup_small() {
    let verdict = |min_items: u32, drop: usize| {
        let rows = |skip: usize| -> RunFrame {
            let mut text = "item_id,subject,score\n".to_owned();
            for item in 0..400_usize {
                let (subject, place) = if item < 40 { ("law", item) } else { ("rest", item) };
                // The candidate fails half of law; it may leave out the first it fails.
                let failed = skip < usize::MAX && subject == "law" && place % 2 == 0;
                if failed && place / 2 < skip {
                    continue;
                }
                let score = u8::from(!failed && item % 10 != 1);
                text.push_str(&format!("q{item:03},{subject},{score}\n"));
            }
            let options = ReadOptions { slice: Some("subject".into()), ..ReadOptions::default() };
            read(text.as_bytes(), None, &options).unwrap().run
        };
        let more = format!(
            ", missing: exclude, score-range: [0, 1], slices: {{by: subject, min-items: {min_items}, margin: 0.1}}"
        );
        let task = Task::new("no-regression", Kind::ZeroOne(0.1), 400, 0.0, 0.3).with(&more);
        let policy = policy_of(&[task], RESAMPLES, "");
        let suite = judged(&policy, &[(rows(usize::MAX), rows(drop))]);
        let law = suite.claims.iter().find(|claim| claim.label.as_deref() == Some("law")).unwrap();
        (suite.verdict, law.decides, law.evidence.pairs)
    };
    assert_eq!(verdict(41, 0), (Verdict::Allow, false, 40));
    assert_eq!(verdict(40, 0), (Verdict::Reject, true, 40));
    let (with_holes, decides, pairs) = verdict(40, 10);
    assert!(decides && pairs == 30 && with_holes != Verdict::Allow, "{with_holes:?}");
    let (without_failures, decides, pairs) = verdict(40, 20);
    assert!(decides && pairs == 20 && without_failures != Verdict::Allow, "{without_failures:?}");
}

#[test]
fn the_order_of_the_tasks_changes_the_order_of_the_answer_only() {
    let tasks = mixed();
    let policy = policy_of(&tasks, RESAMPLES, "");
    let mut verdicts = Vec::new();
    for number in 0..u64::from(tree::cases(20)) {
        let runs = drawn(&tasks, number);
        let straight = judged(&policy, &runs);
        let mut turned = policy.clone();
        turned.tasks.reverse();
        let reversed = judged(&turned, &runs.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(straight.verdict, reversed.verdict);
        let mut blocking = reversed.blocking.clone();
        blocking.reverse();
        assert_eq!(straight.blocking, blocking);
        for claim in &straight.claims {
            assert!(reversed.claims.contains(claim), "{claim:?}");
        }
        verdicts.push(straight.verdict);
    }
    println!("{verdicts:?}");
    assert!(verdicts.iter().any(|verdict| *verdict != verdicts[0]), "all alike: {verdicts:?}");
}

/// Neither its numbers nor its alpha count.
#[test]
fn a_task_that_is_only_reported_changes_nothing() {
    let tasks = mixed();
    let mut more = tasks.clone();
    let extra = Task::new("report-only", Kind::Graded(0.2), 50, -0.5, 0.0).with(", alpha: 0.001");
    more.push(Task { margin: None, ..extra });
    let (policy, longer) = (policy_of(&tasks, RESAMPLES, ""), policy_of(&more, RESAMPLES, ""));
    for number in 0..u64::from(tree::cases(20)) {
        let runs = drawn(&more, number);
        let (alone, beside) = (judged(&policy, &runs[..tasks.len()]), judged(&longer, &runs));
        assert_eq!((alone.verdict, alone.alpha), (beside.verdict, beside.alpha));
        assert_eq!((&alone.blocking, &alone.finding), (&beside.blocking, &beside.finding));
        assert_eq!(alone.claims, beside.claims);
    }
}

#[test]
fn a_tighter_margin_never_allows_what_a_wider_one_did_not() {
    let margins = [0.3, 0.2, 0.1, 0.06, 0.03, 0.01];
    let mut changed = 0;
    for number in 0..u64::from(tree::cases(30)) {
        let mut open = false;
        for margin in margins {
            let tasks: Vec<Task> =
                mixed().into_iter().map(|task| Task { margin: Some(margin), ..task }).collect();
            let verdict = judged(&policy_of(&tasks, RESAMPLES, ""), &drawn(&tasks, number)).verdict;
            assert!(!(open && verdict == Verdict::Allow), "allowed at {margin}, not at a wider margin");
            changed += usize::from(!open && verdict != Verdict::Allow && margin < 0.3);
            open |= verdict != Verdict::Allow;
        }
    }
    assert!(changed > 0, "no verdict hung on its margin");
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let rules = ["", "suite: {rule: pooled, weights: equal}\n"];
    for rest in rules {
        let tasks = mixed();
        let policy = policy_of(&tasks, 999, rest);
        let runs = drawn(&tasks, 3);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            format!("{:?}", pool.install(|| judged(&policy, &runs)))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(7));
    }
}

/// One task pooled is that task.
#[test]
fn the_pooled_endpoint_of_one_task_is_its_own_test() {
    for kind in [Kind::ZeroOne(0.2), Kind::Graded(0.2), Kind::Clustered(0.2, 0.2)] {
        for weights in ["items", "equal"] {
            let tasks = [Task::new("no-regression", kind, 120, 0.03, 0.3)];
            let policy = policy_of(&tasks, 999, &format!("suite: {{rule: pooled, weights: {weights}}}\n"));
            let runs = drawn(&tasks, 9);
            let suite = judged(&policy, &runs);
            let pooled = suite.claims.iter().find(|claim| claim.task.is_none()).unwrap();
            let plan = Plan { claim: Claim::above(0.0).unwrap(), ..policy.tasks[0].plan.clone() };
            let single = judge(&runs[0].0, &runs[0].1, &plan).unwrap();
            let Basis::Interval { estimate, .. } = &single.basis else { panic!("by bounds") };
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9;
            let found = &pooled.evidence;
            // Weights that are all alike keep 0/1 scores what they are only where they count items.
            if weights == "items" || !matches!(kind, Kind::ZeroOne(_)) {
                assert!(close(found.p_value, estimate.p_value(&plan)), "{kind:?} {weights}");
                assert!(close(found.lower, estimate.lower) && close(found.upper, estimate.upper));
            }
            assert!(close(found.delta, estimate.delta), "{kind:?} {weights}");
        }
    }
}

/// Fieller's interval of the paired t, by solving its quadratic with scipy's quantile of t, 23 degrees of freedom.
#[test]
fn a_ratio_by_the_paired_t_is_fiellers_interval() {
    let run = |scores: &[f64]| -> RunFrame {
        let rows: String = scores.iter().enumerate().map(|(n, score)| format!("q{n:02},{score}\n")).collect();
        let text = format!("item_id,score\n{rows}");
        read(text.as_bytes(), None, &ReadOptions::default()).unwrap().run
    };
    let before: Vec<f64> =
        (0..24).map(|i| 100.0 + f64::from(3 * ((7 * i) % 11)) - 0.5 * f64::from((5 * i) % 7)).collect();
    let after: Vec<f64> =
        (0..24).zip(&before).map(|(i, x)| x * 1.04 + 2.0 * f64::from((3 * i) % 13 - 6) / 3.0).collect();
    let task =
        Task::new("budget", Kind::LogNormal(0.1), 24, 0.0, 0.05).with(", scale: ratio, method: paired_t");
    let policy = policy_of(&[Task { lower_is_better: true, ..task }], RESAMPLES, "");
    let suite = judged(&policy, &[(run(&before), run(&after))]);
    let claim = &suite.claims[0];
    assert_eq!((claim.kind, suite.verdict), (ClaimKind::Budget, Verdict::Allow));
    let found = [1.0 - claim.evidence.upper, 1.0 - claim.evidence.lower, 1.0 - claim.evidence.delta];
    for (found, wanted) in
        found.iter().zip([1.030_714_362_856_512, 1.046_727_322_298_709_5, 1.038_772_478_978_702_5])
    {
        assert!((found - wanted).abs() < 5e-6, "{found} {wanted}");
    }
    assert!((claim.evidence.p_value - 0.011_803_480_022_004_964).abs() < 1e-9);
    assert!((claim.evidence.p_against - 0.988_196_519_977_995_1).abs() < 1e-9);
}

/// Ten tasks, nothing changes but one that improves clearly: the usual good day.
#[test]
fn a_suite_that_improves_somewhere_and_falls_nowhere_is_allowed() {
    let tasks = ten(|number| if number == 9 { ("improve", 0.1, 0.3) } else { ("no-regression", 0.0, 0.3) });
    let suite = judged(&policy_of(&tasks, RESAMPLES, ""), &drawn(&tasks, 1));
    assert_eq!(suite.verdict, Verdict::Allow, "{}", suite.finding);
    assert!(suite.finding.contains("all 10 margins hold"), "{}", suite.finding);
}
