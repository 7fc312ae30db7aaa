//! What broke and what was fixed, as rows that every text renderer lays out its own way.

use crate::domain::number_format::{count, plain};
use crate::view::{Items, TaskView};

/// The counts in one line: `136 worse, 234 better, 1,630 the same`.
pub(super) fn counts(task: &TaskView) -> String {
    let same = task.pairs.saturating_sub(task.worse + task.better);
    format!("{} worse, {} better, {} the same", count(task.worse), count(task.better), count(same))
}

/// Item, baseline's score, candidate's score, difference, group; worst first, at most `most`.
pub(super) fn worst(task: &TaskView, most: usize) -> Vec<[String; 5]> {
    let Some(items) = &task.items else { return Vec::new() };
    let row = |item: &crate::view::ItemChange| {
        [
            item.id.clone(),
            plain(item.baseline),
            plain(item.candidate),
            plain(item.difference),
            item.cluster.clone().unwrap_or_default(),
        ]
    };
    items.worse.iter().take(most).map(row).collect()
}

/// What a rendering from the envelope alone cannot show.
pub(super) const NO_ITEMS: &str = "(the first by id; the envelope holds no scores of items: report --store ROOT, or both run files, shows the worst)";

/// The first ids of items that became worse, as the envelope lists them; `None` where there are none.
pub(super) fn listed_worse(task: &TaskView, most: usize) -> Option<String> {
    let ids: Vec<&str> = task.changed_ids.1.iter().take(most).map(String::as_str).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

/// Group, items, worse, better, mean difference: the groups that lost most, then those that won most.
pub(super) fn groups(task: &TaskView, most: usize) -> Vec<[String; 5]> {
    let Some(Items { clusters, .. }) = &task.items else { return Vec::new() };
    let row = |group: &crate::view::ClusterChange| {
        [
            group.name.clone(),
            count(group.items),
            count(group.worse),
            count(group.better),
            format!("{}{}", task.unit.signed(group.difference), task.unit.word()),
        ]
    };
    let moved = |group: &&crate::view::ClusterChange| group.worse + group.better > 0;
    let lost = clusters.iter().filter(moved).filter(|group| group.difference < 0.0).take(most);
    let won = clusters.iter().rev().filter(moved).filter(|group| group.difference > 0.0).take(most);
    lost.chain(won).map(row).collect()
}
