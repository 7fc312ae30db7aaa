//! Why results of promptfoo are refused, one function a message.

use super::super::errors::ONE_ITEM;
use super::super::quote::{ours, quote};
use crate::domain::{Code, Diagnostic};

pub(super) fn no_result() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("is no result: it lacks promptIdx or vars")
        .next("let promptfoo write the file again (-o out.json or -o out.jsonl)")
}

pub(super) fn nothing_asserted() -> Diagnostic {
    Code::RunMalformed
        .at("results")
        .what("no test asserts anything: the success that promptfoo writes for that is no measurement")
        .next("give the tests assertions (assert, or defaultTest.assert) and run them again")
}

pub(super) fn duplicate_test(test: u64, item: &str) -> Diagnostic {
    Code::DuplicateItem
        .at("results")
        .what(format!("test {test} stands twice: {}", quote(item)))
        .next("let promptfoo write the file again")
}

pub(super) fn empty() -> Diagnostic {
    Code::RunMalformed.at("results").what("is empty").next(ONE_ITEM)
}

pub(super) fn other_run_wanted(run_id: &str, wanted: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("evalId")
        .what(format!("is {}, and {} was asked for", quote(run_id), ours(wanted)))
        .next("ask for the one that the file holds, or give the file that holds the other")
}

pub(super) fn several_runs(no: &str, count: usize, all: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("results")
        .what(format!("{no}the file holds {count} runs: {all}"))
        .next("choose one with --baseline-run or --candidate-run (doctor: --run-id)")
}

pub(super) fn no_results() -> Diagnostic {
    Code::RunMalformed
        .at("results.results")
        .what("is no list of results")
        .next("let promptfoo write the file again (-o out.json)")
}
