//! Which file of a folder is the run: where a tool writes one folder a run, one file a task, or a file for each time
//! that it ran.

use super::quote::{list_of_ours, ours};
use super::registry::READERS;
use super::source::{Folder, Source};
use super::{Format, errors, lm_eval};
use crate::domain::Diagnostic;

/// Endings of the files that evaluation tools write.
const RUN_FILE_ENDINGS: [&str; 6] = [".json", ".jsonl", ".csv", ".tsv", ".eval", ".parquet"];
/// How many names a message holds.
const NAMED: usize = 16;
/// Most entries of a folder that are looked into for runs.
const MOST_FOLDERS: usize = 1_000;

/// Which of some files hold the run of a task, by their names: `samples_TASK_DATE.jsonl` as lm-evaluation-harness
/// writes them, or `TASK` with the ending of a run file. Of several times that the task ran the newest that is complete.
///
/// # Examples
/// ```
/// # use evalsig::readers::files_of_task;
/// let names = ["samples_qa_2026-01-02T03-04-05.jsonl", "samples_law_2026-01-02T03-04-05.jsonl"].map(str::to_owned);
/// assert_eq!(files_of_task(&names, "qa"), ["samples_qa_2026-01-02T03-04-05.jsonl"]);
/// ```
#[must_use]
pub fn files_of_task<'n>(names: &'n [String], task: &str) -> Vec<&'n str> {
    let own = |path: &&str| {
        let name = file_name(path);
        if let Some((of, _)) = lm_eval::task_and_date(name) {
            return of == task;
        }
        let name = name.strip_suffix(".gz").unwrap_or(name);
        name.strip_prefix(task).is_some_and(|rest| RUN_FILE_ENDINGS.contains(&rest))
    };
    let found: Vec<&str> = names.iter().map(String::as_str).filter(own).collect();
    match newest(&found, names) {
        Some(newest) => vec![newest.name],
        None => found,
    }
}

/// Whether the files of a folder are one run, as a tool wrote it.
#[must_use]
pub fn is_one_run(names: &[String]) -> bool {
    READERS.iter().flat_map(|reader| reader.in_folder(names)).count() == 1
}

/// The names of the files of a folder that hold runs: several where a tool writes one file a task. Of a task that ran
/// several times the newest complete run.
///
/// # Errors
/// `file-unreadable`, also where the folder holds no run.
pub fn runs_in_folder(folder: &dyn Folder, format: Option<Format>) -> Result<Vec<String>, Diagnostic> {
    let names = folder.names()?;
    let found = held(&names, format);
    let mut kept: Vec<String> = Vec::new();
    for name in &found {
        let task = lm_eval::task_and_date(name).map(|(task, _)| task);
        let of_task: Vec<&str> = match task {
            Some(task) => found
                .iter()
                .copied()
                .filter(|other| lm_eval::task_and_date(other).is_some_and(|(of, _)| of == task))
                .collect(),
            None => vec![name],
        };
        if newest(&of_task, &names).is_none_or(|newest| newest.name == *name) {
            kept.push((*name).to_owned());
        }
    }
    if kept.is_empty() { Err(errors::no_run_in_folder(folder.path())) } else { Ok(kept) }
}

/// The file of a folder that holds the run, or of the one folder in it that holds runs; and what to tell of the choice.
///
/// # Errors
/// `run-ambiguous` where several could be meant; `file-unreadable`.
pub(super) fn main_file(
    folder: &dyn Folder,
    format: Option<Format>,
) -> Result<(Box<dyn Source>, Option<String>), Diagnostic> {
    let names = folder.names()?;
    let found = held(&names, format);
    match found[..] {
        [name] => Ok((folder.open(name)?, None)),
        [] => below(folder, &names, format),
        _ => match newest(&found, &names) {
            Some(newest) => Ok((folder.open(newest.name)?, Some(newest.note))),
            None => {
                Err(errors::several_runs_in_folder(folder.path(), found.len(), &list_of_ours(found, NAMED)))
            }
        },
    }
}

/// The run of the one folder in a folder that holds any: tools write a folder for each model.
fn below(
    folder: &dyn Folder,
    names: &[String],
    format: Option<Format>,
) -> Result<(Box<dyn Source>, Option<String>), Diagnostic> {
    let mut holding: Vec<(&str, Box<dyn Folder>)> = Vec::new();
    for name in names.iter().take(MOST_FOLDERS) {
        if let Some(inner) = folder.folder(name)
            && !held(&inner.names()?, format).is_empty()
        {
            holding.push((name, inner));
        }
    }
    match &holding[..] {
        [] => Err(errors::no_run_in_folder(folder.path())),
        [(_, inner)] => {
            let names = inner.names()?;
            match held(&names, format)[..] {
                [name] => Ok((inner.open(name)?, None)),
                ref several => match newest(several, &names) {
                    Some(newest) => Ok((inner.open(newest.name)?, Some(newest.note))),
                    None => Err(errors::several_runs_in_folder(
                        inner.path(),
                        several.len(),
                        &list_of_ours(several.iter().copied(), NAMED),
                    )),
                },
            }
        }
        several => {
            let paths: Vec<&str> = several.iter().map(|(_, inner)| inner.path()).collect();
            Err(errors::several_folders(folder.path(), paths.len(), &list_of_ours(paths, NAMED)))
        }
    }
}

/// The names of files that hold runs.
fn held(names: &[String], format: Option<Format>) -> Vec<&str> {
    let asked = READERS.iter().filter(|reader| format.is_none_or(|format| reader.format() == format));
    asked.flat_map(|reader| reader.in_folder(names)).collect()
}

/// The newest of several runs of one task, and a sentence about it.
struct Newest<'n> {
    name: &'n str,
    note: String,
}

/// Of samples of lm-evaluation-harness of one task in one folder, the newest whose results lie beside them: these are
/// written last. `None` for anything else.
fn newest<'n>(found: &[&'n str], names: &[String]) -> Option<Newest<'n>> {
    let [first, _, ..] = found else { return None };
    let (task, _) = lm_eval::task_and_date(file_name(first))?;
    let mut dated: Vec<(&str, &'n str)> = Vec::new();
    for name in found {
        let (of, date) = lm_eval::task_and_date(file_name(name))?;
        if of != task || folder_of(name) != folder_of(first) {
            return None;
        }
        dated.push((date, name));
    }
    dated.sort_unstable();
    if dated.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
        return None;
    }
    let complete = |date: &str| {
        let end = format!("_{date}.json");
        names.iter().any(|name| name.ends_with(&end) && folder_of(name) == folder_of(first))
    };
    let at = dated.iter().rposition(|(date, _)| complete(date))?;
    let (date, name) = dated.get(at)?;
    let newer = dated.len() - at - 1;
    let without = if newer > 0 { format!("; {newer} newer without results") } else { String::new() };
    let note = format!(
        "The folder holds {} runs of {}: the newest with results is read, of {}{without}. Name a file to read another.",
        dated.len(),
        ours(task),
        ours(date),
    );
    Some(Newest { name, note })
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
