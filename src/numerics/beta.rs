//! The incomplete beta ratio with relative accuracy in both tails and at any size of parameters.
//!
//! `statrs` stops its continued fraction after 141 terms and builds the factor before it from
//! differences of `ln_gamma`, which near parameters of 1e6 leaves about eight digits and in the far
//! tail none. A p-value here is quoted to the last digit, so the factor is formed from deviances and
//! Stirling remainders (Loader 2000) and the fraction runs until it stands still.

/// Remainder of Stirling's formula, for any `x > 0`.
///
/// ```text
/// delta(x) = ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi) / 2
/// ```
///
/// Absolute error below 1e-15: the asymptotic series from 10 on, reached by the recurrence below.
pub(crate) fn stirling(x: f64) -> f64 {
    /// Bernoulli numbers B(2k) / (2k (2k - 1)), k = 1...
    const SERIES: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let mut shifted = x;
    let mut climbed = 0.0;
    while shifted < 10.0 {
        climbed += (shifted + 0.5) * (1.0 / shifted).ln_1p() - 1.0;
        shifted += 1.0;
    }
    let square = shifted.recip().powi(2);
    climbed + SERIES.iter().rev().fold(0.0, |sum, term| sum * square + term) / shifted
}

/// Deviance of `x` from its expectation, `x ln(x / mean) + mean - x`, without cancellation where
/// the two are close (Loader 2000).
pub(crate) fn deviance(x: f64, mean: f64) -> f64 {
    if x == 0.0 {
        return mean;
    }
    let gap = x - mean;
    if gap.abs() >= 0.1 * (x + mean) {
        return x * (x / mean).ln() + mean - x;
    }
    let v = gap / (x + mean);
    let (mut sum, mut power) = (gap * v, 2.0 * x * v);
    for odd in (3..1000).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// `ln(x^a y^b / B(a, b))` with `y = 1 - x` handed in, so that neither end loses digits.
fn ln_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    0.5 * (a * b / (std::f64::consts::TAU * n)).ln() + stirling(n)
        - stirling(a)
        - stirling(b)
        - deviance(a, n * x)
        - deviance(b, n * y)
}

/// The continued fraction F in `I_x(a, b) = x^a y^b / (B(a, b) F)`, for `x <= a / (a + b)`
/// (Didonato and Morris 1992, BFRAC), by Lentz's forward evaluation.
///
/// About `sqrt(a + b)` terms near the mean, a handful in the tails.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-290;
    let lead = a * y - b * x + 1.0;
    let denominator = |m: f64| {
        let d = a + 2.0 * m;
        m + m * (b - m) * x / (d - 1.0) + (a + m) * (lead + m * (1.0 + y)) / (d + 1.0)
    };
    // At m = 0 the middle term is 0 times b / (a - 1): left out, for it is 0/0 where a = 1.
    let first = a * lead / (a + 1.0);
    let mut f = if first == 0.0 { TINY } else { first };
    let (mut c, mut d) = (f, 0.0);
    for step in 1..200_000_u32 {
        let m = f64::from(step);
        let base = a + 2.0 * m - 1.0;
        let numerator = (m * (a + m - 1.0) / base) * ((a + b + m - 1.0) / base) * (b - m) * x * x;
        let bn = denominator(m);
        d = bn + numerator * d;
        c = bn + numerator / c;
        d = if d == 0.0 { TINY } else { d }.recip();
        c = if c == 0.0 { TINY } else { c };
        let factor = c * d;
        f *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    f
}

/// One tail of a beta variable: which side is the small one, and its logarithm.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tail {
    /// ln I_x(a, b), where x lies at or below the mean.
    Lower(f64),
    /// ln of 1 - I_x(a, b), where x lies above the mean.
    Upper(f64),
}

impl Tail {
    /// I_x(a, b).
    pub(crate) fn lower(self) -> f64 {
        match self {
            Self::Lower(ln) => ln.exp().min(1.0),
            Self::Upper(ln) => (1.0 - ln.exp()).max(0.0),
        }
    }

    /// ln I_x(a, b).
    pub(crate) fn ln_lower(self) -> f64 {
        match self {
            Self::Lower(ln) => ln.min(0.0),
            Self::Upper(ln) => (-ln.exp().min(1.0)).ln_1p(),
        }
    }

    /// The same value seen from the other end: of (b, a) at 1 - x.
    pub(crate) fn flipped(self) -> Self {
        match self {
            Self::Lower(ln) => Self::Upper(ln),
            Self::Upper(ln) => Self::Lower(ln),
        }
    }
}

/// The beta distribution function at `x`, with `y = 1 - x` handed in; `a`, `b` positive and finite.
pub(crate) fn tail(a: f64, b: f64, x: f64, y: f64) -> Tail {
    tail_with_front(a, b, x, y, || ln_front(a, b, x, y))
}

/// [`tail`] for callers who know `ln(x^a y^b / B(a, b))` better than `x` and `y` can tell.
pub(crate) fn tail_with_front(a: f64, b: f64, x: f64, y: f64, ln_front: impl Fn() -> f64) -> Tail {
    if x <= 0.0 {
        Tail::Lower(f64::NEG_INFINITY)
    } else if y <= 0.0 {
        Tail::Upper(f64::NEG_INFINITY)
    } else if a * y >= b * x {
        Tail::Lower(ln_front() - fraction(a, b, x, y).ln())
    } else {
        Tail::Upper(ln_front() - fraction(b, a, y, x).ln())
    }
}
