//! Error messages of this room. Each message has one named constructor, which pairs its text with its
//! [`Code`]; the rest of the room calls constructors and writes no text of its own.

pub(super) mod bucket;
pub(super) mod commits;
pub(super) mod files;
pub(super) mod git;
pub(super) mod github;

use crate::domain::{Code, Diagnostic};

/// The asynchronous runtime cannot be started: the system gives no thread or no event queue.
pub(super) fn runtime_not_started(error: &std::io::Error) -> Diagnostic {
    Code::Bug.at("runtime").what(format!("cannot be started: {error}"))
}

/// A time-stamping authority gave no token that fits the request.
pub(super) fn time_stamp_refused(url: &str, reason: &str) -> Diagnostic {
    Code::TimeStampRefused.at(url).what(reason).next(
        "run again when the authority answers, name another one, or let it fail with --timestamp best-effort",
    )
}

/// The request for a time stamp cannot be encoded.
pub(super) fn time_stamp_request_not_built(reason: String) -> Diagnostic {
    Code::Bug.at("time stamp").what(reason)
}

/// A file of the Actions runner, named by `variable`, cannot be appended to.
pub(super) fn runner_file_not_written(variable: &str, error: &std::io::Error) -> Diagnostic {
    Code::OutputNotWritten.at(variable).what(format!("cannot be appended to: {error}"))
}

/// The result of a command did not reach standard output.
pub(super) fn result_not_printed(error: &std::io::Error) -> Diagnostic {
    Code::OutputNotWritten
        .at("standard output")
        .what(format!("the result could not be written: {error}"))
        .next("see where standard output leads; what was recorded or written to files before stands there")
}
