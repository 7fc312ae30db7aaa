//! Labels by people: `labels.csv`, a row for each item and run.

use std::cell::Cell;

use super::quote::{Quotes, quote};
use super::{Content, FileIdentity, FileOrFolder, csv, is_secret};
use crate::domain::{Code, Diagnostic, Item, RunFrame, RunFrameBuilder, RunMetadata, Score};

/// Names that the columns may have, the one that is read first.
const ITEM: [&str; 4] = ["item_id", "sample_id", "doc_id", "id"];
const RUN: [&str; 2] = ["run", "run_id"];
const LABEL: [&str; 5] = ["label", "human_label", "human", "gold", "score"];
const JUDGE: [&str; 1] = ["judge"];

/// Labels by people, of some items in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldLabels {
    /// Labels of the answers of the baseline, and of the candidate.
    pub runs: [RunFrame; 2],
    /// The judge whose scores they correct, where the file names one.
    pub judge: Option<String>,
    /// The file's path.
    pub path: String,
    /// The bytes that were read.
    pub identity: FileIdentity,
}

/// Reads labels. The column `run` says `baseline` or `candidate`, or names the run by its id.
///
/// # Errors
/// `run-malformed` where a column is missing, a row names another run or judge or holds no number; `duplicate-item`
/// where an item is labelled twice; `no-overlap` where one of the runs has no label.
pub fn read_gold(named: &FileOrFolder, names: [&str; 2]) -> Result<GoldLabels, Diagnostic> {
    let FileOrFolder::File(source) = named else {
        return Err(Code::RunMalformed.at("--gold").what("is a folder").next("name the file of the labels"));
    };
    let path = source.path();
    // As of any file that somebody names: nothing of it is shown before its columns are those of labels.
    let quotes = Cell::new(Quotes::Withheld);
    let read = || {
        let content = Content::of(source.as_ref())?;
        let found = || quotes.set(if is_secret(path) { Quotes::Withheld } else { Quotes::Shown });
        let (runs, judge) = labels(&content, names, &found)?;
        Ok((runs, judge, content.identity()?))
    };
    let (runs, judge, identity) =
        read().map_err(|error: Diagnostic| quotes.get().of_error(error).within(path))?;
    Ok(GoldLabels { runs, judge, path: path.to_owned(), identity })
}

/// The place of each column in a row.
struct Columns {
    item: usize,
    run: usize,
    label: usize,
    judge: Option<usize>,
}

impl Columns {
    fn of(header: &[&str]) -> Result<Self, Diagnostic> {
        let find = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|cell| cell == name));
        let needed = |names: &[&str]| {
            find(names).ok_or_else(|| {
                Code::RunMalformed
                    .at("line 1")
                    .what(format!("no column is called {}", names.join(" or ")))
                    .next("labels have the columns item_id, run (baseline or candidate) and label")
            })
        };
        Ok(Self { item: needed(&ITEM)?, run: needed(&RUN)?, label: needed(&LABEL)?, judge: find(&JUDGE) })
    }
}

fn labels(
    content: &Content<'_>,
    names: [&str; 2],
    columns_found: &dyn Fn(),
) -> Result<([RunFrame; 2], Option<String>), Diagnostic> {
    let mut rows = csv::rows(content)?;
    let header =
        rows.next()?.map(|(_, row)| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let header = header.unwrap_or_default();
    let columns = Columns::of(&header.iter().map(String::as_str).collect::<Vec<_>>())?;
    columns_found();
    let mut sides = [RunFrameBuilder::default(), RunFrameBuilder::default()];
    let mut lines = [Vec::new(), Vec::new()];
    let mut judge: Option<String> = None;
    while let Some((line, row)) = rows.next()? {
        let at = || Code::RunMalformed.at(format!("line {line}"));
        let cells: Vec<&str> = row.iter().map(str::trim).collect();
        if cells.len() != header.len() {
            let what = format!("has {} cells, and the first line {}", cells.len(), header.len());
            return Err(at().what(what).next("a cell with a comma in it stands in quotation marks"));
        }
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let side = match cell(columns.run) {
            "baseline" => 0,
            "candidate" => 1,
            name if names[0] == name && names[1] != name => 0,
            name if names[1] == name && names[0] != name => 1,
            other => {
                let what = format!("run is {}, which is neither run of this gate", quote(other));
                return Err(at().what(what).next("write baseline or candidate, or the id of the run"));
            }
        };
        let score = match cell(columns.label) {
            text if text.eq_ignore_ascii_case("true") => Some(1.0),
            text if text.eq_ignore_ascii_case("false") => Some(0.0),
            text => text.parse().ok(),
        };
        let Some(score) = score.and_then(Score::new) else {
            let what = format!("label is {}, expected a number", quote(cell(columns.label)));
            return Err(at().what(what).next("label it, or take both rows of the item out"));
        };
        if let Some(found) = columns.judge.map(cell) {
            match &judge {
                None => judge = Some(found.to_owned()),
                Some(judge) if judge == found => {}
                Some(judge) => {
                    let what = format!("judge is {}, and above it was {}", quote(found), quote(judge));
                    return Err(at().what(what).next("labels correct one judge: keep a file for each"));
                }
            }
        }
        let Some((rows, lines)) = sides.get_mut(side).zip(lines.get_mut(side)) else { continue };
        rows.push(Item { id: cell(columns.item), epoch: 0, cluster: None, score: Ok(score) });
        lines.push(line);
    }
    let [baseline, candidate] = sides;
    let [first, second] = lines;
    Ok(([frame(baseline, &first, "baseline")?, frame(candidate, &second, "candidate")?], judge))
}

fn frame(rows: RunFrameBuilder, lines: &[u64], which: &str) -> Result<RunFrame, Diagnostic> {
    if rows.is_empty() {
        return Err(Code::NoOverlap
            .at("")
            .what(format!("holds no label of the {which}"))
            .next("people label the answers of both runs to the same items"));
    }
    rows.finish_at(RunMetadata::default(), &|row| format!("line {}", lines.get(row).copied().unwrap_or(0)))
}
