//! The largest value of a polynomial on an interval, by interpolation with a proven error.

/// Degree at which interpolation of P on [low, high] is good to 1e-12: the best over a few ellipses.
///
/// On the ellipse with parameter e^eta around an interval of width w at distance d from 0,
/// `|z| - Re z` is at most `w (cosh eta - 1)`, and at most `y^2 / (2 Re z)` with y the half height.
fn degree(low: f64, high: f64, items: f64, null: f64) -> f64 {
    const LN_ERROR: f64 = -27.7;
    let width = high - low;
    [0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3, 1.7]
        .iter()
        .map(|eta: &f64| {
            let bulge = width * (eta.cosh() - 1.0);
            let height = 0.5 * width * eta.sinh();
            let excess = |distance: f64| {
                let nearest = distance - 0.5 * bulge;
                if nearest > 0.0 { bulge.min(0.5 * height * height / nearest) } else { bulge }
            };
            let growth = 0.5 * (excess(low - null) + excess(low + null)) + excess(1.0 - high);
            ((items * growth + (4.0 / eta.exp_m1()).ln() - LN_ERROR) / eta).ceil()
        })
        .fold(items, f64::min)
        .max(6.0)
}

/// The largest value of `f` on [low, high], f a polynomial of degree `items` as described above.
pub(super) fn worst_over(low: f64, high: f64, items: f64, null: f64, f: impl Fn(f64) -> f64) -> f64 {
    let last = degree(low, high, items, null) as usize;
    let angle = std::f64::consts::PI / last as f64;
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    // (cosine, weight of the barycentric formula, value)
    let nodes: Vec<(f64, f64, f64)> = (0..=last)
        .map(|j| {
            let cosine = (j as f64 * angle).cos();
            let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
            let weight = if j == 0 || j == last { 0.5 * sign } else { sign };
            (cosine, weight, f((middle + half * cosine).clamp(low, high)))
        })
        .collect();
    let between = |theta: f64| {
        let x = theta.cos();
        let (mut above, mut below) = (0.0, 0.0);
        for (cosine, weight, value) in &nodes {
            let gap = x - cosine;
            if gap == 0.0 {
                return *value;
            }
            above += weight / gap * value;
            below += weight / gap;
        }
        above / below
    };
    let mut best = nodes.iter().fold(0.0, |most: f64, node| most.max(node.2));
    // Between nodes the interpolant does not rise by more than the largest step between neighbours.
    let step = nodes.windows(2).fold(0.0, |most: f64, pair| match pair {
        [left, right] => most.max((left.2 - right.2).abs()),
        _ => most,
    });
    let enough = best - step;
    let mut at = nodes.iter().position(|node| node.2 == best).unwrap_or(0) as f64 * angle;
    for (j, pair) in nodes.windows(2).enumerate() {
        if pair.iter().all(|node| node.2 < enough) {
            continue;
        }
        let theta = j as f64 * angle;
        let inside = [theta + angle / 3.0, theta + 2.0 * angle / 3.0].map(|t| (t, between(t)));
        for (theta, value) in inside {
            if value > best {
                (best, at) = (value, theta);
            }
        }
    }
    best.max(golden_section(at - angle / 3.0, at + angle / 3.0, between))
}

/// The largest value seen while closing in on the maximum of a function with one peak.
fn golden_section(mut a: f64, mut b: f64, f: impl Fn(f64) -> f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_8;
    let (mut left, mut right) = (b - RATIO * (b - a), a + RATIO * (b - a));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..24 {
        if at_left > at_right {
            (b, right, at_right) = (right, left, at_left);
            left = b - RATIO * (b - a);
            at_left = f(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = a + RATIO * (b - a);
            at_right = f(right);
        }
    }
    at_left.max(at_right)
}
