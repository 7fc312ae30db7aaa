//! What is wrong with a bank, a draw or a sample, one function a message.

use crate::domain::{Code, Diagnostic};

pub(super) fn bank_unscored(id: &str, unscored: usize, all: usize) -> Diagnostic {
    Code::UnscoredItems
        .at("bank")
        .what(format!(
            "{unscored} of {all} items are not scored in full, among them {}",
            format_args!("{:?}", id)
        ))
        .next("a bank stands for all of its items: score them, or take them out of the file")
}

pub(super) fn no_clusters() -> Diagnostic {
    Code::ClusterMissing
        .at("--clusters")
        .what("whole clusters are to be drawn, and the bank carries none")
        .next("name the field that holds them with --cluster KEY, or draw items")
}

pub(super) fn bank_too_small(wanted: usize, there: usize, what: &str) -> Diagnostic {
    Code::TooFewItems.at("bank").what(format!("{wanted} {what} are to be drawn, and there are {there}")).next(
        if wanted == 0 {
            "draw at least one"
        } else {
            "draw fewer, or gate on the whole bank without a sample"
        },
    )
}

pub(super) fn too_many_strata(strata: usize, count: usize) -> Diagnostic {
    Code::TooFewItems
        .at("--strata")
        .what(format!("{count} items cannot give two to each of {strata} strata"))
        .next("draw more items, or by a field with fewer values")
}

pub(super) fn other_bank(expected: &str, found: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("--bank")
        .what(format!("this is not the bank that the sample was drawn from: its items and scores have SHA-256 {found}, and the sample names {expected}"))
        .next("name the file that `evalsig plan sample` read, with the same --metric and --epochs")
}

pub(super) fn other_draw(seed: u64, drawn: usize, listed: usize, first: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("--sample")
        .what(format!(
            "its items are not what seed {seed} draws from this bank: {drawn} are drawn, {listed} are listed, and the first that differs is {}",
            format_args!("{:?}", first)
        ))
        .next("draw the sample again with `evalsig plan sample`, and never edit its items")
}

pub(super) fn clusters_in_population() -> Diagnostic {
    Code::BadUsage
        .at("--about")
        .what("a claim about the population needs the clusters of the bank as units, and items were drawn")
        .next("draw whole clusters with `plan sample --clusters`, or say --cluster none if items are independent")
}

pub(super) fn newer_sample(schema: &str, known: &str) -> Diagnostic {
    Code::RunMalformed
        .at("schema")
        .what(format!("is {}, and this version reads {}", format_args!("{:?}", schema), known))
        .next("use the evalsig that wrote it, or draw the sample again")
}

pub(super) fn sample_unreadable(why: &serde_json::Error) -> Diagnostic {
    Code::RunMalformed
        .at("")
        .what(format!("is no sample: {why}"))
        .next("write it with `evalsig plan sample --bank FILE --items N --seed S --out FILE`")
}

pub(super) fn sample_damaged(member: &str, what: &str) -> Diagnostic {
    Code::RunMalformed.at(member).what(what).next("draw the sample again with `evalsig plan sample`")
}

pub(super) fn nothing_drawn(items: usize, drawn: usize) -> Diagnostic {
    Code::NoOverlap
        .at("candidate")
        .what(format!("none of its {items} items is among the {drawn} that were drawn"))
        .next("score the items of the sample: its member `items` lists them")
}

pub(super) fn judge_incomplete(items: usize) -> Diagnostic {
    Code::UnscoredItems
        .at("--gold")
        .what(format!("{items} item(s) lack a score of the judge in one of the runs"))
        .next("labels correct a judge who scored every item in both runs: have the judge score the rest")
}

pub(super) fn labelled_once(in_candidate: bool) -> Diagnostic {
    let (there, missing) = if in_candidate { ("candidate", "baseline") } else { ("baseline", "candidate") };
    Code::RunsDiffer
        .at("--gold")
        .what(format!("an item is labelled in the {there} and not in the {missing}"))
        .next("people label the answers of both runs to the same items")
}

pub(super) fn labelled_unknown(id: &str) -> Diagnostic {
    Code::RunsDiffer
        .at("--gold")
        .what(format!("item {id:?} is labelled, and the judge did not score it in both runs"))
        .next("label items that are drawn from those of both runs")
}

pub(super) fn too_few_labels(labelled: usize, least: usize) -> Diagnostic {
    Code::TooFewItems
        .at("--gold")
        .what(format!("{labelled} items are labelled, and fewer than {least} say nothing of a judge"))
        .next("label more items; `evalsig doctor --gold` says how many are worth it")
}
