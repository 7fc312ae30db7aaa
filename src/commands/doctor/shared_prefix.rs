//! Clusters that nobody declared: ids that share a prefix.

use std::collections::BTreeMap;

use crate::domain::RunFrame;

/// What may stand between the name of a passage and that of its question.
const SEPARATORS: [char; 6] = ['/', ':', '#', '|', '_', '-'];
/// Least items a prefix must have on average before it looks like a cluster.
const LEAST_SIZE: f64 = 2.0;
/// Least share of ids that must carry the separator.
const MOST_IDS: f64 = 0.9;

/// Of a run without clusters whose ids share few prefixes (`passage3/q7`): what that looks like and what a
/// forgotten cluster costs. The prefix is what stands before the last separator.
pub(super) fn forgotten(run: &RunFrame) -> Option<String> {
    if run.is_clustered() {
        return None;
    }
    let (separator, prefixes, items, example) = SEPARATORS.iter().find_map(|s| shared(run, *s))?;
    Some(format!(
        "ids look like {example}: {items} items share {prefixes} prefixes before their last '{separator}', and no clusters \
         are declared. If the items of a prefix belong together (questions about one passage), they are no independent \
         draws: with 20 such clusters (intra-cluster correlation .5) a gate that did not know allowed .275 +- .032 of \
         candidates that were no better, where .05 was asked for. Give every row a field with its prefix, name it with \
         --cluster, or say --cluster none if the prefix means nothing"
    ))
}

fn shared(run: &RunFrame, separator: char) -> Option<(char, usize, usize, String)> {
    let mut prefixes: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut items, mut last, mut example) = (0_usize, None, None);
    for row in run.sorted() {
        if last == Some(row.id) {
            continue;
        }
        last = Some(row.id);
        items += 1;
        if let Some((prefix, _)) = row.id.rsplit_once(separator).filter(|(prefix, _)| !prefix.is_empty()) {
            *prefixes.entry(prefix).or_insert(0) += 1;
            example = example.or(Some(row.id));
        }
    }
    let carrying: usize = prefixes.values().sum();
    let looks = prefixes.len() >= 2
        && carrying as f64 >= MOST_IDS * items as f64
        && carrying as f64 >= LEAST_SIZE * prefixes.len() as f64;
    looks.then(|| (separator, prefixes.len(), items, example.unwrap_or_default().to_owned()))
}
