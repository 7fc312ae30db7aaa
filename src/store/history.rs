//! History: one line for each stored run, and one for each decision of a trail whose runs are not in
//! the store.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, CatalogueEntry};
use super::manifest::ManifestRecord;
use super::period::Period;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::{self, Summary};
use crate::trail::{FileKind, TrailFiles};

/// Which lines are wanted; every part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// When the run was stored, or decided about.
    pub period: Period,
    /// The model.
    pub model: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// The metric.
    pub metric: Option<String>,
    /// The verdict, in upper case.
    pub verdict: Option<String>,
}

impl Query {
    fn takes(&self, line: &HistoryLine) -> bool {
        let fits =
            |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let record = &line.record;
        fits(&self.model, &record.model_id)
            && fits(&self.task, &record.task_id)
            && fits(&self.metric, &record.metric_name)
            && fits(&self.verdict, record.verdict.as_deref().unwrap_or(""))
            && self.period.takes(record.time())
    }
}

/// One line of history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// The run, and what was decided about it.
    pub record: ManifestRecord,
    /// Its Parquet file as people reach it; empty where no store keeps the run.
    pub path: String,
    /// Whether that file is there.
    pub present: bool,
    /// The envelopes that decided about it.
    pub kept: Vec<EnvelopeCopy>,
}

/// An envelope, wherever it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeCopy {
    /// Its path as people reach it.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// The release and the attempt at it, where a trail holds it.
    pub release: Option<(String, u32)>,
}

/// The lines, and what a person should know of where they come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunHistory {
    /// In ascending order of time: the newest last.
    pub lines: Vec<HistoryLine>,
    /// What was found wrong, in words.
    pub notes: Vec<String>,
}

impl RunHistory {
    /// Adds the runs of a store.
    pub fn add_store(&mut self, catalogue: Catalogue, shown: &dyn Fn(&str) -> String) {
        self.notes.extend(catalogue.notes);
        self.lines.extend(catalogue.entries.into_iter().map(|entry| {
            let CatalogueEntry { record, path, present, envelopes } = entry;
            if !present {
                self.notes.push(format!("{}: is in the index, and its file is gone", shown(&path)));
            }
            let kept = envelopes.into_iter();
            let kept = kept
                .map(|(path, sha256)| EnvelopeCopy { path: shown(&path), sha256, release: None })
                .collect();
            HistoryLine { record, path: shown(&path), present, kept }
        }));
    }

    /// Adds the decisions of a trail: to the runs that they are about, or as lines of their own.
    /// Whether the trail is whole is not asked here; `verify` does.
    ///
    /// # Errors
    /// Those of reading the trail.
    pub fn add_trail(&mut self, trail: &dyn TrailFiles) -> Result<(), Diagnostic> {
        let mut known = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            known.extend(line.kept.iter().map(|kept| (kept.sha256, at)));
        }
        let mut files = trail.snapshot()?.files;
        files.sort();
        let envelopes =
            files.iter().filter(|file| file.kind == FileKind::Plain && file.path.ends_with("/audit.json"));
        for file in envelopes {
            let bytes = trail.read(&file.path)?;
            let summary = match envelope::summary(&bytes) {
                Ok(summary) => summary,
                Err(error) => {
                    self.notes.push(format!("{}: left out: {}", trail.shown(&file.path), error.what));
                    continue;
                }
            };
            let sha256 = Digest::of(&bytes);
            let release = summary.release_id.clone().map(|release| (release, summary.attempt));
            let kept = EnvelopeCopy { path: trail.shown(&file.path), sha256, release };
            match known.get(&sha256).and_then(|at| self.lines.get_mut(*at)) {
                Some(line) => {
                    line.kept.retain(|copy| copy.sha256 != sha256 || copy.release.is_some());
                    line.kept.push(kept);
                }
                None => self.lines.push(line(summary, kept)),
            }
        }
        // Attempts within one second stand in their order.
        let release = |line: &HistoryLine| line.kept.iter().find_map(|kept| kept.release.clone());
        self.lines.sort_by_cached_key(|line| (line.record.time(), line.path.clone(), release(line)));
        Ok(())
    }

    /// Leaves out what was not asked for.
    pub fn narrow(&mut self, query: &Query) {
        self.lines.retain(|line| query.takes(line));
    }
}

/// The line of a decision whose runs are not at hand.
fn line(summary: Summary, kept: EnvelopeCopy) -> HistoryLine {
    let Summary { verdict, decided_at, report, inputs, store, .. } = summary;
    let candidate = inputs.candidate;
    let path = store.map_or(String::new(), |store| {
        format!("{}/{}", store.root.trim_end_matches('/'), store.candidate.path)
    });
    let record = ManifestRecord {
        run_id: candidate.run_id,
        model_id: candidate.model_id,
        task_id: candidate.task_id,
        metric_name: candidate.metric,
        ts: decided_at,
        path: path.clone(),
        n_items: candidate.rows,
        config_hash: candidate.config_hash,
        delta: Some(report.comparison.delta),
        p_value: Some(report.comparison.p_value),
        verdict: Some(verdict.as_str().to_owned()),
        parent_run_id: Some(inputs.baseline.run_id),
    };
    HistoryLine { record, path, present: false, kept: vec![kept] }
}
