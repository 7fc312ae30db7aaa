//! What more answers to the same items would show: how to go on after INCONCLUSIVE where there are no more items.

use crate::domain::number_format::count;
use crate::domain::{EpochRule, Plan, RunFrame};
use crate::inference::Sample;
use crate::inference::planning::{Forecast, RepeatsPlan, spread, variance_components};
use crate::pairing::{Pairs, repeats};

/// How much of the spread is the luck of single answers, known from runs that answered each item several times.
pub(super) struct Answers {
    plan: RepeatsPlan,
    /// Answers an item has in one run, on average.
    each: f64,
}

impl Answers {
    /// From the epochs of both runs; `None` where they cannot tell the luck of an answer from the item.
    pub(super) fn of(runs: [&RunFrame; 2], pairs: &Pairs, sample: &Sample, plan: &Plan) -> Option<Self> {
        // Runs of one answer an item need no second look.
        let repeated = runs.iter().all(|run| run.len() > run.item_count());
        if !repeated || plan.epochs != EpochRule::Mean || plan.sampling.is_some() {
            return None;
        }
        let [baseline, candidate] = runs.map(|run| repeats(run, &pairs.ids));
        let parts = variance_components(&baseline, &candidate)?;
        let spread = spread(sample).ok()?;
        let answers: usize = baseline.items().chain(candidate.items()).map(<[f64]>::len).sum();
        Some(Self {
            plan: RepeatsPlan::new(parts, spread.sd, spread.design_effect),
            each: answers as f64 / (2 * sample.len()) as f64,
        })
    }

    /// The same power from the items that there are; `None` where no number of answers that anyone pays for suffices.
    pub(super) fn without_new_items(&self, forecast: &Forecast) -> Option<String> {
        let need = forecast.needed?.ok().filter(|_| !forecast.enough())?;
        let share = forecast.units as f64 / need.clusters.unwrap_or(need.items) as f64;
        let times = self.plan.lowered_to(self.each, share).filter(|times| *times <= MOST_ANSWERS)?;
        let more = 2.0 * forecast.items as f64 * (times - self.each);
        Some(format!(
            "without new items, {} answers to each of these {} items in both runs do as well ({} answers more)",
            count(times as u64),
            count(forecast.items),
            count(more.round() as u64)
        ))
    }
}

/// More answers to one item are no plan.
const MOST_ANSWERS: f64 = 100.0;
