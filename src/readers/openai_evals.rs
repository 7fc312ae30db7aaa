//! openai/evals: the log of a run of `oaieval`, JSON Lines of events in no order, with what was run before them and a
//! report behind them.

use std::collections::BTreeMap;

use super::line_reader::LineReader;
use super::records::{Fields, Records, Row, Scores, Value, name, text, unit, value};
use super::scalar::Scalar;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, created, errors, fingerprint, json, table};
use crate::domain::{Diagnostic, RunMetadata, ScoreRange, Unscored};

/// Whether the answer matched, under the name that the report has for the mean of it.
const ACCURACY: &str = "accuracy";
/// The types of events that say what a sample came to.
const SCORING: [&str; 3] = ["match", "metrics", "error"];
/// By how much a mean that was added in another order may differ.
const ROUNDING: f64 = 1e-6;

const LINE: Projection<'static> = Projection::Fields(&[
    (
        "spec",
        Projection::Fields(&[
            ("eval_name", Projection::All),
            ("base_eval", Projection::All),
            ("completion_fns", Projection::All),
            ("run_id", Projection::All),
            ("created_at", Projection::All),
        ]),
    ),
    ("final_report", Projection::All),
    ("sample_id", Projection::All),
    ("event_id", Projection::All),
    ("type", Projection::All),
    // Prompts and answers outweigh all else.
    ("data", Projection::Without(&["prompt", "sampled", "picked", "options"])),
]);

/// Reads logs of openai/evals.
pub(super) struct OpenAiEvalsReader;

impl Reader for OpenAiEvalsReader {
    fn format(&self) -> Format {
        Format::OpenAiEvals
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let line = json::head(head).trim_start().lines().next().unwrap_or_default();
        let (mut spec, mut other) = (false, false);
        tree::first_keys(line.as_bytes(), |key| {
            match key {
                "spec" => spec = true,
                _ => other = true,
            }
            None
        });
        spec && !other && line.contains("\"completion_fns\"")
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let (mut spec, mut report) = (None, None);
        let mut samples: BTreeMap<String, Sample> = BTreeMap::new();
        let mut lines = LineReader::of(content);
        while let Some((number, line)) = lines.next()? {
            let here = |error: Diagnostic| json::on_line(number, error);
            let node = tree::parse(line, LINE).map_err(here)?;
            if let Some(found) = node.get("spec") {
                spec.get_or_insert_with(|| found.clone());
            } else if let Some(found) = node.get("final_report") {
                report = Some(found.clone());
            } else {
                take(number, &node, &mut samples).map_err(here)?;
            }
        }
        let report = report.ok_or_else(errors::no_final_report)?;
        let spec = spec.unwrap_or(Node::Leaf(Scalar::Null));
        let mut records = Records::new(options, |line| format!("line {line}"));
        let none = Node::Leaf(Scalar::Null);
        for (id, sample) in &samples {
            for row in sample.rows(id, &none) {
                records.push(row)?;
            }
        }
        check(&records, &report)?;
        let model = match spec.get("completion_fns") {
            Some(Node::List(models)) => models.first().and_then(Node::text),
            other => other.and_then(Node::text),
        };
        let names = RunMetadata {
            run_id: text(&spec, &["run_id"]).unwrap_or(table::stem(content.path())).to_owned(),
            model_id: name(model),
            task_id: name(text(&spec, &["eval_name"]).or(text(&spec, &["base_eval"]))),
            ..RunMetadata::default()
        };
        let reading = records.finish(Scores {
            format: Format::OpenAiEvals,
            place: "events",
            names,
            headline: Some(ACCURACY),
            aside: &[],
            range,
        })?;
        Ok(Reading { created: text(&spec, &["created_at"]).and_then(created::at_offset), ..reading })
    }
}

fn range(metric: &str) -> Option<ScoreRange> {
    if metric == ACCURACY { unit(metric) } else { None }
}

/// What the events say of one sample.
#[derive(Default)]
struct Sample {
    line: u64,
    /// The values of each metric by the number of their events.
    values: BTreeMap<String, BTreeMap<u64, Value>>,
    failed: bool,
    target: u64,
}

impl Sample {
    /// A row a repeat. Events have no epochs: of several of one kind, each is a repeat, in the order of their numbers.
    fn rows<'n>(&self, id: &str, none: &'n Node) -> Vec<Row<'n>> {
        let repeats = self.values.values().map(BTreeMap::len).max().unwrap_or(0).max(1);
        (0..repeats)
            .map(|repeat| {
                let value = |(name, values): (&String, &BTreeMap<u64, Value>)| {
                    values.values().nth(repeat).map(|value| (name.clone(), *value))
                };
                Row {
                    number: self.line,
                    fields: Fields { record: none, inside: Vec::new() },
                    id: id.to_owned(),
                    epoch: u32::try_from(repeat).ok(),
                    target: self.target,
                    input: 0,
                    unscored: (self.failed && self.values.is_empty()).then_some(Unscored::Failed),
                    scores: self.values.iter().filter_map(value).collect(),
                }
            })
            .collect()
    }
}

/// Takes an event.
fn take(number: u64, event: &Node, samples: &mut BTreeMap<String, Sample>) -> Result<(), Diagnostic> {
    let kind = text(event, &["type"]).unwrap_or_default();
    // What is of no sample, such as the progress of the run, scores none.
    if !SCORING.contains(&kind) && event.get("sample_id").is_none_or(Node::is_null) {
        return Ok(());
    }
    let id = event.get("sample_id").map_or(Scalar::Null, Node::scalar).id();
    let id = id.map_err(|error| error.within("sample_id"))?.into_owned();
    let sample = samples.entry(id).or_insert_with(|| Sample { line: number, ..Sample::default() });
    // An event that has no number has that of its line.
    let at = event.get("event_id").and_then(Node::count).unwrap_or(number);
    let data = event.get("data");
    let mut put = |name: &str, value: Value| {
        let before = sample.values.entry(name.to_owned()).or_default().insert(at, value);
        if before.is_some() { Err(errors::event_twice(at)) } else { Ok(()) }
    };
    match kind {
        "match" => {
            put(ACCURACY, value(data.and_then(|data| data.get("correct"))))?;
            sample.target = data.and_then(|data| data.get("expected")).map_or(0, fingerprint::of_node);
        }
        "metrics" => {
            for (name, found) in data.into_iter().flat_map(Node::fields) {
                let name = if name == ACCURACY { "metrics/accuracy" } else { name };
                put(name, value(Some(found)))?;
            }
        }
        "error" => sample.failed = true,
        _ => {}
    }
    Ok(())
}

/// # Errors
/// `run-malformed` where the report has another accuracy than the matches.
fn check(records: &Records<'_>, report: &Node) -> Result<(), Diagnostic> {
    let (count, sum) = records.count_and_sum(ACCURACY);
    let Ok(said) = value(report.get(ACCURACY)) else { return Ok(()) };
    let mean = if count == 0 { return Ok(()) } else { sum / count as f64 };
    if (said.get() - mean).abs() > ROUNDING {
        return Err(errors::report_differs(ACCURACY, said.get(), mean, count));
    }
    Ok(())
}
