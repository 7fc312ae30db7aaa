//! How long inference takes. Ignored by default, for a time is not a result:
//!
//! ```text
//! cargo test --release --test it timing -- --ignored --nocapture --test-threads 1
//! ```

use std::time::Instant;

use evalsig::domain::{Method, MethodChoice};
use evalsig::inference::stream::{Purpose, Streams};
use evalsig::inference::{Sample, infer};

use crate::support::samples::{binary, graded, plan};

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
fn time(name: &str, sample: &Sample, method: MethodChoice) {
    let plan = plan(method);
    let started = Instant::now();
    let found = infer(sample, &plan).expect("an estimate");
    let took = started.elapsed().as_secs_f64() * 1e3;
    println!("{name}, {}: {took:.1} ms, p {:.6}", found.label, found.p_zero);
}

#[test]
#[ignore = "a measurement, not a check"]
fn timing() {
    let mut stream = Streams::new(0, Purpose::Simulation).replicate(0);
    let mut normal = |n: usize| graded(&(0..n).map(|_| 0.005 + 0.3 * stream.normal()).collect::<Vec<_>>());
    let (small, large) = (normal(10_000), normal(1_000_000));
    let clusters = |n: usize, size: usize| Some((0..n).map(|i| (i / size) as u32).collect::<Vec<u32>>());
    let named = MethodChoice::Named;
    time("10k graded items (first call: threads start)", &small, MethodChoice::Auto);
    for _ in 0..3 {
        time("10k graded items", &small, MethodChoice::Auto);
    }
    time("1M graded items", &large, MethodChoice::Auto);
    time("1M graded items", &large, named(Method::PairedT));
    time("10k graded items", &small, named(Method::PairedBootstrap));
    let uneven: Vec<u32> = (0..1_000_000_u32).map(|i| (f64::from(i).sqrt() * 50.0) as u32).collect();
    let clustered = Sample { clusters: Some(uneven), ..large.clone() };
    time("1M items in 50,000 uneven clusters", &clustered, MethodChoice::Auto);
    for k in [16, 18, 20] {
        let sample = Sample { clusters: clusters(k * 500, 500), ..normal(k * 500) };
        time(&format!("{k} clusters, all subsets"), &sample, MethodChoice::Auto);
    }
    time("10k 0/1 items, 1200 discordant", &binary(550, 650, 10_000), MethodChoice::Auto);
    time("1M 0/1 items, 100k discordant", &binary(49_500, 50_500, 1_000_000), MethodChoice::Auto);
}
