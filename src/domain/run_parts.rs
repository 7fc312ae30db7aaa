//! Runs made of runs: some of the items of one, or repeats of one under new epochs.

use std::collections::BTreeSet;

use super::run::{Item, NO_LABEL, RunFrame};
use super::{Diagnostic, RunFrameBuilder};

impl RunFrame {
    /// The rows of these items alone; what else is known of the run stays.
    ///
    /// # Errors
    /// `run-malformed` where it holds none of them.
    pub fn of_items(&self, wanted: &BTreeSet<&str>) -> Result<Self, Diagnostic> {
        let mut rows = self.builder();
        for row in (0..self.len()).filter(|row| wanted.contains(self.ids.get(*row))) {
            self.copy(row, 0, &mut rows);
        }
        Ok(rows.finish(self.metadata.clone())?.sliced_by(self.slice_key()))
    }

    /// This run and others of the same items as one: the epochs of each stand behind those of the run before.
    ///
    /// # Errors
    /// Those of [`RunFrameBuilder::finish`], where they name different slices, or not all of them have clusters.
    pub fn with_repeats(&self, others: &[&Self]) -> Result<Self, Diagnostic> {
        let mut rows = self.builder();
        let mut shift = 0;
        for run in std::iter::once(&self).chain(others) {
            (0..run.len()).for_each(|row| run.copy(row, shift, &mut rows));
            shift += run.epochs.iter().max().map_or(0, |last| last.saturating_add(1));
        }
        Ok(rows.finish(self.metadata.clone())?.sliced_by(self.slice_key()))
    }

    fn builder(&self) -> RunFrameBuilder {
        let mut rows = RunFrameBuilder::default();
        rows.direction(self.direction);
        rows.score_range(self.range);
        rows.ignored_clusters(self.ignored_clusters.unwrap_or(0));
        rows
    }

    fn copy(&self, row: usize, shift: u32, into: &mut RunFrameBuilder) {
        let item = self.row(row);
        into.push(Item { epoch: item.epoch.saturating_add(shift), ..item });
        let slice = self.slices.get(row).filter(|slice| **slice != NO_LABEL);
        into.slice(slice.map(|slice| self.slice_names.get(*slice as usize)));
        into.fingerprint(self.fingerprints.get(row).copied().unwrap_or(0));
        into.input(self.inputs.get(row).copied().unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RunMetadata, Score};

    fn run(rows: &[(&str, u32, f64)]) -> RunFrame {
        let mut builder = RunFrameBuilder::default();
        for (id, epoch, score) in rows {
            let score = Ok(Score::new(*score).expect("finite"));
            builder.push(Item { id, epoch: *epoch, cluster: None, score });
            builder.fingerprint(7);
        }
        builder.finish(RunMetadata::default()).expect("a run")
    }

    #[test]
    fn some_items_of_a_run_are_a_run() {
        let whole = run(&[("b", 0, 1.0), ("a", 0, 0.5), ("a", 1, 0.0)]);
        let part = whole.of_items(&BTreeSet::from(["a"])).expect("a is there");
        assert_eq!(part, run(&[("a", 0, 0.5), ("a", 1, 0.0)]));
        assert!(whole.of_items(&BTreeSet::from(["c"])).is_err());
    }

    #[test]
    fn repeats_stand_behind_one_another() {
        let first = run(&[("a", 0, 1.0), ("a", 1, 0.0)]);
        let all = first.with_repeats(&[&run(&[("a", 0, 0.5)])]).expect("one run");
        assert_eq!(all, run(&[("a", 0, 1.0), ("a", 1, 0.0), ("a", 2, 0.5)]));
    }
}
