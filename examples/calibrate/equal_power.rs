//! What a drawn sample saves: its power with fewer items, beside the paired gate on all of its own.

use evalsig::domain::About;
use evalsig::inference::{Sample, infer};
use evalsig::numerics::stream::{Purpose, Stream, Streams};

use super::bank::{Law, Past};
use super::sampled::{World, plan};
use super::{Runs, SEED, count, head, rate};

/// Shares of the paired gate's items, by past models.
const SHARES: [(usize, f64); 4] = [(5, 0.8), (25, 0.6), (25, 0.65), (25, 0.7)];

/// P(ALLOW) of the paired gate on n items drawn from a bank, and of samples with a share of them.
pub(super) fn equal_power(runs: Runs) {
    println!("## Equal power with fewer items\n");
    println!(
        "Banks of 12,000 items by the law of the table above, 0/1 scores. The claim's value lies below the bank's true delta by\n\
         what gives the paired gate on n items a power of about .80. `power` is the share of ALLOW; samples have the share of n\n\
         items that their column says. Equal power with that share, or more power, means that the share is enough.\n"
    );
    let columns = SHARES.map(|(models, share)| format!("{models} past models, {share} n"));
    let columns = ["right", "n", "paired, n items"].into_iter().chain(columns.iter().map(String::as_str));
    head(&columns.chain(["runs"]).collect::<Vec<_>>());
    let full = runs.of(3000);
    for (number, level) in (0_u64..).zip([0.5, 0.7, 0.9]) {
        let banks = |models| -> Vec<World> {
            let law = Law { items: 12_000, level, models, past: Past::Good, graded: false, cluster: 1 };
            let one = |bank| {
                World::new(law, &mut Streams::new(SEED ^ bank, Purpose::Simulation).replicate(700 + number))
            };
            (0..3).map(one).collect()
        };
        let paired = banks(0);
        let sampled = SHARES.map(|(models, share)| (banks(models), share));
        for n in [200_usize, 500, 1500] {
            let power = |banks: &[World], items: usize, as_paired: bool| {
                let [hits] = count(full, (number << 40) | (items << 1) as u64, |stream, run| {
                    let Some(world) = banks.get(run as usize % banks.len()) else { return [false] };
                    [allowed(world, (n, items), as_paired, stream, run)]
                });
                rate(hits, full)
            };
            let mut cells = vec![power(&paired, n, true)];
            for (banks, share) in &sampled {
                cells.push(power(banks, (share * n as f64).round() as usize, false));
            }
            println!("| {level} | {n} | {} | {full} |", cells.join(" | "));
        }
    }
    println!();
}

/// Whether a gate on `items` drawn items allows a claim that the paired gate on `n` items shows in 80 of 100 draws.
fn allowed(
    world: &World,
    (n, items): (usize, usize),
    as_paired: bool,
    stream: &mut Stream,
    run: u64,
) -> bool {
    let truth = world.truth();
    let all = world.baseline.len() as f64;
    let squares: f64 =
        world.candidate.iter().zip(&world.baseline).map(|(c, b)| (c - b - truth).powi(2)).sum();
    // z(.95) + z(.80).
    let edge = truth - 2.486 * (squares / all / n as f64).sqrt();
    let drawn = world.draw(items, stream);
    let sample = world.sample(&drawn, About::Bank);
    let sample = if as_paired { Sample { two_phase: None, ..sample } } else { sample };
    infer(&sample, &plan(edge, run)).is_ok_and(|found| found.lower > edge)
}
