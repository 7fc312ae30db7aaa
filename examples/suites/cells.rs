//! What is measured: each cell is a truth, a policy and the answer that must be rare (or frequent).

use evalsig::domain::policy::{Policy, TaskPolicy};
use evalsig::domain::{Alpha, Claim, RunFrame, Verdict};
use evalsig::inference::planning::{Ask, Design};
use evalsig::numerics::stream::Stream;
use evalsig::suite::{SuiteJudgement, TaskRuns, judge_suite};

use super::data::{Kind, Task, policy_of, ten};

/// What a rate has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    AtMost(f64),
    AtLeast(f64),
    /// Printed to be seen.
    Anything,
}

/// One run: a stream and a seed for the methods.
type Trial = Box<dyn Fn(&mut Stream, u64) -> Vec<bool> + Sync>;

/// One truth under one policy, and what is counted.
pub(crate) struct Cell {
    /// The group, by which cells are chosen.
    pub(crate) group: &'static str,
    pub(crate) truth: String,
    /// What is counted, and what its rate has to be.
    pub(crate) counted: Vec<(&'static str, Wanted)>,
    /// Runs beside those of the cheapest cell.
    pub(crate) share: f64,
    /// Whether each of them happened in one run.
    pub(crate) trial: Trial,
}

const EDGE: Wanted = Wanted::AtMost(0.05);
const NO_REGRESSION: &str = "no-regression";
const IMPROVE: &str = "improve";
/// A margin that nothing comes near to.
const WIDE: f64 = 0.3;

/// The runs of every task, as they are judged.
pub(crate) fn task_runs<'a>(
    policy: &'a Policy,
    runs: &'a [(RunFrame, RunFrame)],
    anchor: Option<&'a RunFrame>,
) -> Vec<TaskRuns<'a>> {
    let of_task = |(task, (baseline, candidate)): (&'a TaskPolicy, &'a (RunFrame, RunFrame))| TaskRuns {
        task,
        baseline: Some(baseline),
        candidate,
        anchor,
        stale: false,
    };
    policy.tasks.iter().zip(runs).map(of_task).collect()
}

/// Judges one set of runs.
fn judge(
    policy: &Policy,
    runs: &[(RunFrame, RunFrame)],
    anchor: Option<&RunFrame>,
    seed: u64,
) -> SuiteJudgement {
    let mut policy = policy.clone();
    for task in &mut policy.tasks {
        task.plan.seed = seed;
    }
    let of_tasks = task_runs(&policy, runs, anchor);
    judge_suite(&policy, &of_tasks).unwrap_or_else(|error| unreachable!("{error}"))
}

fn draw(tasks: &[Task], stream: &mut Stream) -> Vec<(RunFrame, RunFrame)> {
    tasks.iter().map(|task| task.draw(stream)).collect()
}

/// A cell that counts one verdict of one look.
fn verdict(
    group: &'static str,
    truth: impl Into<String>,
    counted: (&'static str, Verdict),
    wanted: Wanted,
    share: f64,
    design: (Vec<Task>, &str),
    resamples: u32,
) -> Cell {
    verdicts(group, truth, &[(counted, wanted)], share, design, resamples)
}

/// A cell that counts several verdicts of one look.
fn verdicts(
    group: &'static str,
    truth: impl Into<String>,
    counted: &[((&'static str, Verdict), Wanted)],
    share: f64,
    (tasks, rest): (Vec<Task>, &str),
    resamples: u32,
) -> Cell {
    let policy = policy_of(&tasks, resamples, rest);
    let of: Vec<Verdict> = counted.iter().map(|((_, verdict), _)| *verdict).collect();
    let counted = counted.iter().map(|((name, _), wanted)| (*name, *wanted)).collect();
    let trial = move |stream: &mut Stream, seed: u64| {
        let found = judge(&policy, &draw(&tasks, stream), None, seed).verdict;
        of.iter().map(|verdict| *verdict == found).collect()
    };
    Cell { group, truth: truth.into(), counted, share, trial: Box::new(trial) }
}

const ALLOW: (&str, Verdict) = ("wrong ALLOW", Verdict::Allow);
const REJECT: (&str, Verdict) = ("wrong REJECT", Verdict::Reject);

/// Every cell.
pub(crate) fn cells(resamples: u32) -> Vec<Cell> {
    let mut all = Vec::new();
    all.extend(edges(resamples));
    all.extend(nothing_improves(resamples));
    all.extend(slices(resamples));
    all.extend(pooled(resamples));
    all.extend(attempts(resamples));
    all.extend(rejects(resamples));
    all.extend(anchors(resamples));
    all.extend(ratios(resamples));
    all.extend(missing(resamples));
    all.extend(planned(resamples));
    all
}

/// One of ten tasks at its margin, one clearly better, the others far from theirs.
fn edges(resamples: u32) -> Vec<Cell> {
    [(3, "0/1 scores"), (4, "graded"), (5, "clustered")]
        .into_iter()
        .map(|(at_edge, kind)| {
            let tasks = ten(|number| match number {
                9 => (IMPROVE, 0.1, WIDE),
                n if n == at_edge => (NO_REGRESSION, -0.03, 0.03),
                _ => (NO_REGRESSION, 0.0, WIDE),
            });
            let truth = format!("ten tasks, one at its margin ({kind}), one better by .1");
            verdict("edge", truth, ALLOW, EDGE, 1.0, (tasks, ""), resamples)
        })
        .collect()
}

/// Ten tasks that all stay as they are.
fn nothing_improves(resamples: u32) -> Vec<Cell> {
    [1, 3, 10]
        .into_iter()
        .map(|improving| {
            let tasks = ten(|number| (if number < improving { IMPROVE } else { NO_REGRESSION }, 0.0, WIDE));
            let truth = format!("ten tasks, nothing changes, {improving} of role improve");
            verdict("nothing", truth, ALLOW, EDGE, 1.0, (tasks, ""), resamples)
        })
        .collect()
}

/// Subjects of one task: one at its margin or far below while the mean rises.
fn slices(resamples: u32) -> Vec<Cell> {
    let sliced = |kind, items, deltas: Vec<f64>| {
        let task = Task::new(NO_REGRESSION, kind, items, 0.0, WIDE)
            .with(", slices: {by: subject, min-items: 50, margin: 0.1}");
        (vec![Task { deltas, ..task }], "")
    };
    let mut one_at_edge = vec![0.05; 8];
    one_at_edge[2] = -0.1;
    let mut one_falls = vec![0.1; 5];
    one_falls[3] = -0.43;
    let truth =
        |kind| format!("eight subjects of 100 items, one at its margin -.1, the mean rises by .03 ({kind})");
    let falls = "five subjects of 200 items, 0/1 scores, one falls by .43, the others rise by .1";
    let fell = sliced(Kind::ZeroOne(0.45), 1000, one_falls);
    let (graded, binary) = (Kind::Graded(0.2), Kind::ZeroOne(0.2));
    vec![
        verdict(
            "slices",
            truth("graded"),
            ALLOW,
            EDGE,
            1.0,
            sliced(graded, 800, one_at_edge.clone()),
            resamples,
        ),
        verdict(
            "slices",
            truth("0/1"),
            ALLOW,
            EDGE,
            1.0,
            sliced(binary, 800, one_at_edge.clone()),
            resamples,
        ),
        verdicts(
            "slices",
            falls,
            &[(("REJECT", Verdict::Reject), Wanted::AtLeast(0.99)), (ALLOW, Wanted::AtMost(0.0))],
            0.5,
            fell,
            resamples,
        ),
    ]
}

/// Five tasks of other sizes and directions whose endpoint is exactly 0.
fn pooled(resamples: u32) -> Vec<Cell> {
    let design = |equal: bool| -> Vec<Task> {
        let sizes = [200, 300, 500, 600, 800];
        let mut tasks: Vec<Task> = sizes
            .into_iter()
            .enumerate()
            .map(|(number, items)| {
                let kind = [Kind::ZeroOne(0.1), Kind::Graded(0.2), Kind::Graded(0.3)][number % 3];
                let task = Task::new(NO_REGRESSION, kind, items, 0.0, WIDE);
                Task { lower_is_better: number % 2 == 1, ..task }
            })
            .collect();
        // The first gains what the last loses.
        let (gain, loss) = if equal { (0.05, 0.05) } else { (0.05, 0.05 * 200.0 / 800.0) };
        tasks[0].deltas = vec![gain];
        tasks[4].deltas = vec![-loss];
        tasks
    };
    let clusters = |equal: bool| -> Vec<Task> {
        let mut tasks = design(equal);
        tasks[2].kind = Kind::Clustered(0.3, 0.3);
        tasks[4].kind = Kind::Clustered(0.2, 0.2);
        tasks
    };
    let rest = |weights: &str| format!("suite: {{rule: pooled, weights: {weights}}}\n");
    let mut cells = Vec::new();
    for (equal, weights) in [(false, "items"), (true, "equal")] {
        let rest = rest(weights);
        let truth = |of| {
            format!("pooled, weights {weights}: five tasks, 200 to 800 items, endpoint exactly 0 ({of})")
        };
        let mixed = (design(equal), rest.as_str());
        cells.push(verdict("pooled", truth("0/1 and graded"), ALLOW, EDGE, 1.0, mixed, resamples));
        let mixed = (clusters(equal), rest.as_str());
        cells.push(verdict("pooled", truth("two of them clustered"), ALLOW, EDGE, 1.0, mixed, resamples));
    }
    let rest = rest("items");
    let same =
        (0..5).map(|n| Task::new(NO_REGRESSION, Kind::ZeroOne(0.1), 200 + 150 * n, 0.0, WIDE)).collect();
    let truth = "pooled, weights items: five tasks of 0/1 scores, nothing changes";
    cells.push(verdict("pooled", truth, ALLOW, EDGE, 1.0, (same, &rest), resamples));
    cells
}

/// Five candidates that are no better, each on fresh data, under one release.
fn attempts(resamples: u32) -> Vec<Cell> {
    [("none", Wanted::Anything), ("bonferroni", EDGE)]
        .into_iter()
        .map(|(spending, wanted)| {
            let mut tasks: Vec<Task> =
                (0..3).map(|_| Task::new(NO_REGRESSION, Kind::Graded(0.2), 200, 0.0, WIDE)).collect();
            tasks[0] = Task::new(IMPROVE, Kind::Graded(0.2), 2001, 0.0, WIDE);
            let rest = format!("limits: {{max-attempts: 5, spending: {spending}}}\n");
            let policy = policy_of(&tasks, resamples, &rest);
            let trial = move |stream: &mut Stream, seed: u64| {
                let mut looks = (0..5).map(|_| judge(&policy, &draw(&tasks, stream), None, seed).verdict);
                vec![looks.any(|verdict| verdict == Verdict::Allow)]
            };
            Cell {
                group: "attempts",
                truth: format!("five attempts, nothing improves, spending: {spending}"),
                counted: vec![("any wrong ALLOW", wanted)],
                share: 1.0,
                trial: Box::new(trial),
            }
        })
        .collect()
}

/// Every claim true, each exactly at its edge.
fn rejects(resamples: u32) -> Vec<Cell> {
    let guarded = ten(|_| (NO_REGRESSION, -0.03, 0.03));
    let improving =
        ten(|number| if number < 3 { (IMPROVE, 0.0, WIDE) } else { (NO_REGRESSION, -0.03, 0.03) });
    let sliced: Vec<Task> = (0..10)
        .map(|number| {
            let kind = [Kind::ZeroOne(0.12), Kind::ZeroOne(0.2)][number % 2];
            let task = Task::new(NO_REGRESSION, kind, 400, 0.0, 0.05)
                .with(", slices: {by: subject, min-items: 30, margin: 0.05}");
            Task { deltas: vec![-0.05; 10], ..task }
        })
        .collect();
    let cell = |truth, share, tasks| verdict("reject", truth, REJECT, EDGE, share, (tasks, ""), resamples);
    vec![
        cell("ten tasks, each exactly at its margin", 1.0, guarded),
        cell("seven tasks at their margins, three of role improve at 0", 1.0, improving),
        cell(
            "ten tasks of ten subjects of 40 items, 0/1 scores, all 110 claims at their margins",
            0.25,
            sliced,
        ),
    ]
}

/// Twenty releases that each lose a point within a margin of three.
fn anchors(resamples: u32) -> Vec<Cell> {
    let releases = |stream: &mut Stream, losses: &[f64]| -> Vec<RunFrame> {
        let items: Vec<f64> = (0..800).map(|_| 0.6 + 0.1 * stream.normal()).collect();
        losses
            .iter()
            .map(|loss| {
                let task = Task::new(NO_REGRESSION, Kind::Graded(0.07), items.len(), 0.0, WIDE);
                task.around(&items, -loss, stream)
            })
            .collect()
    };
    let task = Task::new(NO_REGRESSION, Kind::Graded(0.07), 800, 0.0, 0.03);
    let alone = policy_of(std::slice::from_ref(&task), resamples, "");
    let anchored = policy_of(&[task.with(", anchor: {run: v1.csv, margin: 0.05}")], resamples, "");
    let steps: Vec<f64> = (0..=20).map(|step| 0.01 * f64::from(step)).collect();
    let many = steps.clone();
    let drift = move |stream: &mut Stream, seed: u64| {
        let runs = releases(stream, &many);
        vec![runs.windows(2).all(|pair| {
            let [baseline, candidate] = [pair[0].clone(), pair[1].clone()];
            judge(&alone, &[(baseline, candidate)], None, seed).verdict == Verdict::Allow
        })]
    };
    let step = |from: usize, to: usize| {
        let (steps, anchored) = (steps.clone(), anchored.clone());
        move |stream: &mut Stream, seed: u64| {
            let any = (from..=to).any(|at| {
                let mut runs = releases(stream, &[0.0, steps[at - 1], steps[at]]).into_iter();
                let (Some(anchor), Some(baseline), Some(candidate)) = (runs.next(), runs.next(), runs.next())
                else {
                    unreachable!("three runs")
                };
                judge(&anchored, &[(baseline, candidate)], Some(&anchor), seed).verdict == Verdict::Allow
            });
            vec![any]
        }
    };
    let cell = |truth: &str, counted, wanted, share, trial: Trial| Cell {
        group: "anchor",
        truth: truth.to_owned(),
        counted: vec![(counted, wanted)],
        share,
        trial,
    };
    vec![
        cell(
            "twenty steps that lose .01 each, margin .03, no anchor",
            "all twenty allowed",
            Wanted::Anything,
            0.25,
            Box::new(drift),
        ),
        cell(
            "the same with an anchor of margin .05: the fifth step, exactly at it",
            "wrong ALLOW",
            EDGE,
            1.0,
            Box::new(step(5, 5)),
        ),
        cell(
            "the same: any of the steps from the seventh to the twentieth",
            "wrong ALLOW",
            EDGE,
            0.25,
            Box::new(step(7, 20)),
        ),
    ]
}

/// Latency that grows by exactly the share that the budget names.
fn ratios(resamples: u32) -> Vec<Cell> {
    [(0.2, 200), (0.2, 600), (0.5, 600)]
        .into_iter()
        .map(|(spread, items)| {
            let task = Task::new("budget", Kind::LogNormal(spread), items, 0.1, 0.1).with(", scale: ratio");
            let tasks = vec![Task { lower_is_better: true, ..task }];
            let policy = policy_of(&tasks, resamples, "");
            let trial = move |stream: &mut Stream, seed: u64| {
                let suite = judge(&policy, &draw(&tasks, stream), None, seed);
                // Delta is a share of the baseline's mean, larger is better: the truth is -.1.
                let bounds = suite
                    .claims
                    .first()
                    .map_or((-0.1, -0.1), |claim| (claim.evidence.lower, claim.evidence.upper));
                vec![
                    suite.verdict == Verdict::Allow,
                    suite.verdict == Verdict::Reject,
                    bounds.0 > -0.1,
                    bounds.1 < -0.1,
                ]
            };
            let counted =
                ["wrong ALLOW", "wrong REJECT", "lower bound above the truth", "upper bound below the truth"];
            Cell {
                group: "ratio",
                truth: format!(
                    "latency of {items} items grows by exactly .1 (log-normal, sd {spread}), ratio budget .1"
                ),
                counted: counted.into_iter().map(|name| (name, EDGE)).collect(),
                share: 1.0,
                trial: Box::new(trial),
            }
        })
        .collect()
}

/// A candidate whose file lacks the items that it fails.
fn missing(resamples: u32) -> Vec<Cell> {
    let tasks = |dropped| {
        let mut tasks = ten(|number| match number {
            9 => (IMPROVE, 0.1, WIDE),
            _ => (NO_REGRESSION, 0.0, WIDE),
        });
        tasks[3] = Task::new(NO_REGRESSION, Kind::ZeroOne(0.06), 800, -0.04, 0.01)
            .with(", missing: exclude, score-range: [0, 1]");
        tasks[3].dropped = dropped;
        tasks
    };
    [0, 20, 39]
        .into_iter()
        .map(|dropped| {
            let truth = format!(
                "ten tasks, one falls by .04 with a margin of .01 and lacks {dropped} of the items it broke"
            );
            verdict("missing", truth, ALLOW, EDGE, 0.5, (tasks(dropped), ""), resamples)
        })
        .collect()
}

/// m claims, each planned at 1 - beta / m, so that all of them together have power 1 - beta.
fn planned(resamples: u32) -> Vec<Cell> {
    let kinds = [
        (Kind::ZeroOne(0.06), Design::TwoValued { discordance: 0.06, step: 1.0 }),
        (Kind::Graded(0.2), Design::Graded { sd: 0.2 }),
        (
            Kind::Clustered(0.2, 0.2),
            Design::Clustered { sd: 0.2, icc: 0.2, mean_size: 10.0, seen_size: 10.0 },
        ),
    ];
    let alpha = Alpha::USUAL;
    [1_usize, 4, 9]
        .into_iter()
        .map(|margins| {
            let ask = |null: f64| Ask {
                claim: Claim::Above { min_delta: null },
                alpha,
                power: 1.0 - 0.2 / (margins + 1) as f64,
            };
            let size = |design: &Design, null: f64, truth: f64| {
                let items = design.needed(&ask(null), truth).map_or(0, |need| need.items);
                usize::try_from(items).unwrap_or(0)
            };
            let mut tasks: Vec<Task> = (0..margins)
                .map(|number| {
                    let (kind, design) = &kinds[number % kinds.len()];
                    Task::new(NO_REGRESSION, *kind, size(design, -0.04, 0.0), 0.0, 0.04)
                })
                .collect();
            let (kind, design) = &kinds[1];
            tasks.push(Task { margin: None, ..Task::new(IMPROVE, *kind, size(design, 0.0, 0.04), 0.04, 0.0) });
            let sizes: Vec<String> = tasks.iter().take(4).map(|task| task.items.to_string()).collect();
            let truth = format!(
                "{margins} margins of .04 at delta 0 and one improvement of .04, planned for .80 together (items: {}{})",
                sizes.join(", "),
                if tasks.len() > 4 { ", ..." } else { "" }
            );
            let right = ("ALLOW", Verdict::Allow);
            verdict("planned", truth, right, Wanted::AtLeast(0.8), 1.0, (tasks, ""), resamples)
        })
        .collect()
}
