//! Betting on a bounded mean: a test with a finite-sample guarantee that knows no names and no order.

use rayon::prelude::*;

use crate::domain::{Alpha, Diagnostic, Edition};
use crate::inference::inversion::{Formula, Inversion};
use crate::inference::methods::betting_one_order::BettingOneOrder;
use crate::inference::methods::prepared::{Prepared, Request};
use crate::numerics::stream::{Purpose, Streams};

/// Orders are drawn in pairs: one, and the same with the items counted from the other end. This many, but
/// no more than `WORK` items are bet on for each of a pair, and never fewer than 4: with many items the
/// orders agree.
const PAIRS: usize = 32;
/// As said there.
const WORK: usize = 320_000;
/// The largest stake, at even odds.
const MOST: f64 = 1.5;
/// Stakes come from a grid, so that a null is priced once a stake and not once an item: this many to a halving.
const TO_A_HALVING: f64 = 32.0;
/// A product of factors between 1 and 7 is turned into a logarithm before it outgrows a double.
const FAR: f64 = 1e200;

/// Is the mean difference above `null`, for differences of which nothing is known but their bounds?
///
/// H0 of [`p_greater`](crate::inference::Inversion::p_greater): delta <= `null`; of
/// [`p_less`](crate::inference::Inversion::p_less): delta >= `null`. Positive is better. No symmetry, no normal limit:
/// the level holds at every n and for every distribution on the bounds, also where one loss in a hundred
/// items was never seen. The price is power.
///
/// ```text
/// E_r(null) = product over i <= n of (1 + a_i y_i) / (1 + a_i v)
/// E(null)   = mean over the R orders r of E_r(null)
/// p_greater = 1 / max(1, E)
///
/// R     64 orders of the items, drawn from the seed; beyond 10,000 items fewer, 8 from 80,000 on
/// y_i   (d - low) / (high - low) of the item that order r puts in place i
/// v     (null - low) / (high - low)
/// a_i   odds whose stake at v = 1/2, a / (1 + a / 2), is min(sqrt(2 ln(1/alpha) / (n s2_i)), 1.5),
///       rounded down to a grid of 32 values to a halving
/// s2_i  variance of the y before i, one imagined item of mean 1/2 and variance 1/4 among them
/// ```
///
/// **Valid because:** in an order that does not depend on the differences, no odds look at the item they are
/// put on, and `E[1 + a y | before] <= 1 + a v` where the mean is at most v. So every `E_r` has an expectation
/// of at most 1 under H0, hence so has their mean, whatever the dependence among them, and
/// `P(E >= 1/alpha) <= alpha` (Markov). Every factor falls with `null`, so bounds are exact inversions. The
/// alpha that tunes the odds does not limit the alphas that may be asked for.
///
/// **Names and rows are nothing to it.** The items are sorted by value, then put into orders drawn from the
/// seed: the result is a function of the multiset of differences, of n and of the seed. A uniformly random
/// order of the sorted items is a uniformly random order of the items, whatever order they came in, so over
/// the draw of the seed the argument above holds as it stands. For one seed it holds on average over seeds:
/// that is why there is no maximum over i here, as there would be in a test by Ville. The path of a fixed
/// order over sorted values is nearly the same for all data, so its maximum would be an artefact of the seed;
/// the capital at the end depends on the order by the first few odds alone, and many orders, each with its
/// mirror image, average that out. The seed has to be chosen without a look at the data, as for any
/// resampling test.
///
/// # Parameters
/// Differences within `low`..`high`: -1..1 for scores in 0..1. What lies outside counts as the bound.
///
/// # Edge cases
/// `null` below `low` is treated as `low`; from `high` on p = 1. All differences 0 and a null of -M:
/// p <= .05 from about n = 5 / M on.
///
/// # Accuracy
/// 1e-10 on ln E to a million items. Golden: none, as orders are drawn; a test meets the definition written
/// out item by item. The level is simulated in the tests and in `examples/calibrate.rs`.
///
/// # References
/// 1. Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting.
///    *Journal of the Royal Statistical Society B* 86, 1-27. doi:10.1093/jrsssb/qkad009.
/// 2. Vovk, V. and Wang, R. (2021). E-values: calibration, combination and applications. *Annals of
///    Statistics* 49, 1736-1754 (doi:10.1214/20-AOS2020): a mean of e-values is an e-value.
#[derive(Clone, Debug)]
pub struct Betting {
    delta: f64,
    low: f64,
    high: f64,
    /// The grid of odds, from the largest on.
    odds: Vec<f64>,
    /// Both orders of a pair.
    ledgers: Vec<[Ledger; 2]>,
}

/// What one order has won, apart from the null, and at which odds.
#[derive(Clone, Debug)]
struct Ledger {
    /// Sum of ln(1 + a y), and of ln(1 + a (1 - y)).
    won: [f64; 2],
    /// Index of the odds and how many items they were put on.
    placed: Vec<(usize, f64)>,
}

impl Betting {
    /// From the paired differences, at least one, in any order; their bounds `low` < `high`; the alpha that
    /// the odds are tuned to; and the seed of the orders.
    ///
    /// # Parameters
    /// - `differences`: one an item, finite, in any order, at least one.
    /// - `low`, `high`: bounds of a difference, `low` < `high`.
    /// - `alpha`: the level that tunes the odds.
    /// - `seed`: chosen without a look at the data.
    ///
    /// # Returns
    /// The test, ready to be asked at any null and alpha.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::Alpha;
    /// use evalsig::inference::Inversion as _;
    /// use evalsig::inference::methods::Betting;
    ///
    /// let test = Betting::new(&[0.5; 100], -1.0, 1.0, Alpha::USUAL, 0);
    /// assert!(test.p_greater(0.0) < 0.05 && test.lower(Alpha::USUAL) > 0.0);
    /// assert_eq!(test.p_greater(1.0), 1.0);
    /// ```
    #[must_use]
    pub fn new(differences: &[f64], low: f64, high: f64, alpha: Alpha, seed: u64) -> Self {
        // 0 and -0 are one value, and must not be two.
        let mut sorted: Vec<f64> = differences.iter().map(|d| d + 0.0).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let delta = sorted.iter().sum::<f64>() / n;
        let ys: Vec<f64> = sorted.iter().map(|d| ((d - low) / (high - low)).clamp(0.0, 1.0)).collect();
        let budget = 2.0 * alpha.get().recip().ln() / n;
        let stakes = grid(budget);
        let streams = Streams::new(seed, Purpose::Order);
        let ledgers = (0..pairs(ys.len()))
            .into_par_iter()
            .map(|pair| {
                let order = shuffled(ys.len(), &streams, pair as u64);
                [false, true].map(|mirrored| {
                    let place = |rank: &u32| {
                        let rank = *rank as usize;
                        ys.get(if mirrored { ys.len() - 1 - rank } else { rank }).copied().unwrap_or(0.5)
                    };
                    keep(order.iter().map(place), budget, &stakes)
                })
            })
            .collect();
        Self { delta, low, high, odds: stakes.iter().map(|stake| odds(*stake)).collect(), ledgers }
    }

    /// ln of the e-value against "the mean of y (`side` 0) or of 1 - y (1) is at most `v`".
    fn ln_e(&self, v: f64, side: usize) -> f64 {
        let prices: Vec<f64> = self.odds.iter().map(|a| (a * v).ln_1p()).collect();
        let price = |grid: usize| prices.get(grid).copied().unwrap_or(0.0);
        let capital = |ledger: &Ledger| {
            let won = ledger.won.get(side).copied().unwrap_or(0.0);
            won - ledger.placed.iter().map(|(grid, items)| items * price(*grid)).sum::<f64>()
        };
        let each: Vec<[f64; 2]> =
            self.ledgers.iter().map(|pair| [capital(&pair[0]), capital(&pair[1])]).collect();
        let most = each.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = each.iter().map(|pair| (pair[0] - most).exp() + (pair[1] - most).exp()).sum();
        most + (sum / (2 * self.ledgers.len()) as f64).ln()
    }
}

/// Pairs of orders for n items.
fn pairs(n: usize) -> usize {
    (WORK / n.max(1)).clamp(4, PAIRS)
}

/// Markov's inequality.
fn p(ln_e: f64) -> f64 {
    (-ln_e).exp().min(1.0)
}

/// The grid of stakes at even odds: from the largest down to one that serves the largest variance there is.
fn grid(budget: f64) -> Vec<f64> {
    let least = (budget / 0.25).sqrt();
    let mut stakes = vec![MOST];
    let mut step = 0.0;
    while stakes.last().is_some_and(|stake| *stake > least) {
        step += 1.0;
        stakes.push(MOST * (-step / TO_A_HALVING).exp2());
    }
    stakes
}

/// Odds whose stake at even odds is `stake`, below 2.
fn odds(stake: f64) -> f64 {
    stake / (1.0 - stake / 2.0)
}

/// A random order of 0..n.
fn shuffled(n: usize, streams: &Streams, number: u64) -> Vec<u32> {
    let mut stream = streams.replicate(number);
    let mut order: Vec<u32> = (0..n as u32).collect();
    stream.shuffle(&mut order);
    order
}

/// Bets through one order: each item at the odds that the items before it suggest.
fn keep(ys: impl Iterator<Item = f64>, budget: f64, stakes: &[f64]) -> Ledger {
    let bar: Vec<(f64, f64)> = stakes.iter().map(|stake| (stake * stake, odds(*stake))).collect();
    let bar = |grid: usize| bar.get(grid).copied().unwrap_or((0.0, 0.0));
    let (mut sum, mut squares, mut seen) = (0.5, 0.25, 1.0);
    let (mut grid, last) = (stakes.len() - 1, stakes.len() - 1);
    let mut items = vec![0.0; stakes.len()];
    let (mut won, mut products) = ([0.0; 2], [1.0_f64; 2]);
    for y in ys {
        let allowed = budget * seen;
        while grid > 0 && bar(grid - 1).0 * squares <= allowed {
            grid -= 1;
        }
        while grid < last && bar(grid).0 * squares > allowed {
            grid += 1;
        }
        let a = bar(grid).1;
        if let Some(count) = items.get_mut(grid) {
            *count += 1.0;
        }
        for (ln, (product, y)) in won.iter_mut().zip(products.iter_mut().zip([y, 1.0 - y])) {
            *product *= 1.0 + a * y;
            if *product > FAR {
                *ln += product.ln();
                *product = 1.0;
            }
        }
        sum += y;
        seen += 1.0;
        let gap: f64 = y - sum / seen;
        squares += gap * gap;
    }
    for (ln, product) in won.iter_mut().zip(products) {
        *ln += product.ln();
    }
    Ledger { won, placed: items.into_iter().enumerate().filter(|(_, count)| *count > 0.0).collect() }
}

impl Formula for Betting {
    fn estimate(&self) -> f64 {
        self.delta
    }

    fn greater(&self, null: f64) -> f64 {
        p(self.ln_e(((null - self.low) / (self.high - self.low)).clamp(0.0, 1.0), 0))
    }

    fn less(&self, null: f64) -> f64 {
        p(self.ln_e(((self.high - null) / (self.high - self.low)).clamp(0.0, 1.0), 1))
    }
}

/// Makes `betting` ready: over all orders, or in one order as version 0.1 did it.
///
/// # Errors
/// None: the scores lie between 0 and 1.
pub(crate) fn build(request: &Request<'_>, _notes: &mut Vec<String>) -> Result<Prepared, Diagnostic> {
    let (differences, seed) = (request.sample.differences(), request.plan.seed);
    let test: Box<dyn Inversion> = match request.plan.edition {
        Edition::First => Box::new(BettingOneOrder::new(&differences, -1.0, 1.0, request.alpha(), seed)),
        Edition::Second => Box::new(Betting::new(&differences, -1.0, 1.0, request.alpha(), seed)),
    };
    Ok(Prepared::formula(test, request.label()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inference::golden_cases::{agrees, close};
    use crate::numerics::stream::Stream;

    fn betting(d: &[f64], seed: u64) -> Betting {
        Betting::new(d, -1.0, 1.0, Alpha::new(0.05).expect("a rate"), seed)
    }

    /// The definition, item by item, order by order.
    #[test]
    fn is_the_mean_of_the_capital_of_64_orders() {
        let mut stream = Streams::new(3, Purpose::Simulation).replicate(0);
        let d: Vec<f64> = (0..300).map(|_| 1.8 * stream.unit() - 0.85).collect();
        let mut sorted = d.clone();
        sorted.sort_by(f64::total_cmp);
        for null in [-0.2, 0.0, 0.06, 0.3] {
            let v: f64 = (null + 1.0) / 2.0;
            let mut capitals = [0.0_f64; 2];
            for pair in 0..PAIRS as u64 {
                let order = shuffled(300, &Streams::new(5, Purpose::Order), pair);
                let mut seen = [vec![0.5], vec![0.5]];
                let mut capital = [[1.0_f64; 2]; 2];
                for rank in order {
                    for (which, rank) in [rank as usize, 299 - rank as usize].into_iter().enumerate() {
                        let before = &seen[which];
                        let k = before.len() as f64;
                        // Welford's sum of squares as the method has it: against the mean after the item.
                        let (mut sum, mut squares) = (0.5, 0.25);
                        for (i, y) in before.iter().enumerate().skip(1) {
                            sum += y;
                            squares += (y - sum / (i as f64 + 1.0)).powi(2);
                        }
                        let target = (2.0 * 20.0_f64.ln() / (300.0 * squares / k)).sqrt();
                        let steps = (32.0 * (1.5 / target).log2()).ceil().max(0.0);
                        let a = odds(1.5 * (-steps / 32.0).exp2());
                        let y = (sorted[rank] + 1.0) / 2.0;
                        capital[which][0] *= (1.0 + a * y) / (1.0 + a * v);
                        capital[which][1] *= (1.0 + a * (1.0 - y)) / (1.0 + a * (1.0 - v));
                        seen[which].push(y);
                    }
                }
                for side in 0..2 {
                    capitals[side] += (capital[0][side] + capital[1][side]) / 64.0;
                }
            }
            let test = betting(&d, 5);
            close(test.p_greater(null), (1.0 / capitals[0]).min(1.0), 1e-9, "for");
            close(test.p_less(null), (1.0 / capitals[1]).min(1.0), 1e-9, "against");
        }
    }

    /// Renamed items, or rows in another order: once p moved by up to .74 and verdicts with it.
    #[test]
    fn names_and_rows_change_no_bit() {
        let mut stream = Streams::new(9, Purpose::Simulation).replicate(1);
        for n in [2, 40, 700] {
            let mut d: Vec<f64> =
                (0..n).map(|i| (2.0 * stream.unit() - 0.9).clamp(-1.0, 1.0) * f64::from(i % 3)).collect();
            d.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
            let first = betting(&d, 4);
            for _ in 0..5 {
                for last in (1..d.len()).rev() {
                    d.swap(last, stream.below(last as u32 + 1) as usize);
                }
                let again = betting(&d, 4);
                let numbers = |t: &Betting| {
                    [t.delta(), t.p_greater(0.0), t.p_less(0.0), t.lower(Alpha::USUAL), t.upper(Alpha::USUAL)]
                        .map(f64::to_bits)
                };
                assert_eq!(numbers(&first), numbers(&again));
            }
        }
        assert_eq!(betting(&[0.0, -0.0, 0.5], 1).ln_e(0.4, 0), betting(&[-0.0, 0.5, 0.0], 1).ln_e(0.4, 0));
    }

    #[test]
    fn seeds_hardly_matter() {
        let mut stream = Streams::new(2, Purpose::Simulation).replicate(3);
        let d: Vec<f64> = (0..200).map(|_| if stream.unit() < 0.1 { -0.5 } else { 0.12 }).collect();
        let ps: Vec<f64> = (0..40).map(|seed| betting(&d, seed).p_greater(0.0).ln()).collect();
        let (least, most) = ps.iter().fold((f64::MAX, f64::MIN), |(l, m), p| (l.min(*p), m.max(*p)));
        assert!(most - least < 0.3, "ln p from {least} to {most}");
    }

    /// The default seed, where every order is what it is: the level is not one of luck.
    #[test]
    fn level_of_one_seed() {
        if !crate::domain::slow_tests::enabled() {
            return;
        }
        type Law = fn(&mut Stream) -> f64;
        let laws: [(&str, Law); 3] = [
            ("0/1", |s| [1.0, -1.0, 0.0, 0.0][s.below(4) as usize]),
            ("rare losses", |s| if s.unit() < 0.05 { -0.5 } else { 0.5 * 0.05 / 0.95 }),
            ("rare gains", |s| if s.unit() < 0.05 { 0.5 } else { -0.5 * 0.05 / 0.95 }),
        ];
        for (name, law) in laws {
            for n in [2_usize, 10, 60] {
                let runs = 2000_u64;
                let (mut refuted, mut sum, mut squares) = (0, 0.0, 0.0);
                for run in 0..runs {
                    let mut stream = Streams::new(77, Purpose::Simulation).replicate(run);
                    let d: Vec<f64> = (0..n).map(|_| law(&mut stream)).collect();
                    let ln_e = betting(&d, 0).ln_e(0.5, 0);
                    refuted += u64::from(p(ln_e) <= 0.05);
                    sum += ln_e.exp();
                    squares += ln_e.exp().powi(2);
                }
                let mean = sum / runs as f64;
                let se = ((squares / runs as f64 - mean * mean) / runs as f64).sqrt();
                println!("{name}, n {n}: {refuted} of {runs}, mean of E {mean:.3}, standard error {se:.3}");
                assert!(mean <= 1.0 + 3.0 * se, "{name}, n {n}: mean of E {mean} +- {se}");
                assert!(refuted as f64 <= 0.05 * runs as f64, "{name}, n {n}: {refuted}");
            }
        }
    }

    /// Losses of 0.5 that come with probability r, gains such that the mean is 0.
    #[test]
    fn level_where_losses_are_rare() {
        if !crate::domain::slow_tests::enabled() {
            return;
        }
        for (n, rare) in [(20, 0.02), (60, 0.005), (60, 0.1), (200, 0.02)] {
            let (runs, mut refuted) = (3000_u64, 0);
            for run in 0..runs {
                let mut stream = Streams::new(15, Purpose::Simulation).replicate(run);
                let draw = |_| if stream.unit() < rare { -0.5 } else { 0.5 * rare / (1.0 - rare) };
                let d: Vec<f64> = (0..n).map(draw).collect();
                refuted += u64::from(betting(&d, run).greater(0.0) <= 0.05);
            }
            assert!(refuted as f64 / (runs as f64) < 0.05, "n {n}, rate {rare}: {refuted}");
        }
    }

    #[test]
    fn ends() {
        let same = betting(&[0.0; 250], 0);
        assert!(same.p_greater(-0.02) <= 0.05 && same.p_greater(0.0) == 1.0);
        assert_eq!((same.p_greater(1.0), same.p_less(-1.0)), (1.0, 1.0));
        assert_eq!(same.greater(-7.0), same.greater(-1.0));
        // Capital beyond what a double holds.
        let (won, lost) = (betting(&[1.0; 9000], 0), betting(&[-1.0; 9000], 0));
        assert_eq!((won.p_greater(0.0), lost.p_greater(0.0)), (0.0, 1.0));
        assert!(won.lower(Alpha::USUAL) > 0.99 && won.upper(Alpha::USUAL) >= 1.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(600)))]

        #[test]
        fn test_and_bounds_are_one(d in prop::collection::vec(-1.0..=1.0_f64, 1..300), null in -1.0..1.0_f64) {
            agrees(&betting(&d, 7), &[null, 0.0, 2.0, -2.0]);
        }
    }
}
