//! The properties of the fuzz targets, without a fuzzer: on every seed, and on changes of seeds that are drawn anew in
//! each run. What a fuzzer finds by its view of the code, hours of these would; what breaks at once, they find at once.

mod corpora;
mod targets;

#[path = "../../../fuzz/properties/mod.rs"]
mod properties;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::corpora::seeds;
use crate::tree;

/// One change of a seed: what, where, and with which byte.
type Change = (u8, prop::sample::Index, u8);

fn changed(seeds: &[Vec<u8>], which: &prop::sample::Index, changes: &[Change]) -> Vec<u8> {
    let mut data = which.get(seeds).clone();
    for (what, place, byte) in changes {
        let at = place.index(data.len() + 1);
        let length = usize::from(*byte);
        match what % 7 {
            0 => data.insert(at, *byte),
            1 if at < data.len() => data[at] = *byte,
            2 if at < data.len() => data[at] ^= 1 << (byte % 8),
            3 => data.truncate(at),
            4 => drop(data.drain(at..(at + length).min(data.len()))),
            5 => {
                let part = data[at..(at + length).min(data.len())].to_vec();
                data.splice(at..at, part);
            }
            _ => {
                let other = place.get(seeds);
                let from = length.min(other.len());
                data.splice(at..at, other[from..(from + length).min(other.len())].iter().copied());
            }
        }
    }
    data
}

/// The property on every seed as it is, then on changed ones.
fn hold(target: &str) {
    let (_, property) = properties::ALL.iter().find(|(name, _)| *name == target).expect("a property");
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds.iter().for_each(|seed| property(seed));
    let change = (any::<u8>(), any::<prop::sample::Index>(), any::<u8>());
    let inputs = (any::<prop::sample::Index>(), prop::collection::vec(change, 1..6));
    let config = Config { cases: tree::cases(320), failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&inputs, |(which, changes)| {
            property(&changed(&seeds, &which, &changes));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{target}: {error}"));
}

macro_rules! twins {
    ($($target:ident)+) => {
        $(#[test]
        fn $target() {
            hold(stringify!($target));
        })+

        /// The targets that have a test here.
        const TWINS: &[&str] = &[$(stringify!($target)),+];
    };
}

twins! {
    csv_rows detect entry envelope event exact_tests gzip inputs markdown monotone names order page parquet_rows
    plan_and_waiver policy reader_csv reader_deepeval reader_eee reader_eval reader_eval_members reader_helm
    reader_inspect reader_jsonl reader_lighteval reader_lm_eval reader_lm_eval_folder reader_openai_evals
    reader_parquet reader_promptfoo reader_runframe reader_swe_bench reader_tau_bench reader_xlsx
    reader_xlsx_members runner signature tables time_stamp trail trail_changed waivers
}
