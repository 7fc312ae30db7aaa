//! Both runs with every missing score set to an extreme of the range: worst-case and best-case imputation.

use super::missing_data::IncompleteItem;
use super::pairs::Pairs;
use crate::domain::ScoreRange;

/// Both runs as they would be without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// Baseline score of each item.
    pub baseline: Vec<f64>,
    /// Candidate score of each item.
    pub candidate: Vec<f64>,
    /// Cluster of each item as 0..k, every index used; `None` where items are independent.
    pub clusters: Option<Vec<u32>>,
    /// Whether every item has one epoch in both runs.
    pub one_epoch: bool,
}

impl Pairs {
    /// The runs with every missing score of the baseline set to one end of `range` and every missing
    /// score of the candidate to the other: the lowest difference there can be, or the highest.
    #[must_use]
    pub fn filled(&self, range: ScoreRange, lowest: bool) -> Imputed {
        let (in_baseline, in_candidate) =
            if lowest { (range.hi(), range.lo()) } else { (range.lo(), range.hi()) };
        let mut filled = Imputed {
            baseline: self.baseline.clone(),
            candidate: self.candidate.clone(),
            clusters: self.clusters.clone(),
            one_epoch: self.one_epoch && self.gaps.items.iter().all(IncompleteItem::one_epoch),
        };
        for gap in &self.gaps.items {
            let (b, c) = (gap.baseline.filled(in_baseline), gap.candidate.filled(in_candidate));
            let places =
                gap.row.and_then(|row| filled.baseline.get_mut(row).zip(filled.candidate.get_mut(row)));
            match places {
                Some((baseline, candidate)) => (*baseline, *candidate) = (b, c),
                None => {
                    filled.baseline.push(b);
                    filled.candidate.push(c);
                    if let Some(clusters) = &mut filled.clusters {
                        clusters.extend(gap.cluster);
                    }
                }
            }
        }
        filled
    }
}
