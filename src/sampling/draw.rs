//! Which items a seed draws from a bank.

use super::bank::Bank;
use super::errors;
use crate::domain::{Diagnostic, Draw, DrawnUnit};
use crate::numerics::stream::{Purpose, Streams};

/// Which items of the bank are drawn? A simple random sample without replacement of items, or of clusters with all
/// of their items; by strata, each stratum gives its share, and at least two.
///
/// # Parameters
/// - `bank`: in ascending order of item id, so the order of rows in a file changes nothing.
/// - `draw`: what is drawn, how much of it, and the seed. The same bank and draw give the same items for ever.
///
/// # Returns
/// The positions of the drawn items in the bank, ascending.
///
/// # Errors
/// `too-few-items` where the bank holds less than is to be drawn, or a draw by strata cannot give two items of each;
/// `cluster-missing` where clusters are to be drawn and the bank carries none.
pub fn draw(bank: &Bank<'_>, draw: &Draw) -> Result<Vec<usize>, Diagnostic> {
    let streams = Streams::new(draw.seed, Purpose::Draw);
    let count = draw.count as usize;
    let all = bank.items().len();
    match (draw.unit, &draw.strata) {
        (DrawnUnit::Clusters, _) => {
            let (clusters, names) = bank.clusters().ok_or_else(errors::no_clusters)?;
            enough(count, names, "clusters")?;
            let drawn = streams.replicate(0).sample(names, count);
            Ok((0..all)
                .filter(|at| clusters.get(*at).is_some_and(|c| drawn.binary_search(&(*c as usize)).is_ok()))
                .collect())
        }
        (DrawnUnit::Items, None) => {
            enough(count, all, "items")?;
            Ok(streams.replicate(0).sample(all, count))
        }
        (DrawnUnit::Items, Some(_)) => {
            enough(count, all, "items")?;
            let (strata, names) = bank.strata();
            let mut members = vec![Vec::new(); names];
            for (at, stratum) in strata.iter().enumerate() {
                if let Some(members) = members.get_mut(*stratum as usize) {
                    members.push(at);
                }
            }
            let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
            let shares = shares(&sizes, count).ok_or_else(|| errors::too_many_strata(names, count))?;
            let mut drawn: Vec<usize> = members
                .iter()
                .zip(shares)
                .enumerate()
                .flat_map(|(stratum, (members, share))| {
                    let mut stream = streams.replicate(stratum as u64);
                    stream
                        .sample(members.len(), share)
                        .into_iter()
                        .filter_map(|at| members.get(at).copied())
                        .collect::<Vec<_>>()
                })
                .collect();
            drawn.sort_unstable();
            Ok(drawn)
        }
    }
}

fn enough(wanted: usize, there: usize, what: &str) -> Result<(), Diagnostic> {
    if wanted == 0 || wanted > there { Err(errors::bank_too_small(wanted, there, what)) } else { Ok(()) }
}

/// What each stratum gives: its share of `count`, rounded so that they add up to it (largest remainder), at least two
/// of each that has two. `None` where that is more than `count`.
fn shares(sizes: &[usize], count: usize) -> Option<Vec<usize>> {
    let all: usize = sizes.iter().sum();
    let least: Vec<usize> = sizes.iter().map(|size| (*size).min(2)).collect();
    if least.iter().sum::<usize>() > count {
        return None;
    }
    let exact = |size: usize| size as f64 * count as f64 / all as f64;
    let mut shares: Vec<usize> =
        sizes.iter().zip(&least).map(|(size, least)| (exact(*size) as usize).clamp(*least, *size)).collect();
    while let found = shares.iter().sum::<usize>()
        && found != count
    {
        // Whoever is farthest from its exact share gives or takes one; of equals the first.
        let gap = |at: usize| {
            let (size, share) = (sizes.get(at).copied().unwrap_or(0), shares.get(at).copied().unwrap_or(0));
            (exact(size) - share as f64, share < size, share > least.get(at).copied().unwrap_or(0))
        };
        let more = found < count;
        let open = (0..sizes.len()).filter(|at| if more { gap(*at).1 } else { gap(*at).2 });
        let by_gap = |a: &usize, b: &usize| gap(*a).0.total_cmp(&gap(*b).0);
        let at = if more { open.rev().max_by(by_gap) } else { open.min_by(by_gap) }?;
        if let Some(share) = shares.get_mut(at) {
            *share = if more { *share + 1 } else { *share - 1 };
        }
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use super::shares;
    use crate::numerics::stream::{Purpose, Streams};

    /// Frozen: a sample that was drawn must be drawn again for ever.
    #[test]
    fn the_draw_of_a_seed_never_changes() {
        let mut stream = Streams::new(7, Purpose::Draw).replicate(0);
        assert_eq!(stream.sample(1000, 5), FROZEN);
    }

    const FROZEN: [usize; 5] = [122, 276, 685, 692, 897];

    #[test]
    fn every_item_is_drawn_as_often_as_any_other() {
        let streams = Streams::new(1, Purpose::Draw);
        let mut drawn = [0_u32; 10];
        for replicate in 0..20_000 {
            for at in streams.replicate(replicate).sample(10, 3) {
                drawn[at] += 1;
            }
        }
        // 6,000 times each, give or take four standard deviations of 65.
        assert!(drawn.iter().all(|times| times.abs_diff(6000) < 260), "{drawn:?}");
    }

    #[test]
    fn strata_give_their_share_and_at_least_two() {
        assert_eq!(shares(&[50, 30, 20], 10), Some(vec![5, 3, 2]));
        assert_eq!(shares(&[97, 2, 1], 10), Some(vec![7, 2, 1]));
        assert_eq!(shares(&[5, 5, 5], 4), None);
        assert_eq!(shares(&[10, 10, 10], 8), Some(vec![3, 3, 2]));
        assert_eq!(shares(&[3, 4], 7), Some(vec![3, 4]));
    }
}
