//! promptfoo's results: JSON (`-o out.json`) and JSON Lines (`-o out.jsonl`). One file holds every
//! provider with every prompt, in no order; each pair of them is a run of its own.

mod errors;
mod grading;
mod judges;
mod result_row;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use self::judges::Judges;
use self::result_row::{PROJECTION, ResultRow};
use super::labels::Labels;
use super::line_reader::LineReader;
use super::quote::{list, quote};
use super::tree::{self, Node, Projection};
use super::{
    Content, Format, ReadOptions, Reader, Reading, created, json, metric_choice, table, unsupported,
};
use crate::domain::{Diagnostic, Direction, Item, RunFrameBuilder, RunMetadata, ScoreRange, Unscored};

/// How many runs a message names.
const NAMED: usize = 16;

/// Reads what promptfoo writes for programs.
pub(super) struct PromptfooReader;

impl Reader for PromptfooReader {
    fn format(&self) -> Format {
        Format::Promptfoo
    }

    fn sniff(&self, head: &[u8]) -> bool {
        json::first_byte(head) == Some(b'{') && (is_whole(head) || is_row(head))
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut clusters = Labels::clusters(&options.cluster);
        let mut slices = Labels::slices(options.slice.as_deref());
        let mut names = RunMetadata {
            run_id: table::stem(content.path()).to_owned(),
            task_id: table::UNKNOWN.to_owned(),
            ..RunMetadata::default()
        };
        let id = options.id.as_deref();
        let (mut rows, mut judges) = (Vec::new(), Judges::default());
        let (mut version, mut created) = (None, None);
        if is_whole(content.head()) {
            let shape = Projection::Fields(&[
                ("evalId", Projection::All),
                (
                    "results",
                    Projection::Fields(&[
                        ("results", Projection::Each(&PROJECTION)),
                        ("timestamp", Projection::All),
                    ]),
                ),
                ("config", Projection::Fields(&[("description", Projection::All)])),
                (
                    "metadata",
                    Projection::Fields(&[
                        ("promptfooVersion", Projection::All),
                        ("evaluationCreatedAt", Projection::All),
                    ]),
                ),
            ]);
            let file = tree::parse(json::text(&content.bytes()?)?, shape)?;
            let Some(Node::List(results)) = file.get("results").and_then(|results| results.get("results"))
            else {
                return Err(errors::no_results());
            };
            for (at, result) in results.iter().enumerate() {
                let within = |error: Diagnostic| error.within(&format!("results.results[{at}]"));
                judges.take(result);
                rows.push(ResultRow::of(result, &mut clusters, &mut slices, id).map_err(within)?);
            }
            let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
            version = text(file.get("metadata").and_then(|metadata| metadata.get("promptfooVersion")));
            let moments = [("metadata", "evaluationCreatedAt"), ("results", "timestamp")];
            created = moments
                .iter()
                .find_map(|(part, field)| created::at_offset(file.get(part)?.get(field)?.text()?));
            names.run_id = text(file.get("evalId")).unwrap_or(names.run_id);
            names.task_id = text(file.get("config").and_then(|config| config.get("description")))
                .unwrap_or(names.task_id);
        } else {
            let mut lines = LineReader::of(content);
            while let Some((line, text)) = lines.next()? {
                let within = |mut error: Diagnostic| {
                    error.place = format!("line {line}");
                    error
                };
                let result = tree::parse(text, PROJECTION).map_err(within)?;
                judges.take(&result);
                rows.push(ResultRow::of(&result, &mut clusters, &mut slices, id).map_err(within)?);
            }
        }
        clusters.check_in("metadata", "results carry")?;
        slices.check_in("metadata", "results carry")?;
        let reading = finish(rows, names, clusters.ignored(), options)?;
        let judge = judges.of(&reading.run.metadata().metric_name);
        Ok(Reading { version, created, run: reading.run.judged_by(judge), ..reading })
    }
}

/// Whether a file is one object with all results in it.
fn is_whole(head: &[u8]) -> bool {
    let (mut id, mut results) = (false, false);
    tree::first_keys(head, |key| {
        match key {
            "evalId" => id = true,
            "results" => results = true,
            "items" | "samples" => return Some(false),
            _ => {}
        }
        (id && results).then_some(true)
    })
}

/// Whether a file begins with one result.
fn is_row(head: &[u8]) -> bool {
    let mut seen = BTreeSet::new();
    unsupported::keys(json::head(head), &mut |key| {
        seen.insert(key.to_owned());
        seen.len() < 64
    });
    ["promptIdx", "testCase", "namedScores"].iter().all(|key| seen.contains(*key))
}

/// The run of the one provider and prompt that is chosen.
fn finish(
    mut rows: Vec<ResultRow>,
    mut names: RunMetadata,
    ignored_clusters: usize,
    options: &ReadOptions,
) -> Result<Reading, Diagnostic> {
    let variants: BTreeSet<String> = rows.iter().map(|row| row.variant.clone()).collect();
    if variants.len() > 1 {
        let chosen =
            options.run_id.as_ref().filter(|wanted| variants.contains(*wanted)).ok_or_else(|| {
                let all = list(variants.iter().map(String::as_str), NAMED);
                let no = options.run_id.as_deref().map(|wanted| format!("no run is {}; ", quote(wanted)));
                errors::several_runs(&no.unwrap_or_default(), variants.len(), &all)
            })?;
        rows.retain(|row| row.variant == *chosen);
        names.run_id.clone_from(chosen);
    } else if let Some(wanted) = options.run_id.as_ref().filter(|wanted| **wanted != names.run_id) {
        return Err(errors::other_run_wanted(&names.run_id, wanted));
    }
    let metrics: BTreeSet<&str> = rows.iter().flat_map(ResultRow::metrics).collect();
    let metrics: Vec<&str> = metrics.into_iter().collect();
    if metrics.is_empty() {
        return Err(errors::empty());
    }
    let usage: BTreeSet<&str> = rows.iter().flat_map(|row| row.usage.metrics()).collect();
    let usage: Vec<&str> = usage.into_iter().filter(|name| !metrics.contains(name)).collect();
    let chosen = metric_choice::choose("results", &metrics, &usage, options.metric.as_deref(), None)?;
    let is_usage = usage.contains(&chosen.name);
    names.metric_name = chosen.name.to_owned();
    names.model_id = rows.first().map(|row| row.provider.clone()).unwrap_or_default();

    // Repeats are told apart by the order in which their tests are numbered, not by that of the file.
    let mut order: Vec<&ResultRow> = rows.iter().collect();
    order.sort_by(|a, b| (&a.item, a.test).cmp(&(&b.item, b.test)));
    let mut builder = RunFrameBuilder::default();
    builder.ignored_clusters(ignored_clusters);
    let is_share =
        names.metric_name == "success" || names.metric_name == "score" && rows.iter().all(|row| row.is_share);
    builder.score_range(is_share.then_some(ScoreRange::UNIT));
    let mut epochs: BTreeMap<&str, u32> = BTreeMap::new();
    let mut before: Option<&ResultRow> = None;
    for row in order {
        if row.test.is_some()
            && before.is_some_and(|other| (&other.item, other.test) == (&row.item, row.test))
        {
            return Err(errors::duplicate_test(row.test.unwrap_or(0), &row.item));
        }
        before = Some(row);
        let epoch = epochs.entry(&row.item).or_insert(0);
        let score = match row.usage(&names.metric_name) {
            Some(figure) if is_usage => figure,
            _ => row.score(&names.metric_name),
        };
        builder.push(Item { id: &row.item, epoch: *epoch, cluster: row.cluster.as_deref(), score });
        builder.slice(row.slice.as_deref());
        // Who names one of several prompts knows that prompts differ.
        if variants.len() == 1 {
            builder.input(row.prompt);
        }
        *epoch += 1;
    }
    if !is_usage && rows.iter().all(|row| row.score(&names.metric_name) == Err(Unscored::NothingAsserted)) {
        return Err(errors::nothing_asserted());
    }
    let mut notes = Vec::new();
    if is_usage {
        builder.direction(Some(Direction::LowerIsBetter));
        let cached = rows.iter().filter(|row| row.usage.cached).count();
        if cached > 0 {
            notes.push(format!(
                "{cached} of {} answers came from promptfoo's cache, so what they took is not known; promptfoo eval \
                 --no-cache asks the model each time.",
                rows.len()
            ));
        }
    }
    let reading = Reading::of(builder.finish(names)?, Format::Promptfoo);
    Ok(Reading { metrics: chosen.available, notes, ..reading })
}
