//! Decisions about small runs: what must not change a verdict, and which way it may change.

use std::sync::OnceLock;

use evalsig::decision::judge;
use evalsig::domain::{
    Claim, Direction, Item, Method, MethodChoice, Plan, RunFrame, RunFrameBuilder, RunMetadata, Score,
    Unscored, Verdict,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::draw::Draw;

/// A row: item, epoch, cluster, score.
type Row = (String, u32, Option<String>, Option<f64>);

fn run(rows: &[Row], name: &str) -> Option<RunFrame> {
    let mut builder = RunFrameBuilder::default();
    for (id, epoch, cluster, score) in rows {
        let score = score.and_then(Score::new).ok_or(Unscored::Missing);
        builder.push(Item { id, epoch: *epoch, cluster: cluster.as_deref(), score });
    }
    let names = RunMetadata {
        run_id: name.into(),
        model_id: name.into(),
        task_id: "t".into(),
        metric_name: "accuracy".into(),
        config_hash: None,
        judge: None,
    };
    builder.finish(names).ok()
}

/// Two runs of the same items, and a plan.
fn drawn(draw: &mut Draw<'_>, most: usize) -> (Vec<Row>, Vec<Row>, Plan) {
    let items = 2 + draw.below(most);
    let epochs = 1 + draw.below(3) / 2;
    let steps = [2, 2, 5, 9][draw.below(4)];
    let clustered = draw.below(3) == 0;
    let missing = draw.below(4) == 0;
    let bias = draw.below(4);
    let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
    for item in 0..items {
        let id = format!("item-{:03}", item * 7 % 101);
        let cluster = clustered.then(|| format!("c{}", item % (2 + items / 3)));
        for epoch in 0..epochs as u32 {
            let mut score = |better: usize| {
                let value = (draw.below(steps) + better).min(steps - 1);
                let gone = missing && draw.below(16) == 0;
                (!gone).then(|| value as f64 / (steps - 1) as f64)
            };
            baseline.push((id.clone(), epoch, cluster.clone(), score(0)));
            let better = if bias > 0 && item % 4 < bias { steps } else { 0 };
            candidate.push((id.clone(), epoch, cluster.clone(), score(better)));
        }
    }
    let null = draw.below(41) as f64 / 100.0 - 0.2;
    let claim = match draw.below(5) {
        0 => Claim::within(null.abs() + 0.01),
        _ => Claim::above(null),
    };
    let mut plan = Plan::of(claim.expect("a number"));
    plan.resamples = 199;
    plan.seed = draw.below(3) as u64;
    if draw.below(3) == 0 {
        plan.method = MethodChoice::Named(Method::ALL[draw.below(Method::ALL.len())]);
    }
    if draw.below(4) == 0 {
        plan.direction = Direction::LowerIsBetter;
    }
    if missing {
        plan.missing = evalsig::domain::MissingRule::Exclude;
        plan.min_coverage = evalsig::domain::Fraction::new(0.5).expect("a share");
    }
    (baseline, candidate, plan)
}

fn pool(threads: usize) -> &'static ThreadPool {
    static POOLS: OnceLock<[ThreadPool; 2]> = OnceLock::new();
    let pools = POOLS
        .get_or_init(|| [1, 3].map(|n| ThreadPoolBuilder::new().num_threads(n).build().expect("threads")));
    &pools[usize::from(threads > 1)]
}

/// The order of rows, the names of runs and models, and the number of threads change not one bit.
pub fn order(data: &[u8]) {
    let mut draw = Draw::of(data);
    let (baseline, candidate, plan) = drawn(&mut draw, 40);
    let (Some(one), Some(two)) = (run(&baseline, "a"), run(&candidate, "b")) else { return };
    let first = pool(1).install(|| judge(&one, &two, &plan));
    let mut shuffle = |rows: &[Row]| -> Vec<Row> {
        let mut rows = rows.to_vec();
        for at in (1..rows.len()).rev() {
            rows.swap(at, draw.below(at + 1));
        }
        rows
    };
    let others = (run(&shuffle(&baseline), "z\u{202e}"), run(&shuffle(&candidate), ""));
    let (Some(one), Some(two)) = others else { panic!("a run is one in any order") };
    let second = pool(3).install(|| judge(&one, &two, &plan));
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(format!("{:?}", first.basis), format!("{:?}", second.basis));
            assert_eq!(first.decision, second.decision);
            assert_eq!(first.pairs, second.pairs);
            assert_eq!(first.effect_sizes, second.effect_sizes);
        }
        (Err(first), Err(second)) => assert_eq!(first.code, second.code),
        (first, second) => panic!("{:?} and {:?}", first.map(drop), second.map(drop)),
    }
}

/// A better score of one item never turns ALLOW into REJECT, nor a worse one REJECT into ALLOW.
pub fn monotone(data: &[u8]) {
    let mut draw = Draw::of(data);
    let (baseline, candidate, plan) = drawn(&mut draw, 60);
    let Claim::Above { .. } = plan.claim else { return };
    let (Some(one), Some(two)) = (run(&baseline, "a"), run(&candidate, "b")) else { return };
    let Ok(before) = judge(&one, &two, &plan) else { return };
    let verdict = before.decision.verdict;
    let better = match verdict {
        Verdict::Allow => true,
        Verdict::Reject => false,
        Verdict::Inconclusive => return,
    };
    let upwards = better == (plan.direction == Direction::HigherIsBetter);
    let mut changed = candidate;
    let at = draw.below(changed.len());
    let Some(score) = changed[at].3.as_mut() else { return };
    *score = if upwards { 1.0_f64.max(*score) } else { 0.0_f64.min(*score) };
    let two = run(&changed, "b").expect("the same rows");
    let Ok(after) = judge(&one, &two, &plan) else { return };
    let refuted = if better { Verdict::Reject } else { Verdict::Allow };
    assert!(
        after.decision.verdict != refuted,
        "{verdict:?} became {refuted:?}: {plan:?}\n{baseline:?}\n{changed:?}"
    );
}
