//! Which rows of a file belong to the run that is read.

use super::errors;
use std::borrow::Cow;
use std::collections::BTreeSet;

use super::quote::{list, quote};
use crate::domain::{Diagnostic, RunMetadata};

/// Distinct runs that are told apart; a file with more is refused the same way.
const MOST: usize = 1000;
/// How many of them a message names.
const NAMED: usize = 8;

/// What a row says of its run: run, model, task, metric, configuration.
type RunKey = [String; 5];

const RUN: usize = 0;
const METRIC: usize = 3;

/// Keeps the rows of the run that is read, and counts those of others.
pub(super) struct RunFilter<'o> {
    run_id: Option<&'o str>,
    metric: Option<&'o str>,
    /// The first run that fits the options.
    chosen: Option<RunKey>,
    /// Runs that fit the options as well.
    rivals: BTreeSet<RunKey>,
    /// Runs that do not.
    others: BTreeSet<RunKey>,
    rows_of_others: usize,
    /// The run of the last row, and whether its rows are taken: rows of a run stand together.
    last: Option<(RunKey, bool)>,
}

impl<'o> RunFilter<'o> {
    /// Reads the run and the metric of these names; `None` takes the only one.
    pub(super) fn new(run_id: Option<&'o str>, metric: Option<&'o str>) -> Self {
        Self {
            run_id,
            metric,
            chosen: None,
            rivals: BTreeSet::new(),
            others: BTreeSet::new(),
            rows_of_others: 0,
            last: None,
        }
    }

    /// Whether the row of this run belongs to the one that is read.
    pub(super) fn takes(&mut self, names: [Cow<'_, str>; 5]) -> bool {
        let takes = match &self.last {
            Some((last, takes)) if names.iter().zip(last).all(|(a, b)| a == b) => *takes,
            _ => {
                let key = names.map(Cow::into_owned);
                let takes = self.place(&key);
                self.last = Some((key, takes));
                takes
            }
        };
        self.rows_of_others += usize::from(!takes);
        takes
    }

    fn place(&mut self, key: &RunKey) -> bool {
        let fits = |wanted: Option<&str>, index: usize| {
            wanted.is_none_or(|wanted| key.get(index).is_some_and(|name| name == wanted))
        };
        if !fits(self.run_id, RUN) || !fits(self.metric, METRIC) {
            if self.others.len() < MOST {
                self.others.insert(key.clone());
            }
            return false;
        }
        match &self.chosen {
            None => {
                self.chosen = Some(key.clone());
                true
            }
            Some(chosen) if chosen == key => true,
            Some(_) => {
                if self.rivals.len() < MOST {
                    self.rivals.insert(key.clone());
                }
                false
            }
        }
    }

    /// The run that was read, and what to tell of the others.
    ///
    /// # Errors
    /// `run-ambiguous` where several runs or metrics fit the options, or none does; `run-malformed`
    /// where there is no row, or rows of one run disagree about its model, task or configuration.
    pub(super) fn finish(self) -> Result<(RunMetadata, Vec<String>), Diagnostic> {
        let Some(chosen) = self.chosen else {
            return Err(self.none_fits());
        };
        if !self.rivals.is_empty() {
            self.rivals.iter().try_for_each(|rival| tell_apart(&chosen, rival, &self.rivals))?;
        }
        let notes = if self.rows_of_others == 0 {
            Vec::new()
        } else {
            let [run, _, _, metric, _] = &chosen;
            vec![format!(
                "The file holds more than run {} with metric {}: {} rows of others were not read.",
                quote(run),
                quote(metric),
                self.rows_of_others
            )]
        };
        let [run_id, model_id, task_id, metric_name, config_hash] = chosen;
        let config_hash = (!config_hash.is_empty()).then_some(config_hash);
        Ok((RunMetadata { run_id, model_id, task_id, metric_name, config_hash, judge: None }, notes))
    }

    fn none_fits(&self) -> Diagnostic {
        if self.others.is_empty() {
            return errors::no_rows();
        }
        let wanted_run = self.run_id;
        let of_run: BTreeSet<_> =
            self.others.iter().filter(|key| wanted_run.is_none_or(|run| key[RUN] == run)).collect();
        if of_run.is_empty() {
            let runs: BTreeSet<_> = self.others.iter().map(|key| key[RUN].as_str()).collect();
            return errors::unknown_run(wanted_run.unwrap_or(""), &list(runs, NAMED));
        }
        let metrics: BTreeSet<_> = of_run.iter().map(|key| key[METRIC].as_str()).collect();
        errors::unknown_metric("metric_name", self.metric.unwrap_or(""), &list(metrics, NAMED))
    }
}

/// The error for a file in which another run fits the options as well.
fn tell_apart(chosen: &RunKey, rival: &RunKey, rivals: &BTreeSet<RunKey>) -> Result<(), Diagnostic> {
    let values = |index: usize| -> BTreeSet<&str> {
        rivals.iter().chain([chosen]).filter_map(|key| key.get(index)).map(String::as_str).collect()
    };
    let runs = values(RUN);
    if runs.len() > 1 {
        return Err(errors::several_runs(runs.len(), &list(runs, NAMED)));
    }
    let metrics = values(METRIC);
    if metrics.len() > 1 {
        return Err(errors::several_metrics_of_run(metrics.len(), &list(metrics, NAMED)));
    }
    let fields = ["run_id", "model_id", "task_id", "metric_name", "config_hash"];
    let differing = fields.iter().zip(chosen.iter().zip(rival)).find(|(_, (a, b))| a != b);
    let Some((field, (a, b))) = differing else { return Ok(()) };
    Err(errors::run_contradicts_itself(field, a, b))
}
