//! lm-evaluation-harness: `samples_<task>_<date>.jsonl`, one object a line, one line for each document
//! and filter; and what the `results_<date>.json` beside it says of the run.

mod documents;
mod errors;
mod results;

use std::collections::BTreeMap;

use self::documents::{DocumentLine, DocumentLines};
use self::results::ResultsFile;
use super::quote::{escape, list};
use super::{Content, Format, ReadOptions, Reader, Reading, json, metric_choice, tree};
use crate::domain::{Code, Diagnostic, Item, RunFrameBuilder, RunMetadata, ScoreRange, Unscored};

/// Task and date of the name of a file of samples.
pub(super) fn task_and_date(name: &str) -> Option<(&str, &str)> {
    results::parts(name)
}

/// What the harness writes, 999 for every document, where it only kept the answers.
const BYPASS: &str = "bypass";
/// Metrics that the harness computes for a document as right and wrong, or as a share.
const SHARES: [&str; 7] = [
    "acc",
    "acc_norm",
    "acc_bytes",
    "acc_mutual_info",
    "exact_match",
    "prompt_level_strict_acc",
    "prompt_level_loose_acc",
];
/// How many metrics a message names.
const NAMED: usize = 16;

/// Reads samples of lm-evaluation-harness.
pub(super) struct LmEvalReader;

impl Reader for LmEvalReader {
    fn format(&self) -> Format {
        Format::LmEval
    }

    fn sniff(&self, head: &[u8]) -> bool {
        if json::first_byte(head) != Some(b'{') {
            return false;
        }
        let (mut id, mut marked) = (false, false);
        tree::first_keys(head, |key| {
            match key {
                "items" | "run_id" => return Some(false),
                "doc_id" => id = true,
                "doc" | "arguments" | "resps" | "filtered_resps" => marked = true,
                _ => {}
            }
            (id && marked).then_some(true)
        })
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn in_folder<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        names.iter().map(String::as_str).filter(|name| results::parts(name).is_some()).collect()
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let samples = DocumentLines::read(content, options)?;
        samples.whole()?;
        let mut notes = Vec::new();
        let (metric, filter, metrics) = choose(&samples, options.metric.as_deref(), &mut notes)?;
        let results = ResultsFile::of(content)?;
        let chosen: Vec<&DocumentLine> = samples.lines.iter().filter(|line| line.filter == filter).collect();
        results.check_count(chosen.len())?;
        notes.extend(results.missing());

        let mut run = RunFrameBuilder::default();
        for line in &chosen {
            let value = line.values.iter().find(|(held, _)| *held == metric).map(|(_, value)| *value);
            let score = value.flatten().unwrap_or(Err(Unscored::Missing));
            run.push(Item { id: &line.id, epoch: 0, cluster: line.cluster.as_deref(), score });
            run.slice(line.slice.as_deref());
            line.fingerprint.into_iter().for_each(|fingerprint| run.fingerprint(fingerprint));
        }
        samples.clusters.check_in("doc", "doc holds")?;
        samples.slices.check_in("doc", "doc holds")?;
        let metric = samples.name(metric);
        run.score_range(SHARES.contains(&metric).then_some(ScoreRange::UNIT));
        run.ignored_clusters(samples.clusters.ignored());
        run.direction(results.direction(metric));
        let names = RunMetadata { metric_name: key(metric, samples.name(filter)), ..results.names() };
        let at = |row: usize| format!("line {}", chosen.get(row).map_or(0, |line| line.number));
        let run = run.finish_at(names, &at).map_err(|error| {
            let unnamed = error.code == Code::DuplicateItem && chosen.iter().any(|line| !line.names_filter);
            if unnamed { two_filters(error) } else { samples.in_doc(error) }
        })?;
        let (version, created) = (results.version(), results.created());
        Ok(Reading { version, created, metrics, notes, ..Reading::of(run, Format::LmEval) })
    }
}

/// The metric and the filter that are read, by their numbers, and the names of all that could be.
fn choose(
    samples: &DocumentLines<'_>,
    wanted: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<(usize, usize, Vec<String>), Diagnostic> {
    // Whether all values of a metric under a filter are single numbers, or none at all.
    let mut single: BTreeMap<(usize, usize), bool> = BTreeMap::new();
    for line in &samples.lines {
        for (metric, value) in &line.values {
            *single.entry((*metric, line.filter)).or_insert(true) &= value.is_some();
        }
    }
    let mut choices: Vec<(String, (usize, usize), bool)> = single
        .into_iter()
        .map(|(at, single)| (key(samples.name(at.0), samples.name(at.1)), at, single))
        .collect();
    choices.sort();
    let of = |single: bool| -> Vec<&str> {
        choices.iter().filter(|choice| choice.2 == single).map(|(name, ..)| name.as_str()).collect()
    };
    let (numbers, others) = (of(true), of(false));
    // A metric without its filter names one where it has only one.
    let named = wanted.map(|wanted| {
        let mut of = choices.iter().filter(|(_, at, _)| samples.name(at.0) == wanted);
        of.next().filter(|_| of.next().is_none()).map_or(wanted, |(name, ..)| name.as_str())
    });
    let first_other = others.first().copied().filter(|_| numbers.is_empty());
    if let Some(other) = named.filter(|named| others.contains(named)).or(first_other) {
        return Err(Code::RunMalformed
            .at(escape(other))
            .what("is not one number for each item, so items cannot be compared by it")
            .next(match &numbers[..] {
                [] => "run the task with a metric of single items, such as acc".to_owned(),
                numbers => format!("choose another with --metric: {}", list(numbers.iter().copied(), NAMED)),
            }));
    }
    if numbers.is_empty() {
        return Err(errors::no_metric());
    }
    let metric_choice::MetricChoice { name: chosen, available: held, note } =
        metric_choice::choose("metric,filter", &numbers, &[], named, None)?;
    notes.extend(note);
    if chosen.split(',').next() == Some(BYPASS) {
        return Err(errors::answers_only(chosen));
    }
    if !others.is_empty() {
        notes.push(format!(
            "Not one number for each item, and so not to be chosen: {}.",
            list(others.iter().copied(), NAMED)
        ));
    }
    match choices.iter().find(|(name, ..)| name == chosen) {
        Some((_, (metric, filter), _)) => Ok((*metric, *filter, held)),
        None => Err(errors::no_such_metric()),
    }
}

/// Before version 0.4.3 a task with several filters wrote them into one file and did not name them.
fn two_filters(error: Diagnostic) -> Diagnostic {
    let what =
        format!("{}; the lines name no filter, so this may be the same document under another", error.what);
    Diagnostic { what, ..error }
        .next("keep the lines of one filter in the file, or write it with a version that names filters")
}

/// The name of a metric as the keys of the results have it.
fn key(metric: &str, filter: &str) -> String {
    format!("{metric},{filter}")
}
