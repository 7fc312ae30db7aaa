//! Error messages of this room, one named constructor a message, beside its code.

use std::fmt::Display;

use crate::domain::{Code, Diagnostic};

/// A file of another program lies outside the folders of months, so its time is not known.
pub(super) fn no_month(path: &str) -> Diagnostic {
    Code::RunMalformed.at(path).what("lies in no folder year=YYYY/month=MM")
}

/// No run of the project has this name.
pub(super) fn no_run(project: String, name: &str) -> Diagnostic {
    Code::RunNotFound
        .at(project)
        .what(format!("holds no run {name:?}"))
        .next("`evalsig history` lists its runs")
}

/// Several runs of different content have this name; the message lists the first eight.
pub(super) fn several_runs(project: String, name: &str, files: &[&str]) -> Diagnostic {
    let shown: Vec<&str> = files.iter().take(8).copied().collect();
    Code::RunAmbiguous
        .at(project)
        .what(format!("holds {} different runs called {name:?}: {}", files.len(), shown.join(", ")))
        .next("name one of these files")
}

/// The project holds no allowed run that could be the baseline.
pub(super) fn no_allowed_run(project: String, task: &str, metric: &str) -> Diagnostic {
    Code::RunNotFound
        .at(project)
        .what(format!(
            "holds no allowed run of task {task:?} and metric {metric:?} other than this candidate"
        ))
        .next("name a baseline: a file, or store:RUN_ID of a run that `evalsig history` lists")
}

pub(super) fn too_few_runs(project: String, model: &str, held: usize, wanted: usize) -> Diagnostic {
    Code::RunNotFound
        .at(project)
        .what(format!("holds {held} different runs of model {model:?} under one configuration, and {wanted} are asked for"))
        .next(format!("ask for {held}, or run the baseline again and store it"))
}

/// The index or the listing names a file that is not there.
pub(super) fn run_file_gone(path: String) -> Diagnostic {
    Code::RunNotFound
        .at(path)
        .what("is listed, and its file is gone")
        .next("a store's files must not be removed: restore it from a copy")
}

/// A text of this program is no RFC 3339 time.
pub(super) fn not_a_time(ts: &str) -> Diagnostic {
    Code::Bug.at("store").what(format!("{ts:?} is no time"))
}

/// The index cannot be serialized.
pub(super) fn manifest_not_built(error: &dyn Display) -> Diagnostic {
    Code::Bug.at("manifest").what(error.to_string())
}

/// A copy of an envelope, named by its digest, holds something else.
pub(super) fn envelope_changed(path: String) -> Diagnostic {
    Code::EnvelopeUnreadable
        .at(path)
        .what("does not hold the bytes that its name says")
        .next("a store's files must not be changed: restore it from a copy")
}

/// The file of an envelope, named by its digest, holds something else.
pub(super) fn other_envelope(path: String) -> Diagnostic {
    Code::StoreNotWritten
        .at(path)
        .what("holds other bytes than its name says")
        .next("see who wrote to the store by hand")
}

/// Every name that the run could have is taken by a file that holds another run.
pub(super) fn other_run(path: String) -> Diagnostic {
    Code::StoreNotWritten
        .at(path)
        .what("names a file that holds another run than its name says")
        .next("see who wrote to the store by hand")
}

/// A file existed when it was to be created, and could not be read afterwards.
pub(super) fn removed_meanwhile(path: String) -> Diagnostic {
    Code::StoreNotWritten
        .at(path)
        .what("was there a moment ago, and is gone")
        .next("a store's files must not be removed: see who does, then run again")
}

/// The column of epochs holds 32-bit signed integers.
pub(super) fn epoch_too_large(epoch: impl Display) -> Diagnostic {
    Code::StoreNotWritten
        .at("epoch")
        .what(format!("{epoch} is more than a stored run can hold"))
        .next("number the repeats of an item from 0 or 1")
}

/// The Parquet writer failed on bytes in memory.
pub(super) fn parquet_not_written(error: &dyn Display) -> Diagnostic {
    Code::Bug.at("store").what(format!("cannot write Parquet: {error}"))
}

/// The facts in the metadata of a stored run are not the JSON that the store writes.
pub(super) fn facts_unreadable(error: &dyn Display) -> Diagnostic {
    Code::RunMalformed.at("").what(format!("its facts in the file's metadata cannot be read: {error}"))
}

/// The facts have a schema of another family.
pub(super) fn facts_of_other_schema(found: &str, expected: &str) -> Diagnostic {
    Code::RunMalformed.at("").what(format!("its facts have schema {found:?}, expected {expected:?}"))
}

/// The footer of the Parquet file claims more bytes than the file has.
pub(super) fn footer_too_long() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("its footer is longer than the file")
        .next("the file is damaged: restore it from a copy")
}

/// The rows of a stored run do not have the digest that its facts name.
pub(super) fn rows_changed(found: &str, expected: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("its rows are not those that were stored: digest {found}, expected {expected}"))
        .next("restore the file from a copy")
}
