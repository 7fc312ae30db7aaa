//! Which method fits the data, from their shape alone, and what to say about the fit.

use super::{Sample, Unit, icc, moments};
use crate::domain::Method;

/// Beyond this many discordant pairs the score test is as good as exact (level .0488 to .0509).
const EXACT_UP_TO: u64 = 2000;
/// Beyond this many items flips and resamples are replaced by formulas.
const RESAMPLED_UP_TO: usize = 2000;

/// The method for a sample, and the reason in words. It looks at the kind of scores and at the clusters,
/// never at who won.
///
/// | data | method |
/// |---|---|
/// | clusters | `sign_flip_bootstrap_t` of clusters |
/// | 0/1 scores in one epoch, no clusters, at most 2000 discordant pairs | `exact_unconditional` |
/// | the same with more | `tango` |
/// | graded scores or several epochs, no clusters, at most 2000 items | `sign_flip_bootstrap_t` of items |
/// | the same with more | `saddlepoint_hall_t` |
#[must_use]
pub fn choose(sample: &Sample) -> (Method, String) {
    if let Some(k) = sample.cluster_count() {
        let reason = format!("items share {k} clusters, and clusters are the independent units");
        return (Method::FlipAndT, reason);
    }
    let values = if zero_or_one(sample) { "scores are 0 or 1" } else { "there are two scores" };
    let binary = format!("{values} in one epoch, and items are independent");
    let graded = "scores are graded or averaged over epochs, and items are independent";
    match sample.discordance() {
        Some((broken, fixed, _)) if broken + fixed <= EXACT_UP_TO => {
            (Method::ExactUnconditional, format!("{binary}; at most {EXACT_UP_TO} pairs are discordant"))
        }
        Some(_) => (Method::Tango, format!("{binary}; more than {EXACT_UP_TO} pairs are discordant")),
        None if sample.len() <= RESAMPLED_UP_TO => (Method::FlipAndT, graded.into()),
        None => (Method::SaddleAndHall, format!("{graded}; there are more than {RESAMPLED_UP_TO}")),
    }
}

/// Whether right and wrong are called 1 and 0, also where orientation turned the sign.
fn zero_or_one(sample: &Sample) -> bool {
    sample.baseline.iter().chain(&sample.candidate).all(|score| *score == 0.0 || score.abs() == 1.0)
        && sample.two_valued == Some(1.0)
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

/// Up to so many items rare large losses are a danger: 50 log-normal items err at .083, 20 at .107.
const FEW_ITEMS: usize = 50;

/// What a reader must know of few independent items.
pub(super) fn few_items(items: usize) -> Option<String> {
    (items <= FEW_ITEMS).then(|| {
        format!(
            "{items} items are few for graded scores: if large losses are rarer than large gains, or the reverse, this \
             sample may show neither, and a wrong verdict is likelier than alpha says"
        )
    })
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
