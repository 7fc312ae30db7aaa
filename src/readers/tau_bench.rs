//! tau-bench and tau2-bench: conversations of an agent with a user, several trials of each task. The first writes a
//! list of them, the second an object with their list in it.

use super::records::{Fields, Records, Row, Scores, as_it_is, name, text, took, unit, value};
use super::scalar::Scalar;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, created, errors, json, table, usage};
use crate::domain::{Diagnostic, RunMetadata, Unscored, Usage};

const REWARD: &str = "reward";
/// What ended a simulation that could not be evaluated: tau2 leaves these out of its own figures.
const NOT_EVALUATED: [&str; 2] = ["infrastructure_error", "context_window_exceeded"];

const TRIAL: Projection<'static> = Projection::Fields(&[
    ("task_id", Projection::All),
    ("trial", Projection::All),
    (REWARD, Projection::All),
    // An exception of the program; a task keeps its own facts here too.
    ("info", Projection::Fields(&[("error", Projection::Start(1)), ("traceback", Projection::Start(1))])),
    ("reward_info", Projection::Fields(&[(REWARD, Projection::All)])),
    ("termination_reason", Projection::All),
    ("agent_cost", Projection::All),
    ("duration", Projection::All),
]);
const FILE: Projection<'static> = Projection::Fields(&[
    ("timestamp", Projection::All),
    (
        "info",
        Projection::Fields(&[
            ("num_trials", Projection::All),
            ("agent_info", Projection::Fields(&[("llm", Projection::All)])),
            ("environment_info", Projection::Fields(&[("domain_name", Projection::All)])),
        ]),
    ),
    ("tasks", Projection::Each(&Projection::Fields(&[]))),
    ("simulations", Projection::Each(&TRIAL)),
    ("simulation_index", Projection::Each(&TRIAL)),
]);

/// Reads results of tau-bench and tau2-bench.
pub(super) struct TauBenchReader;

impl Reader for TauBenchReader {
    fn format(&self) -> Format {
        Format::TauBench
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let first = json::first_byte(head);
        let (mut one, mut other, mut trials) = (false, false, false);
        let list = first == Some(b'[');
        (list || first == Some(b'{'))
            && tree::first_keys(head, |key| {
                match (list, key) {
                    (true, "task_id") | (false, "info") => one = true,
                    (true, REWARD) | (false, "tasks") => other = true,
                    (true, "traj") | (false, "simulations" | "simulation_index") => trials = true,
                    (false, "items" | "samples" | "eval" | "results") => return Some(false),
                    _ => {}
                }
                // The tasks may be longer than what a file is told by.
                (one && (other && (trials || !list) || trials && !list)).then_some(true)
            })
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // Other files have `info` and `tasks`; only these tell of an agent's conversations.
        let text = json::head(head);
        let own = ["\"traj\"", "\"agent_info\"", "\"reward_info\""];
        self.sniff(head) && own.iter().any(|name| text.contains(name))
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let bytes = content.bytes()?;
        let is_list = json::first_byte(&bytes) == Some(b'[');
        let shape = if is_list { Projection::Each(&TRIAL) } else { FILE };
        let file = tree::parse(json::text(&bytes)?, shape)?;
        drop(bytes);
        let field = |name: &str| match file.get(name) {
            Some(Node::List(list)) => list.as_slice(),
            _ => &[],
        };
        let (trials, place) = match &file {
            Node::List(list) => (list.as_slice(), ""),
            _ if field("simulations").is_empty() => (field("simulation_index"), "simulation_index"),
            _ => (field("simulations"), "simulations"),
        };
        let mut records = Records::new(options, |number| format!("{place}[{number}]"));
        for (number, trial) in (0..).zip(trials) {
            let within = |error: Diagnostic| error.within(&format!("{place}[{number}]"));
            records.push(row(number, trial).map_err(within)?)?;
        }
        let names = RunMetadata {
            run_id: table::stem(content.path()).to_owned(),
            model_id: name(text(&file, &["info", "agent_info", "llm"])),
            task_id: name(text(&file, &["info", "environment_info", "domain_name"])),
            ..RunMetadata::default()
        };
        let mut reading = records.finish(Scores {
            format: Format::TauBench,
            place: "simulations",
            names,
            headline: None,
            aside: &[],
            range: |metric| (metric == REWARD).then(|| unit(metric)).flatten(),
        })?;
        let planned = file.get("info").and_then(|info| info.get("num_trials")).and_then(Node::count);
        let planned = planned.map(|each| each.saturating_mul(field("tasks").len() as u64));
        if let Some(planned) = planned.filter(|planned| *planned > trials.len() as u64) {
            reading.notes.push(format!(
                "The file holds {} of the {planned} simulations that its tasks and trials make: the run did not end, or \
                 some of it was dropped.",
                trials.len()
            ));
        }
        reading.created = text(&file, &["timestamp"]).and_then(created::at_offset);
        Ok(reading)
    }
}

fn row(number: u64, trial: &Node) -> Result<Row<'_>, Diagnostic> {
    if !matches!(trial, Node::Object(_)) {
        return Err(errors::no_sample());
    }
    let field = |name: &str| trial.get(name).map_or(Scalar::Null, Node::scalar);
    let id = field("task_id").id().map_err(|error| error.within("task_id"))?.into_owned();
    let epoch = match field("trial") {
        Scalar::Null => None,
        other => Some(other.epoch().map_err(|error| error.within("trial"))?),
    };
    let inner = trial.get("reward_info").filter(|info| !info.is_null());
    let mut scores =
        vec![(REWARD.to_owned(), value(inner.map_or_else(|| trial.get(REWARD), |info| info.get(REWARD))))];
    scores.extend(took(Usage::LatencyMs, trial.get("duration"), usage::milliseconds));
    scores.extend(took(Usage::Cost, trial.get("agent_cost"), as_it_is));
    let stopped = text(trial, &["termination_reason"]).is_some_and(|why| NOT_EVALUATED.contains(&why));
    let raised = text(trial, &["info", "error"]).is_some() && text(trial, &["info", "traceback"]).is_some();
    Ok(Row {
        number,
        fields: Fields { record: trial, inside: vec![trial] },
        id,
        epoch,
        target: 0,
        input: 0,
        unscored: (stopped || raised).then_some(Unscored::Failed),
        scores,
    })
}
