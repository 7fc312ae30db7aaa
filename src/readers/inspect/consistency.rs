//! Consistency checks of a log: the metrics of its header against its samples, the summaries against the
//! samples themselves; and notes about scores that were edited or could not be graded.

use super::errors;
use std::collections::BTreeMap;

use super::super::quote::quote;
use super::super::tree::Node;
use super::archive::Archive;
use super::header::Header;
use super::sample::{EvalSample, own_value};
use super::scorer_choice::{ScorerChoice, is_grade};
use crate::domain::{Diagnostic, Score, ScoreRange, Unscored};

/// How far a mean that was written may lie from the one that is computed: sums differ in their last bits.
const TOLERANCE: f64 = 1e-6;

/// The scores of all samples.
pub(super) struct SampleScores<'s, 'n> {
    pub(super) choice: &'s ScorerChoice,
    pub(super) samples: &'s [EvalSample<'n>],
    pub(super) scores: Vec<Result<Score, Unscored>>,
}

impl SampleScores<'_, '_> {
    fn pairs(&self) -> impl Iterator<Item = (&EvalSample<'_>, Result<Score, Unscored>)> {
        self.samples.iter().zip(self.scores.iter().copied())
    }

    /// A log of texts that stand for no number: leaving them out would leave nothing.
    ///
    /// # Errors
    /// `run-malformed` where no sample has a number, and a text is why.
    pub(super) fn check_numbers(&self) -> Result<(), Diagnostic> {
        if self.scores.iter().any(|score| *score != Err(Unscored::NotANumber)) {
            return Ok(());
        }
        let shown = self.samples.first().and_then(|sample| self.choice.value(sample)?.text().map(quote));
        let like = shown.map_or_else(String::new, |text| format!(", such as {text}"));
        Err(errors::labels_only(self.choice.name(), &like))
    }

    /// 0 to 1 where all values are grades or truth values.
    pub(super) fn range(&self) -> Option<ScoreRange> {
        let mut values = self.pairs().filter(|(_, score)| score.is_ok());
        values.all(|(sample, _)| self.choice.value(sample).is_some_and(is_grade)).then_some(ScoreRange::UNIT)
    }

    /// What to tell of scores that are not what the run itself gave.
    pub(super) fn notes(&self) -> Vec<String> {
        let all = self.samples.len();
        let count = |is_it: &dyn Fn(&EvalSample<'_>, Result<Score, Unscored>) -> bool| {
            let mut of = self.pairs().filter(|(sample, score)| is_it(sample, *score));
            let first = of.next().map(|(sample, _)| quote(&sample.id))?;
            Some((of.count() + 1, first))
        };
        let edited = count(&|sample, score| score.is_ok() && self.choice.edited(sample));
        let no_grade = count(&|_, score| score == Err(Unscored::JudgeFailed));
        let failed = count(&|sample, score| score.is_ok() && sample.failed());
        let told = [
            edited.map(|(n, first)| {
                format!("{n} of {all} scores were edited by hand after the run (first: sample {first}); they count as edited.")
            }),
            no_grade.map(|(n, first)| {
                format!(
                    "{n} of {all} answers of the judge held no grade (first: sample {first}): these samples are \
                     unscored, whatever score the log shows."
                )
            }),
            failed.map(|(n, first)| {
                format!(
                    "{n} of {all} samples failed and were scored all the same (score_on_error; first: sample \
                     {first}); their scores count."
                )
            }),
        ];
        told.into_iter().flatten().collect()
    }

    /// Holds the mean that the header reports against the samples. Values that are not known, or that
    /// were edited, may have been anything from worst to best: only what no such value explains is an error.
    ///
    /// # Errors
    /// `run-malformed`, naming both.
    pub(super) fn check_header(&self, header: &Header<'_>) -> Result<(), Diagnostic> {
        let (scorer, key) = self.choice.place();
        let Some((name, said)) = header.mean(scorer, key) else { return Ok(()) };
        let mut epochs: BTreeMap<&str, usize> = BTreeMap::new();
        self.samples.iter().for_each(|sample| *epochs.entry(&sample.id).or_default() += 1);
        let mut counts = epochs.values();
        let first = counts.next();
        if counts.any(|count| Some(count) != first) || !header.holds_all(self.samples.len()) {
            return Ok(());
        }
        let (mut low, mut high, mut open) = (0.0, 0.0, false);
        for (sample, score) in self.pairs() {
            let (mut least, mut most) = match score {
                Ok(score) => (score.get(), score.get()),
                Err(_) => {
                    open = true;
                    (0.0, 1.0)
                }
            };
            for before in self.choice.before(sample) {
                (least, most) = (least.min(before), most.max(before));
            }
            low += least;
            high += most;
        }
        // Beside scores of any size, what an unscored sample counted for cannot be told.
        let unit = |score: &Result<Score, Unscored>| {
            score.is_err() || score.is_ok_and(|score| ScoreRange::UNIT.contains(score.get()))
        };
        if open && !self.scores.iter().all(unit) {
            return Ok(());
        }
        let n = self.samples.len() as f64;
        let (low, high) = (low / n, high / n);
        let slack = TOLERANCE * said.abs().max(1.0);
        if said >= low - slack && said <= high + slack {
            return Ok(());
        }
        let found = if low == high { format!("{low}") } else { format!("{low} to {high}") };
        Err(errors::mean_differs(scorer, name, said, self.samples.len(), &found))
    }

    /// Holds the summaries against the samples themselves, each of which is unpacked for it.
    ///
    /// # Errors
    /// `run-malformed` where a sample has another score than its summary, naming both.
    pub(super) fn check_samples(&self, archive: &mut Archive<'_>) -> Result<Option<String>, Diagnostic> {
        let (scorer, _) = self.choice.place();
        let mut unfound = 0_usize;
        for sample in self.samples {
            let Some((name, own)) = own_value(sample, archive, self.choice.old(), scorer)? else {
                unfound += 1;
                continue;
            };
            let own = own.as_ref().and_then(|value| self.choice.part(value));
            let summary = self.choice.value(sample);
            if own != summary {
                let show = |value: Option<&Node>| match value {
                    None => "none".to_owned(),
                    Some(value) => value.scalar().shown(),
                };
                return Err(errors::summary_differs(&name, self.choice.name(), &show(own), &show(summary)));
            }
        }
        Ok((unfound > 0).then(|| {
            format!(
                "{unfound} of {} summaries could not be held against a sample of their own.",
                self.samples.len()
            )
        }))
    }
}
