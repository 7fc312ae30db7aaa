//! Rows with named columns, one at a time: what JSON Lines, CSV and sheets share. Which column names the
//! item is told by its name, which one is the score by the numbers in it.

mod cells;
mod columns;
mod header;
mod line_numbers;

pub(super) use cells::Cell;
pub(super) use columns::IDS;
pub(super) use header::{Header, TextCell, has_comma};
pub(super) use line_numbers::RowsBy;

use self::cells::{CellsByRole, sort};
use self::columns::{Asked, Columns, NAMES};
use self::line_numbers::LineNumbers;
use super::errors;
use super::labels::{LabelSource, Labels};
use super::quote::{list, quote};
use super::run_filter::RunFilter;
use super::scalar::Scalar;
use super::{Format, ReadOptions, Reading, metric_choice, usage};
use crate::domain::{Diagnostic, Item, RunFrameBuilder, RunMetadata, Score, Unscored};

/// The column of scores in files whose rows name their metric.
pub(super) const SCORE: &str = "score";
/// What stands for a model or a task that the file does not name.
pub(super) const UNKNOWN: &str = RunMetadata::UNKNOWN;
/// How many columns a message names.
const NAMED: usize = 16;

/// Whether a table with these columns is a run: it names its items in a column that hardly any other table has, or in
/// `id` beside a column in which the first row has a number.
pub(super) fn names_items<'n>(
    columns: impl IntoIterator<Item = &'n str>,
    numeric: impl Fn() -> bool,
) -> bool {
    let ids: Vec<&str> = columns.into_iter().filter(|name| IDS.contains(name)).collect();
    ids.iter().any(|name| *name != "id") || !ids.is_empty() && numeric()
}

/// A run under construction, row by row.
pub(super) struct Table<'o> {
    options: &'o ReadOptions,
    rows_by: RowsBy,
    columns: Columns,
    clusters: Labels<'o>,
    slices: Labels<'o>,
    runs: Option<RunFilter<'o>>,
    builder: RunFrameBuilder,
    lines: LineNumbers,
    /// The column that names the items, and the line that showed it.
    id: Option<(usize, u64)>,
    /// The column of the scores, once one is known to be.
    metric: Option<usize>,
    /// Whether rows name their metric.
    named: bool,
    /// Numbers inside objects of the first row, which could be chosen by their names with dots.
    nested: Vec<String>,
    /// The run to take; `None` takes the only one.
    run_id: Option<&'o str>,
    /// What the run is called, whatever its rows say.
    called: Option<String>,
}

impl<'o> Table<'o> {
    pub(super) fn new(options: &'o ReadOptions, rows_by: RowsBy) -> Self {
        Self {
            options,
            rows_by,
            columns: Columns::default(),
            clusters: Labels::clusters(&options.cluster),
            slices: Labels::slices(options.slice.as_deref()),
            runs: None,
            builder: RunFrameBuilder::default(),
            lines: LineNumbers::default(),
            id: None,
            metric: None,
            named: false,
            nested: Vec::new(),
            run_id: options.run_id.as_deref(),
            called: None,
        }
    }

    /// The same of one table among several in a file, whose name chose it: then the rows are of one run, which has
    /// this name.
    pub(super) fn of_run(options: &'o ReadOptions, rows_by: RowsBy, called: Option<String>) -> Self {
        Self { run_id: None, called, ..Self::new(options, rows_by) }
    }

    /// The names with dots that were asked for: where no column has one, it reaches into an object.
    pub(super) fn paths(&self) -> Vec<&'o str> {
        let options = self.options;
        let labels = [self.clusters.source, self.slices.source].map(|source| match source {
            LabelSource::Metadata(key) => Some(key),
            LabelSource::Off | LabelSource::Field => None,
        });
        let [cluster, slice] = labels;
        let mut paths: Vec<&str> = [options.id.as_deref(), options.metric.as_deref(), cluster, slice]
            .into_iter()
            .flatten()
            .filter(|name| name.contains('.'))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// Takes note of numbers inside objects of the first row.
    pub(super) fn note_nested(&mut self, numbers: Vec<String>) {
        self.nested = numbers;
    }

    /// Reads a row: its line, and its cells by name.
    ///
    /// # Errors
    /// `run-malformed`, with the line as the place.
    pub(super) fn row<N: AsRef<str>, C: Cell>(
        &mut self,
        line: u64,
        row: &[(N, C)],
    ) -> Result<(), Diagnostic> {
        self.read(line, row).map_err(|error| self.at(line, error))
    }

    /// An error in a row.
    pub(super) fn at(&self, row: u64, error: Diagnostic) -> Diagnostic {
        // What a parser says of a part of the row counts its own lines.
        let inside = if error.place.starts_with("line ") { String::new() } else { error.place.clone() };
        Diagnostic { place: inside, ..error }.within(&self.rows_by.place(row))
    }

    fn read<N: AsRef<str>, C: Cell>(&mut self, line: u64, row: &[(N, C)]) -> Result<(), Diagnostic> {
        let asked = Asked {
            id: self.options.id.as_deref(),
            clusters: self.clusters.source,
            slices: self.slices.source,
        };
        let cells = sort(&mut self.columns, &asked, row)?;
        if !self.takes(&cells)? {
            return Ok(());
        }
        let score = self.score(line, &cells.values);
        let [cluster, slice] = self.labels(&cells)?;
        let (column, cell) = self.item(line, &cells)?;
        let id = cell.scalar().id().map_err(|error| error.within(self.columns.name(column)))?.into_owned();
        let epoch = match cells.epoch {
            Some(cell) => cell.whole().epoch().map_err(|error| error.within("epoch"))?,
            None => 0,
        };
        self.lines.push(self.builder.len(), line);
        self.builder.push(Item { id: &id, epoch, cluster: cluster.as_deref(), score });
        self.builder.slice(slice.as_deref());
        self.builder.fingerprint(cells.target.map_or(0, |(_, cell)| cell.fingerprint()));
        self.builder.input(cells.input.map_or(0, |(_, cell)| cell.fingerprint()));
        Ok(())
    }

    /// Whether the row belongs to the run that is read.
    fn takes<C: Cell>(&mut self, cells: &CellsByRole<'_, C>) -> Result<bool, Diagnostic> {
        let mut names = [const { std::borrow::Cow::Borrowed("") }; NAMES.len()];
        for ((slot, cell), name) in names.iter_mut().zip(&cells.names).zip(NAMES) {
            match cell.map(Cell::scalar) {
                None | Some(Scalar::Null) => {}
                Some(other) => *slot = other.id().map_err(|error| error.within(name))?,
            }
        }
        let [.., metric, _] = &names;
        self.named |= !metric.is_empty();
        let wanted = self.options.metric.as_deref().filter(|_| self.named);
        let run_id = self.run_id;
        let runs = self.runs.get_or_insert_with(|| RunFilter::new(run_id, wanted));
        Ok(runs.takes(names))
    }

    /// The score of a row. The first column with a number in it is taken for the metric unless
    /// another is asked for; whether it is the only one shows at the end.
    fn score<C: Cell>(&mut self, line: u64, values: &[(usize, &C)]) -> Result<Score, Unscored> {
        let wanted = if self.named { Some(SCORE) } else { self.options.metric.as_deref() };
        let row = self.builder.len();
        let mut score = Err(Unscored::Missing);
        for (index, cell) in values {
            let is_metric = self.metric == Some(*index);
            let Some(column) = self.columns.get_mut(*index) else { continue };
            let fits = wanted.map_or(!column.is_usage, |wanted| wanted == column.name);
            if self.metric.is_some() && !is_metric && (wanted.is_some() || column.numeric) {
                continue;
            }
            let value = cell.score();
            if value == Err(Unscored::NotANumber)
                && let Some(text) = cell.quoted_number()
            {
                column.note_quoted(line, text);
            }
            let numeric = matches!(value, Ok(_) | Err(Unscored::NotFinite));
            if is_metric {
                score = value;
            } else if self.metric.is_none() && fits && (numeric || wanted.is_some()) {
                self.metric = Some(*index);
                score = value;
                column.take_texts().for_each(|row| self.builder.set_score(row, Err(Unscored::NotANumber)));
            } else if let Err(why) = value {
                column.no_number(row, why);
            }
            column.numeric |= numeric;
        }
        score
    }

    /// The cluster and the slice of a row.
    fn labels<C: Cell>(&mut self, cells: &CellsByRole<'_, C>) -> Result<[Option<String>; 2], Diagnostic> {
        let inside = |labels: &Labels<'_>| matches!(labels.source, LabelSource::Metadata(_));
        let looks = inside(&self.clusters) && cells.cluster.is_none()
            || inside(&self.slices) && cells.slice.is_none();
        let [in_cluster, in_slice] = match cells.metadata.filter(|_| looks) {
            Some(cell) => cell.labels(&mut self.clusters, &mut self.slices),
            None => [None, None],
        };
        let (scalar, name) = match (cells.slice, self.slices.source) {
            (Some((column, cell)), _) => (Some(cell.scalar()), self.columns.name(column)),
            (None, LabelSource::Metadata(key)) => (in_slice, key),
            _ => (None, ""),
        };
        let slice = match scalar {
            Some(scalar) => self.slices.slice(scalar).map_err(|error| error.within(&quote(name)))?,
            None => None,
        };
        Ok([self.cluster(cells, in_cluster)?, slice.map(std::borrow::Cow::into_owned)])
    }

    fn cluster<C: Cell>(
        &mut self,
        cells: &CellsByRole<'_, C>,
        inside: Option<Scalar<'_>>,
    ) -> Result<Option<String>, Diagnostic> {
        let (scalar, name) = match (self.clusters.source, cells.cluster, cells.metadata) {
            (LabelSource::Off, Some((.., cell)), _) => {
                if let Ok(Some(label)) = cell.scalar().metadata_cluster()
                    && !label.is_empty()
                {
                    self.clusters.note_unread(&label);
                }
                return Ok(None);
            }
            (LabelSource::Off, ..) => return Ok(None),
            (_, Some((_, column, cell)), _) => (Some(cell.scalar()), self.columns.name(column)),
            (LabelSource::Metadata(key), None, Some(_)) => (inside, key),
            _ => (None, ""),
        };
        let label = match scalar {
            Some(scalar) => scalar.metadata_cluster().map_err(|error| error.within(&quote(name)))?,
            None => None,
        };
        let label = label.map(std::borrow::Cow::into_owned).filter(|label| !label.is_empty());
        Ok(self.clusters.note_label(label))
    }

    /// The cell that names the item: in the same column on every line.
    fn item<'r, C: Cell>(
        &mut self,
        line: u64,
        cells: &CellsByRole<'r, C>,
    ) -> Result<(usize, &'r C), Diagnostic> {
        let Some((_, column, cell)) = cells.id else {
            let found = list(self.columns.iter().map(|column| column.name.as_str()), NAMED);
            return Err(match self.options.id.as_deref() {
                Some(key) => errors::no_such_id(key, &found),
                None => errors::no_id_column(&found, &IDS.join(", ")),
            });
        };
        let (first, shown) = *self.id.get_or_insert((column, line));
        if first == column {
            return Ok((column, cell));
        }
        let shown = self.rows_by.place(shown);
        Err(errors::two_id_columns(self.columns.name(column), self.columns.name(first), &shown))
    }

    /// What to add to a refusal for want of a metric: numbers that a name with dots reaches.
    fn nested(&self) -> String {
        match self.nested.as_slice() {
            [] => String::new(),
            names => format!(
                "; with --metric also a number inside an object: {}",
                list(names.iter().map(String::as_str), NAMED)
            ),
        }
    }

    /// The run. `path` names it where no row does.
    ///
    /// # Errors
    /// `run-ambiguous` where several columns hold numbers and none was asked for, or the rows are of
    /// several runs; else as [`RunFrameBuilder::finish`], with lines as places.
    pub(super) fn finish(self, path: &str, format: Format) -> Result<Reading, Diagnostic> {
        let nested = self.nested();
        let Some(runs) = self.runs else {
            return Err(errors::no_rows());
        };
        let (names, mut notes) = runs.finish()?;
        let of = |is_usage: bool| -> Vec<&str> {
            let columns = self.columns.iter().filter(|column| column.numeric && column.is_usage == is_usage);
            columns.map(|column| column.name.as_str()).collect()
        };
        let (numeric, usage) = (of(false), of(true));
        let wanted = if self.named { Some(SCORE) } else { self.options.metric.as_deref() };
        let held = |name: &&str| self.columns.iter().any(|column| column.name == *name);
        let is_number = |name: &str| numeric.contains(&name) || usage.contains(&name);
        if numeric.len() + usage.len() == 0
            || wanted.is_some_and(|wanted| held(&wanted) && !is_number(wanted))
        {
            let columns = list(self.columns.iter().map(|column| column.name.as_str()), NAMED);
            let what = match wanted.filter(|wanted| held(wanted)) {
                Some(wanted) => format!("no row has a number in {}", quote(wanted)),
                None => format!("no column holds numbers; there are {columns}"),
            };
            return Err(errors::no_number_in_table(what, &nested));
        }
        let metric_choice::MetricChoice { name: metric, available: metrics, .. } =
            metric_choice::choose("columns", &numeric, &usage, wanted, None).map_err(|error| {
                let next = error.next.clone();
                error.next(format!("{next}{nested}"))
            })?;
        let rows_by = self.rows_by;
        let quoted = self.columns.iter().find(|column| column.name == metric);
        let unscored = quoted.and_then(|column| column.quoted.as_ref()).map(|(row, text, count)| {
            let others = match count - 1 {
                0 => String::new(),
                1 => " 1 more row does so.".to_owned(),
                more => format!(" {more} more rows do so."),
            };
            format!(
                "{}: {} holds a number written as text, {}: it is no score. Write it as a number.{others}",
                rows_by.place(*row),
                quote(metric),
                quote(text),
            )
        });
        notes.extend(unscored.clone());
        let mut clusters = self.clusters;
        let mut slices = self.slices;
        for column in self.columns.iter() {
            clusters.note_key(&column.name);
            slices.note_key(&column.name);
        }
        clusters.check_in("columns", "there are")?;
        slices.check_in("columns", "there are")?;
        let or = |name: String, other: &str| if name.is_empty() { other.to_owned() } else { name };
        let names = RunMetadata {
            run_id: self.called.unwrap_or_else(|| or(names.run_id, stem(path))),
            model_id: or(names.model_id, UNKNOWN),
            task_id: or(names.task_id, UNKNOWN),
            metric_name: or(names.metric_name, metric),
            config_hash: names.config_hash,
            judge: None,
        };
        let lines = self.lines;
        let mut builder = self.builder;
        builder.ignored_clusters(clusters.ignored());
        builder.direction(usage::direction(&names.metric_name));
        let run = builder.finish_at(names, &|row| rows_by.place(lines.of(row))).map_err(|mut e| {
            e.place = e.place.replace(".cluster_id", "");
            e
        })?;
        let metrics = if self.named { vec![run.metadata().metric_name.clone()] } else { metrics };
        Ok(Reading { metrics, unscored, notes, ..Reading::of(run, format) })
    }
}

/// The name of a file without folders and endings.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() || stem == "-" { UNKNOWN } else { stem }
}
