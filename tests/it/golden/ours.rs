//! Which of our functions answers a field of the golden file.

use evalsig::domain::{Claim, ClusterRule, Method, MethodChoice, Plan, Rule, Sides};
use evalsig::inference::methods::{
    Bootstrap, BootstrapT, ClusterMean, ClusterRobust, Correction, ExactConditional, ExactUnconditional,
    GAMMA, McnemarMidP, PairedT, Saddlepoint, SignFlip, Tango,
};
use evalsig::inference::sequential::ln_e_discordant;
use evalsig::inference::{
    Inversion, Sample, Unit, effect_sizes as effects, evalsig_0_1, icc, infer, multiplicity,
};
use evalsig::numerics::tails;
use serde_json::Value;

use super::formulas;
use crate::support::samples::{alpha, binary, graded, numbered, plan};

/// One case of the file.
pub(super) struct Case<'a> {
    pub(super) id: &'a str,
    pub(super) category: &'a str,
    pub(super) inputs: &'a Value,
}

impl Case<'_> {
    pub(super) fn number(&self, name: &str) -> f64 {
        self.inputs[name].as_f64().unwrap_or_else(|| panic!("{}: {name}", self.id))
    }

    fn count(&self, name: &str) -> u64 {
        self.number(name) as u64
    }

    pub(super) fn list(&self, name: &str) -> Vec<f64> {
        numbers(&self.inputs[name])
    }
}

/// The numbers in a value, in order.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        Value::Bool(yes) => vec![f64::from(u8::from(*yes))],
        _ => value.as_f64().into_iter().collect(),
    }
}

/// Ours for a field (`CR2/se` is the field `se` of `CR2`), or nothing where no function of ours answers it.
pub(super) fn ours(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    match case.category {
        "paired_t" => paired_t(&case.list("d"), field),
        "paired_t_aggregated" => aggregated(case, field),
        "tost" => equivalence(&case.list("d"), case.number("margin"), field),
        "degenerate" => degenerate(&case.list("d"), field),
        "mcnemar" => mcnemar(case.count("b"), case.count("c"), case.count("n"), field),
        "evalsig_compat" => package(case.count("b"), case.count("c"), case.count("n"), field),
        "effect_size" => effect(&case.list("baseline"), &case.list("candidate"), field),
        "multiplicity" => {
            let p = case.list("p");
            match field {
                "bonferroni" => Some(multiplicity::bonferroni(&p)),
                "holm" => Some(multiplicity::holm(&p)),
                "hochberg" => Some(multiplicity::hochberg(&p)),
                "bh" => Some(multiplicity::benjamini_hochberg(&p)),
                _ => None,
            }
        }
        "cluster_robust" => clusters(case, field),
        "signflip_exact" => flips(&case.list("d"), field),
        "signflip_exact_aggregated" => flips(&signed(case), field),
        "bootstrap_exact" => bootstrap(case, field),
        "e_value" => evidence(case, field),
        "mde" | "required_n_margin" | "power_noncentral_t" => formulas::design(case, field),
        "special_function" => formulas::special(case, field),
        _ => None,
    }
}

fn two(p: f64) -> f64 {
    (2.0 * p).min(1.0)
}

fn yes(holds: bool) -> Vec<f64> {
    vec![f64::from(u8::from(holds))]
}

fn equivalence(d: &[f64], margin: f64, field: &str) -> Option<Vec<f64>> {
    let mut plan = plan(MethodChoice::Named(Method::PairedT));
    plan.claim = Claim::within(margin)?;
    let found = infer(&graded(d), &plan).ok()?;
    match field {
        "p_noninferior" => Some(vec![found.p_claim]),
        "p_notsuperior" => found.p_upper.map(|p| vec![p]),
        "p_tost" => found.p_upper.map(|p| vec![p.max(found.p_claim)]),
        "ci90" => Some(vec![found.lower, found.upper]),
        _ => None,
    }
}

fn package(b: u64, c: u64, n: u64, field: &str) -> Option<Vec<f64>> {
    let found = evalsig_0_1(&binary(b, c, n), &legacy(Sides::One)).ok()?;
    match field {
        "p" => Some(vec![found.p_value]),
        "ci_lower" => Some(vec![found.ci_low]),
        "test_ci_disagree" => Some(yes((found.p_value < 0.05) != (found.ci_low > 0.0))),
        _ => field.strip_prefix("method=").map(|name| yes(found.label == name)),
    }
}

fn effect(baseline: &[f64], candidate: &[f64], field: &str) -> Option<Vec<f64>> {
    let differences: Vec<f64> = candidate.iter().zip(baseline).map(|(c, b)| c - b).collect();
    // The package prints 0 where an effect is undefined.
    let or_zero = |effect: Option<f64>| Some(vec![effect.unwrap_or(0.0)]);
    match field {
        "cohens_d" => or_zero(effects::cohens_d(baseline, candidate)),
        "hedges_g" => or_zero(effects::hedges_g(baseline, candidate)),
        "cohens_d_paired" => or_zero(effects::cohens_d_paired(&differences)),
        "cliffs_delta" => or_zero(effects::cliffs_delta(baseline, candidate)),
        _ => None,
    }
}

/// By counting every subset; by the saddlepoint where there are too many to count.
fn flips(d: &[f64], field: &str) -> Option<Vec<f64>> {
    let exact = SignFlip::new(&graded(d).units(), 0.0, 1, 0);
    let formula = Saddlepoint::new(d);
    let test: &dyn Inversion = if exact.resamples().is_none() { &exact } else { &formula };
    match field {
        "p_greater" => Some(vec![test.p_greater(0.0)]),
        "p_less" => Some(vec![test.p_less(0.0)]),
        "p_two" => Some(vec![two(test.p_greater(0.0).min(test.p_less(0.0)))]),
        "sum" => Some(vec![test.delta() * d.len() as f64]),
        _ => None,
    }
}

/// The differences of an aggregated case: so many of each size, the first of them positive.
fn signed(case: &Case<'_>) -> Vec<f64> {
    let (sizes, positive) = (case.list("abs_value_counts"), case.list("positive_counts"));
    let of = |([value, count], up): (&[f64; 2], &f64)| {
        let (value, count, up) = (*value, *count as usize, *up as usize);
        (0..count).map(move |i| if i < up { value } else { -value })
    };
    sizes.as_chunks::<2>().0.iter().zip(&positive).flat_map(of).collect()
}

fn bootstrap(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let sizes = case.list("cluster_sizes");
    let units: Vec<Unit> =
        case.list("cluster_sums").into_iter().zip(sizes).map(|(sum, size)| Unit { sum, size }).collect();
    let test = Bootstrap::new(&units, 0.0, 1000, 0);
    let studentised = BootstrapT::new(&units, 1, 0);
    match field {
        "mean" => Some(vec![test.delta()]),
        "cr1_se" => Some(vec![ClusterRobust::new(&units, Correction::Cr1).se()]),
        // The floor of the p-value is 1 / (B + 1).
        "p_greater_evalsig_limit" => Some(vec![test.p_greater(0.0) - 1.0 / 1001.0]),
        "p_greater_bootstrap_t" if studentised.resamples().is_none() => {
            Some(vec![studentised.p_greater(0.0)])
        }
        _ => None,
    }
}

fn evidence(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let _pairs = case.inputs.get("b")?;
    let ln_e = ln_e_discordant(case.count("b"), case.count("c"));
    match field {
        "ln_e" => Some(vec![ln_e]),
        "e" => Some(vec![ln_e.exp()]),
        "anytime_p" => Some(vec![(-ln_e).exp().min(1.0)]),
        _ => None,
    }
}

fn legacy(sides: Sides) -> Plan {
    Plan { rule: Rule::Evalsig01, sides, ..plan(MethodChoice::Auto) }
}

fn paired_t(d: &[f64], field: &str) -> Option<Vec<f64>> {
    let found = infer(&graded(d), &plan(MethodChoice::Named(Method::PairedT))).ok()?;
    let test = PairedT::new(d.len() as u64, found.delta, found.sd_diff)?;
    let sandwich = ClusterRobust::new(&graded(d).units(), Correction::Cr2);
    Some(match field {
        "n" => vec![found.units as f64],
        // With units of one item the sandwich is the standard error of Student's t.
        "se" => vec![sandwich.se()],
        "df" => vec![sandwich.df()],
        "mean" => vec![found.delta],
        "sd" => vec![found.sd_diff],
        "t" => vec![test.statistic(0.0)],
        "p_greater" => vec![found.p_zero],
        "p_less" => vec![test.p_less(0.0)],
        "p_two" => vec![two(test.p_greater(0.0).min(test.p_less(0.0)))],
        "ci95" => vec![test.lower(alpha(0.025)), test.upper(alpha(0.025))],
        "lower95" => vec![found.lower],
        "upper95" => vec![found.upper],
        "dz" => vec![effects::cohens_d_paired(d)?],
        _ => return None,
    })
}

fn aggregated(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let counts = case.list("counts");
    let pairs = || counts.as_chunks::<2>().0.iter().map(|[value, count]| (*value, *count));
    let n: f64 = pairs().map(|(_, m)| m).sum();
    if matches!(field, "n" | "mean" | "sd" | "se" | "df") {
        return summary(&pairs().collect::<Vec<_>>(), n, field);
    }
    let mean = pairs().map(|(v, m)| v * m).sum::<f64>() / n;
    let sd = (pairs().map(|(v, m)| m * (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let test = PairedT::new(n as u64, mean, sd)?;
    let log10 = std::f64::consts::LN_10;
    Some(match field {
        "t" => vec![test.statistic(0.0)],
        "p_greater" => vec![test.p_greater(0.0)],
        "log10_p_greater" => vec![tails::student_ln_sf(test.statistic(0.0), n - 1.0) / log10],
        "p_greater_normal_log10" => vec![tails::normal_ln_sf(test.statistic(0.0)) / log10],
        _ => return None,
    })
}

/// What our functions make of the items themselves; of a billion items nothing, they are never written out.
fn summary(pairs: &[(f64, f64)], n: f64, field: &str) -> Option<Vec<f64>> {
    if n > 2e6 {
        return None;
    }
    let each = |(value, count): &(f64, f64)| std::iter::repeat_n(*value, *count as usize);
    let d: Vec<f64> = pairs.iter().flat_map(each).collect();
    paired_t(&d, field)
}

fn degenerate(d: &[f64], field: &str) -> Option<Vec<f64>> {
    let mut legacy = legacy(Sides::Two);
    legacy.method = MethodChoice::Named(Method::PairedT);
    let package = evalsig_0_1(&graded(d), &legacy).ok()?;
    let flip = SignFlip::new(&graded(d).units(), 0.0, 1, 0);
    match field {
        "evalsig_p_greater" => Some(vec![package.p_value]),
        "evalsig_ci" => Some(vec![package.ci_low, package.ci_high]),
        "signflip_p_greater" => flip.resamples().is_none().then(|| vec![flip.p_greater(0.0)]),
        _ => None,
    }
}

fn mcnemar(b: u64, c: u64, n: u64, field: &str) -> Option<Vec<f64>> {
    let exact = ExactConditional::new(b, c, n);
    let at_zero = |p: fn(&ExactConditional) -> f64| exact.as_ref().map_or(1.0, p);
    let (greater, less) = (at_zero(|t| t.p_greater(0.0)), at_zero(|t| t.p_less(0.0)));
    let (midp, unconditional) = (McnemarMidP::new(n, b, c), ExactUnconditional::floored(n, b, c));
    let tango = Tango::new(b, c, n)?;
    let z = tango.statistic(0.0);
    let wald = |sides| evalsig_0_1(&binary(b, c, n), &legacy(sides)).ok().map(|o| (o.ci_low, o.ci_high));
    if let Some(margin) = field.strip_prefix("tango_z_margin_") {
        return Some(vec![tango.statistic(margin.parse().ok()?)]);
    }
    if let Some(margin) = field.strip_prefix("tango_p_greater_margin_") {
        return Some(vec![tango.p_greater(margin.parse().ok()?)]);
    }
    Some(match field {
        "exact_greater" => vec![greater],
        "exact_less" => vec![less],
        "exact_two" => vec![two(greater.min(less))],
        "midp_greater" => vec![midp.p_greater(0.0)],
        "midp_less" => vec![midp.p_less(0.0)],
        "midp_two" => vec![two(midp.p_greater(0.0).min(midp.p_less(0.0)))],
        "uncond_z_greater_bb1e-4" => vec![unconditional.p_greater(0.0)],
        // Both sides share the one confidence set, so its price is paid once.
        "uncond_z_two_bb1e-4" => {
            let smaller = unconditional.p_greater(0.0).min(unconditional.p_less(0.0));
            vec![(2.0 * (smaller - GAMMA) + GAMMA).min(1.0)]
        }
        "log10_exact_greater" => vec![tails::binomial_ln_ge(c, b + c, 0.5) / std::f64::consts::LN_10],
        "z" => vec![z],
        "p_z_greater" => vec![tango.p_greater(0.0)],
        "chi2" => vec![z * z],
        "chi2_p" => vec![tails::chi2_1_sf(z * z)],
        // We offer no continuity correction: the statistic is written out, the tail is ours.
        "chi2_cc_p" => vec![tails::chi2_1_sf((b.abs_diff(c) as f64 - 1.0).max(0.0).powi(2) / (b + c) as f64)],
        "delta" => vec![tango.delta()],
        "wald_ci95" => wald(Sides::Two).map(|(low, high)| vec![low, high])?,
        "wald_lower95" => vec![wald(Sides::One)?.0],
        "tango_ci95" => vec![tango.lower(alpha(0.025)), tango.upper(alpha(0.025))],
        "tango_lower95" => vec![tango.lower(alpha(0.05))],
        _ => return None,
    })
}

fn clusters(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let d = case.list("d");
    let labels = numbered(case.inputs["cluster"].as_array()?);
    let sample = Sample { clusters: Some(labels.clone()), ..graded(&d) };
    let units = sample.units();
    let anova = icc::anova(&d, &labels);
    let flip = SignFlip::new(&units, 0.0, 1, 0);
    let exact = flip.resamples().is_none();
    if let Some((name, field)) = field.split_once('/') {
        return sandwich(&units, name, field);
    }
    let lower = |at: f64| Some(flip.lower(alpha(at))).filter(|l| l.is_finite()).map(|l| vec![l]);
    match field {
        "cluster_sums" => Some(units.iter().map(|u| u.sum).collect()),
        "cluster_sizes" => Some(units.iter().map(|u| u.size).collect()),
        "k_eff_kish" => Some(vec![icc::effective_units(&units)]),
        "msb" => anova.map(|a| vec![a.between]),
        "msw" => anova.map(|a| vec![a.within]),
        "n0" => anova.map(|a| vec![a.n0]),
        "icc_anova_n0" => anova.map(|a| vec![a.icc]),
        "icc_evalsig_meanm_clipped" => {
            let plan =
                Plan { cluster: ClusterRule::Key("cluster".into()), resamples: 1, ..legacy(Sides::One) };
            evalsig_0_1(&sample, &plan).ok()?.icc.map(|icc| vec![icc])
        }
        "cluster_mean_t" => {
            let means = ClusterMean::new(&units);
            Some(vec![means.delta() / means.se()])
        }
        // Student's t of the cluster sums.
        "score_t" => {
            let sums: Vec<f64> = units.iter().map(|u| u.sum).collect();
            paired_t(&sums, "t")
        }
        "signflip_exact_p_greater" if exact => Some(vec![flip.p_greater(0.0)]),
        "hartigan_lower_0.95" if exact => lower(0.05),
        "hartigan_lower_0.975" if exact => lower(0.025),
        _ => None,
    }
}

fn sandwich(units: &[Unit], name: &str, field: &str) -> Option<Vec<f64>> {
    let correction = match name {
        "CR0" => Correction::Cr0,
        "CR1" => Correction::Cr1,
        "CR2" => Correction::Cr2,
        "CR3" => Correction::Cr3,
        _ => return None,
    };
    let test = ClusterRobust::new(units, correction);
    Some(match field {
        "est" => vec![test.delta()],
        "se" => vec![test.se()],
        "df_satterthwaite" => vec![test.df()],
        "p_greater" => vec![test.p_greater(0.0)],
        "p_two" => vec![two(test.p_greater(0.0).min(test.p_less(0.0)))],
        _ => return None,
    })
}
