//! Means and spreads summed in the order of numpy, as Python evalsig 0.1.2 has them.

/// Standard deviation with n - 1 as numpy forms it; 0 below two values.
pub(super) fn sd(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let centre = mean(values);
    let squared: Vec<f64> = values.iter().map(|v| (v - centre) * (v - centre)).collect();
    (pairwise_sum(&squared) / (values.len() - 1) as f64).sqrt()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    pairwise_sum(values) / values.len() as f64
}

/// The sum in numpy's order (halves of blocks of 128, eight running sums in a block), so that a delta
/// which lies on `min_delta` falls to the same side of it.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() < 8 {
        return values.iter().fold(0.0, |sum, v| sum + v);
    }
    if values.len() > 128 {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half - half % 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (index, eight) in eights.iter().enumerate() {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum = if index == 0 { *value } else { *sum + value };
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, v| sum + v)
}
