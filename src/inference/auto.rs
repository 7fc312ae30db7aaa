//! Which method fits the data, from their shape alone, and what to say about the fit.

use super::{Sample, Unit, icc, moments};
use crate::domain::Method;

/// The method for a sample, and the reason in words. It looks at the kind of scores and at the clusters,
/// never at who won.
///
/// | data | method |
/// |---|---|
/// | clusters | `sign_flip` of clusters |
/// | 0/1 scores in one epoch, no clusters | `tango` |
/// | graded scores or several epochs, no clusters | `sign_flip` of items |
#[must_use]
pub fn choose(sample: &Sample) -> (Method, String) {
    if let Some(k) = sample.cluster_count() {
        let reason = format!("items share {k} clusters, and clusters are the independent units");
        return (Method::SignFlip, reason);
    }
    match sample.discordance() {
        // `exact_unconditional` takes its place here, up to 2000 discordant pairs.
        Some(_) => (Method::Tango, "scores are 0 or 1 in one epoch, and items are independent".into()),
        None => {
            (Method::SignFlip, "scores are graded or averaged over epochs, and items are independent".into())
        }
    }
}

/// Below this many effective units a note says so.
const FEW_EFFECTIVE: f64 = 6.0;
/// A cluster with more than this share of the items is named.
const DOMINANT: f64 = 0.4;

/// What a reader must know of the clusters' sizes.
pub(super) fn cluster_notes(units: &[Unit], notes: &mut Vec<String>) {
    let effective = icc::effective_units(units);
    let items: f64 = units.iter().map(|unit| unit.size).sum();
    let largest = units.iter().map(|unit| unit.size).fold(0.0, f64::max);
    if effective < FEW_EFFECTIVE {
        notes.push(format!(
            "the {} clusters weigh like {effective:.1} equal ones: the result rests on few independent units",
            units.len()
        ));
    }
    if largest > DOMINANT * items {
        notes.push(format!(
            "one cluster holds {:.0} % of the items: the result is largely about that cluster",
            100.0 * largest / items
        ));
    }
}

/// What a named method overlooks that takes items as independent.
pub(super) fn ignored_clusters(method: Method, clusters: usize) -> String {
    format!(
        "{method} takes items as independent and IGNORES the {clusters} clusters of this run: where items of a \
         cluster resemble each other (ICC .5, 20 items each) such a gate allows 29 % of candidates that are no \
         better; --method auto uses the clusters"
    )
}

/// Whether all units have one mean, but for rounding of the scores (`resolution`) and of their sums.
pub(super) fn no_spread(units: &[Unit], resolution: f64) -> bool {
    let means: Vec<f64> = units.iter().map(|unit| unit.sum / unit.size).collect();
    let widest = units.iter().map(|unit| unit.size).fold(1.0, f64::max);
    moments::constant(&means, resolution * widest)
}
