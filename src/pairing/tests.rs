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
