//! A run under construction, and the checks once its file is read to the end.

use super::super::ReadOptions;
use super::super::labels::Labels;
use super::super::quote::{list, list_of_ours};
use super::super::usage;
use super::errors;
use crate::domain::{Diagnostic, Judge, RunFrame, RunFrameBuilder, RunMetadata};

/// The fields of the run that are names, in the order of [`PartialRun::names`].
pub(super) const NAMES: [&str; 7] =
    ["run_id", "model_id", "task_id", "metric_name", "config_hash", "judge_model", JUDGE_PROMPT];
/// The first ones are required.
pub(super) const REQUIRED: usize = 4;
const JUDGE_PROMPT: &str = "judge_prompt_sha256";
pub(super) const ITEMS: &str = "items";
/// The bit of `items` in [`PartialRun::seen`]; the names take the bits of their indices.
pub(super) const ITEMS_BIT: u8 = 1 << 7;

/// A run under construction, and where the parser is.
pub(super) struct PartialRun<'o> {
    pub(super) builder: RunFrameBuilder,
    pub(super) names: [Option<String>; NAMES.len()],
    pub(super) clusters: Labels<'o>,
    pub(super) slices: Labels<'o>,
    /// Unknown fields of the run, for the message when known ones are missing.
    pub(super) other: Vec<String>,
    pub(super) seen: u8,
    pub(super) repaired: bool,
    /// Where the parser is: `""`, a field, `items[41]`.
    pub(super) place: String,
    /// An error that says more than the parser's own can carry; its place is relative to `place`.
    pub(super) failure: Option<Diagnostic>,
}

impl<'o> PartialRun<'o> {
    pub(super) fn new(options: &'o ReadOptions, repaired: bool) -> Self {
        let mut clusters = Labels::clusters(&options.cluster);
        let mut slices = Labels::slices(options.slice.as_deref());
        clusters.within_metadata();
        slices.within_metadata();
        Self {
            builder: RunFrameBuilder::default(),
            names: Default::default(),
            clusters,
            slices,
            other: Vec::new(),
            seen: 0,
            repaired,
            place: String::new(),
            failure: None,
        }
    }

    /// Ends the parsing with a diagnostic of our own.
    pub(super) fn fail<E: serde::de::Error>(&mut self, diagnostic: Diagnostic) -> E {
        self.failure = Some(diagnostic);
        E::custom("")
    }

    pub(super) fn finish(self, options: &ReadOptions) -> Result<RunFrame, Diagnostic> {
        let Self { mut builder, names, clusters, slices, other, seen, .. } = self;
        builder.ignored_clusters(clusters.ignored());
        let required = NAMES.iter().enumerate().take(REQUIRED).map(|(bit, name)| (1 << bit, *name));
        let missing: Vec<_> = required
            .chain([(ITEMS_BIT, ITEMS)])
            .filter(|(bit, _)| seen & bit == 0)
            .map(|(_, name)| name)
            .collect();
        if !missing.is_empty() {
            let has = if other.is_empty() {
                String::new()
            } else {
                format!("; it has {}", list(other.iter().map(String::as_str), 12))
            };
            // One name alone, as in any JSON, does not make it a run.
            if seen & ITEMS_BIT == 0 && seen.count_ones() <= 1 {
                return Err(errors::no_known_format(&has));
            }
            return Err(errors::fields_missing(&list_of_ours(missing, 6), &has));
        }
        let [run_id, model_id, task_id, metric_name, config_hash, judge, prompt] = names;
        let names = RunMetadata {
            run_id: run_id.unwrap_or_default(),
            model_id: model_id.unwrap_or_default(),
            task_id: task_id.unwrap_or_default(),
            metric_name: metric_name.unwrap_or_default(),
            config_hash,
            judge: judge_of(judge, prompt)?,
        };
        chosen("run_id", &names.run_id, options.run_id.as_deref())?;
        chosen("metric_name", &names.metric_name, options.metric.as_deref())?;
        if !builder.is_empty() {
            clusters.check()?;
            slices.check()?;
        }
        builder.direction(usage::direction(&names.metric_name));
        builder.finish(names).map_err(|error| clusters.name_field(error))
    }
}

/// The judge that the file names.
fn judge_of(model: Option<String>, prompt: Option<String>) -> Result<Option<Judge>, Diagnostic> {
    let prompt = match prompt {
        Some(_) if model.is_none() => return Err(errors::prompt_of_nobody(JUDGE_PROMPT)),
        Some(text) => {
            Some(text.parse().map_err(|expected| errors::no_digest(JUDGE_PROMPT, &text, expected))?)
        }
        None => None,
    };
    Ok(model.map(|model| Judge { model, prompt }))
}

/// A file with one run and one metric holds the ones that were asked for, or is refused.
fn chosen(field: &str, found: &str, wanted: Option<&str>) -> Result<(), Diagnostic> {
    match wanted {
        Some(wanted) if wanted != found => Err(errors::other_wanted(field, found, wanted)),
        _ => Ok(()),
    }
}
