//! Tango's score statistic for a difference of paired proportions.

/// How many standard errors the observed difference lies above `null`, the standard error taken
/// under `null`: positive where the data speak for more.
///
/// ```text
/// z = (c - b - n null) / sqrt(n (2 x + null (1 - null)))
/// x = probability of "broken" under the null, the root in [0, 1] of
///     2 n x^2 + (n null (2 - (c - b) / n) - (b + c)) x - b null (1 - null) = 0
/// ```
///
/// with n `items`, b `broken`, c `fixed` and `null` in [-1, 1]. A negative `null` is solved in the
/// mirror, where the small probability is the unknown, so no digits cancel. Where the null leaves no
/// variance: 0 if the data are what it predicts, else infinite with the sign of the difference.
///
/// # References
/// 1. Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions
///    for the paired-sample design. *Statistics in Medicine* 17, 891-908.
pub(crate) fn score(items: f64, broken: f64, fixed: f64, null: f64) -> f64 {
    if null < 0.0 {
        return -score(items, fixed, broken, -null);
    }
    let excess = fixed - broken - items * null;
    let linear = (2.0 * items - fixed + broken) * null - (broken + fixed);
    let product = broken * null * (1.0 - null);
    let root = (linear * linear + 8.0 * items * product).sqrt();
    let x = if linear > 0.0 { 2.0 * product / (linear + root) } else { (root - linear) / (4.0 * items) };
    let variance = items * (2.0 * x + null * (1.0 - null));
    if variance > 0.0 {
        excess / variance.sqrt()
    } else if excess == 0.0 {
        0.0
    } else {
        f64::INFINITY.copysign(excess)
    }
}

#[cfg(test)]
mod tests {
    use super::score;
    use crate::inference::golden_cases::{cases, close};

    #[test]
    fn golden() {
        for case in cases("mcnemar") {
            let (n, b, c) = (case.count("n") as f64, case.count("b") as f64, case.count("c") as f64);
            for margin in ["-0.05", "-0.02", "0.02"] {
                let null: f64 = margin.parse().expect("a number");
                if let Some(z) = case.expected(&[&format!("tango_z_margin_{margin}")]) {
                    close(score(n, b, c, null), z, 1e-9, case.id());
                }
            }
            if let (Some(z), true) = (case.expected(&["z"]), b + c > 0.0) {
                close(score(n, b, c, 0.0), z, 1e-12, case.id());
            }
        }
    }

    /// What the exact unconditional test leans on: the statistic rises with every fix and falls with
    /// every break, so its regions are staircases.
    #[test]
    fn rises_with_fixes_falls_with_breaks() {
        for n in [1_u32, 2, 3, 7, 20, 45] {
            let at = |b: u32, c: u32, null: f64| score(f64::from(n), f64::from(b), f64::from(c), null);
            for step in -24..=24 {
                let null = f64::from(step) / 25.0;
                for m in 0..n {
                    for c in 0..=m {
                        let (here, slack) = (at(m - c, c, null), 1e-12);
                        assert!(at(m - c, c + 1, null) >= here - slack, "{n} {m} {c} {null}");
                        assert!(at(m - c + 1, c, null) <= here + slack, "{n} {m} {c} {null}");
                    }
                }
            }
        }
    }
}
