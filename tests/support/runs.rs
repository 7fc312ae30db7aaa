//! Runs as plain values, to make files of and to compare readings with.

use evalsig::domain::{RunFrame, Unscored};
use proptest::prelude::*;

/// A row: item, epoch, cluster, score.
pub(crate) type Row = (String, u32, Option<String>, Option<f64>);

/// The rows of a run in the order of its file; unscored ones without a score, whatever the reason.
pub(crate) fn rows(run: &RunFrame) -> Vec<Row> {
    run.rows()
        .map(|item| {
            let score = item.score.ok().map(|score| score.get());
            (item.id.to_owned(), item.epoch, item.cluster.map(str::to_owned), score)
        })
        .collect()
}

/// How many rows are unscored because the score was not finite.
pub(crate) fn not_finite(run: &RunFrame) -> usize {
    run.unscored().get(&Unscored::NotFinite).copied().unwrap_or(0)
}

/// Any text: short words, escapes, controls, every plane.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{1,12}", "[\"\\\\/\u{8}\u{c}\n\r\t\u{0}\u{7f}]{0,4}", "\\PC{0,6}", any::<String>()]
}

/// Rows of a valid run: no (item, epoch) twice, clusters for all or none.
pub(crate) fn valid_rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let score = prop_oneof![
        Just(None),
        prop::sample::select(vec![Some(0.0), Some(1.0), Some(0.5)]),
        any::<f64>().prop_map(|x| x.is_finite().then_some(x + 0.0)),
    ];
    let row = (text(), prop_oneof![Just(0), any::<u32>()], text(), score);
    (prop::collection::vec(row, 1..most), any::<bool>()).prop_map(|(mut rows, clustered)| {
        let mut seen = std::collections::BTreeSet::new();
        rows.retain(|(id, epoch, ..)| seen.insert((id.clone(), *epoch)));
        rows.into_iter()
            .map(|(id, epoch, cluster, score)| (id, epoch, clustered.then_some(cluster), score))
            .collect()
    })
}
