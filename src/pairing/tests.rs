use super::*;
use crate::domain::{Claim, EpochRule, Item, RunFrameBuilder, RunNames, Score};

type Row = (&'static str, u32, Option<&'static str>, Option<f64>);

fn run(metric: &str, rows: &[Row]) -> RunFrame {
    let mut builder = RunFrameBuilder::default();
    for (id, epoch, cluster, score) in rows {
        let score = score.and_then(Score::new).ok_or(Unscored::Missing);
        builder.push(Item { id, epoch: *epoch, cluster: *cluster, score });
    }
    builder.finish(RunNames { metric_name: metric.into(), ..RunNames::default() }).unwrap()
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
    let a = run("m", &[("x", 0, Some("q"), Some(1.0)), ("y", 0, Some("p"), Some(1.0))]);
    let bare = run("m", &[("x", 0, None, Some(1.0)), ("y", 0, None, Some(0.0))]);
    let pairs = pair(&a, &bare, &plan()).unwrap();
    assert_eq!((pairs.clusters, pairs.notes.len()), (Some(vec![1, 0]), 1));
    let b = run("m", &[("x", 0, Some("p"), Some(1.0)), ("y", 0, Some("p"), Some(1.0))]);
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
