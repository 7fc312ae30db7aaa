//! What more answers to the same items would show: how to go on after INCONCLUSIVE where there are no more items.

use crate::domain::number_format::count;
use crate::domain::{EpochRule, Plan, RunFrame};
use crate::inference::Sample;
use crate::inference::planning::{Forecast, RepeatsPlan, spread, variance_components};
use crate::pairing::{Pairs, repeats};

/// More answers to one item are no plan.
const MOST_ANSWERS: f64 = 100.0;

/// The power that was planned for, from the items that there are. `None` where the items suffice, where epochs do not tell the
/// luck of an answer from the item, and where no number of answers that anyone pays for does it.
pub(super) fn without_new_items(
    forecast: &Forecast,
    runs: [&RunFrame; 2],
    pairs: &Pairs,
    sample: &Sample,
    plan: &Plan,
) -> Option<String> {
    let need = forecast.needed?.ok().filter(|_| !forecast.enough())?;
    // Runs of one answer an item need no second look.
    if plan.epochs != EpochRule::Mean || runs.iter().any(|run| run.len() == run.item_count()) {
        return None;
    }
    let [baseline, candidate] = runs.map(|run| repeats(run, &pairs.ids));
    let parts = variance_components(&baseline, &candidate)?;
    let spread = spread(sample).ok()?;
    let answers: usize = baseline.items().chain(candidate.items()).map(<[f64]>::len).sum();
    // Answers that an item has in one run, on average.
    let each = answers as f64 / (2 * sample.len()) as f64;
    let share = forecast.units as f64 / need.clusters.unwrap_or(need.items) as f64;
    let times = RepeatsPlan::new(parts, spread.sd, spread.design_effect)
        .lowered_to(each, share)
        .filter(|times| *times <= MOST_ANSWERS)?;
    let more = 2.0 * forecast.items as f64 * (times - each);
    Some(format!(
        "without new items, {} answers to each of these {} items in both runs do as well ({} answers more)",
        count(times as u64),
        count(forecast.items),
        count(more.round() as u64)
    ))
}
