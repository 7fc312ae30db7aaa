//! Losses too rare to be in the sample: what an ALLOW cannot exclude.

use crate::domain::Alpha;

/// How rare a loss may be to stay out of a sample, and how large it must be to matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RareLoss {
    /// Share of items that may suffer it and leave no trace in the sample with probability alpha.
    pub share: f64,
    /// Loss of an item, in units of the score, that would turn the verdict at that share.
    pub size: f64,
}

/// Which losses are too rare for a sample of `items` items to show, and how large must one be to turn an
/// ALLOW whose lower bound lies `surplus` > 0 above the claim?
///
/// A loss that strikes an item with probability r is missing from n items with probability (1 - r)^n. No
/// method that learns the spread from the data can allow for it then.
///
/// ```text
/// share = -ln(alpha) / n, at most 1        3 / n at alpha .05, the rule of three
/// size  = surplus / share
/// ```
///
/// # Parameters
/// - `items`: number of paired items, at least 1.
/// - `surplus`: distance of the lower bound above the claim's value, > 0, in units of the score.
/// - `alpha`: what the bound may spend, in (0, 1).
///
/// # Returns
/// The share of items (0 to 1) and the loss of one item (units of the score).
///
/// # References
/// 1. Hanley, J. A. and Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
///
/// # Example
/// ```
/// use evalsig::domain::Alpha;
/// use evalsig::inference::cautions::rule_of_three::rare_loss;
///
/// let loss = rare_loss(100, 0.03, Alpha::USUAL);
/// assert!((loss.share - 0.03).abs() < 1e-4); // three in a hundred
/// assert!((loss.size - 1.0).abs() < 0.01);
/// ```
#[must_use]
pub fn rare_loss(items: usize, surplus: f64, alpha: Alpha) -> RareLoss {
    let share = (-alpha.get().ln() / items.max(1) as f64).min(1.0);
    RareLoss { share, size: surplus / share }
}

/// What a reader of an ALLOW must know of rare losses. `span` is how far two scores of an item can lie
/// apart, where that is known.
pub(crate) fn note(items: usize, surplus: f64, alpha: Alpha, span: Option<f64>) -> String {
    let RareLoss { share, size } = rare_loss(items, surplus, alpha);
    let cannot =
        format!("{items} items cannot exclude losses that strike fewer than {} of items", percent(share));
    match span {
        Some(span) if size > span => {
            format!("{cannot}; none that the scores allow would be large enough to turn this verdict")
        }
        Some(_) | None => {
            format!("{cannot}: one of {} or more an item, that rare, would turn this verdict", figures(size))
        }
    }
}

/// A share in per cent, to two figures.
fn percent(share: f64) -> String {
    format!("{} %", figures(100.0 * share))
}

/// Two figures, without an exponent.
fn figures(value: f64) -> String {
    let places = (1.0 - value.abs().log10().floor()).clamp(0.0, 12.0) as usize;
    format!("{value:.places$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_three() {
        let found = rare_loss(400, 0.02, Alpha::USUAL);
        assert!((found.share - 2.995_732_273_553_991 / 400.0).abs() < 1e-15, "{found:?}");
        assert!((found.size - 0.02 / found.share).abs() < 1e-15);
        // That share is missing from the sample about as often as alpha says.
        assert!(((1.0 - found.share).powi(400) - 0.05).abs() < 0.001);
        assert_eq!(rare_loss(2, 0.5, Alpha::USUAL), RareLoss { share: 1.0, size: 0.5 });
    }

    #[test]
    fn in_words() {
        assert_eq!(
            note(400, 0.003, Alpha::USUAL, Some(1.0)),
            "400 items cannot exclude losses that strike fewer than 0.75 % of items: one of 0.40 or more an item, that \
             rare, would turn this verdict"
        );
        assert_eq!(
            note(400, 0.02, Alpha::USUAL, Some(1.0)),
            "400 items cannot exclude losses that strike fewer than 0.75 % of items; none that the scores allow would \
             be large enough to turn this verdict"
        );
        assert!(note(40, 3.0, Alpha::USUAL, None).contains("one of 40 or more an item"));
        assert!(
            note(1_000_000, 3.0, Alpha::USUAL, None).contains("0.00030 % of items: one of 1001425 or more")
        );
    }
}
