//! Our tails beside those of `statrs`, both against 60 digits: the table of docs/numerics.md.

use std::collections::BTreeMap;

use evalsig::numerics::tails;
use serde_json::Value;
use statrs::distribution::{Beta, Binomial, ChiSquared, ContinuousCDF as _, Discrete as _, DiscreteCDF as _};
use statrs::distribution::{Normal, StudentsT};
use statrs::function::{beta, erf, gamma};

use crate::tree;

/// Below this a tail is far out: the two halves of the table.
const FAR: f64 = 1e-6;

/// Largest relative errors of one function: (rows, ours, theirs).
type Worst = BTreeMap<String, (usize, f64, f64)>;

fn rows(file: &str) -> Vec<(String, Vec<f64>, f64)> {
    let golden: Value = serde_json::from_str(&tree::read(file)).unwrap();
    serde_json::from_value(golden["rows"].clone()).unwrap()
}

/// (ours, of statrs); each as the function itself.
fn both(name: &str, args: &[f64]) -> Option<(f64, f64)> {
    Some(match (name, args) {
        ("normal", [z]) => (tails::normal_sf(*z), Normal::standard().sf(*z)),
        ("student", [t, df]) => (tails::student_sf(*t, *df), StudentsT::new(0.0, 1.0, *df).unwrap().sf(*t)),
        ("binomial_ge", [k, n, p]) => {
            let theirs = Binomial::new(*p, *n as u64).unwrap();
            let above = if *k == 0.0 { 1.0 } else { theirs.sf(*k as u64 - 1) };
            (tails::binomial_ge(*k as u64, *n as u64, *p), above)
        }
        ("binomial_pmf", [k, n, p]) => {
            let (k, n) = (*k as u64, *n as u64);
            (tails::binomial_ln_pmf(k, n, *p).exp(), Binomial::new(*p, n).unwrap().pmf(k))
        }
        ("beta", [a, b, x]) => (tails::beta_reg(*a, *b, *x), beta::beta_reg(*a, *b, *x)),
        ("ln_gamma", [x]) => (tails::ln_gamma(*x), gamma::ln_gamma(*x)),
        ("normal_isf", [p]) => (tails::normal_isf(*p), -Normal::standard().inverse_cdf(*p)),
        ("student_isf", [p, df]) => {
            (tails::student_isf(*p, *df), -StudentsT::new(0.0, 1.0, *df).unwrap().inverse_cdf(*p))
        }
        ("beta_inv", [p, a, b]) => (tails::beta_inv(*p, *a, *b), Beta::new(*a, *b).unwrap().inverse_cdf(*p)),
        ("chi2_1_sf", [x]) => (tails::chi2_1_sf(*x), ChiSquared::new(1.0).unwrap().sf(*x)),
        ("erfc", [x]) => (2.0 * tails::normal_sf(x * std::f64::consts::SQRT_2), erf::erfc(*x)),
        _ => return None,
    })
}

/// Errors relative to the value; of ln Gamma, which passes through 0, relative to 1 or the value.
fn measured() -> Worst {
    let mut worst = Worst::new();
    let mut note = |name: String, wanted: f64, (ours, theirs): (f64, f64)| {
        let scale = if name == "ln_gamma" { wanted.abs().max(1.0) } else { wanted.abs() };
        let error = |got: f64| (got - wanted).abs() / scale;
        let entry = worst.entry(name).or_insert((0, 0.0, 0.0));
        *entry = (entry.0 + 1, entry.1.max(error(ours)), entry.2.max(error(theirs)));
    };
    for (name, args, ln) in rows("tests/golden/tails.json") {
        // Beyond, the rounding of the logarithm itself is 1e-13 of the value.
        if ln > -690.0 {
            let half = if ln < FAR.ln() { "far" } else { "near" };
            note(format!("{name}, {half}"), ln.exp(), both(&name, &args).unwrap());
        }
    }
    for (name, args, wanted) in rows("tests/golden/special.json") {
        note(name.clone(), wanted, both(&name, &args).unwrap());
    }
    worst
}

/// The figures of docs/numerics.md by function: (rows, ours, theirs).
fn documented() -> Worst {
    let table = tree::read("docs/numerics.md");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = table.lines().map(cells).filter(|row| row.len() == 7);
    rows.filter_map(|row| {
        Some((row[1].clone(), (row[2].parse().ok()?, row[3].parse().ok()?, row[4].parse().ok()?)))
    })
    .collect()
}

#[test]
fn the_table_of_numerics_is_what_is_measured() {
    let (measured, documented) = (measured(), documented());
    assert_eq!(measured.keys().collect::<Vec<_>>(), documented.keys().collect::<Vec<_>>());
    for (name, (rows, ours, theirs)) in measured {
        println!("| {name} | {rows} | {ours:.0e} | {theirs:.0e} |");
        let said = documented[&name];
        assert_eq!(rows, said.0, "{name}");
        // Another libm moves the last bit.
        let near = |found: f64, said: f64| found <= 3.0 * said + 1e-15 && said <= 3.0 * found + 1e-15;
        assert!(near(ours, said.1) && near(theirs, said.2), "{name}: {ours:e} {theirs:e}");
        assert!(ours < 2e-12, "{name}: {ours:e}");
    }
}

/// What search starts take from `statrs` agrees with our quantile far beyond what a start needs.
#[test]
fn the_quantile_of_statrs_is_as_accurate_as_ours() {
    let (_, ours, theirs) = measured()["normal_isf"];
    assert!(theirs < 1e-14 && ours < 1e-14, "{ours:e} {theirs:e}");
}
