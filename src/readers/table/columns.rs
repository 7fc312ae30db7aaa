//! The columns of a table: what each is for, and which hold numbers.

use super::super::errors;
use std::collections::BTreeMap;

use super::super::labels::LabelSource;
use crate::domain::{Diagnostic, RunMetadata, Unscored, Usage};

/// Columns that name the item, the one that is read first.
pub(crate) const IDS: [&str; 4] = ["item_id", "sample_id", "doc_id", "id"];
/// Columns that hold the cluster where no other is named, the one that is read first.
const CLUSTERS: [&str; 3] = ["cluster_id", "cluster", "group"];
/// Columns that hold what the right answer is, and what was asked, the one that is read first.
const TARGETS: [&str; 2] = ["target", "expected"];
const INPUTS: [&str; 3] = ["prompt", "input", "question"];
/// Columns that name the run, in the order of [`RunFilter`](super::super::run_filter::RunFilter).
pub(super) const NAMES: [&str; 5] = ["run_id", "model_id", "task_id", "metric_name", "config_hash"];
/// Most columns over all rows.
const MOST: usize = 10_000;

/// Which fields the caller named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'o> {
    /// The one that names the item.
    pub(super) id: Option<&'o str>,
    pub(super) clusters: LabelSource<'o>,
    pub(super) slices: LabelSource<'o>,
}

/// What a column is for. Of several for one purpose the one of the lowest rank is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnRole {
    Id(usize),
    Cluster(usize),
    Epoch,
    Name(usize),
    Metadata,
    /// Perhaps a metric.
    Value,
    /// What would name the item or be a cluster, had no other been named; or only a slice.
    Unread,
}

impl ColumnRole {
    fn of(name: &str, asked: &Asked<'_>) -> Self {
        let Asked { id, clusters, slices } = *asked;
        let rank = |names: &[&str]| names.iter().position(|known| *known == name);
        let cluster = match clusters {
            LabelSource::Metadata(key) => (key == name).then_some(0),
            // Under a plan without clusters they are counted, and no more.
            LabelSource::Field | LabelSource::Off => rank(&CLUSTERS),
        };
        let item = match id {
            Some(id) => (id == name).then_some(0),
            None => rank(&IDS),
        };
        match (item, rank(&NAMES), cluster) {
            (Some(rank), ..) => Self::Id(rank),
            (_, Some(index), _) => Self::Name(index),
            (.., Some(rank)) => Self::Cluster(rank),
            _ if name == "epoch" => Self::Epoch,
            _ if name == "metadata" => Self::Metadata,
            _ if IDS.contains(&name) || CLUSTERS.contains(&name) || is_slice(name, slices) => Self::Unread,
            _ => Self::Value,
        }
    }
}

/// Whether the slice of an item stands in the column of this name.
fn is_slice(name: &str, slices: LabelSource<'_>) -> bool {
    match slices {
        LabelSource::Off => false,
        LabelSource::Field => name == "cluster_id",
        LabelSource::Metadata(key) => name == key,
    }
}

/// Which text of the item a column holds, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemText {
    None,
    /// The right answer; of several such columns that of the lowest rank counts.
    Target(usize),
    /// What was asked.
    Input(usize),
}

impl ItemText {
    fn of(name: &str) -> Self {
        let rank = |names: &[&str]| names.iter().position(|known| *known == name);
        match (rank(&TARGETS), rank(&INPUTS)) {
            (Some(rank), _) => Self::Target(rank),
            (_, Some(rank)) => Self::Input(rank),
            _ => Self::None,
        }
    }
}

/// A column, and what was seen of it.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) role: ColumnRole,
    pub(super) text: ItemText,
    /// Whether it says what the item took.
    pub(super) is_usage: bool,
    /// Whether it holds the slice of the item, whatever else it is for.
    pub(super) slice: bool,
    /// Whether a row has a number in it, finite or not.
    pub(super) numeric: bool,
    /// The last row that has it.
    row: u64,
    /// Rows whose value is no number, from and to, as long as none had one.
    texts: Vec<(usize, usize)>,
    /// The first number that is written as text: its row and it; and how many there are.
    pub(super) quoted: Option<(u64, String, usize)>,
}

impl Column {
    /// Takes note of a value that is no number.
    pub(super) fn no_number(&mut self, row: usize, why: Unscored) {
        if why != Unscored::NotANumber || self.numeric {
            return;
        }
        match self.texts.last_mut() {
            Some((_, to)) if *to == row => *to += 1,
            _ => self.texts.push((row, row + 1)),
        }
    }

    /// Takes note of a number that is written as text.
    pub(super) fn note_quoted(&mut self, line: u64, text: &str) {
        match &mut self.quoted {
            Some((.., count)) => *count += 1,
            None => self.quoted = Some((line, text.to_owned(), 1)),
        }
    }

    /// The rows whose values were no numbers before the first one that is.
    pub(super) fn take_texts(&mut self) -> impl Iterator<Item = usize> + use<> {
        std::mem::take(&mut self.texts).into_iter().flat_map(|(from, to)| from..to)
    }
}

/// All columns that rows had so far.
#[derive(Debug, Default)]
pub(super) struct Columns {
    all: Vec<Column>,
    by_name: BTreeMap<String, usize>,
    /// The row that is being read, from 1.
    row: u64,
}

impl Columns {
    pub(super) fn next_row(&mut self) {
        self.row += 1;
    }

    /// The column of a cell: the `at`th of its row.
    ///
    /// # Errors
    /// `run-malformed` where the row has it already, or the file has more columns than any tool writes.
    pub(super) fn find(
        &mut self,
        at: usize,
        name: &str,
        asked: &Asked<'_>,
    ) -> Result<(usize, ColumnRole, ItemText), Diagnostic> {
        // Rows are alike: nearly always the column stands where it stood before.
        let index = match self.all.get(at) {
            Some(column) if column.name == name => at,
            _ => self.by_name.get(name).copied().unwrap_or(self.all.len()),
        };
        if index == self.all.len() {
            if index == MOST {
                return Err(errors::too_many_columns(MOST));
            }
            if name.len() > RunMetadata::LONGEST_NAME {
                return Err(errors::column_name_too_long(name, RunMetadata::LONGEST_NAME));
            }
            let (role, text) = (ColumnRole::of(name, asked), ItemText::of(name));
            self.by_name.insert(name.to_owned(), index);
            self.all.push(Column {
                name: name.to_owned(),
                role,
                text,
                is_usage: Usage::from_name(name).is_some(),
                slice: is_slice(name, asked.slices),
                numeric: false,
                row: 0,
                texts: Vec::new(),
                quoted: None,
            });
        }
        let row = self.row;
        match self.get_mut(index) {
            Some(column) if column.row < row => {
                column.row = row;
                Ok((index, column.role, column.text))
            }
            _ => Err(errors::duplicate_column(name)),
        }
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Column> {
        self.all.get_mut(index)
    }

    /// Whether a column holds the slice of the item.
    pub(super) fn is_slice(&self, index: usize) -> bool {
        self.all.get(index).is_some_and(|column| column.slice)
    }

    /// The name of a column.
    pub(super) fn name(&self, index: usize) -> &str {
        self.all.get(index).map_or("", |column| &column.name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Column> {
        self.all.iter()
    }
}
