//! What a pilot says about the spread that a design must reckon with.

use crate::domain::{Code, Diagnostic};
use crate::inference::icc;
use crate::inference::sample::Sample;
use crate::numerics::moments;

/// Spread of the per-item differences of a pilot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Paired items.
    pub pairs: usize,
    /// Standard deviation of the per-item differences (n - 1), in units of the score; above 0.
    pub sd: f64,
    /// How the items cluster; `None` where they are independent.
    pub clusters: Option<Clusters>,
    /// By how much clusters inflate the variance of the mean difference; 1 without clusters.
    pub design_effect: f64,
}

/// Clusters of a pilot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clusters {
    /// Number of clusters; at least 2.
    pub count: usize,
    /// Items per cluster, the plain mean.
    pub mean_size: f64,
    /// Items per cluster as an item sees it, sum of `m_g`^2 / n: above the mean where sizes differ.
    pub seen_size: f64,
    /// Analysis of variance; `None` where no cluster holds two items, so that clusters change nothing.
    pub anova: Option<icc::Anova>,
}

/// How widely do the differences of a pilot spread, and how much alike are items of a cluster?
///
/// ```text
/// sd^2 = sum of (d - mean)^2 / (n - 1)      deff = 1 + icc (sum of m_g^2 / n - 1)
/// ```
///
/// d differences of n items in units of the score, `m_g` items in cluster g; icc by [`icc::anova`], with
/// n0, and taken into [0, 1] by [`icc::design_effect`]. With k clusters of like sizes sd^2 falls short of
/// the variance of one difference by icc / k of it, because the mean follows the few clusters.
///
/// These are estimates. With n independent normal differences sd is off by a factor of about
/// 1 +- 1 / sqrt(2 n), so the items that it makes a plan ask for are off by about 1 +- sqrt(2 / n).
///
/// # Parameters
/// - `sample`: the paired items of the pilot.
///
/// # Errors
/// `too-few-items` where the differences do not vary beyond rounding, and with all items in one cluster:
/// there is then no spread to plan with. `method-does-not-fit` for scores beyond 1e145.
///
/// # Example
/// ```
/// use evalsig::inference::Sample;
/// use evalsig::inference::planning::spread;
///
/// let pilot = Sample::graded(vec![0.0; 4], vec![1.0, 0.0, 1.0, 0.0], None);
/// let found = spread(&pilot)?;
/// assert_eq!((found.pairs, found.design_effect), (4, 1.0));
/// assert!((found.sd - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), evalsig::domain::Diagnostic>(())
/// ```
pub fn spread(sample: &Sample) -> Result<Spread, Diagnostic> {
    sample.check()?;
    let differences = sample.differences();
    if moments::constant(&differences, sample.resolution()) {
        return Err(Code::TooFewItems
            .at("pilot")
            .what(format!(
                "its {} paired items all differ by the same, so it says nothing about their spread",
                differences.len()
            ))
            .next("take a larger pilot, or name the spread with --sd-diff"));
    }
    let units = sample.units();
    let clusters = match (&sample.clusters, sample.cluster_count()) {
        (Some(_), Some(1)) => {
            return Err(Code::TooFewItems
                .at("pilot")
                .what("its paired items are all in one cluster, so how much alike items of a cluster are cannot be told")
                .next("take a pilot with more clusters, or say --cluster none if items are independent"));
        }
        (Some(clusters), Some(count)) => {
            let items = differences.len() as f64;
            Some(Clusters {
                count,
                mean_size: items / count as f64,
                seen_size: units.iter().map(|unit| unit.size * unit.size).sum::<f64>() / items,
                anova: icc::anova(&differences, clusters),
            })
        }
        _ => None,
    };
    let anova = clusters.and_then(|clusters| clusters.anova);
    Ok(Spread {
        pairs: differences.len(),
        sd: moments::sd(&differences),
        clusters,
        design_effect: anova.map_or(1.0, |anova| icc::design_effect(&units, anova.icc)),
    })
}

#[cfg(test)]
mod tests {
    use super::spread;
    use crate::domain::Code;
    use crate::inference::sample::Sample;

    fn sample(differences: &[f64], clusters: Option<&[u32]>) -> Sample {
        Sample::graded(vec![0.0; differences.len()], differences.to_vec(), clusters.map(<[u32]>::to_vec))
    }

    /// By hand: clusters {0, 2, 1} and {3}; means 1 and 3, overall 1.5; squares between 3 / 4 + 9 / 4 = 3,
    /// within 2 of 2 degrees of freedom; n0 = 4 - 10 / 4 = 1.5; icc = (3 - 1) / (3 + 0.5) = 4 / 7; deff =
    /// 1 + 4 / 7 (10 / 4 - 1) = 13 / 7; sd^2 = 5 / 3.
    #[test]
    fn a_case_by_hand() {
        let found = spread(&sample(&[0.0, 2.0, 1.0, 3.0], Some(&[0, 0, 0, 1]))).unwrap();
        let clusters = found.clusters.unwrap();
        assert_eq!((clusters.count, clusters.mean_size, clusters.seen_size), (2, 2.0, 2.5));
        let anova = clusters.anova.unwrap();
        assert_eq!((anova.between, anova.within, anova.n0), (3.0, 1.0, 1.5));
        assert!((found.design_effect - 13.0 / 7.0).abs() < 1e-15);
        assert!((found.sd - (5.0_f64 / 3.0).sqrt()).abs() < 1e-15);

        let free = spread(&sample(&[0.0, 2.0, 1.0, 3.0], None)).unwrap();
        assert_eq!((free.sd, free.clusters, free.design_effect), (found.sd, None, 1.0));
        let single = spread(&sample(&[0.0, 2.0], Some(&[0, 1]))).unwrap();
        assert_eq!((single.clusters.unwrap().anova, single.design_effect), (None, 1.0));
    }

    #[test]
    fn no_spread_is_no_plan() {
        let refused = |s: &Sample| spread(s).unwrap_err().code;
        assert_eq!(refused(&sample(&[0.5; 40], None)), Code::TooFewItems);
        assert_eq!(refused(&sample(&[0.5], None)), Code::TooFewItems);
        assert_eq!(refused(&sample(&[0.0, 1.0, 2.0], Some(&[0, 0, 0]))), Code::TooFewItems);
        assert_eq!(refused(&sample(&[0.0, 1e200], None)), Code::MethodDoesNotFit);
    }
}
