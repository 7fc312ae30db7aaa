//! Every scored epoch of the paired items: what the average of an item hides.

use crate::domain::{RunFrame, TextColumn};

/// The scored epochs of each item, in the order of the items and, within one, of the epochs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repeats {
    scores: Vec<f64>,
    ends: Vec<usize>,
}

impl Repeats {
    /// Appends an item with the scores of its epochs.
    pub fn push(&mut self, scores: impl IntoIterator<Item = f64>) {
        self.scores.extend(scores);
        self.ends.push(self.scores.len());
    }

    /// The scores of one item after the other.
    pub fn items(&self) -> impl Iterator<Item = &[f64]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.scores.get(start..*end).unwrap_or(&[]))
    }
}

/// The epochs of the items that were `paired`, whose ids ascend as [`super::pair`] leaves them.
#[must_use]
pub fn repeats(run: &RunFrame, paired: &TextColumn) -> Repeats {
    let mut found = Repeats::default();
    let mut rows = run.sorted().peekable();
    for index in 0..paired.len() {
        let id = paired.get(index);
        while rows.next_if(|row| row.id < id).is_some() {}
        found.push(
            std::iter::from_fn(|| rows.next_if(|row| row.id == id))
                .filter_map(|row| row.score.ok())
                .map(|score| score.get()),
        );
    }
    found
}
