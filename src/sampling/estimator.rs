//! From a bank, a draw and a candidate to pairs that know what they were drawn from.

use std::collections::{BTreeMap, BTreeSet};

use super::bank::Bank;
use super::draw::draw;
use super::{errors, predict};
use crate::domain::{About, Diagnostic, DrawnUnit, Plan, RunFrame, Sampling};
use crate::numerics::moments::mean;
use crate::pairing::{FirstPhase, Pairs, Source, Strata, pair};

/// Predictions that a guard looks at one by one; more are put together.
const GROUPS: usize = 256;

/// A bank, what was drawn from it, and what is predicted of a candidate.
#[derive(Clone, Debug)]
pub struct DrawnBank<'a> {
    bank: Bank<'a>,
    sampling: &'a Sampling,
    /// Positions of the drawn items, ascending.
    drawn: Vec<usize>,
    /// What is predicted on each item of the bank.
    predicted: Vec<f64>,
}

impl<'a> DrawnBank<'a> {
    /// Draws from the bank as the plan says, and predicts the candidate on every item of it.
    ///
    /// # Parameters
    /// - `bank`: the bank; its content is what the plan names.
    /// - `sampling`: how items were drawn, and by what the rest is predicted.
    /// - `history`: mean score of past models on each item of the bank, in ascending order of id; empty without any.
    ///
    /// # Errors
    /// `runs-differ` where the bank is another one; those of [`draw`]; `bad-usage` where items were drawn from a bank of
    /// clusters and the claim is about the population.
    pub fn new(bank: Bank<'a>, sampling: &'a Sampling, history: &[f64]) -> Result<Self, Diagnostic> {
        let found = bank.digest();
        if found != sampling.bank {
            return Err(errors::other_bank(&sampling.bank.to_string(), &found.to_string()));
        }
        let items = sampling.draw.unit == DrawnUnit::Items;
        if sampling.about == About::Population && items && bank.clusters().is_some() {
            return Err(errors::clusters_in_population());
        }
        let drawn = draw(&bank, &sampling.draw)?;
        let predicted = match &sampling.predictor {
            Some(predictor) => predict(&bank, predictor.weights, history),
            None => bank.scores().to_vec(),
        };
        Ok(Self { bank, sampling, drawn, predicted })
    }

    /// The ids of the drawn items, ascending.
    #[must_use]
    pub fn ids(&self) -> Vec<&'a str> {
        self.drawn.iter().filter_map(|at| Some(self.bank.items().get(*at)?.id)).collect()
    }

    /// The bank.
    #[must_use]
    pub fn bank(&self) -> &Bank<'a> {
        &self.bank
    }

    /// What is known of the bank beside these pairs of drawn items.
    fn first_phase(&self, pairs: &Pairs) -> FirstPhase {
        let (mut of_pairs, mut of_gaps) = (Vec::with_capacity(self.drawn.len()), Vec::new());
        let mut next = 0;
        // Pairs and drawn items are both in ascending order of id, and what is no pair is a gap.
        for at in &self.drawn {
            let paired = self
                .bank
                .items()
                .get(*at)
                .is_some_and(|item| next < pairs.ids.len() && item.id == pairs.ids.get(next));
            if paired {
                next += 1;
                of_pairs.push(*at);
            } else {
                of_gaps.push(*at);
            }
        }
        let predicted = |places: &[usize]| -> Vec<f64> {
            places.iter().filter_map(|at| self.predicted.get(*at).copied()).collect()
        };
        let strata = self.sampling.draw.strata.as_ref().map(|_| {
            let (strata, count) = self.bank.strata();
            let of = |places: &[usize]| places.iter().filter_map(|at| strata.get(*at).copied()).collect();
            let mut sizes = vec![0; count];
            for stratum in &strata {
                if let Some(size) = sizes.get_mut(*stratum as usize) {
                    *size += 1;
                }
            }
            Strata { of_pairs: of(&of_pairs), of_gaps: of(&of_gaps), sizes }
        });
        let clusters = match self.sampling.draw.unit {
            DrawnUnit::Items => None,
            DrawnUnit::Clusters => self.bank.clusters().map(|(_, count)| count),
        };
        let baseline = mean(self.bank.scores());
        FirstPhase {
            about: self.sampling.about,
            predicted: predicted(&of_pairs),
            predicted_of_gaps: predicted(&of_gaps),
            gain: mean(&self.predicted) - baseline,
            items: self.predicted.len(),
            clusters,
            strata,
            source: Source::Bank { baseline, predictions: grouped(&self.predicted) },
        }
    }
}

/// Pairs the drawn items of the bank with the candidate's.
///
/// # Returns
/// Pairs in which every drawn item is a pair or a gap, with what is known of the bank. What the candidate holds beyond
/// the drawn items is not looked at, and a note says so.
///
/// # Errors
/// Those of [`pair`].
pub fn drawn_pairs(drawn: &DrawnBank<'_>, candidate: &RunFrame, plan: &Plan) -> Result<Pairs, Diagnostic> {
    let ids: BTreeSet<&str> = drawn.ids().into_iter().collect();
    let beyond = {
        let mut all: Vec<&str> = candidate.sorted().map(|row| row.id).collect();
        all.dedup();
        all.iter().filter(|id| !ids.contains(*id)).count()
    };
    let baseline = drawn.bank.run().of_items(&ids)?;
    let part = (beyond > 0).then(|| candidate.of_items(&ids)).transpose();
    let part = part.map_err(|_| errors::nothing_drawn(candidate.item_count(), ids.len()))?;
    let mut pairs = pair(&baseline, part.as_ref().unwrap_or(candidate), plan)?;
    if drawn.sampling.draw.unit == DrawnUnit::Items {
        // The draw made the items independent, whatever they have in common.
        pairs.clusters = None;
        pairs.gaps.items.iter_mut().for_each(|gap| gap.cluster = None);
    }
    if beyond > 0 {
        pairs.notes.push(format!(
            "the candidate holds {beyond} item(s) beyond the sample, which were not looked at: whoever knew their scores \
             before the draw could have chosen the seed"
        ));
    }
    pairs.first_phase = Some(drawn.first_phase(&pairs));
    Ok(pairs)
}

/// Each prediction that occurs, ascending, and how often; of very many, neighbours are put together.
fn grouped(predicted: &[f64]) -> Vec<(f64, f64)> {
    let mut sorted = predicted.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut distinct: Vec<(f64, f64)> = Vec::new();
    for same in sorted.chunk_by(|a, b| a == b) {
        distinct.extend(same.first().map(|value| (*value, same.len() as f64)));
    }
    if distinct.len() <= GROUPS {
        return distinct;
    }
    let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (at, value) in sorted.iter().enumerate() {
        groups.entry(at * GROUPS / sorted.len()).or_default().push(*value);
    }
    groups.into_values().map(|group| (mean(&group), group.len() as f64)).collect()
}
