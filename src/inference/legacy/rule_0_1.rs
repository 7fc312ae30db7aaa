//! The rule of Python evalsig 0.1.2, for those who must reproduce its decisions.

use super::numpy;
use crate::domain::{Claim, ClusterRule, Code, Diagnostic, Method, MethodChoice, Plan, Sides, Verdict};
use crate::inference::icc;
use crate::inference::inversion::Formula as _;
use crate::inference::methods::paired_t::PairedT;
use crate::inference::methods::{mcnemar, shifted_bootstrap};
use crate::inference::planning::mde;
use crate::inference::resampling::sign_flips;
use crate::inference::sample::{Sample, Unit};
use crate::numerics::stream::{Purpose, Streams};
use crate::numerics::{moments, tails};

/// What Python evalsig 0.1.2 would report, and decide.
#[derive(Clone, Debug, PartialEq)]
pub struct LegacyOutcome {
    /// Mean of the differences, bit for bit as numpy sums them.
    pub delta: f64,
    /// Lower end of its interval.
    pub ci_low: f64,
    /// Upper end of its interval; infinite for a one-sided test.
    pub ci_high: f64,
    /// 1 - alpha.
    pub ci_level: f64,
    /// Of H0: delta <= 0, or delta = 0 for two sides. Never of a margin.
    pub p_value: f64,
    /// p < alpha, and a positive delta for one side.
    pub significant: bool,
    /// Its name of the method: `mcnemar_exact`, `paired_permutation`, ...
    pub label: &'static str,
    /// Effect that it calls detectable, from the observed standard deviation.
    pub mde: f64,
    /// Standard deviation of the differences (n - 1).
    pub sd_diff: f64,
    /// Number of clusters, for `cluster_bootstrap`.
    pub clusters: Option<usize>,
    /// Its intra-cluster correlation, from the mean size and clipped at 0, for `cluster_bootstrap`.
    pub icc: Option<f64>,
    /// ALLOW where significant and delta >= `min_delta`; else INCONCLUSIVE where not significant and
    /// mde > `min_delta`; else REJECT.
    pub verdict: Verdict,
    /// Number of items, in all, at which the MDE would equal `min_delta`; for INCONCLUSIVE with a
    /// positive `min_delta`.
    pub needed_items: Option<u64>,
    /// What it would advise, in our words.
    pub suggestion: Option<String>,
    /// What a reader must know of this rule on these data.
    pub notes: Vec<String>,
}

/// p-value, interval, label of one method.
struct Tested {
    p: f64,
    interval: (f64, f64),
    label: &'static str,
}

/// What would Python evalsig 0.1.2 decide?
///
/// Its choice of method (clusters only where the user named a cluster key; else McNemar for 0/1 scores and
/// random sign flips for the rest), its p-value, interval and MDE, its rule. Formulas agree to 1e-12,
/// resampling within Monte-Carlo error: `tests/golden/parity_0_1_2.json`.
///
/// ```text
/// significant   p < alpha (one side: and delta > 0)
/// ALLOW         significant and delta >= min_delta
/// INCONCLUSIVE  not significant and mde > min_delta
/// REJECT        otherwise
/// ```
///
/// p tests delta against 0, so this passes about half of the candidates that sit exactly at min_delta, at
/// any number of items.
///
/// It departs from the package where that would crash or mislead outright: `min_delta` 0 is INCONCLUSIVE
/// without a number of items (it divides by zero); McNemar on graded scores is an error (it truncates them
/// to integers); one cluster is INCONCLUSIVE (it reports p = 1 / (B + 1) and an interval without width).
/// In resampling, decimal scores that tie on paper count as ties here, and by the luck of rounding there.
///
/// # Parameters
/// - `sample`: oriented paired scores, at least two items (one for McNemar).
/// - `plan`: its claim must be "above"; clusters count only where the plan names their key.
///
/// # Errors
/// `method-does-not-fit` where the package has no such method or it cannot take the data; `too-few-items`
/// below two items; `bad-usage` for an equivalence claim, which the package does not know.
///
/// # Example
/// ```
/// use evalsig::domain::{Claim, Plan, Verdict};
/// use evalsig::inference::{Sample, evalsig_0_1};
///
/// let baseline = vec![0.0; 20];
/// let candidate: Vec<f64> = (0..20).map(|item| f64::from(item % 2)).collect();
/// let found = evalsig_0_1(&Sample::graded(baseline, candidate, None), &Plan::of(Claim::Above { min_delta: 0.1 }))?;
/// assert_eq!((found.label, found.verdict), ("mcnemar_exact", Verdict::Allow));
/// assert!((found.p_value - 0.5_f64.powi(10)).abs() < 1e-15);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn evalsig_0_1(sample: &Sample, plan: &Plan) -> Result<LegacyOutcome, Diagnostic> {
    let Claim::Above { min_delta } = plan.claim else {
        return Err(Code::BadUsage
            .at("--equivalence")
            .what("the rule evalsig-0.1 knows no equivalence claim")
            .next("leave out --rule, or use --min-delta"));
    };
    sample.check()?;
    let asked = matches!(plan.cluster, ClusterRule::Key(_));
    let clusters = sample.clusters.as_ref().filter(|_| asked);
    let method = match plan.method {
        MethodChoice::Named(method) => method,
        MethodChoice::Auto if clusters.is_some() => Method::ClusterBootstrap,
        MethodChoice::Auto if is_binary(sample) => Method::Mcnemar,
        MethodChoice::Auto => Method::PairedPermutation,
    };
    let mut notes = Vec::new();
    if sample.clusters.is_some() && !asked {
        notes.push(
            "the data carry clusters, and this rule ignores them unless --cluster names them".to_owned(),
        );
    }
    let differences = sample.differences();
    let n = differences.len();
    if n < if method == Method::Mcnemar { 1 } else { 2 } {
        return Err(Code::TooFewItems
            .at("items")
            .what(format!("{n} paired items, and {method} needs at least 2"))
            .next("pair more items"));
    }
    let (delta, sd) = (numpy::mean(&differences), numpy::sd(&differences));
    let (tested, delta, by_cluster) = match method {
        Method::PairedT => (paired_t(delta, sd, n, plan), delta, None),
        Method::PairedPermutation => (paired_permutation(sample, delta, plan), delta, None),
        Method::PairedBootstrap => (resampled(&sample.items(), delta, plan, "paired_bootstrap"), delta, None),
        Method::Mcnemar => {
            let (tested, delta) = mcnemar_0_1(sample, plan)?;
            (tested, delta, None)
        }
        Method::ClusterBootstrap => {
            let Some(of) = clusters else {
                return Err(Code::MethodDoesNotFit
                    .at("--method")
                    .what("cluster_bootstrap needs clusters that --cluster names")
                    .next("name them, or use another method"));
            };
            let units = sample.units();
            let icc = icc_by_mean_size(&differences, of, units.len());
            (resampled(&units, delta, plan, "cluster_bootstrap"), delta, Some((units.len(), icc)))
        }
        Method::ExactUnconditional
        | Method::Tango
        | Method::McnemarMidp
        | Method::SignFlip
        | Method::BootstrapT
        | Method::FlipAndT
        | Method::SaddleAndHall
        | Method::Cr2
        | Method::ClusterMean
        | Method::Betting
        | Method::Bounded => {
            return Err(Code::MethodDoesNotFit
                .at("--method")
                .what(format!("Python evalsig 0.1.2 has no method {method}"))
                .next("leave out --rule, or name one of its methods"));
        }
    };
    let deff = by_cluster.map_or(1.0, |(k, icc)| 1.0 + (n as f64 / k as f64 - 1.0) * icc);
    let mde = mde(sd, n as f64, deff, plan.alpha, plan.power.get(), plan.sides);
    let one_cluster = by_cluster.is_some_and(|(k, _)| k < 2);
    if one_cluster {
        notes.push("one cluster is one independent unit: nothing can be tested".into());
    }
    let Tested { p, interval, label } = match one_cluster {
        true => Tested { p: 1.0, interval: (f64::NEG_INFINITY, f64::INFINITY), ..tested },
        false => tested,
    };
    let significant = p < plan.alpha.get() && (plan.sides == Sides::Two || delta > 0.0);
    let verdict = match significant {
        _ if one_cluster => Verdict::Inconclusive,
        true if delta >= min_delta => Verdict::Allow,
        false if mde > min_delta => Verdict::Inconclusive,
        _ => Verdict::Reject,
    };
    let needed_items = (verdict == Verdict::Inconclusive && !one_cluster && min_delta > 0.0)
        .then(|| (n as f64 * (mde / min_delta).powi(2)).ceil())
        .filter(|total| total.is_finite())
        .map(|total| total as u64);
    Ok(LegacyOutcome {
        delta,
        ci_low: interval.0,
        ci_high: interval.1,
        ci_level: 1.0 - plan.alpha.get(),
        p_value: p,
        significant,
        label,
        mde,
        sd_diff: sd,
        clusters: by_cluster.map(|(k, _)| k),
        icc: by_cluster.map(|(_, icc)| icc),
        verdict,
        needed_items,
        suggestion: suggestion(verdict, needed_items, n, significant, min_delta),
        notes,
    })
}

fn suggestion(
    verdict: Verdict,
    needed: Option<u64>,
    n: usize,
    significant: bool,
    min_delta: f64,
) -> Option<String> {
    match (verdict, needed) {
        (Verdict::Inconclusive, Some(total)) => Some(format!(
            "by this rule about {total} items in all would do, {} more than now, for an effect of {min_delta}",
            total.saturating_sub(n as u64)
        )),
        (Verdict::Reject, _) if significant => {
            Some(format!("an improvement over 0 was shown, and the observed one is below {min_delta}"))
        }
        _ => None,
    }
}

/// Every score 0 or 1, or 0 or -1 where less is better.
fn is_binary(sample: &Sample) -> bool {
    let all = |one: f64| sample.baseline.iter().chain(&sample.candidate).all(|s| *s == 0.0 || *s == one);
    all(1.0) || all(-1.0)
}

fn paired_t(mean: f64, sd: f64, n: usize, plan: &Plan) -> Tested {
    let label = "paired_t";
    let Some(test) = PairedT::new(n as u64, mean, sd) else {
        let p = if mean == 0.0 { 1.0 } else { 0.0 };
        return Tested { p, interval: (mean, mean), label };
    };
    let df = (n - 1) as f64;
    let half = |p: f64| tails::student_isf(p, df) * sd / (n as f64).sqrt();
    let alpha = plan.alpha.get();
    match plan.sides {
        Sides::One => Tested { p: test.greater(0.0), interval: (mean - half(alpha), f64::INFINITY), label },
        Sides::Two => Tested {
            p: 2.0 * tails::student_sf(test.statistic(0.0).abs(), df),
            interval: (mean - half(alpha / 2.0), mean + half(alpha / 2.0)),
            label,
        },
    }
}

/// McNemar with its Wald interval, which is not the test's own; and delta as the difference of two means.
fn mcnemar_0_1(sample: &Sample, plan: &Plan) -> Result<(Tested, f64), Diagnostic> {
    if !is_binary(sample) {
        return Err(Code::MethodDoesNotFit
            .at("--method")
            .what("mcnemar tests scores of 0 or 1, and this run has others")
            .next("use --method auto"));
    }
    let (mut broken, mut fixed) = (0_u64, 0_u64);
    for difference in sample.differences() {
        broken += u64::from(difference < 0.0);
        fixed += u64::from(difference > 0.0);
    }
    let n = sample.len() as f64;
    let discordant = broken + fixed;
    let (gap, many) = (fixed as f64 - broken as f64, discordant as f64);
    let exact = discordant <= mcnemar::EXACT_UP_TO;
    let p = match plan.sides {
        _ if discordant == 0 => 1.0,
        Sides::One if exact => tails::binomial_ge(fixed, discordant, 0.5),
        Sides::Two if exact => (2.0 * tails::binomial_ge(fixed.max(broken), discordant, 0.5)).min(1.0),
        Sides::One => tails::normal_sf(gap / many.sqrt()),
        // With the continuity correction, which the one-sided test does without.
        Sides::Two => tails::chi2_1_sf((gap.abs() - 1.0).powi(2) / many),
    };
    let difference = gap / n;
    let error = ((many - gap * gap / n) / (n * n)).max(0.0).sqrt();
    let half = |alpha: f64| tails::normal_isf(alpha) * error;
    let alpha = plan.alpha.get();
    let interval = match plan.sides {
        Sides::One => (difference - half(alpha), f64::INFINITY),
        Sides::Two => (difference - half(alpha / 2.0), difference + half(alpha / 2.0)),
    };
    let delta = moments::sum(&sample.candidate) / n - moments::sum(&sample.baseline) / n;
    Ok((Tested { p, interval, label: if exact { "mcnemar_exact" } else { "mcnemar_chi2" } }, delta))
}

/// Random sign flips of items for p; a bootstrap of items, unrelated, for the interval.
fn paired_permutation(sample: &Sample, delta: f64, plan: &Plan) -> Tested {
    let items = sample.items();
    let n = items.len() as f64;
    let streams = Streams::new(plan.seed, Purpose::SignFlip);
    let largest = items.iter().fold(0.0_f64, |top, item| top.max(item.sum.abs()));
    let slack = sign_flips::depth(items.len()) as f64 * f64::EPSILON * largest + sample.resolution();
    let beats = |subset: &&Unit| {
        let flipped = delta - 2.0 * subset.sum / n;
        match plan.sides {
            Sides::One => flipped >= delta - slack,
            Sides::Two => flipped.abs() >= delta.abs() - slack,
        }
    };
    let count = sign_flips::random_totals(&items, &streams, plan.resamples).iter().filter(beats).count();
    Tested {
        p: (count as f64 + 1.0) / (f64::from(plan.resamples) + 1.0),
        interval: percentiles(shifted_bootstrap::means(&items, plan.resamples, plan.seed), plan),
        label: "paired_permutation",
    }
}

/// The bootstrap of items or clusters: p from means centred at 0, percentiles for the interval.
fn resampled(units: &[Unit], delta: f64, plan: &Plan, label: &'static str) -> Tested {
    let means = shifted_bootstrap::means(units, plan.resamples, plan.seed);
    let beats = |mean: &&f64| match plan.sides {
        Sides::One => **mean - delta >= delta,
        Sides::Two => (**mean - delta).abs() >= delta.abs(),
    };
    let draws = f64::from(plan.resamples);
    let p = (means.iter().filter(beats).count() as f64 / draws).max(1.0 / (draws + 1.0));
    Tested { p, interval: percentiles(means, plan), label }
}

fn percentiles(mut means: Vec<f64>, plan: &Plan) -> (f64, f64) {
    means.sort_unstable_by(f64::total_cmp);
    let alpha = plan.alpha.get();
    match plan.sides {
        Sides::One => (quantile(&means, alpha), f64::INFINITY),
        Sides::Two => (quantile(&means, alpha / 2.0), quantile(&means, 1.0 - alpha / 2.0)),
    }
}

/// The quantile between two order statistics by linear interpolation, numpy's default.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() as f64 - 1.0);
    let at = |index: f64| sorted.get(index as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * (place - place.floor())
}

/// Intra-cluster correlation with the mean size where n0 belongs, clipped at 0: too small wherever sizes
/// differ.
fn icc_by_mean_size(differences: &[f64], clusters: &[u32], k: usize) -> f64 {
    let Some(anova) = icc::anova(differences, clusters) else { return 0.0 };
    let mean_size = differences.len() as f64 / k as f64;
    let total = anova.between + (mean_size - 1.0) * anova.within;
    if total > 0.0 { ((anova.between - anova.within) / total).max(0.0) } else { 0.0 }
}
