//! Every Eval Ever: `<uuid>_samples.jsonl`, an object a line for each sample that one evaluation scored.

use std::collections::{BTreeMap, BTreeSet};

use super::line_reader::LineReader;
use super::quote::list;
use super::records::{Fields, Records, Row, Scores, as_it_is, name, text, took, unbounded, value};
use super::scalar::Scalar;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, errors, fingerprint, json};
use crate::domain::{Diagnostic, RunMetadata, Unscored, Usage};

const SCORE: &str = "score";
const IS_CORRECT: &str = "is_correct";
/// How many runs a message names.
const NAMED: usize = 16;

const LINE: Projection<'static> = Projection::Fields(&[
    ("schema_version", Projection::All),
    ("evaluation_id", Projection::All),
    ("model_id", Projection::All),
    ("evaluation_name", Projection::All),
    ("evaluation_result_id", Projection::All),
    ("sample_id", Projection::All),
    ("sample_hash", Projection::All),
    ("evaluation", Projection::Fields(&[(SCORE, Projection::All), (IS_CORRECT, Projection::All)])),
    (
        "token_usage",
        Projection::Fields(&[
            ("input_tokens", Projection::All),
            ("output_tokens", Projection::All),
            ("total_tokens", Projection::All),
        ]),
    ),
    ("performance", Projection::Fields(&[("latency_ms", Projection::All)])),
    ("error", Projection::Start(1)),
    ("metadata", Projection::All),
]);

/// Reads instances of Every Eval Ever.
pub(super) struct EeeReader;

impl Reader for EeeReader {
    fn format(&self) -> Format {
        Format::Eee
    }

    fn sniff(&self, head: &[u8]) -> bool {
        if json::first_byte(head) != Some(b'{') {
            return false;
        }
        let (mut id, mut sample, mut scored, mut schema) = (false, false, false, false);
        tree::first_keys(head, |key| {
            match key {
                "items" => return Some(false),
                "schema_version" => schema = true,
                "evaluation_id" => id = true,
                "sample_id" => sample = true,
                "evaluation" => scored = true,
                _ => {}
            }
            (id && sample && scored && schema).then_some(true)
        })
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut options = options.clone();
        // The field that everybody names it by.
        options.metric = options
            .metric
            .map(|metric| metric.strip_prefix("evaluation.").map_or_else(|| metric.clone(), str::to_owned));
        let mut records = Records::new(&options, |line| format!("line {line}"));
        let mut runs: Vec<Evaluation> = Vec::new();
        let mut known: BTreeMap<Evaluation, usize> = BTreeMap::new();
        let mut of_rows: Vec<usize> = Vec::new();
        let mut version = None;
        let mut lines = LineReader::of(content);
        while let Some((number, line)) = lines.next()? {
            let node = tree::parse(line, LINE).map_err(|error| json::on_line(number, error))?;
            let evaluation =
                Evaluation::of(&node).map_err(|error| error.within(&format!("line {number}")))?;
            let next = runs.len();
            let run = *known.entry(evaluation.clone()).or_insert(next);
            if run == next {
                runs.push(evaluation);
            }
            of_rows.push(run);
            version = version.or_else(|| text(&node, &["schema_version"]).map(str::to_owned));
            records.push(row(number, &node).map_err(|error| error.within(&format!("line {number}")))?)?;
        }
        let chosen = choose(&runs, options.run_id.as_deref())?;
        let run = runs.get(chosen).ok_or_else(errors::no_rows)?;
        records.keep(|row| of_rows.get(row) == Some(&chosen));
        let names = RunMetadata {
            run_id: if runs.len() > 1 { run.label(&runs) } else { run.id.clone() },
            model_id: name(Some(run.model.as_str()).filter(|model| !model.is_empty())),
            task_id: name(Some(run.name.as_str()).filter(|name| !name.is_empty())),
            ..RunMetadata::default()
        };
        let reading = records.finish(Scores {
            format: Format::Eee,
            place: "evaluation",
            names,
            headline: None,
            aside: &[IS_CORRECT],
            range: unbounded,
        })?;
        Ok(Reading { version, ..reading })
    }
}

/// What an instance is part of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Evaluation {
    id: String,
    model: String,
    name: String,
    result: String,
}

impl Evaluation {
    fn of(line: &Node) -> Result<Self, Diagnostic> {
        let field = |name: &str| -> Result<String, Diagnostic> {
            let scalar = line.get(name).map_or(Scalar::Null, Node::scalar);
            Ok(scalar.optional_name().map_err(|error| error.within(name))?.unwrap_or_default())
        };
        Ok(Self {
            id: field("evaluation_id")?,
            model: field("model_id")?,
            name: field("evaluation_name")?,
            result: field("evaluation_result_id")?,
        })
    }

    /// What a caller chooses it by: as much of it as tells it from the others.
    fn label(&self, all: &[Self]) -> String {
        let several = |of: fn(&Self) -> &str| all.iter().map(of).collect::<BTreeSet<_>>().len() > 1;
        let mut parts = Vec::new();
        if several(|run| &run.id) {
            parts.push(self.id.as_str());
        }
        if several(|run| &run.model) {
            parts.push(&self.model);
        }
        if several(|run| &run.name) {
            parts.push(&self.name);
        }
        if all.iter().any(|run| run.name == self.name && run.result != self.result) {
            parts.push(&self.result);
        }
        parts.join(" ")
    }
}

/// The evaluation that is read.
fn choose(runs: &[Evaluation], wanted: Option<&str>) -> Result<usize, Diagnostic> {
    let labels: Vec<String> = runs.iter().map(|run| run.label(runs)).collect();
    match (runs, wanted) {
        ([], _) => Err(errors::no_rows()),
        ([_], None) => Ok(0),
        ([only], Some(wanted)) if only.id == wanted => Ok(0),
        ([only], Some(wanted)) => Err(errors::unknown_run(wanted, &list([only.id.as_str()], NAMED))),
        (_, Some(wanted)) => labels
            .iter()
            .position(|label| label == wanted)
            .ok_or_else(|| errors::unknown_run(wanted, &list(labels.iter().map(String::as_str), NAMED))),
        (_, None) => Err(errors::several_runs(runs.len(), &list(labels.iter().map(String::as_str), NAMED))),
    }
}

fn row(number: u64, line: &Node) -> Result<Row<'_>, Diagnostic> {
    let id = line.get("sample_id").map_or(Scalar::Null, Node::scalar).id();
    let id = id.map_err(|error| error.within("sample_id"))?.into_owned();
    let of = |outer: &str, inner: &str| line.get(outer).and_then(|outer| outer.get(inner));
    let mut scores = vec![
        (SCORE.to_owned(), value(of("evaluation", SCORE))),
        (IS_CORRECT.to_owned(), value(of("evaluation", IS_CORRECT))),
    ];
    scores.extend(took(Usage::LatencyMs, of("performance", "latency_ms"), as_it_is));
    scores.extend(took(Usage::InputTokens, of("token_usage", "input_tokens"), as_it_is));
    scores.extend(took(Usage::OutputTokens, of("token_usage", "output_tokens"), as_it_is));
    scores.extend(took(Usage::TotalTokens, of("token_usage", "total_tokens"), as_it_is));
    Ok(Row {
        number,
        fields: Fields { record: line, inside: line.get("metadata").into_iter().chain([line]).collect() },
        id,
        epoch: Some(0),
        target: text(line, &["sample_hash"]).map_or(0, fingerprint::hash),
        input: 0,
        unscored: text(line, &["error"]).map(|_| Unscored::Failed),
        scores,
    })
}
