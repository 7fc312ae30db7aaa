//! The facts about a stored run in the metadata of its file. The index is derived
//! from nothing else.

use serde::{Deserialize, Serialize};

use super::content;
use super::errors;
use crate::domain::{Diagnostic, Digest, Direction, ProjectId, RunFrame};
use crate::envelope::v1::VerdictWord;
use crate::readers::{self, FactsInTail, Format, StoredJudge, StoredRunFacts};

/// Name of the schema of [`RunFacts`].
pub const RUN_SCHEMA: &str = "evalsig.run/v1";

/// What is known of a stored run. Members of newer versions are carried by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Always [`RUN_SCHEMA`].
    pub schema: String,
    /// The project.
    pub project_id: String,
    /// What the run says of itself.
    pub run_id: String,
    /// The model.
    pub model_id: String,
    /// The task.
    pub task_id: String,
    /// The metric.
    pub metric_name: String,
    /// Hash of the evaluation's configuration; empty where the tool gives none.
    pub config_hash: String,
    /// When it was stored: RFC 3339, UTC.
    pub ts: String,
    /// Rows: items times epochs.
    pub n_items: u64,
    /// SHA-256 of what the run holds, whatever file it came from.
    pub content_sha256: String,
    /// What a reader needs to restore the RunFrame.
    #[serde(flatten)]
    pub stored_as: StoredRunFacts,
    /// What was decided about it, where it was the candidate.
    #[serde(default)]
    pub decided: Option<DecisionFacts>,
}

/// What was decided about a candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionFacts {
    /// Identity of the decision: the plan and both inputs.
    pub decision_sha256: String,
    /// The verdict.
    pub verdict: VerdictWord,
    /// Its delta.
    pub delta: f64,
    /// Its p-value.
    pub p_value: f64,
    /// The baseline that it was compared with.
    pub parent_run_id: String,
}

impl RunFacts {
    /// What is known of a run that is about to be stored at `ts`. `cluster_key` names the metadata
    /// field that its clusters were read from, where one was named.
    #[must_use]
    pub fn of(
        run: &RunFrame,
        project: &ProjectId,
        ts: &str,
        cluster_key: Option<&str>,
        decided: Option<DecisionFacts>,
    ) -> Self {
        let names = run.metadata();
        let unscored = !run.unscored().is_empty();
        Self {
            schema: RUN_SCHEMA.into(),
            project_id: project.to_string(),
            run_id: names.run_id.clone(),
            model_id: names.model_id.clone(),
            task_id: names.task_id.clone(),
            metric_name: names.metric_name.clone(),
            config_hash: names.config_hash.clone().unwrap_or_default(),
            ts: ts.to_owned(),
            n_items: run.len() as u64,
            content_sha256: content::digest(run).to_string(),
            stored_as: StoredRunFacts {
                cluster_key: cluster_key.filter(|_| run.is_clustered()).map(str::to_owned),
                slice_key: run.slice_key().map(str::to_owned),
                better: run.direction().map(|direction| {
                    match direction {
                        Direction::HigherIsBetter => "higher",
                        Direction::LowerIsBetter => "lower",
                    }
                    .to_owned()
                }),
                judge: names.judge.as_ref().map(StoredJudge::from),
                range: run.stated_range().map(|range| range.to_string()),
                row_facts: unscored
                    || run.slices().is_some()
                    || run.fingerprints().next().is_some()
                    || run.inputs().next().is_some(),
            },
            decided,
        }
    }

    /// # Errors
    /// `run-malformed` where the text is not what the store writes.
    pub fn read(text: &str) -> Result<Self, Diagnostic> {
        let facts: Self = serde_json::from_str(text).map_err(|error| errors::facts_unreadable(&error))?;
        if !facts.schema.starts_with("evalsig.run/v") {
            return Err(errors::facts_of_other_schema(&facts.schema, RUN_SCHEMA));
        }
        Ok(facts)
    }

    /// The facts in a file; `None` where another program wrote it.
    ///
    /// # Errors
    /// `run-malformed` where it does not end as a stored run does.
    pub(super) fn in_file(file: &[u8]) -> Result<Option<Self>, Diagnostic> {
        Self::in_tail(readers::run_facts(file)?)
    }

    /// The facts in the end of a file, of which there is no more.
    pub(super) fn in_tail(tail: FactsInTail) -> Result<Option<Self>, Diagnostic> {
        match tail {
            FactsInTail::Facts(text) => text.as_deref().map(Self::read).transpose(),
            FactsInTail::Longer(_) => Err(errors::footer_too_long()),
        }
    }

    /// Whether the file that they stand in still holds the rows that were stored.
    ///
    /// # Errors
    /// `run-malformed` where it does not.
    pub(super) fn check(&self, file: &[u8]) -> Result<(), Diagnostic> {
        let options = self.stored_as.read_options();
        let run = readers::read(file, Some(Format::Parquet), &options)?.run;
        let found = content::digest(&run).to_string();
        if found == self.content_sha256 {
            return Ok(());
        }
        Err(errors::rows_changed(&found, &self.content_sha256))
    }

    /// What tells the content of this run from every other one, whatever was decided about it.
    pub(super) fn content_identity(&self) -> Digest {
        Digest::of(format!("{} ", self.content_sha256).as_bytes())
    }

    /// What tells this stored run from every other one: what it holds, and what was decided about it.
    #[must_use]
    pub fn identity(&self) -> Digest {
        let decision = self.decided.as_ref().map_or("", |decided| &decided.decision_sha256);
        Digest::of(format!("{} {decision}", self.content_sha256).as_bytes())
    }
}
