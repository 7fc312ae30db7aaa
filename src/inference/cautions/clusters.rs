//! What a reader must know of the clusters: few or unequal ones, and methods that ignore them.

use crate::domain::Method;
use crate::inference::icc;
use crate::inference::sample::Unit;

/// Below this many effective units a note says so.
const FEW_EFFECTIVE: f64 = 6.0;
/// A cluster with more than this share of the items is named.
const DOMINANT: f64 = 0.4;

/// What a reader must know of the clusters' sizes.
pub(crate) fn unequal_sizes(units: &[Unit], notes: &mut Vec<String>) {
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
pub(crate) fn ignored_clusters(method: Method, clusters: usize) -> String {
    format!(
        "{method} takes items as independent and IGNORES the {clusters} clusters of this run: where items of a \
         cluster resemble each other (ICC .5, 20 items each) such a gate allows 29 % of candidates that are no \
         better; --method auto uses the clusters"
    )
}
