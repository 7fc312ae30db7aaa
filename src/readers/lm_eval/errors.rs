//! Why samples of lm-evaluation-harness are refused, one function a message.

use super::super::errors::CUT_SHORT;
use super::super::quote::{escape, quote};
use crate::domain::{Code, Diagnostic};

pub(super) use super::super::errors::no_sample;

pub(super) fn fewer_documents_than_counted(held: usize, counted: u64) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("holds {held} documents, and the results beside it count {counted}"))
        .next(CUT_SHORT)
}

pub(super) fn no_such_metric() -> Diagnostic {
    Code::Bug.at("readers").what("chose a metric that is none")
}

pub(super) fn answers_only(metric: &str) -> Diagnostic {
    Code::RunMalformed
        .at(escape(metric))
        .what("is no score: the run kept the answers and computed no metric (--predict_only)")
        .next("run the task without --predict_only, or score the answers and give the scores as a table")
}

pub(super) fn no_metric() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("no line carries a metric")
        .next("run the task with a metric, and with --log_samples")
}

pub(super) fn filters_differ(first: &str, expected: usize, other: &str, count: usize) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!(
            "filter {} holds {expected} documents and filter {} holds {count}",
            quote(first),
            quote(other)
        ))
        .next("the file was cut short or put together from several: write it again")
}
