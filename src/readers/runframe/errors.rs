//! Why a RunFrame is refused, one function a message.

use super::super::quote::{ours, quote};
use crate::domain::{Code, Diagnostic};

pub(super) fn other_wanted(field: &str, found: &str, wanted: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at(field)
        .what(format!("is {}, and {} was asked for", quote(found), ours(wanted)))
        .next("ask for the one that the file holds, or give the file that holds the other")
}

pub(super) fn fields_missing(missing: &str, has: &str) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("the run has no {missing}{has}"))
        .next("a RunFrame is {run_id, model_id, task_id, metric_name, items: [{item_id, score}]}")
}

pub(super) fn no_known_format(has: &str) -> Diagnostic {
    Code::FormatUnknown
                    .at("")
                    .what(format!("is a JSON object in no format that is read{has}"))
                    .next("give the file with the scores of single items, or write one: {run_id, model_id, task_id, metric_name, items: [{item_id, score}]}")
}

pub(super) fn no_item_id() -> Diagnostic {
    Code::RunMalformed.at("").what("has no \"item_id\"").next("name every item, the same in both runs")
}

pub(super) fn prompt_of_nobody(field: &str) -> Diagnostic {
    Code::RunMalformed
        .at(field)
        .what("is there, and no \"judge_model\" is")
        .next("name the model that scored the answers too")
}

pub(super) fn no_digest(field: &str, found: &str, expected: &str) -> Diagnostic {
    Code::RunMalformed
        .at(field)
        .what(format!("is {}, {expected}", quote(found)))
        .next("write the SHA-256 of what the judge was asked, or leave the field out")
}
