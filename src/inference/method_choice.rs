//! Which method fits the data, from their shape alone, and what to say about the fit.

use crate::domain::Method;
use crate::inference::sample::Sample;

/// Beyond this many discordant pairs the score test is as good as exact (level .0488 to .0509).
const EXACT_UP_TO: u64 = 2000;
/// Beyond this many items flips and resamples are replaced by formulas.
const RESAMPLED_UP_TO: usize = 2000;

/// The method for a sample, and the reason in words. It looks at the kind of scores and at the clusters,
/// never at who won.
///
/// | data | method |
/// |---|---|
/// | clusters | `sign_flip_bootstrap_t` of clusters |
/// | 0/1 scores in one epoch, no clusters, at most 2000 discordant pairs | `exact_unconditional` |
/// | the same with more | `tango` |
/// | graded scores or several epochs, no clusters, at most 2000 items | `sign_flip_bootstrap_t` of items |
/// | the same with more | `saddlepoint_hall_t` |
///
/// # Parameters
/// - `sample`: oriented paired scores, at least one item.
///
/// # Returns
/// The method, and a sentence that names the row of the table.
///
/// # Example
/// ```
/// use evalsig::domain::Method;
/// use evalsig::inference::{Sample, choose};
///
/// let graded = Sample::graded(vec![0.1, 0.4], vec![0.2, 0.9], None);
/// assert_eq!(choose(&graded).0, Method::FlipAndT);
/// let many = Sample::graded(vec![0.5; 2001], vec![0.6; 2001], None);
/// assert_eq!(choose(&many).0, Method::SaddleAndHall);
/// ```
#[must_use]
pub fn choose(sample: &Sample) -> (Method, String) {
    if let Some(k) = sample.cluster_count() {
        let reason = format!("items share {k} clusters, and clusters are the independent units");
        return (Method::FlipAndT, reason);
    }
    let values = if zero_or_one(sample) { "scores are 0 or 1" } else { "there are two scores" };
    let binary = format!("{values} in one epoch, and items are independent");
    let graded = "scores are graded or averaged over epochs, and items are independent";
    match sample.discordance() {
        Some((broken, fixed, _)) if broken + fixed <= EXACT_UP_TO => {
            (Method::ExactUnconditional, format!("{binary}; at most {EXACT_UP_TO} pairs are discordant"))
        }
        Some(_) => (Method::Tango, format!("{binary}; more than {EXACT_UP_TO} pairs are discordant")),
        None if sample.len() <= RESAMPLED_UP_TO => (Method::FlipAndT, graded.into()),
        None => (Method::SaddleAndHall, format!("{graded}; there are more than {RESAMPLED_UP_TO}")),
    }
}

/// Whether right and wrong are called 1 and 0, also where orientation turned the sign.
fn zero_or_one(sample: &Sample) -> bool {
    sample.baseline.iter().chain(&sample.candidate).all(|score| *score == 0.0 || score.abs() == 1.0)
        && sample.two_valued == Some(1.0)
}
