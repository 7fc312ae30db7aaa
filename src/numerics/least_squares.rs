//! Least squares with a handful of terms.

/// Sums of products of `N` terms and a response, from which the weights follow.
#[derive(Clone, Debug)]
pub(crate) struct LeastSquares<const N: usize> {
    products: [[f64; N]; N],
    responses: [f64; N],
}

/// A term whose part that the others do not explain is smaller than this share of it adds nothing but rounding.
const NEGLIGIBLE: f64 = 1e-9;

impl<const N: usize> LeastSquares<N> {
    pub(crate) fn new() -> Self {
        Self { products: [[0.0; N]; N], responses: [0.0; N] }
    }

    /// Adds one observation.
    pub(crate) fn add(&mut self, terms: [f64; N], response: f64) {
        for ((row, sum), a) in self.products.iter_mut().zip(&mut self.responses).zip(terms) {
            row.iter_mut().zip(terms).for_each(|(product, b)| *product += a * b);
            *sum += a * response;
        }
    }

    /// The weights with the least sum of squares. A term that the terms before it explain gets weight 0.
    pub(crate) fn weights(&self) -> [f64; N] {
        let (mut matrix, mut right) = (self.products, self.responses);
        let scale: [f64; N] =
            std::array::from_fn(|i| self.products.get(i).and_then(|row| row.get(i)).copied().unwrap_or(0.0));
        // Gauss and Jordan on a positive matrix need no exchange of rows.
        for pivot in 0..N {
            let (Some(row), Some(own)) = (matrix.get(pivot).copied(), right.get(pivot).copied()) else {
                break;
            };
            let (Some(diagonal), Some(before)) = (row.get(pivot).copied(), scale.get(pivot)) else { break };
            if diagonal <= NEGLIGIBLE * before {
                // Nothing of it is left: its weight is 0, and no other row looks at it.
                for (at, row) in matrix.iter_mut().enumerate() {
                    if let Some(cell) = row.get_mut(pivot) {
                        *cell = f64::from(at == pivot);
                    }
                }
                if let Some(row) = matrix.get_mut(pivot) {
                    row.iter_mut().enumerate().for_each(|(at, cell)| *cell = f64::from(at == pivot));
                }
                if let Some(sum) = right.get_mut(pivot) {
                    *sum = 0.0;
                }
                continue;
            }
            for (at, (other, sum)) in matrix.iter_mut().zip(&mut right).enumerate() {
                if at != pivot {
                    let share = other.get(pivot).copied().unwrap_or(0.0) / diagonal;
                    other.iter_mut().zip(row).for_each(|(cell, of)| *cell -= share * of);
                    *sum -= share * own;
                }
            }
        }
        std::array::from_fn(|i| {
            let diagonal = matrix.get(i).and_then(|row| row.get(i)).copied().unwrap_or(1.0);
            right.get(i).copied().unwrap_or(0.0) / diagonal
        })
    }
}

#[cfg(test)]
mod tests {
    use super::LeastSquares;

    #[test]
    fn finds_the_law_that_made_the_numbers() {
        let mut fit = LeastSquares::<4>::new();
        for i in 0..50 {
            let (b, h) = (f64::from(i % 2), f64::from(i % 7) / 7.0);
            fit.add([1.0, b, h, b * h], 0.1 + 0.2 * b + 0.3 * h - 0.4 * b * h);
        }
        for (found, wanted) in fit.weights().into_iter().zip([0.1, 0.2, 0.3, -0.4]) {
            assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
        }
    }

    /// statsmodels 0.14, OLS of y on 1 and x: 2.2, 0.6.
    #[test]
    fn a_line_through_five_points() {
        let mut fit = LeastSquares::<2>::new();
        for (x, y) in [(1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0)] {
            fit.add([1.0, x], y);
        }
        let [constant, slope] = fit.weights();
        assert!((constant - 2.2).abs() < 1e-12 && (slope - 0.6).abs() < 1e-12);
    }

    #[test]
    fn what_adds_nothing_weighs_nothing() {
        let mut fit = LeastSquares::<4>::new();
        for i in 0..20 {
            // Every baseline score is 1: it says what the constant says, and its product what the history says.
            let h = f64::from(i) / 20.0;
            fit.add([1.0, 1.0, h, h], 0.25 + 0.5 * h);
        }
        let [w0, w1, w2, w3] = fit.weights();
        assert!((w0 - 0.25).abs() < 1e-12 && (w2 - 0.5).abs() < 1e-12);
        assert_eq!((w1, w3), (0.0, 0.0));
        assert_eq!(LeastSquares::<2>::new().weights(), [0.0, 0.0]);
    }
}
