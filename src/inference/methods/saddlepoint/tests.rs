//! The saddlepoint against exact convolutions, golden values and its own sums.

use proptest::prelude::*;

use super::*;
use crate::inference::golden_cases::{agrees, cases, close, numbers};
use crate::numerics::stream::{Purpose, Streams};

/// P(sum of random signs times whole numbers >= their sum), by convolution.
fn exact(values: &[i64]) -> f64 {
    let most: i64 = values.iter().map(|v| v.abs()).sum();
    let mut mass = vec![0.0; 2 * most as usize + 1];
    mass[most as usize] = 1.0;
    let mut reached = 0_usize;
    for step in values.iter().map(|v| v.unsigned_abs() as usize).filter(|v| *v > 0) {
        let mut next = vec![0.0; mass.len()];
        let centre = most as usize;
        for at in centre - reached..=centre + reached {
            next[at - step] += 0.5 * mass[at];
            next[at + step] += 0.5 * mass[at];
        }
        (mass, reached) = (next, reached + step);
    }
    mass.iter().skip((most + values.iter().sum::<i64>()) as usize).sum()
}

fn signed(case_values: &[Vec<f64>], positive: &[f64]) -> Vec<f64> {
    case_values
        .iter()
        .zip(positive)
        .flat_map(|(pair, up)| {
            (0..pair[1] as usize).map(move |i| if (i as f64) < *up { pair[0] } else { -pair[0] })
        })
        .collect()
}

#[test]
fn golden() {
    for (case, relative) in cases("signflip_exact_aggregated").iter().zip([1e-3, 1e-3]) {
        let values: Vec<Vec<f64>> =
            case.input("abs_value_counts").as_array().expect("pairs").iter().map(numbers).collect();
        let d = signed(&values, &case.list("positive_counts"));
        let p = case.expected(&["p_greater"]).expect("p");
        close(Saddlepoint::new(&d).p_greater(0.0), p, relative, case.id());
    }
}

#[test]
fn close_to_exact_flips() {
    let mut stream = Streams::new(8, Purpose::Simulation).replicate(0);
    for (n, wide, drift, relative) in [
        (2500, 4.0, 0.06, 1e-3),
        (2500, 4.0, 0.20, 1e-3),
        (2500, 40.0, 0.03, 1e-3),
        (2500, 40.0, 0.12, 1e-3),
        (400, 40.0, 0.09, 2e-3),
    ] {
        let values: Vec<i64> = (0..n).map(|_| (wide * (stream.normal() + drift)).round() as i64).collect();
        let d: Vec<f64> = values.iter().map(|v| *v as f64 / 64.0).collect();
        let test = Saddlepoint::new(&d);
        close(test.p_greater(0.0), exact(&values), relative, "greater");
        let mirrored: Vec<i64> = values.iter().map(|v| -v).collect();
        close(test.p_less(0.0), exact(&mirrored), relative, "less");
    }
}

/// Series and sum are the same function where both apply.
#[test]
fn the_series_is_the_sum() {
    let mut stream = Streams::new(8, Purpose::Simulation).replicate(1);
    let d: Vec<f64> = (0..5000).map(|_| 0.3 * stream.normal() + 0.01).collect();
    let test = Saddlepoint::new(&d);
    let summed = Saddlepoint { reach: f64::INFINITY, ..test.clone() };
    for null in [-0.02, 0.0, 0.01, 0.013, 0.03] {
        close(test.tail(null, false), summed.tail(null, false), 1e-10, "tail");
    }
}

#[test]
fn ends() {
    let flat = Saddlepoint::new(&[0.25; 3000]);
    assert_eq!((flat.p_greater(0.25), flat.p_less(0.25)), (1.0, 1.0));
    assert!(flat.p_greater(0.2) < 1e-300 && flat.p_greater(0.3) == 1.0);
    let few = Saddlepoint::new(&[0.5, 0.25, 0.5]);
    assert_eq!((few.p_greater(0.0), few.tail(0.25, false), few.p_less(0.25)), (0.125, 0.25, 1.0));
    assert_eq!((few.p_less(1.0), few.p_greater(1.0), few.p_less(-1e300)), (0.125, 1.0, 1.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::domain::slow_tests::cases(100)))]

    #[test]
    fn test_and_bounds_are_one(
        d in prop::collection::vec(-1.0..1.0_f64, 1..60),
        grid in prop::collection::vec(-3..4_i8, 1..120),
        null in -0.5..0.5_f64,
    ) {
        agrees(&Saddlepoint::new(&d), &[null, 0.0]);
        let graded: Vec<f64> = grid.iter().map(|g| f64::from(*g) / 4.0).collect();
        agrees(&Saddlepoint::new(&graded), &[null, 0.0, 0.25]);
    }
}
