use super::*;
use crate::domain::{Claim, Code, Edition, EpochRule, Item, RunFrameBuilder, RunMetadata, Score, ScoreRange};

type Row = (&'static str, u32, Option<&'static str>, Option<f64>);

fn run(metric: &str, rows: &[Row]) -> RunFrame {
    let mut builder = RunFrameBuilder::default();
    for (id, epoch, cluster, score) in rows {
        let score = score.and_then(Score::new).ok_or(Unscored::Missing);
        builder.push(Item { id, epoch: *epoch, cluster: *cluster, score });
    }
    builder.finish(RunMetadata { metric_name: metric.into(), ..RunMetadata::default() }).unwrap()
}

fn plan() -> Plan {
    Plan::of(Claim::Above { min_delta: 0.0 })
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let forward = [("a", 0, None, Some(1.0)), ("b", 0, None, Some(0.0)), ("c", 0, None, Some(1.0))];
    let backward = [forward[2], forward[0], forward[1]];
    let other =
        run("acc", &[("c", 0, None, Some(0.0)), ("a", 0, None, Some(1.0)), ("b", 0, None, Some(1.0))]);
    let left = pair(&run("acc", &forward), &other, &plan()).unwrap();
    assert_eq!(left, pair(&run("acc", &backward), &other, &plan()).unwrap());
    assert_eq!((left.baseline, left.candidate), (vec![1.0, 0.0, 1.0], vec![1.0, 1.0, 0.0]));
}

#[test]
fn epochs_are_averaged_an_item_at_a_time() {
    let a = run("m", &[("x", 1, None, Some(1.0)), ("x", 2, None, Some(0.0)), ("y", 1, None, Some(1.0))]);
    let b = run("m", &[("x", 1, None, Some(1.0)), ("y", 1, None, Some(0.0))]);
    let pairs = pair(&a, &b, &plan()).unwrap();
    assert_eq!(pairs.baseline, [0.5, 1.0]);
    assert!(!pairs.one_epoch);
    assert_eq!(pairs.notes.len(), 1, "unequal epochs are said");

    let second = pair(&a, &a, &Plan { epochs: EpochRule::Only(2), ..plan() }).unwrap();
    assert_eq!((second.baseline, second.counts.coverage), (vec![0.0], 0.5));
    let first = pair(&a, &b, &Plan { epochs: EpochRule::First, ..plan() }).unwrap();
    assert_eq!((first.baseline, first.one_epoch), (vec![1.0, 1.0], true));
}

#[test]
fn a_candidate_that_drops_items_loses_coverage() {
    let a = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(1.0)), ("z", 0, None, Some(1.0))]);
    let b = run("m", &[("x", 0, None, Some(1.0)), ("w", 0, None, Some(1.0))]);
    let counts = pair(&a, &b, &plan()).unwrap().counts;
    assert_eq!((counts.pairs, counts.only_baseline, counts.only_candidate), (1, 2, 1));
    assert!((counts.coverage - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn unscored_items_are_refused_or_left_out_and_counted() {
    let a = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, None)]);
    let refused = pair(&a, &a, &plan()).unwrap_err();
    assert_eq!((refused.code, refused.place.as_str()), (Code::UnscoredItems, "baseline: items[1].score"));
    let counts = pair(&a, &a, &Plan { missing: MissingRule::Exclude, ..plan() }).unwrap().counts;
    assert_eq!((counts.pairs, counts.coverage), (1, 0.5));
}

#[test]
fn clusters_are_joined_or_refused() {
    let a = run(
        "m",
        &[("x", 0, Some("q"), Some(1.0)), ("y", 0, Some("p"), Some(1.0)), ("z", 0, Some("p"), Some(0.0))],
    );
    let bare = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(0.0)), ("z", 0, None, Some(0.0))]);
    let pairs = pair(&a, &bare, &plan()).unwrap();
    assert_eq!((pairs.clusters, pairs.notes.len()), (Some(vec![1, 0, 0]), 1));
    let b = run(
        "m",
        &[("x", 0, Some("p"), Some(1.0)), ("y", 0, Some("p"), Some(1.0)), ("z", 0, Some("p"), Some(0.0))],
    );
    assert_eq!(pair(&a, &b, &plan()).unwrap_err().code, Code::ClusterConflict);
}

#[test]
fn different_metrics_or_disjoint_items_are_errors() {
    let a = run("m", &[("x", 0, None, Some(1.0))]);
    assert_eq!(
        pair(&a, &run("n", &[("x", 0, None, Some(1.0))]), &plan()).unwrap_err().code,
        Code::RunsDiffer
    );
    assert_eq!(pair(&a, &run("m", &[("X", 0, None, Some(1.0))]), &plan()).unwrap_err().code, Code::NoOverlap);
}

#[test]
fn the_epochs_of_paired_items_are_kept_apart() {
    let a = run(
        "m",
        &[
            ("z", 0, None, Some(0.25)),
            ("x", 2, None, Some(0.5)),
            ("x", 1, None, Some(1.0)),
            ("x", 3, None, None),
            ("w", 0, None, Some(1.0)),
        ],
    );
    let b = run("m", &[("x", 0, None, Some(0.0)), ("y", 0, None, Some(0.0)), ("z", 0, None, Some(0.0))]);
    let pairs = pair(&a, &b, &Plan { missing: MissingRule::Exclude, ..plan() }).unwrap();
    let repeats = repeats(&a, &pairs.ids);
    assert_eq!(repeats.items().collect::<Vec<_>>(), [&[1.0, 0.5][..], &[0.25][..]]);
}

#[test]
fn clusters_of_one_item_are_items() {
    let a = run("m", &[("x", 0, Some("q"), Some(1.0)), ("y", 0, Some("p"), Some(0.0))]);
    let pairs = pair(&a, &a, &plan()).unwrap();
    assert_eq!((pairs.clusters, pairs.two_values, pairs.notes.len()), (None, Some((0.0, 1.0)), 1));
    let before = pair(&a, &a, &Plan { edition: Edition::First, ..plan() }).unwrap();
    assert_eq!(before.clusters, Some(vec![1, 0]), "recorded decisions keep their units");
}

/// Baseline x y z, candidate x z w: y lacks a candidate, w a baseline.
#[test]
fn missing_scores_are_filled_with_what_is_worst_and_best() {
    let a = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(1.0)), ("z", 0, None, Some(0.0))]);
    let b = run("m", &[("w", 0, None, Some(0.0)), ("x", 0, None, Some(1.0)), ("z", 0, None, Some(1.0))]);
    let pairs = pair(&a, &b, &plan()).unwrap();
    assert_eq!(pairs.gaps.counts(), (1, 1));
    assert_eq!(pairs.gaps.candidate, [("item not in the run", 1)].into());
    let worst = pairs.filled(ScoreRange::UNIT, true);
    // Pairs first, then the gaps in ascending order of id: w, y.
    assert_eq!(worst.baseline, [1.0, 0.0, 1.0, 1.0]);
    assert_eq!(worst.candidate, [1.0, 1.0, 0.0, 0.0]);
    let best = pairs.filled(ScoreRange::UNIT, false);
    assert_eq!((best.baseline, best.candidate), (vec![1.0, 0.0, 0.0, 1.0], vec![1.0, 1.0, 0.0, 1.0]));
    assert!(worst.one_epoch);
}

#[test]
fn a_missing_epoch_counts_with_its_worst_score() {
    let rows = |second: Option<f64>| {
        let mut rows = vec![("x", 1, None, Some(1.0)), ("y", 1, None, Some(1.0)), ("y", 2, None, Some(1.0))];
        rows.extend(second.map(|score| ("x", 2, None, Some(score))));
        run("m", &rows)
    };
    let pairs = pair(&rows(Some(1.0)), &rows(None), &plan()).unwrap();
    assert_eq!(pairs.candidate, [1.0, 1.0], "as observed, the mean of one epoch");
    assert_eq!(pairs.gaps.candidate, [("epoch not in the run", 1)].into());
    assert_eq!(pairs.filled(ScoreRange::UNIT, true).candidate, [0.5, 1.0]);
    // The first epoch of the run, not the first that the item happens to have.
    let late = run("m", &[("x", 2, None, Some(1.0)), ("y", 1, None, Some(1.0)), ("y", 2, None, Some(1.0))]);
    let first = pair(&rows(Some(1.0)), &late, &Plan { epochs: EpochRule::First, ..plan() }).unwrap();
    assert_eq!((first.counts.pairs, first.gaps.counts()), (1, (0, 1)));
}

#[test]
fn two_scales_and_empty_claims_are_errors() {
    let unit = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(0.5)), ("z", 0, None, Some(0.9))]);
    let percent =
        run("m", &[("x", 0, None, Some(51.0)), ("y", 0, None, Some(20.0)), ("z", 0, None, Some(0.0))]);
    let error = pair(&unit, &percent, &plan()).unwrap_err();
    assert_eq!(error.code, Code::RunsDiffer);
    assert!(error.what.contains("0.5 and 1") && error.what.contains("0 and 51"), "{error}");
    let named = Plan { score_range: ScoreRange::new(0.0, 100.0), ..plan() };
    assert!(pair(&unit, &percent, &named).is_ok(), "the user knows better");
    let narrow = Plan { score_range: ScoreRange::new(0.0, 50.0), ..plan() };
    assert_eq!(pair(&unit, &percent, &narrow).unwrap_err().code, Code::ScoreOutOfRange);

    let binary = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(0.0))]);
    for claim in [-1.01, -1.0, 1.0, 2.0].map(|value| Claim::Above { min_delta: value }) {
        let error = pair(&binary, &binary, &Plan { claim, ..plan() }).unwrap_err();
        assert!(error.code == Code::BadUsage && error.next.contains("0.01"), "{error}");
    }
    let coded = run("m", &[("x", 0, None, Some(0.0)), ("y", 0, None, Some(100.0))]);
    let wide = Plan { claim: Claim::Above { min_delta: -100.0 }, ..plan() };
    assert_eq!(pair(&coded, &coded, &wide).unwrap_err().code, Code::BadUsage);
    let within = Plan { claim: Claim::Within { margin: 2.0 }, ..plan() };
    assert_eq!(pair(&binary, &binary, &within).unwrap_err().code, Code::BadUsage);
}

#[test]
fn a_claim_that_two_scores_cannot_meet_is_refused_for_parts_too() {
    let a = run("m", &[("x", 0, None, Some(0.0)), ("y", 0, None, Some(1.0))]);
    let b = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(1.0))]);
    let pairs = pair(&a, &b, &plan()).unwrap();
    let refused = |min_delta: f64| refuse_empty_claim(&pairs, Claim::Above { min_delta }).is_err();
    assert_eq!([-1.5, -0.5, 0.5, 1.0].map(refused), [true, false, false, true]);
}

#[test]
fn a_run_without_any_score_is_the_reason() {
    let scored = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(0.0))]);
    let unscored = run("m", &[("x", 0, None, None), ("y", 0, None, None)]);
    let plan = Plan { missing: MissingRule::Exclude, ..plan() };
    for (left, right, which) in [(&scored, &unscored, "candidate"), (&unscored, &scored, "baseline")] {
        let error = pair(left, right, &plan).unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (Code::NoOverlap, which));
        assert!(error.what.contains("2 "), "{error:?}");
    }
}

#[test]
fn any_two_scores_are_right_and_wrong() {
    let coded = |low: f64, high: f64| {
        let a = run("m", &[("x", 0, None, Some(low)), ("y", 0, None, Some(high))]);
        pair(&a, &a, &plan()).unwrap().two_values
    };
    assert_eq!(coded(0.0, 100.0), Some((0.0, 100.0)));
    assert_eq!(coded(-1.0, 1.0), Some((-1.0, 1.0)));
    let graded = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(2.0)), ("z", 0, None, Some(3.0))]);
    assert_eq!(pair(&graded, &graded, &plan()).unwrap().two_values, None);
    // A range that reaches beyond the two makes them two grades of more.
    let a = run("m", &[("x", 0, None, Some(4.0)), ("y", 0, None, Some(5.0))]);
    let wide = Plan { score_range: ScoreRange::new(1.0, 5.0), ..plan() };
    assert_eq!(pair(&a, &a, &wide).unwrap().two_values, None);
}

/// A baseline with one epoch cannot hide that the candidate left out its failing repeats.
#[test]
fn an_epoch_that_the_other_run_never_has_is_missing_where_it_is_absent() {
    let one = run("m", &[("x", 1, None, Some(1.0)), ("y", 1, None, Some(0.0))]);
    let ragged = run("m", &[("x", 1, None, Some(1.0)), ("y", 1, None, Some(0.0)), ("y", 2, None, Some(1.0))]);
    let pairs = pair(&one, &ragged, &plan()).unwrap();
    assert_eq!((pairs.gaps.counts(), pairs.gaps.candidate), ((0, 1), [("epoch not in the run", 1)].into()));
    // The same raggedness in both runs is a design.
    assert!(pair(&ragged, &ragged, &plan()).unwrap().gaps.is_empty());
}

mod slices {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::quotation::quoted;

    /// Item, slice, and the scores of baseline and candidate; `None` is unscored, and an item may be absent.
    type Sliced = (u8, Option<u8>, Option<Option<f64>>, Option<Option<f64>>);

    fn runs(items: &[Sliced], clustered: bool) -> Option<(RunFrame, RunFrame)> {
        let side = |score: fn(&Sliced) -> Option<Option<f64>>, named: u8| {
            let mut builder = RunFrameBuilder::default();
            for item in items {
                let Some(score) = score(item) else { continue };
                let (id, cluster) = (format!("i{:03}", item.0), format!("c{}", item.0 / 3));
                let score = score.and_then(Score::new).ok_or(Unscored::Missing);
                builder.push(Item { id: &id, epoch: 0, cluster: clustered.then_some(&cluster), score });
                // Of an item that both hold, a run may leave the label to the other one.
                let says = item.0 % 3 != named || item.2.is_none() || item.3.is_none();
                let slice = item.1.filter(|_| says).map(|slice| format!("s{slice}"));
                builder.slice(slice.as_deref());
            }
            builder.finish(RunMetadata { metric_name: "m".into(), ..RunMetadata::default() }).ok()
        };
        Some((side(|item| item.2, 0)?, side(|item| item.3, 1)?))
    }

    fn deltas(pairs: &Pairs) -> Vec<f64> {
        pairs.baseline.iter().zip(&pairs.candidate).map(|(b, c)| c - b).collect()
    }

    fn ids(pairs: &Pairs) -> Vec<String> {
        (0..pairs.ids.len()).map(|at| pairs.ids.get(at).to_owned()).collect()
    }

    fn score() -> impl Strategy<Value = Option<Option<f64>>> {
        prop_oneof![
            1 => Just(None),
            2 => Just(Some(None)),
            7 => (0_u8..=4).prop_map(|score| Some(Some(f64::from(score) / 4.0))),
        ]
    }

    proptest! {
        #[test]
        fn the_slices_together_are_the_whole(
            items in prop::collection::btree_map(any::<u8>(), (prop::option::of(0_u8..4), score(), score()), 1..60),
            clustered: bool,
        ) {
            let items: Vec<Sliced> = items.into_iter().map(|(id, (slice, b, c))| (id, slice, b, c)).collect();
            let Some((baseline, candidate)) = runs(&items, clustered) else { return Ok(()) };
            let plan = Plan { missing: MissingRule::Exclude, score_range: Some(ScoreRange::UNIT), ..plan() };
            let Ok(whole) = pair(&baseline, &candidate, &plan) else { return Ok(()) };
            let sizes = whole.slice_sizes();
            prop_assert_eq!(whole.slices.is_none(), sizes.is_empty());
            if sizes.is_empty() {
                prop_assert_eq!(whole.slice(None), None);
                return Ok(());
            }
            let slices: Vec<Pairs> = sizes.iter().filter_map(|size| whole.slice(size.name)).collect();
            prop_assert_eq!(slices.len(), sizes.iter().filter(|size| size.pairs > 0).count());

            // Every pair is in exactly one slice, and a slice keeps the order.
            let mut together: Vec<String> = slices.iter().flat_map(ids).collect();
            prop_assert!(slices.iter().all(|slice| ids(slice).is_sorted()));
            together.sort();
            prop_assert_eq!(together, ids(&whole));

            // The deltas of the slices, weighted by their items, are the delta of the whole.
            let sum: f64 = slices.iter().flat_map(deltas).sum();
            prop_assert!((sum - deltas(&whole).iter().sum::<f64>()).abs() < 1e-9);

            // Nothing that is missing gets lost, and no item.
            let unseen: usize = sizes.iter().filter(|size| size.pairs == 0).map(|size| size.unpaired).sum();
            let gaps: usize = slices.iter().map(|slice| slice.gaps.items.len()).sum();
            prop_assert_eq!(gaps + unseen, whole.gaps.items.len());
            let counted = |of: fn(&Counts) -> usize| slices.iter().map(|slice| of(&slice.counts)).sum::<usize>();
            prop_assert_eq!(counted(|counts| counts.pairs), whole.counts.pairs);
            if unseen == 0 {
                prop_assert_eq!(counted(|counts| counts.only_baseline), whole.counts.only_baseline);
                prop_assert_eq!(counted(|counts| counts.only_candidate), whole.counts.only_candidate);
                prop_assert_eq!(counted(|counts| counts.baseline_items), whole.counts.baseline_items);
                prop_assert_eq!(counted(|counts| counts.candidate_items), whole.counts.candidate_items);
                let mut reasons = Reasons::new();
                slices.iter().flat_map(|slice| &slice.gaps.candidate).for_each(|(why, n)| *reasons.entry(why).or_insert(0) += n);
                prop_assert_eq!(reasons, whole.gaps.candidate.clone());
            }

            // The worst case of the whole is made of those of its slices.
            let worst = |pairs: &Pairs| {
                let filled = pairs.filled(ScoreRange::UNIT, true);
                filled.candidate.iter().sum::<f64>() - filled.baseline.iter().sum::<f64>()
            };
            let of_slices: f64 = slices.iter().map(worst).sum();
            let lost: f64 = sizes.iter().filter(|size| size.pairs == 0).map(|size| size.unpaired as f64).sum();
            prop_assert!(of_slices - lost <= worst(&whole) + 1e-9);
            if unseen == 0 {
                prop_assert!((of_slices - worst(&whole)).abs() < 1e-9);
            }
        }

        /// A slice is what pairing its items alone gives: clusters and gaps included.
        #[test]
        fn a_slice_is_the_run_of_its_items(
            items in prop::collection::btree_map(any::<u8>(), (0_u8..3, score(), score()), 1..60),
            clustered: bool,
        ) {
            let items: Vec<Sliced> = items.into_iter().map(|(id, (slice, b, c))| (id, Some(slice), b, c)).collect();
            let Some((baseline, candidate)) = runs(&items, clustered) else { return Ok(()) };
            let plan = Plan { missing: MissingRule::Exclude, score_range: Some(ScoreRange::UNIT), ..plan() };
            let Ok(whole) = pair(&baseline, &candidate, &plan) else { return Ok(()) };
            if whole.clusters.is_none() && clustered {
                // In the whole, no cluster has two items.
                return Ok(());
            }
            for name in 0..3 {
                let of_slice: Vec<Sliced> = items.iter().filter(|item| item.1 == Some(name)).copied().collect();
                let alone = runs(&of_slice, clustered).and_then(|(b, c)| pair(&b, &c, &plan).ok());
                let slice = whole.slice(Some(&format!("s{name}")));
                // Alone, one of the runs may hold none of the items; then nothing is paired either way.
                let Some(alone) = alone else {
                    prop_assert_eq!(slice, None);
                    continue;
                };
                let slice = slice.expect("has pairs");
                prop_assert_eq!(&slice.counts, &alone.counts);
                if whole.slices_are_clusters() {
                    // The claim is about this one cluster, so its items are the units.
                    prop_assert!(slice.clusters.is_none());
                } else {
                    prop_assert_eq!(&slice.clusters, &alone.clusters);
                    prop_assert_eq!(&slice.gaps, &alone.gaps);
                }
                prop_assert_eq!((ids(&slice), deltas(&slice)), (ids(&alone), deltas(&alone)));
            }
        }
    }

    #[test]
    fn a_label_that_differs_between_the_runs_is_an_error() {
        let run = |slice: &str| {
            let mut builder = RunFrameBuilder::default();
            builder.push(Item {
                id: "x",
                epoch: 0,
                cluster: None,
                score: Score::new(1.0).ok_or(Unscored::Missing),
            });
            builder.slice(Some(slice));
            builder.finish(RunMetadata::default()).unwrap()
        };
        let error = pair(&run("law"), &run("art"), &plan()).unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (Code::SliceConflict, "item \"x\""));
        assert_eq!(pair(&run("law"), &run("law"), &plan()).unwrap().slice_sizes().len(), 1);
    }

    #[test]
    fn epochs_of_an_item_are_in_one_slice() {
        let run = |slices: [Option<&str>; 3]| {
            let mut builder = RunFrameBuilder::default();
            for (epoch, slice) in (0..).zip(slices) {
                builder.push(Item { id: "x", epoch, cluster: None, score: Err(Unscored::Missing) });
                builder.slice(slice);
            }
            builder.finish(RunMetadata::default())
        };
        let error = run([Some("law"), None, Some("art")]).unwrap_err();
        assert_eq!((error.code, error.place.as_str()), (Code::SliceConflict, "items[2]"));
        let told = format!("{} here and in {} at items[0]", quoted("art"), quoted("law"));
        assert!(error.what.contains(&told), "{error}");
        let run = run([None, Some("law"), None]).unwrap();
        assert_eq!(run.slices().unwrap().collect::<Vec<_>>(), [("x", Some("law"))]);
        assert_eq!(run.slice_count(), Some(1));
    }
}
