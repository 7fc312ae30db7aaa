//! `sample.json`: what was drawn from a bank, written before the candidate is run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::errors;
use crate::domain::{About, Diagnostic, Digest, Draw, DrawnUnit, PastRun, Predictor, Sampling};

/// Name of the schema of [`Sample`].
pub const SCHEMA: &str = "evalsig.sample/v1";

/// What was drawn from a bank. A harness runs `items`, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Always `evalsig.sample/v1`.
    pub schema: String,
    /// The program that drew it, and its version.
    pub tool: String,
    /// The bank.
    pub bank: BankRef,
    /// How items were drawn.
    pub draw: DrawRef,
    /// What predicts the candidate's scores; null where the baseline's own score does.
    pub predictor: Option<PredictorRef>,
    /// Ids of the drawn items, ascending.
    pub items: Vec<String>,
    /// Mean score of the past models on each item of the bank, in ascending order of id; empty without any.
    #[serde(default)]
    pub history_mean: Vec<f64>,
}

/// The bank that items were drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankRef {
    /// Its path as given.
    pub path: String,
    /// SHA-256 of the file's bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// SHA-256 over the id and the score of every item.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub content_sha256: String,
    /// What the run says of itself.
    pub run_id: String,
    /// Its model.
    pub model_id: String,
    /// Its task.
    pub task_id: String,
    /// Its metric.
    pub metric: String,
    /// Its items.
    pub items: u64,
    /// Its clusters, where it carries any.
    pub clusters: Option<u64>,
}

/// How items were drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawRef {
    /// items or clusters.
    pub unit: String,
    /// How many of them.
    pub count: u32,
    /// Seed of the draw, as text.
    pub seed: String,
    /// The field whose values are strata, where there are strata.
    #[serde(default)]
    pub strata: Option<String>,
}

/// What predicts the candidate's score of an item: f = constant + baseline b + history h + interaction b h.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PredictorRef {
    /// w0.
    pub constant: f64,
    /// w1, of the baseline's score b.
    pub baseline: f64,
    /// w2, of the mean score h of past models.
    pub history: f64,
    /// w3, of b h.
    pub interaction: f64,
    /// The runs that h and the weights come from.
    pub runs: Vec<PastRunRef>,
    /// Variance of what the predictor left of those runs, as a share of the variance of their differences from the
    /// baseline.
    #[serde(default)]
    pub variance_ratio: Option<f64>,
}

/// A run of the past in its store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastRunRef {
    /// What the run says of itself.
    pub run_id: String,
    /// Its model.
    pub model_id: String,
    /// Its file, from the root of the store.
    pub path: String,
    /// SHA-256 of that file.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

impl DrawRef {
    /// A draw as it is written.
    #[must_use]
    pub fn of(draw: &Draw) -> Self {
        Self {
            unit: draw.unit.as_str().into(),
            count: draw.count,
            seed: draw.seed.to_string(),
            strata: draw.strata.clone(),
        }
    }

    /// The draw that was written.
    ///
    /// # Errors
    /// `run-malformed` where a member holds no value that a draw can have.
    pub fn read(&self) -> Result<Draw, Diagnostic> {
        Ok(Draw {
            unit: DrawnUnit::from_name(&self.unit)
                .ok_or_else(|| errors::sample_damaged("draw.unit", "is neither items nor clusters"))?,
            count: self.count,
            seed: self
                .seed
                .parse()
                .map_err(|_| errors::sample_damaged("draw.seed", "is no whole number of 64 bits"))?,
            strata: self.strata.clone(),
        })
    }
}

impl PredictorRef {
    /// A predictor as it is written.
    #[must_use]
    pub fn of(predictor: &Predictor, variance_ratio: Option<f64>) -> Self {
        let [constant, baseline, history, interaction] = predictor.weights;
        let runs = predictor
            .history
            .iter()
            .map(|run| PastRunRef {
                run_id: run.run_id.clone(),
                model_id: run.model_id.clone(),
                path: run.path.clone(),
                sha256: run.sha256.to_string(),
            })
            .collect();
        Self { constant, baseline, history, interaction, runs, variance_ratio }
    }

    /// The predictor that was written.
    ///
    /// # Errors
    /// `run-malformed` where a hash is none.
    pub fn read(&self) -> Result<Predictor, Diagnostic> {
        let history = self.runs.iter().map(|run| {
            Ok(PastRun {
                run_id: run.run_id.clone(),
                model_id: run.model_id.clone(),
                path: run.path.clone(),
                sha256: digest("predictor.runs.sha256", &run.sha256)?,
            })
        });
        Ok(Predictor {
            weights: [self.constant, self.baseline, self.history, self.interaction],
            history: history.collect::<Result<_, Diagnostic>>()?,
        })
    }
}

/// Reads a sample.
///
/// # Errors
/// `run-malformed` where the bytes are none, another version wrote them, or a member is damaged.
pub fn parse(bytes: &[u8]) -> Result<Sample, Diagnostic> {
    #[derive(Deserialize)]
    struct Schema {
        schema: String,
    }
    let Schema { schema } =
        serde_json::from_slice(bytes).map_err(|error| errors::sample_unreadable(&error))?;
    if schema != SCHEMA {
        return Err(errors::newer_sample(&schema, SCHEMA));
    }
    let sample: Sample = serde_json::from_slice(bytes).map_err(|error| errors::sample_unreadable(&error))?;
    if !sample.items.is_sorted_by(|a, b| a < b) {
        return Err(errors::sample_damaged("items", "are not in ascending order, or one is listed twice"));
    }
    let expected = match &sample.predictor {
        Some(predictor) if !predictor.runs.is_empty() => sample.bank.items,
        Some(_) | None => 0,
    };
    if sample.history_mean.len() as u64 != expected {
        let what = format!("has {} numbers, and {expected} belong there", sample.history_mean.len());
        return Err(errors::sample_damaged("history_mean", &what));
    }
    sample.sampling(About::Bank)?;
    Ok(sample)
}

impl Sample {
    /// What fixes a gate on this sample.
    ///
    /// # Errors
    /// `run-malformed` where a member holds no value that it can have.
    pub fn sampling(&self, about: About) -> Result<Sampling, Diagnostic> {
        Ok(Sampling {
            about,
            bank: digest("bank.content_sha256", &self.bank.content_sha256)?,
            draw: self.draw.read()?,
            predictor: self.predictor.as_ref().map(PredictorRef::read).transpose()?,
        })
    }

    /// Whether its items are those that were drawn.
    ///
    /// # Errors
    /// `runs-differ`, with the first item that is not.
    pub fn check(&self, drawn: &[&str]) -> Result<(), Diagnostic> {
        let differs = self.items.iter().zip(drawn).find(|(listed, drawn)| listed != drawn);
        if differs.is_none() && self.items.len() == drawn.len() {
            return Ok(());
        }
        let seed = self.draw.read().map_or(0, |draw| draw.seed);
        let first = match differs {
            Some((listed, _)) => listed.as_str(),
            None => self.items.get(drawn.len()).map_or("", String::as_str),
        };
        Err(errors::other_draw(seed, drawn.len(), self.items.len(), first))
    }
}

fn digest(member: &str, text: &str) -> Result<Digest, Diagnostic> {
    text.parse().map_err(|_| errors::sample_damaged(member, "is no SHA-256 of 64 lower-case digits"))
}

/// The JSON Schema of a sample, as published in `schemas/sample.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Sample)
}
