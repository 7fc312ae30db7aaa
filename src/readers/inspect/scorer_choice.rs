//! Which of a log's scores is read, and what its values stand for.

use super::errors;
use std::collections::{BTreeMap, BTreeSet};

use super::super::metric_choice;
use super::super::quote::quote;
use super::super::scalar::Scalar;
use super::super::tree::Node;
use super::header::Header;
use super::sample::EvalSample;
use super::usage::SampleUsage;
use crate::domain::{Diagnostic, Score, Unscored};

/// The name of the score in logs from 2024, where they name no scorer.
const OLD: &str = "score";

/// A scorer, or one key of the values of a scorer that gives several.
pub(super) struct ScorerChoice {
    name: String,
    scorer: String,
    key: Option<String>,
    /// Whether what samples took is read, and no score.
    is_usage: bool,
    old: String,
    /// All metrics of the log.
    held: Vec<String>,
}

impl ScorerChoice {
    /// The score that was asked for, else the log's own headline, else the only one; and a note
    /// where others were left unread.
    ///
    /// # Errors
    /// `run-ambiguous` with all scores of the log, where none of these is one of them.
    pub(super) fn of<'h>(
        header: &Header<'h>,
        samples: &[EvalSample<'_>],
        wanted: Option<&str>,
    ) -> Result<(Self, SampleUsage<'h>, Option<String>), Diagnostic> {
        let old = header.old_scorer().unwrap_or(OLD);
        // By scorer: the keys of its values; none where they are single.
        let mut scorers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for sample in samples {
            for (scorer, value) in sample.scores(old) {
                let keys = scorers.entry(scorer).or_default();
                keys.extend(value.fields().map(|(key, _)| key));
            }
        }
        let mut choices: BTreeMap<String, (&str, Option<&str>)> = BTreeMap::new();
        for (scorer, keys) in &scorers {
            let single = keys.is_empty().then(|| ((*scorer).to_owned(), (*scorer, None)));
            let several = keys.iter().map(|key| (format!("{scorer}/{key}"), (*scorer, Some(*key))));
            for (name, place) in single.into_iter().chain(several) {
                let shown = quote(&name);
                if choices.insert(name, place).is_some() {
                    return Err(errors::ambiguous_score_name(shown));
                }
            }
        }
        let usage = SampleUsage::of(header, samples, |name| choices.contains_key(name));
        let asks_usage = wanted.is_some_and(|wanted| usage.offered().contains(&wanted));
        if choices.is_empty() && !asks_usage {
            return Err(errors::no_scores());
        }
        let headline = header.headline().map(|(scorer, score)| {
            if choices.contains_key(scorer) { scorer.to_owned() } else { format!("{scorer}/{score}") }
        });
        let names: Vec<&str> = choices.keys().map(String::as_str).collect();
        let metric_choice::MetricChoice { name, available: held, note } =
            metric_choice::choose("scores", &names, usage.offered(), wanted, headline.as_deref())?;
        let (scorer, key) = choices.get(name).copied().unwrap_or((name, None));
        let choice = Self {
            name: name.to_owned(),
            scorer: scorer.to_owned(),
            key: key.map(str::to_owned),
            is_usage: asks_usage,
            old: old.to_owned(),
            held,
        };
        Ok((choice, usage, note))
    }

    /// Whether what samples took is read, and no score.
    pub(super) fn is_usage(&self) -> bool {
        self.is_usage
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// All metrics of the log.
    pub(super) fn held(&self) -> &[String] {
        &self.held
    }

    /// The scorer, and the key of its values that is read.
    pub(super) fn place(&self) -> (&str, Option<&str>) {
        (&self.scorer, self.key.as_deref())
    }

    /// What a scorer without a name is called.
    pub(super) fn old(&self) -> &str {
        &self.old
    }

    /// The value that is read of a sample, as it stands.
    pub(super) fn value<'s>(&'s self, sample: &'s EvalSample<'_>) -> Option<&'s Node> {
        let (_, value) = sample.scores(&self.old).find(|(scorer, _)| *scorer == self.scorer)?;
        self.part(value)
    }

    /// What is read of a value of the scorer.
    pub(super) fn part<'v>(&self, value: &'v Node) -> Option<&'v Node> {
        match &self.key {
            Some(key) => value.get(key),
            None => Some(value),
        }
    }

    /// The values that were read of a sample before they were edited, as numbers, the first one first.
    pub(super) fn before(&self, sample: &EvalSample<'_>) -> Vec<f64> {
        let history = sample.before(&self.old, &self.scorer);
        let score = |value| number(self.part(value)?, Unscored::Missing).ok()?.ok().map(Score::get);
        history.into_iter().filter_map(score).collect()
    }

    /// Whether it was edited after the run.
    pub(super) fn edited(&self, sample: &EvalSample<'_>) -> bool {
        !sample.before(&self.old, &self.scorer).is_empty()
    }

    /// The score of a sample, or why it has none.
    ///
    /// # Errors
    /// `run-malformed` where the value is a list: several judges, and nothing says which counts.
    pub(super) fn score(&self, sample: &EvalSample<'_>) -> Result<Result<Score, Unscored>, Diagnostic> {
        let none = if sample.failed() { Unscored::Failed } else { Unscored::Missing };
        let Some((_, value)) = sample.scores(&self.old).find(|(scorer, _)| *scorer == self.scorer) else {
            return Ok(Err(none));
        };
        if sample.has_no_grade(&self.old, &self.scorer) {
            return Ok(Err(Unscored::JudgeFailed));
        }
        let value = match (value, &self.key) {
            (Node::Object(_), Some(key)) => match value.get(key) {
                Some(value) => value,
                None => return Ok(Err(none)),
            },
            // The scorer gave one value for all its keys: only that there is none fits them all.
            (Node::Leaf(Scalar::Null | Scalar::NotFinite), _) | (Node::List(_), _) | (_, None) => value,
            (_, Some(_)) => return Ok(Err(Unscored::NotANumber)),
        };
        number(value, none)
    }
}

/// What Inspect takes a value for, except that it scores 0 what it does not know.
fn number(value: &Node, none: Unscored) -> Result<Result<Score, Unscored>, Diagnostic> {
    let number = match value {
        Node::List(_) => {
            return Err(errors::list_of_scores());
        }
        Node::Object(_) => return Ok(Err(Unscored::NotANumber)),
        Node::Leaf(Scalar::Null) => return Ok(Err(none)),
        Node::Leaf(Scalar::Text(text)) => match letter(text) {
            Some(number) => number,
            None => return Ok(Err(Unscored::NotANumber)),
        },
        Node::Leaf(scalar) => return scalar.clone().score(),
    };
    Ok(Score::new(number).ok_or(Unscored::NotFinite))
}

/// Whether a value can only be wrong, right or in between: 0 to 1.
pub(super) fn is_grade(value: &Node) -> bool {
    match value {
        Node::Leaf(Scalar::Bool(_)) => true,
        Node::Leaf(Scalar::Text(text)) => letter(text).is_some() && text.trim().parse::<f64>().is_err(),
        _ => false,
    }
}

fn letter(text: &str) -> Option<f64> {
    match text {
        "C" => return Some(1.0),
        "P" => return Some(0.5),
        "I" | "N" => return Some(0.0),
        _ => {}
    }
    match text.to_lowercase().as_str() {
        "yes" | "true" => Some(1.0),
        "no" | "false" => Some(0.0),
        number => number.trim().parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn values_stand_for_what_inspect_takes_them_for() {
        for (text, number) in
            [("C", 1.0), ("I", 0.0), ("P", 0.5), ("N", 0.0), ("Yes", 1.0), ("FALSE", 0.0), (" 0.25 ", 0.25)]
        {
            assert_eq!(letter(text), Some(number), "{text}");
        }
        for text in ["c", "A", "", "1,5", "0x1"] {
            assert_eq!(letter(text), None, "{text}");
        }
        assert!(letter("nan").is_some_and(f64::is_nan));
    }
}
