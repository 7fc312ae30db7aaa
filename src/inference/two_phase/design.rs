//! What is tested in place of candidate - baseline, and how its spread becomes that of delta.

use super::adjusted::{Adjusted, Known};
use super::betting_without_replacement::BettingWithoutReplacement;
use super::null_variance::NullVariance;
use super::phase::{Guard, TwoPhase};
use super::worst_mass::WorstMass;
use crate::domain::{About, Code, Diagnostic, Method, MethodChoice, Plan};
use crate::inference::inversion::Inversion;
use crate::inference::methods::IntersectionUnion;
use crate::inference::sample::{Sample, Unit};

/// The sample of what the prediction leaves: the prediction stands in the baseline's place. `None` where there is but
/// one phase.
///
/// In a draw by strata each item counts by what it stands for, N_h / n_h items of N / n.
pub(crate) fn residual(sample: &Sample) -> Option<Sample> {
    let phase = sample.two_phase.as_ref()?;
    let weights = weights(phase, sample.len());
    let weighted = |scores: &[f64]| match &weights {
        None => scores.to_vec(),
        Some(weights) => scores.iter().zip(weights).map(|(score, weight)| score * weight).collect(),
    };
    let unpredicted = phase.predicted == sample.baseline;
    let most = weights.iter().flatten().copied().fold(1.0, f64::max);
    Some(Sample {
        baseline: weighted(&phase.predicted),
        candidate: weighted(&sample.candidate),
        clusters: sample.clusters.clone(),
        // Only the baseline's own score leaves differences of -1, 0 and 1.
        two_valued: sample.two_valued.filter(|_| unpredicted && weights.is_none()),
        span: sample.span.map(|span| span * most),
        two_phase: None,
    })
}

/// What each item of the sample counts: 1 on average; `None` where all count the same.
fn weights(phase: &TwoPhase, items: usize) -> Option<Vec<f64>> {
    let (of_items, sizes) = phase.strata.as_ref()?;
    let mut drawn = vec![0.0; sizes.len()];
    for stratum in of_items {
        if let Some(drawn) = drawn.get_mut(*stratum as usize) {
            *drawn += 1.0;
        }
    }
    let all: f64 = sizes.iter().sum();
    let weight = |stratum: &u32| {
        let (size, drawn) = (sizes.get(*stratum as usize), drawn.get(*stratum as usize));
        size.zip(drawn).map_or(1.0, |(size, drawn)| size / all * items as f64 / drawn)
    };
    Some(of_items.iter().map(weight).collect())
}

/// The test of what the prediction leaves, as a test of delta.
///
/// # Errors
/// `method-does-not-fit` where betting is asked for and the claim is about the population, or clusters were drawn.
pub(crate) fn test_of_delta(
    sample: &Sample,
    residual: &Sample,
    method: Method,
    plan: &Plan,
    test: Box<dyn Inversion>,
) -> Result<Box<dyn Inversion>, Diagnostic> {
    let Some(phase) = &sample.two_phase else { return Ok(test) };
    let spread = Spread::of(sample, residual, phase);
    if phase.about == About::Bank && spread.units >= spread.first {
        return Ok(Box::new(Known(test.delta() + phase.gain)));
    }
    if method == Method::Betting {
        if phase.about == About::Population || sample.clusters.is_some() || phase.strata.is_some() {
            return Err(no_betting());
        }
        let test = BettingWithoutReplacement::of(sample, residual, phase.units, plan);
        return Ok(Box::new(Adjusted::new(Box::new(test), phase.gain, 1.0)));
    }
    // Bounded takes nothing from the spread that was seen, so nothing of it is scaled. It holds without replacement
    // too: drawn units are negatively associated (Joag-Dev and Proschan 1983).
    let scale = if method == Method::Bounded { 1.0 } else { spread.scale() };
    let adjusted = Adjusted::new(test, phase.gain, scale);
    if plan.method != MethodChoice::Auto || method == Method::Bounded {
        return Ok(Box::new(adjusted));
    }
    let delta = adjusted.delta();
    Ok(match &phase.guard {
        Guard::Bank { baseline, predictions, two_values: Some(two_values) }
            if sample.clusters.is_none() && residual.two_valued.is_none() =>
        {
            let design = (scale, spread.units);
            let guard = NullVariance::new(delta, *baseline, predictions, *two_values, design);
            Box::new(IntersectionUnion { test: adjusted, guard })
        }
        Guard::Judge => match sample.span {
            Some(span) => {
                let paired = if phase.about == About::Population { spread.paired } else { 0.0 };
                let guard = WorstMass {
                    delta,
                    mean: delta - phase.gain,
                    variance: spread.left,
                    paired,
                    span,
                    units: spread.units,
                    first: spread.first,
                };
                Box::new(IntersectionUnion { test: adjusted, guard })
            }
            None => Box::new(adjusted),
        },
        Guard::Bank { .. } => Box::new(adjusted),
    })
}

fn no_betting() -> Diagnostic {
    Code::MethodDoesNotFit
        .at("--method")
        .what("betting on a sample makes a claim about the bank that single items were drawn from, and this gate makes another one")
        .next("use --about bank with items drawn one by one, or --method auto")
}

/// The sample as if its items had been paired and as many draws had left the standard error that the two phases leave:
/// what a plan for another run goes by.
pub(crate) fn as_if_paired(sample: &Sample) -> Option<Sample> {
    let phase = sample.two_phase.as_ref()?;
    let residual = residual(sample)?;
    let scale = Spread::of(sample, &residual, phase).scale();
    let differences = residual.differences();
    let mean = crate::numerics::moments::mean(&differences);
    let moved = differences.iter().map(|d| phase.gain + mean + scale * (d - mean)).collect();
    let paired = Sample::graded(vec![0.0; differences.len()], moved, sample.clusters.clone());
    Some(Sample { span: sample.span, ..paired })
}

/// Variances over units of the sample, a unit's sum taken from its mean and over the mean size.
struct Spread {
    /// Of what the prediction leaves, as independent draws would have it.
    left: f64,
    /// The same within strata, times the share of the first phase that was not drawn.
    drawn: f64,
    /// Of candidate - baseline.
    paired: f64,
    units: f64,
    first: f64,
    about: About,
}

impl Spread {
    fn of(sample: &Sample, residual: &Sample, phase: &TwoPhase) -> Self {
        let own = residual.units();
        let (left, units) = (variance(&own), own.len() as f64);
        let drawn = match &phase.strata {
            None => left * (1.0 - units / phase.units).max(0.0),
            Some((of_items, sizes)) => within_strata(&residual.differences(), of_items, sizes),
        };
        Self { left, drawn, paired: variance(&sample.units()), units, first: phase.units, about: phase.about }
    }

    /// Standard error of delta over that of independent draws.
    fn scale(&self) -> f64 {
        let bank = match self.about {
            About::Bank => 0.0,
            About::Population => self.paired * self.units / self.first,
        };
        if self.left > 0.0 { ((self.drawn + bank) / self.left).sqrt() } else { 1.0 }
    }
}

/// Variance of the means of units, each with the weight of its size (the linearised ratio).
fn variance(units: &[Unit]) -> f64 {
    let k = units.len() as f64;
    let (sum, size) = units.iter().fold((0.0, 0.0), |(s, m), unit| (s + unit.sum, m + unit.size));
    let mean = sum / size;
    let squares: f64 = units.iter().map(|unit| (unit.sum - mean * unit.size).powi(2)).sum();
    if k < 2.0 { 0.0 } else { squares / (k - 1.0) / (size / k).powi(2) }
}

/// n times the variance of a mean by strata; differences are weighted already, by N_h / n_h over N / n.
fn within_strata(differences: &[f64], of_items: &[u32], sizes: &[f64]) -> f64 {
    let mut strata = vec![Vec::new(); sizes.len()];
    for (difference, stratum) in differences.iter().zip(of_items) {
        if let Some(stratum) = strata.get_mut(*stratum as usize) {
            stratum.push(*difference);
        }
    }
    let n = differences.len() as f64;
    strata
        .iter()
        .zip(sizes)
        .map(|(own, size)| {
            let drawn = own.len() as f64;
            // n Var = n sum W_h^2 (1 - n_h/N_h) S_h^2 / n_h, and the weighted S_h is S_h times W_h n / n_h.
            drawn / n * (1.0 - drawn / size).max(0.0) * crate::numerics::moments::sd(own).powi(2)
        })
        .sum()
}
