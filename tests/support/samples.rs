//! What several tests of inference share.

use evalsig::domain::{Alpha, Claim, MethodChoice, MissingRule, Plan};
use evalsig::inference::Sample;

/// Alpha .05, superiority, one-sided, 10,000 resamples from seed 0.
pub(crate) fn plan(method: MethodChoice) -> Plan {
    Plan { method, missing: MissingRule::Exclude, ..Plan::of(Claim::Above { min_delta: 0.0 }) }
}

pub(crate) fn alpha(value: f64) -> Alpha {
    Alpha::new(value).expect("an alpha")
}

/// Graded items with these differences.
pub(crate) fn graded(differences: &[f64]) -> Sample {
    Sample::graded(vec![0.0; differences.len()], differences.to_vec(), None)
}

/// 0/1 items with these counts.
pub(crate) fn binary(broken: u64, fixed: u64, pairs: u64) -> Sample {
    let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
    for index in 0..pairs {
        let (b, c) = match index {
            i if i < broken => (1.0, 0.0),
            i if i < broken + fixed => (0.0, 1.0),
            i => ((i % 2) as f64, (i % 2) as f64),
        };
        baseline.push(b);
        candidate.push(c);
    }
    Sample { two_valued: Some(1.0), ..Sample::graded(baseline, candidate, None) }
}

/// Clusters numbered 0..k in order of their first item, from labels of any kind.
pub(crate) fn numbered<T: PartialEq>(labels: &[T]) -> Vec<u32> {
    let mut seen: Vec<&T> = Vec::new();
    let mut numbers = Vec::new();
    for label in labels {
        let place = seen.iter().position(|s| *s == label).unwrap_or_else(|| {
            seen.push(label);
            seen.len() - 1
        });
        numbers.push(u32::try_from(place).expect("few clusters"));
    }
    numbers
}
