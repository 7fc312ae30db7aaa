//! Why an Inspect log is refused, one function a message.

use std::fmt::Display;

use super::super::errors::{DAMAGED, DAMAGED_OR_CUT};
use super::super::quote::{escape, ours, quote};
use crate::domain::{Code, Diagnostic};

pub(super) use super::super::errors::no_sample;

pub(super) fn damaged_archive(error: impl Display) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("cannot be read as a zip archive: {}", escape(&error.to_string())))
        .next(DAMAGED_OR_CUT)
}

pub(super) fn no_list_of_summaries(member: impl Into<String>) -> Diagnostic {
    Code::RunMalformed.at(member).what("is no list of summaries").next(DAMAGED)
}

pub(super) fn no_header(held: &str) -> Diagnostic {
    Code::FormatUnknown
        .at("")
        .what(format!("is a zip archive without header.json, so no Inspect log; it holds {held}"))
        .next("unpack it and name the run file inside")
}

pub(super) fn still_running() -> Diagnostic {
    Code::RunUnfinished
        .at("")
        .what("the log has a journal and no header.json: its run crashed or is still going on")
        .next("finish the run (inspect eval-retry) and take the log of the finished one")
}

pub(super) fn journal_part_missing(part: impl Display) -> Diagnostic {
    Code::RunMalformed
        .at("_journal/summaries")
        .what(format!("part {part} of the journal is missing"))
        .next(DAMAGED)
}

pub(super) fn no_summaries() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("holds neither summaries.json nor summaries in its journal")
        .next("the log was written without samples, or is damaged: write it again")
}

pub(super) fn duplicate_members() -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what("has two members by one name, and which of them counts depends on the program that reads it")
        .next("write the log again: inspect writes each member once")
}

pub(super) fn too_many_members(members: usize, most: usize) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("holds {members} members, and no log holds more than {most}"))
        .next(DAMAGED)
}

pub(super) fn other_run_wanted(run_id: &str, wanted: &str) -> Diagnostic {
    Code::RunAmbiguous
        .at("eval.eval_id")
        .what(format!("is {}, and {} was asked for", quote(run_id), ours(wanted)))
        .next("give the file that holds the other")
}

pub(super) fn field_missing(field: &str) -> Diagnostic {
    Code::RunMalformed
        .at(format!("eval.{field}"))
        .what("is missing, expected a string")
        .next("the log must name its task and model: write it again")
}

pub(super) fn samples_missing(completed: u64, found: usize) -> Diagnostic {
    Code::RunMalformed
        .at("samples")
        .what(format!("the log counts {completed} completed samples and holds {found}"))
        .next("the file is damaged, or samples were left out: write it again")
}

pub(super) fn invalidated() -> Diagnostic {
    Code::RunUnfinished
        .at("invalidated")
        .what("the log was declared invalid")
        .next("run the evaluation again, or take the invalidation back if it was a mistake")
}

pub(super) fn no_status() -> Diagnostic {
    Code::RunMalformed
        .at("status")
        .what("is missing")
        .next("the log must say how its run ended: write it again")
}

pub(super) fn not_successful(status: impl Display, next: impl Into<String>) -> Diagnostic {
    Code::RunUnfinished.at("status").what(format!("is {status}, and only \"success\" is judged")).next(next)
}

pub(super) fn summary_differs(member: &str, score: &str, own: &str, summary: &str) -> Diagnostic {
    Code::RunMalformed
                    .at(escape(member))
                    .what(format!("the score {} is {own}, and the summaries say {summary}", quote(score)))
                    .next("the log was changed after it was written: take the log that the run wrote, or score it again (inspect score)")
}

pub(super) fn mean_differs(
    scorer: &str,
    metric: &str,
    reported: f64,
    samples: usize,
    found: &str,
) -> Diagnostic {
    Code::RunMalformed
            .at(format!("results.scores[{}].metrics.{}", quote(scorer), escape(metric)))
            .what(format!("is {reported}, and the {samples} samples of the log have a mean of {found}"))
            .next("the header and the samples are of two states of the log: score it again (inspect score) or write it again")
}

pub(super) fn labels_only(score: &str, like: &str) -> Diagnostic {
    Code::RunMalformed
        .at(format!("scores[{}]", quote(score)))
        .what(format!("no sample has a number: the values are labels{like}"))
        .next("choose a score with numbers or grades (C, P, I, N) with --metric, or score the log again")
}

pub(super) fn list_of_scores() -> Diagnostic {
    Code::RunMalformed
        .at("scores")
        .what("the score is a list: several judges gave one each")
        .next("reduce them to one score when scoring (for example mode or mean)")
}

pub(super) fn no_scores() -> Diagnostic {
    Code::RunMalformed
        .at("samples")
        .what("no sample carries a score")
        .next("score the log first (inspect score)")
}

pub(super) fn ambiguous_score_name(shown: impl Display) -> Diagnostic {
    Code::RunMalformed
        .at("scores")
        .what(format!("a scorer and a key of another are both called {shown}"))
        .next("rename one of them and score the log again (inspect score)")
}

pub(super) fn header_only() -> Diagnostic {
    Code::RunMalformed
        .at("samples")
        .what("the log holds its header only, without samples")
        .next("write the log with its samples (inspect log dump without --header-only)")
}

pub(super) fn unreadable_archive() -> Diagnostic {
    Code::RunMalformed.at("").what("cannot be read as a zip archive").next(DAMAGED)
}

pub(super) fn cluster_incomplete(place: impl Into<String>, id: &str) -> Diagnostic {
    Code::ClusterIncomplete
        .at(place)
        .what(format!("sample {} carries no cluster, and earlier ones do", quote(id)))
        .next("give every sample its cluster, or say --cluster none if they are independent")
}

pub(super) fn label_removed(place: impl Into<String>) -> Diagnostic {
    Code::RunMalformed
        .at(place)
        .what("was removed or cut in the summary, and the sample itself does not hold it")
        .next(DAMAGED)
}

pub(super) fn duplicate_sample(epoch: u32, id: &str) -> Diagnostic {
    Code::DuplicateItem
        .at("summaries")
        .what(format!("two samples in epoch {epoch} have the id {} and ask different things", quote(id)))
        .next("give each sample of the data set an id of its own and run it again")
}
