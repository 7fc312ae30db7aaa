//! Builds a run row by row, and refuses what no run may hold.

use super::errors;
use super::interner::Interner;
use super::run::{Item, NO_LABEL, RunFrame, RunMetadata};
use super::text_column::TextColumn;
use super::unscored::Unscored;
use super::{Diagnostic, Direction, Score, ScoreRange};

/// Builds a run row by row and refuses what no run may hold.
#[derive(Debug, Default)]
pub struct RunFrameBuilder {
    ids: TextColumn,
    epochs: Vec<u32>,
    scores: Vec<Result<Score, Unscored>>,
    cluster_names: Interner,
    /// The cluster of each row, or [`NO_LABEL`].
    clusters: Vec<u32>,
    slice_names: Interner,
    /// The slice of each row, or [`NO_LABEL`]; shorter than the rows where the last ones have none.
    slices: Vec<u32>,
    fingerprints: Vec<u64>,
    inputs: Vec<u64>,
    direction: Option<Direction>,
    range: Option<ScoreRange>,
    ignored_clusters: Option<usize>,
    too_long: Option<TooLong>,
}

/// The first text of a row that is longer than such texts may be; the row goes without it.
#[derive(Debug)]
struct TooLong {
    row: usize,
    field: &'static str,
    bytes: usize,
    most: usize,
    begins: String,
}

impl RunFrameBuilder {
    /// Appends a row.
    pub fn push(&mut self, item: Item<'_>) {
        let row = self.ids.len();
        let id = self.within(row, "item_id", item.id, Item::LONGEST_ID).unwrap_or_default();
        let cluster = item.cluster.and_then(|name| self.within(row, "cluster_id", name, Item::LONGEST_ID));
        self.ids.push(id);
        self.epochs.push(item.epoch);
        self.scores.push(item.score);
        let cluster = cluster.map_or(NO_LABEL, |name| number(&mut self.cluster_names, &self.clusters, name));
        self.clusters.push(cluster);
    }

    /// A text of a row, unless it is too long: then the run is refused in the end, with the place of the row.
    fn within<'t>(&mut self, row: usize, field: &'static str, text: &'t str, most: usize) -> Option<&'t str> {
        if text.len() <= most {
            return Some(text);
        }
        let (bytes, begins) = (text.len(), || short(text).to_owned());
        self.too_long.get_or_insert_with(|| TooLong { row, field, bytes, most, begins: begins() });
        None
    }

    /// Sets the fingerprint of the target of the last row: another one under its id is another item.
    /// 0 where the file does not say.
    pub fn fingerprint(&mut self, of: u64) {
        set_last(&mut self.fingerprints, self.ids.len(), of);
    }

    /// Sets the fingerprint of the input of the last row. 0 where the file does not say.
    pub fn input(&mut self, of: u64) {
        set_last(&mut self.inputs, self.ids.len(), of);
    }

    /// Sets the slice (the subgroup) of the item of the last row; `None` where the file does not say.
    pub fn slice(&mut self, name: Option<&str>) {
        let row = self.ids.len().saturating_sub(1);
        let fits = name.and_then(|name| self.within(row, "slice", name, Item::LONGEST_ID));
        let Some(name) = fits else { return };
        let slice = number(&mut self.slice_names, &self.slices, name);
        self.slices.resize(self.ids.len(), NO_LABEL);
        if let Some(last) = self.slices.last_mut() {
            *last = slice;
        }
    }

    /// Sets the number of distinct clusters that the file carries and the plan leaves unread; 0 is none.
    pub fn ignored_clusters(&mut self, count: usize) {
        self.ignored_clusters = (count > 0).then_some(count);
    }

    /// Sets where better lies.
    pub fn direction(&mut self, direction: Option<Direction>) {
        self.direction = direction;
    }

    /// Sets the lowest and the highest possible score: one outside is then an error.
    pub fn score_range(&mut self, range: Option<ScoreRange>) {
        self.range = range;
    }

    /// Rows so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether no row was pushed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Replaces the score of a row.
    pub fn set_score(&mut self, row: usize, score: Result<Score, Unscored>) {
        if let Some(slot) = self.scores.get_mut(row) {
            *slot = score;
        }
    }

    /// Checks the whole and hands it out.
    ///
    /// # Errors
    /// `run-malformed` without rows, where an id or a name is too long, or where a score lies outside the range that
    /// the metric has;
    /// `duplicate-item` where an (item, epoch) stands twice;
    /// `cluster-incomplete` where some rows carry a cluster and some do not;
    /// `slice-conflict` where epochs of one item name different slices.
    pub fn finish(self, metadata: RunMetadata) -> Result<RunFrame, Diagnostic> {
        self.finish_at(metadata, &|row| format!("items[{row}]"))
    }

    /// The same for a file in which rows have other places than `items[7]`.
    ///
    /// # Errors
    /// As [`RunFrameBuilder::finish`].
    pub fn finish_at(
        self,
        metadata: RunMetadata,
        at: &dyn Fn(usize) -> String,
    ) -> Result<RunFrame, Diagnostic> {
        let Self { ids, epochs, scores, cluster_names, clusters, too_long, .. } = self;
        let Self { slice_names, mut slices, .. } = self;
        let Self { mut fingerprints, mut inputs, direction, range, ignored_clusters, .. } = self;
        let rows = u32::try_from(ids.len()).map_err(|_| errors::too_many_rows())?;
        if rows == 0 {
            return Err(errors::no_items());
        }
        if let Some((field, name)) = metadata.too_long() {
            let what = format!("has {} bytes", name.len());
            return Err(errors::too_long(field.to_owned(), &what, RunMetadata::LONGEST_NAME, short(name)));
        }
        if let Some(TooLong { row, field, bytes, most, begins }) = too_long {
            return Err(errors::too_long(at(row), &format!("{field} has {bytes} bytes"), most, &begins));
        }
        let order = sorted(rows, &ids, &epochs).map_err(|(first, second)| {
            let epoch = epochs.get(second as usize).copied().unwrap_or(0);
            errors::duplicate_item(
                at(second as usize),
                short(ids.get(second as usize)),
                epoch,
                at(first as usize),
            )
        })?;
        let clusters = whole_or_none(clusters, &ids, at)?;
        if let Some(range) = range {
            within_range(&scores, range, &metadata.metric_name, &ids, at)?;
        }
        if !slices.is_empty() {
            slices.resize(ids.len(), NO_LABEL);
            one_slice_an_item(&order, &ids, &slices, slice_names.names(), at)?;
        }
        for column in [&mut fingerprints, &mut inputs].into_iter().filter(|column| !column.is_empty()) {
            column.resize(ids.len(), 0);
        }
        Ok(RunFrame {
            metadata,
            ids,
            epochs,
            scores,
            cluster_names: cluster_names.into_names(),
            clusters,
            slice_key: None,
            slice_names: slice_names.into_names(),
            slices,
            fingerprints,
            inputs,
            order,
            direction,
            range,
            ignored_clusters,
        })
    }
}

/// The number of a label. Files list the items of a label together: most rows repeat the last one.
fn number(names: &mut Interner, so_far: &[u32], name: &str) -> u32 {
    match so_far.last() {
        Some(&last) if last != NO_LABEL && names.names().get(last as usize) == name => last,
        _ => names.number(name),
    }
}

/// # Errors
/// `slice-conflict` where two rows of one item name different slices.
fn one_slice_an_item(
    order: &[u32],
    ids: &TextColumn,
    slices: &[u32],
    names: &TextColumn,
    at: &dyn Fn(usize) -> String,
) -> Result<(), Diagnostic> {
    let mut known: Option<(usize, u32)> = None;
    for row in order.iter().map(|row| *row as usize) {
        let slice = slices.get(row).copied().unwrap_or(NO_LABEL);
        let same_item = known.filter(|(other, _)| ids.get(*other) == ids.get(row));
        match same_item {
            Some((other, first)) if slice != NO_LABEL && slice != first => {
                let name = |slice: u32| short(names.get(slice as usize));
                return Err(errors::slice_conflict(
                    at(row),
                    short(ids.get(row)),
                    name(slice),
                    at(other),
                    name(first),
                ));
            }
            Some(_) => {}
            None => known = (slice != NO_LABEL).then_some((row, slice)),
        }
    }
    Ok(())
}

/// The rows in ascending order of (item id, epoch), or the first two that are equal in both.
fn sorted(rows: u32, ids: &TextColumn, epochs: &[u32]) -> Result<Vec<u32>, (u32, u32)> {
    let key = |row: u32| (ids.get(row as usize), epochs.get(row as usize).copied().unwrap_or(0));
    if (1..rows).all(|row| key(row - 1) < key(row)) {
        return Ok((0..rows).collect());
    }
    // Ids are alike at first ("question-17"): what differs soonest decides nearly every comparison,
    // and stands beside the row instead of a cache miss away.
    let first = ids.get(0).as_bytes();
    let alike = (0..rows as usize).fold(first.len(), |alike, row| {
        ids.get(row).bytes().zip(first).take(alike).take_while(|(a, b)| a == *b).count()
    });
    let mut order: Vec<(u64, u32)> = (0..rows)
        .map(|row| {
            let mut head = [0; 8];
            let tail = ids.get(row as usize).as_bytes().iter().skip(alike);
            head.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
            (u64::from_be_bytes(head), row)
        })
        .collect();
    rayon::slice::ParallelSliceMut::par_sort_unstable_by(&mut order[..], |a, b| {
        a.0.cmp(&b.0).then_with(|| (key(a.1), a.1).cmp(&(key(b.1), b.1)))
    });
    let twice = order.windows(2).find_map(|pair| match pair {
        [a, b] if a.0 == b.0 && key(a.1) == key(b.1) => Some((a.1, b.1)),
        _ => None,
    });
    match twice {
        Some(pair) => Err(pair),
        None => Ok(order.into_iter().map(|(_, row)| row).collect()),
    }
}

/// Clusters for all rows, for none, or an error that names the first row without.
fn whole_or_none(
    clusters: Vec<u32>,
    ids: &TextColumn,
    at: &dyn Fn(usize) -> String,
) -> Result<Vec<u32>, Diagnostic> {
    let Some(row) = clusters.iter().position(|c| *c == NO_LABEL) else {
        return Ok(clusters);
    };
    match clusters.iter().filter(|c| **c != NO_LABEL).count() {
        0 => Ok(Vec::new()),
        known => Err(errors::cluster_incomplete(at(row), short(ids.get(row)), known, clusters.len())),
    }
}

/// Sets the value of the last of `rows` rows; a column of zeros stays empty.
fn set_last(column: &mut Vec<u64>, rows: usize, of: u64) {
    if of == 0 && column.is_empty() {
        return;
    }
    column.resize(rows, 0);
    if let Some(last) = column.last_mut() {
        *last = of;
    }
}

/// Tools write numbers such as 999 or -1 where nothing was scored: no score, and no missing one
/// either, because nobody says which of them are meant.
fn within_range(
    scores: &[Result<Score, Unscored>],
    range: ScoreRange,
    metric: &str,
    ids: &TextColumn,
    at: &dyn Fn(usize) -> String,
) -> Result<(), Diagnostic> {
    let outside = |score: &Result<Score, Unscored>| score.is_ok_and(|score| !range.contains(score.get()));
    let Some(row) = scores.iter().position(outside) else { return Ok(()) };
    let found = scores.get(row).and_then(|score| score.ok()).map_or(0.0, Score::get);
    let all = scores.iter().filter(|score| outside(score)).count();
    Err(errors::score_outside_range(
        at(row),
        short(ids.get(row)),
        found,
        short(metric),
        range,
        all,
        scores.len(),
    ))
}

/// The first 80 characters: a file chooses how long its ids are, and a message is one line.
fn short(id: &str) -> &str {
    id.char_indices().nth(80).and_then(|(end, _)| id.get(..end)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text_column::TextColumn;
    use super::sorted;

    proptest! {
        #[test]
        fn rows_are_sorted_by_id_and_epoch(
            rows in prop::collection::vec(("(item-)?[\\x00-\\x02a-b]{0,12}|same-long-prefix-[ab]{8}[0-9]", 0_u32..3), 1..200),
        ) {
            let mut ids = TextColumn::default();
            rows.iter().for_each(|(id, _)| ids.push(id));
            let epochs: Vec<_> = rows.iter().map(|(_, epoch)| *epoch).collect();
            let mut expected: Vec<u32> = (0..rows.len() as u32).collect();
            expected.sort_by_key(|row| (&rows[*row as usize], *row));
            let twice = expected.windows(2).find(|p| rows[p[0] as usize] == rows[p[1] as usize]);
            let expected = match twice {
                Some(pair) => Err((pair[0], pair[1])),
                None => Ok(expected),
            };
            prop_assert_eq!(sorted(rows.len() as u32, &ids, &epochs), expected);
        }
    }
}
