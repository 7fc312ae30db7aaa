//! One row a method: its units, what it needs of the data, and how it is made ready.

use crate::domain::{Alpha, Diagnostic, Method, Plan};
use crate::inference::cautions::clusters;
use crate::inference::inversion::NoEvidence;
use crate::inference::methods::needs::{Needs, counts};
use crate::inference::methods::prepared::{Counts, NO_SPREAD, Prepared, Request};
use crate::inference::methods::scaled::Scaled;
use crate::inference::methods::{
    betting, bootstrap_t, bounded, cluster_mean, cr2, exact_unconditional, mcnemar, mcnemar_midp, paired_t,
    saddlepoint_hall_t, shifted_bootstrap, sign_flip, sign_flip_bootstrap_t, tango,
};
use crate::inference::sample::{Sample, Unit};
use crate::numerics::moments;

/// What the method takes as one independent draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// An item, whatever clusters there are.
    Item,
    /// A cluster where the sample has them, else an item.
    Cluster,
}

/// How a method is made ready.
#[derive(Clone, Copy)]
enum Build {
    /// From the sample as it is.
    Sample(fn(&Request<'_>, &mut Vec<String>) -> Result<Prepared, Diagnostic>),
    /// From the counts of discordant pairs; what it says is then said in the units of the scores.
    Counts(fn(&Request<'_>, Counts, &mut Vec<String>) -> Result<Prepared, Diagnostic>),
    /// From units that are not all equal, at least so many at an alpha.
    Units { least: fn(Alpha) -> usize, build: fn(&Request<'_>, &[Unit], &mut Vec<String>) -> Prepared },
}

/// What the library knows of a method beyond its name.
#[derive(Clone, Copy)]
struct Row {
    units: UnitKind,
    needs: Needs,
    build: Build,
}

fn row(method: Method) -> Row {
    use Build::{Counts, Sample, Units};
    use UnitKind::{Cluster, Item};
    let two = |_: Alpha| 2;
    let flips = sign_flip::needed;
    let (units, needs, build) = match method {
        Method::PairedT => (Item, Needs::TwoItems, Sample(paired_t::build)),
        Method::PairedPermutation => {
            (Item, Needs::TwoItems, Units { least: two, build: sign_flip::build_random })
        }
        Method::PairedBootstrap => {
            (Item, Needs::TwoItems, Units { least: two, build: shifted_bootstrap::build })
        }
        Method::Mcnemar => (Item, Needs::TwoScores, Counts(mcnemar::build)),
        Method::ClusterBootstrap => {
            (Cluster, Needs::Clusters, Units { least: two, build: shifted_bootstrap::build })
        }
        Method::ExactUnconditional => (Item, Needs::TwoScores, Counts(exact_unconditional::build)),
        Method::Tango => (Item, Needs::TwoScores, Counts(tango::build)),
        Method::McnemarMidp => (Item, Needs::TwoScores, Counts(mcnemar_midp::build)),
        Method::SignFlip => (Cluster, Needs::OneItem, Units { least: flips, build: sign_flip::build }),
        Method::BootstrapT => (Cluster, Needs::OneItem, Units { least: two, build: bootstrap_t::build }),
        Method::FlipAndT => {
            (Cluster, Needs::OneItem, Units { least: flips, build: sign_flip_bootstrap_t::build })
        }
        Method::SaddleAndHall => {
            (Item, Needs::TwoItems, Units { least: two, build: saddlepoint_hall_t::build })
        }
        Method::Cr2 => (Cluster, Needs::OneItem, Units { least: two, build: cr2::build }),
        Method::ClusterMean => (Cluster, Needs::Clusters, Units { least: two, build: cluster_mean::build }),
        Method::Betting => (Item, Needs::UnitInterval, Sample(betting::build)),
        Method::Bounded => (Cluster, Needs::Range, Sample(bounded::build)),
    };
    Row { units, needs, build }
}

/// What the method takes as one independent draw.
pub(crate) fn unit_kind(method: Method) -> UnitKind {
    row(method).units
}

/// Makes the method ready. `notes` receives what a reader must know of the fit.
///
/// # Errors
/// `method-does-not-fit` where it cannot take the data; `too-few-items` where it needs more of them.
pub(crate) fn prepare(
    method: Method,
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    let request = Request { method, sample, plan };
    let Row { units: kind, needs, build } = row(method);
    if let Some(k) = sample.cluster_count()
        && kind == UnitKind::Item
    {
        notes.push(clusters::ignored_clusters(method, k));
    }
    needs.check(&request)?;
    match build {
        Build::Sample(build) => build(&request, notes),
        Build::Counts(build) => {
            let prepared = build(&request, counts(&request)?, notes)?;
            // Tests of 0/1 scores count; what they say is said in the user's units.
            let unit = sample.two_valued.unwrap_or(1.0);
            Ok(Prepared { test: Scaled::by(unit, prepared.test), ..prepared })
        }
        Build::Units { least, build } => {
            let units = match kind {
                UnitKind::Item => sample.items(),
                UnitKind::Cluster => sample.units(),
            };
            if kind == UnitKind::Cluster && sample.clusters.is_some() {
                clusters::unequal_sizes(&units, notes);
            }
            Ok(on_units(&request, &units, least(request.alpha()), build, notes))
        }
    }
}

fn on_units(
    request: &Request<'_>,
    units: &[Unit],
    least: usize,
    build: fn(&Request<'_>, &[Unit], &mut Vec<String>) -> Prepared,
    notes: &mut Vec<String>,
) -> Prepared {
    let nothing = || {
        let delta = moments::mean(&request.sample.differences());
        Prepared::formula(Box::new(NoEvidence { delta }), request.label())
    };
    if units.len() < least {
        return Prepared { too_few: Some((units.len(), least)), ..nothing() };
    }
    if no_spread(units, request.sample.resolution()) {
        notes.push(NO_SPREAD.into());
        return Prepared { blind: Some(NEVER_DIFFER), ..nothing() };
    }
    let prepared = build(request, units, notes);
    let alpha = request.alpha().get();
    if prepared.resamples.is_some_and(|b| 1.0 / (f64::from(b) + 1.0) > alpha) {
        let draws = request.plan.resamples;
        notes.push(format!("{draws} resamples cannot reach a p of {alpha}: draw more"));
    }
    prepared
}

const NEVER_DIFFER: &str = "all differences are equal";

/// Whether all units have one mean, but for rounding of the scores (`resolution`) and of their sums.
fn no_spread(units: &[Unit], resolution: f64) -> bool {
    let means: Vec<f64> = units.iter().map(|unit| unit.sum / unit.size).collect();
    let widest = units.iter().map(|unit| unit.size).fold(1.0, f64::max);
    moments::constant(&means, resolution * widest)
}
