//! Means over subsets of the sampling units: what sign flips compare with the null.
//!
//! Flipping the signs of the units in F turns the centred sum of the data into one that is at least
//! as large exactly when the mean over F does not exceed the null. So every sign-flip test, for every
//! null at once, is a list of subset means.

use rayon::prelude::*;

use crate::inference::sample::Unit;
use crate::numerics::stream::Streams;

/// Units a random byte decides on: one table of the sums of all 256 subsets.
const GROUP: usize = 8;
/// Units handled before the next replicate: 256 tables, 512 KB, stay in the second-level cache while
/// all replicates pass over them. A multiple of 512, one ChaCha block; part of the order of summation,
/// so a change moves last bits.
const SLICE: usize = 2048;
/// ChaCha blocks of 64 bytes that a slice consumes of each replicate's stream.
const SLICE_BLOCKS: u64 = (SLICE / 8 / 64) as u64;
/// Replicates a thread takes at a time.
const BATCH: usize = 64;

/// The sums of all subsets of up to eight values, by the bits of the index.
type Table = [f64; 1 << GROUP];

/// Item-weighted means over subsets of units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SubsetMeans {
    /// Means over the subsets that hold a unit.
    pub(crate) means: Vec<f64>,
    /// How many subsets were empty.
    pub(crate) empty: usize,
    /// Largest number of additions that a value passed through: bounds the rounding of the sums.
    pub(crate) depth: usize,
}

/// The means over all 2^k - 1 non-empty subsets of k units.
pub(crate) fn every_subset(units: &[Unit]) -> SubsetMeans {
    let mut sums = vec![Unit { sum: 0.0, size: 0.0 }];
    sums.reserve_exact((1 << units.len()) - 1);
    for unit in units {
        for index in 0..sums.len() {
            let Some(without) = sums.get(index).copied() else { continue };
            sums.push(Unit { sum: without.sum + unit.sum, size: without.size + unit.size });
        }
    }
    let means = sums.iter().skip(1).map(|subset| subset.sum / subset.size).collect();
    SubsetMeans { means, empty: 1, depth: units.len() }
}

/// The means over `resamples` random subsets of the units, each unit in with probability one half.
pub(crate) fn random_subsets(units: &[Unit], streams: &Streams, resamples: u32) -> SubsetMeans {
    let totals = random_totals(units, streams, resamples);
    let held = totals.iter().filter(|subset| subset.size > 0.0);
    let means: Vec<f64> = held.map(|subset| subset.sum / subset.size).collect();
    let empty = totals.len() - means.len();
    SubsetMeans { means, empty, depth: depth(units.len()) }
}

/// How many additions a value passes through on its way into a random subset's sum.
pub(crate) fn depth(units: usize) -> usize {
    GROUP + SLICE / GROUP / LANES + LANES + units / SLICE + 1
}

/// The sums and sizes of `resamples` random subsets.
///
/// Replicate r holds unit i where bit i of stream r is set (bit 0 is the lowest of the first byte). No
/// flips are stored: memory is a table per eight units of a slice and two numbers a replicate.
pub(crate) fn random_totals(units: &[Unit], streams: &Streams, resamples: u32) -> Vec<Unit> {
    let mut subsets = vec![Unit { sum: 0.0, size: 0.0 }; resamples as usize];
    let one_size = units.first().map(|first| first.size).filter(|s| units.iter().all(|u| u.size == *s));
    for (slice_index, slice) in units.chunks(SLICE).enumerate() {
        let sum_tables = tables(slice.iter().map(|unit| unit.sum));
        let size_tables = match one_size {
            Some(_) => Vec::new(),
            None => tables(slice.iter().map(|unit| unit.size)),
        };
        let first_block = slice_index as u64 * SLICE_BLOCKS;
        let spare_bits = slice.len().next_multiple_of(GROUP) - slice.len();
        subsets.par_chunks_mut(BATCH).enumerate().for_each(|(batch, subsets)| {
            let mut bits = vec![0_u8; slice.len().div_ceil(GROUP)];
            for (offset, subset) in subsets.iter_mut().enumerate() {
                streams.fill((batch * BATCH + offset) as u64, first_block, &mut bits);
                if let Some(last) = bits.last_mut() {
                    *last &= 0xFF >> spare_bits;
                }
                subset.sum += total(&bits, &sum_tables);
                subset.size += match one_size {
                    Some(each) => ones(&bits) * each,
                    None => total(&bits, &size_tables),
                };
            }
        });
    }
    subsets
}

/// One table per eight values; of the last, only as many bits are ever set as it has values.
fn tables(values: impl Iterator<Item = f64>) -> Vec<Table> {
    let values: Vec<f64> = values.collect();
    let table = |group: &[f64]| {
        let mut table = [0.0; 1 << GROUP];
        for (bit, value) in group.iter().enumerate() {
            let (without, with) = table.split_at_mut(1 << bit);
            for (with, without) in with.iter_mut().zip(without) {
                *with = *without + value;
            }
        }
        table
    };
    values.chunks(GROUP).map(table).collect()
}

/// Independent chains of additions: a single one would wait for itself.
const LANES: usize = 4;

/// The sum over the subset whose bits are given.
fn total(bits: &[u8], tables: &[Table]) -> f64 {
    let at = |byte: u8, table: &Table| table.get(usize::from(byte)).copied().unwrap_or(0.0);
    let mut lanes = [0.0; LANES];
    let (whole_bits, rest_bits) = bits.as_chunks::<LANES>();
    let (whole_tables, rest_tables) = tables.as_chunks::<LANES>();
    for (bytes, tables) in whole_bits.iter().zip(whole_tables) {
        for ((lane, byte), table) in lanes.iter_mut().zip(bytes).zip(tables) {
            *lane += at(*byte, table);
        }
    }
    for ((lane, byte), table) in lanes.iter_mut().zip(rest_bits).zip(rest_tables) {
        *lane += at(*byte, table);
    }
    let [a, b, c, d] = lanes;
    (a + b) + (c + d)
}

/// How many bits are set.
fn ones(bits: &[u8]) -> f64 {
    let (words, rest) = bits.as_chunks::<8>();
    let whole: u32 = words.iter().map(|word| u64::from_ne_bytes(*word).count_ones()).sum();
    f64::from(whole + rest.iter().map(|byte| byte.count_ones()).sum::<u32>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{every_subset, random_subsets};
    use crate::inference::sample::Unit;
    use crate::numerics::stream::{Purpose, Streams};

    /// The same subsets, one unit at a time.
    fn plain(units: &[Unit], streams: &Streams, replicate: u64) -> Option<f64> {
        let mut bits = vec![0_u8; units.len().div_ceil(8)];
        streams.fill(replicate, 0, &mut bits);
        let (mut sum, mut size) = (0.0, 0.0);
        for (index, unit) in units.iter().enumerate() {
            if bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1) {
                sum += unit.sum;
                size += unit.size;
            }
        }
        (size > 0.0).then(|| sum / size)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(60)))]

        #[test]
        fn tables_equal_the_plain_sums(
            sums in prop::collection::vec(-64..64_i32, 1..9000),
            even: bool,
            seed: u64,
        ) {
            // Quarters add without rounding, so the two must agree to the bit.
            let units: Vec<Unit> = sums
                .iter()
                .map(|s| Unit { sum: f64::from(*s) / 4.0, size: if even { 2.0 } else { f64::from(s.rem_euclid(5) + 1) } })
                .collect();
            let streams = Streams::new(seed, Purpose::SignFlip);
            let found = random_subsets(&units, &streams, 70);
            let expected: Vec<f64> = (0..70).filter_map(|r| plain(&units, &streams, r)).collect();
            prop_assert_eq!(&found.means, &expected);
            prop_assert_eq!(found.empty, 70 - expected.len());
        }
    }

    #[test]
    fn every_subset_of_three() {
        let units = [(1.0, 1.0), (-4.0, 2.0), (9.0, 3.0)].map(|(sum, size)| Unit { sum, size });
        let mut found = every_subset(&units).means;
        found.sort_unstable_by(f64::total_cmp);
        assert_eq!(found, [-2.0, -1.0, 1.0, 1.0, 1.0, 2.5, 3.0]);
    }
}
