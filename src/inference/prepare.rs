//! From a method's name to a test made ready for one sample, with what a reader must know of the fit.

use super::betting::Betting;
use super::betting_first::OneOrder;
use super::bootstrap_t::BootstrapT;
use super::bounded::Bounded;
use super::cr2::{ClusterMean, ClusterRobust, Correction};
use super::exact_unconditional::ExactUnconditional;
use super::guarded::Guarded;
use super::hall_t::HallT;
use super::inversion::NoEvidence;
use super::mcnemar_midp::McnemarMidP;
use super::saddlepoint::Saddlepoint;
use super::scaled::Scaled;
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
    /// Why the method can refute nothing here, however far off: the data hardly vary.
    pub(super) blind: Option<&'static str>,
}

impl Prepared {
    pub(super) fn formula(test: Box<dyn Inversion>, label: &'static str) -> Self {
        Self { test, label, resamples: None, too_few: None, blind: None }
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
        | Method::ClusterMean
        | Method::Bounded => true,
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
    // Tests of 0/1 scores count; what they say is said in the user's units.
    let unit = sample.two_valued.unwrap_or(1.0);
    let counted = |test, label| Prepared::formula(Scaled::by(unit, test), label);
    match method {
        Method::PairedT => Ok(Prepared::formula(paired_t::prepare(sample, notes)?, label)),
        Method::Tango => Ok(counted(tango::prepare(sample, notes)?, label)),
        Method::Mcnemar => mcnemar::prepare(sample, margin, notes).map(|(test, label)| counted(test, label)),
        Method::ExactUnconditional => {
            let (broken, fixed, items) = tango::counts(sample, label)?;
            let test = match plan.edition {
                Edition::First => ExactUnconditional::floored(items, broken, fixed),
                Edition::Second => ExactUnconditional::new(items, broken, fixed),
            };
            Ok(counted(Box::new(test), label))
        }
        Method::McnemarMidp => {
            let (broken, fixed, items) = tango::counts(sample, label)?;
            if margin {
                notes.push("mid-p McNemar tests a difference of 0 only: it can refute no other value".into());
            }
            Ok(counted(Box::new(McnemarMidP::new(items, broken, fixed)), label))
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
        Method::Bounded => Ok(Prepared::formula(Box::new(bounded(sample)?), label)),
        Method::PairedPermutation => on_items(OnUnits::RandomFlips, label, sample, plan, notes),
        Method::PairedBootstrap => on_items(OnUnits::Bootstrap, label, sample, plan, notes),
        Method::SaddleAndHall => on_items(OnUnits::SaddleAndHall, label, sample, plan, notes),
        Method::SignFlip => Ok(on_clusters(OnUnits::SignFlip, label, sample, plan, notes)),
        Method::BootstrapT => Ok(on_clusters(OnUnits::BootstrapT, label, sample, plan, notes)),
        Method::FlipAndT => Ok(on_clusters(OnUnits::FlipAndT, label, sample, plan, notes)),
        Method::Cr2 => Ok(on_clusters(OnUnits::Cr2, label, sample, plan, notes)),
        Method::ClusterBootstrap => {
            need_clusters(sample, label)?;
            Ok(on_clusters(OnUnits::Bootstrap, label, sample, plan, notes))
        }
        Method::ClusterMean => {
            need_clusters(sample, label)?;
            Ok(on_clusters(OnUnits::ClusterMean, label, sample, plan, notes))
        }
    }
}

/// The methods that take independent units, whatever these are.
#[derive(Clone, Copy, Debug)]
enum OnUnits {
    SignFlip,
    RandomFlips,
    BootstrapT,
    FlipAndT,
    SaddleAndHall,
    Cr2,
    ClusterMean,
    Bootstrap,
}

fn need_clusters(sample: &Sample, label: &str) -> Result<(), Diagnostic> {
    if sample.clusters.is_some() {
        return Ok(());
    }
    Err(Code::MethodDoesNotFit
        .at("--method")
        .what(format!("{label} works on clusters, and this run carries none"))
        .next("use --method auto, or name the clusters with --cluster"))
}

/// Items are the units, whatever clusters they belong to.
fn on_items(
    test: OnUnits,
    label: &'static str,
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Result<Prepared, Diagnostic> {
    paired_t::need_two(sample.len(), label)?;
    Ok(on_units(test, label, &sample.items(), sample, plan, notes))
}

/// Clusters are the units where the sample has them.
fn on_clusters(
    test: OnUnits,
    label: &'static str,
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Prepared {
    let units = sample.units();
    if sample.clusters.is_some() {
        auto::cluster_notes(&units, notes);
    }
    on_units(test, label, &units, sample, plan, notes)
}

fn on_units(
    method: OnUnits,
    label: &'static str,
    units: &[Unit],
    sample: &Sample,
    plan: &Plan,
    notes: &mut Vec<String>,
) -> Prepared {
    let alpha = plan.alpha_each();
    let nothing = || Box::new(NoEvidence { delta: moments::mean(&sample.differences()) });
    let least = match method {
        OnUnits::SignFlip | OnUnits::FlipAndT => sign_flip::needed(alpha),
        OnUnits::RandomFlips
        | OnUnits::BootstrapT
        | OnUnits::SaddleAndHall
        | OnUnits::Cr2
        | OnUnits::ClusterMean
        | OnUnits::Bootstrap => 2,
    };
    if units.len() < least {
        return Prepared { too_few: Some((units.len(), least)), ..Prepared::formula(nothing(), label) };
    }
    let resolution = moments::resolution(sample);
    if auto::no_spread(units, resolution) {
        notes.push(paired_t::NO_SPREAD.into());
        return Prepared { blind: Some(NEVER_DIFFER), ..Prepared::formula(nothing(), label) };
    }
    let (draws, seed) = (plan.resamples, plan.seed);
    let flip = || SignFlip::new(units, resolution, draws, seed);
    let studentised = || BootstrapT::new(units, draws, seed);
    let mut blind = None;
    let (test, resamples): (Box<dyn Inversion>, Option<u32>) = match method {
        OnUnits::SignFlip => {
            let test = flip();
            let resamples = test.resamples();
            (Box::new(test), resamples)
        }
        OnUnits::BootstrapT => {
            let test = studentised();
            let resamples = test.resamples();
            (Box::new(test), resamples)
        }
        OnUnits::FlipAndT => {
            notes.extend(auto::few_items(units.len()).filter(|_| sample.clusters.is_none()));
            let both = Guarded { test: flip(), guard: studentised() };
            let resamples = both.test.resamples().or(both.guard.resamples());
            if both.guard.lower(alpha) == f64::NEG_INFINITY {
                blind = Some(HARDLY_DIFFER);
            }
            (Box::new(both), resamples)
        }
        OnUnits::SaddleAndHall => {
            let differences = sample.differences();
            let both = Guarded { test: Saddlepoint::new(&differences), guard: HallT::new(&differences) };
            (Box::new(both), None)
        }
        OnUnits::Cr2 => (Box::new(ClusterRobust::new(units, Correction::Cr2)), None),
        OnUnits::ClusterMean => {
            notes.push(
                "cluster_mean weighs every cluster the same, whatever its size: its delta is the mean of cluster \
                 means, another quantity than the mean over items"
                    .into(),
            );
            (Box::new(ClusterMean::new(units)), None)
        }
        OnUnits::RandomFlips => (Box::new(SignFlip::random(units, resolution, draws, seed)), Some(draws)),
        OnUnits::Bootstrap => (Box::new(Bootstrap::new(units, resolution, draws, seed)), Some(draws)),
    };
    if resamples.is_some_and(|b| 1.0 / (f64::from(b) + 1.0) > alpha.get()) {
        notes.push(format!("{draws} resamples cannot reach a p of {}: draw more", alpha.get()));
    }
    Prepared { test, label, resamples, too_few: None, blind }
}

const NEVER_DIFFER: &str = "all differences are equal";
const HARDLY_DIFFER: &str = "so few units differ that a resample often holds none of them";

/// The bounded test of the sample's units.
///
/// # Errors
/// `method-does-not-fit` where the range of the scores is not known.
fn bounded(sample: &Sample) -> Result<Bounded, Diagnostic> {
    sample.span.and_then(|span| Bounded::new(&sample.units(), span)).ok_or_else(|| {
        Code::MethodDoesNotFit
            .at("--method")
            .what("bounded needs to know the range of the scores, and nothing states it")
            .next("name it with --score-range, or use --method auto")
    })
}

/// The bounded test in place of a method of `auto` that can refute nothing, and why; `None` where the method
/// has something to go by, or the range of the scores is not known.
pub(super) fn instead(prepared: &Prepared, sample: &Sample, method: Method) -> Option<(Prepared, String)> {
    let why = prepared.blind?;
    let (span, test) = (sample.span?, bounded(sample).ok()?);
    let reason = format!(
        "{why}, which leaves {method} nothing to go by; two scores of an item lie at most {span} apart, and from \
         that alone bounded draws its bounds"
    );
    Some((Prepared::formula(Box::new(test), Method::Bounded.as_str()), reason))
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
