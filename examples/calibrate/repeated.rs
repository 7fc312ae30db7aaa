//! Looking again and again at runs that grow, as `evalsig watch` does when it is called forty times.

use evalsig::domain::{Alpha, Claim, Plan};
use evalsig::inference::Sample;
use evalsig::inference::sequential::{Evidence, ItemLooks, ItemTest, PairEvidence, PlannedLooks};
use evalsig::numerics::stream::{Purpose, Stream, Streams};

use super::{ALPHA, Draw, Runs, count, head, laws_named, rate};

/// Calls.
const CALLS: usize = 40;
/// Items that are new at each.
const STEP: usize = 50;

fn alpha() -> Alpha {
    Alpha::new(ALPHA).unwrap_or_else(|| unreachable!("a constant"))
}

pub(super) fn repeated(runs: Runs) {
    println!("## Repeated looks: `watch` called {CALLS} times while {} items come in\n", CALLS * STEP);
    println!(
        "Crossed at any of the calls. The column before last is what version 0.1 did: it put the items into\n\
         one random order at every call, new ones among the old, and took the strongest moment of that order.\n"
    );
    head(&["differences", "evidence for (a)", "evidence against (r)", "sorted anew, either", "runs"]);
    let bets = |min_delta| ItemTest::Bets { min_delta, low: 0.0, high: 1.0 };
    let mut laws: Vec<(String, Draw, ItemTest)> = Vec::new();
    for q in [0.02, 0.10, 0.30] {
        laws.push((format!("0/1, q = {q}"), Box::new(move |s| pairs(s, q, 0.0)), ItemTest::Pairs));
    }
    laws.push((
        "0/1, q = 0.1, delta and min-delta -.02".into(),
        Box::new(|s| pairs(s, 0.1, -0.02)),
        bets(-0.02),
    ));
    laws.push(("normal, sd .2".into(), Box::new(|s| (0.2 * s.normal()).clamp(-1.0, 1.0)), bets(0.0)));
    laws.push((
        "1 % lose .8".into(),
        Box::new(|s| if s.unit() < 0.01 { -0.8 } else { 0.8 * 0.01 / 0.99 }),
        bets(0.0),
    ));
    for (name, draw, _) in laws_named(&["3 % lose .6, noise", "skew lattice"]) {
        laws.push((name.into(), Box::new(draw), bets(0.0)));
    }
    for (which, (name, draw, test)) in (0_u64..).zip(&laws) {
        let total = runs.of(1000);
        let make = |s: &mut Stream| (0..CALLS * STEP).map(|_| draw(s)).collect::<Vec<f64>>();
        let hits = count(total, 9_000_000 + which, |stream, run| by_item(&make(stream), *test, run));
        row(name, hits, *test == ItemTest::Pairs, total);
    }
    let total = runs.of(1000);
    let hits = count(total, 9_000_100, |stream, run| {
        let d: Vec<f64> = subjects(stream, |s| (0.02 + 0.48 * s.unit(), 0.0)).concat();
        by_item(&d, ItemTest::Pairs, run)
    });
    row("0/1, sorted by subject; subjects differ in q alone", hits, true, total);
    let effect = |s: &mut Stream| (0.2, if s.unit() < 0.5 { 0.08 } else { -0.08 });
    let total = runs.of(300);
    let hits = count(total, 9_000_101, |stream, _| by_cluster(&subjects(stream, effect), true));
    row("0/1, sorted by subject, effects ±.08, subjects as clusters", hits, false, total);
    let hits = count(total, 9_000_102, |stream, _| by_cluster(&subjects(stream, effect), false));
    row("the same, an item of every subject at a time", hits, false, total);
    let total = runs.of(1000);
    let hits = count(total, 9_000_103, |stream, run| {
        by_item(&subjects(stream, effect).concat(), ItemTest::Pairs, run)
    });
    row("0/1, sorted by subject, effects ±.08, **no clusters named: not valid**", hits, true, total);
    println!();
}

fn row(name: &str, hits: [u64; 3], anew: bool, total: u64) {
    let [above, below, either] = hits.map(|h| rate(h, total));
    println!(
        "| {name} | {above} | {below} | {} | {total} |",
        if anew { either } else { "not measured".into() }
    );
}

/// A difference of 0/1 scores.
fn pairs(stream: &mut Stream, q: f64, delta: f64) -> f64 {
    match stream.unit() {
        u if u < (q + delta) / 2.0 => 1.0,
        u if u < q => -1.0,
        _ => 0.0,
    }
}

/// 40 subjects of 50 items, each with a discordance and a delta of its own.
fn subjects(stream: &mut Stream, law: impl Fn(&mut Stream) -> (f64, f64)) -> Vec<Vec<f64>> {
    (0..CALLS)
        .map(|_| {
            let (q, delta) = law(stream);
            (0..STEP).map(|_| pairs(stream, q, delta)).collect()
        })
        .collect()
}

/// Forty calls, each on the items so far: crossed for, against, and by what version 0.1 did.
fn by_item(d: &[f64], test: ItemTest, run: u64) -> [bool; 3] {
    let mut looks = ItemLooks::new(alpha());
    let mut anew = false;
    // Version 0.1 ordered items by a hash of their names, so a new one came to stand among the old ones.
    let mut names = Streams::new(run, Purpose::Order).replicate(0);
    let keys: Vec<f64> = d.iter().map(|_| names.unit()).collect();
    for call in 1..=CALLS {
        let so_far = d.get(..STEP * call).unwrap_or_default();
        looks.take(&test.look(so_far, alpha()));
        if test == ItemTest::Pairs && !anew {
            let mut items: Vec<(f64, f64)> = keys.iter().copied().zip(so_far.iter().copied()).collect();
            items.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (mut above, mut below) = (PairEvidence::default(), PairEvidence::default());
            for (_, difference) in items.iter().filter(|(_, difference)| *difference != 0.0) {
                above.push(*difference);
                below.push(-difference);
            }
            anew = above.p().min(below.p()) <= ALPHA;
        }
    }
    [looks.stopped() == Some(Evidence::For), looks.stopped() == Some(Evidence::Against), anew]
}

/// Forty planned looks at clusters, in the order of the subjects or an item of each at a time.
fn by_cluster(subjects: &[Vec<f64>], sorted: bool) -> [bool; 3] {
    let plan = Plan::of(Claim::Above { min_delta: 0.0 });
    let Some(mut looks) = PlannedLooks::new(plan, CALLS as u32) else { return [false; 3] };
    let mut items: Vec<(u32, f64)> =
        (0..).zip(subjects).flat_map(|(subject, items)| items.iter().map(move |d| (subject, *d))).collect();
    if !sorted {
        items = (0..STEP)
            .flat_map(|item| (0..).zip(subjects).filter_map(move |(s, d)| Some((s, *d.get(item)?))))
            .collect();
    }
    for call in 1..=CALLS {
        let so_far = items.get(..items.len() * call / CALLS).unwrap_or_default();
        let side = |sign: f64| so_far.iter().map(|(_, d)| (d * sign).max(0.0)).collect();
        let clusters = so_far.iter().map(|(subject, _)| *subject).collect();
        let sample =
            Sample { two_valued: Some(1.0), ..Sample::graded(side(-1.0), side(1.0), Some(clusters)) };
        if looks.look(&sample).is_ok_and(|found| found.is_some()) {
            break;
        }
    }
    [looks.stopped() == Some(Evidence::For), looks.stopped() == Some(Evidence::Against), false]
}
