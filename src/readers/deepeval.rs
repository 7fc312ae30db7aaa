//! DeepEval: a test run as it is kept in `.deepeval/.latest_run_full.json`, or in the folder for results.

use std::collections::{BTreeMap, BTreeSet};

use super::records::{Fields, Records, Row, Scores, Value, as_it_is, name, text, took, unbounded, value};
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, errors, fingerprint, json, table, usage};
use crate::domain::{Diagnostic, Digest, Judge, RunMetadata, Unscored, Usage};

/// What names a test case that nobody named, before its number.
const UNNAMED: [&str; 3] = ["test_case_", "conversational_test_case_", "multimodal_test_case_"];
/// Whether all metrics of a test case reached their thresholds: never the score unless it is asked for.
const SUCCESS: &str = "success";
/// Digits of the hash that names a test case: 64 bits.
const DIGITS: usize = 16;
/// By how much a sum of scores that was added in another order may differ.
const ROUNDING: f64 = 1e-6;

const METRIC: Projection<'static> = Projection::Fields(&[
    ("name", Projection::All),
    ("score", Projection::All),
    ("success", Projection::All),
    ("error", Projection::Start(1)),
    ("evaluationModel", Projection::All),
]);
const TURN: Projection<'static> =
    Projection::Fields(&[("role", Projection::All), ("content", Projection::All)]);
const CASE: Projection<'static> = Projection::Fields(&[
    ("name", Projection::All),
    ("input", Projection::All),
    ("expectedOutput", Projection::All),
    ("scenario", Projection::All),
    ("turns", Projection::Each(&TURN)),
    ("success", Projection::All),
    ("metricsData", Projection::Each(&METRIC)),
    ("completionTime", Projection::All),
    ("tokenCost", Projection::All),
    ("inputTokenCount", Projection::All),
    ("outputTokenCount", Projection::All),
    ("metadata", Projection::All),
    ("tags", Projection::All),
    // Its spans repeat names of metrics and are no scores of the test case.
    ("trace", Projection::Fields(&[])),
]);
const RUN: &[(&str, Projection<'static>)] = &[
    ("testCases", Projection::Each(&CASE)),
    ("conversationalTestCases", Projection::Each(&CASE)),
    (
        "metricsScores",
        Projection::Each(&Projection::Fields(&[("metric", Projection::All), ("scores", Projection::All)])),
    ),
    ("identifier", Projection::All),
    ("hyperparameters", Projection::Fields(&[("model", Projection::All)])),
    ("testFile", Projection::All),
    ("datasetAlias", Projection::All),
];
/// Reads test runs of DeepEval.
pub(super) struct DeepEvalReader;

impl Reader for DeepEvalReader {
    fn format(&self) -> Format {
        Format::DeepEval
    }

    fn sniff(&self, head: &[u8]) -> bool {
        json::first_byte(head) == Some(b'{')
            && tree::first_keys(head, |key| match key {
                "items" | "samples" | "evalId" => Some(false),
                "testCases" | "conversationalTestCases" | "testRunData" => Some(true),
                _ => None,
            })
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Other files have test cases; only these tell of the metrics of each.
        self.sniff(head) && json::head(head).contains("\"metricsData\"")
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        // Older versions keep the run inside another object.
        let shape = [&[("testRunData", Projection::Fields(RUN))], RUN].concat();
        let file = tree::parse(json::text(&content.bytes()?)?, Projection::Fields(&shape))?;
        let run = file.get("testRunData").unwrap_or(&file);
        let list = |field: &str| match run.get(field) {
            Some(Node::List(cases)) => cases.as_slice(),
            _ => &[],
        };
        let (single, conversations) = (list("testCases"), list("conversationalTestCases"));
        let names = item_names(single.iter().chain(conversations));
        let count = single.len() as u64;
        let mut records = Records::new(options, move |number| match number.checked_sub(count) {
            None => format!("testCases[{number}]"),
            Some(at) => format!("conversationalTestCases[{at}]"),
        });
        for ((number, case), id) in (0..).zip(single.iter().chain(conversations)).zip(names) {
            records.push(row(number, case, id))?;
        }
        let traced = single.iter().chain(conversations).any(|case| case.get("trace").is_some());
        check_totals(&records, list("metricsScores"), traced)?;
        let names = RunMetadata {
            run_id: text(run, &["identifier"]).unwrap_or(table::stem(content.path())).to_owned(),
            model_id: name(text(run, &["hyperparameters", "model"])),
            task_id: name(text(run, &["datasetAlias"]).or(text(run, &["testFile"]))),
            ..RunMetadata::default()
        };
        let reading = records.finish(Scores {
            format: Format::DeepEval,
            place: "metricsData",
            names,
            headline: None,
            aside: &[SUCCESS],
            range: unbounded,
        })?;
        let judge = judge(single.iter().chain(conversations), &reading.run.metadata().metric_name);
        Ok(Reading { run: reading.run.judged_by(judge), ..reading })
    }
}

/// The models that judged a metric; where the metric is whether all of them were reached, those of all.
fn judge<'n>(cases: impl Iterator<Item = &'n Node>, metric: &str) -> Option<Judge> {
    let judged =
        cases.flat_map(metrics).filter(|one| metric == SUCCESS || text(one, &["name"]) == Some(metric));
    Judge::of_models(judged.filter_map(|one| text(one, &["evaluationModel"])))
}

/// The metrics of a test case.
fn metrics(case: &Node) -> &[Node] {
    match case.get("metricsData") {
        Some(Node::List(metrics)) => metrics,
        _ => &[],
    }
}

fn row(number: u64, case: &Node, id: String) -> Row<'_> {
    let mut scores: Vec<(String, Value)> = metrics(case)
        .iter()
        .filter_map(|metric| Some((text(metric, &["name"])?.to_owned(), score(metric))))
        .collect();
    if !scores.iter().any(|(name, _)| name == SUCCESS) {
        scores.push((SUCCESS.to_owned(), value(case.get(SUCCESS))));
    }
    scores.extend(took(Usage::LatencyMs, case.get("completionTime"), usage::milliseconds));
    scores.extend(took(Usage::Cost, case.get("tokenCost"), as_it_is));
    scores.extend(took(Usage::InputTokens, case.get("inputTokenCount"), as_it_is));
    scores.extend(took(Usage::OutputTokens, case.get("outputTokenCount"), as_it_is));
    Row {
        number,
        fields: Fields { record: case, inside: case.get("metadata").into_iter().chain([case]).collect() },
        id,
        // DeepEval repeats whole test cases and does not number them.
        epoch: None,
        target: case.get("expectedOutput").map_or(0, fingerprint::of_node),
        input: case.get("input").map_or(0, fingerprint::of_node),
        unscored: None,
        scores,
    }
}

/// The score of a metric; one whose judge failed has an error and no score.
fn score(metric: &Node) -> Value {
    match value(metric.get("score")) {
        Err(Unscored::Missing) if text(metric, &["error"]).is_some() => Err(Unscored::JudgeFailed),
        score => score,
    }
}

/// What names each test case: the name that somebody gave it, else a hash of what is asked; of names that were given to
/// several, both.
fn item_names<'n>(cases: impl Iterator<Item = &'n Node>) -> Vec<String> {
    let cases: Vec<(Option<&str>, String)> = cases.map(|case| (given_name(case), asked(case))).collect();
    let mut held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, hash) in &cases {
        held.entry(name.unwrap_or("")).or_default().insert(hash);
    }
    let is_one = |name: &str| held.get(name).is_some_and(|hashes| hashes.len() == 1);
    cases
        .iter()
        .map(|(name, hash)| match name {
            None => hash.clone(),
            Some(name) if is_one(name) => (*name).to_owned(),
            Some(name) => format!("{name} {hash}"),
        })
        .collect()
}

fn given_name(case: &Node) -> Option<&str> {
    let numbered = |name: &str| {
        let number = UNNAMED.iter().find_map(|begin| name.strip_prefix(begin));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text(case, &["name"]).filter(|name| !numbered(name))
}

/// A hash of what a test case asks: its input and what is expected, or the scenario and what the user says.
fn asked(case: &Node) -> String {
    let mut asked = String::new();
    let mut add = |part: &str| asked.push_str(&serde_json::Value::from(part).to_string());
    ["input", "expectedOutput", "scenario"]
        .iter()
        .filter_map(|field| text(case, &[field]))
        .for_each(&mut add);
    if let Some(Node::List(turns)) = case.get("turns") {
        let said = turns.iter().filter(|turn| text(turn, &["role"]) == Some("user"));
        said.filter_map(|turn| text(turn, &["content"])).for_each(&mut add);
    }
    let hash = Digest::of(asked.as_bytes()).to_string();
    hash.get(..DIGITS).unwrap_or(&hash).to_owned()
}

/// DeepEval lists the scores of each metric a second time, with those of spans among them where there are any.
///
/// # Errors
/// `run-malformed` where the test cases hold other scores than this list.
fn check_totals(records: &Records<'_>, totals: &[Node], traced: bool) -> Result<(), Diagnostic> {
    for total in totals {
        let (Some(metric), Some(Node::List(listed))) = (text(total, &["metric"]), total.get("scores")) else {
            continue;
        };
        let (count, sum) = records.count_and_sum(metric);
        let said: Vec<f64> =
            listed.iter().filter_map(|score| value(Some(score)).ok()).map(|score| score.get()).collect();
        let agree = if traced {
            count <= said.len()
        } else {
            count == said.len() && (said.iter().sum::<f64>() - sum).abs() <= ROUNDING * (1.0 + sum.abs())
        };
        if !agree {
            return Err(errors::totals_differ("metricsScores", metric, said.len(), count));
        }
    }
    Ok(())
}
