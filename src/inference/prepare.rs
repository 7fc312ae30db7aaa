//! From a method's name to a test made ready for one sample, with what a reader must know of the fit.

use super::betting::Betting;
use super::betting_first::OneOrder;
use super::bootstrap_t::BootstrapT;
use super::cr2::{ClusterMean, ClusterRobust, Correction};
use super::exact_unconditional::ExactUnconditional;
use super::guarded::Guarded;
use super::hall_t::HallT;
use super::inversion::NoEvidence;
use super::mcnemar_midp::McnemarMidP;
use super::saddlepoint::Saddlepoint;
use super::{
    Bootstrap, Inversion, Sample, SignFlip, Unit, auto, mcnemar, moments, paired_t, sign_flip, tango,
};
use crate::domain::{Code, Diagnostic, Edition, Method, Plan};

/// A method made ready for one sample.
pub(super) struct Prepared {
    pub(super) test: Box<dyn Inversion>,
    pub(super) label: &'static str,
    /// Random resamples drawn, if any.
    pub(super) resamples: Option<u32>,
    /// (units, units needed) where no test can reach alpha.
    pub(super) too_few: Option<(usize, usize)>,
}

impl Prepared {
    fn formula(test: Box<dyn Inversion>, label: &'static str) -> Self {
        Self { test, label, resamples: None, too_few: None }
    }
}

/// Whether clusters, where there are any, are the method's units.
pub(super) fn uses_clusters(method: Method) -> bool {
    match method {
        Method::SignFlip
        | Method::BootstrapT
        | Method::FlipAndT
        | Method::ClusterBootstrap
        | Method::Cr2
        | Method::ClusterMean => true,
        Method::PairedT
        | Method::PairedPermutation
        | Method::PairedBootstrap
        | Method::Mcnemar
        | Method::McnemarMidp
        | Method::Tango
        | Method::ExactUnconditional
        | Method::SaddleAndHall
        | Method::Betting => false,
    }
}

/// Makes the method ready.
///
/// # Errors
/// `method-does-not-fit` where it cannot take the data; `too-few-items` where it needs more of them.
pub(super) fn prepare(
    method: Method,
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    if let Some(k) = sample.cluster_count()
        && !uses_clusters(method)
    {
        notes.push(auto::ignored_clusters(method, k));
    }
    let label = method.as_str();
    let margin = plan.claim.lower_null() != 0.0;
    match method {
        Method::PairedT => Ok(Prepared::formula(paired_t::prepare(sample, notes)?, label)),
        Method::Tango => Ok(Prepared::formula(tango::prepare(sample, notes)?, label)),
        Method::Mcnemar => {
            mcnemar::prepare(sample, margin, notes).map(|(test, label)| Prepared::formula(test, label))
        }
        Method::ExactUnconditional => {
            let (broken, fixed, items) = tango::counts(sample, label)?;
            Ok(Prepared::formula(Box::new(ExactUnconditional::new(items, broken, fixed)), label))
        }
        Method::McnemarMidp => {
            let (broken, fixed, items) = tango::counts(sample, label)?;
            if margin {
                notes.push("mid-p McNemar tests a difference of 0 only: it can refute no other value".into());
            }
            Ok(Prepared::formula(Box::new(McnemarMidP::new(items, broken, fixed)), label))
        }
        Method::Betting => {
            in_unit_interval(sample)?;
            let (differences, alpha, seed) = (sample.differences(), plan.alpha_each(), plan.seed);
            let test: Box<dyn Inversion> = match plan.edition {
                Edition::First => Box::new(OneOrder::new(&differences, -1.0, 1.0, alpha, seed)),
                Edition::Second => Box::new(Betting::new(&differences, -1.0, 1.0, alpha, seed)),
            };
            Ok(Prepared::formula(test, label))
        }
        Method::ClusterBootstrap | Method::ClusterMean if sample.clusters.is_none() => {
            Err(Code::MethodDoesNotFit
                .at("--method")
                .what(format!("{label} works on clusters, and this run carries none"))
                .next("use --method auto, or name the clusters with --cluster"))
        }
        Method::PairedPermutation | Method::PairedBootstrap | Method::SaddleAndHall => {
            paired_t::need_two(sample.len(), label)?;
            Ok(on_units(method, &sample.items(), sample, plan, notes))
        }
        Method::SignFlip
        | Method::BootstrapT
        | Method::FlipAndT
        | Method::ClusterBootstrap
        | Method::Cr2
        | Method::ClusterMean => {
            let units = sample.units();
            if sample.clusters.is_some() {
                auto::cluster_notes(&units, notes);
            }
            Ok(on_units(method, &units, sample, plan, notes))
        }
    }
}

/// The methods that take independent units, whatever these are.
fn on_units(
    method: Method,
    units: &[Unit],
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Prepared {
    let (alpha, label) = (plan.alpha_each(), method.as_str());
    let nothing = || Box::new(NoEvidence { delta: moments::mean(&sample.differences()) });
    let least = match method {
        Method::SignFlip | Method::FlipAndT => sign_flip::needed(alpha),
        _ => 2,
    };
    if units.len() < least {
        let too_few = Some((units.len(), least));
        return Prepared { test: nothing(), label, resamples: None, too_few };
    }
    let resolution = moments::resolution(sample);
    if auto::no_spread(units, resolution) {
        notes.push(paired_t::NO_SPREAD.into());
        return Prepared::formula(nothing(), label);
    }
    let (draws, seed) = (plan.resamples, plan.seed);
    let flip = || SignFlip::new(units, resolution, draws, seed);
    let studentised = || BootstrapT::new(units, draws, seed);
    let (test, resamples): (Box<dyn Inversion>, Option<u32>) = match method {
        Method::SignFlip => {
            let test = flip();
            let resamples = test.resamples();
            (Box::new(test), resamples)
        }
        Method::BootstrapT => {
            let test = studentised();
            let resamples = test.resamples();
            (Box::new(test), resamples)
        }
        Method::FlipAndT => {
            notes.extend(auto::few_items(units.len()).filter(|_| sample.clusters.is_none()));
            let both = Guarded { test: flip(), guard: studentised() };
            let resamples = both.test.resamples().or(both.guard.resamples());
            (Box::new(both), resamples)
        }
        Method::SaddleAndHall => {
            let differences = sample.differences();
            let both = Guarded { test: Saddlepoint::new(&differences), guard: HallT::new(&differences) };
            (Box::new(both), None)
        }
        Method::Cr2 => (Box::new(ClusterRobust::new(units, Correction::Cr2)), None),
        Method::ClusterMean => {
            notes.push(
                "cluster_mean weighs every cluster the same, whatever its size: its delta is the mean of cluster \
                 means, another quantity than the mean over items"
                    .into(),
            );
            (Box::new(ClusterMean::new(units)), None)
        }
        Method::PairedPermutation => {
            (Box::new(SignFlip::random(units, resolution, draws, seed)), Some(draws))
        }
        _ => (Box::new(Bootstrap::new(units, resolution, draws, seed)), Some(draws)),
    };
    if resamples.is_some_and(|b| 1.0 / (f64::from(b) + 1.0) > alpha.get()) {
        notes.push(format!("{draws} resamples cannot reach a p of {}: draw more", alpha.get()));
    }
    Prepared { test, label, resamples, too_few: None }
}

/// Betting needs to know how far a difference can go; scores between 0 and 1 say so.
fn in_unit_interval(sample: &Sample) -> Result<(), Diagnostic> {
    let scores = || sample.baseline.iter().chain(&sample.candidate);
    // Orientation may have turned every sign.
    if scores().all(|s| (0.0..=1.0).contains(s)) || scores().all(|s| (-1.0..=0.0).contains(s)) {
        return Ok(());
    }
    Err(Code::MethodDoesNotFit
        .at("--method")
        .what("betting needs scores between 0 and 1, and this run has others")
        .next("scale the scores to 0..1, or use --method auto"))
}
