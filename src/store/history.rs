//! History: one line for each stored run, and one for each decision of a trail whose runs are not in
//! the store. A suite has a line for each task and its run.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Catalogue, CatalogueEntry};
use super::decisions::{Decisions, TaskDecision};
use super::errors;
use super::history_line::{EnvelopeCopy, HistoryLine, Query};
use super::manifest::ManifestRecord;
use super::port::ObjectStore;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::{self, MAX_BYTES, Summary, TaskSummary};
use crate::trail::{FileKind, ROOT, TrailFiles, claimed_index};

/// Envelopes that are read at a time.
const BATCH: usize = 256;

/// The lines, and what a person should know of where they come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunHistory {
    /// In ascending order of time: the newest last.
    pub lines: Vec<HistoryLine>,
    /// What was found wrong, in words.
    pub notes: Vec<String>,
    /// What the envelopes decided, task by task.
    decisions: Decisions,
}

impl RunHistory {
    /// A history whose decisions have what a picture needs of each.
    #[must_use]
    pub fn with_numbers() -> Self {
        Self { decisions: Decisions::with_numbers(), ..Self::default() }
    }

    /// The decisions that fit, oldest first; a run that was decided about twice is among them twice.
    #[must_use]
    pub fn decisions(&self, query: &Query) -> Vec<TaskDecision> {
        self.decisions.fitting(&self.lines, query)
    }

    /// Adds the runs of a store. What was decided about a suite is read from the envelopes beside its candidates: the
    /// file of a run knows neither its task in the policy nor which attempt it was.
    pub fn add_store(&mut self, catalogue: Catalogue, place: &dyn ObjectStore) {
        self.notes.extend(catalogue.notes);
        for entry in &catalogue.entries {
            if !entry.present {
                let path = place.shown(&entry.path);
                self.notes.push(format!("{path}: is in the index, and its file is gone"));
            }
        }
        let suites = self.suites(&catalogue.entries, place);
        for CatalogueEntry { record, path, present, envelopes, .. } in catalogue.entries {
            let kept = envelopes.into_iter().map(|(at, sha256)| EnvelopeCopy {
                path: place.shown(&at),
                sha256,
                release: None,
                position: None,
            });
            let kept: Vec<EnvelopeCopy> = kept.collect();
            let mut line = HistoryLine {
                record,
                path: place.shown(&path),
                present,
                policy_task: None,
                kept: Vec::new(),
            };
            let mut lines = Vec::new();
            for kept in kept {
                let summary = suites.get(&kept.sha256);
                let mut told = false;
                for (verdict, task) in summary.into_iter().flat_map(|summary| of_run(summary, &path)) {
                    add(&mut lines, decided(&line, verdict, task), &kept);
                    told = true;
                }
                for task in summary.into_iter().flat_map(|summary| first_of(summary, &path)) {
                    add(&mut lines, HistoryLine { policy_task: Some(task), ..line.clone() }, &kept);
                    told = true;
                }
                if !told {
                    line.kept.push(kept);
                }
            }
            if lines.is_empty() || !line.kept.is_empty() {
                lines.push(line);
            }
            self.lines.extend(lines);
        }
    }

    /// Adds the decisions of a trail: to the runs that they are about, or as lines of their own.
    /// Whether the trail is whole is not asked here; `verify` does. Says whether it holds anything.
    ///
    /// # Errors
    /// Those of reading the trail.
    pub fn add_trail(&mut self, trail: &dyn TrailFiles) -> Result<bool, Diagnostic> {
        let mut known: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        for (at, line) in self.lines.iter().enumerate() {
            for kept in &line.kept {
                known.entry(kept.sha256).or_default().push(at);
            }
        }
        let mut files = trail.snapshot()?.files;
        files.sort();
        let plain: BTreeSet<&str> =
            files.iter().filter(|file| file.kind == FileKind::Plain).map(|file| file.path.as_str()).collect();
        for file in files.iter().filter(|file| plain.contains(file.path.as_str())) {
            let Some(folder) = file.path.strip_suffix("audit.json").filter(|folder| folder.ends_with('/'))
            else {
                continue;
            };
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
            let entry = format!("{folder}entry.json");
            let position = match plain.contains(entry.as_str()) {
                true => claimed_index(&trail.read(&entry)?),
                false => None,
            };
            if let Err(error) = self.decisions.add((sha256, position), &bytes, &summary) {
                self.notes.push(format!("{}: not drawn: {}", trail.shown(&file.path), error.what));
            }
            let kept = EnvelopeCopy { path: trail.shown(&file.path), sha256, release, position };
            let beside = known.get(&sha256).map_or(&[][..], Vec::as_slice);
            for task in &summary.tasks {
                if !self.found_in_trail(beside, task.name.as_ref(), &kept) {
                    self.lines.push(line(&summary, task, kept.clone()));
                }
            }
            // Nothing was decided about these: without their run there is no line.
            for task in summary.suite.iter().flat_map(|suite| suite.first_runs.keys()) {
                self.found_in_trail(beside, Some(task), &kept);
            }
        }
        // Clocks of a trail tell whole seconds: within one, the chain knows what came first.
        let position = |line: &HistoryLine| line.kept.iter().filter_map(|kept| kept.position).max();
        self.lines.sort_by_cached_key(|line| {
            let time = line.record.time();
            let second = time.map(jiff::Timestamp::as_second);
            (second, position(line), time, line.path.clone(), line.policy_task.clone())
        });
        Ok(plain.iter().any(|path| path.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'))))
    }

    /// Puts an envelope of the trail in the place of its copy in the store, on the line of this task. Says whether there
    /// is one.
    fn found_in_trail(&mut self, beside: &[usize], task: Option<&String>, kept: &EnvelopeCopy) -> bool {
        let of_task =
            |at: &&usize| self.lines.get(**at).is_some_and(|line| line.policy_task.as_ref() == task);
        let Some(line) = beside.iter().find(of_task).and_then(|at| self.lines.get_mut(*at)) else {
            return false;
        };
        line.kept.retain(|copy| copy.sha256 != kept.sha256 || copy.release.is_some());
        line.kept.push(kept.clone());
        true
    }

    /// Reads the envelopes that stand beside runs, and gives those about suites by their digest. What is damaged is noted,
    /// and the line of its run stands all the same.
    fn suites(&mut self, entries: &[CatalogueEntry], place: &dyn ObjectStore) -> BTreeMap<Digest, Summary> {
        let mut wanted: BTreeMap<Digest, String> = BTreeMap::new();
        for (path, sha256) in entries.iter().flat_map(|entry| &entry.envelopes) {
            // The same envelope stands beside every candidate: one copy of it is enough.
            wanted.entry(*sha256).or_insert_with(|| path.clone());
        }
        let wanted: Vec<(Digest, String)> = wanted.into_iter().collect();
        let mut found = BTreeMap::new();
        // So many at a time: those of all decisions of a year take gigabytes.
        let read = wanted.chunks(BATCH).flat_map(|batch| {
            let paths: Vec<String> = batch.iter().map(|(_, path)| path.clone()).collect();
            batch.iter().zip(place.tails(&paths, MAX_BYTES as u64))
        });
        for ((sha256, path), bytes) in read {
            let summary = bytes.and_then(|bytes| {
                if Digest::of(&bytes) != *sha256 {
                    return Err(errors::envelope_changed(place.shown(path)));
                }
                let summary = envelope::summary(&bytes)?;
                if let Err(error) = self.decisions.add((*sha256, None), &bytes, &summary) {
                    self.notes.push(format!("{}: not drawn: {}", place.shown(path), error.what));
                }
                Ok(summary)
            });
            match summary {
                // What one says about a single pair, the run's own file says too.
                Ok(summary) if summary.suite.is_some() => {
                    found.insert(*sha256, summary);
                }
                Ok(_) => {}
                Err(error) => self.notes.push(format!("{}: left out: {}", place.shown(path), error.what)),
            }
        }
        found
    }

    /// Leaves out what was not asked for.
    pub fn narrow(&mut self, query: &Query) {
        self.lines.retain(|line| query.takes(line));
    }
}

/// What a suite decided about the run in this file: once for each task that it was the candidate of.
fn of_run<'s>(summary: &'s Summary, path: &'s str) -> impl Iterator<Item = (&'static str, &'s TaskSummary)> {
    let is_it =
        move |task: &&TaskSummary| task.store.as_ref().is_some_and(|store| store.candidate.path == path);
    summary.tasks.iter().filter(is_it).map(|task| (summary.verdict.as_str(), task))
}

/// The tasks that the run in this file was recorded as the first of.
fn first_of(summary: &Summary, path: &str) -> Vec<String> {
    let runs = summary.suite.iter().flat_map(|suite| &suite.first_runs);
    let here = runs.filter(|(_, run)| run.store.as_ref().is_some_and(|stored| stored.path == path));
    here.map(|(task, _)| task.clone()).collect()
}

/// The line of a stored run, with what was decided about it as the candidate of this task.
fn decided(line: &HistoryLine, verdict: &str, task: &TaskSummary) -> HistoryLine {
    let mut line = line.clone();
    let comparison = &task.report.comparison;
    line.record.delta = Some(comparison.delta);
    line.record.p_value = Some(comparison.p_value);
    line.record.verdict = Some(verdict.to_owned());
    line.record.parent_run_id = Some(task.inputs.baseline.run_id.clone());
    line.policy_task.clone_from(&task.name);
    line.kept.clear();
    line
}

/// Adds the line, or its envelope to one that says the same.
fn add(lines: &mut Vec<HistoryLine>, line: HistoryLine, kept: &EnvelopeCopy) {
    let same =
        |other: &&mut HistoryLine| other.policy_task == line.policy_task && other.record == line.record;
    match lines.iter_mut().find(same) {
        Some(line) => line.kept.push(kept.clone()),
        None => lines.push(HistoryLine { kept: vec![kept.clone()], ..line }),
    }
}

/// The line of a decision whose runs are not at hand.
fn line(summary: &Summary, task: &TaskSummary, kept: EnvelopeCopy) -> HistoryLine {
    let path = task.store.as_ref().map_or(String::new(), |store| {
        format!("{}/{}", store.root.trim_end_matches('/'), store.candidate.path)
    });
    let candidate = task.inputs.candidate.clone();
    let record = ManifestRecord {
        run_id: candidate.run_id,
        model_id: candidate.model_id,
        task_id: candidate.task_id,
        metric_name: candidate.metric,
        ts: summary.decided_at.clone(),
        path: path.clone(),
        n_items: candidate.rows,
        config_hash: candidate.config_hash,
        delta: Some(task.report.comparison.delta),
        p_value: Some(task.report.comparison.p_value),
        verdict: Some(summary.verdict.as_str().to_owned()),
        parent_run_id: Some(task.inputs.baseline.run_id.clone()),
    };
    HistoryLine { record, path, present: false, policy_task: task.name.clone(), kept: vec![kept] }
}
