//! What an item took, as readers find it: time, tokens, money.

use crate::domain::{Direction, Score, Unscored, Usage};

/// Where better lies for a metric whose name is ours; `None` for any other, of which the file would have to say it.
pub(super) fn direction(metric: &str) -> Option<Direction> {
    Usage::from_name(metric).map(|_| Direction::LowerIsBetter)
}

/// A figure as a score. Nothing takes less than nothing: a negative figure stands for no measurement.
pub(super) fn figure(found: Option<f64>) -> Result<Score, Unscored> {
    let found = found.ok_or(Unscored::Missing)?;
    let score = Score::new(found).ok_or(Unscored::NotFinite)?;
    if found < 0.0 { Err(Unscored::NotANumber) } else { Ok(score) }
}

/// Seconds as milliseconds.
pub(super) fn milliseconds(seconds: f64) -> f64 {
    seconds * 1000.0
}
