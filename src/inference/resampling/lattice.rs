//! Subset means of units that lie on a grid: every pair of sum and size, and how many subsets have it.
//!
//! Graded scores make sums that are whole multiples of one step, and sizes are whole numbers anyway. Then
//! 2^k subsets share a few thousand pairs (sum, size), and the pairs are counted unit by unit. The size
//! is carried along because it is what the null multiplies: the counts of the pairs hold the test of
//! *every* null, and the order statistics that are its bounds, where counts of the sums alone would
//! hold one.

use crate::inference::sample::Unit;

/// Most pairs (sum, size): they are sorted by their mean, a tenth of a microsecond each.
const MOST_PAIRS: usize = 1 << 17;
/// Most units: up to here 2^k is a double.
const MOST_UNITS: usize = 1000;

/// The distinct pairs among the subsets of units: (mean, share of all subsets), `None` for the empty one.
///
/// `None` where the sums are no multiples of one step (but for `tolerance` in the difference of an item),
/// where sizes are no whole numbers, or where there are too many pairs.
///
/// Shares are exact up to 53 units and good to 1e-13 beyond.
pub(crate) fn subset_means(units: &[Unit], tolerance: f64) -> Option<Vec<(Option<f64>, f64)>> {
    let steps = whole_sizes(units).filter(|_| units.len() <= MOST_UNITS)?;
    let each = steps.iter().copied().fold(0, divisor);
    let sizes: Vec<usize> = steps.iter().map(|size| size / each.max(1)).collect();
    let (step, sums) = whole_sums(units, tolerance)?;
    let below: usize = sums.iter().filter(|s| **s < 0).map(|s| s.unsigned_abs()).sum();
    let width = 1 + sums.iter().map(|s| s.unsigned_abs()).sum::<usize>();
    let heaviest = sizes.iter().sum::<usize>();
    if width.checked_mul(heaviest + 1).is_none_or(|pairs| pairs > MOST_PAIRS) {
        return None;
    }
    let counts = counted(&sums, &sizes, width, below)?;
    let all = (-(units.len() as f64)).exp2();
    let mut found = Vec::new();
    for (size, row) in counts.chunks(width).enumerate() {
        let items = (size * each) as f64;
        for (place, count) in row.iter().enumerate().filter(|(_, count)| **count > 0.0) {
            let sum = (place as f64 - below as f64) * step;
            found.push(((size > 0).then_some(sum / items), count * all));
        }
    }
    Some(found)
}

/// How many subsets have each sum (a column, the sum 0 at `below`) and each size (a row).
fn counted(sums: &[isize], sizes: &[usize], width: usize, below: usize) -> Option<Vec<f64>> {
    let mut counts = vec![0.0; width * (1 + sizes.iter().sum::<usize>())];
    *counts.get_mut(below)? = 1.0;
    let mut heaviest = 0;
    for (sum, size) in sums.iter().zip(sizes) {
        heaviest += size;
        // From the heaviest down, so that no unit is taken twice.
        for row in (*size..=heaviest).rev() {
            let (without, with) = counts.split_at_mut(row * width);
            let from = without.get((row - size) * width..)?.get(..width)?;
            let to = with.get_mut(..width)?;
            // What lies beyond the end it moves towards is empty: the width holds every sum there is.
            let (to, from) = if *sum >= 0 {
                (to.get_mut(sum.unsigned_abs()..)?, from)
            } else {
                (to, from.get(sum.unsigned_abs()..)?)
            };
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        }
    }
    Some(counts)
}

/// The sizes, where all are whole numbers of at least 1 that a count can hold.
pub(crate) fn whole_sizes(units: &[Unit]) -> Option<Vec<usize>> {
    units
        .iter()
        .map(|unit| {
            let fits = unit.size >= 1.0 && unit.size <= 1e9 && unit.size.fract() == 0.0;
            fits.then_some(unit.size as usize)
        })
        .collect()
}

/// The sums as multiples of a common step.
fn whole_sums(units: &[Unit], tolerance: f64) -> Option<(f64, Vec<isize>)> {
    let largest = units.iter().fold(0.0_f64, |most, unit| most.max(unit.sum.abs()));
    if largest == 0.0 {
        return Some((1.0, vec![0; units.len()]));
    }
    let rough = common_step(units.iter().map(|unit| unit.sum), 1e-9 * largest);
    if largest / rough > MOST_PAIRS as f64 {
        return None;
    }
    let step = largest / (largest / rough).round();
    let sums = units.iter().map(|unit| {
        let times = (unit.sum / step).round();
        let rounding = tolerance * unit.size + 8.0 * f64::EPSILON * unit.sum.abs();
        ((times * step - unit.sum).abs() <= rounding).then_some(times as isize)
    });
    Some((step, sums.collect::<Option<Vec<isize>>>()?))
}

/// The largest number of which all values are multiples, but for `rounding`; 0 where all are 0.
pub(crate) fn common_step(values: impl Iterator<Item = f64>, rounding: f64) -> f64 {
    let mut common = 0.0_f64;
    for value in values {
        let mut rest = value.abs();
        while rest > rounding {
            let divisor = rest;
            rest = common % rest;
            if rest > divisor - rounding {
                rest = 0.0;
            }
            common = divisor;
        }
    }
    common
}

/// The greatest common divisor; of 0 and a number, the number.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}
