//! What a log says of itself, and whether its run may be judged at all.

use super::super::ReadOptions;
use super::super::created;
use super::super::quote::quote;
use super::super::tree::{Node, Projection};
use super::errors;
use super::judge;
use crate::domain::{Diagnostic, Judge, RunMetadata};

/// The fields of a header that are read.
pub(super) const FIELDS: [(&str, Projection<'static>); 5] = [
    ("status", Projection::All),
    ("invalidated", Projection::All),
    (
        "eval",
        Projection::Fields(&[
            ("task", Projection::All),
            ("model", Projection::All),
            ("run_id", Projection::All),
            ("eval_id", Projection::All),
            ("created", Projection::All),
            ("packages", Projection::Fields(&[("inspect_ai", Projection::All)])),
            ("scorers", Projection::Each(&judge::SCORER)),
            ("model_roles", Projection::Values(&judge::ROLE)),
        ]),
    ),
    ("stats", Projection::Fields(&[("started_at", Projection::All)])),
    (
        "results",
        Projection::Fields(&[
            ("total_samples", Projection::All),
            ("completed_samples", Projection::All),
            ("headline", Projection::All),
            ("scorer", Projection::All),
            (
                "scores",
                Projection::Each(&Projection::Fields(&[
                    ("name", Projection::All),
                    ("scorer", Projection::All),
                    ("reducer", Projection::All),
                    (
                        "metrics",
                        Projection::Values(&Projection::Fields(&[
                            ("value", Projection::All),
                            ("params", Projection::All),
                            ("options", Projection::All),
                        ])),
                    ),
                ])),
            ),
        ]),
    ),
];

/// The header of a run that succeeded.
#[derive(Debug)]
pub(super) struct Header<'n>(&'n Node);

impl<'n> Header<'n> {
    /// # Errors
    /// `run-unfinished` where the run did not succeed or was declared invalid afterwards;
    /// `run-malformed` where the header does not say.
    pub(super) fn of(log: &'n Node) -> Result<Self, Diagnostic> {
        let next = "finish the run (inspect eval-retry) and take the log of the finished one";
        match log.get("status") {
            Some(status) if status.text() == Some("success") => {}
            Some(status) => {
                let status = status.text().map_or_else(|| "no text".to_owned(), quote);
                return Err(errors::not_successful(status, next));
            }
            None => {
                return Err(errors::no_status());
            }
        }
        match log.get("invalidated").map(Node::scalar) {
            None | Some(super::super::scalar::Scalar::Null | super::super::scalar::Scalar::Bool(false)) => {}
            Some(_) => {
                return Err(errors::invalidated());
            }
        }
        Ok(Self(log))
    }

    fn result(&self, field: &str) -> Option<&'n Node> {
        self.0.get("results").and_then(|results| results.get(field))
    }

    /// When the run was begun.
    pub(super) fn created(&self) -> Option<String> {
        let text = |part: &str, field: &str| self.0.get(part)?.get(field)?.text();
        text("eval", "created")
            .and_then(created::at_offset)
            .or_else(|| text("stats", "started_at").and_then(created::at_offset))
    }

    /// The model under evaluation.
    pub(super) fn model(&self) -> Option<&'n str> {
        self.0.get("eval")?.get("model")?.text()
    }

    /// The model that the scorer of this name asked, where it asked one and the log names it.
    pub(super) fn judge(&self, scorer: &str) -> Option<Judge> {
        judge::of_scorer(self.0.get("eval")?, scorer)
    }

    /// The version of Inspect that wrote the log.
    pub(super) fn version(&self) -> Option<String> {
        self.0.get("eval")?.get("packages")?.get("inspect_ai")?.text().map(str::to_owned)
    }

    /// The scorer, and the key in its values, that the log itself puts first.
    pub(super) fn headline(&self) -> Option<(&'n str, &'n str)> {
        let headline = self.result("headline")?;
        let scorer = headline.get("scorer")?.text()?;
        Some((scorer, headline.get("score").and_then(Node::text).unwrap_or(scorer)))
    }

    /// What to tell of how the log itself makes one score of a sample's epochs.
    pub(super) fn reducer(&self) -> Option<String> {
        let reducer = self.result("headline")?.get("reducer")?.text().filter(|reducer| *reducer != "mean")?;
        Some(format!(
            "The log reduces the epochs of a sample by {}; here they are averaged, or what --epochs says.",
            quote(reducer)
        ))
    }

    /// The one scorer of a log from 2024.
    pub(super) fn old_scorer(&self) -> Option<&'n str> {
        let scorer = self.result("scorer")?;
        scorer.text().or_else(|| scorer.get("name").and_then(Node::text))
    }

    /// Holds the samples that are there against those that the log counts.
    ///
    /// # Errors
    /// `run-malformed` where samples that were completed are missing.
    pub(super) fn check_count(&self, found: usize) -> Result<Option<String>, Diagnostic> {
        let count = |field| self.result(field).and_then(Node::count);
        if let Some(completed) = count("completed_samples")
            && (found as u64) < completed
        {
            return Err(errors::samples_missing(completed, found));
        }
        Ok(count("total_samples").filter(|total| (found as u64) < *total).map(|total| {
            format!("The log counts {total} samples and holds {found}: the others were never completed.")
        }))
    }

    /// The mean that the log itself reports of a scorer, or of one key of its values, and what it calls
    /// it: where that is the plain mean of the samples.
    pub(super) fn mean(&self, scorer: &str, key: Option<&str>) -> Option<(&'static str, f64)> {
        let Some(Node::List(scores)) = self.result("scores") else { return None };
        let text = |score: &Node, field| score.get(field).and_then(Node::text).map(str::to_owned);
        let is_it = |score: &&Node| {
            text(score, "name").as_deref() == Some(key.unwrap_or(scorer))
                && text(score, "scorer").is_none_or(|of| of == scorer)
                && text(score, "reducer").is_none_or(|reducer| reducer == "mean")
        };
        let mut found = scores.iter().filter(is_it);
        let (Some(score), None) = (found.next(), found.next()) else { return None };
        ["accuracy", "mean"].into_iter().find_map(|name| {
            let metric = score.get("metrics")?.get(name)?;
            // An option may change what a value counts for.
            let plain = |field| metric.get(field).is_none_or(|given| given.fields().next().is_none());
            let value = metric.get("value")?.scalar().score().ok()?.ok()?.get();
            (plain("params") && plain("options")).then_some((name, value))
        })
    }

    /// Whether the log counts samples that it does not hold.
    pub(super) fn holds_all(&self, found: usize) -> bool {
        let total = self.result("total_samples").and_then(Node::count);
        total.is_none_or(|total| total == found as u64)
    }

    /// # Errors
    /// `run-malformed` without task or model; `run-ambiguous` where another run was asked for.
    pub(super) fn names(&self, metric: &str, options: &ReadOptions) -> Result<RunMetadata, Diagnostic> {
        let eval = |field: &str| {
            self.0.get("eval").and_then(|eval| eval.get(field)).and_then(Node::text).map(str::to_owned)
        };
        let required = |field: &str| eval(field).ok_or_else(|| errors::field_missing(field));
        // `run_id` is shared by all tasks of one command; `eval_id`, which old logs lack, is not.
        let run_id = eval("eval_id").map_or_else(|| required("run_id"), Ok)?;
        if let Some(wanted) = options.run_id.as_deref().filter(|wanted| *wanted != run_id) {
            return Err(errors::other_run_wanted(&run_id, wanted));
        }
        Ok(RunMetadata {
            run_id,
            model_id: required("model")?,
            task_id: required("task")?,
            metric_name: metric.to_owned(),
            config_hash: None,
            judge: None,
        })
    }
}
