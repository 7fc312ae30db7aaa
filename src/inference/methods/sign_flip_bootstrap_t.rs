//! Sign flips of the sampling units, guarded by the bootstrap-t: both must refute.

use crate::inference::inversion::Inversion as _;
use crate::inference::methods::bootstrap_t::BootstrapT;
use crate::inference::methods::intersection_union::IntersectionUnion;
use crate::inference::methods::prepared::{Prepared, Request};
use crate::inference::methods::sign_flip::SignFlip;
use crate::inference::sample::Unit;

/// Up to so many items rare large losses are a danger: 50 log-normal items err at .083, 20 at .107.
const FEW_ITEMS: usize = 50;

/// What a reader must know of few independent items.
fn few_items(items: usize) -> Option<String> {
    (items <= FEW_ITEMS).then(|| {
        format!(
            "{items} items are few for graded scores: if large losses are rarer than large gains, or the reverse, this \
             sample may show neither, and a wrong verdict is likelier than alpha says"
        )
    })
}

const HARDLY_DIFFER: &str = "so few units differ that a resample often holds none of them";

/// Makes `sign_flip_bootstrap_t` ready.
pub(crate) fn build(request: &Request<'_>, units: &[Unit], notes: &mut Vec<String>) -> Prepared {
    let (draws, seed) = (request.plan.resamples, request.plan.seed);
    notes.extend(few_items(units.len()).filter(|_| request.sample.clusters.is_none()));
    let both = IntersectionUnion {
        test: SignFlip::new(units, request.sample.resolution(), draws, seed),
        guard: BootstrapT::new(units, draws, seed),
    };
    let resamples = both.test.resamples().or(both.guard.resamples());
    let blind = both.guard.lower(request.plan.alpha_each()) == f64::NEG_INFINITY;
    Prepared {
        resamples,
        blind: blind.then_some(HARDLY_DIFFER),
        ..Prepared::formula(Box::new(both), request.label())
    }
}
