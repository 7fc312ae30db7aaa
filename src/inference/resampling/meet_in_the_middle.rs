//! All subset means of up to 34 units without listing them: meet in the middle.
//!
//! The test needs to know how many of the 2^k subsets F have a mean of at most `null`, that is
//! `sum of (s_g - null m_g) over F <= 0`. The units are parted into two halves, the subset sums of each
//! half come in ascending order by merging, and one pass over both lists counts the pairs. That is
//! 2^(k/2) work for each null.
//!
//! Sums are kept as whole multiples of a step of about 2^-60 of the largest, and nulls on the same grid:
//! then nothing rounds, the count never falls as the null rises, and "the smallest null whose count is too
//! large" is a subset mean that integer search finds. Test and bounds are one by arithmetic, not by luck
//! with the last bits.

use crate::domain::Alpha;
use crate::inference::inversion::Inversion;
use crate::inference::resampling::lattice::whole_sizes;
use crate::inference::sample::Unit;
use crate::numerics::tails;

/// Most units. A gate asks for three p-values and two bounds, which is about fifteen counts: 35 ms on one
/// thread at 34 units, 75 at 36, and by the same law 300 at 40, which is more than a gate may cost.
const MOST_UNITS: usize = 34;
/// Subsets that are listed at last, instead of asking for another count.
const LISTED: u64 = 1 << 16;
/// Counts by interpolation; after that many the counts rise in steps, and the steps are tried.
const PATIENCE: usize = 9;
/// From this many units in a half on the two halves are worth two threads.
const WORTH_A_THREAD: usize = 12;

/// The sign-flip test of few units, exact at every null.
#[derive(Clone, Debug)]
pub(crate) struct MeetInTheMiddle {
    delta: f64,
    greater: Side,
    less: Side,
}

impl MeetInTheMiddle {
    /// `None` where there are too many units, or where sizes are no whole numbers. `slack` is what a mean
    /// may be off by rounding.
    pub(crate) fn new(units: &[Unit], delta: f64, slack: f64) -> Option<Self> {
        let sizes = whole_sizes(units).filter(|_| units.len() <= MOST_UNITS)?;
        let items = i64::try_from(sizes.iter().sum::<usize>()).ok()?;
        let largest = units.iter().fold(0.0_f64, |most, unit| most.max((unit.sum / unit.size).abs()));
        let reach = (2.0 * largest * items as f64).max(f64::MIN_POSITIVE);
        let step = (reach.log2().ceil() - 60.0).max(-1074.0).exp2();
        let whole: Vec<Whole> = units
            .iter()
            .map(|unit| Whole { sum: (unit.sum / step).round() as i64, size: unit.size as i64 })
            .collect();
        let greater = Side::new(&whole, step, slack + (units.len() + 1) as f64 * step);
        let less = greater.mirrored();
        Some(Self { delta, greater, less })
    }
}

impl Inversion for MeetInTheMiddle {
    fn delta(&self) -> f64 {
        self.delta
    }

    fn p_greater(&self, null: f64) -> f64 {
        self.greater.p(null)
    }

    fn p_less(&self, null: f64) -> f64 {
        self.less.p(-null)
    }

    fn lower(&self, alpha: Alpha) -> f64 {
        self.greater.bound(alpha)
    }

    fn upper(&self, alpha: Alpha) -> f64 {
        -self.less.bound(alpha)
    }
}

/// A unit, or a subset of units, in steps.
#[derive(Clone, Copy, Debug, Default)]
struct Whole {
    sum: i64,
    size: i64,
}

/// What is known of a subset: its sum, in counting; its size as well, in listing.
trait Entry: Copy + Default {
    fn of(unit: Whole) -> Self;
    fn plus(self, other: Self) -> Self;
    fn sum(self) -> i64;
}

impl Entry for i64 {
    fn of(unit: Whole) -> Self {
        unit.sum
    }
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn sum(self) -> i64 {
        self
    }
}

impl Entry for Whole {
    fn of(unit: Whole) -> Self {
        unit
    }
    fn plus(self, other: Self) -> Self {
        Self { sum: self.sum + other.sum, size: self.size + other.size }
    }
    fn sum(self) -> i64 {
        self.sum
    }
}

/// All subsets of a half in ascending order of sum - `null` size.
fn sorted<E: Entry>(half: &[Whole], null: i64) -> Vec<E> {
    let mut list = vec![E::default()];
    let mut grown = Vec::new();
    for unit in half {
        let one = E::of(Whole { sum: unit.sum - null * unit.size, size: unit.size });
        grown.resize(2 * list.len(), E::default());
        merge(&list, one, &mut grown);
        std::mem::swap(&mut list, &mut grown);
    }
    list
}

/// The list and the list with `one` added to each entry, merged into twice its length: from both ends at
/// once, since each end waits for nothing but itself.
fn merge<E: Entry>(list: &[E], one: E, into: &mut [E]) {
    let (front, back) = into.split_at_mut(list.len());
    let (mut i, mut j) = (0, 0);
    let (mut k, mut l) = (list.len(), list.len());
    for (low, high) in front.iter_mut().zip(back.iter_mut().rev()) {
        if let (Some(a), Some(b)) = (list.get(i), list.get(j)) {
            let b = b.plus(one);
            let without = a.sum() <= b.sum();
            *low = if without { *a } else { b };
            i += usize::from(without);
            j += usize::from(!without);
        }
        if let (Some(a), Some(b)) = (list.get(k.wrapping_sub(1)), list.get(l.wrapping_sub(1))) {
            let b = b.plus(one);
            let with = a.sum() <= b.sum();
            *high = if with { b } else { *a };
            k -= usize::from(!with);
            l -= usize::from(with);
        }
    }
}

/// How many pairs, one of each list, sum to at most 0.
fn pairs_at_most_zero(first: &[i64], second: &[i64]) -> u64 {
    let (mut i, mut reach) = (0, second.len());
    let mut all = 0;
    // Without branches on the outcome, which nobody can foresee.
    while let (Some(a), Some(b)) = (first.get(i), second.get(reach.wrapping_sub(1))) {
        let within = a + b <= 0;
        all += if within { reach as u64 } else { 0 };
        i += usize::from(within);
        reach -= usize::from(!within);
    }
    all
}

/// A null in steps, and how many subsets have a mean of at most it.
type Counted = (i64, u64);

/// One direction: "greater", or "less" with the signs turned.
#[derive(Clone, Debug)]
struct Side {
    left: Vec<Whole>,
    right: Vec<Whole>,
    step: f64,
    slack: f64,
    /// No subset has a mean below this one, in steps.
    least: i64,
    /// Every subset has a mean of at most this one.
    most: i64,
}

impl Side {
    fn new(units: &[Whole], step: f64, slack: f64) -> Self {
        let (left, right) = units.split_at(units.len() / 2);
        let means = || units.iter();
        let least = means().map(|unit| unit.sum.div_euclid(unit.size)).min().unwrap_or(0);
        let most = means().map(|unit| -(-unit.sum).div_euclid(unit.size)).max().unwrap_or(0);
        Self { left: left.to_vec(), right: right.to_vec(), step, slack, least, most }
    }

    fn mirrored(&self) -> Self {
        let turned = |half: &[Whole]| half.iter().map(|unit| Whole { sum: -unit.sum, ..*unit }).collect();
        let (left, right) = (turned(&self.left), turned(&self.right));
        Self { left, right, least: -self.most, most: -self.least, ..*self }
    }

    fn subsets(&self) -> u64 {
        1 << (self.left.len() + self.right.len())
    }

    /// The p-value where so many subsets count.
    fn p_of(&self, count: u64) -> f64 {
        count as f64 / self.subsets() as f64
    }

    /// The null that stands for a place on the grid; as everywhere, ties count against a refutation.
    fn null(&self, place: i64) -> f64 {
        place as f64 * self.step - self.slack
    }

    fn p(&self, null: f64) -> f64 {
        // The highest place whose null is not above this one.
        let (mut place, mut beyond) = (self.least - 1, self.most + 1);
        while beyond - place > 1 {
            let middle = place.midpoint(beyond);
            if self.null(middle) <= null { place = middle } else { beyond = middle }
        }
        self.p_of(self.count(place))
    }

    fn bound(&self, alpha: Alpha) -> f64 {
        self.first_above(alpha.get()).map_or(f64::NEG_INFINITY, |place| self.null(place))
    }

    /// How many subsets have a mean of at most `null`; the empty one always has.
    fn count(&self, null: i64) -> u64 {
        if null < self.least {
            1
        } else if null >= self.most {
            self.subsets()
        } else {
            let (left, right) = self.sorted(null);
            pairs_at_most_zero(&left, &right)
        }
    }

    fn sorted<E: Entry + Send>(&self, null: i64) -> (Vec<E>, Vec<E>) {
        if self.left.len() < WORTH_A_THREAD {
            return (sorted(&self.left, null), sorted(&self.right, null));
        }
        rayon::join(|| sorted(&self.left, null), || sorted(&self.right, null))
    }

    /// The lowest place with a p-value above `alpha`; `None` where no place has another.
    ///
    /// Interpolation closes in until few enough subsets are left to be listed. Where many share one mean
    /// it cannot, and then the means of subsets that were seen between the ends part them.
    fn first_above(&self, alpha: f64) -> Option<i64> {
        if self.p_of(1) > alpha {
            return None;
        }
        let (mut low, mut high): (Counted, Counted) = ((self.least - 1, 1), (self.most, self.subsets()));
        let mut seen: Vec<(f64, f64)> = Vec::new();
        while high.0 - low.0 > 1 {
            if high.1 - low.1 <= LISTED {
                let counts = low.1 + 1..;
                let places = self.between(low.0, high.0);
                return places.into_iter().zip(counts).find(|at| self.p_of(at.1) > alpha).map(|at| at.0);
            }
            let places = if seen.len() < PATIENCE {
                [Some(self.guess(alpha, low, high, &seen)), None]
            } else {
                let found = self.between(low.0, high.0);
                let middle = found.get(found.len() / 2).copied().unwrap_or(low.0.midpoint(high.0));
                [Some(middle), Some(middle - 1)]
            };
            for place in places.into_iter().flatten() {
                if place > low.0 && place < high.0 {
                    let found = (place, self.count(place));
                    let p = self.p_of(found.1);
                    seen.push((self.surplus(place), tails::normal_isf_for_search(p)));
                    *(if p > alpha { &mut high } else { &mut low }) = found;
                }
            }
        }
        Some(high.0)
    }

    /// How many of its standard deviations the sum of s - null m lies above 0, all signs being fair.
    fn surplus(&self, null: i64) -> f64 {
        let (mut sum, mut square) = (0.0, 0.0);
        for unit in self.left.iter().chain(&self.right) {
            let x = (unit.sum - null * unit.size) as f64;
            sum += x;
            square += x * x;
        }
        sum / square.sqrt()
    }

    /// Where p may be `alpha`: normal quantiles of p are nearly the surplus itself, so a line through the
    /// last two points seen leads there. It aims a little to the other side of the last point, so that the
    /// ends close in from both.
    fn guess(&self, alpha: f64, low: Counted, high: Counted, seen: &[(f64, f64)]) -> i64 {
        let aside = self.p_of(LISTED / 4).min(0.5 * alpha);
        let wanted = |last: f64| {
            let above = last <= tails::normal_isf_for_search(alpha);
            tails::normal_isf_for_search(if above { alpha - aside } else { alpha + aside })
        };
        let surplus = match seen {
            [] => wanted(f64::INFINITY),
            [(x, y)] => x + wanted(*y) - y,
            [.., (x0, y0), (x, y)] => {
                let slope = (y - y0) / (x - x0);
                let slope = if slope > 0.1 && slope < 10.0 { slope } else { 1.0 };
                x + (wanted(*y) - y) / slope
            }
        };
        let (mut place, mut beyond) = (low.0, high.0);
        while beyond - place > 1 {
            let middle = place.midpoint(beyond);
            if self.surplus(middle) > surplus { place = middle } else { beyond = middle }
        }
        if place > low.0 && beyond < high.0 { place } else { low.0.midpoint(high.0) }
    }

    /// The means of the subsets with one in (low, high], as places on the grid and in order; those found
    /// first, if there are more than are listed.
    fn between(&self, low: i64, high: i64) -> Vec<i64> {
        let (left, right) = self.sorted::<Whole>(low);
        let items: i64 = self.left.iter().chain(&self.right).map(|unit| unit.size).sum();
        let mut found = Vec::new();
        let mut first = right.len();
        'all: for a in &left {
            // Only what lies above `low` by at most that much can lie at or below `high`.
            while first.checked_sub(1).and_then(|i| right.get(i)).is_some_and(|b| a.sum + b.sum > 0) {
                first -= 1;
            }
            for b in right.iter().skip(first) {
                let Whole { sum, size } = a.plus(*b);
                if sum > (high - low) * items {
                    break;
                }
                if sum <= (high - low) * size {
                    found.push(low - (-sum).div_euclid(size));
                    if found.len() as u64 > LISTED {
                        break 'all;
                    }
                }
            }
        }
        found.sort_unstable();
        found
    }
}
