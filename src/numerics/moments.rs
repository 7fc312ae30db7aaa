//! Sums, means and spreads of lists of numbers.

/// The sum of `values`, compensated (Neumaier): within an ulp or two at any length and order of
/// magnitude, so that delta does not depend on how a file is sorted beyond its last bit.
pub(crate) fn sum(values: &[f64]) -> f64 {
    sum_of(values.iter().copied())
}

/// The same of numbers that need not be held all at once.
pub(crate) fn sum_of(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// Mean of `values`; 0 where there is none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { sum(values) / values.len() as f64 }
}

/// Sum of squared deviations from the mean, in two passes.
pub(crate) fn squares(values: &[f64]) -> f64 {
    let centre = mean(values);
    sum_of(values.iter().map(|v| (v - centre).powi(2)))
}

/// Standard deviation with n - 1; 0 below two values.
pub(crate) fn sd(values: &[f64]) -> f64 {
    if values.len() < 2 { 0.0 } else { (squares(values) / (values.len() - 1) as f64).sqrt() }
}

/// Whether the values are all one, but for rounding of size `resolution`.
pub(crate) fn constant(values: &[f64], resolution: f64) -> bool {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low <= resolution
}

#[cfg(test)]
mod tests {
    use super::{constant, mean, sd, sum};

    #[test]
    fn compensated_where_naive_sums_lose() {
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        let tenths = vec![0.1; 1_000_000];
        assert_eq!(sum(&tenths), 100_000.0);
        assert_eq!((mean(&[]), sd(&[1.0])), (0.0, 0.0));
        assert_eq!(sd(&[1.0, 3.0]), 2.0_f64.sqrt());
    }

    #[test]
    fn constant_means_up_to_rounding() {
        assert!(constant(&[0.3 - 0.1, 0.5 - 0.3], 4.0 * f64::EPSILON * 0.5));
        assert!(!constant(&[0.2, 0.2001], 4.0 * f64::EPSILON * 0.5));
    }
}
